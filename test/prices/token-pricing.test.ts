import { expect, test } from '@jest/globals';
import { priceBook, type Price } from '../../lib/prices/price-book.ts';
import { meteredUsd, tokenPrices } from '../../lib/prices/token-pricing.ts';

const price = (id: string, usd: number, per: Price['per'] = '1M tokens'): Price => ({
  id,
  usd,
  per,
  service: 'AmazonBedrock',
  source: 'invented',
  date: '2026-01-01',
  confidence: 'A',
});

const BOOK = priceBook('us-east-1', [
  price('m/input', 2),
  // a book may carry any unit of the same thing: 0.01 per 1K is 10 per 1M
  price('m/output', 0.01, '1K tokens'),
  price('m/cache-read', 0.5),
  price('m/input/global', 1.8),
  price('m/input/batch', 1),
  price('m/cache-write-1h', 4),
  price('m/custom-input', 3),
]);

const usage = { inputTokens: 0, outputTokens: 0, cacheReadInputTokens: 0, cacheWriteInputTokens: 0 };

test('a call costs its four meters', () => {
  const prices = tokenPrices(BOOK, { modelId: 'm', scope: 'regional', tier: 'standard' });
  // 1,000 x $2/M = 0.002; 200 x $10/M = 0.002; 4,000 x $0.5/M = 0.002
  expect(
    meteredUsd({ ...usage, inputTokens: 1000, outputTokens: 200, cacheReadInputTokens: 4000 }, prices),
  ).toBeCloseTo(0.006, 12);
});

test('a meter that counted tokens and has no price makes the call unknown, one that counted none does not', () => {
  const prices = tokenPrices(BOOK, { modelId: 'm', scope: 'regional', tier: 'standard' });
  expect(prices.usdPerMillionTokens.cacheWrite).toBeNull();
  expect(meteredUsd({ ...usage, inputTokens: 1, cacheWriteInputTokens: 1 }, prices)).toBeNull();
  expect(meteredUsd(usage, prices)).toBe(0);
});

test('tier, scope and cache lifetime choose the price by exact id', () => {
  expect(tokenPrices(BOOK, { modelId: 'm', scope: 'global', tier: 'standard' })).toMatchObject({
    usdPerMillionTokens: { input: 1.8, output: null },
    priceIds: { input: 'm/input/global', cacheRead: 'm/cache-read/global' },
  });
  expect(tokenPrices(BOOK, { modelId: 'm', scope: 'regional', tier: 'batch' }).usdPerMillionTokens.input).toBe(1);
  expect(
    tokenPrices(BOOK, { modelId: 'm', scope: 'regional', tier: 'standard', cacheTtl: '1h' }).usdPerMillionTokens
      .cacheWrite,
  ).toBe(4);
});

test('a tuned version has prices of its own, and none of its model', () => {
  expect(tokenPrices(BOOK, { modelId: 'm', scope: 'regional', tier: 'standard', prefix: 'custom-' })).toEqual({
    usdPerMillionTokens: { input: 3, output: null, cacheRead: null, cacheWrite: null },
    priceIds: {
      input: 'm/custom-input',
      output: 'm/custom-output',
      cacheRead: 'm/custom-cache-read',
      cacheWrite: 'm/custom-cache-write',
    },
  });
});

test('a price in a unit of something else is no price', () => {
  const odd = priceBook('us-east-1', [price('m/input', 2, '1M requests')]);
  expect(tokenPrices(odd, { modelId: 'm', scope: 'regional', tier: 'standard' }).usdPerMillionTokens.input).toBeNull();
});
