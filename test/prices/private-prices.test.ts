import { expect, test } from '@jest/globals';
import { priceBook, type Price } from '../../lib/prices/price-book.ts';
import { privatePricesLine, privatePricesText, withPrivatePrices } from '../../lib/prices/private-prices.ts';

const listed = (id: string): Price => ({
  id,
  usd: 1,
  per: '1M tokens',
  service: 'AmazonBedrock',
  usageType: 'USE1-small-input-tokens',
  source: 'a page',
  date: '2026-08-01',
  confidence: 'C',
  note: 'about the figure of the page',
});

const BOOK = priceBook('us-east-1', [listed('acme.small/input'), listed('acme.small/output')]);
const FILE = 'config/private-prices/us-east-1.json';

const own = {
  usd: 0.9,
  per: '1M tokens',
  source: 'your account',
  date: '2026-11-30',
  confidence: 'A',
} as const;

const fileOf = (prices: object, more: object = {}) => ({ region: 'us-east-1', prices, ...more });

test("a private price takes the place of the book's, with its own source, date and grade", () => {
  const book = withPrivatePrices(BOOK, fileOf({ 'acme.small/input': own }), FILE);
  expect(book.prices.get('acme.small/input')).toEqual({
    id: 'acme.small/input',
    ...own,
    service: 'AmazonBedrock',
    usageType: 'USE1-small-input-tokens',
  });
  expect(book.prices.get('acme.small/output')).toEqual(listed('acme.small/output'));
  expect([...book.prices.keys()]).toEqual([...BOOK.prices.keys()]);
});

test('one line says how many there are, where they are from, and how they go', () => {
  const line = (prices: object) => privatePricesLine(withPrivatePrices(BOOK, fileOf(prices), FILE));
  expect(line({ 'acme.small/input': own, 'acme.small/output': own })).toBe(
    "2 prices of us-east-1 are your account's own: config/private-prices/us-east-1.json (delete it to use the shipped prices again)",
  );
  expect(line({ 'acme.small/input': own })).toMatch(/^1 price of us-east-1 is your account's own: /);
  expect(line({})).toBeUndefined();
  expect(privatePricesLine(BOOK)).toBeUndefined();
});

const AGAIN = "delete the file, or write it again with 'npx fmpaths prices check --account --region us-east-1'";

test.each([
  [
    'of another Region',
    fileOf({}, { region: 'us-west-2' }),
    `${FILE} holds the prices of 'us-west-2', not of us-east-1: ${AGAIN}`,
  ],
  [
    'with an id that the book does not have',
    fileOf({ 'acme.smal/input': own }),
    `${FILE} has a price for 'acme.smal/input', which is not in config/prices/us-east-1.json: ${AGAIN}`,
  ],
  [
    'with a unit of something else',
    fileOf({ 'acme.small/input': { ...own, per: '1M requests' } }),
    `${FILE} has a price for 'acme.small/input' per 1M requests; config/prices/us-east-1.json has it per 1M tokens: ${AGAIN}`,
  ],
  ['with an unknown key', fileOf({}, { discount: 0.1 }), `discount: unknown key`],
  ['with a price below zero', fileOf({ 'acme.small/input': { ...own, usd: -1 } }), 'prices.acme.small/input.usd'],
])('a file %s is refused with what to do', (_, json, message) => {
  expect(() => withPrivatePrices(BOOK, json, FILE)).toThrow(message);
  expect(() => withPrivatePrices(BOOK, json, FILE)).toThrow('prices check --account --region us-east-1');
});

test('the file is written a price a line, sorted, and read back as it was', () => {
  const text = privatePricesText('us-east-1', [
    { id: 'acme.small/output', ...own },
    { id: 'acme.small/input', ...own },
  ]);
  expect(text.split('\n').slice(3, 5).join('\n')).toBe(
    '    "acme.small/input": { "usd": 0.9, "per": "1M tokens", "source": "your account", "date": "2026-11-30", "confidence": "A" },\n' +
      '    "acme.small/output": { "usd": 0.9, "per": "1M tokens", "source": "your account", "date": "2026-11-30", "confidence": "A" }',
  );
  const book = withPrivatePrices(BOOK, JSON.parse(text), FILE);
  expect(book.privatePrices).toEqual({ file: FILE, count: 2 });
  expect(withPrivatePrices(BOOK, JSON.parse(privatePricesText('us-east-1', [])), FILE)).toBe(BOOK);
});
