import { expect, test } from '@jest/globals';
import { estimatePath } from '../../lib/cost/estimate.ts';
import type { Workload } from '../../lib/cost/workload.ts';
import type { PathId } from '../../lib/paths.ts';
import { priceBook, type Price } from '../../lib/prices/price-book.ts';
import { plannedBound, type PlannedRun, type TrainingRoute } from '../../lib/training/planned-run.ts';
import { inventedPrice } from '../support/workloads.ts';

const USD: Record<string, [number, Price['per']]> = {
  'a.tuned/training': [3, '1M tokens'],
  'a.tuned/storage': [2, 'model-month'],
  'a.tuned/provisioned/1-month': [30, 'model-unit-hour'],
  'a.tuned/provisioned/no-commit': [40, 'model-unit-hour'],
  'a.teacher/input/global': [1, '1M tokens'],
  'a.teacher/output/global': [5, '1M tokens'],
  'sagemaker/ml.m5.large/training': [0.5, 'instance-hour'],
  'sagemaker/training-volume': [0.14, 'GB-month'],
  'cmi/storage': [4, 'CMU-month'],
  'cmi/cmu-v2': [0.1, 'CMU-minute'],
};
const PRICES = Object.fromEntries(Object.entries(USD).map(([id, [usd, per]]) => [id, { usd, per }]));
const BOOK = priceBook(
  'us-east-1',
  Object.entries(USD).map(([id, [usd, per]]) => ({ ...inventedPrice(id, per), usd })),
);

const TUNED: TrainingRoute = { route: 'bedrock', baseModelId: 'a.tuned', hyperParameters: {}, maxEpochs: 5 };
const DISTILLED: TrainingRoute = {
  ...TUNED,
  teacher: { modelId: 'a.teacher', priceSuffix: '/global', maxResponseTokens: 100 },
};
const TRAINED: TrainingRoute = {
  route: 'sagemaker',
  instanceType: 'ml.m5.large',
  instances: 2,
  volumeGb: 100,
  customModelUnits: 3,
  cmuVersion: 'v2',
};

const linesOf = (run: PlannedRun, route: TrainingRoute): [string, number | null][] =>
  plannedBound(run, route, PRICES).lines.map(({ name, usd }) => [name, usd]);

const ON_DEMAND = { kind: 'on-demand' } as const;

test.each<[string, TrainingRoute, PlannedRun, [string, number][]]>([
  [
    'tokens of every epoch, and a month of the model',
    TUNED,
    { hosting: ON_DEMAND, training: { records: 10, tokens: 1e6, maxHours: 1 } },
    [
      ['Training tokens', 15],
      ['Custom model storage, a month', 2],
    ],
  ],
  [
    'a commitment whole: 31 days of 2 model units',
    TUNED,
    { hosting: { kind: 'provisioned', modelUnits: 2, maxHours: 5, commitment: 'OneMonth' } },
    [
      ['Custom model storage, a month', 2],
      ['Model units', 2 * 744 * 30],
    ],
  ],
  [
    'hours without a commitment, begun ones whole, and one until the throughput is removed',
    TUNED,
    { hosting: { kind: 'provisioned', modelUnits: 2, maxHours: 4.5 } },
    [
      ['Custom model storage, a month', 2],
      ['Model units', 2 * 6 * 40],
    ],
  ],
  [
    'a student that learns once from the 15,000 prompts that Bedrock may make of 100, of 20 tokens each',
    DISTILLED,
    {
      hosting: ON_DEMAND,
      training: { records: 100, tokens: 2_000, maxHours: 1, hyperParameters: { epochCount: '1' } },
    },
    [
      ['Teacher input tokens', 0.3],
      ['Teacher output tokens', 7.5],
      ['Student training tokens', 5.4],
      ['Custom model storage, a month', 2],
    ],
  ],
  [
    'two instances for 336 hours, half of the shortest month, and a model of three units',
    TRAINED,
    { hosting: { kind: 'imported' }, training: { records: 1, tokens: 1, maxHours: 336 } },
    [
      ['SageMaker training instance hours', 336],
      ['SageMaker training volumes', 14],
      ['Imported model storage, a month', 12],
      ['Smoke test', 1.5],
    ],
  ],
])('the bound has %s', (_, route, run, expected) => {
  expect(linesOf(run, route)).toEqual(expected.map(([name, usd]) => [name, expect.closeTo(usd, 10)]));
});

const MONTHLY = /storage|Model units|Smoke test|volumes/;

test.each<[PathId, Workload, TrainingRoute, PlannedRun['training']]>([
  [
    'fine-tuning',
    { fineTuning: { baseModelId: 'a.tuned', trainingTokensPerEpoch: 123_457, epochs: 3 } },
    TUNED,
    { records: 10, tokens: 123_457, maxHours: 1, hyperParameters: { epochCount: '3' } },
  ],
  [
    'distillation',
    {
      distillation: {
        teacherModelId: 'a.teacher',
        teacherProfileScope: 'global',
        studentModelId: 'a.tuned',
        prompts: 100,
        tokensPerPrompt: 20,
        tokensPerTeacherAnswer: 100,
        epochs: 2,
      },
    },
    DISTILLED,
    { records: 100, tokens: 2_000, maxHours: 1, hyperParameters: { epochCount: '2' } },
  ],
  [
    'continued-pretraining',
    {
      continuedPretraining: {
        route: 'sagemaker',
        instanceType: 'ml.m5.large',
        instances: 2,
        volumeGb: 100,
        instanceHoursPerRun: 7.25,
        hosting: { kind: 'imported', customModelUnits: 3 },
      },
    },
    TRAINED,
    { records: 1, tokens: 1, maxHours: 7.25 },
  ],
])('%s: the estimate and the bound of the same run are the same to the last bit', (path, workload, route, training) => {
  const { lines } = estimatePath(path, { parts: ['training'], ...workload }, BOOK);
  const estimated = lines.filter(({ kind, name }) => kind === 'one-time' && !MONTHLY.test(name));
  const bound = plannedBound({ hosting: { kind: 'none' }, training }, route, PRICES);
  expect(bound.lines.filter(({ name }) => !MONTHLY.test(name))).toEqual(
    estimated.map(({ name, quantity, unit, priceId, usd }) => ({ name, quantity, unit, priceId, usd })),
  );
  expect(estimated.length).toBeGreaterThan(0);
});
