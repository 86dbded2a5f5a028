import { CfnOutput, type Stack } from 'aws-cdk-lib';
import type { DeploymentScope } from '../deployment/scope.ts';
import { TAG_KEYS, type TagInput, type TagKey } from '../deployment/tags.ts';
import type { PathId } from '../paths.ts';

/** Adds outputs to a stack; the commands read them by these names. */
export function addOutputs(stack: Stack, outputs: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(outputs)) new CfnOutput(stack, name, { value });
}

/** The tags that all resources of a stack carry, as one line. */
export function tagsText(stack: Stack, path: TagInput['path'], { project, environment }: DeploymentScope): string {
  const tags: Omit<Record<TagKey, string>, typeof TAG_KEYS.component> = {
    [TAG_KEYS.path]: path,
    [TAG_KEYS.project]: project,
    [TAG_KEYS.environment]: environment,
    [TAG_KEYS.owner]: stack.stackId,
  };
  return Object.entries(tags)
    .map(([key, value]) => `${key}=${value}`)
    .join(' ');
}

/** The command that asks a first question. */
export function askCommand({ region }: Stack, functionName: string): string {
  return `aws lambda invoke --region ${region} --function-name ${functionName} --cli-binary-format raw-in-base64-out --payload '{"question":"How do I give a Lambda function a timeout in the CDK?"}' /dev/stdout`;
}

/** The command that prices this stack: its model, store and hosting are those of the configuration. */
export const estimateCommand = ({ region }: Stack, path: PathId): string =>
  `npx fmpaths estimate --paths ${path} --region ${region}`;
