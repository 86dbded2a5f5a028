import { CfnOutput, Stack, Validations } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { Config } from '../config/config.ts';
import { AnswerFunction } from '../constructs/answer-function.ts';
import { applyCostTags } from '../constructs/cost-tags.ts';
import { TrackedModel } from '../constructs/tracked-model.ts';
import { stackNameOf } from '../deployment/stack-name.ts';
import type { PathId } from '../paths.ts';
import { answering } from './answering.ts';

const PATH = 'prompt-only' satisfies PathId;

/** An unchanged model, asked with a prompt: no fixed cost, every request pays its tokens, a moment of Lambda and a log line. */
export class PromptOnlyStack extends Stack {
  constructor(scope: Construct, id: string, config: Config) {
    const { project, environment, region, account, promptOnly } = config;
    super(scope, id, {
      stackName: stackNameOf(config, PATH),
      description:
        'fmpaths prompt-only: questions answered by an unchanged model. Costs nothing while idle. Each request pays for its tokens, Lambda, logs and 7 custom metrics a month at most. To stop: npx cdk destroy prompt-only',
      env: { region, ...(account === undefined ? {} : { account }) },
      analyticsReporting: false,
    });
    const model = new TrackedModel(this, 'Model', { target: promptOnly.target });
    const answers = new AnswerFunction(this, 'Answer', { path: PATH, model, ...answering(promptOnly) });
    applyCostTags(this, { path: PATH, project, environment });
    promptOnly.warnings.forEach((warning, index) => Validations.of(this).addWarning(`Configuration${index}`, warning));

    const output = (name: string, value: string): CfnOutput => new CfnOutput(this, name, { value });
    output('FunctionName', answers.function.functionName);
    output('FunctionUrl', answers.url.url);
    output('ModelArn', model.profileArn);
    output(
      'Tags',
      `customization-path=${PATH} project=${project} environment=${environment} fmpaths-owner=${this.stackId}`,
    );
    output(
      'TryNextAsk',
      `aws lambda invoke --region ${this.region} --function-name ${answers.function.functionName} --cli-binary-format raw-in-base64-out --payload '{"question":"How do I give a Lambda function a timeout in the CDK?"}' /dev/stdout`,
    );
    output('TryNextEstimate', `npx fmpaths estimate --region ${this.region}`);
  }
}
