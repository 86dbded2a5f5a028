import {
  BedrockClient,
  GetModelImportJobCommand,
  GetCustomModelCommand,
  GetFoundationModelCommand,
  GetProvisionedModelThroughputCommand,
  ListCustomModelsCommand,
  ListTagsForResourceCommand,
} from '@aws-sdk/client-bedrock';
import { S3Client } from '@aws-sdk/client-s3';
import { SageMakerClient } from '@aws-sdk/client-sagemaker';
import { ListServiceQuotasCommand, ServiceQuotasClient } from '@aws-sdk/client-service-quotas';
import { beforeEach, expect, test } from '@jest/globals';
import { mockClient } from 'aws-sdk-client-mock';
import { checkRun, type CheckClients } from '../../../lambda/check-run/check.ts';
import { priceRun } from '../../../lambda/check-run/price.ts';
import type { PublishedModel } from '../../../lib/training/published-model.ts';
import type { RunState } from '../../../lib/training/run-state.ts';
import type { TrainingSettings } from '../../../lib/training/settings.ts';
import { IMPORTING, OWNER, RUN, SETTINGS } from '../../support/training-settings.ts';
import { objectStore } from './object-store.ts';

const bedrock = mockClient(BedrockClient);
const quotas = mockClient(ServiceQuotasClient);

let hosted: PublishedModel[];

const clients: CheckClients = {
  bedrock: new BedrockClient({}),
  sagemaker: new SageMakerClient({}),
  s3: new S3Client({}),
  quotas: new ServiceQuotasClient({}),
  registry: { read: () => Promise.resolve({ hosted }), write: () => Promise.resolve() },
};

const notFound = Object.assign(new Error('no such thing'), { name: 'ResourceNotFoundException' });

const UNITS = 'Model units no-commitment Provisioned Throughputs across custom models';
const OF_BASE_MODELS = 'Model units no-commitment Provisioned Throughputs across base models';

beforeEach(() => {
  bedrock.reset();
  quotas.reset();
  hosted = [];
  bedrock.on(GetProvisionedModelThroughputCommand).rejects(notFound);
  bedrock.on(ListTagsForResourceCommand).resolves({ tags: [{ key: 'fmpaths-owner', value: OWNER }] });
  bedrock.on(GetFoundationModelCommand).resolves({});
  quotas.on(ListServiceQuotasCommand).resolves({ Quotas: [{ QuotaName: UNITS, Value: 2 }] });
});

const units = (changes: object = {}) =>
  ({ kind: 'provisioned', modelUnits: 1, maxHours: 8, ...changes }) as RunState['hosting'];

const HOST: RunState = { ...RUN, action: 'host', dataset: undefined, customModelArn: 'arn:model', hosting: units() };

test.each<[string, Partial<Record<keyof RunState, unknown>>, string]>([
  ['action', { action: 'dance' }, "'action' must be train, import, host, got 'dance'"],
  ['maxUsd', { maxUsd: 0 }, "'maxUsd' must be US dollars above 0"],
  ['maxUsd', { maxUsd: Infinity }, "'maxUsd' must be US dollars above 0"],
  ['runId', { runId: 'a b' }, "'runId' must be 8 to 41 letters"],
  ['hosting', { hosting: { kind: 'forever' } }, "'hosting.kind' must be none, on-demand, provisioned, imported"],
  ['hosting', { hosting: { kind: 'imported' } }, 'a model customised on Bedrock is not imported'],
  ['hours', { hosting: units({ maxHours: undefined }) }, "'hosting.maxHours' must be above 0 and at most 744"],
  ['hours', { hosting: units({ maxHours: 745 }) }, "'hosting.maxHours' must be above 0 and at most 744"],
  ['units', { hosting: units({ modelUnits: 0.5 }) }, "'hosting.modelUnits' must be a whole number from 1, got 0.5"],
  [
    'commitment',
    { hosting: units({ commitment: 'Forever', acceptCommitment: true }) },
    "'hosting.commitment' must be OneMonth or SixMonths",
  ],
  ['commitment', { hosting: units({ commitment: 'OneMonth' }) }, "say so with 'hosting.acceptCommitment' as well"],
  ['epochs', { hyperParameters: { epochCount: 'many' } }, `'hyperParameters.epochCount' must be a number as a string`],
  [
    'epochs',
    { hyperParameters: { epochCount: '0' } },
    "'hyperParameters.epochCount' must be a whole number from 1 to 5, got 0",
  ],
  [
    'epochs',
    { hyperParameters: { epochCount: '6' } },
    "'hyperParameters.epochCount' must be a whole number from 1 to 5, got 6",
  ],
])('a run with an impossible %s is refused before AWS is asked', async (_, changes, message) => {
  await expect(checkRun({ ...RUN, ...changes } as RunState, SETTINGS, clients)).rejects.toThrow(message);
  expect(bedrock.calls()).toEqual([]);
});

test('a model that cannot be hosted as asked is not trained', async () => {
  const settings = {
    ...SETTINGS,
    customization: { ...SETTINGS.customization, hosting: ['provisioned'] },
  } as TrainingSettings;
  await expect(checkRun(RUN, settings, clients)).rejects.toThrow(
    "a tuned acme.small-v1:0 is not hosted 'on-demand', so training it would be paid for nothing: 'hosting' must be none or provisioned",
  );
  expect(bedrock.calls()).toEqual([]);
});

test.each(['FINE_TUNING', 'CONTINUED_PRE_TRAINING'])(
  'the settings of an older version, which have no rules of records, stop a %s run before AWS is asked',
  async (type) => {
    const customization = { ...SETTINGS.customization, type, records: undefined };
    await expect(checkRun(RUN, { ...SETTINGS, customization } as TrainingSettings, clients)).rejects.toThrow(
      "the stack does not say what its training files must be like: deploy it again with 'npx cdk deploy fine-tuning'",
    );
    expect(bedrock.calls()).toEqual([]);
    expect(quotas.calls()).toEqual([]);
  },
);

test('a base model that AWS does not customise any more stops the run', async () => {
  bedrock.on(GetFoundationModelCommand).resolves({
    modelDetails: { modelArn: 'arn', modelId: 'acme.small-v1:0', customizationsSupported: ['DISTILLATION'] },
  });
  await expect(checkRun(RUN, SETTINGS, clients)).rejects.toThrow(
    'acme.small-v1:0 does not take FINE_TUNING in this Region: AWS lists DISTILLATION for it',
  );
});

test('a Legacy base model takes no new job', async () => {
  bedrock.on(GetFoundationModelCommand).resolves({
    modelDetails: {
      modelArn: 'arn',
      modelId: 'acme.small-v1:0',
      customizationsSupported: ['FINE_TUNING'],
      modelLifecycle: { status: 'LEGACY' },
    },
  });
  await expect(checkRun(RUN, SETTINGS, clients)).rejects.toThrow(
    'acme.small-v1:0 is Legacy: AWS lets nobody begin new customizations of it. Choose an active model',
  );
});

test('no throughput is bought for a Legacy base model; one that exists may serve another model', async () => {
  const modelDetails = { modelArn: 'arn', modelId: 'id', modelLifecycle: { status: 'LEGACY' as const } };
  bedrock
    .on(GetFoundationModelCommand)
    .resolves({ modelDetails })
    .on(GetCustomModelCommand)
    .resolves({ modelArn: 'arn:model', modelStatus: 'Active' });
  await expect(checkRun(HOST, SETTINGS, clients)).rejects.toThrow(
    "acme.small-v1:0 is Legacy, and AWS sells no new Provisioned Throughput for a Legacy model: host on demand where 'npx fmpaths host fine-tuning' can, or choose an active model",
  );
  bedrock.on(GetProvisionedModelThroughputCommand).resolves({ provisionedModelArn: 'arn:units', modelUnits: 1 });
  expect((await checkRun(HOST, SETTINGS, clients)).customModelArn).toBe('arn:model');
});

test('a stack that was deployed before it recorded what can be imported is to be deployed again', async () => {
  const customization = { ...IMPORTING.customization, imports: undefined };
  await expect(checkRun(IMPORT, { ...IMPORTING, customization }, clients)).rejects.toThrow(
    "the stack does not say which weights can be imported: deploy it again with 'npx cdk deploy continued-pretraining'",
  );
});

const IMPORT: RunState = {
  action: 'import',
  runId: RUN.runId,
  maxUsd: 100,
  hosting: { kind: 'imported' },
  weightsUri: 's3://training/weights/mine/',
};

const MODEL = {
  'config.json': '{"model_type": "plain"}',
  'tokenizer.json': '',
  'tokenizer_config.json': '{"chat_template": "{{ messages }}"}',
};
const stored = (folder: string, files: Readonly<Record<string, string>>) => ({
  ...clients,
  s3: objectStore(Object.fromEntries(Object.entries(files).map(([name, body]) => [`${folder}${name}`, body]))),
});

test('weights that are there are imported without a dataset, at the price of storage and the smoke test', async () => {
  bedrock.on(GetModelImportJobCommand).rejects(notFound);
  const run = await checkRun(IMPORT, IMPORTING, stored('weights/mine/', { ...MODEL, 'model.safetensors': 'weights' }));
  expect(run.warnings).toEqual([]);
  // 2 units x $2 a month, and 2 units x 5 minutes x $0.05
  expect(priceRun(run, IMPORTING).bound?.usd).toBeCloseTo(4.5, 10);
  expect(() => priceRun({ ...run, maxUsd: 4.4 }, IMPORTING)).toThrow('this run can cost up to $4.50');
});

test.each([
  ['of nowhere', undefined],
  ['in another bucket', 's3://other/weights/mine/'],
  ['among the datasets', 's3://training/datasets/mine/'],
  ['without a slash', 's3://training/weights/mine'],
])('weights %s are not imported', async (_, weightsUri) => {
  await expect(checkRun({ ...IMPORT, weightsUri }, IMPORTING, clients)).rejects.toThrow(
    `'weightsUri' must be a folder below s3://training/output/ or s3://training/weights/ and end in a slash, got '${weightsUri}'`,
  );
});

test('a path that trains on Bedrock imports nothing', async () => {
  await expect(checkRun({ ...IMPORT, hosting: { kind: 'on-demand' } }, SETTINGS, clients)).rejects.toThrow(
    'weights are imported by the path continued-pretraining',
  );
});

test('a base model that could not be imported afterwards is not trained on', async () => {
  const run = { ...RUN, hosting: { kind: 'imported' } } as const;
  const files = { ...MODEL, 'config.json': '{"model_type": "falcon"}' };
  await expect(checkRun(run, IMPORTING, stored('base-model/', files))).rejects.toThrow(
    "'model_type' in s3://training/base-model/config.json must be",
  );
});

test('more model units than AWS grants are refused before anything is trained', async () => {
  await expect(checkRun({ ...RUN, hosting: units({ modelUnits: 3 }) }, SETTINGS, clients)).rejects.toThrow(
    `the quota '${UNITS}' is 2, and 3 model units are asked for: AWS Support grants model units`,
  );
});

test('the quota of base models does not hold for a custom one', async () => {
  quotas.on(ListServiceQuotasCommand).resolves({ Quotas: [{ QuotaName: OF_BASE_MODELS, Value: 0 }] });
  bedrock.on(GetCustomModelCommand).resolves({ modelStatus: 'Active' });
  expect((await checkRun(HOST, SETTINGS, clients)).customModelArn).toBe('arn:model');
});

test.each([
  ['units', { modelUnits: 2 }, {}],
  ['commitment', { commitment: 'OneMonth', acceptCommitment: true }, {}],
  ['running commitment', {}, { commitmentExpirationTime: new Date('2026-12-01T00:00:00Z') }],
])('throughput of other %s must be unhosted first', async (_, asked, existing) => {
  bedrock.on(GetProvisionedModelThroughputCommand).resolves({
    provisionedModelArn: 'arn:host',
    provisionedModelName: 'acme-dev-fine-tuning-model',
    modelUnits: 1,
    status: 'InService',
    ...existing,
  });
  await expect(checkRun({ ...HOST, hosting: units(asked) }, SETTINGS, clients)).rejects.toThrow(
    "and AWS changes neither: end it with 'npx fmpaths unhost fine-tuning', or host with the same",
  );
});

test('host without a model takes the published one, else the one of this stack that was trained last', async () => {
  bedrock.on(GetCustomModelCommand).resolves({ modelStatus: 'Active' });
  const name = (day: string): string => `acme-dev-fine-tuning-202611${day}090000-a1b2c3`;
  const model = (day: string) => ({
    modelArn: `arn:${day}`,
    modelName: name(day),
    creationTime: new Date(),
    baseModelArn: '',
    baseModelName: '',
  });
  bedrock
    .on(ListCustomModelsCommand)
    .resolves({ modelSummaries: [model('01'), model('03'), model('02'), model('04')] });
  // the last one is another stack's
  bedrock
    .on(ListTagsForResourceCommand, { resourceARN: 'arn:04' })
    .resolves({ tags: [{ key: 'fmpaths-owner', value: `${OWNER}x` }] });
  const asked = { ...HOST, customModelArn: undefined };
  expect((await checkRun(asked, SETTINGS, clients)).customModelArn).toBe('arn:03');
  hosted = [
    { kind: 'on-demand', modelArn: 'arn:host', customModelArn: 'arn:published', runId: 'r', publishedAt: '2026-11-01' },
  ];
  expect((await checkRun(asked, SETTINGS, clients)).customModelArn).toBe('arn:published');
});

test('only the list says that a model to host does not exist, for what follows costs money', async () => {
  bedrock.on(GetCustomModelCommand).rejects(notFound);
  const summary = { modelName: 'm', creationTime: new Date(), baseModelArn: '', baseModelName: '' };
  const other = { ...summary, modelArn: 'arn:other' };
  bedrock
    .on(ListCustomModelsCommand)
    .resolves({ modelSummaries: [other], nextToken: 'more' })
    .on(ListCustomModelsCommand, { nextToken: 'more' })
    .resolves({ modelSummaries: [{ ...summary, modelArn: 'arn:model' }] });
  await expect(checkRun(HOST, SETTINGS, clients)).rejects.toMatchObject({ name: 'Passing' });
  bedrock.on(ListCustomModelsCommand, { nextToken: 'more' }).resolves({ modelSummaries: [] });
  await expect(checkRun(HOST, SETTINGS, clients)).rejects.toThrow(
    "the custom model arn:model does not exist: name another by 'customModelArn', or train one",
  );
});

const DATA = { records: 100, bytes: 3_000_000, estimatedTokens: 600_000 };

test('a run is priced by bytes / 3 times its epochs, with a month of storage', () => {
  // 3,000,000 bytes / 3 = 1M tokens x 2 epochs x $2 a million = $4, and $1.95 of storage
  expect(priceRun({ ...RUN, data: DATA }, SETTINGS).bound?.usd).toBeCloseTo(5.95, 10);
});

test('a run that may cost less than it can is refused with its sums', () => {
  expect(() => priceRun({ ...RUN, data: DATA, maxUsd: 5.9 }, SETTINGS)).toThrow(
    'this run can cost up to $5.95, more than the $5.90 that it may: Training tokens $4.00, Custom model storage, a month $1.95',
  );
});

test('a run without a known price is refused, however much it may cost', () => {
  expect(() => priceRun({ ...RUN, data: DATA, maxUsd: 1e9 }, { ...SETTINGS, prices: {} })).toThrow(
    'what this run can cost is unknown, so it is not begun: no price of acme.small-v1:0/training, acme.small-v1:0/storage',
  );
});

test('a volume that the instances need is priced for the shortest month, and refused without a price', () => {
  const run = { ...RUN, data: DATA, maxUsd: 1e9 };
  const on = (instanceType: string, volumeUsd?: number) =>
    ({
      ...IMPORTING,
      maxTrainingHours: 67.2,
      customization: { ...IMPORTING.customization, instanceType, ownDisks: instanceType === 'ml.g6.2xlarge' },
      prices: {
        ...IMPORTING.prices,
        [`sagemaker/${instanceType}/training`]: { usd: 1, per: 'instance-hour' },
        ...(volumeUsd === undefined ? {} : { 'sagemaker/training-volume': { usd: volumeUsd, per: 'GB-month' } }),
      },
    }) as typeof IMPORTING;
  // 67.2 hours x $1, two units stored for $2 each, and tried for 5 minutes at $0.05 each
  expect(priceRun(run, on('ml.g6.2xlarge')).bound?.usd).toBeCloseTo(67.2 + 4 + 0.5, 10);
  // and 50 GB for a tenth of 672 hours at $0.20
  expect(priceRun(run, on('ml.m5.large', 0.2)).bound?.usd).toBeCloseTo(67.2 + 4 + 0.5 + 1, 10);
  expect(() => priceRun(run, on('ml.m5.large'))).toThrow(
    "no price of sagemaker/training-volume in config/prices. Find it with 'npx fmpaths prices refresh' and deploy continued-pretraining again, or set continuedPretraining.instanceType to one with disks of its own",
  );
});

test('what is no number is never found to be below a limit', () => {
  const run = { ...RUN, data: DATA, hyperParameters: { epochCount: 'many' }, maxUsd: 1e9 };
  expect(() => priceRun(run, SETTINGS)).toThrow('Training tokens: how many is not known, got NaN');
});

test('throughput is priced for its hours and one more, a commitment to its end', () => {
  // (8 + 1) hours x $20 + $1.95
  expect(priceRun({ ...HOST, maxUsd: 1e6 }, SETTINGS).bound?.usd).toBeCloseTo(181.95, 10);
  // 31 x 24 hours x $10 + $1.95
  const committed = { ...HOST, maxUsd: 1e6, hosting: units({ commitment: 'OneMonth', acceptCommitment: true }) };
  expect(priceRun(committed, SETTINGS).bound?.usd).toBeCloseTo(7_441.95, 10);
});
