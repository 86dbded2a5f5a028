import type { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { GetFunctionConfigurationCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import type { TrainingSettings } from '../../lambda/shared/training-settings.ts';
import { UserError } from '../errors.ts';
import { stackOutputs } from './stack-outputs.ts';

/** A deployed training path. */
export interface TrainingStack {
  readonly stackName: string;
  readonly stateMachineArn: string;
  readonly reaper: string;
  /** As it is deployed, which the configuration on disk may no longer be: model, prices and limits that a run will meet. */
  readonly settings: TrainingSettings;
}

/** @throws UserError where the stack is not deployed in the account and Region, or by an older version */
export async function trainingStack(
  {
    cloudFormation,
    lambda,
  }: {
    readonly cloudFormation: Pick<CloudFormationClient, 'send'>;
    readonly lambda: Pick<LambdaClient, 'send'>;
  },
  stackName: string,
  path: TrainingSettings['path'],
): Promise<TrainingStack> {
  const { StateMachineArn, ReaperFunctionName } = await stackOutputs(cloudFormation, stackName, path, [
    'StateMachineArn',
    'ReaperFunctionName',
  ]);
  const { Environment } = await lambda.send(new GetFunctionConfigurationCommand({ FunctionName: ReaperFunctionName }));
  const text = Environment?.Variables?.['TRAINING'];
  if (text === undefined) {
    throw new UserError(
      `the function ${ReaperFunctionName} of ${stackName} does not say what it trains${Environment?.Error?.Message === undefined ? '' : `: ${Environment.Error.Message}`}. Deploy it again with 'npx cdk deploy ${path}'`,
    );
  }
  return {
    stackName,
    stateMachineArn: StateMachineArn,
    reaper: ReaperFunctionName,
    settings: JSON.parse(text) as TrainingSettings,
  };
}
