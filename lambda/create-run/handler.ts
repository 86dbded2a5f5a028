import { BedrockClient } from '@aws-sdk/client-bedrock';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { S3Client } from '@aws-sdk/client-s3';
import { SageMakerClient } from '@aws-sdk/client-sagemaker';
import { asStep } from '../../lib/errors/passing.ts';
import { leaseStore } from '../../lib/lifecycle/leases.ts';
import type { RunState, StepEvent } from '../../lib/training/run-state.ts';
import { trainingSettings } from '../shared/training-settings.ts';
import { createForRun, type CreateClients, type CreateStep } from './create.ts';

const settings = trainingSettings(process.env);

const clients: CreateClients = {
  bedrock: new BedrockClient({}),
  sagemaker: new SageMakerClient({}),
  events: new EventBridgeClient({}),
  leases: leaseStore(new S3Client({}), settings.bucket),
};

export const handler = ({ step, run, execution }: StepEvent<CreateStep>): Promise<RunState> =>
  asStep(() => createForRun(step, run, settings, clients, new Date(), execution));
