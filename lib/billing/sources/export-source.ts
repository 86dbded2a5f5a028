import { createReadStream } from 'node:fs';
import { open, symlink } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { createGunzip } from 'node:zlib';
import { queryRows, sqlText, type Duck } from '../../duckdb.ts';
import { UserError } from '../../errors/user-error.ts';
import { groupBy } from '../../sums.ts';

export type ExportFormat = 'parquet' | 'csv';

/** A file of an export as DuckDB is given it. */
export interface SourceFile {
  /** Its name as the user knows it. */
  readonly file: string;
  /** A plain name for it (see `linkFiles`). */
  readonly link: string;
  /** Columns of a CSV by its first line, each with a name of its own; null for Parquet, which DuckDB asks itself. */
  readonly header: readonly string[] | null;
}

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

/**
 * Links every file under a plain name in a private folder. DuckDB takes `*`, `?`, `[`, `{` and `~` in a name for a pattern, has
 * no way to quote a backslash beside one, guesses compression from the case of an extension, and fetches what looks like an
 * address. A link of digits has none of these, so a name is always the one file that bears it.
 *
 * @param folder private, exists, removed by its owner
 */
export async function linkFiles(folder: string, format: ExportFormat, files: readonly string[]): Promise<SourceFile[]> {
  if (/\\/.test(folder) && /[*?[{]/.test(folder)) {
    throw new UserError(`TMPDIR holds a backslash and a pattern, which DuckDB cannot read: set it to a plain folder`);
  }
  const linked: SourceFile[] = [];
  for (const [index, file] of files.entries()) {
    const isGzip = format === 'csv' && (await startsWith(file, GZIP));
    const link = join(folder, `${index}.${format}${isGzip ? '.gz' : ''}`);
    await symlink(resolve(file), link);
    linked.push({
      file,
      link: link.replaceAll(/[*?[{]/g, '[$&]'),
      header: format === 'csv' ? await headerOf(file, isGzip) : null,
    });
  }
  return linked;
}

/** Longer than the header of any export; a file without a line break is not read whole. */
const LONGEST_HEADER = 1_000_000;

/** First record of a CSV. Empty where the file has none, or breaks off in it: reading the rows says so. */
async function headerOf(file: string, isGzip: boolean): Promise<string[]> {
  const bytes = createReadStream(file);
  const text = isGzip ? bytes.pipe(createGunzip()) : bytes;
  text.setEncoding('utf8');
  let start = '';
  try {
    // damage of the zipped bytes shows when the rows are read
    bytes.on('error', (error) => text.destroy(error));
    for await (const chunk of text) {
      start += chunk as string;
      const fields = firstRecord(start);
      if (fields !== undefined) return distinctNames(fields);
      if (start.length > LONGEST_HEADER) return [];
    }
  } catch {
    return [];
  } finally {
    bytes.destroy();
  }
  return distinctNames(firstRecord(`${start}\n`) ?? []);
}

/** Fields of the first line, RFC 4180; undefined where the line does not end in this text. */
function firstRecord(text: string): string[] | undefined {
  const fields: string[] = [];
  const field = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n|\r|\n)/y;
  field.lastIndex = text.startsWith('\ufeff') ? 1 : 0;
  for (;;) {
    const match = field.exec(text);
    if (match === null) return undefined;
    const [, quoted, plain = '', end] = match;
    fields.push(quoted?.replaceAll('""', '"') ?? plain);
    if (end !== ',') return fields;
  }
}

/** A column without a name, or with the name of another in any case, gets one of its own: nothing is read from it, and SQL needs it. */
function distinctNames(fields: readonly string[]): string[] {
  const taken = new Set<string>();
  return fields.map((field, index) => {
    const name = field === '' || taken.has(field.toLowerCase()) ? `${field} column ${index + 1}` : field;
    taken.add(name.toLowerCase());
    return name;
  });
}

const GZIP = Buffer.from([0x1f, 0x8b]);

export async function startsWith(file: string, magic: Buffer): Promise<boolean> {
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(magic.length), 0, magic.length, 0);
    return buffer.subarray(0, bytesRead).equals(magic);
  } finally {
    await handle.close();
  }
}

/**
 * DuckDB's table function over the files of one export. Columns that only some files have are null in the others.
 *
 * A CSV's dialect and columns are given, not detected: detection samples every file again for each question, and passes over the
 * lines before a row that has more fields than the header, as if they were none of the table.
 */
export function sourceSql(format: ExportFormat, files: readonly SourceFile[]): string {
  const list = (some: readonly SourceFile[]) => `[${some.map(({ link }) => sqlText(link)).join(', ')}]`;
  if (format === 'parquet') return `read_parquet(${list(files)}, union_by_name = true, hive_partitioning = false)`;
  const tables = [...groupBy(files, ({ header }) => JSON.stringify(header)).values()].map((alike) => {
    const header = alike[0]?.header ?? [];
    // text first: every column is then cast where it is used, and a cast that fails says so
    const columns = (header.length === 0 ? ['no header'] : header).map((name) => `${sqlText(name)}: 'VARCHAR'`);
    return `read_csv(${list(alike)}, auto_detect = false, header = true, delim = ',', quote = '"', escape = '"', columns = {${columns.join(', ')}}, hive_partitioning = false, nullstr = ['', 'NULL'])`;
  });
  const [only, ...others] = tables;
  if (only !== undefined && others.length === 0) return only;
  return `(${tables.map((table) => `SELECT * FROM ${table}`).join(' UNION ALL BY NAME ')})`;
}

export async function columnsOf(duck: Duck, format: ExportFormat, files: readonly SourceFile[]): Promise<Columns> {
  if (format === 'csv')
    return new SqlColumns(files.flatMap(({ header }) => (header ?? []).map((name) => [name, 'VARCHAR'])));
  const rows = await queryRows(duck, `DESCRIBE SELECT * FROM ${sourceSql(format, files)}`);
  return new SqlColumns(rows.map((row) => [String(row['column_name']), String(row['column_type'])]));
}

/** Parquet has timestamps already; a cast would hide its row-group statistics from the filter. Text may name an offset from UTC. */
export function asTimestamp(column: string, columns: Columns): string {
  const type = columns.get(column);
  if (type === 'TIMESTAMP') return column;
  return type === 'VARCHAR' ? `CAST(CAST(${column} AS timestamptz) AS timestamp)` : `CAST(${column} AS timestamp)`;
}
