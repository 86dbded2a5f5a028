import { describe, expect, test } from '@jest/globals';
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

const TEXT = 'acme.text-v1:0';

/** The rules that a price of the text model breaks beside others of it, in US dollars by meter. */
const broken = (meter: string, usd: number, others: Readonly<Record<string, number>>) =>
  pairs(
    Object.fromEntries(Object.entries({ ...others, [meter]: usd }).map(([each, price]) => [`${TEXT}/${each}`, price])),
  )
    .filter(({ id }) => id === `${TEXT}/${meter}`)
    .map(({ rule }) => rule);

test('a long prompt below a short one is a slip, the same price and a higher one are not', () => {
  const id = `${TEXT}/output/long-context/global`;
  const against = `${TEXT}/output/global`;
  // 2 / 10, as a list of 2026-09-30 had it
  expect(pairs({ [id]: 2, [against]: 10 })).toEqual([
    { rule: 'long-context-below-usual', id, against, ratio: 0.2, bounds: { least: 1, most: 10 } },
  ]);
  expect(pairs({ [id]: 10, [against]: 10 })).toEqual([]);
  expect(pairs({ [id]: 15, [against]: 10 })).toEqual([]);
  expect(pairs({ [id]: 101, [against]: 10 })).toHaveLength(1);
});

test('text costs at least as much to write as to read, in every tier and tuned', () => {
  const [input, output] = [`${TEXT}/input/flex`, `${TEXT}/output/flex`];
  expect(pairs({ [input]: 3, [output]: 1.5 })).toEqual([
    { rule: 'output-below-input', id: output, against: input, ratio: 0.5, bounds: { least: 1, most: 50 } },
  ]);
  expect(pairs({ [`${TEXT}/custom-input`]: 3, [`${TEXT}/custom-output`]: 1 })).toHaveLength(1);
  expect(pairs({ 'acme.embed-v1:0/input': 3, 'acme.embed-v1:0/output': 1 })).toEqual([]);
});

describe('what a model sells beside its standard tokens is held against them', () => {
  // by an input of $10: the least and the most that are taken, and one beyond each
  test.each([
    ['cache-write', 'cache-write-share', 9, 40],
    ['cache-write-30m', 'cache-write-share', 9, 40],
    ['cache-write-1h', 'cache-write-share', 9, 40],
    ['cache-read', 'cache-read-share', 0.05, 10],
    ['input/flex', 'tier-share', 2, 10],
    ['input/priority', 'tier-share', 10, 40],
    ['input/latency-optimized', 'tier-share', 10, 40],
    ['input/ultrafast', 'tier-share', 10, 120],
    ['input/global', 'global-share', 5, 11],
    ['custom-input', 'custom-share', 5, 40],
  ])('%s: %s', (meter, rule, least, most) => {
    const rules = (usd: number) => broken(meter, usd, { input: 10 });
    expect([least, most].flatMap(rules)).toEqual([]);
    expect([rules(least * 0.99), rules(most * 1.01)]).toEqual([[rule], [rule]]);
  });

  test('as a list had them: a priority input of $0.0001 and an hour of cache below the input of $0.3', () => {
    expect(broken('input/priority', 0.0001, { input: 0.3 })).toEqual(['tier-share']);
    expect(broken('cache-write-1h', 0.2, { input: 0.3 })).toEqual(['cache-write-share']);
  });

  test('writing to the cache may be free, reading from it and a tier may not', () => {
    expect(broken('cache-write/global', 0, { 'input/global': 3, input: 3 })).toEqual([]);
    expect(broken('cache-read', 0, { input: 3 })).toEqual(['cache-read-share']);
    expect(broken('input/flex', 0, { input: 3 })).toEqual(['tier-share']);
    // free where the usual prompt is not
    expect(broken('cache-write/long-context', 0, { 'cache-write': 3 })).toEqual(['long-context-below-usual']);
  });

  test('what has no neighbour is held against standard, by every factor between them', () => {
    // priority 1 to 4 times, global 0.5 to 1.1 times: 1 x 0.5 x 10 = 5 to 4 x 1.1 x 10 = 44
    const rules = (usd: number) => broken('input/priority/global', usd, { input: 10 });
    expect([4.9, 5, 44, 44.1].map((usd) => rules(usd).length)).toEqual([1, 0, 0, 1]);
    expect(rules(1)).toEqual(['standard-share']);
    // and by the input alone, output 1 to 50 times: 1 x 1 x 10 = 10 to 4 x 50 x 10 = 2,000
    expect([9.9, 10, 2000, 2001].map((usd) => broken('output/priority', usd, { input: 10 }).length)).toEqual([
      1, 0, 0, 1,
    ]);
    // a neighbour is nearer
    expect(broken('input/priority/global', 44, { input: 10, 'input/global': 10 })).toEqual(['tier-share']);
  });

  test('training, storage and reserved capacity are no tokens of a call', () => {
    expect(
      ['training', 'storage', 'input/reserved-1-month'].flatMap((meter) => broken(meter, 900, { input: 1 })),
    ).toEqual([]);
  });

  test('prices of images, vectors and of models in no catalogue are held against none', () => {
    for (const model of ['acme.embed-v1:0', 'acme.unheard-v1:0', 'constructor']) {
      expect(pairs({ [`${model}/input`]: 1, [`${model}/input/priority`]: 100 })).toEqual([]);
    }
  });
});

test('a batch is 0.4 to 0.6 of standard', () => {
  const share = (batch: number) =>
    pairs({ 'acme.text-v1:0/input/batch/global': batch, 'acme.text-v1:0/input/global': 1 }).map(({ rule }) => rule);
  expect([0.39, 0.4, 0.5, 0.6, 0.61].map((batch) => share(batch).length)).toEqual([1, 0, 0, 0, 1]);
  expect(share(0.75)).toEqual(['batch-share']);
  // 0.2 to 1 is rare; beyond it is a slip
  expect([0.19, 1.01].map(share)).toEqual([
    ['tier-share', 'batch-share'],
    ['tier-share', 'batch-share'],
  ]);
});

test('a price without the other one, or beside a free one, is no pair', () => {
  expect(pairs({ 'acme.text-v1:0/output': 1 })).toEqual([]);
  expect(pairs({ 'acme.text-v1:0/cache-write/long-context': 0, 'acme.text-v1:0/cache-write': 0 })).toEqual([]);
});
