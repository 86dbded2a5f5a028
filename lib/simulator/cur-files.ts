import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { sqlText, withDuckDb, type Duck } from '../duckdb.ts';
import { CUR_COLUMNS, type CurColumn, type CurRow } from './cur-rows.ts';

const COLUMNS = Object.keys(CUR_COLUMNS) as CurColumn[];

/** Writes one file a month, laid out as Data Exports does, and returns their paths. */
export async function writeCurFiles(rows: readonly CurRow[], folder: string): Promise<string[]> {
  const months = new Map<string, CurRow[]>();
  for (const row of rows) {
    const month = row.bill_billing_period_start_date.toISOString().slice(0, 7);
    const known = months.get(month);
    if (known === undefined) months.set(month, [row]);
    else known.push(row);
  }
  return withDuckDb(async (duck) => {
    const files: string[] = [];
    for (const [month, monthRows] of months) {
      const place = join(folder, 'data', `BILLING_PERIOD=${month}`);
      await mkdir(place, { recursive: true });
      const file = join(place, 'fmpaths-rehearsal-00001.snappy.parquet');
      await fill(duck, monthRows);
      await duck.run(`COPY lines TO ${sqlText(file)} (FORMAT parquet, COMPRESSION snappy)`);
      files.push(file);
    }
    return files;
  });
}

async function fill(duck: Duck, rows: readonly CurRow[]): Promise<void> {
  const definitions = COLUMNS.map((column) => `${column} ${CUR_COLUMNS[column]}`);
  await duck.run(`CREATE OR REPLACE TABLE lines (${definitions.join(', ')})`);
  const { mapValue, timestampValue, MAP, VARCHAR } = await import('@duckdb/node-api');
  const textMap = MAP(VARCHAR, VARCHAR);
  const appender = await duck.createAppender('lines');
  for (const row of rows) {
    for (const column of COLUMNS) {
      const value = row[column];
      if (value === null) appender.appendNull();
      else if (typeof value === 'string') appender.appendVarchar(value);
      else if (typeof value === 'number') appender.appendDouble(value);
      else if (value instanceof Date) appender.appendTimestamp(timestampValue(BigInt(value.getTime()) * 1000n));
      else appender.appendMap(mapValue(Object.entries(value).map(([key, text]) => ({ key, value: text }))), textMap);
    }
    appender.endRow();
  }
  appender.closeSync();
}
