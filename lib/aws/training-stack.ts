import { GetFunctionConfigurationCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import { outputOf, type DeployedStack } from '../deployment/stack-outputs.ts';
import { UserError } from '../errors/user-error.ts';
import type { TrainingPath } from '../paths.ts';
import type { TrainingSettings } from '../training/settings.ts';

/** A deployed training path, with all that a new run needs. */
export interface TrainingStack {
  readonly stackName: string;
  readonly stateMachineArn: string;
  /** As it is deployed, which the configuration on disk may no longer be: model, prices and limits that a run will meet. */
  readonly settings: TrainingSettings;
}

/** @throws UserError where the stack was deployed by an older version */
export async function trainingStack(
  lambda: Pick<LambdaClient, 'send'>,
  stack: DeployedStack,
  path: TrainingPath,
): Promise<TrainingStack> {
  const again = `deploy it again with 'npx cdk deploy ${path}'`;
  const stateMachineArn = outputOf(stack, 'StateMachineArn', again);
  const reaper = outputOf(stack, 'ReaperFunctionName', again);
  const { Environment } = await lambda.send(new GetFunctionConfigurationCommand({ FunctionName: reaper }));
  const text = Environment?.Variables?.['TRAINING'];
  if (text === undefined) {
    throw new UserError(
      `the function ${reaper} of ${stack.stackName} does not say what it trains${Environment?.Error?.Message === undefined ? '' : `: ${Environment.Error.Message}`}. Deploy it again with 'npx cdk deploy ${path}'`,
    );
  }
  return { stackName: stack.stackName, stateMachineArn, settings: JSON.parse(text) as TrainingSettings };
}

/**
 * Returns the function that ends what a path has created. Stopping needs no other output of the stack.
 * @throws UserError where the stack does not name it, with the other ways to stop
 */
export const reaperOf = (stack: DeployedStack, path: TrainingPath): string =>
  outputOf(
    stack,
    'ReaperFunctionName',
    `end what it has created with 'npx cdk destroy ${path}', and what is left then with 'npx fmpaths cleanup --yes'`,
  );

/** Returns the workflow of a path: as the stack names it, or else by its name, which is the stack's. */
export function stateMachineOf({ stackName, arn, outputs }: DeployedStack): string {
  const [, partition = 'aws', , region = '', account = ''] = arn.split(':');
  return outputs.get('StateMachineArn') ?? `arn:${partition}:states:${region}:${account}:stateMachine:${stackName}`;
}
