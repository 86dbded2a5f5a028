import {
  BedrockClient,
  CreateModelCustomizationJobCommand,
  CreateModelImportJobCommand,
  CreateProvisionedModelThroughputCommand,
  GetProvisionedModelThroughputCommand,
  ListTagsForResourceCommand,
  UpdateProvisionedModelThroughputCommand,
} from '@aws-sdk/client-bedrock';
import { EnableRuleCommand, EventBridgeClient } from '@aws-sdk/client-eventbridge';
import {
  CreateTrainingJobCommand,
  DescribeTrainingJobCommand,
  ListTagsCommand,
  SageMakerClient,
} from '@aws-sdk/client-sagemaker';
import { beforeEach, expect, test } from '@jest/globals';
import { mockClient } from 'aws-sdk-client-mock';
import { createForRun, endOfThroughput, type CreateClients } from '../../../lambda/create-run/create.ts';
import type { RunState } from '../../../lib/training/run-state.ts';
import { sdkError } from '../../support/pace.ts';
import { IMPORTING, OWNER, RUN, SETTINGS, leasesInMemory } from '../../support/training-settings.ts';

const bedrock = mockClient(BedrockClient);
const events = mockClient(EventBridgeClient);
const sagemaker = mockClient(SageMakerClient);

const NOW = new Date('2026-11-01T09:00:00Z');
const MODEL = 'arn:aws:bedrock:us-east-1:111122223333:custom-model/acme.small-v1:0:8k/abc';
const THROUGHPUT = 'arn:aws:bedrock:us-east-1:111122223333:provisioned-model/abc';
const IMPORT_NAME = 'acme-dev-continued-pretraining-20261101090000-a1b2c3';
const NAME = 'acme-dev-fine-tuning-20261101090000-a1b2c3';

const notFound = Object.assign(new Error('no such throughput'), { name: 'ResourceNotFoundException' });

let order: string[];
let clients: CreateClients;

beforeEach(() => {
  [bedrock, events, sagemaker].forEach((mock) => mock.reset());
  order = [];
  clients = {
    bedrock: new BedrockClient({}),
    events: new EventBridgeClient({}),
    sagemaker: new SageMakerClient({}),
    leases: leasesInMemory((what) => order.push(what)),
  };
  events.on(EnableRuleCommand).callsFake(() => {
    order.push('reaper on');
    return {};
  });
  bedrock.on(CreateModelCustomizationJobCommand).callsFake(() => {
    order.push('create job');
    return { jobArn: 'arn:job' };
  });
  bedrock.on(CreateProvisionedModelThroughputCommand).callsFake(() => {
    order.push('buy throughput');
    return { provisionedModelArn: THROUGHPUT };
  });
});

const provisioned = (changes: Partial<Extract<RunState['hosting'], { kind: 'provisioned' }>> = {}): RunState => ({
  ...RUN,
  customModelArn: MODEL,
  hosting: { kind: 'provisioned', modelUnits: 1, maxHours: 8, ...changes },
});

async function publishedThroughput(until: string): Promise<void> {
  await clients.leases.put({
    kind: 'throughput',
    name: 'acme-dev-fine-tuning-model',
    runId: 'before',
    writtenAt: NOW.toISOString(),
    published: true,
    modelArn: MODEL,
    until,
  });
  bedrock.on(GetProvisionedModelThroughputCommand).resolves({
    provisionedModelArn: THROUGHPUT,
    provisionedModelName: 'acme-dev-fine-tuning-model',
    modelUnits: 1,
    status: 'InService',
    desiredModelArn: MODEL,
  });
  bedrock.on(ListTagsForResourceCommand).resolves({ tags: [{ key: 'fmpaths-owner', value: OWNER }] });
}

test('job and model have their leases, and the reaper is called, before the job is created', async () => {
  const run = await createForRun('job', RUN, SETTINGS, clients, NOW);
  expect(order).toEqual(['reaper on', `lease customization-job/${NAME}`, `lease custom-model/${NAME}`, 'create job']);
  expect(run.job).toMatchObject({ name: NAME, arn: 'arn:job', deadline: '2026-11-02T09:00:00.000Z' });
  const [call] = bedrock.commandCalls(CreateModelCustomizationJobCommand);
  expect(call?.args[0].input).toMatchObject({
    jobName: NAME,
    customModelName: NAME,
    clientRequestToken: RUN.runId,
    baseModelIdentifier: 'acme.small-v1:0:8k',
    hyperParameters: { epochCount: '2' },
  });
  for (const tags of [call?.args[0].input.jobTags, call?.args[0].input.customModelTags]) {
    expect(tags).toEqual(
      expect.arrayContaining([
        { key: 'fmpaths-owner', value: OWNER },
        { key: 'customization-path', value: 'fine-tuning' },
        { key: 'cost-component', value: 'training' },
      ]),
    );
  }
});

test('the lease of a run names its execution, which EventBridge may have called otherwise', async () => {
  await createForRun('job', RUN, SETTINGS, clients, NOW, 'event_execution');
  expect(await clients.leases.run(RUN.runId)).toMatchObject({ execution: 'event_execution' });
});

test.each([
  ['what the job of the run has written', undefined, `s3://training/output/${RUN.runId}/${IMPORT_NAME}/output/model/`],
  ['what somebody has put there', 's3://training/weights/mine/', 's3://training/weights/mine/'],
])('%s is imported under its leases and with its tags', async (_, weightsUri, s3Uri) => {
  bedrock.on(CreateModelImportJobCommand).callsFake(() => {
    order.push('import');
    return { jobArn: 'arn:import' };
  });
  const run = await createForRun('import', { ...RUN, weightsUri }, IMPORTING, clients, NOW);
  expect(order).toEqual([
    'reaper on',
    `lease import-job/${IMPORT_NAME}`,
    `lease imported-model/${IMPORT_NAME}`,
    'import',
  ]);
  expect(run.importJob).toEqual({
    name: IMPORT_NAME,
    arn: 'arn:import',
    startedAt: NOW.toISOString(),
    deadline: '2026-11-01T15:00:00.000Z',
    weightsUri: s3Uri,
  });
  const input = bedrock.commandCalls(CreateModelImportJobCommand)[0]?.args[0].input;
  expect(input?.modelDataSource).toEqual({ s3DataSource: { s3Uri } });
  for (const tags of [input?.jobTags, input?.importedModelTags]) {
    expect(tags).toContainEqual({ key: 'fmpaths-owner', value: OWNER });
  }
});

test('nothing is created once the stack is being deleted', async () => {
  await clients.leases.fence(NOW);
  await expect(createForRun('job', RUN, SETTINGS, clients, NOW)).rejects.toThrow(
    'this stack is being deleted: nothing is created any more',
  );
  expect(order).toEqual(['reaper on']);
});

test('nothing is created where the fence goes up between lease and creation', async () => {
  const { leases } = clients;
  const put: typeof leases.put = async (lease) => {
    await leases.put(lease);
    await leases.fence(NOW);
  };
  const fenced = { ...clients, leases: { ...leases, put } };
  await expect(createForRun('job', RUN, SETTINGS, fenced, NOW)).rejects.toThrow('this stack is being deleted');
  // the lease stays, so that the name is looked for
  expect(order).toEqual(['reaper on', `lease customization-job/${NAME}`, `lease custom-model/${NAME}`]);
});

test('nothing is created for a run that was stopped, nor for one whose lease has run out', async () => {
  await clients.leases.openRun({ runId: RUN.runId, expiresAt: '2026-11-01T08:59:59Z' });
  await expect(createForRun('job', RUN, SETTINGS, clients, NOW)).rejects.toThrow(
    `the run ${RUN.runId} has ended or was stopped: nothing is created for it any more`,
  );
  expect(order).toEqual(['reaper on']);
});

test('throughput has its end in its lease before it is bought', async () => {
  const run = await createForRun('host', provisioned(), SETTINGS, clients, NOW);
  expect(order).toEqual(['reaper on', 'lease throughput/acme-dev-fine-tuning-model', 'buy throughput']);
  const lease = await clients.leases.get('throughput', 'acme-dev-fine-tuning-model');
  expect(lease?.until).toBe('2026-11-01T16:40:00.000Z');
  expect(run.host).toMatchObject({
    arn: THROUGHPUT,
    startedAt: '2026-11-01T09:00:00.000Z',
    until: '2026-11-01T16:40:00.000Z',
  });
});

test('throughput that an attempt before may have bought keeps its first end, however much later it is known', async () => {
  bedrock.on(CreateProvisionedModelThroughputCommand).rejectsOnce(sdkError('InternalFailure', 500));
  await expect(createForRun('host', provisioned(), SETTINGS, clients, NOW)).rejects.toThrow('InternalFailure');
  const later = new Date('2026-11-01T11:00:00Z');
  bedrock.on(CreateProvisionedModelThroughputCommand).resolves({ provisionedModelArn: THROUGHPUT });
  const run = await createForRun('host', provisioned(), SETTINGS, clients, later);
  expect(run.host).toMatchObject({ until: '2026-11-01T16:40:00.000Z' });
  const past = new Date('2026-11-01T16:40:00Z');
  await expect(createForRun('host', provisioned(), SETTINGS, clients, past)).rejects.toThrow(
    'could not be bought before 2026-11-01T16:40:00.000Z, when it was to end',
  );
});

test('a host that is busy with a swap is asked again, and what a step before saw is not said of the host', async () => {
  await publishedThroughput('2026-11-01T12:00:00Z');
  const run: RunState = {
    ...provisioned(),
    customModelArn: `${MODEL}2`,
    watch: { status: 'done', detail: 'trained' },
  };
  bedrock.on(UpdateProvisionedModelThroughputCommand).rejectsOnce(sdkError('ConflictException', 400)).resolves({});
  await expect(createForRun('host', run, SETTINGS, clients, NOW)).rejects.toMatchObject({ name: 'Passing' });
  expect((await createForRun('host', run, SETTINGS, clients, NOW)).watch).toBeUndefined();
});

test.each([
  ['its own', OWNER, undefined],
  ['that of another', `${OWNER}2`, 'ResourceInUse'],
])('a training job whose name is taken once the SDK has repeated its creation is %s', async (_, owner, failure) => {
  sagemaker.on(DescribeTrainingJobCommand).rejectsOnce(notFound).resolves({
    TrainingJobArn: 'arn:job',
    TrainingJobName: IMPORT_NAME,
    TrainingJobStatus: 'InProgress',
  });
  sagemaker.on(ListTagsCommand).resolves({ Tags: [{ Key: 'fmpaths-owner', Value: owner }] });
  sagemaker.on(CreateTrainingJobCommand).rejects(sdkError('ResourceInUse', 400));
  const begun = createForRun('job', RUN, IMPORTING, clients, NOW);
  if (failure === undefined) expect((await begun).job).toMatchObject({ arn: 'arn:job' });
  else await expect(begun).rejects.toMatchObject({ name: failure });
});

test.each([
  // the reaper looks every 15 minutes: 8 begun hours end with a look 20 minutes before
  [8, '2026-11-01T16:40:00.000Z'],
  [1, '2026-11-01T09:40:00.000Z'],
  // 15 minutes of an hour that is billed whole
  [0.25, '2026-11-01T09:15:00.000Z'],
  // 7.75 hours end before the last 20 minutes of the eighth
  [7.75, '2026-11-01T16:40:00.000Z'],
])('throughput for %d hours ends so that no other hour is begun', (maxHours, end) => {
  expect(endOfThroughput({ kind: 'provisioned', modelUnits: 1, maxHours }, NOW).toISOString()).toBe(end);
});

test.each([
  // 31 days from 1 November
  ['OneMonth' as const, '2026-12-02T09:00:00.000Z'],
  // 184 days from 1 November
  ['SixMonths' as const, '2027-05-04T09:00:00.000Z'],
])('a commitment of %s has an end too, for AWS renews it', (commitment, end) => {
  const hosting = { kind: 'provisioned' as const, modelUnits: 1, maxHours: 1, commitment };
  expect(endOfThroughput(hosting, NOW).toISOString()).toBe(end);
});

test('a published throughput of the same size is kept, and nothing is bought', async () => {
  await publishedThroughput('2026-11-01T12:00:00Z');
  const run = await createForRun('host', provisioned(), SETTINGS, clients, NOW);
  expect(run.host?.arn).toBe(THROUGHPUT);
  expect(bedrock.commandCalls(CreateProvisionedModelThroughputCommand)).toEqual([]);
  // it serves the model already
  expect(bedrock.commandCalls(UpdateProvisionedModelThroughputCommand)).toEqual([]);
});

test('another model is swapped in behind the same throughput', async () => {
  await publishedThroughput('2026-11-01T12:00:00Z');
  await createForRun('host', { ...provisioned(), customModelArn: `${MODEL}2` }, SETTINGS, clients, NOW);
  const [call] = bedrock.commandCalls(UpdateProvisionedModelThroughputCommand);
  expect(call?.args[0].input).toEqual({ provisionedModelId: THROUGHPUT, desiredModelId: `${MODEL}2` });
});

test.each([
  ['more model units', { modelUnits: 2 }],
  ['a commitment', { commitment: 'OneMonth' as const, acceptCommitment: true }],
])('a published throughput is not taken for one with %s', async (_, changes) => {
  await publishedThroughput('2026-11-01T12:00:00Z');
  await expect(createForRun('host', provisioned(changes), SETTINGS, clients, NOW)).rejects.toThrow(
    "the throughput 'acme-dev-fine-tuning-model' exists with other model units or another commitment: unhost it first",
  );
  expect(bedrock.commandCalls(CreateProvisionedModelThroughputCommand)).toEqual([]);
});

test('the reaper looks after a swap too, which needs no lease of its own', async () => {
  await publishedThroughput('2026-11-01T12:00:00Z');
  order.length = 0;
  await createForRun('host', { ...provisioned(), customModelArn: `${MODEL}2` }, SETTINGS, clients, NOW);
  expect(order).toEqual(['reaper on']);
});

test.each([
  ['is still live, though nobody sees its throughput yet', '2026-11-02T09:00:00Z', false],
  ['has ended, and its throughput is still there', '2026-11-01T08:00:00Z', true],
])('the lease of another run is not taken over where that %s', async (_, expiresAt, isThere) => {
  const lease = { kind: 'throughput', name: 'acme-dev-fine-tuning-model', runId: 'other', writtenAt: '' } as const;
  await clients.leases.openRun({ runId: 'other', expiresAt });
  if (isThere) await publishedThroughput('2026-11-01T12:00:00Z');
  else bedrock.on(GetProvisionedModelThroughputCommand).rejects(notFound);
  await clients.leases.put(lease);
  await expect(createForRun('host', provisioned(), SETTINGS, clients, NOW)).rejects.toThrow(
    "the throughput 'acme-dev-fine-tuning-model' is being made or removed for the run other: wait for its end, then host again",
  );
  expect(await clients.leases.get('throughput', lease.name)).toEqual(lease);
  expect(bedrock.commandCalls(CreateProvisionedModelThroughputCommand)).toEqual([]);
});

test('what a run before has left behind in name only does not keep the next from hosting', async () => {
  bedrock.on(GetProvisionedModelThroughputCommand).rejects(notFound);
  await clients.leases.openRun({ runId: 'other', expiresAt: '2026-11-01T08:00:00Z' });
  await clients.leases.put({
    kind: 'throughput',
    name: 'acme-dev-fine-tuning-model',
    runId: 'other',
    writtenAt: '2026-11-01T07:00:00Z',
  });
  await createForRun('host', provisioned(), SETTINGS, clients, NOW);
  expect(bedrock.commandCalls(CreateProvisionedModelThroughputCommand)).toHaveLength(1);
});

test('a throughput whose end has come is not used again', async () => {
  await publishedThroughput('2026-11-01T08:59:00Z');
  await expect(createForRun('host', provisioned(), SETTINGS, clients, NOW)).rejects.toThrow(
    'has come to its end and is being deleted: try again in 15 minutes',
  );
});
