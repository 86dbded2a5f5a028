import { expect, test } from '@jest/globals';
import type { ModelCatalogue } from '../../lib/catalogue/models.ts';
import { estimatePath } from '../../lib/cost/estimate.ts';
import { cacheHits, peakDemand } from '../../lib/cost/traffic.ts';
import type { Workload } from '../../lib/cost/workload.ts';
import { MODEL, MODEL_ID } from '../support/example-config.ts';
import { bookFor } from '../support/workloads.ts';

const CATALOGUE: ModelCatalogue = { models: { [MODEL_ID]: { ...MODEL, quotaBurndown: { output: 5 } } } };

/** 12,000 requests in 10 hours of 20 days, which have 12,000 minutes: one a minute, two at the peak. */
const WORKLOAD: Workload = {
  requestsPerMonth: 12_000,
  operations: {},
  traffic: { hoursPerDay: 10, daysPerMonth: 20, peakOverAverage: 2 },
  inference: {
    modelId: MODEL_ID,
    profileScope: 'us',
    calls: [
      { name: 'router', profileScope: 'in-region', inputTokens: 100, outputTokens: 10, callsPerRequest: 1 },
      { name: 'answer', inputTokens: 1_000, outputTokens: 100, callsPerRequest: 1 },
    ],
  },
};

const ESTIMATE = estimatePath('prompt-only', WORKLOAD, bookFor(WORKLOAD));

const DEMAND = { modelId: MODEL_ID, scope: 'regional', meters: 'base', outputBurndown: 5 };

test('calls of one model through two profiles take of two quotas', () => {
  expect(peakDemand(WORKLOAD, ESTIMATE, CATALOGUE)).toEqual([
    // 2 x (100 + 5 x 10)
    { ...DEMAND, profileScope: 'in-region', tokensPerMinute: expect.closeTo(300, 9) },
    // 2 x (1,000 + 5 x 100)
    { ...DEMAND, profileScope: 'us', tokensPerMinute: expect.closeTo(3_000, 9) },
  ]);
});

test('a tuned model takes nothing of the quota of its base model', () => {
  const tuned = ESTIMATE.flows.flatMap((flow) =>
    flow.call === 'answer' && flow.seller !== null
      ? [{ ...flow, seller: { ...flow.seller, meters: 'custom' as const } }]
      : [],
  );
  const demands = peakDemand(WORKLOAD, { ...ESTIMATE, flows: [...ESTIMATE.flows, ...tuned] }, CATALOGUE);
  expect(demands.map(({ meters, profileScope }) => `${meters} ${String(profileScope)}`)).toEqual([
    'base in-region',
    'base us',
    'custom us',
  ]);
  expect(demands[1]?.tokensPerMinute).toBeCloseTo(3_000, 9);
});

test('a prefix is found cached as often as a call came within its lifetime before', () => {
  // one call a minute for two prefixes: 0.5 a minute for each; 1 - e^(-0.5 x 5) = 0.917915
  expect(cacheHits(WORKLOAD, 12_000, '5m', 2)).toEqual({
    share: expect.closeTo(0.917915, 6),
    callsPerMinute: 0.5,
    lifetimeMinutes: 5,
  });
});
