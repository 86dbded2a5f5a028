import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { UserError } from '../errors/user-error.ts';
import { requireAccount } from './scope.ts';

export const cloudFormationClient = (region: string): CloudFormationClient => new CloudFormationClient({ region });

/** A deployed stack as it describes itself. */
export interface DeployedStack {
  readonly stackName: string;
  /** Its whole id, which holds the Region and the account. */
  readonly arn: string;
  readonly status: string;
  readonly outputs: ReadonlyMap<string, string>;
}

/**
 * Describes a stack by its name.
 * @param stackId the id that `cdk deploy` takes
 * @param account the only account that the stack may be in; undefined: any
 * @throws UserError where the stack is not deployed in the account and Region, or the credentials are those of another account
 */
export async function describeStack(
  client: Pick<CloudFormationClient, 'send'>,
  stackName: string,
  stackId: string,
  account?: string,
): Promise<DeployedStack> {
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
  const arn = stack.StackId ?? '';
  requireAccount(arn.split(':')[4], { account });
  return {
    stackName,
    arn,
    status: stack.StackStatus ?? 'unknown',
    outputs: new Map(
      (stack.Outputs ?? []).flatMap(({ OutputKey, OutputValue }) =>
        OutputKey === undefined || OutputValue === undefined ? [] : [[OutputKey, OutputValue]],
      ),
    ),
  };
}

/**
 * Returns an output of a stack.
 * @param next what to run where the stack lacks it
 * @throws UserError where it does
 */
export function outputOf({ stackName, status, outputs }: DeployedStack, key: string, next: string): string {
  const value = outputs.get(key);
  if (value === undefined)
    throw new UserError(`the stack ${stackName} has no output ${key} (status ${status}): ${next}`);
  return value;
}

/**
 * What a deployed stack says about itself, as `describeStack` finds it.
 * @throws UserError as `describeStack` does, and where the stack lacks an output
 */
export async function stackOutputs<K extends string>(
  client: Pick<CloudFormationClient, 'send'>,
  stackName: string,
  stackId: string,
  keys: readonly K[],
  account?: string,
): Promise<Record<K, string>> {
  const stack = await describeStack(client, stackName, stackId, account);
  const again = `deploy it again with 'npx cdk deploy ${stackId}'`;
  return Object.fromEntries(keys.map((key) => [key, outputOf(stack, key, again)])) as Record<K, string>;
}
