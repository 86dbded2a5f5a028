import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { breakEven } from '../../lib/cost/break-even.ts';
import { crossingsOf as crossingsOfParts, type Crossings } from '../../lib/cost/crossings.ts';
import { estimatePath } from '../../lib/cost/estimate.ts';
import { withField } from '../../lib/cost/field.ts';
import type { Workload } from '../../lib/cost/workload.ts';
import type { PathId } from '../../lib/paths.ts';
import { priceBook } from '../../lib/prices/price-book.ts';
import { bookFor, inventedPrice, WHOLE } from '../support/workloads.ts';

/** Of two costs that are one part each. */
function crossingsOf(first: (x: number) => number, second: (x: number) => number, from: number, to: number): Crossings {
  const parts = (cost: (x: number) => number) => (x: number) => new Map([['all', cost(x)]]);
  return crossingsOfParts(parts(first), parts(second), from, to);
}

describe('crossings of two costs', () => {
  test('two lines cross where they are equal', () => {
    // 2x = 100 + x
    expect(
      crossingsOf(
        (x) => 2 * x,
        (x) => 100 + x,
        0,
        1000,
      ),
    ).toEqual({
      crossings: [{ at: 100, kind: 'equal' }],
      stretches: [
        { from: 0, to: 100, cheaper: 'first' },
        { from: 100, to: 1000, cheaper: 'second' },
      ],
    });
  });

  test('a line that stays above another never crosses it, however near it runs', () => {
    const { crossings, stretches } = crossingsOf(
      (x) => 100 * x,
      (x) => 100 * x + 0.01,
      0,
      1e9,
    );
    expect(crossings).toEqual([]);
    expect(stretches).toEqual([{ from: 0, to: 1e9, cheaper: 'first' }]);
  });

  test('equal costs have no cheaper one', () => {
    const { stretches } = crossingsOf(
      (x) => 5 * x,
      (x) => 5 * x,
      0,
      10,
    );
    expect(stretches).toEqual([{ from: 0, to: 10, cheaper: 'neither' }]);
  });

  test('a step past the other cost is found where the step is, though the costs are never equal', () => {
    const { crossings } = crossingsOf(
      (x) => (x <= 500 ? 1 : 1000),
      () => 100,
      0,
      1000,
    );
    expect(crossings).toEqual([{ at: 500, kind: 'step' }]);
  });

  test('a staircase against a line crosses at every stair', () => {
    // stairs of $44 every 1,000; the line reaches $44 at 880, $88 at 1,760, … and falls behind at every new stair
    const { crossings } = crossingsOf(
      (x) => 44 * Math.ceil(x / 1000),
      (x) => 0.05 * x,
      0,
      10_000,
    );
    // stair n is met at 880 n while that is on the stair: 880 n > 1,000 (n - 1), so n up to 8
    expect(crossings.map(({ at }) => Math.round(at))).toEqual([
      880, 1000, 1760, 2000, 2640, 3000, 3520, 4000, 4400, 5000, 5280, 6000, 6160, 7000, 7040,
    ]);
    expect(crossings.map(({ kind }) => kind === 'step').filter(Boolean)).toHaveLength(7);
  });

  test('a cost that stops growing is crossed on both sides of its bend', () => {
    // 0.3x up to 8,760 and flat after; 1,000 + 0.01x: 0.29x = 1,000, and 2,628 = 1,000 + 0.01x
    const { crossings } = crossingsOf(
      (x) => Math.min(x, 8760) * 0.3,
      (x) => 1000 + 0.01 * x,
      0,
      1e9,
    );
    expect(crossings.map(({ at }) => at)).toEqual([expect.closeTo(1000 / 0.29, 6), expect.closeTo(162_800, 4)]);
  });

  test('whatever two piecewise costs: both sides of a crossing differ, and no change of the cheaper one is missed', () => {
    const aCost = fc
      .record({
        fixed: fc.double({ min: 0, max: 1000, noNaN: true }),
        slope: fc.double({ min: 0, max: 2, noNaN: true }),
        stair: fc.double({ min: 0, max: 200, noNaN: true }),
        width: fc.double({ min: 50, max: 500, noNaN: true }),
      })
      .map(
        ({ fixed, slope, stair, width }) =>
          (x: number) =>
            fixed + slope * x + stair * Math.ceil(x / width),
      );
    fc.assert(
      fc.property(aCost, aCost, (first, second) => {
        const { crossings, stretches } = crossingsOf(first, second, 1, 2000);
        for (const { at, kind } of crossings) {
          const [one, other] = [first(at), second(at)];
          if (kind === 'equal' && Math.abs(one - other) > 1e-9 * Math.max(one, other)) return false;
        }
        // a search that knows nothing of pieces
        for (let x = 1; x < 2000; x += 0.73) {
          const stretch = stretches.find(({ from, to }) => x > from + 1e-6 && x < to - 1e-6);
          if (stretch === undefined) continue;
          const [one, other] = [first(x), second(x)];
          if (Math.abs(one - other) <= 1e-9 * Math.max(one, other)) continue;
          if (stretch.cheaper !== (one < other ? 'first' : 'second')) return false;
        }
        return true;
      }),
      { numRuns: 120, seed: 20261123 },
    );
  });
});

describe('break-even of two paths', () => {
  const book = bookFor(WHOLE);
  const price = (path: PathId, workload: Workload) => estimatePath(path, workload, book);

  const SIMPLE: Workload = {
    requestsPerMonth: 1000,
    inference: { modelId: 'a.base', inputTokensPerRequest: 1000, outputTokensPerRequest: 0 },
    rag: {
      inference: { inputTokensPerRequest: 0 },
      documents: { documents: 0, tokensPerDocument: 100 },
      chunking: { tokensPerChunk: 100 },
      embedding: { modelId: 'a.embed', dimensions: 4 },
      retrieval: { chunksPerRequest: 2, queryTokensPerRequest: 0 },
      vectorStore: { kind: 'opensearch-serverless' },
    },
  };
  const dollars = priceBook('us-east-1', [
    { ...inventedPrice('a.base/input', '1M tokens'), usd: 1 },
    { ...inventedPrice('aoss/ocu', 'OCU-hour'), usd: 0.24 },
  ]);
  const simplePrice = (path: PathId, workload: Workload) => estimatePath(path, workload, dollars);

  test('a store that costs the same every month pays once prompts are shorter by enough', () => {
    const result = breakEven(
      SIMPLE,
      { between: ['rag', 'prompt-only'], over: 'requestsPerMonth', to: 1e7 },
      simplePrice,
    );
    // 2 OCU x 730 h x $0.24 = $350.40 = requests x (1,000 - 200) tokens x $1/M
    expect(result.answer).toBe('crossings');
    expect(result.crossings).toEqual([
      { at: expect.closeTo(438_000, 4), kind: 'equal', monthlyUsd: [expect.closeTo(438, 8), expect.closeTo(438, 8)] },
    ]);
    expect(result.stretches.map(({ cheaper }) => cheaper)).toEqual(['prompt-only', 'rag']);
  });

  test('a range that is given is taken, however far it goes', () => {
    const unsaid = { ...SIMPLE, requestsPerMonth: undefined };
    const question = { between: ['rag', 'prompt-only'], over: 'requestsPerMonth', from: 1e14, to: 1e15 } as const;
    // $350.40 is paid from 438,000 requests on
    expect(breakEven(unsaid, question, simplePrice)).toMatchObject({ from: 1e14, to: 1e15, answer: 'always' });
  });

  test.each([
    [['prompt-only', 'rag'], 'always'],
    [['rag', 'prompt-only'], 'never'],
  ] as const)('%p is %s cheaper where no volume of the range pays for the store', (between, answer) => {
    const result = breakEven(SIMPLE, { between, over: 'requestsPerMonth', to: 400_000 }, simplePrice);
    expect(result).toMatchObject({ answer, crossings: [] });
  });

  test('every crossing of two whole paths is of equal cost, or a step', () => {
    for (const between of [
      ['rag', 'distillation'],
      ['prompt-only', 'continued-pretraining'],
      ['fine-tuning', 'distillation'],
    ] as const) {
      const { crossings } = breakEven(WHOLE, { between, over: 'requestsPerMonth', months: 12 }, price);
      for (const { kind, monthlyUsd } of crossings) {
        if (kind === 'equal') expect(monthlyUsd[0] / monthlyUsd[1]).toBeCloseTo(1, 9);
      }
    }
  });

  test('one-time costs count when they are spread over months', () => {
    const tuned: Workload = {
      ...SIMPLE,
      fineTuning: {
        inference: { inputTokensPerRequest: 500 },
        baseModelId: 'a.tuned',
        trainingTokensPerEpoch: 1e6,
        epochs: 1,
        storedModels: 0,
        hosting: { kind: 'on-demand' },
      },
    };
    const prices = priceBook('us-east-1', [
      { ...inventedPrice('a.base/input', '1M tokens'), usd: 1 },
      { ...inventedPrice('a.tuned/custom-input', '1M tokens'), usd: 1 },
      { ...inventedPrice('a.tuned/training', '1M tokens'), usd: 12 },
    ]);
    const at = (months?: number) =>
      breakEven(
        tuned,
        { between: ['fine-tuning', 'prompt-only'], over: 'requestsPerMonth', months },
        (path, workload) => estimatePath(path, workload, prices),
      );
    expect(at()).toMatchObject({ answer: 'always' });
    // $12 over 12 months is $1 a month = requests x 500 tokens x $1/M
    expect(at(12).crossings).toEqual([{ at: expect.closeTo(2000, 6), kind: 'equal', monthlyUsd: expect.anything() }]);
  });

  test('throughput is bought by the whole unit: it is cheaper on parts of the range only', () => {
    const hosted = withField(SIMPLE, 'promptOnly.hosting', {
      kind: 'provisioned',
      tokensPerMinutePerModelUnit: 1000,
      peakToAverageRatio: 1,
    });
    const workload = withField(hosted, 'rag.vectorStore', { kind: 'managed', indexGb: 0, retrievesPerMonth: 0 });
    const prices = priceBook('us-east-1', [
      { ...inventedPrice('a.base/input', '1M tokens'), usd: 1 },
      { ...inventedPrice('a.base/provisioned/no-commit', 'model-unit-hour'), usd: 0.01 },
    ]);
    const result = breakEven(
      workload,
      { between: ['prompt-only', 'rag'], over: 'requestsPerMonth', from: 1, to: 100_000 },
      (path, changed) => estimatePath(path, changed, prices),
    );
    // a unit: 1,000 tokens x 60 x 730 = 43.8M tokens = 43,800 requests, for $7.30; rag: $0.0002 a request: 36,500 for one unit
    expect(result.crossings.map(({ at, kind }) => [Math.round(at), kind])).toEqual([
      [36_500, 'equal'],
      [43_800, 'step'],
      [73_000, 'equal'],
      [87_600, 'step'],
    ]);
    const [{ facts } = { facts: undefined }] = result.throughput;
    // $0.01 an hour at $1/M is 10,000 tokens an hour, of 60,000 that a unit serves
    expect(facts).toMatchObject({
      equalCostTokensPerHour: expect.closeTo(10_000, 6),
      breakEvenUtilisation: expect.closeTo(1 / 6, 9),
    });
  });

  test('a missing price makes the answer unknown and names it', () => {
    const without = priceBook('us-east-1', []);
    const result = breakEven(SIMPLE, { between: ['rag', 'prompt-only'], over: 'requestsPerMonth' }, (path, workload) =>
      estimatePath(path, workload, without),
    );
    expect(result).toMatchObject({ answer: null, crossings: [], missing: [] });
    expect([...result.unknownPriceIds].sort()).toEqual(['a.base/input', 'aoss/ocu']);
  });

  test('a missing price that both pay for the same quantity decides nothing, and is named', () => {
    const alerted = { ...SIMPLE, operations: { alarms: 3 } };
    const result = breakEven(
      alerted,
      { between: ['rag', 'prompt-only'], over: 'requestsPerMonth', to: 1e7 },
      simplePrice,
    );
    expect(result.crossings).toMatchObject([{ at: expect.closeTo(438_000, 4), kind: 'equal' }]);
    expect(result).toMatchObject({ leftOutPriceIds: ['cloudwatch/alarm'], unknownPriceIds: [] });
  });

  /** `prompt-only` where the dollars are, `rag` elsewhere. */
  const abroad = (...prices: Parameters<typeof inventedPrice>[]) => {
    const there = priceBook('us-west-2', [
      ...dollars.prices.values(),
      ...prices.map(([id, per]) => ({ ...inventedPrice(id, per), usd: 2 })),
    ]);
    const here = priceBook('us-east-1', [
      ...dollars.prices.values(),
      ...prices.map(([id, per]) => ({ ...inventedPrice(id, per), usd: 1 })),
    ]);
    return (path: PathId, workload: Workload) => estimatePath(path, workload, path === 'rag' ? there : here);
  };

  test('the same alarms at another price in another Region count: equal is equal in the totals', () => {
    const alerted = { ...SIMPLE, operations: { alarms: 8 } };
    const question = { between: ['rag', 'prompt-only'], over: 'requestsPerMonth', to: 1e7 } as const;
    const result = breakEven(alerted, question, abroad(['cloudwatch/alarm', 'alarm-month']));
    // $350.40 + 8 x ($2 - $1) = $358.40 = requests x (1,000 - 200) tokens x $1/M
    expect(result.crossings).toEqual([
      { at: expect.closeTo(448_000, 4), kind: 'equal', monthlyUsd: [expect.closeTo(456, 8), expect.closeTo(456, 8)] },
    ]);
  });

  test('a price that is missing in two Regions may differ between them', () => {
    const alerted = { ...SIMPLE, operations: { alarms: 8 } };
    const result = breakEven(alerted, { between: ['rag', 'prompt-only'], over: 'requestsPerMonth', to: 1e7 }, abroad());
    expect(result).toMatchObject({ answer: null, unknownPriceIds: ['cloudwatch/alarm'], leftOutPriceIds: [] });
  });

  const UNITS: Workload = {
    requestsPerMonth: 1_000_000,
    inference: { modelId: 'a.base', inputTokensPerRequest: 1000, outputTokensPerRequest: 200 },
    promptOnly: {
      inference: { inputTokensPerRequest: 1001 },
      hosting: { kind: 'provisioned', tokensPerMinutePerModelUnit: 100_000, peakToAverageRatio: 3 },
    },
    fineTuning: {
      baseModelId: 'a.base',
      trainingTokensPerEpoch: 0,
      epochs: 1,
      storedModels: 0,
      hosting: { kind: 'provisioned', tokensPerMinutePerModelUnit: 100_000, peakToAverageRatio: 3 },
    },
  };
  const units = (workload: Workload, to: number) => {
    const prices = priceBook('us-east-1', [
      { ...inventedPrice('a.base/provisioned/no-commit', 'model-unit-hour'), usd: 24 },
    ]);
    return breakEven(
      workload,
      { between: ['fine-tuning', 'prompt-only'], over: 'requestsPerMonth', to },
      (path, changed) => estimatePath(path, changed, prices),
    );
  };

  test('the narrow window between two staircases of nearly the same step is found', () => {
    // one unit serves 100,000 tokens a minute at a third of the peak: 100,000 x 43,800 / 3 = 1.46G tokens a month;
    // the first steps at every 1.46G / 1,200 = 1,216,666.7 requests, the other at every 1.46G / 1,201 = 1,215,653.6
    const step = 1.46e9;
    const { answer, crossings } = units(UNITS, 5e6);
    expect(answer).toBe('crossings');
    expect(crossings.map(({ at }) => Math.round(at))).toEqual(
      [1, 2, 3, 4].flatMap((n) => [Math.round((n * step) / 1201), Math.round((n * step) / 1200)]),
    );
  });

  test('all of them, over a range of many steps', () => {
    // 2e7 requests of 1,201 tokens are 16.45 units: 16 windows, each entered and left
    expect(units(UNITS, 2e7).crossings).toHaveLength(32);
  });

  test.each([
    // 300 x 1,000, and no shorter than the overlap of 60: a thousandth of the way above it
    ['rag.chunking.tokensPerChunk', 60.24, 300_000],
    ['rag.chunking.overlapTokens', 0, 299.76],
    // a quarter of the calls is flex
    ['inference.batchShare', 0, 0.75],
    ['hoursPerMonth', 1, 744],
    ['promptOnly.hosting.modelUnits', 1, 2000],
    ['other.0.quantity', 0, 3000],
  ])('over %s the default range is as far as the workload allows', (over, from, to) => {
    const hosted = withField(WHOLE, 'promptOnly.hosting', { kind: 'provisioned', modelUnits: 2 });
    const chunked = withField(withField(hosted, 'rag.chunking.overlapTokens', 60), 'other.0.quantity', 3);
    const workload = withField(withField(chunked, 'inference.priorityShare', 0), 'rag.inference', {});
    const prices = bookFor(workload);
    const range = breakEven(workload, { between: ['rag', 'prompt-only'], over }, (path, changed) =>
      estimatePath(path, changed, prices),
    );
    expect([range.from, range.to]).toEqual([expect.closeTo(from, 6), expect.closeTo(to, 6)]);
    for (const { monthlyUsd } of range.crossings) for (const usd of monthlyUsd) expect(usd).toBeGreaterThanOrEqual(0);
  });

  test('whole things change hands between two whole numbers', () => {
    const hosted = withField(SIMPLE, 'promptOnly.hosting', { kind: 'provisioned', modelUnits: 2 });
    const prices = priceBook('us-east-1', [
      { ...inventedPrice('a.base/input', '1M tokens'), usd: 1 },
      { ...inventedPrice('aoss/ocu', 'OCU-hour'), usd: 0.24 },
      { ...inventedPrice('a.base/provisioned/no-commit', 'model-unit-hour'), usd: 0.1 },
    ]);
    const result = breakEven(
      hosted,
      { between: ['prompt-only', 'rag'], over: 'promptOnly.hosting.modelUnits' },
      (path, changed) => estimatePath(path, changed, prices),
    );
    // a unit costs $73, the store $350.40 and its tokens $0.20: four units are cheaper, five are not
    expect(result.crossings).toEqual([
      { at: 4, kind: 'step', monthlyUsd: [expect.closeTo(292, 8), expect.closeTo(350.6, 8)] },
    ]);
  });

  test.each([
    [{ from: 10, to: 10 }, /must go up, got 10 to 10/],
    [{ over: 'inference.retryShare' }, /says nothing of 'inference\.retryShare'/],
    [{ over: 'rag.hosting.modelUnits' }, /rag\.hosting\.kind: must be one of/],
  ])('a range that makes no sense is refused: %p', (part, message) => {
    const question = { between: ['rag', 'prompt-only'], over: 'requestsPerMonth', ...part } as const;
    expect(() => breakEven(SIMPLE, question, simplePrice)).toThrow(message);
  });
});
