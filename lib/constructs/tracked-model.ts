import { Stack, Validations } from 'aws-cdk-lib';
import { CfnApplicationInferenceProfile } from 'aws-cdk-lib/aws-bedrock';
import { Grant, type Role } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import type { AnswerEnv } from '../../lambda/answer/env.ts';
import type { ModelTarget } from '../catalogue/models.ts';
import type { AnsweringModel } from './answering-model.ts';
import { bedrockArn, foundationModelArn } from './bedrock-arns.ts';
import { fingerprint } from './fingerprint.ts';

const INVOKE_ACTIONS = ['bedrock:InvokeModel', 'bedrock:InvokeModelWithResponseStream'];

export interface TrackedModelProps {
  readonly target: ModelTarget;
}

/** A base model behind a tagged application inference profile: the only way that on-demand tokens carry tags to the bill. */
export class TrackedModel extends Construct implements AnsweringModel {
  /** What is given to Converse as model id. */
  readonly profileArn: string;
  readonly verb = 'answer';
  private readonly sourceArn: string;
  private readonly target: ModelTarget;

  constructor(scope: Construct, id: string, { target }: TrackedModelProps) {
    super(scope, id);
    this.target = target;
    this.sourceArn =
      target.systemProfileId === undefined
        ? foundationModelArn(this, target.modelId)
        : bedrockArn(this, 'inference-profile', target.systemProfileId);
    const profile = new CfnApplicationInferenceProfile(this, 'Profile', {
      inferenceProfileName: this.profileName(),
      modelSource: { copyFrom: this.sourceArn },
    });
    this.profileArn = profile.attrInferenceProfileArn;
  }

  get environment(): Pick<AnswerEnv, 'MODEL_ARN'> {
    return { MODEL_ARN: this.profileArn };
  }

  /**
   * Lets `role` call the model through the profile, and in no other way. Bedrock checks the profile, and the model in
   * whichever Region it picks; the condition ties the second to the first.
   * https://docs.aws.amazon.com/bedrock/latest/userguide/inference-profiles-prereq.html
   */
  grantInvoke(role: Role): void {
    Grant.addToPrincipal({ grantee: role, actions: INVOKE_ACTIONS, resourceArns: [this.profileArn] });
    const { regions, systemProfileId } = this.target;
    Grant.addToPrincipal({
      grantee: role,
      actions: INVOKE_ACTIONS,
      resourceArns: [
        // '*' is also the empty Region, under which a global profile checks the model
        ...(regions === 'every-commercial-region' ? ['*'] : regions).map((region) =>
          foundationModelArn(this, this.target.modelId, region),
        ),
        ...(systemProfileId === undefined ? [] : [this.sourceArn]),
      ],
      conditions: { StringLike: { 'bedrock:InferenceProfileArn': this.profileArn } },
    });
    if (regions === 'every-commercial-region') {
      Validations.of(role).acknowledge({
        id: `AwsSolutions::AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:bedrock:*::foundation-model/${this.target.modelId}]`,
        reason:
          "A global profile runs the model in whichever commercial Region has capacity. The wildcard is the Region of one model, and the statement holds only for calls through this stack's own profile.",
      });
    }
  }

  /** A change of the source replaces the profile, which a fixed name would not survive. */
  private profileName(): string {
    const { modelId, systemProfileId } = this.target;
    return `${Stack.of(this).stackName.slice(0, 55)}-${fingerprint(modelId, systemProfileId)}`;
  }
}
