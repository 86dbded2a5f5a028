import { BedrockClient } from '@aws-sdk/client-bedrock';
import { BedrockRuntimeClient } from '@aws-sdk/client-bedrock-runtime';
import { S3Client } from '@aws-sdk/client-s3';
import { SageMakerClient } from '@aws-sdk/client-sagemaker';
import { SSMClient } from '@aws-sdk/client-ssm';
import { setTimeout as sleep } from 'node:timers/promises';
import { asStep } from '../../lib/errors/passing.ts';
import { leaseStore } from '../../lib/lifecycle/leases.ts';
import { modelRegistry } from '../../lib/lifecycle/model-registry.ts';
import type { RunState, StepEvent } from '../../lib/training/run-state.ts';
import { trainingSettings } from '../shared/training-settings.ts';
import { publishRun, smokeTest, type PublishClients } from './publish.ts';

const settings = trainingSettings(process.env);

const clients: PublishClients = {
  bedrock: new BedrockClient({}),
  sagemaker: new SageMakerClient({}),
  // repeated in one place, where the waits are long enough for a cold copy
  runtime: new BedrockRuntimeClient({ maxAttempts: 1 }),
  leases: leaseStore(new S3Client({}), settings.bucket),
  registry: modelRegistry(new SSMClient({}), settings.registry),
};

export const handler = ({ step, run }: StepEvent<'smoke-test' | 'publish'>): Promise<RunState> =>
  asStep(() =>
    step === 'smoke-test'
      ? smokeTest(run, settings, clients, { now: Date.now, sleep, random: Math.random })
      : publishRun(run, settings, clients, new Date()),
  );
