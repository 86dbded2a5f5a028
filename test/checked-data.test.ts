import { expect, test } from '@jest/globals';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { copyCheckedData } from '../.config/copy-checked-data.ts';
import { isCheckedData } from '../lib/checked-data.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

const ROOT = join(import.meta.dirname, '..');
const folder = temporaryFolder();

const SHIPPED = [
  join('config', 'models.json'),
  ...readdirSync(join(ROOT, 'config', 'prices')).map((name) => join('config', 'prices', name)),
];

const PRICE = {
  usd: 0.2,
  per: '1M requests',
  service: 'AWSLambda',
  source: 'a page',
  date: '2026-08-01',
  confidence: 'A',
};

const book = (price: object): string => JSON.stringify({ region: 'us-east-1', prices: { 'lambda/request': price } });

/** A project whose price books are these. */
function projectWith(name: string, books: Readonly<Record<string, string>>): string {
  const root = join(folder, name);
  for (const [file, text] of Object.entries(books)) {
    const path = join(root, 'config', 'prices', file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
  return root;
}

test('the catalogue and every price book that are shipped need no check at a start', async () => {
  const copies = join(folder, 'shipped');
  copyCheckedData(ROOT, copies);
  for (const name of SHIPPED) {
    expect(await isCheckedData(name, readFileSync(join(ROOT, name), 'utf8'), copies)).toBe(true);
  }
});

test('one character of difference, the text of another file or no copy: it has to be checked', async () => {
  const root = projectWith('one', { 'us-east-1.json': book(PRICE) });
  const copies = join(folder, 'one-copies');
  copyCheckedData(root, copies);
  const name = join('config', 'prices', 'us-east-1.json');
  expect(await isCheckedData(name, book(PRICE), copies)).toBe(true);
  expect(await isCheckedData(name, book({ ...PRICE, usd: 0.3 }), copies)).toBe(false);
  expect(await isCheckedData(name, `${book(PRICE)}\n`, copies)).toBe(false);
  expect(await isCheckedData(join('config', 'models.json'), book(PRICE), copies)).toBe(false);
});

test('nothing counts as checked where the source runs, whatever was built from it earlier', async () => {
  const [name = ''] = SHIPPED;
  expect(await isCheckedData(name, readFileSync(join(ROOT, name), 'utf8'))).toBe(false);
});

test('a book that is refused, is no JSON, says a thing twice or is changed by its parser is never taken for checked', () => {
  const { usd, ...rest } = PRICE;
  const root = projectWith('bad', {
    'refused.json': book({ ...PRICE, colour: 'red' }),
    'no-json.json': '{',
    'twice.json': book(PRICE).replace('"usd":0.2', '"usd":0.2,"usd":0.3'),
    'other-order.json': book({ ...rest, usd }),
    'valid.json': book(PRICE),
  });
  const copies = join(folder, 'bad-copies');
  copyCheckedData(root, copies);
  expect(readdirSync(join(copies, 'config', 'prices'))).toEqual(['valid.json']);
});
