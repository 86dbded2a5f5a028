import {
  BedrockClient,
  GetCustomModelDeploymentCommand,
  GetImportedModelCommand,
  GetModelCustomizationJobCommand,
  GetModelImportJobCommand,
  GetProvisionedModelThroughputCommand,
} from '@aws-sdk/client-bedrock';
import { DescribeTrainingJobCommand, SageMakerClient } from '@aws-sdk/client-sagemaker';
import { beforeEach, expect, test } from '@jest/globals';
import { mockClient } from 'aws-sdk-client-mock';
import { watchRun, type WatchStep } from '../../../lambda/watch-run/watch.ts';
import type { RunState } from '../../../lib/training/run-state.ts';
import { sdkError } from '../../support/pace.ts';
import { RUN } from '../../support/training-settings.ts';

const bedrock = mockClient(BedrockClient);
const sagemaker = mockClient(SageMakerClient);
const clients = { bedrock: new BedrockClient({}), sagemaker: new SageMakerClient({}) };

const NOW = new Date('2026-11-01T10:00:00Z');
const JOB = {
  kind: 'customization-job',
  name: 'the-job',
  arn: 'arn:job',
  startedAt: '2026-11-01T09:00:00Z',
  deadline: '2026-11-02T09:00:00Z',
} as const;
const TRAINING: RunState = { ...RUN, job: JOB };
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

beforeEach(() => {
  bedrock.reset();
  sagemaker.reset();
});

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
    trains: true,
    seenAt: NOW.toISOString(),
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

const LATE = new Date('2026-11-02T09:00:01Z');

test.each([
  ['NotStarted', 'Nothing was trained.'],
  ['InProgress', 'It had begun to train: what it has trained is billed.'],
] as const)('a job whose training is %s at its deadline says whether anything was trained', async (status, said) => {
  bedrock
    .on(GetModelCustomizationJobCommand)
    .resolves({ status: 'InProgress', statusDetails: { trainingDetails: { status } } });
  await expect(watchRun('job', TRAINING, clients, LATE)).rejects.toThrow(
    `is not done by 2026-11-02T09:00:00Z (training ${status}): it is stopped so that it cannot bill without end. ${said}`,
  );
});

const TRAINING_JOB: RunState = { ...TRAINING, job: { ...JOB, kind: 'training-job' } };

const LOOKS: readonly (readonly [WatchStep, RunState, () => { rejects: (error: Error) => unknown }])[] = [
  ['job', TRAINING, () => bedrock.on(GetModelCustomizationJobCommand)],
  ['job', TRAINING_JOB, () => sagemaker.on(DescribeTrainingJobCommand)],
  ['import', PRICED, () => bedrock.on(GetModelImportJobCommand)],
  ['host', HOSTING, () => bedrock.on(GetProvisionedModelThroughputCommand)],
];

const FAILURES: readonly Error[] = [
  sdkError('InternalFailure', 500),
  sdkError('SyntaxError', 503),
  sdkError('Unknown', 502),
  sdkError('ThrottlingException', 429),
  sdkError('AccessDeniedException', 403),
  sdkError('ResourceNotFoundException', 404),
  sdkError('ValidationException', 400),
  sdkError('SomethingNew', 418),
  Object.assign(new Error('getaddrinfo EAI_AGAIN'), { code: 'EAI_AGAIN' }),
];

test.each(
  LOOKS.flatMap(([step, run, on]) =>
    FAILURES.map((error) => [step, run.job?.kind, error.name, { run, on, error }] as const),
  ),
)(
  'a look at %s (%s) that fails with %s goes on waiting, and keeps what AWS said last and since when it says nothing',
  async (step, _kind, _name, { run, on, error }) => {
    on().rejects(error);
    const seen = {
      ...run,
      watch: { status: 'waiting', detail: 'training InProgress', seenAt: NOW.toISOString() },
    } as const;
    const first = await watchRun(step, seen, clients, new Date('2026-11-01T10:01:00Z'));
    const second = await watchRun(step, first, clients, new Date('2026-11-01T10:02:00Z'));
    expect(second).toEqual({
      ...seen,
      watch: { ...seen.watch, unseen: { since: '2026-11-01T10:01:00.000Z', error: expect.stringMatching(/\S/) } },
    });
  },
);

test('a look that succeeds forgets that those before did not, whoever failed', async () => {
  bedrock
    .on(GetModelCustomizationJobCommand)
    .rejectsOnce(sdkError('InternalFailure', 500))
    .resolves({ status: 'InProgress' });
  const unseen = await watchRun('job', { ...TRAINING, unseen: { Error: 'Sandbox.Timedout' } }, clients, NOW);
  expect(unseen).not.toHaveProperty('unseen');
  expect((await watchRun('job', unseen, clients, NOW)).watch).not.toHaveProperty('unseen');
});

test('a job that AWS cannot be asked about ends at its deadline, and says since when, why and what is known of it', async () => {
  bedrock.on(GetModelCustomizationJobCommand).rejects(sdkError('InternalFailure', 500, 'try later.'));
  const run: RunState = {
    ...TRAINING,
    watch: {
      status: 'waiting',
      detail: 'training InProgress',
      trains: true,
      seenAt: '2026-11-01T10:00:00Z',
      unseen: { since: '2026-11-01T10:01:00Z', error: 'another' },
    },
  };
  await expect(watchRun('job', run, clients, LATE)).rejects.toThrow(
    'the customization job the-job is not done by 2026-11-02T09:00:00Z (AWS could not be asked since 2026-11-01T10:01:00Z, it last answered at 2026-11-01T10:00:00Z: training InProgress; last error: InternalFailure: try later): it is stopped so that it cannot bill without end. It had begun to train: what it has trained is billed.',
  );
});

test('a job that AWS has never answered about does not claim that nothing was trained', async () => {
  bedrock.on(GetModelCustomizationJobCommand).rejects(sdkError('AccessDeniedException', 403));
  await expect(watchRun('job', TRAINING, clients, LATE)).rejects.toThrow(
    'It is not known whether anything was trained.',
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
    seenAt: NOW.toISOString(),
  });
});

const DEPLOYING: RunState = {
  ...RUN,
  customModelArn: 'arn:model',
  host: { kind: 'deployment', name: 'the-host', arn: 'arn:host', deadline: '2026-11-01T12:00:00Z' },
};

test('a failed update of the deployment to another model does not fail the run', async () => {
  const updateDetails = { modelArn: 'arn:other', updateStatus: 'UpdateFailed' } as const;
  bedrock
    .on(GetCustomModelDeploymentCommand)
    .resolvesOnce({ status: 'Active', modelArn: 'arn:before', updateDetails })
    .resolves({ status: 'Active', modelArn: 'arn:model', updateDetails });
  expect((await watchRun('host', DEPLOYING, clients, NOW)).watch?.status).toBe('waiting');
  expect((await watchRun('host', DEPLOYING, clients, NOW)).watch?.status).toBe('done');
});

test.each(['arn:model', undefined])('a failed update of the deployment to %s fails the run', async (modelArn) => {
  bedrock.on(GetCustomModelDeploymentCommand).resolves({
    status: 'Active',
    modelArn: 'arn:before',
    failureMessage: 'no capacity',
    updateDetails: { modelArn, updateStatus: 'UpdateFailed' },
  });
  await expect(watchRun('host', DEPLOYING, clients, NOW)).rejects.toThrow(
    'the deployment the-host failed: no capacity',
  );
});

test('a deadline that is no date ends the run and is named, whether or not AWS can be asked', async () => {
  const run: RunState = { ...TRAINING, job: { ...JOB, deadline: 'tomorrow' } };
  bedrock
    .on(GetModelCustomizationJobCommand)
    .resolvesOnce({ status: 'InProgress' })
    .rejects(sdkError('InternalFailure', 500));
  for (let look = 0; look < 2; look++) {
    await expect(watchRun('job', run, clients, NOW)).rejects.toMatchObject({
      name: 'RunError',
      message: expect.stringContaining("the customization job the-job has a deadline that is no date ('tomorrow')"),
    });
  }
});

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
    "the imported model the-import has 4 custom model units and was priced for 2: the run can cost up to $109.00, more than the $108.99 that it may, so the model is removed. Its weights stay: set continuedPretraining.customModelUnits to 4, deploy, then 'npx fmpaths host continued-pretraining --weights s3://training/weights/mine/'",
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
