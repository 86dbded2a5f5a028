import type { StackProps } from 'aws-cdk-lib';
import { BILLING_REGION } from '../deployment/billing-region.ts';
import type { DeploymentScope } from '../deployment/scope.ts';
import { stackNameOf } from '../deployment/stack-name.ts';
import { OVERHEAD } from '../deployment/tags.ts';
import type { PathId } from '../paths.ts';

/**
 * The name, place and description of the stack of a path, or of the comparison, which stands where bills are.
 * @param costs what it deploys and costs: CloudFormation shows it beside the stack. Default: no description
 */
export function stackProps(scope: DeploymentScope, stackId: PathId | typeof OVERHEAD, costs?: string): StackProps {
  const { account } = scope;
  const region = stackId === OVERHEAD ? BILLING_REGION : scope.region;
  return {
    stackName: stackNameOf(scope, stackId),
    ...(costs === undefined ? {} : { description: `fmpaths ${stackId}: ${costs} To stop: npx cdk destroy ${stackId}` }),
    env: { region, ...(account === undefined ? {} : { account }) },
    analyticsReporting: false,
  };
}
