import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { UserError } from '../errors.ts';

export const cloudFormationClient = (region: string): CloudFormationClient => new CloudFormationClient({ region });

/**
 * What a deployed stack says about itself.
 * @param stackId the id that `cdk deploy` takes
 * @throws UserError where the stack is not deployed in the account and Region, or lacks an output
 */
export async function stackOutputs<K extends string>(
  client: Pick<CloudFormationClient, 'send'>,
  stackName: string,
  stackId: string,
  keys: readonly K[],
): Promise<Record<K, string>> {
  const notDeployed = (error?: unknown): UserError =>
    new UserError(
      `the stack ${stackName} is not deployed in this account and Region: run 'npx cdk deploy ${stackId}' first`,
      { cause: error },
    );
  const { Stacks } = await client.send(new DescribeStacksCommand({ StackName: stackName })).catch((error: unknown) => {
    if (error instanceof Error && error.name === 'ValidationError') throw notDeployed(error);
    throw error;
  });
  const stack = Stacks?.[0];
  if (stack === undefined) throw notDeployed();
  const found = keys.map((key) => {
    const value = stack.Outputs?.find(({ OutputKey }) => OutputKey === key)?.OutputValue;
    if (value === undefined) {
      throw new UserError(
        `the stack ${stackName} has no output ${key} (status ${stack.StackStatus ?? 'unknown'}): deploy it again with 'npx cdk deploy ${stackId}'`,
      );
    }
    return [key, value] as const;
  });
  return Object.fromEntries(found) as Record<K, string>;
}
