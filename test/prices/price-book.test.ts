import { describe, expect, test } from '@jest/globals';
import { UserError } from '../../lib/errors/user-error.ts';
import { parsePriceBook, stalePrices } from '../../lib/prices/price-book.ts';

const PRICE = {
  usd: 0.33,
  per: '1M tokens',
  service: 'AmazonBedrock',
  usageType: 'USE1-Nova2.0Lite-input-tokens',
  source: 'a public page',
  date: '2026-08-02',
  confidence: 'A',
};

const book = (id: string, price: object) => ({ region: 'us-east-1', prices: { [id]: price } });

function messageOf(json: unknown): string {
  try {
    parsePriceBook(json, 'prices.json');
  } catch (error) {
    expect(error).toBeInstanceOf(UserError);
    return (error as Error).message;
  }
  throw new Error('was accepted');
}

test('a price is found by its exact id and knows its source and date', () => {
  const { prices } = parsePriceBook(book('amazon.nova-2-lite-v1:0/input', PRICE));
  expect(prices.get('amazon.nova-2-lite-v1:0/input')).toMatchObject({ usd: 0.33, date: '2026-08-02' });
  expect(prices.get('amazon.nova-2-lite-v1:0/input/batch')).toBeUndefined();
});

describe('a broken price book names the file, the place and what was got', () => {
  test.each([
    ['a negative price', { ...PRICE, usd: -1 }, /prices\.m\/input\.usd: .*got -1/],
    [
      'a price that no total can hold',
      { ...PRICE, usd: 1e308 },
      /prices\.m\/input\.usd: must be at most 1000000000, got/,
    ],
    [
      'an unknown unit',
      { ...PRICE, per: '1M token' },
      /prices\.m\/input\.per: must be one of 1K tokens, .*got "1M token"/,
    ],
    ['an unknown key', { ...PRICE, price: 3 }, /prices\.m\/input\.price: unknown key/],
    ['a day that does not exist', { ...PRICE, date: '2026-02-30' }, /prices\.m\/input\.date: .*got "2026-02-30"/],
    ['no source', { ...PRICE, source: undefined }, /prices\.m\/input\.source: .*got nothing/],
  ])('%s', (_, price, expected) => {
    const message = messageOf(book('m/input', price));
    expect(message).toMatch(/^prices\.json is not a valid price book:/);
    expect(message).toMatch(expected);
  });

  test('an id without a meter', () => {
    expect(messageOf(book('lambda', PRICE))).toContain('a price id is lower case with at least one /');
  });

  test('something that is no book at all', () => {
    expect(messageOf(null)).toContain('(root)');
  });
});

test('prices older than ninety days are stale, the oldest first', () => {
  const { prices } = parsePriceBook({
    region: 'us-east-1',
    prices: {
      // 2026-11-23 less 90 days is 2026-08-25
      'm/fresh': { ...PRICE, date: '2026-08-25' },
      'm/old': { ...PRICE, date: '2026-08-24' },
      'm/older': { ...PRICE, date: '2024-07-01' },
    },
  });
  expect(stalePrices(prices.values(), '2026-11-23').map(({ id }) => id)).toEqual(['m/older', 'm/old']);
});
