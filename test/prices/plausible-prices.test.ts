import { expect, test } from '@jest/globals';
import { implausiblePairs } from '../../lib/prices/plausible-prices.ts';
import { priceBook, type Price } from '../../lib/prices/price-book.ts';
import { MODEL } from '../support/example-config.ts';

const CATALOGUE = {
  models: { 'acme.text-v1:0': MODEL, 'acme.embed-v1:0': { ...MODEL, kind: 'embedding' as const } },
};

function pairs(prices: Readonly<Record<string, number>>, per: Price['per'] = '1M tokens') {
  const book = priceBook(
    'us-east-1',
    Object.entries(prices).map(([id, usd]) => ({
      id,
      usd,
      per,
      service: 'AmazonBedrock',
      source: 'invented',
      date: '2026-11-01',
      confidence: 'A',
    })),
  );
  return implausiblePairs(book.prices, CATALOGUE);
}

test('a long prompt below a short one is a slip, the same price and a higher one are not', () => {
  const id = 'acme.text-v1:0/output/long-context/global';
  const against = 'acme.text-v1:0/output/global';
  // 2 / 10, as a list of 2026-09-30 had it
  expect(pairs({ [id]: 2, [against]: 10 })).toEqual([{ rule: 'long-context-below-usual', id, against, ratio: 0.2 }]);
  expect(pairs({ [id]: 10, [against]: 10 })).toEqual([]);
  expect(pairs({ [id]: 15, [against]: 10 })).toEqual([]);
});

test('text costs at least as much to write as to read, in every tier and tuned', () => {
  const [input, output] = ['acme.text-v1:0/input/flex', 'acme.text-v1:0/output/flex'];
  expect(pairs({ [input]: 3, [output]: 1.5 })).toEqual([
    { rule: 'output-below-input', id: output, against: input, ratio: 0.5 },
  ]);
  expect(pairs({ 'acme.text-v1:0/custom-input': 3, 'acme.text-v1:0/custom-output': 1 })).toHaveLength(1);
  expect(pairs({ 'acme.embed-v1:0/input': 3, 'acme.embed-v1:0/output': 1 })).toEqual([]);
});

test('a batch is 0.4 to 0.6 of standard', () => {
  const share = (batch: number) =>
    pairs({ 'acme.text-v1:0/input/batch/global': batch, 'acme.text-v1:0/input/global': 1 }).map(({ rule }) => rule);
  expect([0.39, 0.4, 0.5, 0.6, 0.61].map((batch) => share(batch).length)).toEqual([1, 0, 0, 0, 1]);
  expect(share(0.75)).toEqual(['batch-share']);
});

test('a price without the other one, or beside a free one, is no pair', () => {
  expect(pairs({ 'acme.text-v1:0/output': 1 })).toEqual([]);
  expect(pairs({ 'acme.text-v1:0/cache-write/long-context': 0, 'acme.text-v1:0/cache-write': 0 })).toEqual([]);
});
