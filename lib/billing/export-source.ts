import { queryRows, sqlText, type Duck } from './duckdb.ts';

export type ExportFormat = 'parquet' | 'csv';

/** Column -> DuckDB type. */
export type Columns = ReadonlyMap<string, string>;

/** DuckDB's table function over the files of one export. Columns that only some files have are null in the others. */
export function sourceSql(format: ExportFormat, files: readonly string[]): string {
  const list = `[${files.map(sqlText).join(', ')}]`;
  const options = 'union_by_name = true, hive_partitioning = false';
  return format === 'parquet'
    ? `read_parquet(${list}, ${options})`
    : // text first: every column is then cast where it is used, and a cast that fails says so
      `read_csv(${list}, header = true, delim = ',', quote = '"', escape = '"', all_varchar = true, ${options}, nullstr = ['', 'NULL'])`;
}

export async function columnsOf(duck: Duck, format: ExportFormat, files: readonly string[]): Promise<Columns> {
  const rows = await queryRows(duck, `DESCRIBE SELECT * FROM ${sourceSql(format, files)}`);
  return new Map(rows.map((row) => [String(row['column_name']), String(row['column_type'])]));
}

/** Parquet has timestamps already; a cast would hide its row-group statistics from the filter. */
export function asTimestamp(column: string, columns: Columns): string {
  return columns.get(column) === 'TIMESTAMP' ? column : `CAST(${column} AS timestamp)`;
}
