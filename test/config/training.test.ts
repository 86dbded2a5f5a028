import { describe, expect, test } from '@jest/globals';
import { join } from 'node:path';
import type { ModelCatalogue, ModelEntry } from '../../lib/catalogue/models.ts';
import { loadConfig, parseCatalogue, type Config, type EnvironmentInput } from '../../lib/config/config.ts';
import type { ConfigSources } from '../../lib/config/sources.ts';
import { priceBook } from '../../lib/prices/price-book.ts';
import { ENVIRONMENT, EXAMPLE_PRICES, MODEL, exampleConfig, exampleSources } from '../support/example-config.ts';
import { FAMILIES } from '../support/families.ts';
import { TRAINING_FACTS } from '../support/training-facts.ts';
import { LIFECYCLE_RULES } from '../support/lifecycle-rules.ts';

const BASE = 'amazon.titan-text-base-v1:0';
const TEACHER = 'acme.teacher-v1:0';
const TUNABLE: Partial<ModelEntry> = {
  tuningFamily: 'open',
  inRegion: ['us-east-1'],
  customization: { types: ['FINE_TUNING', 'DISTILLATION'], tuningId: `${BASE}:8k`, regions: ['us-east-1'] },
  hosting: ['on-demand'],
};

function configured(
  environment: Partial<EnvironmentInput>,
  {
    base = {},
    teacher = {},
    facts: { trainingInstances, continuedPretrainingElsewhere } = { models: {} },
    rules,
    ...changes
  }: Partial<ConfigSources> & {
    base?: Partial<ModelEntry>;
    teacher?: Partial<ModelEntry>;
    facts?: ModelCatalogue;
    rules?: ModelCatalogue['lifecycleRules'];
  } = {},
): Config {
  const sources = exampleSources();
  const catalogue = parseCatalogue({
    ...sources.catalogue,
    ...(rules === undefined ? {} : { lifecycleRules: rules }),
    tuningFamilies: FAMILIES,
    trainingInstances,
    continuedPretrainingElsewhere,
    models: {
      ...sources.catalogue.models,
      [BASE]: { ...MODEL, ...TUNABLE, ...base },
      [TEACHER]: { ...MODEL, inRegion: ['us-east-1'], teaches: [BASE], ...teacher },
    },
  });
  const readText = (path: string): string | null => (path === 'datasets/mine.jsonl' ? '{}' : sources.readText(path));
  return exampleConfig(environment.promptOnly ?? {}, { ...sources, catalogue, readText, ...changes }, environment);
}

const tuned = (section: Partial<NonNullable<EnvironmentInput['fineTuning']>>): Partial<EnvironmentInput> => ({
  fineTuning: { model: BASE, ...section },
});

describe('a fresh clone', () => {
  const config = loadConfig(join(import.meta.dirname, '..', '..'), new Date('2026-11-26'));

  test('has all three training paths, each at safe defaults: nothing starts, nothing is bought, a job ends within a day', () => {
    expect(config.omitted).toEqual({});
    for (const training of [config.fineTuning, config.continuedPretraining, config.distillation]) {
      expect(training).toMatchObject({ maxTrainingHours: 24 });
      expect(training?.startOnDeploy).toBeUndefined();
      expect(training?.peakHours).toBeUndefined();
      expect(training?.kmsKeyArn).toBeUndefined();
      expect(training?.vpc).toBeUndefined();
      expect(training?.warnings).toEqual([]);
    }
  });

  test('knows every price of a run that is hosted on demand: an unknown one would refuse it', () => {
    expect(Object.keys(config.fineTuning?.prices ?? {})).toEqual(
      expect.arrayContaining(['amazon.nova-2-lite-v1:0/training', 'amazon.nova-2-lite-v1:0/storage']),
    );
    expect(Object.keys(config.distillation?.prices ?? {})).toEqual(
      expect.arrayContaining([
        'amazon.nova-lite-v1:0/training',
        'amazon.nova-lite-v1:0/storage',
        'amazon.nova-pro-v1:0/input',
        'amazon.nova-pro-v1:0/output',
      ]),
    );
    expect(Object.keys(config.continuedPretraining?.prices ?? {})).toEqual(
      expect.arrayContaining(['sagemaker/ml.g6e.12xlarge/training', 'cmi/storage', 'cmi/cmu-v1']),
    );
  });

  test('trains models under the ids that a job takes, which are not those that are called', () => {
    expect(config.fineTuning?.customization).toMatchObject({
      route: 'bedrock',
      type: 'FINE_TUNING',
      baseModelId: 'amazon.nova-2-lite-v1:0',
      tuningId: 'amazon.nova-2-lite-v1:0:256k',
    });
    expect(config.distillation?.customization).toMatchObject({
      type: 'DISTILLATION',
      tuningId: 'amazon.nova-lite-v1:0:300k',
      teacher: { modelId: 'amazon.nova-pro-v1:0', identifier: 'amazon.nova-pro-v1:0' },
    });
    expect(config.continuedPretraining?.customization).toMatchObject({ route: 'sagemaker', spot: false, instances: 1 });
  });
});

/** A catalogue with AWS's rules, in which the base model is Legacy. */
const RETIRING = {
  base: { lifecycle: { status: 'legacy', endOfLife: '2026-09-01' }, hosting: ['on-demand', 'provisioned'] },
  rules: LIFECYCLE_RULES,
} satisfies Parameters<typeof configured>[1];

test.each<[string, Partial<EnvironmentInput>, Parameters<typeof configured>[1], RegExp]>([
  [
    'hours of throughput for a Legacy model',
    tuned({ peakHours: { startHourUtc: 8, hours: 9, days: ['MON'], modelUnits: 1, maxUsd: 9 } }),
    RETIRING,
    /fineTuning\.peakHours: AWS sells no new Provisioned Throughput for a Legacy model, and 'amazon\.titan-text-base-v1:0' is one: host it 'on-demand', or choose /,
  ],
  [
    'a first run of a Legacy model that is hosted by throughput',
    tuned({
      startOnDeploy: { dataset: 'datasets/mine.jsonl', maxUsd: 9, hosting: 'provisioned', maxHours: 1 },
    }),
    RETIRING,
    /fineTuning\.startOnDeploy\.hosting: AWS sells no new Provisioned Throughput for a Legacy model/,
  ],
  [
    'a student that only throughput can host, once it is Legacy',
    { distillation: { teacher: TEACHER, student: BASE } },
    { ...RETIRING, base: { ...RETIRING.base, hosting: ['provisioned'] } },
    /distillation\.student: AWS sells no new Provisioned Throughput .+ paid for nothing/,
  ],
  [
    'a temperature that the base model refuses',
    tuned({ temperature: 0 }),
    { base: { sampling: 'none' } },
    /fineTuning\.temperature: 'amazon\.titan-text-base-v1:0' refuses every call that sets temperature: leave it out/,
  ],
  [
    'a model that nobody knows',
    tuned({ model: 'acme.none-v1:0' }),
    {},
    /fineTuning\.model: 'acme\.none-v1:0' is not in config\/models\.json; .*known text models: /,
  ],
  [
    'a model that is not tuned',
    tuned({}),
    { base: { customization: null } },
    /fineTuning\.model: 'amazon\.titan-text-base-v1:0' does not take FINE_TUNING; those that do: none/,
  ],
  [
    'a model that is tuned in another Region only',
    tuned({}),
    { base: { customization: { types: ['FINE_TUNING'], tuningId: 'x', regions: ['us-west-2'] } } },
    /fineTuning\.model: 'amazon\.titan-text-base-v1:0' is customised in us-west-2, not in us-east-1/,
  ],
  [
    'a model whose id for jobs is unknown',
    tuned({}),
    { base: { customization: { types: ['FINE_TUNING'], tuningId: null, regions: ['us-east-1'] } } },
    /fineTuning\.model: 'amazon\.titan-text-base-v1:0' does not take FINE_TUNING/,
  ],
  [
    'a model whose family, and with it its epochs, is unknown',
    tuned({ model: TEACHER }),
    { teacher: { ...TUNABLE, tuningFamily: undefined } },
    /fineTuning\.model: 'acme\.teacher-v1:0' is of no family whose records and epochs are known; known: plain, reasoning, open/,
  ],
  [
    'a model past its end of life',
    tuned({}),
    { base: { lifecycle: { status: 'active', endOfLife: '2026-05-31' } } },
    /fineTuning\.model: 'amazon\.titan-text-base-v1:0' is past its end of life since 2026-05-31/,
  ],
  [
    'a teacher that does not teach the student',
    { distillation: { teacher: TEACHER, student: BASE } },
    { teacher: { teaches: ['acme.other-v1:0'] } },
    /distillation\.student: 'acme\.teacher-v1:0' does not teach 'amazon\.titan-text-base-v1:0'; known pairs: acme\.teacher-v1:0 teaches acme\.other-v1:0/,
  ],
  [
    'a teacher past its end of life',
    { distillation: { teacher: TEACHER, student: BASE } },
    { teacher: { lifecycle: { status: 'end-of-life', endOfLife: null } } },
    /distillation\.teacher: 'acme\.teacher-v1:0' is past its end of life/,
  ],
  [
    'a teacher that does not answer in the Region without a profile',
    { distillation: { teacher: TEACHER, student: BASE } },
    { teacher: { inRegion: ['us-west-2'] } },
    /distillation\.teacherProfileScope: 'acme\.teacher-v1:0' does not answer in us-east-1 without a profile/,
  ],
  [
    'a teacher behind a profile whose Regions no policy can name',
    { distillation: { teacher: TEACHER, student: BASE, teacherProfileScope: 'global' } },
    {},
    /distillation\.teacherProfileScope: .* no least-privilege policy can be written/,
  ],
  [
    'peak hours for a model without Provisioned Throughput',
    tuned({ peakHours: { startHourUtc: 8, hours: 9, days: ['MON'], modelUnits: 1, maxUsd: 100 } }),
    {},
    /fineTuning\.peakHours: there is no Provisioned Throughput for 'amazon\.titan-text-base-v1:0'/,
  ],
  [
    'a run with a data set that is not there',
    tuned({ startOnDeploy: { dataset: 'datasets/none.jsonl', maxUsd: 5 } }),
    {},
    /fineTuning\.startOnDeploy\.dataset: config\/datasets\/none\.jsonl is missing/,
  ],
  [
    'a run hosted as the model cannot be',
    tuned({ startOnDeploy: { dataset: 'datasets/mine.jsonl', maxUsd: 5, hosting: 'provisioned', maxHours: 2 } }),
    {},
    /fineTuning\.startOnDeploy\.hosting: 'amazon\.titan-text-base-v1:0' is not hosted 'provisioned'; allowed: none, on-demand/,
  ],
  [
    'throughput without an end',
    tuned({ startOnDeploy: { dataset: 'datasets/mine.jsonl', maxUsd: 5, hosting: 'provisioned' } }),
    {},
    /needs maxHours where hosting is 'provisioned': throughput bills by the hour until it is deleted/,
  ],
  [
    'a run without a limit',
    tuned({ startOnDeploy: { dataset: 'datasets/mine.jsonl' } as never }),
    {},
    /fineTuning\.startOnDeploy\.maxUsd/,
  ],
  [
    'a key that is none',
    tuned({ kmsKeyArn: 'alias/mine' }),
    {},
    /fineTuning\.kmsKeyArn: .*must be the ARN of a kms key/,
  ],
  [
    'continued pre-training on Bedrock',
    { continuedPretraining: { route: 'bedrock' } },
    {},
    /continuedPretraining\.route: must be 'sagemaker' or absent: no base model on Bedrock takes continued pre-training any more, got "bedrock"/,
  ],
  [
    'continued pre-training on Bedrock, and names where else some models take it',
    { continuedPretraining: { route: 'bedrock' } },
    { facts: TRAINING_FACTS },
    /no base model on Bedrock takes continued pre-training any more, got "bedrock"\. Acme models are trained in the basement/,
  ],
  [
    'an instance whose accelerators the training script does not use',
    { continuedPretraining: { instanceType: 'ml.other.xlarge' } },
    { facts: TRAINING_FACTS },
    /continuedPretraining\.instanceType: the training script does not use Other and would train on the processors, got 'ml\.other\.xlarge': choose an instance whose accelerators run CUDA/,
  ],
  [
    'weights that are no folder',
    { continuedPretraining: { baseModelUri: 's3://bucket/model.tar.gz' } },
    {},
    /continuedPretraining\.baseModelUri: .*must be a folder such as s3:\/\/bucket\/folder\//,
  ],
])('refuses %s', (_, environment, sources, message) => {
  expect(() => configured(environment, sources)).toThrow(message);
});

test('a path that nobody wrote is left out where its defaults cannot work, and the reason is kept', () => {
  const config = configured({});
  expect(config.fineTuning).toBeUndefined();
  expect(config.omitted['fine-tuning']).toMatch(
    /fineTuning\.model: is missing, and defaults\.tuned of config\/models\.json names no model either/,
  );
});

test('the route of continued pre-training that is left may be written or left out', () => {
  for (const section of [{}, { route: 'sagemaker' as const }]) {
    const { continuedPretraining } = configured({ continuedPretraining: section });
    expect(continuedPretraining?.customization).toMatchObject({ route: 'sagemaker' });
  }
});

test('a run knows whether its instance brings disks, so that its bound has a volume where it may be billed', () => {
  const ownDisks = (instanceType: string) =>
    configured({ continuedPretraining: { instanceType } }, { facts: TRAINING_FACTS }).continuedPretraining
      ?.customization;
  expect(ownDisks('ml.fast.xlarge')).toMatchObject({ ownDisks: true });
  for (const type of ['ml.plain.large', 'ml.unheard.of']) expect(ownDisks(type)).toMatchObject({ ownDisks: false });
});

test('a run that a deployment begins has what was written, and on demand is the default', () => {
  const { fineTuning } = configured(tuned({ startOnDeploy: { dataset: 'datasets/mine.jsonl', maxUsd: 5 } }));
  expect(fineTuning?.startOnDeploy).toEqual({
    dataset: 'datasets/mine.jsonl',
    maxUsd: 5,
    hosting: { kind: 'on-demand' },
  });
});

test('a teacher behind a profile is asked through it, in the Regions of the profile', () => {
  const { distillation } = configured({ distillation: { teacher: TEACHER, student: BASE, teacherProfileScope: 'us' } });
  expect(distillation?.teacherModel).toEqual({
    modelId: TEACHER,
    regions: ['us-east-1', 'us-east-2', 'us-west-2'],
    profileId: `us.${TEACHER}`,
  });
  expect(distillation?.customization).toMatchObject({ teacher: { identifier: `us.${TEACHER}`, priceSuffix: '' } });
});

test('only the prices that a run needs reach its functions', () => {
  const price = (id: string, usd: number) => ({ ...EXAMPLE_PRICES[0], id, usd, per: '1M tokens' as const });
  const book = priceBook('us-east-1', [
    ...EXAMPLE_PRICES,
    price(`${BASE}/training`, 3),
    price(`${BASE}/custom-input`, 0.5),
    price(`${BASE}/custom-output`, 2),
  ] as never);
  const { fineTuning } = configured(tuned({}), { priceBook: () => book });
  expect(fineTuning?.prices).toEqual({ [`${BASE}/training`]: { usd: 3, per: '1M tokens' } });
  expect(fineTuning?.answering.tokenPrices.usdPerMillionTokens).toEqual({
    input: 0.5,
    output: 2,
    cacheRead: null,
    cacheWrite: null,
  });
  expect(fineTuning?.warnings).toEqual([]);
});

test('an answer whose price is unknown is warned of, and metered as unknown', () => {
  const { fineTuning } = configured(tuned({}));
  expect(fineTuning?.answering.tokenPrices.usdPerMillionTokens.input).toBeNull();
  expect(fineTuning?.warnings).toContainEqual(
    expect.stringMatching(
      /no price for amazon\.titan-text-base-v1:0\/custom-input in config\/prices\/us-east-1\.json: answers will be metered as unknown/,
    ),
  );
});

test('what a training path inherits and its base model refuses is not sent, and that is said', () => {
  const promptOnly = { ...ENVIRONMENT.promptOnly, temperature: 0, topP: 1 };
  const { fineTuning } = configured({ promptOnly, ...tuned({}) }, { base: { sampling: 'one-of' } });
  expect(fineTuning?.answering).toMatchObject({ temperature: 0, topP: undefined });
  expect(fineTuning?.warnings).toContainEqual(
    `fineTuning.topP: '${BASE}' does not take that of promptOnly, so none is sent`,
  );
});

test('a Legacy teacher is warned of', () => {
  const { distillation } = configured(
    { distillation: { teacher: TEACHER, student: BASE } },
    { teacher: { lifecycle: { status: 'legacy', endOfLife: '2026-09-01' } }, rules: LIFECYCLE_RULES },
  );
  expect(distillation?.warnings).toContainEqual(
    "distillation.teacher: 'acme.teacher-v1:0' reaches its end of life on 2026-09-01, in 92 days: calls to it then fail",
  );
});
