import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Bill } from '../../../lib/billing/bill.ts';
import type { OverlapOption } from '../../../lib/billing/overlap.ts';
import { readCur } from '../../../lib/billing/sources/cur.ts';
import { sumUsd } from '../../../lib/sums.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fmpaths-deliveries-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const COLUMNS = {
  line_item_usage_start_date: (day: number) => `2026-08-${String(day).padStart(2, '0')}T00:00:00Z`,
  line_item_usage_account_id: () => '111122223333',
  line_item_line_item_type: () => 'Usage',
  line_item_product_code: () => 'AmazonBedrock',
  line_item_usage_type: () => 'USE1-NovaLite-input-tokens',
  line_item_operation: () => 'InvokeModelInference',
  line_item_resource_id: () => '',
  line_item_currency_code: () => 'USD',
  line_item_usage_amount: () => '1',
  line_item_unblended_cost: (day: number) => String(day),
  resource_tags: () => '"{""user_customization_path"":""rag""}"',
};

type Change = Readonly<Partial<Record<keyof typeof COLUMNS | 'resource_tags_user_cost_center', string | null>>>;

/** A line a day, of as many dollars as the day's number; `change` gives a column another value, or leaves it out. */
function lines(days: readonly number[], change: Change = {}): string {
  const columns = Object.entries({ ...COLUMNS, ...change }).filter(([, value]) => value !== null);
  const row = (day: number) => columns.map(([, value]) => (typeof value === 'function' ? value(day) : value)).join(',');
  return [columns.map(([name]) => name).join(','), ...days.map(row)].join('\n') + '\n';
}

function write(name: string, data: string, modified = 1): void {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, data);
  utimesSync(path, modified, modified);
}

const manifest = (...files: readonly string[]): string =>
  JSON.stringify({ dataFiles: files.map((file) => `s3://b/p/${file}`) });

const read = (overlap?: OverlapOption): Promise<Bill> =>
  readCur({
    path: folder,
    window: { from: '2026-08-01', until: '2026-09-30' },
    deployed: [],
    now: new Date('2026-11-01T00:00:00Z'),
    overlap,
  });

const totalOf = ({ rows }: Bill) => sumUsd(rows.map(({ usd }) => usd));
const MONTH = 'BILLING_PERIOD=2026-08';

test('a file without a column does not make two others look alike that this column tells apart', async () => {
  write('a.csv', lines([1, 2, 3]));
  write('b.csv', lines([1, 2, 3], { line_item_usage_account_id: '444455556666' }), 2);
  write('c.csv', lines([1, 2, 3], { line_item_usage_account_id: null, line_item_operation: 'Converse' }), 3);
  // three times 1 + 2 + 3
  expect(totalOf(await read())).toBe(18);
});

test('two tags that are one number are two tags', async () => {
  write('a.csv', lines([1, 2], { resource_tags_user_cost_center: '0010' }));
  write('b.csv', lines([1, 2], { resource_tags_user_cost_center: '10' }), 2);
  expect(totalOf(await read())).toBe(6);
});

test('a foundation model has one ARN in all accounts: a few equal lines of it prove no copy', async () => {
  const shared = {
    line_item_usage_account_id: null,
    line_item_resource_id: 'arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-lite-v1:0',
  };
  write('a.csv', lines([1, 2, 3, 4, 5], shared));
  write('b.csv', lines([2, 3], shared), 2);
  await expect(read()).rejects.toThrow("Say '--overlap parts'");
});

test('lines of one resource that differ in another column are no copies', async () => {
  const resource = 'arn:aws:bedrock:us-east-1:111122223333:application-inference-profile/a';
  write('a.csv', lines([1, 2], { line_item_resource_id: resource, line_item_operation: 'Converse' }));
  write('b.csv', lines([1, 2], { line_item_resource_id: resource }), 2);
  expect(totalOf(await read())).toBe(6);
});

test('equal files that cost nothing count once, for their quantities', async () => {
  for (const name of ['a.csv', 'b.csv']) write(name, lines([1, 2], { line_item_unblended_cost: '0' }));
  expect((await read()).rows.map(({ quantity }) => quantity)).toEqual([1, 1]);
});

test('a copy in the folder of another month is found', async () => {
  write(`${MONTH}/x.csv`, lines([1, 2, 3]));
  write('BILLING_PERIOD=2026-09/x.csv', lines([1, 2, 3]), 2);
  expect(totalOf(await read())).toBe(6);
});

test('numbered files that are equal are one part twice', async () => {
  for (const name of ['x-00001.csv', 'x-00002.csv']) write(name, lines([1, 2, 3]));
  expect(totalOf(await read())).toBe(6);
});

test.each([
  ['begin at 0', ['part-00000.csv', 'part-00002.csv']],
  ['lie far apart', ['account-11112.csv', 'account-22223.csv']],
])('numbers that %s are no parts of which some are missing', async (_, [first = '', second = '']) => {
  write(first, lines([1, 2]));
  write(second, lines([3]), 2);
  expect(totalOf(await read())).toBe(6);
});

test.each(['exp-backup/data', 'exp/data/old'])(
  'a manifest does not vouch for a copy of its file in %s',
  async (copy) => {
    write(`exp/metadata/${MONTH}/exp-Manifest.json`, manifest(`exp/data/${MONTH}/exp-00001.csv`));
    for (const place of [`exp/data/${MONTH}`, `${copy}/${MONTH}`]) write(`${place}/exp-00001.csv`, lines([1, 2, 3]));
    const bill = await read();
    expect(totalOf(bill)).toBe(6);
    expect(bill.read).toMatchObject({ files: 2, grossUsd: 12, outsideUsd: 6 });
  },
);

test.each<[string, readonly string[], readonly string[]]>([
  [
    'a part of one month, of which another month has the name',
    [`exp/data/${MONTH}/x-1.csv`, 'exp/data/BILLING_PERIOD=2026-09/x-1.csv', 'exp/data/BILLING_PERIOD=2026-09/x-2.csv'],
    [`exp/data/${MONTH}/x-1.csv`, `exp/data/${MONTH}/x-2.csv`],
  ],
  ['a whole month', ['exp/data/BILLING_PERIOD=2026-09/x-1.csv'], [`exp/data/${MONTH}/x-2.csv`]],
  [
    'the latest version of a month',
    [`exp/data/${MONTH}/20260805T010203Z-aaaa/x-1.csv`],
    [`exp/data/${MONTH}/20260903T010203Z-bbbb/x-2.csv`],
  ],
  [
    'a part that only the export of another account has',
    [`exp/data/${MONTH}/x-1.csv`, `other/exp/data/${MONTH}/x-1.csv`, `other/exp/data/${MONTH}/x-2.csv`],
    [`exp/data/${MONTH}/x-1.csv`, `exp/data/${MONTH}/x-2.csv`],
  ],
])('%s is missed where its manifest names it', async (_, present, named) => {
  for (const [index, file] of present.entries()) write(file, lines([index + 1]));
  write(`exp/metadata/${MONTH}/x-Manifest.json`, manifest(...named));
  await expect(read()).rejects.toThrow(/is not whole.*x-2\.csv \(named by/s);
});

test('an earlier version that was not fetched is not missed: the latest replaces it', async () => {
  const [early, late] = [`${MONTH}/20260805T010203Z-aaaa`, `${MONTH}/20260903T010203Z-bbbb`];
  for (const version of [early, late])
    write(
      `exp/metadata/${version}/x.json`.replace('x.json', 'x-Manifest.json'),
      manifest(`exp/data/${version}/x-1.csv`),
    );
  write(`exp/data/${late}/x-1.csv`, lines([1, 2, 3]));
  expect(totalOf(await read())).toBe(6);
});

test.each<[string, readonly string[], string | null]>([
  ['what lies beside the folders of versions', [`${MONTH}/20260805T010203Z-aa/x.csv`, `${MONTH}/x.csv`], null],
  ['two versions without a time', ['20260801-20260901/aaaa/x.csv', '20260801-20260901/bbbb/x.csv'], null],
  ['a file that the manifest beside it does not name', [`${MONTH}/x.csv`, `${MONTH}/stale.csv`], `${MONTH}/x.csv`],
])('%s is refused, and either option decides', async (_, [first = '', second = ''], named) => {
  write(first, lines([1, 2, 3]));
  write(second, lines([4]), 2);
  if (named !== null) write(`${MONTH}/x-Manifest.json`, manifest(named));
  await expect(read()).rejects.toThrow(/have no line in common, but lie in one month/);
  // 1 + 2 + 3 + 4
  expect(totalOf(await read('parts'))).toBe(10);
  const bill = await read('copies');
  expect(bill.read).toMatchObject({ grossUsd: 10, outside: [{ reason: 'overlap-option' }] });
});

test('folders that only look like times are no versions', async () => {
  for (const day of [1, 2, 3]) write(`${MONTH}/2026-08-0${day}T00/x.csv`, lines([day]));
  expect(totalOf(await read())).toBe(6);
});

test('of three folders the copy of the latest version and the earlier one are both left out', async () => {
  write(`${MONTH}/20260805T010203Z-aa/x.csv`, lines([1]));
  for (const version of ['bb', 'bc']) write(`${MONTH}/20260903T010203Z-${version}/x.csv`, lines([1, 2, 3]));
  expect(totalOf(await read())).toBe(6);
});
