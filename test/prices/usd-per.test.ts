import { expect, test } from '@jest/globals';
import { usdPer, usdPerUnit } from '../../lib/prices/usd-per.ts';

const SETTINGS = { 'm/training': { usd: 4, per: '1M tokens' }, 'm/odd': { usd: 4, per: 'fortnight' } };
const BOOK = new Map(Object.entries(SETTINGS));

test.each([
  ['the prices that a function is given', SETTINGS],
  ['a whole book', BOOK],
])('%s has a price in every unit of its kind', (_, prices) => {
  expect(usdPer(prices, 'm/training', '1M tokens')).toBe(4);
  // 1K is a thousandth of 1M: $4 / 1,000
  expect(usdPer(prices, 'm/training', '1K tokens')).toBeCloseTo(0.004, 15);
});

test.each([
  ['the prices that a function is given', SETTINGS],
  ['a whole book', BOOK],
])('%s has no price for another kind, in a unit that nobody knows, or of an id that is not in it', (_, prices) => {
  expect(usdPer(prices, 'm/training', 'instance-hour')).toBeNull();
  expect(usdPer(prices, 'm/odd', '1M tokens')).toBeNull();
  expect(usdPer(prices, 'm/storage', 'model-month')).toBeNull();
  expect(usdPer(prices, 'constructor', '1M tokens')).toBeNull();
});

test('without a book every price is unknown', () => {
  expect(usdPer(undefined, 'm/training', '1M tokens')).toBeNull();
});

test('a price of zero is one', () => {
  expect(usdPerUnit({ usd: 0, per: '1M tokens' }, '1K tokens')).toBe(0);
});
