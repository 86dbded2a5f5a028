import { describe, expect, test } from '@jest/globals';
import type { CacheLifetime, ModelCatalogue } from '../../lib/catalogue/models.ts';
import { estimatePath, type PathEstimate } from '../../lib/cost/estimate.ts';
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
  },
};

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
