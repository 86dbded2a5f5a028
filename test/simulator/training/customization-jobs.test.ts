import {
  CreateModelCustomizationJobCommand,
  CreateProvisionedModelThroughputCommand,
  GetCustomModelCommand,
  GetFoundationModelCommand,
  GetModelCustomizationJobCommand,
  ListCustomModelsCommand,
  ListModelCustomizationJobsCommand,
  ListTagsForResourceCommand,
  StopModelCustomizationJobCommand,
  TagResourceCommand,
} from '@aws-sdk/client-bedrock';
import { expect, test } from '@jest/globals';
import { countTokens } from '../../../lib/simulator/tokens.ts';
import {
  LITE,
  LITE_TUNING,
  MINUTE_MS,
  TRAINING_CATALOGUE,
  TRAINING_TAG_LIST,
  TRAIN_URI,
  jobRequest,
  objectStore,
  records,
  trainingBed,
  type TrainingBed,
} from '../../support/simulated-training.ts';
import { LIFECYCLE_RULES } from '../../support/lifecycle-rules.ts';
import { errorOf } from '../../support/simulator-bed.ts';

const start = (bed: TrainingBed, name: string, more: object = {}) =>
  bed.bedrock.send(new CreateModelCustomizationJobCommand({ ...jobRequest(name), ...more }));
const status = async (bed: TrainingBed, jobIdentifier: string | undefined) =>
  bed.bedrock.send(new GetModelCustomizationJobCommand({ jobIdentifier }));

/** 10 records of a question and an answer, 3 epochs. */
const TOKENS =
  3 *
  Array.from({ length: 10 }, (_, i) => countTokens(`question ${i}`) + countTokens(`answer ${i}`)).reduce(
    (a, b) => a + b,
    0,
  );

test('a job goes through its phases on the virtual clock and leaves a tagged model, its losses and its tokens on the bill', async () => {
  const bed = await trainingBed();
  const { jobArn } = await start(bed, 'run-1');
  expect(jobArn).toMatch(/:model-customization-job\/amazon\.nova-lite-v1:0:300k\/[a-z0-9]{12}$/);
  const phases = async () => {
    const { status: all, statusDetails } = await status(bed, jobArn);
    return [
      all,
      statusDetails?.dataProcessingDetails?.status,
      statusDetails?.trainingDetails?.status,
      statusDetails?.validationDetails?.status,
    ];
  };
  expect(await phases()).toEqual(['InProgress', 'InProgress', 'NotStarted', 'NotStarted']);
  bed.clock.advanceBy(10 * MINUTE_MS);
  expect(await phases()).toEqual(['InProgress', 'Completed', 'InProgress', 'NotStarted']);
  bed.clock.advanceBy(60 * MINUTE_MS);
  expect(await phases()).toEqual(['Completed', 'Completed', 'Completed', 'Completed']);

  const { outputModelArn, trainingMetrics, endTime } = await status(bed, jobArn);
  expect(trainingMetrics?.trainingLoss).toBeGreaterThan(0);
  expect(endTime).toBeInstanceOf(Date);
  const model = await bed.bedrock.send(new GetCustomModelCommand({ modelIdentifier: outputModelArn }));
  expect(model).toMatchObject({ modelName: 'run-1', jobArn, customizationType: 'FINE_TUNING', modelStatus: 'Active' });
  const { tags } = await bed.bedrock.send(new ListTagsForResourceCommand({ resourceARN: outputModelArn }));
  expect(tags).toEqual(expect.arrayContaining(TRAINING_TAG_LIST));
  expect(bed.objects.uris()).toContainEqual(expect.stringMatching(/output\/.*step_wise_training_metrics\.csv$/));

  const trained = bed.simulator.control.ledger.usage().filter(({ priceId }) => priceId.endsWith('/training'));
  expect(trained).toMatchObject([{ quantity: TOKENS, path: 'fine-tuning', component: 'training', resourceId: jobArn }]);
});

test('a stored model bills its share of every month until it is deleted', async () => {
  const bed = await trainingBed();
  await start(bed, 'run-1');
  // 2026-11-30 12:00 and the job takes 40 minutes and a little: the model is there for all of December
  bed.clock.advanceTo(new Date('2027-01-01T00:00:00Z'));
  const december = bed.simulator.control.ledger.totals('2026-12');
  expect(december).toEqual([
    expect.objectContaining({
      path: 'fine-tuning',
      component: 'training',
      usd: expect.closeTo(3, 9),
      knownUsd: expect.closeTo(3, 9),
    }),
  ]);
  expect(bed.simulator.control.leftovers()).toMatchObject([
    { type: 'AWS::Bedrock::CustomModel', usdPerDay: expect.closeTo(3 / 31, 9) },
  ]);
});

test('a job that is stopped bills what it trained, a job whose data is wrong bills nothing, and neither leaves a model', async () => {
  const bed = await trainingBed({
    objects: objectStore({ [TRAIN_URI]: records(10), 's3://training/short.jsonl': records(7) }),
  });
  const { jobArn } = await start(bed, 'stopped');
  const { jobArn: failing } = await start(bed, 'failing', {
    trainingDataConfig: { s3Uri: 's3://training/short.jsonl' },
  });
  bed.clock.advanceBy(5 * MINUTE_MS + 15 * MINUTE_MS);
  expect(await status(bed, failing)).toMatchObject({
    status: 'Failed',
    failureMessage: 'The training data has 7 records; at least 8 are needed.',
    statusDetails: { dataProcessingDetails: { status: 'Failed' }, trainingDetails: { status: 'NotStarted' } },
  });
  await bed.bedrock.send(new StopModelCustomizationJobCommand({ jobIdentifier: jobArn }));
  expect((await status(bed, jobArn)).status).toBe('Stopping');
  expect(bed.simulator.control.leftovers()).toHaveLength(1);
  bed.clock.advanceBy(3 * MINUTE_MS);
  expect((await status(bed, jobArn)).status).toBe('Stopped');
  expect(bed.simulator.control.leftovers()).toEqual([]);
  const usage = bed.simulator.control.ledger.usage();
  // 15 of 30 minutes and a millisecond a token
  expect(usage).toMatchObject([
    { resourceId: jobArn, quantity: expect.closeTo((TOKENS * 15 * MINUTE_MS) / (30 * MINUTE_MS + TOKENS), 9) },
  ]);
  const error = await errorOf(bed.bedrock.send(new StopModelCustomizationJobCommand({ jobIdentifier: jobArn })));
  expect([error.name, error.message]).toEqual(['ConflictException', expect.stringMatching(/it is Stopped/)]);
});

test('the same client token makes one job; the name of a job is taken for ever', async () => {
  const bed = await trainingBed();
  const first = await start(bed, 'run-1', { clientRequestToken: 'token-1' });
  expect(await start(bed, 'run-1', { clientRequestToken: 'token-1' })).toMatchObject({ jobArn: first.jobArn });
  expect((await errorOf(start(bed, 'run-2', { clientRequestToken: 'token-1' }))).name).toBe('ConflictException');
  bed.clock.advanceBy(24 * 60 * MINUTE_MS);
  expect((await errorOf(start(bed, 'run-1'))).message).toBe('The provided job name is currently in use.');
  expect((await errorOf(start(bed, 'run-3', { customModelName: 'run-1' }))).message).toBe(
    'The provided custom model name is currently in use.',
  );
});

test('a lost response means a job all the same, which the caller finds by its name', async () => {
  const bed = await trainingBed();
  bed.simulator.control.inject({ operation: 'CreateModelCustomizationJob', kind: 'lost-response' });
  const error = await errorOf(start(bed, 'run-1'));
  expect(error.$metadata?.httpStatusCode).toBeUndefined();
  const { modelCustomizationJobSummaries } = await bed.bedrock.send(new ListModelCustomizationJobsCommand({}));
  expect(modelCustomizationJobSummaries).toMatchObject([{ jobName: 'run-1', status: 'InProgress' }]);
});

test('a creation that is slow to be seen is found by nobody for two minutes, and bills nevertheless', async () => {
  const bed = await trainingBed();
  bed.simulator.control.inject({ operation: 'CreateModelCustomizationJob', kind: 'slow-consistency' });
  const { jobArn } = await start(bed, 'run-1');
  const list = async () =>
    (await bed.bedrock.send(new ListModelCustomizationJobsCommand({}))).modelCustomizationJobSummaries;
  expect(await list()).toEqual([]);
  expect((await errorOf(status(bed, jobArn))).name).toBe('ResourceNotFoundException');
  expect(bed.simulator.control.leftovers()).toHaveLength(1);
  bed.clock.advanceBy(2 * MINUTE_MS);
  expect(await list()).toHaveLength(1);
});

test('a job that was told to fail fails half-way through training', async () => {
  const bed = await trainingBed();
  bed.simulator.control.inject({ operation: 'CreateModelCustomizationJob', kind: 'job-failure' });
  const { jobArn } = await start(bed, 'run-1');
  bed.clock.advanceBy(60 * MINUTE_MS);
  expect(await status(bed, jobArn)).toMatchObject({
    status: 'Failed',
    failureMessage: expect.stringMatching(/internal error/),
  });
  expect(bed.simulator.control.ledger.usage()).toMatchObject([{ quantity: expect.closeTo(TOKENS / 2, 9) }]);
});

test.each<[string, object, string, RegExp]>([
  [
    'without tags',
    { jobTags: [] },
    'AccessDeniedException',
    /denies bedrock:CreateModelCustomizationJob: the tags customization-path.* are missing/,
  ],
  ['whose model has no tags', { customModelTags: undefined }, 'AccessDeniedException', /are missing/],
  [
    'of a model by the id that inference takes',
    { baseModelIdentifier: 'amazon.nova-lite-v1:0' },
    'ValidationException',
    /no model amazon\.nova-lite-v1:0 can be customized in us-east-1/,
  ],
  [
    'of a type that no model takes',
    { customizationType: 'CONTINUED_PRE_TRAINING' },
    'ValidationException',
    /does not support the customization type CONTINUED_PRE_TRAINING/,
  ],
  ['with too many epochs', { hyperParameters: { epochCount: '6' } }, 'ValidationException', /from 1 to 5, got 6/],
  [
    'with a setting that is none',
    { hyperParameters: { epochs: '2' } },
    'ValidationException',
    /hyperparameters epochs are not supported/,
  ],
  ['with a name that is none', { jobName: 'a b' }, 'ValidationException', /'jobName' failed to satisfy constraint/],
  [
    'of a student that the teacher does not teach',
    {
      customizationType: 'DISTILLATION',
      customizationConfig: {
        distillationConfig: { teacherModelConfig: { teacherModelIdentifier: 'amazon.nova-micro-v1:0' } },
      },
    },
    'ValidationException',
    /cannot teach the student model/,
  ],
])('a job %s is refused and nothing is created', async (_, wrong, name, message) => {
  const bed = await trainingBed();
  const error = await errorOf(start(bed, 'run-1', wrong));
  expect([error.name, error.message]).toEqual([name, expect.stringMatching(message)]);
  expect(bed.simulator.control.resources()).toEqual([]);
});

test('one job more than the quota is refused', async () => {
  const bed = await trainingBed({ quotas: { customizationJobsInProgress: 1 } });
  await start(bed, 'run-1');
  expect((await errorOf(start(bed, 'run-2'))).name).toBe('ServiceQuotaExceededException');
});

test('a distillation asks its teacher, whose tokens are billed to nobody, and trains the student on what it said', async () => {
  const objects = objectStore({ [TRAIN_URI]: records(100, false) });
  const bed = await trainingBed({ objects });
  const { jobArn } = await start(bed, 'run-1', {
    customizationType: 'DISTILLATION',
    baseModelIdentifier: LITE_TUNING,
    hyperParameters: undefined,
    customizationConfig: {
      distillationConfig: { teacherModelConfig: { teacherModelIdentifier: 'amazon.nova-pro-v1:0' } },
    },
  });
  bed.clock.advanceBy(24 * 60 * MINUTE_MS);
  expect((await status(bed, jobArn)).status).toBe('Completed');
  const { teacher, tokensPerEpoch, epochs } = bed.simulator.control.trainingJobs()[0] ?? {};
  expect(teacher?.prompts).toBeGreaterThan(100);
  expect([tokensPerEpoch, epochs]).toEqual([(teacher?.inputTokens ?? 0) + (teacher?.outputTokens ?? 0), 1]);
  const usage = bed.simulator.control.ledger.usage().filter(({ priceId }) => !priceId.endsWith('/storage'));
  expect(usage).toMatchObject([
    {
      priceId: 'amazon.nova-pro-v1:0/input',
      quantity: teacher?.inputTokens,
      resourceId: null,
      tags: {},
      path: 'fine-tuning',
    },
    { priceId: 'amazon.nova-pro-v1:0/output', quantity: teacher?.outputTokens, resourceId: null, tags: {} },
    { priceId: 'amazon.nova-lite-v1:0/training', quantity: tokensPerEpoch, resourceId: jobArn },
  ]);
});

test('a distillation that reuses logged answers pays no teacher', async () => {
  const log = (index: number) =>
    JSON.stringify({
      input: { inputBodyJson: { messages: [{ role: 'user', content: [{ text: `question ${index}` }] }] } },
      output: {
        outputBodyJson: { output: { message: { role: 'assistant', content: [{ text: `answer ${index}` }] } } },
      },
    });
  const objects = objectStore({
    's3://logs/invocations/1.json': Array.from({ length: 120 }, (_, i) => log(i)).join('\n'),
  });
  const bed = await trainingBed({ objects });
  await start(bed, 'run-1', {
    customizationType: 'DISTILLATION',
    hyperParameters: undefined,
    trainingDataConfig: {
      invocationLogsConfig: { usePromptResponse: true, invocationLogSource: { s3Uri: 's3://logs/invocations/' } },
    },
    customizationConfig: {
      distillationConfig: { teacherModelConfig: { teacherModelIdentifier: 'us.amazon.nova-pro-v1:0' } },
    },
  });
  bed.clock.advanceBy(60 * MINUTE_MS);
  const tokens = Array.from(
    { length: 120 },
    (_, i) => countTokens(`question ${i}`) + countTokens(`answer ${i}`),
  ).reduce((a, b) => a + b, 0);
  const usage = bed.simulator.control.ledger.usage().filter(({ priceId }) => !priceId.endsWith('/storage'));
  expect(usage).toMatchObject([{ priceId: 'amazon.nova-lite-v1:0/training', quantity: tokens }]);
});

test('lists come in pages, newest first, and can be narrowed', async () => {
  const bed = await trainingBed({ quotas: { customizationJobsInProgress: 20 } });
  for (let index = 0; index < 12; index++) await start(bed, `run-${index}`);
  bed.clock.advanceBy(60 * MINUTE_MS);
  const first = await bed.bedrock.send(new ListCustomModelsCommand({}));
  expect(first.modelSummaries).toHaveLength(10);
  const second = await bed.bedrock.send(new ListCustomModelsCommand({ nextToken: first.nextToken }));
  expect(second.modelSummaries?.map(({ modelName }) => modelName)).toEqual(['run-1', 'run-0']);
  expect(second.nextToken).toBeUndefined();
  const { modelSummaries } = await bed.bedrock.send(new ListCustomModelsCommand({ nameContains: '11' }));
  expect(modelSummaries).toMatchObject([{ modelName: 'run-11' }]);
});

test('tags can be added to a model but not taken below the contract', async () => {
  const bed = await trainingBed();
  const { jobArn } = await start(bed, 'run-1');
  await bed.bedrock.send(new TagResourceCommand({ resourceARN: jobArn, tags: [{ key: 'team', value: 'a' }] }));
  const { tags } = await bed.bedrock.send(new ListTagsForResourceCommand({ resourceARN: jobArn }));
  expect(tags).toContainEqual({ key: 'team', value: 'a' });
  const wrong = new TagResourceCommand({ resourceARN: jobArn, tags: [{ key: 'customization-path', value: 'mine' }] });
  expect((await errorOf(bed.bedrock.send(wrong))).name).toBe('AccessDeniedException');
});

test('a model becomes Legacy on the virtual clock: AWS then takes no new job, and sells no new throughput', async () => {
  const lite = TRAINING_CATALOGUE.models[LITE];
  if (lite === undefined) throw new Error('the fixture has no such model');
  // Legacy half a year before
  const lifecycle = { status: 'active' as const, endOfLife: '2027-06-01' };
  const models = {
    lifecycleRules: LIFECYCLE_RULES,
    models: { ...TRAINING_CATALOGUE.models, [LITE]: { ...lite, lifecycle, released: '2024-12-03' } },
  };
  const bed = await trainingBed({ models });
  const listed = async () =>
    (await bed.bedrock.send(new GetFoundationModelCommand({ modelIdentifier: LITE_TUNING }))).modelDetails
      ?.modelLifecycle?.status;
  const asDay = (): string => bed.clock.now().toISOString().slice(0, 10);
  expect([asDay() < '2026-12-01', await listed()]).toEqual([true, 'ACTIVE']);
  await start(bed, 'before');
  bed.clock.advanceBy(Date.parse('2026-12-01') - bed.clock.now().getTime());
  expect([asDay(), await listed()]).toEqual(['2026-12-01', 'LEGACY']);
  expect(await errorOf(start(bed, 'after'))).toMatchObject({
    name: 'ValidationException',
    message: expect.stringContaining('no new customization job'),
  });
  const bought = bed.bedrock.send(
    new CreateProvisionedModelThroughputCommand({
      provisionedModelName: 'units',
      modelId: LITE_TUNING,
      modelUnits: 1,
      tags: TRAINING_TAG_LIST,
    }),
  );
  expect(await errorOf(bought)).toMatchObject({ message: expect.stringContaining('legacy model') });
});
