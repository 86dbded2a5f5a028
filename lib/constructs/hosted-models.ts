import { Aws } from 'aws-cdk-lib';
import { Grant, type Role } from 'aws-cdk-lib/aws-iam';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import { Construct } from 'constructs';
import type { AnswerHostedEnv } from '../../lambda/answer-hosted/env.ts';
import { TAG_KEYS } from '../deployment/tags.ts';
import type { ModelRegistry } from '../training/published-model.ts';
import type { AnsweringModel } from './answering-model.ts';
import { bedrockArn } from './bedrock-arns.ts';
import { keyStatement } from './key-statement.ts';
import { acknowledgeWildcards } from './wildcards.ts';

/** What serves a tuned model: no inference profile can stand before any of them. */
export const HOSTED_RESOURCES = ['custom-model-deployment', 'provisioned-model', 'imported-model'] as const;

export interface HostedModelsProps {
  readonly parameterName: string;
  /** Key that the models are encrypted with. @default a key that AWS owns */
  readonly kmsKeyArn?: string | undefined;
}

/** The models that a stack hosts, by a parameter that its workflow writes: none in a fresh stack. */
export class HostedModels extends Construct implements AnsweringModel {
  readonly verb = 'answer-hosted';
  readonly registry: StringParameter;
  private readonly kmsKeyArn: string | undefined;

  constructor(scope: Construct, id: string, { parameterName, kmsKeyArn }: HostedModelsProps) {
    super(scope, id);
    this.kmsKeyArn = kmsKeyArn;
    this.registry = new StringParameter(this, 'Registry', {
      parameterName,
      description: 'Models that this stack hosts; written by its workflow',
      stringValue: JSON.stringify({ hosted: [] } satisfies ModelRegistry),
    });
  }

  get environment(): Pick<AnswerHostedEnv, 'MODEL_REGISTRY'> {
    return { MODEL_REGISTRY: this.registry.parameterName };
  }

  /** Lets `role` call what carries this very stack's tag, and nothing else. */
  grantInvoke(role: Role): void {
    this.registry.grantRead(role);
    Grant.addToPrincipal({
      grantee: role,
      actions: ['bedrock:InvokeModel', 'bedrock:InvokeModelWithResponseStream'],
      resourceArns: HOSTED_RESOURCES.map((resource) => bedrockArn(this, resource, '*')),
      conditions: { StringEquals: { [`aws:ResourceTag/${TAG_KEYS.owner}`]: Aws.STACK_ID } },
    });
    if (this.kmsKeyArn !== undefined) role.addToPolicy(keyStatement(this, this.kmsKeyArn, ['bedrock']));
    acknowledgeWildcards(
      role,
      'Hosted models get their ids when the workflow creates them: the tag with the id of this stack says which are its own.',
      HOSTED_RESOURCES.map(
        (resource) => `Resource::arn:<AWS::Partition>:bedrock:<AWS::Region>:<AWS::AccountId>:${resource}/*`,
      ),
    );
  }
}
