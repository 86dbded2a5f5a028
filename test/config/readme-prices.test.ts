import { expect, test } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { phaseOn } from '../../lib/catalogue/lifecycle.ts';
import { parsePriceBook } from '../../lib/prices/price-book.ts';
import { CATALOGUE } from '../support/catalogue.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const README = readFileSync(join(ROOT, 'README.md'), 'utf8');

const bookOf = (region: string) => {
  const file = `config/prices/${region}.json`;
  return parsePriceBook(JSON.parse(readFileSync(join(ROOT, file), 'utf8')), file).prices;
};

const REGIONS = readdirSync(join(ROOT, 'config/prices')).map((file) => file.replace(/\.json$/, ''));

/** What a model unit costs an hour, by commitment, of models that AWS still sells throughput for. */
function throughputPrices(commitment: string): [name: string, usd: number][] {
  return REGIONS.flatMap((region) => {
    const prices = bookOf(region);
    return Object.entries(CATALOGUE.models).flatMap(([id, entry]): [string, number][] => {
      const price = prices.get(`${id}/provisioned/${commitment}`);
      const isSold =
        phaseOn(entry, CATALOGUE, '2026-11-30').phase === 'active' && entry.hosting.includes('provisioned');
      return price === undefined || !isSold ? [] : [[entry.name, price.usd]];
    });
  });
}

test('the README names the model whose throughput it prices, and every other one that could be bought at a known price', () => {
  const [, usd, name, committedUsd] =
    /Provisioned Throughput, .+?, costs \$([\d.]+) for each model unit and hour of (.+?), \$([\d.]+) with a commitment of one month/.exec(
      README,
    ) ?? [];
  expect(throughputPrices('no-commit')).toEqual([[name, Number(usd)]]);
  expect(throughputPrices('1-month')).toEqual([[name, Number(committedUsd)]]);
});

test('units in the books of models that AWS sells no throughput for are those that the README names', () => {
  const [, legacy, legacyRegion, ended, endedRegion, count] = [
    ...(/the units of (\w+) in the book of ([\w-]+) and of ([\w -]+) in that of ([\w-]+) belong to/.exec(README) ?? []),
    /price in the (\w+) books/.exec(README)?.[1],
  ];
  expect([count, REGIONS.length]).toEqual(['five', 5]);
  const sold = new Set([...throughputPrices('no-commit'), ...throughputPrices('1-month')].map(([name]) => name));
  const others = REGIONS.flatMap((region) =>
    [...bookOf(region).keys()].flatMap((priceId) => {
      const [id = ''] = /^.+(?=\/provisioned\/)/.exec(priceId) ?? [];
      const { name = '' } = CATALOGUE.models[id] ?? CATALOGUE.named?.[id] ?? {};
      return id === '' || sold.has(name) ? [] : [{ name: `${id} ${name}`.toLowerCase(), region }];
    }),
  );
  expect(new Set(others.map(({ region }) => region))).toEqual(new Set([legacyRegion, endedRegion]));
  for (const { name, region } of others) {
    expect(name).toContain((region === legacyRegion ? legacy : ended)?.toLowerCase());
  }
});

test('no price for the throughput of another model is in the books, as the README says of the dearer one', () => {
  const [, reading, name] =
    /has \$([\d.]+) for ([\w ]+), and a run whose price is unknown is refused/.exec(README) ?? [];
  const [id = ''] = Object.entries(CATALOGUE.models).find(([, entry]) => entry.name === name) ?? [];
  expect([id, reading]).toEqual([expect.stringMatching(/./), '108.15']);
  expect(bookOf('us-east-1').get(`${id}/provisioned/no-commit`)).toBeUndefined();
});
