import { expect, test } from '@jest/globals';
import type { ModelCatalogue } from '../../lib/catalogue/models.ts';
import { estimatePath } from '../../lib/cost/estimate.ts';
import { cacheHits, peakDemand, scheduledRequestShare } from '../../lib/cost/traffic.ts';
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

test('the share of the requests that come in scheduled hours follows from when requests come', () => {
  const share = (hoursPerDay: number, daysPerMonth: number, traffic: Workload['traffic'] = WORKLOAD.traffic) =>
    scheduledRequestShare({ ...WORKLOAD, traffic }, { hoursPerDay, daysPerMonth });
  // 8 of the 10 hours of 15 of the 20 days
  expect(share(8, 15)).toBeCloseTo(0.8 * 0.75, 12);
  // hours in which nobody asks serve no request
  expect(share(12, 30)).toBe(1);
  expect(share(12, 10)).toBe(0.5);
  // 8 of 24 hours on 22 of 30 days
  expect(share(8, 22, { hoursPerDay: 24, daysPerMonth: 30 })).toBeCloseTo((8 / 24) * (22 / 30), 12);
  // 4 of the 8 hours that are assumed
  expect(share(4, 22, {})).toBe(0.5);
});

test('what throughput does not serve comes in the hours in which there is none, at the rate of all hours', () => {
  // throughput in 5 of the 10 hours, with half the requests: the other half has the other 6,000 minutes
  const schedule = { hoursPerDay: 5, daysPerMonth: 20, requestShare: 0.5 };
  const scheduled = (changes: Partial<typeof schedule>): Workload => ({
    ...WORKLOAD,
    promptOnly: { hosting: { kind: 'provisioned', modelUnits: 1, schedule: { ...schedule, ...changes } } },
  });
  const peak = (workload: Workload) =>
    peakDemand(workload, estimatePath('prompt-only', workload, bookFor(workload)), CATALOGUE).map(
      ({ tokensPerMinute }) => tokensPerMinute,
    );
  expect(peak(scheduled({}))).toEqual([expect.closeTo(300, 9), expect.closeTo(3_000, 9)]);
  // 0.8 of them in those hours leave 0.2 for the rest: 0.4 of the average rate
  expect(peak(scheduled({ requestShare: 0.8 }))).toEqual([expect.closeTo(120, 9), expect.closeTo(1_200, 9)]);
  // throughput in every hour in which requests come: when the others come nobody says
  expect(peak(scheduled({ hoursPerDay: 10 }))).toEqual([expect.closeTo(150, 9), expect.closeTo(1_500, 9)]);
});
