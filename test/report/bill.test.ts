import { expect, test } from '@jest/globals';
import type { Bill, BilledRow, NotRead, OutsideReason } from '../../lib/billing/bill.ts';
import { billDocument } from '../../lib/report/bill.ts';
import { render } from '../../lib/report/format.ts';
import { formatExactUsd } from '../../lib/report/money.ts';
import { BILL_MESSAGES } from '../../lib/report/words/bill.ts';
import { LANGUAGES } from '../../lib/report/words/languages.ts';
import { readingOf } from '../support/read-bill.ts';
import { rendered } from '../support/rendered.ts';

const row = (over: Partial<BilledRow>): BilledRow => ({
  path: 'rag',
  component: 'inference',
  componentFrom: 'usage-type',
  day: '2026-08-01',
  service: 'AmazonBedrock',
  usageType: 'tokens',
  usd: 1,
  quantity: null,
  unit: null,
  attribution: 'tag',
  inferredFrom: null,
  foreignTagValue: null,
  ...over,
});

const bill = (rows: readonly BilledRow[], over: Partial<Bill> = {}): Bill => ({
  source: 'cur',
  simulated: false,
  from: '2026-08-01',
  until: '2026-08-31',
  currency: 'USD',
  metric: 'UnblendedCost',
  deployed: { paths: [], saidBy: 'tags' },
  rows,
  read: readingOf(rows),
  excluded: (['credit', 'refund', 'tax'] as const).map((kind) => ({ kind, usd: 0 })),
  otherCurrencies: [],
  completeness: { completeUntil: null, settlingDays: [], estimatedDays: [], emptyDays: [] },
  tagSpellings: [],
  secondAttributions: [],
  queryUsd: 0,
  notes: [],
  ...over,
});

test('JSON in pieces is the JSON of the whole bill', () => {
  const rows = Array.from({ length: 12_000 }, (_, index) => row({ usd: index, foreignTagValue: '\u2028"rows": []\n' }));
  for (const each of [bill(rows), bill([]), bill(rows.slice(0, 1))]) {
    const json = { schema: 'fmpaths/bill/v1', ...each };
    expect(JSON.parse(rendered(billDocument(each, 'en'), 'json'))).toEqual(json);
    expect(rendered(billDocument(each, 'en'), 'json')).toBe(
      JSON.stringify(json, null, 2).replaceAll('\u2028', String.raw`\u2028`) + '\n',
    );
  }
  expect([...render(billDocument(bill(rows), 'en'), 'json')].length).toBeGreaterThan(3);
});

test('a table has a line for every group however many rows and groups there are', () => {
  // two paths and the remainder: more lines than one call takes arguments
  const rows = Array.from({ length: 150_000 }, (_, index) =>
    row({
      path: ([null, 'rag', 'prompt-only'] as const)[index % 3] ?? null,
      attribution: index % 3 === 0 ? 'none' : 'tag',
      usageType: `type-${index}`,
    }),
  );
  const lines = rendered(billDocument(bill(rows), 'en', 'usage-type'), 'table').split('\n');
  expect(lines.filter((line) => /^(?:rag|prompt-only|untagged)/.test(line))).toHaveLength(150_002);
  const whole = rendered(billDocument(bill(rows), 'en'), 'table').split('\n');
  // a third of 150,000 each
  expect(whole.find((line) => line.startsWith('untagged'))).toMatch(/\$50,000\.00$/);
  expect(whole.filter((line) => line.startsWith('rag')).map((line) => line.trim().split(/\s+/)[2])).toEqual([
    '$50,000.00',
    '$50,000.00',
  ]);
});

test('groups of a table are in the order of paths, components and names', () => {
  const rows = [
    row({ path: null, attribution: 'none', usageType: 'z' }),
    row({ component: null, usageType: 'a' }),
    row({ component: 'training', usageType: 'b' }),
    row({ component: 'inference', usageType: 'c' }),
    row({ component: 'inference', usageType: 'a' }),
    row({ path: 'prompt-only', usageType: 'y' }),
  ];
  const lines = rendered(billDocument(bill(rows), 'en'), 'csv').split('\n');
  expect(lines).toHaveLength(1 + 6 + 2 + 1);
  const table = rendered(billDocument(bill(rows), 'en', 'usage-type'), 'table')
    .split('\n')
    .slice(4, 12);
  expect(table.map((line) => line.trim().split(/ {2,}/).slice(0, 3).join(' '))).toEqual([
    'prompt-only inference y',
    'prompt-only total $1.00',
    'rag inference a',
    'rag inference c',
    'rag training b',
    'rag unmapped a',
    'rag total $4.00',
    'untagged and shared inference z',
  ]);
});

const REASONS = Object.keys(BILL_MESSAGES.en.reading.outside) as OutsideReason[];
const NOT_READ = Object.keys(BILL_MESSAGES.en.reading.notReadBecause) as NotRead['reason'][];

test.each(LANGUAGES)(
  'every reason to be outside or unread is said in %s, with its files, rows and dollars',
  (language) => {
    const read = {
      ...readingOf([]),
      outside: REASONS.map((reason) => ({
        reason,
        rows: 12,
        currency: 'USD',
        amount: 345.678,
        files: 'left.csv',
        keptInstead: 'kept.csv',
      })),
      notRead: NOT_READ.map((reason) => ({ file: `${reason}.zip`, reason })),
    };
    const said = rendered(billDocument(bill([], { read }), language), 'table').split('\n');
    expect(said.filter((text) => text.includes('12') && text.includes('$345.678'))).toHaveLength(REASONS.length);
    expect(said.filter((text) => text.includes('left.csv') && text.includes('kept.csv'))).toHaveLength(3);
    for (const reason of NOT_READ) expect(said.filter((text) => text.includes(`${reason}.zip`))).toHaveLength(1);
    expect(said.join('\n')).not.toMatch(/\{\w+\}/);
  },
);

test('an amount that nobody knows is unknown, and a file name steers no terminal', () => {
  const read = {
    ...readingOf([]),
    files: null,
    outside: [
      {
        reason: 'older-version',
        rows: null,
        currency: 'USD',
        amount: null,
        files: 'a\u001b[31m',
        keptInstead: 'b',
      } as const,
    ],
  };
  const text = rendered(billDocument(bill([], { read }), 'en'), 'table');
  expect(text).toContain('Read: an unknown number of files, 0 row(s), $0.00 in all');
  expect(text).toContain('Outside: a [31m, replaced by the later version b: unknown row(s), unknown.');
});

test.each([
  [0, '$0.00'],
  [2000.0412345, '$2,000.0412345'],
  [-7, '-$7.00'],
  [1e-10, '$0.0000000001'],
  [0.1 + 0.2, '$0.30'],
  [null, 'unknown'],
])('%d is written with all its digits as %s', (usd, text) => {
  expect(formatExactUsd(usd)).toBe(text);
});
