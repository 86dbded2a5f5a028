import { afterEach, beforeEach, expect, test } from '@jest/globals';
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';

import type { Bill } from '../../../lib/billing/bill.ts';
import { sumUsd } from '../../../lib/sums.ts';
import { readCur } from '../../../lib/billing/sources/cur.ts';
import { withDuckDb } from '../../../lib/duckdb.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fmpaths-export-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const AUGUST = { from: '2026-08-01', until: '2026-08-31' };
const NOW = new Date('2026-10-01T00:00:00Z');

const HEADER =
  'line_item_usage_start_date,line_item_usage_account_id,line_item_usage_type,line_item_resource_id,line_item_unblended_cost';

/** A CSV with one line of one dollar for each resource. */
function csvText(resources: readonly string[], day = '2026-08-05'): string {
  return [HEADER, ...resources.map((id) => `${day}T00:00:00.000Z,1,BoxUsage,${id},1`)].join('\n') + '\n';
}

function write(name: string, data: string | Buffer): string {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, data);
  return path;
}

const read = (path = folder, window = AUGUST): Promise<Bill> => readCur({ path, window, deployed: [], now: NOW });

const total = ({ rows }: Bill) => sumUsd(rows.map(({ usd }) => usd));

test('a folder of months is one bill; months outside the window are not opened', async () => {
  write('data/BILLING_PERIOD=2026-07/x-00001.csv', 'not even a report');
  write('data/BILLING_PERIOD=2026-08/x-00001.csv.gz', gzipSync(csvText(['a', 'b'])));
  write('data/BILLING_PERIOD=2026-08/x-00002.csv.gz', gzipSync(csvText(['c'])));
  write('data/BILLING_PERIOD=2026-09/x-00001.csv', csvText(['d'], '2026-09-01'));
  expect(total(await read())).toBe(3);
  expect(total(await read(folder, { from: '2026-08-31', until: '2026-09-30' }))).toBe(1);
});

test('of several versions of a month only the newest is counted, and that is said', async () => {
  write('data/BILLING_PERIOD=2026-08/20260806T010203Z-0a/x-00001.csv', csvText(['a', 'b', 'c']));
  write('data/BILLING_PERIOD=2026-08/20260805T010203Z-ff/x-00001.csv', csvText(['a', 'b']));
  const bill = await read();
  expect(total(bill)).toBe(3);
  expect(bill.notes).toContainEqual({
    code: 'older-versions',
    values: { month: '2026-08', count: 1, version: 'data/BILLING_PERIOD=2026-08/20260806T010203Z-0a' },
  });
});

test('of two files with the same lines in one folder only the newer is counted; others are all counted', async () => {
  const older = write('august.csv', csvText(['a', 'b']));
  const newer = write('august (1).csv', csvText(['a', 'b', 'c']));
  write('another-account.csv', csvText(['x', 'y']));
  utimesSync(older, 1, 1);
  const bill = await read();
  expect(total(bill)).toBe(5);
  expect(bill.notes).toContainEqual({ code: 'copy-left-out', values: { file: older, newer } });
});

test('a gap in the numbers of the parts is named', async () => {
  write('data/BILLING_PERIOD=2026-08/x-00001.csv', csvText(['a']));
  write('data/BILLING_PERIOD=2026-08/x-00003.csv', csvText(['b']));
  await expect(read()).rejects.toThrow(
    /is not whole, so no total would be\. Missing, fetch them:\n {2}.*x-00002\.csv$/,
  );
});

test('a file that the manifest names and that is not there is named', async () => {
  write('data/BILLING_PERIOD=2026-08/x-00001.csv.gz', gzipSync(csvText(['a'])));
  write(
    'metadata/BILLING_PERIOD=2026-08/x-Manifest.json',
    JSON.stringify({
      dataFiles: [
        's3://b/data/BILLING_PERIOD=2026-08/x-00001.csv.gz',
        's3://b/data/BILLING_PERIOD=2026-08/x-00002.csv.gz',
      ],
    }),
  );
  await expect(read()).rejects.toThrow(
    /Missing, fetch them:\n {2}s3:\/\/b\/data\/BILLING_PERIOD=2026-08\/x-00002\.csv\.gz \(named by .*x-Manifest\.json\)$/,
  );
});

async function parquet(name: string, resource: string): Promise<string> {
  const path = write(name, '');
  await withDuckDb((duck) =>
    duck.run(
      `COPY (SELECT TIMESTAMP '2026-08-05 00:00:00' AS line_item_usage_start_date, 'BoxUsage' AS line_item_usage_type, '${resource}' || range AS line_item_resource_id, 1::DOUBLE AS line_item_unblended_cost FROM range(500)) TO '${path}' (FORMAT parquet)`,
    ),
  );
  return path;
}

test('every damaged Parquet file is named, whole ones are not', async () => {
  await parquet('data/BILLING_PERIOD=2026-08/x-00001.parquet', 'a');
  const cut = await parquet('data/BILLING_PERIOD=2026-08/x-00002.parquet', 'b');
  const overwritten = await parquet('data/BILLING_PERIOD=2026-08/x-00003.parquet', 'c');
  const empty = write('data/BILLING_PERIOD=2026-08/x-00004.parquet', '');
  truncateSync(cut, 300);
  const bytes = readFileSync(overwritten);
  writeFileSync(overwritten, bytes.fill(7, 4, 200));
  const error: unknown = await read().catch((reason: unknown) => reason);
  expect(String(error)).toContain('cannot read 3 of 4 files, so no total would be whole. Fetch them again:');
  for (const file of [cut, overwritten, empty]) expect(String(error)).toContain(file);
  expect(String(error)).not.toContain('x-00001');
});

test('a CSV that breaks off in a line, or a gzip file that breaks off, is named', async () => {
  const broken = write('data/BILLING_PERIOD=2026-08/x-00001.csv', csvText(['a']));
  appendFileSync(broken, '2026-08-05T00:00:00.000Z,1,"Box');
  await expect(read()).rejects.toThrow(
    `cannot read 1 of 1 files, so no total would be whole. Fetch them again:\n  ${broken}`,
  );

  const lines = Array.from({ length: 5_000 }, (_, index) => `r${index}-${Math.sin(index)}`);
  write('data/BILLING_PERIOD=2026-08/x-00001.csv', csvText(['a']));
  rmSync(broken);
  const zipped = write('data/BILLING_PERIOD=2026-08/x-00001.csv.gz', gzipSync(csvText(lines)).subarray(0, 20_000));
  await expect(read()).rejects.toThrow(`  ${zipped}`);
});

test('an empty CSV beside whole ones is a part that was not fetched', async () => {
  write('data/BILLING_PERIOD=2026-08/x-00001.csv', csvText(['a']));
  const empty = write('data/BILLING_PERIOD=2026-08/x-00002.csv', '');
  await expect(read()).rejects.toThrow(
    `is not whole, so no total would be. Missing, fetch them:\n  ${empty} (it is empty)`,
  );
});

test('what cannot be an export is refused with what can', async () => {
  await expect(read(join(folder, 'nothing'))).rejects.toThrow(`'${join(folder, 'nothing')}' does not exist`);
  await expect(read()).rejects.toThrow(`no Parquet or CSV file in '${folder}'`);
  await expect(read(write('notes.txt', 'x'))).rejects.toThrow('is neither Parquet nor CSV');
  write('a.csv', csvText(['a']));
  await parquet('b.parquet', 'b');
  await expect(read()).rejects.toThrow('holds both Parquet and CSV files');
});

test('a window without a delivered month says which months there are', async () => {
  write('data/BILLING_PERIOD=2026-07/x-00001.csv', csvText(['a'], '2026-07-01'));
  await expect(read()).rejects.toThrow('has no month between 2026-08-01 and 2026-08-31: it holds 2026-07');
});
