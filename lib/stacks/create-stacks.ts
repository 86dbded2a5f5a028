import { Validations, type App, type Stack } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import type { Construct } from 'constructs';
import type { Config } from '../config.ts';
import { DEPLOYABLE_PATHS, type DeployablePathId } from '../paths.ts';
import { PromptOnlyStack } from './prompt-only-stack.ts';

/** One stack a path; its id is the path's id. */
const STACKS: Record<DeployablePathId, new (scope: Construct, id: string, config: Config) => Stack> = {
  'prompt-only': PromptOnlyStack,
};

/** All stacks of the configuration, checked against the AwsSolutions rules when the app is synthesized. */
export function createStacks(app: App, config: Config): Stack[] {
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  return DEPLOYABLE_PATHS.map((path) => new STACKS[path](app, path, config));
}
