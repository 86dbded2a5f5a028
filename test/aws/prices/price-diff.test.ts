import { expect, test } from '@jest/globals';
import { priceDiff } from '../../../lib/aws/prices/price-diff.ts';
import { priceBook, type Price } from '../../../lib/prices/price-book.ts';

const price = (id: string, usd: number, more: Partial<Price> = {}): Price => ({
  id,
  usd,
  per: '1M tokens',
  service: 'AmazonBedrock',
  source: 'a page',
  date: '2026-08-01',
  confidence: 'A',
  ...more,
});
const book = (...prices: Price[]) => priceBook('us-east-1', prices);
const kinds = (before: Price[], after: Price[]) =>
  priceDiff(book(...before), book(...after)).changes.map(({ id, kind, percent }) => [id, kind, percent]);

test('what came, what went and what changed by how much', () => {
  // 1.10 / 1.00 is 10 % up, 0.20 / 0.25 is 20 % down
  const changes = kinds(
    [price('a/input', 1), price('b/input', 0.25), price('gone/input', 1), price('same/input', 3)],
    [price('a/input', 1.1), price('b/input', 0.2), price('new/input', 2), price('same/input', 3)],
  );
  expect(changes).toEqual([
    ['a/input', 'changed', expect.closeTo(10, 9)],
    ['b/input', 'changed', expect.closeTo(-20, 9)],
    ['gone/input', 'removed', null],
    ['new/input', 'added', null],
  ]);
});

test('the same price in another unit is no change', () => {
  // 0.00378 per 1K tokens is 3.78 per 1M
  expect(kinds([price('a/training', 3.78)], [price('a/training', 0.00378, { per: '1K tokens' })])).toEqual([]);
  expect(kinds([price('a/training', 3.78)], [price('a/training', 3.78, { per: '1K tokens' })])).toEqual([
    ['a/training', 'changed', expect.closeTo(99_900, 6)],
  ]);
});

test('a unit of something else is a change that no percentage describes', () => {
  expect(kinds([price('a/x', 1)], [price('a/x', 1, { per: 'GB-month' })])).toEqual([['a/x', 'changed', null]]);
});

test('a price that was read again and is the same is confirmed, not changed', () => {
  const again = price('a/input', 1, { date: '2026-11-01', source: 'AWS Price List' });
  const { changes, confirmed } = priceDiff(
    book(price('a/input', 1), price('b/input', 1)),
    book(again, price('b/input', 1)),
  );
  expect(changes).toEqual([]);
  expect(confirmed).toBe(1);
});
