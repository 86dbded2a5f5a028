import { Stack, Validations } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { Config } from '../config/config.ts';
import { AnswerFunction } from '../constructs/answer-function.ts';
import { applyCostTags } from '../constructs/cost-tags.ts';
import { TrackedModel } from '../constructs/tracked-model.ts';
import type { PathId } from '../paths.ts';
import { answering } from './answering.ts';
import { addOutputs, askCommand, estimateCommand, tagsText } from './outputs.ts';
import { stackProps } from './stack-props.ts';

const PATH = 'prompt-only' satisfies PathId;

/** An unchanged model, asked with a prompt: no fixed cost, every request pays its tokens, a moment of Lambda and a log line. */
export class PromptOnlyStack extends Stack {
  constructor(scope: Construct, id: string, config: Config) {
    const { project, environment, promptOnly } = config;
    super(
      scope,
      id,
      stackProps(
        config,
        PATH,
        'questions answered by an unchanged model. Costs nothing while idle. Each request pays for its tokens, Lambda, logs and 7 custom metrics a month at most.',
      ),
    );
    const model = new TrackedModel(this, 'Model', { target: promptOnly.target });
    const answers = new AnswerFunction(this, 'Answer', { path: PATH, model, ...answering(promptOnly) });
    applyCostTags(this, { path: PATH, project, environment });
    promptOnly.warnings.forEach((warning, index) => Validations.of(this).addWarning(`Configuration${index}`, warning));

    addOutputs(this, {
      FunctionName: answers.function.functionName,
      FunctionUrl: answers.url.url,
      ModelArn: model.profileArn,
      Tags: tagsText(this, PATH, config),
      TryNextAsk: askCommand(this, answers.function.functionName),
      TryNextEstimate: estimateCommand(this, PATH),
    });
  }
}
