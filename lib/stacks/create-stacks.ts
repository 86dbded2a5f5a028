import { Validations, type App, type Stack } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import type { Construct } from 'constructs';
import type { Config } from '../config/config.ts';
import { OVERHEAD } from '../deployment/tags.ts';
import { PATHS, PATH_SECTIONS, type PathId, type TrainingPath } from '../paths.ts';
import { ComparisonStack } from './comparison-stack.ts';
import { PromptOnlyStack } from './prompt-only-stack.ts';
import { RagStack } from './rag-stack.ts';
import { TrainingStack } from './training-stacks.ts';

type MakeStack = (scope: Construct, config: Config) => Stack | undefined;

/** One stack a path; its id is the path's id. Undefined where the configuration leaves the path out. */
const STACKS: Record<PathId, MakeStack> = {
  'prompt-only': (scope, config) => new PromptOnlyStack(scope, 'prompt-only', config),
  rag: (scope, config) => config.rag && new RagStack(scope, 'rag', config, config.rag),
  'fine-tuning': trainingStack('fine-tuning'),
  'continued-pretraining': trainingStack('continued-pretraining'),
  distillation: trainingStack('distillation'),
};

function trainingStack(path: TrainingPath): MakeStack {
  return (scope, config) => {
    const training = config[PATH_SECTIONS[path]];
    return training && new TrainingStack(scope, path, config, training);
  };
}

/**
 * All stacks of the configuration: the paths, and the comparison where it is wanted.
 * @param checked against the AwsSolutions rules when the app is synthesized, which takes a second: for what may be deployed
 */
export function createStacks(app: App, config: Config, checked = true): Stack[] {
  if (checked) Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  const stacks = PATHS.flatMap((path) => STACKS[path](app, config) ?? []);
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
