import { BedrockClient } from '@aws-sdk/client-bedrock';
import { SageMakerClient } from '@aws-sdk/client-sagemaker';
import type { RunState, StepEvent } from '../../lib/training/run-state.ts';
import { watchRun, type WatchClients, type WatchStep } from './watch.ts';

const clients: WatchClients = { bedrock: new BedrockClient({}), sagemaker: new SageMakerClient({}) };

export const handler = ({ step, run }: StepEvent<WatchStep>): Promise<RunState> =>
  watchRun(step, run, clients, new Date());
