import { afterEach, beforeEach, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Bill } from '../../../lib/billing/bill.ts';
import { readCur } from '../../../lib/billing/sources/cur.ts';
import { runCli } from '../../support/run-cli.ts';

const AUGUST = { from: '2026-08-01', until: '2026-08-31' };
const NOW = new Date('2026-10-01T00:00:00Z');

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fmpaths-reading-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

interface Line {
  readonly day: string;
  readonly kind: string;
  readonly currency: string;
  /** In ten-thousandths; null where the row holds none. */
  readonly cost: number | null;
}

const HEADER =
  'line_item_usage_start_date,line_item_line_item_type,line_item_usage_type,line_item_resource_id,line_item_currency_code,line_item_unblended_cost';

function decimal(cost: number | null): string {
  if (cost === null) return '';
  const size = String(Math.abs(cost)).padStart(5, '0');
  return `${cost < 0 ? '-' : ''}${size.slice(0, -4)}.${size.slice(-4)}`;
}

const csvText = (lines: readonly Line[], name: string): string =>
  [
    HEADER,
    ...lines.map(
      ({ day, kind, currency, cost }, index) => `${day},${kind},BoxUsage,${name}-${index},${currency},${decimal(cost)}`,
    ),
  ].join('\n') + '\n';

function write(name: string, data: string, modified = 1): string {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, data);
  utimesSync(path, modified, modified);
  return path;
}

const read = (): Promise<Bill> => readCur({ path: folder, window: AUGUST, deployed: [], now: NOW });

const IN = '2026-08-05T00:00:00Z';
const line = (over: Partial<Line>): Line => ({ day: IN, kind: 'Usage', currency: 'USD', cost: 10_000, ...over });

/** Sum of ten-thousandths as the double nearest to the decimal. */
const usd = (lines: readonly Line[]): number => Number(decimal(lines.reduce((sum, { cost }) => sum + (cost ?? 0), 0)));

const anyLine: fc.Arbitrary<Line> = fc.record({
  day: fc.constantFrom(
    '',
    '2026-07-31T23:59:59Z',
    '2026-08-01T00:00:00Z',
    '2026-08-31T23:59:59Z',
    '2026-09-01T00:00:00Z',
  ),
  kind: fc.constantFrom('Usage', 'DiscountedUsage', 'Credit', 'Refund', 'Tax'),
  currency: fc.constantFrom('USD', 'USD', 'EUR'),
  cost: fc.option(fc.integer({ min: -10_000_000_000, max: 10_000_000_000 })),
});

test('whatever the files hold, their sum is the table and each thing outside it, to the last digit', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(anyLine, { maxLength: 8 }), { minLength: 1, maxLength: 3 }),
      fc.boolean(),
      async (files, copied) => {
        rmSync(folder, { recursive: true });
        mkdirSync(folder);
        for (const [index, lines] of files.entries()) write(`f${index}.csv`, csvText(lines, `f${index}`));
        const [first = []] = files;
        if (copied) write('copy.csv', csvText(first, 'f0'), 2);
        const { read: reading, rows } = await read();

        // a copy is one only where a line in it costs something
        const isCopy = copied && first.some(({ cost }) => cost !== null && cost !== 0);
        const all = [...files.flat(), ...(copied ? first : [])];
        const counted = [...files.flat(), ...(copied && !isCopy ? first : [])];
        const dollars = (lines: readonly Line[]) => lines.filter(({ currency }) => currency === 'USD');
        const inWindow = counted.filter(({ day }) => day.startsWith('2026-08'));
        const isCharge = ({ kind }: Line) => /Usage/.test(kind);
        expect(reading).toMatchObject({
          files: files.length + (copied ? 1 : 0),
          rows: all.length,
          grossUsd: usd(dollars(all)),
        });
        expect(reading.inTableUsd).toBe(usd(dollars(inWindow).filter(isCharge)));
        const amountOf = (reason: string, currency = 'USD') =>
          reading.outside.find((item) => item.reason === reason && item.currency === currency)?.amount ?? 0;
        expect(amountOf('undated')).toBe(usd(dollars(counted).filter(({ day }) => day === '')));
        expect(amountOf('before-window')).toBe(usd(dollars(counted).filter(({ day }) => day.startsWith('2026-07'))));
        expect(amountOf('after-window')).toBe(usd(dollars(counted).filter(({ day }) => day.startsWith('2026-09'))));
        for (const kind of ['Credit', 'Refund', 'Tax']) {
          expect(amountOf(kind.toLowerCase())).toBe(usd(dollars(inWindow).filter((each) => each.kind === kind)));
        }
        expect(amountOf('other-currency', 'EUR')).toBe(usd(inWindow.filter(({ currency }) => currency === 'EUR')));
        expect(amountOf('copy')).toBe(isCopy ? usd(dollars(first)) : 0);

        const exact = (value: number | null) => BigInt(Math.round((value ?? 0) * 10_000));
        const outside = reading.outside.filter(({ currency }) => currency === 'USD').map(({ amount }) => exact(amount));
        expect(exact(reading.inTableUsd) + outside.reduce((sum, each) => sum + each, 0n)).toBe(exact(reading.grossUsd));
        expect(rows.reduce((sum, row) => sum + exact(row.usd), 0n)).toBe(exact(reading.inTableUsd));
      },
    ),
    { numRuns: 25 },
  );
  // each of the 25 opens a database
}, 120_000);

const ARGS = ['--source', 'cur', '--from', AUGUST.from, '--until', AUGUST.until];

/** 12.50 in the table, 1.25 + 2.50 + 3.75 - 4 outside it: 16 in all. */
function mixed(): void {
  write('a.csv', csvText([line({ cost: 125_000 }), line({ cost: 12_500, day: '2026-07-31T00:00:00Z' })], 'a'));
  write('b.csv', csvText([line({ cost: 25_000, day: '' }), line({ cost: 37_500, kind: 'Tax' })], 'b'));
  write(
    'c.csv',
    csvText([line({ cost: -40_000, kind: 'Credit' }), line({ cost: 90_000, currency: 'EUR', kind: 'Tax' })], 'c'),
  );
}

test('the table says what was read and where it went, beside the total', async () => {
  mixed();
  const { stdout } = await runCli(['bill', ...ARGS, '--file', folder]);
  const facts = stdout.split('\n\n').at(-1)?.split('\n') ?? [];
  expect(facts.slice(0, 6)).toEqual([
    'Read: 3 file(s), 6 row(s), $16.00 in all: $12.50 in the table, $3.50 outside it.',
    'Outside: before the window: 1 row(s), $1.25.',
    'Outside: without a day: 1 row(s), $2.50.',
    'Outside: credits: 1 row(s), -$4.00.',
    'Outside: in another currency: 1 row(s), 9 EUR.',
    'Outside: tax: 1 row(s), $3.75.',
  ]);
});

test('a CSV stays a table: sums over its own columns are those of the bill, what was read is in columns behind them', async () => {
  mixed();
  const { stdout } = await runCli(['bill', ...ARGS, '--file', folder, '--format', 'csv']);
  const [header = [], ...records] = stdout
    .trim()
    .split('\n')
    .map((text) => text.split(','));
  expect(new Set(records.map(({ length }) => length))).toEqual(new Set([header.length]));
  const sumOf = (name: string, where: (record: string) => boolean) =>
    records
      .filter((record) => where(record[header.indexOf('record')] ?? ''))
      .filter((record) => record[header.indexOf('currency')] !== 'EUR')
      .reduce((sum, record) => sum + Number(record[header.indexOf(name)]), 0);
  expect(sumOf('usd', () => true)).toBe(12.5);
  expect(sumOf('amount', (record) => record === 'read')).toBe(16);
  expect(sumOf('amount', (record) => record === 'in-table' || record === 'outside')).toBe(16);
  expect(sumOf('rows', (record) => record === 'in-table' || record === 'outside')).toBe(5);
});

test('compare says the same of its billed column', async () => {
  mixed();
  const args = ['compare', ...ARGS, '--file', folder, '--metered', 'none'];
  const { stdout } = await runCli(args);
  expect(stdout).toContain(
    'Read for the bill: 3 file(s), 6 row(s), $16.00 in all: $12.50 in the bill, $3.50 outside it.',
  );
  expect(stdout).toContain('Outside: credits: 1 row(s), -$4.00.');
  const json = JSON.parse((await runCli([...args, '--format', 'json'])).stdout) as { billRead: unknown };
  expect(json.billRead).toMatchObject({ files: 3, rows: 6, grossUsd: 16, inTableUsd: 12.5, outsideUsd: 3.5 });
  const csv = await runCli([...args, '--format', 'csv']);
  expect(csv.stdout).toMatch(/,read,,,3,,6,16,USD,/);
});

test('a row with more fields than the header is refused: the rows before it would be passed over', async () => {
  const file = write('x.csv', `${csvText([line({}), line({})], 'x')}${IN},Usage,BoxUsage,r,USD,1,one more\n`);
  await expect(read()).rejects.toThrow(
    `Fetch them again:\n  ${file}: no whole CSV, line 4: a row has more or fewer fields than the header`,
  );
});

test('a day that is none is refused with its column', async () => {
  write('x.csv', csvText([line({}), line({ day: 'yesterday' })], 'x'));
  await expect(read()).rejects.toThrow(/^cannot read a value of the export, so no total would be whole\. .*yesterday/);
});

test('months outside the window are named, and so are earlier versions that cannot be read', async () => {
  const july = write('BILLING_PERIOD=2026-07/x-00001.csv', csvText([line({ day: '2026-07-01T00:00:00Z' })], 'j'));
  write('BILLING_PERIOD=2026-08/20260802T000000Z-b/x-00001.csv', csvText([line({ cost: 30_000 })], 'b'));
  write('BILLING_PERIOD=2026-08/20260801T000000Z-a/x-00001.csv', 'no bill at all');
  const { read: reading } = await read();
  expect(reading.notRead).toEqual([{ file: july, reason: 'month-outside' }]);
  expect(reading.outside).toMatchObject([{ reason: 'older-version', rows: null, amount: null }]);
  expect(reading).toMatchObject({ grossUsd: 3, inTableUsd: 3, outsideUsd: 0 });
});

test('--overlap is refused where no files are read', async () => {
  const { status, stderr } = await runCli([
    'bill',
    '--from',
    '2026-08-01',
    '--until',
    '2026-08-02',
    '--overlap',
    'parts',
  ]);
  expect(status).toBe(2);
  expect(stderr).toContain("'--overlap' decides between files, and '--source cost-explorer' reads none: leave it out");
  const other = await runCli(['bill', ...ARGS, '--file', folder, '--overlap', 'both']);
  expect(other.stderr).toContain("'--overlap' must be one of parts, copies, got 'both'");
});

test('bill and compare take --overlap', async () => {
  write('a.csv', csvText([line({}), line({ cost: 20_000 })], 'same'));
  write('b.csv', csvText([line({}), line({ cost: 30_000 })], 'same'), 2);
  const refused = await runCli(['bill', ...ARGS, '--file', folder]);
  expect(refused.status).toBe(2);
  expect(refused.stderr).toContain("Say '--overlap parts'");
  for (const [command, facts] of [
    ['bill', 'in the table'],
    ['compare', 'in the bill'],
  ] as const) {
    const more = command === 'compare' ? ['--metered', 'none'] : [];
    const run = async (how: string) =>
      (await runCli([command, ...ARGS, '--file', folder, ...more, '--overlap', how])).stdout;
    // 1 + 2 + 1 + 3
    expect(await run('parts')).toContain(`$7.00 ${facts}, $0.00 outside it`);
    // 1 + 3
    expect(await run('copies')).toContain(`$4.00 ${facts}, $3.00 outside it`);
  }
});
