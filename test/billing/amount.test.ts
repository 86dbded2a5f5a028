import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseAmount, sumAmounts, toNumber } from '../../lib/billing/amount.ts';

test.each([
  ['0', 0n],
  ['1', 10n ** 15n],
  ['-2.50', -25n * 10n ** 14n],
  ['.5', 5n * 10n ** 14n],
  ['1.5E-7', 15n * 10n ** 7n],
  ['2e3', 2n * 10n ** 18n],
  ['0.000000000000000', 0n],
  // the sixteenth digit, half of one away from zero
  ['0.0000000000000005', 1n],
  ['-0.0000000000000005', -1n],
  ['0.0000000000000004', 0n],
])('%s is read to the last of fifteen decimals', (text, amount) => {
  expect(parseAmount(text)).toBe(amount);
});

test.each(['', '.', 'x', '1,5', 'NaN', 'Infinity', '1e', '0x10', '--1'])('%j is no amount', (text) => {
  expect(() => parseAmount(text)).toThrow(`'${text}' is no amount of money`);
});

test('a tenth ten times is one, and a sum does not depend on its order', () => {
  expect(sumAmounts(Array.from({ length: 10 }, () => parseAmount('0.1')))).toBe(parseAmount('1'));
  // doubles add 0.1 and 0.7 up to 0.7999999999999999
  expect(toNumber(sumAmounts(['0.1', '0.7'].map(parseAmount)))).toBe(0.8);
});

test('the number of an amount is the double nearest to its digits', () => {
  fc.assert(
    fc.property(fc.integer(), fc.integer({ min: 0, max: 10 ** 10 - 1 }), (whole, fraction) => {
      const text = `${whole}.${String(fraction).padStart(10, '0')}`;
      expect(toNumber(parseAmount(text))).toBe(Number(text) + 0);
    }),
  );
});
