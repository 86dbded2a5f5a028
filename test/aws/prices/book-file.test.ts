import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  priceBookFile,
  priceBookOf,
  priceBookOfRegion,
  privatePricesFile,
  replaceFile,
  requiredPriceBook,
  shippedPriceBook,
  writePriceBook,
} from '../../../lib/aws/prices/book-file.ts';
import { priceBook, type Price } from '../../../lib/prices/price-book.ts';

const PRICE: Price = {
  id: 'lambda/request',
  usd: 0.2,
  per: '1M requests',
  service: 'AWSLambda',
  source: 'a page',
  date: '2026-08-01',
  confidence: 'A',
};

let root = '';

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'fmpaths-test-'));
});

afterEach(async () => {
  await rm(root, { recursive: true, force: true });
});

test('a book is read back as it was written, in the order of its ids', async () => {
  const file = priceBookFile(root, 'us-east-1');
  await writePriceBook(file, priceBook('us-east-1', [PRICE, { ...PRICE, id: 'aoss/ocu', per: 'OCU-hour', note: 'n' }]));
  const book = priceBookOf(await readFile(file, 'utf8'), file);
  expect([...book.prices.keys()]).toEqual(['aoss/ocu', 'lambda/request']);
  expect(book.prices.get('lambda/request')).toEqual(PRICE);
  expect(await readdir(join(root, 'config', 'prices'))).toEqual(['us-east-1.json']);
});

test('a Region without a book has none; a book that is broken is refused by its name, and not taken for a missing one', async () => {
  expect(await priceBookOfRegion(root, 'eu-west-9')).toBeUndefined();
  const file = priceBookFile(root, 'us-east-1');
  await writePriceBook(file, priceBook('us-east-1', [PRICE]));
  expect((await priceBookOfRegion(root, 'us-east-1'))?.prices.size).toBe(1);
  await writeFile(file, '{');
  await expect(priceBookOfRegion(root, 'us-east-1')).rejects.toThrow('config/prices/us-east-1.json');
});

test('where a book is required, a Region without one is told how to get it, and that of another Region is none', async () => {
  await expect(requiredPriceBook(root, 'eu-west-1')).rejects.toThrow(
    "there is no config/prices/eu-west-1.json: fetch it with 'npx fmpaths prices refresh --region eu-west-1'",
  );
  await writePriceBook(priceBookFile(root, 'us-east-1'), priceBook('us-west-2', [PRICE]));
  await expect(requiredPriceBook(root, 'us-east-1')).rejects.toThrow(
    "config/prices/us-east-1.json holds the prices of 'us-west-2': its region must be us-east-1",
  );
});

test('the private prices of a Region are in its book, and not in the shipped one', async () => {
  await writePriceBook(priceBookFile(root, 'us-east-1'), priceBook('us-east-1', [PRICE]));
  const own = { usd: 0.1, per: '1M requests', source: 'your account', date: '2026-11-30', confidence: 'A' };
  const file = privatePricesFile(root, 'us-east-1');
  await replaceFile(file, JSON.stringify({ region: 'us-east-1', prices: { 'lambda/request': own } }));
  for (const read of [priceBookOfRegion, requiredPriceBook]) {
    expect((await read(root, 'us-east-1'))?.prices.get('lambda/request')).toMatchObject(own);
  }
  expect((await shippedPriceBook(root, 'us-east-1')).prices.get('lambda/request')).toEqual(PRICE);
  await replaceFile(file, '{"region": "us-west-2", "prices": {}}');
  await expect(requiredPriceBook(root, 'us-east-1')).rejects.toThrow(
    "config/private-prices/us-east-1.json holds the prices of 'us-west-2', not of us-east-1: delete the file",
  );
});

test.each([
  ['a negative price', { ...PRICE, usd: -1 }],
  ['a price that is no number', { ...PRICE, usd: NaN }],
  ['a price without a source', { ...PRICE, source: '' }],
])('a book with %s does not take the place of a good one', async (_, broken) => {
  const file = priceBookFile(root, 'us-east-1');
  await writePriceBook(file, priceBook('us-east-1', [PRICE]));
  const good = await readFile(file, 'utf8');
  await expect(writePriceBook(file, priceBook('us-east-1', [PRICE, { ...broken, id: 'x/y' }]))).rejects.toThrow(
    'is not a valid price book',
  );
  expect(await readFile(file, 'utf8')).toBe(good);
  expect(await readdir(join(root, 'config', 'prices'))).toEqual(['us-east-1.json']);
});

test('a text that is no price book is named, with what is wrong', () => {
  expect(() => priceBookOf('{"region": ', 'book.json')).toThrow(/^book\.json is not JSON/);
  expect(() => priceBookOf('{"region": "us-east-1"}', 'book.json')).toThrow(
    /^book\.json is not a valid price book:\n {2}prices/,
  );
});
