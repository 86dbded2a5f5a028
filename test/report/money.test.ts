import { expect, test } from '@jest/globals';
import { formatQuantity, formatUsd } from '../../lib/report/money.ts';

test.each([
  [0, '$0.00'],
  [1234567.891, '$1,234,567.89'],
  [0.184, '$0.18'],
  [0.0000133334, '$0.00001333'],
  [-12.5, '-$12.50'],
  [null, 'unknown'],
])('%p US dollars read %s', (usd, text) => {
  expect(formatUsd(usd)).toBe(text);
});

test.each([
  [100000, '100,000'],
  [58.8417, '58.84'],
  [0.00012346, '0.0001235'],
  [12345.678, '12,346'],
  [0, '0'],
  [null, 'unknown'],
])('the quantity %p reads %s', (quantity, text) => {
  expect(formatQuantity(quantity)).toBe(text);
});
