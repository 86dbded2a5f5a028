import { Validations, type App, type Stack } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import type { Construct } from 'constructs';
import type { Config } from '../config.ts';
import { DEPLOYABLE_PATHS, type DeployablePathId } from '../paths.ts';
import { OVERHEAD } from '../tags.ts';
import { ComparisonStack } from './comparison-stack.ts';
import { PromptOnlyStack } from './prompt-only-stack.ts';

/** One stack a path; its id is the path's id. */
const STACKS: Record<DeployablePathId, new (scope: Construct, id: string, config: Config) => Stack> = {
  'prompt-only': PromptOnlyStack,
};

/**
 * All stacks of the configuration: the paths, and the comparison where it is wanted. Checked against the AwsSolutions rules when the
 * app is synthesized.
 */
export function createStacks(app: App, config: Config): Stack[] {
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  const stacks: Stack[] = DEPLOYABLE_PATHS.map((path) => new STACKS[path](app, path, config));
  const { comparison } = config;
  return comparison === undefined ? stacks : [...stacks, new ComparisonStack(app, OVERHEAD, config, comparison)];
}
