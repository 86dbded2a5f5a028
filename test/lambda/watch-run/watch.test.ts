import {
  BedrockClient,
  GetImportedModelCommand,
  GetModelCustomizationJobCommand,
  GetModelImportJobCommand,
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

const CMU = { customModelUnitsVersion: 'v1.0' };
const PRICED: RunState = {
  ...RUN,
  action: 'import',
  importJob: { name: 'the-import', arn: 'arn:import', deadline: '2026-11-01T12:00:00Z' },
  bound: {
    usd: 104.5,
    lines: [
      { name: 'Instances', quantity: 1, unit: 'instance-hour', priceId: 'sagemaker/x/training', usd: 100 },
      { name: 'Storage', quantity: 2, unit: 'CMU-month', priceId: 'cmi/storage', usd: 4 },
      { name: 'Smoke test', quantity: 10, unit: 'CMU-minute', priceId: 'cmi/cmu-v1', usd: 0.5 },
    ],
  },
};

// 4 units are twice as many as were priced: $100 + 2 x $4.50 = $109
test.each([
  ['as many units as were priced', 2, 104.5],
  ['more, which it may cost', 4, 109],
  ['a number that is not said', undefined, 104.5],
])('an imported model of %s goes on', async (_, units, maxUsd) => {
  imported(units);
  expect(await watchRun('import', { ...PRICED, maxUsd }, clients, NOW)).toMatchObject({
    customModelArn: 'arn:imported',
    watch: { status: 'done' },
  });
});

test('an imported model of more units than the run may cost ends it, and says where its weights are', async () => {
  imported(4);
  await expect(watchRun('import', { ...PRICED, maxUsd: 108.99 }, clients, NOW)).rejects.toThrow(
    "the imported model the-import has 4 custom model units and was priced for 2: the run can cost up to $109.00, more than the $108.99 that it may, so the model is removed. Its weights stay: set continuedPretraining.customModelUnits to 4, deploy, then 'npx fmpaths host continued-pretraining --weights s3://training/weights/mine/ --max-usd N'",
  );
});

test('an imported model that Converse cannot ask ends the run', async () => {
  imported(2, false);
  await expect(watchRun('import', PRICED, clients, NOW)).rejects.toThrow(
    'the imported model the-import has no chat template, so Converse cannot ask it',
  );
});

function imported(units: number | undefined, instructSupported = true): void {
  bedrock.on(GetModelImportJobCommand).resolves({ status: 'Completed', importedModelArn: 'arn:imported' });
  bedrock.on(GetImportedModelCommand).resolves({
    instructSupported,
    modelDataSource: { s3DataSource: { s3Uri: 's3://training/weights/mine/' } },
    customModelUnits: { ...CMU, customModelUnitsPerModelCopy: units },
  });
}
