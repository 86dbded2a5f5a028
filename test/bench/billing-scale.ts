// Reads a CUR 2.0 export of 10 million lines by `readCur` and by the same aggregation in bare DuckDB SQL, in turns and in the
// same run: at most 1.3 times its time, under 1 GB resident. Told beside it: a smaller aggregation, in inexact doubles and
// without names, units, credits and currencies. npx tsx test/bench/billing-scale.ts [ROWS]
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { sumUsd } from '../../lib/sums.ts';
import { readCur } from '../../lib/billing/sources/cur.ts';
import { writeExport } from './billing-export.ts';

const WINDOW = { from: '2026-06-01', until: '2026-08-31' };
const ROUNDS = 7;
const MAX_RATIO = 1.3;
const MAX_RESIDENT_MB = 1_000;

/** What somebody would write by hand for the same table: third-party models by their names, credits and currencies apart. */
const BARE_SQL = `SELECT CAST(line_item_usage_start_date AS date) AS day, line_item_line_item_type AS kind, line_item_currency_code,
  CASE WHEN bill_billing_entity = 'AWS Marketplace' THEN product['product_name'] ELSE line_item_product_code END AS service,
  line_item_usage_type, pricing_unit, resource_tags['user_customization_path'] AS path,
  resource_tags['user_cost_component'] AS component, SUM(line_item_unblended_cost) AS usd, SUM(line_item_usage_amount) AS quantity
FROM read_parquet('FOLDER/**/*.parquet')
WHERE line_item_usage_start_date >= TIMESTAMP '2026-06-01' AND line_item_usage_start_date < TIMESTAMP '2026-09-01'
GROUP BY ALL`;

const SMALLER_SQL = `SELECT CAST(line_item_usage_start_date AS date) AS day, line_item_product_code, line_item_usage_type,
  resource_tags['user_customization_path'] AS path, resource_tags['user_cost_component'] AS component,
  SUM(line_item_unblended_cost) AS usd
FROM read_parquet('FOLDER/**/*.parquet')
WHERE line_item_usage_start_date >= TIMESTAMP '2026-06-01' AND line_item_usage_start_date < TIMESTAMP '2026-09-01'
  AND line_item_line_item_type NOT IN ('Credit', 'Refund', 'Tax')
GROUP BY ALL`;

const NO_CHARGES = ['Credit', 'Refund', 'Tax'];

async function bare(sql: string, folder: string): Promise<number> {
  const { DuckDBInstance } = await import('@duckdb/node-api');
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  const reader = await connection.runAndReadAll(sql.replace('FOLDER', folder));
  const rows = reader.getRowObjectsJS();
  connection.closeSync();
  instance.closeSync();
  return sumUsd(
    rows.filter((row) => !NO_CHARGES.some((kind) => kind === row['kind'])).map((row) => Number(row['usd'])),
  );
}

async function ours(folder: string): Promise<number> {
  const bill = await readCur({ path: folder, window: WINDOW, deployed: 'tagged', now: new Date('2026-10-01') });
  return sumUsd(bill.rows.map(({ usd }) => usd));
}

async function timed(work: () => Promise<number>): Promise<{ ms: number; usd: number }> {
  const started = performance.now();
  const usd = await work();
  return { ms: performance.now() - started, usd };
}

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;

/** Peak memory of a process that only reads the bill. */
function residentMb(folder: string): number {
  const { stdout } = spawnSync(process.execPath, [...process.execArgv, import.meta.filename, '--resident', folder], {
    encoding: 'utf8',
  });
  return Number(stdout);
}

async function run(rows: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'fmpaths-scale-'));
  try {
    process.stdout.write(`writing ${rows.toLocaleString('en')} lines of CUR 2.0, three months …\n`);
    await writeExport(folder, { rows, firstMonth: WINDOW.from.slice(0, 7), months: 3, parts: 4 });
    const times = { ours: [] as number[], same: [] as number[], smaller: [] as number[] };
    for (let round = 0; round <= ROUNDS; round += 1) {
      const our = await timed(() => ours(folder));
      const same = await timed(() => bare(BARE_SQL, folder));
      const smaller = await timed(() => bare(SMALLER_SQL, folder));
      for (const { usd } of [same, smaller]) {
        if (Math.abs(our.usd - usd) > 1e-6 * usd) throw new Error(`sums differ: ${our.usd} and ${usd}`);
      }
      // the first round warms the file cache
      if (round > 0) {
        times.ours.push(our.ms);
        times.same.push(same.ms);
        times.smaller.push(smaller.ms);
      }
    }
    const ratio = median(times.ours) / median(times.same);
    const resident = residentMb(folder);
    process.stdout
      .write(`readCur ${median(times.ours).toFixed(0)} ms, bare SQL ${median(times.same).toFixed(0)} ms, smaller ${median(times.smaller).toFixed(0)} ms (medians of ${ROUNDS})
ratio ${ratio.toFixed(2)}, allowed ${MAX_RATIO}: ${ratio <= MAX_RATIO ? 'ok' : 'TOO SLOW'}
resident ${resident.toFixed(0)} MB, allowed ${MAX_RESIDENT_MB}: ${resident < MAX_RESIDENT_MB ? 'ok' : 'TOO MUCH'}
`);
    if (!(ratio <= MAX_RATIO) || !(resident < MAX_RESIDENT_MB)) process.exitCode = 1;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const [first, second] = process.argv.slice(2);
if (first === '--resident' && second !== undefined) {
  await ours(second);
  process.stdout.write(String(process.resourceUsage().maxRSS / 1024));
} else {
  await run(Number(first ?? 10_000_000));
}
