// Runs the whole command `fmpaths bill` (reader and report) on exports of 50,000, 200,000 and 800,000 sums of a day and a usage
// type, in each format, and holds how time and memory grow: twice the sums may take little more than twice the time. Times are of
// the processor, so that a busy machine does not show. npx tsx test/bench/bill-growth.ts (after `npm run prepare`)
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { withDuckDb } from '../../lib/duckdb.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const DAYS = 400;
const SIZES = [50_000, 200_000, 800_000];
const FORMATS = ['table', 'markdown', 'csv', 'json'];

/** 1 is linear. Sorting and caches cost a little more than that. */
const MAX_EXPONENT = 1.25;
const MAX_BYTES_PER_SUM = 2_000;

/** Makes a child report its usage as it ends. */
const REPORT = `data:text/javascript,process.on('exit', () => { const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage(); process.stderr.write(JSON.stringify({ seconds: (userCPUTime + systemCPUTime) / 1e6, bytes: maxRSS * 1024 })); })`;

interface Usage {
  readonly seconds: number;
  readonly bytes: number;
}

async function writeSums(file: string, sums: number): Promise<void> {
  await withDuckDb((duck) =>
    duck.run(`COPY (
      SELECT TIMESTAMP '2025-01-01' + to_days(CAST(range % ${DAYS} AS integer)) AS line_item_usage_start_date, 'AmazonEC2' AS line_item_product_code,
        'USE1-UsageType-' || (range // ${DAYS}) AS line_item_usage_type, round(((range * 7919) % 100003) / 1e8, 10) AS line_item_unblended_cost,
        1.0::double AS line_item_usage_amount, 'Hrs' AS pricing_unit, 'USD' AS line_item_currency_code,
        MAP {'user_customization_path': ['rag', 'prompt-only', '', ''][1 + range % 4]} AS resource_tags
      FROM range(${sums})
    ) TO '${file}' (FORMAT parquet)`),
  );
}

function run(file: string, format: string): Usage {
  const args = ['--import', REPORT, '.build/fmpaths.mjs', 'bill', '--source', 'cur', '--file', file];
  const days = ['--from', '2025-01-01', '--until', '2026-02-04', '--format', format];
  const { status, stderr } = spawnSync(process.execPath, [...args, ...days], {
    cwd: ROOT,
    encoding: 'utf8',
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  if (status !== 0) throw new Error(`fmpaths bill ended with status ${String(status)}: ${stderr}`);
  return JSON.parse(stderr) as Usage;
}

const folder = mkdtempSync(join(tmpdir(), 'fmpaths-growth-'));
try {
  const start = join(folder, 'start.parquet');
  await writeSums(start, 1);
  const files = SIZES.map((sums) => ({ sums, file: join(folder, `${sums}.parquet`) }));
  for (const { sums, file } of files) await writeSums(file, sums);
  const table = FORMATS.map((format) => {
    const floor = run(start, format);
    const used = files.map(({ file }) => run(file, format));
    const [first, last] = [used[0] ?? floor, used.at(-1) ?? floor];
    const factor = (SIZES.at(-1) ?? 1) / (SIZES[0] ?? 1);
    const exponent = Math.log((last.seconds - floor.seconds) / (first.seconds - floor.seconds)) / Math.log(factor);
    const bytesPerSum = (last.bytes - first.bytes) / ((SIZES.at(-1) ?? 1) - (SIZES[0] ?? 1));
    const met = exponent <= MAX_EXPONENT && bytesPerSum <= MAX_BYTES_PER_SUM;
    if (!met) process.exitCode = 1;
    return {
      format,
      'CPU s': used.map(({ seconds }) => seconds.toFixed(1)).join(' / '),
      MB: used.map(({ bytes }) => (bytes / 2 ** 20).toFixed(0)).join(' / '),
      exponent: `${exponent.toFixed(2)} (at most ${MAX_EXPONENT})`,
      'bytes a sum': `${bytesPerSum.toFixed(0)} (at most ${MAX_BYTES_PER_SUM})`,
      met: met ? 'yes' : 'NO',
    };
  });
  process.stdout.write(`fmpaths bill on ${SIZES.map((sums) => sums.toLocaleString('en')).join(' / ')} sums\n`);
  console.table(table);
} finally {
  rmSync(folder, { recursive: true });
}
