import { queryRows, sqlText, type Duck } from './duckdb.ts';

export type ExportFormat = 'parquet' | 'csv';

/** Column, in any case -> DuckDB type. */
export type Columns = ReadonlyMap<string, string>;

/** Keeps the names as they are, and finds them as SQL does: Glue and others write the columns of FOCUS in lower case. */
class SqlColumns extends Map<string, string> {
  private readonly types = new Map([...this].map(([name, type]) => [name.toLowerCase(), type]));

  override get(name: string): string | undefined {
    return this.types.get(name.toLowerCase());
  }

  override has(name: string): boolean {
    return this.types.has(name.toLowerCase());
  }
}

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
  return new SqlColumns(rows.map((row) => [String(row['column_name']), String(row['column_type'])]));
}

/** Parquet has timestamps already; a cast would hide its row-group statistics from the filter. Text may name an offset from UTC. */
export function asTimestamp(column: string, columns: Columns): string {
  const type = columns.get(column);
  if (type === 'TIMESTAMP') return column;
  return type === 'VARCHAR' ? `CAST(CAST(${column} AS timestamptz) AS timestamp)` : `CAST(${column} AS timestamp)`;
}
