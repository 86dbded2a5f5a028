import { expect, test } from '@jest/globals';
import type { ModelEntry } from '../../lib/catalogue/models.ts';
import { judgeBaseModel, outlivedWarnings } from '../../lib/training/base-model.ts';
import { CATALOGUE } from '../support/catalogue.ts';
import { MODEL } from '../support/example-config.ts';
import { LIFECYCLE_RULES } from '../support/lifecycle-rules.ts';

const TUNABLE: ModelEntry = {
  ...MODEL,
  released: '2025-01-01',
  customization: { types: ['FINE_TUNING'], tuningId: 'acme.new:8k', regions: ['us-east-1'] },
  hosting: ['on-demand', 'provisioned'],
};
const RETIRING = { ...TUNABLE, lifecycle: { status: 'legacy', endOfLife: '2027-03-30' } } as const;

const TODAY = '2026-11-30';

const judge = (entry: ModelEntry) =>
  judgeBaseModel(
    { lifecycleRules: LIFECYCLE_RULES, models: { 'acme.base': entry, 'acme.new': TUNABLE } },
    'acme.base',
    'FINE_TUNING',
    TODAY,
  );

test('of an active base model nothing is said', () => {
  expect(judge(TUNABLE)).toEqual({ life: [], endOfLife: null });
});

test('a Legacy base takes no new job, and no throughput can be bought for it; what can be chosen is named', () => {
  const verdict = judge(RETIRING);
  expect(verdict.life).toHaveLength(3);
  expect(verdict.noNewJobs).toBe(
    "AWS takes no new customization job for a model that is Legacy in the Region: a run that trains 'acme.base' asks AWS, and is then refused before it costs anything; a version that was trained before can still be hosted on demand. To train, choose acme.new (us-east-1)",
  );
  expect(verdict.noThroughput).toBe(
    "AWS sells no new Provisioned Throughput for a Legacy model, and 'acme.base' is one since about 2026-09-30: host it 'on-demand', or choose acme.new (us-east-1)",
  );
  expect(verdict.notHosted).toBeUndefined();
});

test('a Legacy base that throughput alone can host could not be hosted at all', () => {
  expect(judge({ ...RETIRING, hosting: ['provisioned'] })).toMatchObject({
    notHosted:
      "AWS sells no new Provisioned Throughput for a Legacy model, and 'acme.base' is one since about 2026-09-30: what is tuned from it can be hosted in no other way, so training it would be paid for nothing; choose acme.new (us-east-1)",
  });
});

test('no Legacy model of the shipped catalogue is proposed instead of another', () => {
  for (const [id, { customization }] of Object.entries(CATALOGUE.models)) {
    if (customization?.types.includes('FINE_TUNING') !== true) continue;
    const { noNewJobs = '' } = judgeBaseModel(CATALOGUE, id, 'FINE_TUNING', TODAY);
    for (const [other, { lifecycle }] of Object.entries(CATALOGUE.models)) {
      if (lifecycle.status === 'legacy' && other !== id) expect(noNewJobs).not.toContain(other);
    }
  }
});

const NOW = new Date('2027-03-10T00:00:00Z');

test.each([
  // a month has at most 31 days: until 2027-04-10
  ['a commitment', { commitment: 'OneMonth' as const, maxHours: 1 }, 'before the commitment ends on about 2027-04-10'],
  // 480 hours, and one until it is removed: until 2027-03-30 at one
  ['hours', { maxHours: 480 }, 'before the throughput is deleted on about 2027-03-30'],
])('an end of life before %s end is named', (_, hosting, text) => {
  expect(outlivedWarnings('acme.base', '2027-03-30', { kind: 'provisioned', modelUnits: 1, ...hosting }, NOW)).toEqual([
    expect.stringContaining(text),
  ]);
});

test('an end of life after it, or of none, is not', () => {
  const hosting = { kind: 'provisioned', modelUnits: 1, maxHours: 24 } as const;
  expect(outlivedWarnings('acme.base', '2027-03-30', hosting, NOW)).toEqual([]);
  expect(outlivedWarnings('acme.base', null, hosting, NOW)).toEqual([]);
  expect(outlivedWarnings('acme.base', '2027-03-11', { kind: 'on-demand' }, NOW)).toEqual([]);
});
