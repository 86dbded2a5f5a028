import { groupBy } from './bill.ts';
import { queryRows, sqlName, type Duck } from './duckdb.ts';
import { deliveryOf, type ExportFile, type ExportFiles } from './export-files.ts';
import { columnsOf, sourceSql, type ExportFormat } from './export-source.ts';
import { note, type Note } from './notes.ts';

/** Lines of the older delivery that are looked for in the newer. */
const SAMPLE_LINES = 1_000;

/** Parts of one delivery share no line; versions of one report share nearly all. */
const SHARED_SHARE = 0.5;

interface LineKey {
  readonly start: string;
  readonly lineKey: readonly string[];
}

interface Delivery {
  readonly files: readonly string[];
  readonly modifiedMs: number;
}

/**
 * Leaves out files that hold the same lines as a newer one: several versions of a report, or a copy, in one folder. Months
 * that folders keep apart and the numbered parts of one delivery are never compared, so that the usual layout costs nothing.
 */
export async function withoutCopies(
  duck: Duck,
  { format, files }: ExportFiles,
  { start, lineKey }: LineKey,
): Promise<{ files: string[]; notes: Note[] }> {
  const kept: string[] = [];
  const notes: Note[] = [];
  for (const month of groupBy(files, (file) => file.month ?? '').values()) {
    const deliveries = [...groupBy(month, ({ file }) => deliveryOf(file)).values()].map(toDelivery).sort(newestFirst);
    const keptOfMonth: Delivery[] = [];
    for (const delivery of deliveries) {
      const newer = await findNewer(duck, format, keptOfMonth, delivery, { start, lineKey });
      if (newer === undefined) keptOfMonth.push(delivery);
      else notes.push(note('copy-left-out', { file: delivery.files.join(', '), newer: newer.files.join(', ') }));
    }
    kept.push(...keptOfMonth.flatMap((delivery) => delivery.files));
  }
  return { files: kept.sort(), notes };
}

function toDelivery(files: readonly ExportFile[]): Delivery {
  return { files: files.map(({ file }) => file), modifiedMs: Math.max(...files.map(({ modifiedMs }) => modifiedMs)) };
}

function newestFirst(a: Delivery, b: Delivery): number {
  return b.modifiedMs - a.modifiedMs || ((a.files[0] ?? '') < (b.files[0] ?? '') ? -1 : 1);
}

async function findNewer(
  duck: Duck,
  format: ExportFormat,
  kept: readonly Delivery[],
  delivery: Delivery,
  key: LineKey,
): Promise<Delivery | undefined> {
  for (const candidate of kept) {
    if (await shareLines(duck, format, delivery.files, candidate.files, key)) return candidate;
  }
  return undefined;
}

async function shareLines(
  duck: Duck,
  format: ExportFormat,
  older: readonly string[],
  newer: readonly string[],
  { start, lineKey }: LineKey,
): Promise<boolean> {
  const olderColumns = await columnsOf(duck, format, older);
  const newerColumns = await columnsOf(duck, format, newer);
  const key = lineKey.filter((column) => olderColumns.has(column) && newerColumns.has(column));
  if (!key.includes(start)) return false;
  const columns = key.map(sqlName).join(', ');
  const equal = key.map((column) => `newer.${sqlName(column)} IS NOT DISTINCT FROM sample.${sqlName(column)}`);
  const rows = await queryRows(
    duck,
    `WITH sample AS (SELECT DISTINCT ${columns} FROM (SELECT ${columns} FROM ${sourceSql(format, older)} LIMIT ${SAMPLE_LINES}))
SELECT (SELECT COUNT(*) FROM sample) AS lines,
  (SELECT COUNT(*) FROM sample WHERE EXISTS (SELECT 1 FROM ${sourceSql(format, newer)} AS newer WHERE ${equal.join(' AND ')})) AS shared`,
  );
  const [lines, shared] = [Number(rows[0]?.['lines']), Number(rows[0]?.['shared'])];
  return lines > 0 && shared / lines > SHARED_SHARE;
}
