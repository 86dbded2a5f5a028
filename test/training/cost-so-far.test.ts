import { expect, test } from '@jest/globals';
import { costSoFar } from '../../lib/training/cost-so-far.ts';
import type { RunState } from '../../lib/training/run-state.ts';
import type { TrainingSettings } from '../../lib/training/settings.ts';

const LITE = 'a.lite';

const SETTINGS = {
  customization: { route: 'bedrock', baseModelId: LITE },
  prices: {
    [`${LITE}/provisioned/no-commit`]: { usd: 60, per: 'model-unit-hour' },
    [`${LITE}/provisioned/1-month`]: { usd: 40, per: 'model-unit-hour' },
  },
} as unknown as TrainingSettings;

const request = { action: 'train', runId: 'r', maxUsd: 5, hosting: { kind: 'on-demand' } } as const;
const bound: NonNullable<RunState['bound']> = {
  usd: 602.2,
  lines: [
    { name: 'Training tokens', quantity: 1, unit: '1M tokens', priceId: `${LITE}/training`, usd: 0.25 },
    { name: 'Storage', quantity: 1, unit: 'model-month', priceId: `${LITE}/storage`, usd: 1.95 },
    { name: 'Units', quantity: 10, unit: 'model-unit-hour', priceId: `${LITE}/provisioned/no-commit`, usd: 600 },
  ],
};
const job: NonNullable<RunState['job']> = {
  kind: 'customization-job',
  name: 'job',
  arn: 'arn',
  startedAt: '2026-09-30T23:00:00Z',
  deadline: '2026-10-01T23:00:00Z',
};
const training: RunState = {
  ...request,
  bound,
  job,
  watch: { status: 'waiting', detail: 'data Completed, training InProgress' },
};

/** Bought at midnight for four hours: deleted 20 minutes before the last is over, or before a commitment renews itself. */
const hosted = (
  changes: Partial<Extract<RunState['hosting'], { kind: 'provisioned' }>> = {},
  startedAt: string | null = '2026-10-01T00:00:00Z',
): RunState => ({
  ...training,
  hosting: { kind: 'provisioned', modelUnits: 2, maxHours: 4, ...changes },
  watch: { status: 'done', detail: 'hosted' },
  host: {
    kind: 'throughput',
    name: 'n',
    arn: 'a',
    startedAt: startedAt ?? undefined,
    deadline: '',
    until: changes.commitment === undefined ? '2026-10-01T03:40:00Z' : '2026-10-31T23:00:00Z',
  },
});

test.each<[string, RunState | undefined, string, number | null]>([
  ['nothing before a job', request, '2026-10-01T00:00:00Z', 0],
  [
    'nothing while the data are looked at',
    { ...training, watch: { status: 'waiting', detail: 'data InProgress, training NotStarted' } },
    '2026-10-01T00:00:00Z',
    0,
  ],
  [
    'all tokens that may have been trained since AWS last answered',
    {
      ...training,
      watch: { status: 'waiting', detail: 'training NotStarted', trains: false, unseen: { since: '', error: '' } },
    },
    '2026-10-01T00:00:00Z',
    0.25,
  ],
  [
    'all tokens while the model is being hosted',
    { ...training, customModelArn: 'm', watch: { status: 'waiting', detail: 'deployment Creating' } },
    '2026-10-01T00:00:00Z',
    0.25,
  ],
  ['all tokens once they are trained', training, '2026-10-01T00:00:00Z', 0.25],
  // two units at $60 an hour, after $0.25 of training
  ['an hour of throughput when it is bought', hosted(), '2026-10-01T00:00:00Z', 0.25 + 120],
  ['every begun hour of throughput', hosted(), '2026-10-01T01:30:00Z', 0.25 + 240],
  ['the last hour of throughput before it is over', hosted(), '2026-10-01T03:30:00Z', 0.25 + 480],
  // four hours, and the one in which it is removed
  ['no more than the bound of the run once throughput is gone', hosted(), '2026-10-05T00:00:00Z', 0.25 + 600],
  ['all hours of throughput whose start is unknown', hosted({}, null), '2026-10-01T01:30:00Z', 0.25 + 600],
  // 31 days of 24 hours at $40, from the first one on
  ['a commitment whole', hosted({ commitment: 'OneMonth' }), '2026-10-01T00:00:00Z', 0.25 + 59_520],
])('cost so far: %s', (_, run, now, usd) => {
  expect(costSoFar(run, SETTINGS, new Date(now))).toBe(usd);
});

test('cost so far of an instance: its hours, until the import begins to be known', () => {
  const settings = {
    ...SETTINGS,
    customization: { route: 'sagemaker', instanceType: 'ml.g6e.2xlarge', instances: 1, ownDisks: true },
    prices: { 'sagemaker/ml.g6e.2xlarge/training': { usd: 4, per: 'instance-hour' } },
  } as unknown as TrainingSettings;
  // from 23:00 to 01:30
  expect(costSoFar({ ...request, job }, settings, new Date('2026-10-01T01:30:00Z'))).toBe(10);
  expect(costSoFar({ ...request, job }, { ...settings, prices: {} }, new Date('2026-10-01T01:30:00Z'))).toBeNull();
});

test('cost so far of a distillation: the tokens of teacher and student', () => {
  const line = { quantity: 1, unit: '1M tokens' } as const;
  const lines = [
    { ...line, name: 'Teacher input tokens', priceId: 'a.teacher/input/global', usd: 3 },
    { ...line, name: 'Teacher output tokens', priceId: 'a.teacher/output/global', usd: 15 },
    ...bound.lines,
  ];
  expect(costSoFar({ ...training, bound: { usd: 620.2, lines } }, SETTINGS, new Date(job.startedAt))).toBe(18.25);
});

test('cost so far of throughput is unknown where its price is', () => {
  expect(costSoFar(hosted(), { ...SETTINGS, prices: {} }, new Date('2026-10-01T00:00:00Z'))).toBeNull();
});

test('cost so far of an instance with a volume: an unknown price is no zero, not even in the first moment', () => {
  const instance = { 'sagemaker/ml.m5.large/training': { usd: 0.5, per: 'instance-hour' } };
  const volume = { 'sagemaker/training-volume': { usd: 0.14, per: 'GB-month' } };
  const costAt = (now: string, prices: TrainingSettings['prices']) =>
    costSoFar(
      { ...request, job },
      {
        ...SETTINGS,
        customization: { route: 'sagemaker', instanceType: 'ml.m5.large', instances: 2, volumeGb: 100 },
        prices,
      } as unknown as TrainingSettings,
      new Date(now),
    );
  expect(costAt(job.startedAt, { ...instance, ...volume })).toBe(0);
  expect(costAt(job.startedAt, volume)).toBeNull();
  // two hours of two instances, and of 200 GB of the 672 hours of a February
  expect(costAt('2026-10-01T01:00:00Z', { ...instance, ...volume })).toBeCloseTo(2 + (0.14 * 200 * 2) / 672, 9);
  expect(costAt('2026-10-01T01:00:00Z', instance)).toBeNull();
});
