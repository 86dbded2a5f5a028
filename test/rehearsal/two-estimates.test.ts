import { expect, test } from '@jest/globals';
import type { Cell } from '../../lib/cost/comparison.ts';
import { estimatePath } from '../../lib/cost/estimate.ts';
import type { Workload } from '../../lib/cost/workload.ts';
import { priceBook } from '../../lib/prices/price-book.ts';
import { twoEstimates } from '../../lib/rehearsal/two-estimates.ts';
import { CATALOGUE } from '../support/catalogue.ts';
import { inventedPrice } from '../support/workloads.ts';

const MODEL = 'amazon.nova-2-lite-v1:0';

const price = (id: string, usd: number, per: Parameters<typeof inventedPrice>[1]) => ({
  ...inventedPrice(id, per),
  usd,
});

const BOOK = priceBook('us-east-1', [
  price(`${MODEL}/input`, 1, '1M tokens'),
  price(`${MODEL}/output`, 10, '1M tokens'),
  price('cloudwatch/custom-metric', 0.3, 'metric-month'),
]);

const workload = (inputTokensPerRequest: number, outputTokensPerRequest: number): Workload => ({
  name: 'a',
  paths: ['prompt-only'],
  requestsPerMonth: 100_000,
  inference: { modelId: MODEL, profileScope: 'us', inputTokensPerRequest, outputTokensPerRequest },
  operations: { customMetrics: 0 },
});

function row(of: Workload): Cell {
  return {
    path: 'prompt-only',
    modelId: MODEL,
    basis: 'reference',
    withExamples: true,
    priced: {
      workload: of,
      estimate: estimatePath('prompt-only', of, BOOK),
      book: BOOK,
      profileScope: 'us',
      lifeMonths: 12,
      people: undefined,
      overLifeUsd: null,
      assumptions: [],
      peak: [],
    },
  };
}

function measured(of: Workload) {
  return { workload: of, estimate: estimatePath('prompt-only', of, BOOK) };
}

test('both estimates name model, profile, Region and tokens of a request, and their difference is split', () => {
  const two = twoEstimates(
    { rows: [row(workload(3_000, 250))] },
    [measured({ ...workload(1_000, 100), hoursPerMonth: 744 })],
    CATALOGUE,
    BOOK,
  );
  const facts = {
    path: 'prompt-only',
    modelId: MODEL,
    modelName: 'Nova 2 Lite',
    profileScope: 'us',
    region: 'us-east-1',
  };
  // 300M x $1 + 25M x $10 = $550; 100M x $1 + 10M x $10 = $200
  expect(two.estimates).toEqual([
    {
      ...facts,
      from: 'workload',
      hoursPerMonth: 730,
      monthlyUsd: expect.closeTo(550, 9),
      inputTokensPerRequest: 3_000,
      outputTokensPerRequest: 250,
    },
    {
      ...facts,
      from: 'measured',
      hoursPerMonth: 744,
      monthlyUsd: expect.closeTo(200, 9),
      inputTokensPerRequest: 1_000,
      outputTokensPerRequest: 100,
    },
  ]);
  // prompts -200M x $1 = -$200, answers -15M x $10 = -$150
  expect(two.differences).toMatchObject([
    {
      path: 'prompt-only',
      usd: expect.closeTo(-350, 9),
      parts: {
        promptTokens: expect.closeTo(-200, 9),
        answerTokens: expect.closeTo(-150, 9),
        unitPrice: 0,
        capacity: 0,
      },
    },
  ]);
});

test('a path that could not be estimated before has no figure and no difference', () => {
  const { priced, ...unpriced } = row(workload(1, 1));
  expect(priced).toBeDefined();
  const two = twoEstimates(
    { rows: [{ ...unpriced, obstacle: 'ended' }] },
    [measured(workload(1_000, 100))],
    CATALOGUE,
    BOOK,
  );
  expect(two.before).toEqual([]);
  expect(two.differences).toEqual([]);
  expect(two.estimates.map(({ from }) => from)).toEqual(['measured']);
});

test('what is paid once is in neither', () => {
  const trained: Workload = {
    ...workload(1_000, 100),
    paths: ['fine-tuning'],
    fineTuning: { baseModelId: MODEL, trainingTokensPerEpoch: 1e6, epochs: 1, hosting: { kind: 'on-demand' } },
  };
  const book = priceBook('us-east-1', [
    ...BOOK.prices.values(),
    price(`${MODEL}/custom-input`, 1, '1M tokens'),
    price(`${MODEL}/custom-output`, 10, '1M tokens'),
    price(`${MODEL}/training`, 8, '1M tokens'),
    price(`${MODEL}/storage`, 1.95, 'model-month'),
  ]);
  const estimate = estimatePath('fine-tuning', trained, book);
  const same = { ...row(trained), path: 'fine-tuning' as const };
  const two = twoEstimates(
    { rows: [{ ...same, ...(same.priced && { priced: { ...same.priced, estimate, book, lifeMonths: 3 } }) }] },
    [{ workload: trained, estimate }],
    CATALOGUE,
    book,
  );
  expect(estimate.oneTime.usd).toBeCloseTo(8, 9);
  expect(two.before[0]?.lines.filter(({ kind }) => kind === 'one-time')).toEqual([]);
  expect(two.differences).toMatchObject([{ usd: 0, parts: { training: 0, capacity: 0, promptTokens: 0 } }]);
});
