import { Validations, type App, type Stack } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import type { Construct } from 'constructs';
import type { Config } from '../config/config.ts';
import { OVERHEAD } from '../deployment/tags.ts';
import { PATHS, type PathId } from '../paths.ts';
import { ComparisonStack } from './comparison-stack.ts';
import { PromptOnlyStack } from './prompt-only-stack.ts';
import { RagStack } from './rag-stack.ts';
import { ContinuedPretrainingStack, DistillationStack, FineTuningStack } from './training-stacks.ts';

/** One stack a path; its id is the path's id. Undefined where the configuration leaves the path out. */
const STACKS: Record<PathId, (scope: Construct, id: string, config: Config) => Stack | undefined> = {
  'prompt-only': (scope, id, config) => new PromptOnlyStack(scope, id, config),
  rag: (scope, id, config) => config.rag && new RagStack(scope, id, config, config.rag),
  'fine-tuning': (scope, id, config) => config.fineTuning && new FineTuningStack(scope, id, config, config.fineTuning),
  'continued-pretraining': (scope, id, config) =>
    config.continuedPretraining && new ContinuedPretrainingStack(scope, id, config, config.continuedPretraining),
  distillation: (scope, id, config) =>
    config.distillation && new DistillationStack(scope, id, config, config.distillation),
};

/**
 * All stacks of the configuration: the paths, and the comparison where it is wanted. Checked against the AwsSolutions rules when the
 * app is synthesized.
 */
export function createStacks(app: App, config: Config): Stack[] {
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  const stacks = PATHS.flatMap((path) => STACKS[path](app, path, config) ?? []);
  for (const [path, reason] of Object.entries(config.omitted)) {
    for (const stack of stacks.slice(0, 1))
      Validations.of(stack).addWarning(
        `No-${path}`,
        `there is no stack ${path}: ${reason}\nOne that was deployed before is still there: npx cdk destroy ${path}`,
      );
  }
  const { comparison } = config;
  return comparison === undefined ? stacks : [...stacks, new ComparisonStack(app, OVERHEAD, config, comparison)];
}
