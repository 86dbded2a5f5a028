import { BedrockClient } from '@aws-sdk/client-bedrock';
import { S3Client } from '@aws-sdk/client-s3';
import { SageMakerClient } from '@aws-sdk/client-sagemaker';
import { ServiceQuotasClient } from '@aws-sdk/client-service-quotas';
import { SSMClient } from '@aws-sdk/client-ssm';
import { asStep } from '../../lib/errors/passing.ts';
import { modelRegistry } from '../../lib/lifecycle/model-registry.ts';
import type { RunState, StepEvent } from '../../lib/training/run-state.ts';
import { trainingSettings } from '../shared/training-settings.ts';
import { checkRun, type CheckClients } from './check.ts';
import { priceRun } from './price.ts';

const settings = trainingSettings(process.env);

const clients: CheckClients = {
  bedrock: new BedrockClient({}),
  sagemaker: new SageMakerClient({}),
  s3: new S3Client({}),
  quotas: new ServiceQuotasClient({}),
  registry: modelRegistry(new SSMClient({}), settings.registry),
};

export const handler = ({ step, run }: StepEvent<'check' | 'price'>): Promise<RunState> =>
  asStep(async () => (step === 'check' ? checkRun(run, settings, clients) : priceRun(run, settings)));
