import {
  BedrockClient,
  GetModelCustomizationJobCommand,
  GetProvisionedModelThroughputCommand,
} from '@aws-sdk/client-bedrock';
import { SageMakerClient } from '@aws-sdk/client-sagemaker';
import { beforeEach, expect, test } from '@jest/globals';
import { mockClient } from 'aws-sdk-client-mock';
import { watchRun } from '../../../lambda/watch-run/watch.ts';
import type { RunState } from '../../../lambda/shared/run-state.ts';
import { RUN } from '../training-settings.ts';

const bedrock = mockClient(BedrockClient);
const clients = { bedrock: new BedrockClient({}), sagemaker: new SageMakerClient({}) };

const NOW = new Date('2026-11-01T10:00:00Z');
const TRAINING: RunState = {
  ...RUN,
  job: {
    kind: 'customization-job',
    name: 'the-job',
    arn: 'arn:job',
    startedAt: '2026-11-01T09:00:00Z',
    deadline: '2026-11-02T09:00:00Z',
  },
};
const HOSTING: RunState = {
  ...RUN,
  customModelArn: 'arn:model',
  host: {
    kind: 'throughput',
    name: 'the-host',
    arn: 'arn:host',
    deadline: '2026-11-01T12:00:00Z',
    until: '2026-12-02T09:00:00Z',
  },
};

beforeEach(() => void bedrock.reset());

test('a job under way tells its phases and its losses', async () => {
  bedrock.on(GetModelCustomizationJobCommand).resolves({
    status: 'InProgress',
    statusDetails: { dataProcessingDetails: { status: 'Completed' }, trainingDetails: { status: 'InProgress' } },
    trainingMetrics: { trainingLoss: 1.25 },
    validationMetrics: [{ validationLoss: 1.5 }],
  });
  const { watch } = await watchRun('job', TRAINING, clients, NOW);
  expect(watch).toEqual({
    status: 'waiting',
    detail: 'data Completed, training InProgress',
    losses: { training: 1.25, validation: [1.5] },
  });
});

test('a job that is done names its model', async () => {
  bedrock.on(GetModelCustomizationJobCommand).resolves({ status: 'Completed', outputModelArn: 'arn:model' });
  expect(await watchRun('job', TRAINING, clients, NOW)).toMatchObject({
    customModelArn: 'arn:model',
    watch: { status: 'done', detail: 'trained' },
  });
});

test('a job that failed says why', async () => {
  bedrock.on(GetModelCustomizationJobCommand).resolves({ status: 'Failed', failureMessage: 'line 3 is no JSON' });
  await expect(watchRun('job', TRAINING, clients, NOW)).rejects.toThrow(
    'the customization job the-job failed: line 3 is no JSON',
  );
});

test('a job that is not done by its deadline ends the run', async () => {
  bedrock.on(GetModelCustomizationJobCommand).resolves({ status: 'InProgress' });
  await expect(watchRun('job', TRAINING, clients, new Date('2026-11-02T09:00:01Z'))).rejects.toThrow(
    'the customization job the-job is not done by 2026-11-02T09:00:00Z (InProgress): it is stopped so that it cannot bill without end',
  );
});

test('throughput without a commitment keeps the end that its lease has', async () => {
  bedrock.on(GetProvisionedModelThroughputCommand).resolves({ status: 'InService', modelArn: 'arn:model' });
  expect((await watchRun('host', HOSTING, clients, NOW)).host?.until).toBe('2026-12-02T09:00:00Z');
});

test('a commitment ends an hour before AWS renews it', async () => {
  bedrock.on(GetProvisionedModelThroughputCommand).resolves({
    status: 'InService',
    modelArn: 'arn:model',
    commitmentExpirationTime: new Date('2026-12-01T09:10:00Z'),
  });
  expect((await watchRun('host', HOSTING, clients, NOW)).host?.until).toBe('2026-12-01T08:10:00.000Z');
});

test('throughput that still serves the model before is waited for', async () => {
  bedrock.on(GetProvisionedModelThroughputCommand).resolves({ status: 'Updating', modelArn: 'arn:other' });
  expect((await watchRun('host', HOSTING, clients, NOW)).watch).toEqual({
    status: 'waiting',
    detail: 'throughput Updating',
  });
});
