import type { StackProps } from 'aws-cdk-lib';
import type { DeploymentScope } from '../deployment/scope.ts';
import { stackNameOf } from '../deployment/stack-name.ts';
import type { PathId } from '../paths.ts';

/**
 * The name, place and description of the stack of a path.
 * @param costs what it deploys and costs: CloudFormation shows it beside the stack
 */
export function stackProps(scope: DeploymentScope, path: PathId, costs: string): StackProps {
  const { region, account } = scope;
  return {
    stackName: stackNameOf(scope, path),
    description: `fmpaths ${path}: ${costs} To stop: npx cdk destroy ${path}`,
    env: { region, ...(account === undefined ? {} : { account }) },
    analyticsReporting: false,
  };
}
