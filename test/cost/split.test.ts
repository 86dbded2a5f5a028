import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { estimatePath } from '../../lib/cost/estimate.ts';
import { partsInCents, split, SPLIT_PARTS, type SplitSide } from '../../lib/cost/split.ts';
import type { Workload } from '../../lib/cost/workload.ts';
import { PATHS, type PathId } from '../../lib/paths.ts';
import { priceBook, type Price, type PriceBook } from '../../lib/prices/price-book.ts';
import { bookFor, VARIED } from '../support/workloads.ts';

const price = (id: string, usd: number, per: Price['per'] = '1M tokens'): Price => ({
  id,
  usd,
  per,
  service: 'AmazonBedrock',
  source: 'this test',
  date: '2026-11-01',
  confidence: 'B',
});

const PRICES = priceBook('us-east-1', [
  price('a.large/input', 2),
  price('a.large/output', 10),
  price('a.large/input/batch', 1),
  price('a.large/output/batch', 5),
  price('a.large/cache-read', 0.2),
  price('a.large/cache-write', 2.5),
  price('a.small/input', 0.5),
  price('a.small/output', 2),
  price('a.small/training', 4),
  price('a.small/storage', 2, 'model-month'),
  price('a.small/custom-input', 0.5),
  price('a.small/custom-output', 2),
]);

const CALLS = { modelId: 'a.large', inputTokensPerRequest: 1_000, outputTokensPerRequest: 100 };

const side = (path: PathId, workload: Workload, book: PriceBook = PRICES, lifeMonths = 12): SplitSide => ({
  estimate: estimatePath(path, workload, book),
  book,
  lifeMonths,
});

/** A million requests: 1,000M tokens of prompt, 100M of answer. */
const asked = (inference: Workload['inference'] = {}): Workload => ({
  requestsPerMonth: 1e6,
  operations: {},
  inference: { ...CALLS, ...inference },
});

test('another model at the same text is a difference of unit price and of nothing else', () => {
  const { usd, parts } = split(side('prompt-only', asked()), side('prompt-only', asked({ modelId: 'a.small' })));
  // 1,000 x (0.50 - 2) + 100 x (2 - 10)
  expect(usd).toBeCloseTo(-2_300, 9);
  expect(parts).toEqual({ ...NOTHING, unitPrice: expect.closeTo(-2_300, 9) });
});

const NOTHING = {
  unitPrice: 0,
  terms: 0,
  promptTokens: 0,
  answerTokens: 0,
  requests: 0,
  capacity: 0,
  training: 0,
  data: 0,
};

test('a shorter prompt and a longer answer are told apart', () => {
  const changed = asked({ inputTokensPerRequest: 400, outputTokensPerRequest: 150 });
  const { parts } = split(side('prompt-only', asked()), side('prompt-only', changed));
  // -600 x 2, and +50 x 10
  expect(parts).toEqual({ ...NOTHING, promptTokens: -1_200, answerTokens: 500 });
});

test('model and prompt together share what both bring about by the midpoint', () => {
  const changed = asked({ modelId: 'a.small', inputTokensPerRequest: 400 });
  const { usd, parts } = split(side('prompt-only', asked()), side('prompt-only', changed));
  // the prompt: $2,000 to $200. Tokens: -600 x (2 + 0.5) / 2; price: -1.5 x (1,000 + 400) / 2; the answer: -8 x 100
  expect(parts.promptTokens).toBeCloseTo(-750, 9);
  expect(parts.unitPrice).toBeCloseTo(-1_050 - 800, 9);
  expect(usd).toBeCloseTo(-2_600, 9);
});

test('batch and cache are terms of sale, whichever model they are agreed with', () => {
  const half = asked({ batchShare: 0.5 });
  // half of 1,000 x 2 and of 100 x 10 at half the price
  expect(split(side('prompt-only', asked()), side('prompt-only', half)).parts).toEqual({
    ...NOTHING,
    terms: expect.closeTo(-750, 9),
  });
  const cached = asked({ cachedPrefixTokensPerRequest: 500, cacheHitShare: 0.9 });
  // 500M tokens: 450M read at 0.20, 50M written at 2.50, in place of 1,000 dollars
  expect(split(side('prompt-only', asked()), side('prompt-only', cached)).parts).toEqual({
    ...NOTHING,
    terms: expect.closeTo(450 * 0.2 + 50 * 2.5 - 1_000, 9),
  });
});

test('a model that sells no batch leaves the part known: its own price cannot matter', () => {
  const { usd, parts } = split(
    side('prompt-only', asked({ batchShare: 1 })),
    side('prompt-only', asked({ modelId: 'a.small' })),
  );
  // from 1,000 x 1 + 100 x 5 to 1,000 x 0.5 + 100 x 2
  expect(usd).toBeCloseTo(-800, 9);
  expect(SPLIT_PARTS.reduce((sum, part) => sum + (parts[part] ?? NaN), 0)).toBeCloseTo(-800, 9);
});

test('training is spread over its life, and storage is paid by the month', () => {
  const tuned: Workload = {
    ...asked({ modelId: 'a.small' }),
    fineTuning: {
      baseModelId: 'a.small',
      trainingTokensPerEpoch: 3e6,
      epochs: 2,
      hosting: { kind: 'on-demand' },
    },
  };
  const { parts } = split(side('prompt-only', tuned), side('fine-tuning', tuned));
  // 6M tokens at $4 over 12 months, and $2 of storage; the tokens cost the same
  expect(parts).toEqual({ ...NOTHING, training: 2, capacity: 2 });
});

test('tokens that capacity serves are a term of sale, not fewer tokens', () => {
  const units: Workload = {
    ...asked(),
    promptOnly: { hosting: { kind: 'provisioned', modelUnits: 1 } },
  };
  const book = priceBook('us-east-1', [
    ...PRICES.prices.values(),
    price('a.large/provisioned/no-commit', 30, 'model-unit-hour'),
  ]);
  const { parts } = split(side('prompt-only', asked(), book), side('prompt-only', units, book));
  // 730 hours of $30 in place of $2,000 and $1,000 of tokens
  expect(parts).toEqual({ ...NOTHING, terms: -3_000, capacity: 21_900 });
});

test('an unknown price makes its part unknown and leaves the others known', () => {
  const unpriced = asked({ modelId: 'a.unheard-of', inputTokensPerRequest: 400 });
  const { usd, parts } = split(side('prompt-only', asked()), side('prompt-only', unpriced));
  expect(usd).toBeNull();
  expect(parts).toEqual({ ...NOTHING, unitPrice: null, promptTokens: null });
});

test('a longer prompt behind the same cached prefix is more tokens, and no other terms of sale', () => {
  const cached = (inputTokensPerRequest: number, changes: Workload['inference'] = {}) =>
    side(
      'prompt-only',
      asked({ inputTokensPerRequest, cachedPrefixTokensPerRequest: 10_000, cacheHitShare: 1, ...changes }),
    );
  // 10,000M tokens more at $2
  expect(split(cached(10_000), cached(20_000)).parts).toEqual({ ...NOTHING, promptTokens: expect.closeTo(20_000, 6) });
  // what is not cached any more costs 10,000M x (2 - 0.20)
  expect(split(cached(20_000), cached(20_000, { cachedPrefixTokensPerRequest: 0 })).parts).toEqual({
    ...NOTHING,
    terms: expect.closeTo(18_000, 6),
  });
  // a prefix that is shorter by 4,000: 4,000M at $2, and the saving of $1.80 on as many
  expect(split(cached(10_000), cached(6_000, { cachedPrefixTokensPerRequest: 6_000 })).parts).toEqual({
    ...NOTHING,
    promptTokens: expect.closeTo(-8_000, 6),
    terms: expect.closeTo(7_200, 6),
  });
});

test('an unknown line that both have makes no difference', () => {
  const logged: Workload = { ...asked(), operations: { logs: { bytesPerRequest: 1_000 } } };
  const { usd, parts } = split(
    side('prompt-only', logged),
    side('prompt-only', { ...logged, inference: { ...logged.inference, modelId: 'a.small' } }),
  );
  expect(usd).toBeCloseTo(-2_300, 9);
  expect(parts.requests).toBe(0);
});

test('a missing field of one side is unknown, the same one of both is no difference', () => {
  const bare: Workload = { requestsPerMonth: 1e6, inference: CALLS, rag: {} };
  expect(split(side('prompt-only', bare), side('rag', bare)).parts).toMatchObject({ capacity: null, data: null });
  expect(split(side('rag', bare), side('rag', bare)).parts).toMatchObject({ capacity: 0, data: 0 });
});

test('printed cents add up to the printed difference', () => {
  const parts = { ...NOTHING, unitPrice: 0.005, terms: 0.005, promptTokens: 0.004 };
  expect(partsInCents({ usd: 0.014, parts })).toEqual({ ...NOTHING, unitPrice: 0.01 });
  const away = { ...NOTHING, unitPrice: -1.006, training: 0.333, capacity: 0.333, data: 0.334 };
  const cents = partsInCents({ usd: -0.006, parts: away });
  expect(Math.round(SPLIT_PARTS.reduce((sum, part) => sum + (cents[part] ?? 0), 0) * 100)).toBe(-1);
});

const BOOK = bookFor(...VARIED.map(([, workload]) => workload));

const aCount = fc.double({ min: 0, max: 1e7, noNaN: true });
const someTokens = fc.double({ min: 0, max: 100_000, noNaN: true });
const aShare = fc.double({ min: 0, max: 0.25, noNaN: true });

const aSide: fc.Arbitrary<SplitSide> = fc
  .record({
    path: fc.constantFrom(...PATHS),
    workload: fc.constantFrom(...VARIED.map(([, workload]) => workload)),
    modelId: fc.constantFrom('a.base', 'a.teacher', 'nobody.knows-it'),
    requestsPerMonth: fc.oneof(aCount, fc.constant(1e5)),
    lifeMonths: fc.constantFrom(1, 6, 12),
    inputTokensPerRequest: fc.oneof(someTokens, fc.constant(1_000)),
    outputTokensPerRequest: fc.oneof(someTokens, fc.constant(0), fc.constant(100)),
    batchShare: fc.oneof(aShare, fc.constant(0)),
    cacheHitShare: aShare,
    cachedShare: fc.constantFrom(0, 0.5),
  })
  .map(({ path, workload, modelId, requestsPerMonth, lifeMonths, cachedShare, ...inference }) => {
    const whole: Workload = {
      ...workload,
      requestsPerMonth,
      inference: {
        ...workload.inference,
        modelId,
        ...inference,
        cachedPrefixTokensPerRequest: inference.inputTokensPerRequest * cachedShare,
      },
    };
    return side(path, whole, BOOK, lifeMonths);
  });

const check = (property: fc.IRawProperty<unknown>): void => {
  fc.assert(property as fc.IProperty<unknown>, { numRuns: 400, seed: 20261130 });
};

const within = (one: number, other: number, scale: number): boolean =>
  Math.abs(one - other) <= 1e-9 * Math.max(1, scale);

/** The largest amount that goes into a difference: what its last digits are of. */
const scaleOf = (...sides: SplitSide[]): number =>
  Math.max(...sides.map(({ estimate: { monthly, oneTime } }) => monthly.knownUsd + oneTime.knownUsd));

describe('whatever is compared', () => {
  test('the way back is the negative, part by part', () => {
    check(
      fc.property(aSide, aSide, (from, to) => {
        const [there, back] = [split(from, to), split(to, from)];
        return SPLIT_PARTS.every((part) => {
          const [one, other] = [there.parts[part], back.parts[part]];
          return one === null || other === null ? one === other : within(one, -other, scaleOf(from, to));
        });
      }),
    );
  });

  test('known parts sum to the difference of the figures', () => {
    check(
      fc.property(aSide, aSide, (from, to) => {
        const { usd, parts } = split(from, to);
        const monthly = ({ estimate, lifeMonths }: SplitSide) =>
          estimate.monthly.usd === null || estimate.oneTime.usd === null
            ? null
            : estimate.monthly.usd + estimate.oneTime.usd / lifeMonths;
        const [before, after] = [monthly(from), monthly(to)];
        if (before === null || after === null) return true;
        const sum = SPLIT_PARTS.reduce((all, part) => all + (parts[part] ?? NaN), 0);
        return usd !== null && within(sum, after - before, scaleOf(from, to)) && within(usd, sum, scaleOf(from, to));
      }),
    );
  });

  test('nothing differs from itself, to the last bit', () => {
    check(fc.property(aSide, (one) => SPLIT_PARTS.every((part) => (split(one, one).parts[part] ?? 0) === 0)));
  });

  test('with another model alone, neither tokens nor terms differ by a bit', () => {
    check(
      fc.property(aSide, aCount, (one, requestsPerMonth) => {
        const asks = (modelId: string): Workload => ({
          requestsPerMonth,
          operations: {},
          inference: { modelId, inputTokensPerRequest: 333.3, outputTokensPerRequest: 7, batchShare: 0.1 },
        });
        const { parts } = split(
          side('prompt-only', asks('a.base'), BOOK, one.lifeMonths),
          side('prompt-only', asks('a.teacher'), BOOK, one.lifeMonths),
        );
        return SPLIT_PARTS.every((part) => part === 'unitPrice' || parts[part] === 0);
      }),
    );
  });
});
