import { describe, expect, test } from '@jest/globals';
import type { CacheLifetime, ModelCatalogue } from '../../lib/catalogue/models.ts';
import { estimatePath, type PathEstimate } from '../../lib/cost/estimate.ts';
import { served } from '../../lib/cost/prompt-cache.ts';
import { parseWorkload } from '../../lib/cost/workload.ts';
import { priceBook } from '../../lib/prices/price-book.ts';
import { MODEL } from '../support/example-config.ts';
import { inventedPrice } from '../support/workloads.ts';

const caching = (lifetimes: CacheLifetime[] | null) => ({
  ...MODEL,
  promptCaching: { minimumTokens: 1024, lifetimes },
});

const CATALOGUE: ModelCatalogue = {
  models: {
    'a.short': caching(['5m']),
    'a.long': caching(['5m', '1h']),
    'a.half': caching(['30m']),
    'a.unsaid': caching(null),
    'a.large': { ...MODEL, promptCaching: { minimumTokens: 4096, lifetimes: ['5m'] } },
    'a.never': { ...MODEL, promptCaching: null },
  },
};

describe('each call caches what its own model caches', () => {
  const BOOK = priceBook('us-east-1', []);
  const call = { callsPerRequest: 1, inputTokens: 5000, outputTokens: 10 };
  const prefixes = (calls: readonly { modelId?: string; cachedPrefixTokens: number }[], modelId = 'a.short') => {
    const workload = parseWorkload({
      requestsPerMonth: 1000,
      inference: {
        modelId,
        cacheHitShare: 0.9,
        calls: calls.map((own, index) => ({ ...call, ...own, name: index === 0 ? 'answer' : `call-${index}` })),
      },
    });
    const { workload: asServed, note } = served('prompt-only', workload, CATALOGUE, BOOK);
    const inference = { ...asServed.inference, ...asServed.promptOnly?.inference };
    return { note, tokens: inference.calls?.map(({ cachedPrefixTokens }) => cachedPrefixTokens) };
  };

  test('a short prefix of one call is plain input although a longer one of another is cached', () => {
    expect(prefixes([{ cachedPrefixTokens: 1024 }, { cachedPrefixTokens: 1023 }])).toEqual({
      note: 'prefix-too-short',
      tokens: [1024, 0],
    });
  });

  test('a call of another model goes by the minimum of that model', () => {
    expect(prefixes([{ cachedPrefixTokens: 1500 }, { modelId: 'a.large', cachedPrefixTokens: 1500 }])).toEqual({
      note: 'prefix-too-short',
      tokens: [1500, 0],
    });
    expect(prefixes([{ cachedPrefixTokens: 1500 }, { modelId: 'a.never', cachedPrefixTokens: 1500 }])).toEqual({
      note: 'prefix-not-cached',
      tokens: [1500, 0],
    });
    // of a model that nobody knows, the largest minimum of all is sure
    expect(prefixes([{ cachedPrefixTokens: 1500 }, { modelId: 'a.stranger', cachedPrefixTokens: 4095 }])).toEqual({
      note: 'prefix-minimum-unknown',
      tokens: [1500, 0],
    });
    expect(prefixes([{ cachedPrefixTokens: 1500 }, { modelId: 'a.stranger', cachedPrefixTokens: 4096 }])).toEqual({
      note: undefined,
      tokens: [1500, 4096],
    });
  });
});

describe('an entry of the cache lives as long as the model offers', () => {
  const BOOK = priceBook(
    'us-east-1',
    Object.entries({
      'a.short/cache-write': 1.25,
      'a.long/cache-write': 1.25,
      'a.long/cache-write-1h': 2,
      'a.half/cache-write-30m': 1.5,
    }).map(([id, usd]) => ({ ...inventedPrice(id, '1M tokens'), usd })),
  );
  const written = (modelId: string, cacheTtl?: CacheLifetime): PathEstimate =>
    estimatePath(
      'prompt-only',
      parseWorkload({
        requestsPerMonth: 1000,
        parts: ['inference'],
        inference: {
          modelId,
          inputTokensPerRequest: 2000,
          outputTokensPerRequest: 0,
          cachedPrefixTokensPerRequest: 2000,
          cacheHitShare: 0,
          cacheTtl,
        },
      }),
      BOOK,
      CATALOGUE,
    );

  test('a time that it offers has a price of its own', () => {
    // 2M tokens at $2 and at $1.25
    expect(written('a.long', '1h').monthly.usd).toBeCloseTo(4, 12);
    expect(written('a.long', '5m').monthly.usd).toBeCloseTo(2.5, 12);
  });

  test('without one it is the usual time of the model', () => {
    // 2M tokens at $1.50
    expect(written('a.half').monthly.usd).toBeCloseTo(3, 12);
    expect(written('a.half').notes).toEqual([]);
  });

  test.each([
    ['a.short', '1h', 'a.short/cache-write-1h'],
    ['a.long', '30m', 'a.long/cache-write-30m'],
    ['a.half', '5m', 'a.half/cache-write'],
  ] as const)('%s is not offered with entries of %s', (modelId, cacheTtl, priceId) => {
    expect(written(modelId, cacheTtl)).toMatchObject({
      monthly: { usd: null },
      notOffered: [priceId],
      notes: ['cache-lifetime-not-offered'],
    });
  });

  test('of a model whose times nobody knows the price is unknown, not one that there cannot be', () => {
    expect(written('a.unsaid', '1h')).toMatchObject({
      monthly: { usd: null },
      unknownPriceIds: ['a.unsaid/cache-write-1h'],
      notOffered: [],
    });
  });
});

test('batch jobs neither find a prefix nor keep it alive', () => {
  const book = priceBook('us-east-1', []);
  const hits = (batchShare: number) =>
    served(
      'prompt-only',
      parseWorkload({
        // 2 requests a minute of 8 hours on 22 days
        requestsPerMonth: 21_120,
        inference: {
          ...{ modelId: 'a.short', inputTokensPerRequest: 10_000, outputTokensPerRequest: 0 },
          ...{ cachedPrefixTokensPerRequest: 10_000, batchShare },
        },
      }),
      CATALOGUE,
      book,
    ).cacheHits?.share;
  expect(hits(0)).toBeCloseTo(1 - Math.exp(-2 * 5), 12);
  // a tenth of 2 a minute for 5 minutes is one call
  expect(hits(0.9)).toBeCloseTo(1 - Math.exp(-1), 12);
});

test('a lifetime that nobody knows is assumed, and that is said; some call always writes', () => {
  const cached = (changes: object) =>
    served(
      'prompt-only',
      parseWorkload({
        requestsPerMonth: 1e9,
        inference: {
          ...{ modelId: 'a.unsaid', inputTokensPerRequest: 10_000, outputTokensPerRequest: 0 },
          ...{ cachedPrefixTokensPerRequest: 10_000, ...changes },
        },
      }),
      CATALOGUE,
      priceBook('us-east-1', []),
    );
  expect(cached({}).note).toBe('cache-lifetime-assumed');
  expect(cached({ cacheTtl: '1h' }).note).toBeUndefined();
  expect(cached({}).cacheHits?.share).toBeLessThan(1);
});
