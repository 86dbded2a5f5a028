import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { estimate, estimatePath } from '../../lib/cost/estimate.ts';
import { withField } from '../../lib/cost/field.ts';
import type { Workload } from '../../lib/cost/workload.ts';
import { COST_COMPONENTS } from '../../lib/meters/cost-component.ts';
import { PATHS } from '../../lib/paths.ts';
import { priceBook, type PriceBook } from '../../lib/prices/price-book.ts';
import { bookFor, VARIED, WHOLE } from '../support/workloads.ts';

const BOOK = bookFor(...VARIED.map(([, workload]) => workload));

const aPath = fc.constantFrom(...PATHS);
const aCount = fc.double({ min: 0, max: 1e9, noNaN: true });
const someTokens = fc.double({ min: 0, max: 100_000, noNaN: true });
const aShare = fc.double({ min: 0, max: 0.25, noNaN: true });

/** One of the varied workloads with other volumes, tokens and shares. */
const aWorkload: fc.Arbitrary<Workload> = fc
  .record({
    workload: fc.constantFrom(...VARIED.map(([, workload]) => workload)),
    requestsPerMonth: aCount,
    hoursPerMonth: fc.constantFrom(720, 730, 744),
    inputTokensPerRequest: someTokens,
    outputTokensPerRequest: someTokens,
    batchShare: aShare,
    flexShare: aShare,
    retryShare: aShare,
    cacheHitShare: aShare,
  })
  .map(({ workload, requestsPerMonth, hoursPerMonth, ...inference }) => ({
    ...workload,
    requestsPerMonth,
    hoursPerMonth,
    inference: { ...workload.inference, modelId: 'a.base', ...inference, cachedPrefixTokensPerRequest: 0 },
  }));

const close = (one: number, other: number): boolean =>
  Math.abs(one - other) <= 1e-9 * Math.max(1, Math.abs(one), Math.abs(other));

const check = (property: fc.IRawProperty<unknown>): void => {
  // a fixed seed: a failure on one machine is a failure on all
  fc.assert(property as fc.IProperty<unknown>, { numRuns: 150, seed: 20261123 });
};

describe('whatever the workload', () => {
  test('no line is negative, and its amount is its quantity times its unit price', () => {
    check(
      fc.property(aWorkload, aPath, (workload, path) =>
        estimatePath(path, workload, BOOK).lines.every(
          ({ quantity, unitPriceUsd, usd }) =>
            quantity === null ||
            (quantity >= 0 && unitPriceUsd !== null && usd !== null && close(usd, quantity * unitPriceUsd)),
        ),
      ),
    );
  });

  test('a month and the one-time costs are the sums of their lines and of the four components', () => {
    check(
      fc.property(aWorkload, aPath, (workload, path) => {
        const { lines, monthly, oneTime, firstMonth, components } = estimatePath(path, workload, BOOK);
        const sum = (once: boolean) =>
          lines.reduce((total, { kind, usd }) => total + ((kind === 'one-time') === once ? (usd ?? 0) : 0), 0);
        const parts = COST_COMPONENTS.map((component) => components[component]);
        return (
          close(monthly.knownUsd, sum(false)) &&
          close(oneTime.knownUsd, sum(true)) &&
          close(firstMonth.knownUsd, monthly.knownUsd + oneTime.knownUsd) &&
          close(
            monthly.knownUsd,
            parts.reduce((total, part) => total + part.monthly.knownUsd, 0),
          ) &&
          close(
            oneTime.knownUsd,
            parts.reduce((total, part) => total + part.oneTime.knownUsd, 0),
          )
        );
      }),
    );
  });

  test('paths do not know of one another: all together cost what each costs alone', () => {
    check(
      fc.property(aWorkload, (workload) =>
        estimate(workload, () => BOOK).every(
          (together) => together.monthly.knownUsd === estimatePath(together.path, workload, BOOK).monthly.knownUsd,
        ),
      ),
    );
  });

  test('more requests never cost less', () => {
    check(
      fc.property(aWorkload, aPath, aCount, (workload, path, more) => {
        const few = estimatePath(path, workload, BOOK).monthly.knownUsd;
        const many = estimatePath(
          path,
          { ...workload, requestsPerMonth: (workload.requestsPerMonth ?? 0) + more },
          BOOK,
        ).monthly.knownUsd;
        return many >= few * (1 - 1e-12);
      }),
    );
  });

  test('a higher price never costs less, a doubled one adds its own lines once more', () => {
    check(
      fc.property(aWorkload, aPath, fc.nat(), (workload, path, pick) => {
        const before = estimatePath(path, workload, BOOK);
        const line = before.lines[pick % Math.max(1, before.lines.length)];
        if (line === undefined) return true;
        const doubled = changedPrices(BOOK, (price) =>
          price.id === line.priceId ? { ...price, usd: price.usd * 2 } : price,
        );
        const own = before.lines.reduce(
          (sum, { priceId, usd }) => sum + (priceId === line.priceId ? (usd ?? 0) : 0),
          0,
        );
        const { monthly, oneTime } = estimatePath(path, workload, doubled);
        return close(monthly.knownUsd + oneTime.knownUsd, before.monthly.knownUsd + before.oneTime.knownUsd + own);
      }),
    );
  });

  test('a price in another unit of the same thing changes nothing', () => {
    const inThousands = changedPrices(BOOK, (price) =>
      price.per === '1M tokens' ? { ...price, per: '1K tokens', usd: price.usd / 1000 } : price,
    );
    check(
      fc.property(aWorkload, aPath, (workload, path) =>
        close(
          estimatePath(path, workload, BOOK).monthly.knownUsd,
          estimatePath(path, workload, inThousands).monthly.knownUsd,
        ),
      ),
    );
  });

  test('a missing price makes the total unknown, names itself, and leaves the rest known', () => {
    check(
      fc.property(aWorkload, aPath, fc.nat(), (workload, path, pick) => {
        const before = estimatePath(path, workload, BOOK);
        const line = before.lines[pick % Math.max(1, before.lines.length)];
        if (line === undefined) return true;
        const without = priceBook(
          BOOK.region,
          [...BOOK.prices.values()].filter(({ id }) => id !== line.priceId),
        );
        const after = estimatePath(path, workload, without);
        const own = before.lines.reduce(
          (sum, { priceId, usd }) => sum + (priceId === line.priceId ? (usd ?? 0) : 0),
          0,
        );
        return (
          after.firstMonth.usd === null &&
          after.unknownPriceIds.join() === line.priceId &&
          close(after.firstMonth.knownUsd, before.firstMonth.knownUsd - own) &&
          after.lines.length === before.lines.length
        );
      }),
    );
  });
});

function changedPrices(
  book: PriceBook,
  change: (price: Parameters<typeof priceBook>[1][number]) => typeof price,
): PriceBook {
  return priceBook(book.region, [...book.prices.values()].map(change));
}

describe('a workload in which everything grows with the requests', () => {
  const linear: Workload = {
    requestsPerMonth: 1000,
    inference: {
      modelId: 'a.base',
      inputTokensPerRequest: 700,
      outputTokensPerRequest: 90,
      retryShare: 0.1,
      flexShare: 0.25,
    },
    operations: {
      function: { memoryMb: 512, durationMsPerRequest: 900 },
      logs: { bytesPerRequest: 800 },
      guardrail: { inputPolicies: ['content'], inputCharactersPerRequest: 1200, outputCharactersPerRequest: 0 },
    },
  };
  const book = bookFor(linear);

  test('costs twice as much when it is doubled, and the same for 1,000 requests', () => {
    check(
      fc.property(fc.double({ min: 1, max: 1e9, noNaN: true }), (requestsPerMonth) => {
        const once = estimatePath('prompt-only', { ...linear, requestsPerMonth }, book);
        const twice = estimatePath('prompt-only', { ...linear, requestsPerMonth: requestsPerMonth * 2 }, book);
        return (
          close((twice.monthly.usd ?? NaN) / 2, once.monthly.usd ?? NaN) &&
          close(twice.usdPer1kRequests ?? NaN, once.usdPer1kRequests ?? NaN)
        );
      }),
    );
  });

  test('costs as much in one month as in two halves of it', () => {
    check(
      fc.property(fc.double({ min: 0.01, max: 0.99, noNaN: true }), (part) => {
        // storage is a stock and not a flow: what is kept does not add up over months
        const flows = (share: number) =>
          estimatePath(
            'rag',
            {
              ...WHOLE,
              hoursPerMonth: 720 * share,
              requestsPerMonth: 250_000 * share,
              rag: {
                ...WHOLE.rag,
                retrieval: { chunksPerRequest: 5, queryTokensPerRequest: 40 },
                vectorStore: { kind: 'opensearch-serverless' },
              },
            },
            BOOK,
          )
            .lines.filter(({ unit, kind }) => unit === 'OCU-hour' || (kind === 'usage' && !unit.endsWith('-month')))
            .reduce((sum, { usd }) => sum + (usd ?? NaN), 0);
        return close(flows(part) + flows(1 - part), flows(1));
      }),
    );
  });
});

test('whole model units: half a unit more is a unit more', () => {
  const workload = withField(WHOLE, 'distillation.hosting', {
    kind: 'provisioned',
    tokensPerMinutePerModelUnit: 1000,
    peakTokensPerMinute: 2500,
  });
  // ceil(2,500 / 1,000) = 3 units x 720 h
  const line = estimatePath('distillation', workload, BOOK).lines.find(({ unit }) => unit === 'model-unit-hour');
  expect(line?.quantity).toBe(2160);
});
