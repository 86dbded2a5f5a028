import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { cpSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Bill } from '../../../lib/billing/bill.ts';
import type { OverlapOption } from '../../../lib/billing/overlap.ts';
import { readCur } from '../../../lib/billing/sources/cur.ts';
import { readFocus } from '../../../lib/billing/sources/focus.ts';
import { withDuckDb } from '../../../lib/duckdb.ts';
import { sumUsd } from '../../../lib/sums.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fmpaths-copies-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const AUGUST = { from: '2026-08-01', until: '2026-08-31' };
const NOW = new Date('2026-10-01T00:00:00Z');

interface Line {
  readonly id?: string;
  readonly hour?: number;
  readonly path?: string;
  readonly resource?: string;
  readonly usd?: number | string;
  readonly amount?: number | string;
  readonly more?: string;
}

const NAMES =
  'identity_line_item_id,bill_invoice_id,line_item_usage_start_date,line_item_usage_account_id,line_item_line_item_type,line_item_product_code,line_item_usage_type,line_item_operation,line_item_resource_id,line_item_currency_code,line_item_usage_amount,line_item_unblended_cost,resource_tags';

/** One hour of tokens of one path for one dollar, unless it says otherwise. */
function record({ id = '', hour = 0, path = 'rag', resource = '', usd = 1, amount = 1, more = '' }: Line): string {
  const start = new Date(Date.UTC(2026, 7, 1, hour)).toISOString();
  const tags = `"{""user_customization_path"":""${path}""}"`;
  return `${id},${more},${start},111122223333,Usage,AmazonBedrock,USE1-NovaLite-input-tokens,InvokeModelInference,${resource},USD,${amount},${usd},${tags}`;
}

const csvText = (lines: readonly Line[]): string => [NAMES, ...lines.map(record)].join('\n') + '\n';

/** Without the columns that identify a line, as an export of a few chosen columns has it. */
function anonymousText(lines: readonly Line[]): string {
  const pick = (line: string) => {
    const fields = line.match(/("(?:[^"]|"")*"|[^,]*)(?:,|$)/g)?.map((field) => field.replace(/,$/, '')) ?? [];
    return [...fields.slice(2, 8), ...fields.slice(9, 13)].join(',');
  };
  return [NAMES, ...lines.map(record)].map(pick).join('\n') + '\n';
}

function write(name: string, data: string | Buffer, modified = 1): string {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, data);
  utimesSync(path, modified, modified);
  return path;
}

const read = (overlap?: OverlapOption): Promise<Bill> =>
  readCur({ path: folder, window: AUGUST, deployed: [], now: NOW, overlap });

const totalOf = ({ rows }: Bill) => sumUsd(rows.map(({ usd }) => usd));
const hours = (count: number, line: Line = {}): Line[] =>
  Array.from({ length: count }, (_, hour) => ({ ...line, hour }));

test('two files of one dollar and two dollars of two paths are three dollars', async () => {
  write('a.csv', anonymousText([{ path: 'prompt-only', usd: 1 }]));
  write('b.csv', anonymousText([{ path: 'rag', usd: 2 }]), 2);
  const bill = await read();
  expect(bill.rows.map(({ path, usd }) => [path, usd])).toEqual([
    ['prompt-only', 1],
    ['rag', 2],
  ]);
  expect(bill.notes).toEqual([]);
});

test('files of one path each, with equal amounts and other tags, are all counted: 28 + 28 dollars', async () => {
  write('rag.csv', anonymousText(hours(28)));
  write('prompt-only.csv', anonymousText(hours(28, { path: 'prompt-only' })), 2);
  expect(totalOf(await read())).toBe(56);
});

test('four parts as Spark names them, whose lines have no resource ids, are all counted: 224 dollars', async () => {
  const PATHS = ['prompt-only', 'rag', 'fine-tuning', 'distillation'];
  const all = PATHS.flatMap((path) => hours(56, { path }));
  for (const part of [0, 1, 2, 3]) {
    write(`part-0000${part}-8d3f.csv`, anonymousText(all.filter((_, index) => index % 4 === part)), part + 1);
  }
  const bill = await read();
  // 4 paths x 56 hours x $1
  expect(totalOf(bill)).toBe(224);
  expect(bill.read).toMatchObject({ files: 4, rows: 224, grossUsd: 224, inTableUsd: 224, outside: [] });
});

test('hundreds of parts with lines in any order are all counted', async () => {
  for (let part = 0; part < 200; part += 1) {
    write(`p${part}x.csv`, anonymousText([{ hour: part }, { hour: part, path: 'fine-tuning' }]));
  }
  expect(totalOf(await read())).toBe(400);
});

test('a copy of a file counts once, and what it holds is named with its dollars', async () => {
  const older = write('august.csv', anonymousText(hours(3)));
  const newer = write('august (1).csv', anonymousText(hours(3)), 2);
  const bill = await read();
  expect(totalOf(bill)).toBe(3);
  expect(bill.notes).toEqual([{ code: 'copy-left-out', values: { file: older, newer } }]);
  expect(bill.read).toMatchObject({ files: 2, rows: 6, grossUsd: 6, inTableUsd: 3, outsideUsd: 3 });
  expect(bill.read.outside).toEqual([
    { reason: 'copy', files: older, keptInstead: newer, rows: 3, currency: 'USD', amount: 3 },
  ]);
});

test.each(['infinity', '', '2026-07-01T00:00:00.000Z'])(
  "a copy counts once although one of its lines begins at '%s'",
  async (start) => {
    const text = anonymousText(hours(3)).replace('2026-08-01T01:00:00.000Z', start);
    write('august.csv', text);
    write('august (1).csv', text, 2);
    write('july.csv', anonymousText([{ hour: -24, usd: 7 }]));
    const { outside } = (await read()).read;
    expect(outside.filter(({ reason }) => reason === 'copy')).toMatchObject([{ rows: 3, amount: 3 }]);
  },
);

test.each<[string, string]>([
  [
    'numbers of the lines are new in every report',
    csvText(hours(3, { resource: 'arn:p' }).map((line) => ({ ...line, id: `x${line.hour}` }))),
  ],
  ['the invoice is known later', csvText(hours(3, { resource: 'arn:p', more: 'INV-1' }))],
  [
    'figures and times are written in another way',
    csvText(hours(3, { resource: 'arn:p', usd: '1.0000', amount: '1e0' })).replaceAll('.000Z', 'Z'),
  ],
  ['lines are in another order', csvText(hours(3, { resource: 'arn:p' }).reverse())],
])('a later report of the same lines is a copy although %s', async (_, later) => {
  write('early.csv', csvText(hours(3, { resource: 'arn:p' })));
  write('late.csv', later, 2);
  expect(totalOf(await read())).toBe(3);
});

test('tags have no order, and are compared as tags in Parquet too', async () => {
  const line = (tags: string) =>
    `SELECT TIMESTAMP '2026-08-05 00:00:00' + to_hours(CAST(range AS integer)) AS line_item_usage_start_date, 'x' AS line_item_usage_type, 1::DOUBLE AS line_item_unblended_cost, ${tags} AS resource_tags FROM range(5)`;
  await withDuckDb(async (duck) => {
    await duck.run(`COPY (${line(`MAP {'user_a': '1', 'user_b': '2'}`)}) TO '${join(folder, 'x.parquet')}'`);
    await duck.run(`COPY (${line(`MAP {'user_b': '2', 'user_a': '1'}`)}) TO '${join(folder, 'y.parquet')}'`);
    await duck.run(`COPY (${line(`MAP {'user_b': '2', 'user_a': '3'}`)}) TO '${join(folder, 'z.parquet')}'`);
  });
  // x and y are one; z has the same amounts under another tag
  expect(totalOf(await read())).toBe(10);
});

test('an earlier delivery of a running month is part of the later one where a line names its resource', async () => {
  write('early.csv', csvText(hours(10, { resource: 'arn:p' })));
  write('late.csv', csvText(hours(15, { resource: 'arn:p' })), 2);
  expect(totalOf(await read())).toBe(15);
});

test('the larger file counts, also where it is the older one', async () => {
  write('whole.csv', csvText(hours(15, { resource: 'arn:p' })));
  write('cut.csv', csvText(hours(10, { resource: 'arn:p' })), 2);
  expect(totalOf(await read())).toBe(15);
});

test('lines with the same number are the same line, also without a resource', async () => {
  const numbered = (count: number) => csvText(hours(count).map((line) => ({ ...line, id: `line-${line.hour}` })));
  write('early.csv', numbered(10));
  write('late.csv', numbered(15), 2);
  expect(totalOf(await read())).toBe(15);
});

test('equal files whose lines have neither numbers nor resources are copies; with numbers of their own they may be other lines', async () => {
  write('early.csv', csvText(hours(10)));
  write('late.csv', csvText(hours(10)), 2);
  expect(totalOf(await read())).toBe(10);
  for (const name of ['early', 'late']) {
    write(
      `${name}.csv`,
      csvText(hours(10).map((line) => ({ ...line, id: `${name}-${line.hour}` }))),
      name === 'late' ? 2 : 1,
    );
  }
  await expect(read()).rejects.toThrow('have 10 in common, $10.00');
});

test('without numbers and resources a part of another file may be other lines that are equal by chance', async () => {
  write('few.csv', csvText(hours(3)));
  write('many.csv', csvText(hours(10)), 2);
  await expect(read()).rejects.toThrow('have 3 in common, $3.00');
});

test('a few lines that all occur in a large file may be there by chance: refused, and the option decides', async () => {
  const few = write('few.csv', anonymousText(hours(3)));
  const many = write('many.csv', anonymousText(hours(100)), 2);
  await expect(read()).rejects.toThrow(
    `  ${few} (3 lines) and the newer ${many} (100 lines) have 3 in common, $3.00\nSay '--overlap parts' to count all of them, or '--overlap copies'`,
  );
  expect(totalOf(await read('parts'))).toBe(103);
  const bill = await read('copies');
  expect(totalOf(bill)).toBe(100);
  expect(bill.read.outside).toMatchObject([
    { reason: 'overlap-option', files: few, keptInstead: many, rows: 3, amount: 3 },
  ]);
});

test('a restated month overlaps in part: refused, and as copies the newer counts', async () => {
  write('early.csv', csvText([...hours(5, { resource: 'arn:p' }), { hour: 9, resource: 'arn:p', usd: 7 }]));
  write('late.csv', csvText([...hours(5, { resource: 'arn:p' }), { hour: 9, resource: 'arn:p', usd: 8 }]), 2);
  await expect(read()).rejects.toThrow("have 5 in common, $5.00\nSay '--overlap parts'");
  // 5 + 8
  expect(totalOf(await read('copies'))).toBe(13);
  // 5 + 7 + 5 + 8
  expect(totalOf(await read('parts'))).toBe(25);
});

test('lines that cost nothing may repeat: they change no total', async () => {
  write('a.csv', anonymousText([{ usd: 0 }, { hour: 1, usd: 2 }]));
  write('b.csv', anonymousText([{ usd: 0 }, { hour: 2, usd: 3 }]), 2);
  expect(totalOf(await read())).toBe(5);
});

test('undated lines with equal amounts may be those of two months: refused', async () => {
  const undated = 'line_item_usage_type,line_item_unblended_cost\nx,5\n';
  write('july.csv', undated);
  write('august.csv', undated, 2);
  await expect(read()).rejects.toThrow("Say '--overlap parts'");
});

test('files that one manifest names are never copies, whatever their lines', async () => {
  write('one.csv', csvText(hours(3, { resource: 'arn:p' })));
  write('two.csv', csvText(hours(3, { resource: 'arn:p' })), 2);
  write('x-Manifest.json', JSON.stringify({ reportKeys: ['p/one.csv', 'p/two.csv'] }));
  expect(totalOf(await read())).toBe(6);
});

test('files in the folder of one version are never copies, whatever their lines', async () => {
  const place = 'data/BILLING_PERIOD=2026-08/20260806T010203Z-0a';
  write(`${place}/one.csv`, csvText(hours(3, { resource: 'arn:p' })));
  write(`${place}/two.csv`, csvText(hours(3, { resource: 'arn:p' })), 2);
  expect(totalOf(await read())).toBe(6);
});

test('of the versions of a month the latest by its name counts, whatever the time of the files, and the other is named', async () => {
  const month = 'data/BILLING_PERIOD=2026-08';
  write(`${month}/20260806T010203Z-0a/x-00001.csv`, csvText(hours(5, { usd: 2 })), 1);
  write(`${month}/20260805T010203Z-ff/x-00001.csv`, csvText(hours(4)), 2);
  for (const option of [undefined, 'parts', 'copies'] as const) {
    const bill = await read(option);
    expect(totalOf(bill)).toBe(10);
    expect(bill.read.outside).toEqual([
      {
        reason: 'older-version',
        files: `${month}/20260805T010203Z-ff`,
        keptInstead: `${month}/20260806T010203Z-0a`,
        rows: 4,
        currency: 'USD',
        amount: 4,
      },
    ]);
    // 5 x 2 + 4 x 1
    expect(bill.read).toMatchObject({ files: 2, grossUsd: 14, inTableUsd: 10, outsideUsd: 4 });
  }
});

test('of versions without a time in their names the one that the manifest of the month names counts', async () => {
  const month = '20260801-20260901';
  write(`${month}/aaaa/x-1.csv.gz`, gzipSync(csvText(hours(5))), 1);
  write(`${month}/bbbb/x-1.csv.gz`, gzipSync(csvText(hours(4))), 2);
  write(`${month}/x-Manifest.json`, JSON.stringify({ assemblyId: 'aaaa', reportKeys: [`r/${month}/aaaa/x-1.csv.gz`] }));
  expect(totalOf(await read())).toBe(5);
});

test('of versions that nothing tells apart the lines decide', async () => {
  const month = 'data/BILLING_PERIOD=2026-08';
  write(`${month}/aaaa/x.csv`, csvText(hours(5, { resource: 'arn:p' })), 2);
  write(`${month}/bbbb/x.csv`, csvText(hours(6, { resource: 'arn:p' })), 1);
  expect(totalOf(await read())).toBe(6);
  write(`${month}/bbbb/x.csv`, csvText(hours(6, { resource: 'arn:p', usd: 1.5 })), 1);
  write(`${month}/aaaa/x.csv`, csvText([...hours(2, { resource: 'arn:p', usd: 1.5 }), { hour: 30, usd: 4 }]), 2);
  await expect(read()).rejects.toThrow(`${month}/bbbb (6 lines) and the newer ${month}/aaaa (3 lines)`);
});

test('two exports of one month in two folders are no versions of each other', async () => {
  write('team-a/data/BILLING_PERIOD=2026-08/x-00001.csv', csvText(hours(3, { resource: 'arn:a' })));
  write('team-b/data/BILLING_PERIOD=2026-08/x-00001.csv', csvText(hours(4, { resource: 'arn:b' })), 2);
  expect(totalOf(await read())).toBe(7);
});

test('a file beside a delivered month is compared with it', async () => {
  write('data/BILLING_PERIOD=2026-08/x-00001.csv', csvText(hours(4, { resource: 'arn:a' })));
  write('downloaded.csv', csvText(hours(3, { resource: 'arn:a' })), 2);
  expect(totalOf(await read())).toBe(4);
});

test('a part that an earlier delivery left behind, and that the manifest does not name, counts nothing twice', async () => {
  const month = 'BILLING_PERIOD=2026-08';
  write(`data/${month}/x-00001.csv`, csvText(hours(4, { resource: 'arn:a' })));
  write(`data/${month}/x-00002.csv`, csvText(hours(2, { resource: 'arn:a' })), 2);
  write(`metadata/${month}/x-Manifest.json`, JSON.stringify({ dataFiles: [`s3://b/data/${month}/x-00001.csv`] }));
  expect(totalOf(await read())).toBe(4);
});

test('FOCUS files are told apart in the same way', async () => {
  const focus = (tag: string, usd: number) =>
    `ChargePeriodStart,BilledCost,BillingCurrency,ChargeCategory,ServiceName,x_UsageType,Tags\n2026-08-01T00:00:00Z,${usd},USD,Usage,Amazon Bedrock,USE1-NovaLite-input-tokens,"{""customization-path"":""${tag}""}"\n`;
  write('part_0.csv', focus('rag', 1));
  write('part_1.csv', focus('prompt-only', 1), 2);
  const request = { path: folder, window: AUGUST, deployed: [], now: NOW } as const;
  expect(totalOf(await readFocus(request))).toBe(2);
  cpSync(join(folder, 'part_0.csv'), join(folder, 'part_0 copy.csv'));
  expect(totalOf(await readFocus(request))).toBe(2);
});

test('a file of another kind among the files is refused by its name, for it would count as nothing', async () => {
  const legacy = write(
    'january.csv',
    'lineItem/UsageStartDate,lineItem/UsageType,lineItem/UnblendedCost\n2026-01-01T00:00:00Z,x,5\n',
  );
  write('february.csv', csvText(hours(1)));
  await expect(read()).rejects.toThrow(`${legacy} is not a CUR 2.0 export: no column line_item_usage_type`);
});
