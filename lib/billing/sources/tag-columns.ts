import { queryRows, sqlName, sqlText, type Duck } from '../../duckdb.ts';
import { groupBy } from '../../sums.ts';
import type { TagSpelling } from '../bill.ts';
import { isPrincipalKey, spellingsAmong, spellingsLike } from '../tag-keys.ts';
import { stemOf } from './export-files.ts';
import { columnsOf, sourceSql, type Columns, type ExportFormat, type SourceFile } from './export-source.ts';

/** Rows of a file that are looked at for the spelling of keys. */
const SAMPLE_ROWS = 20_000;

interface Files {
  readonly format: ExportFormat;
  readonly files: readonly SourceFile[];
}

/**
 * Where an export holds the tags of the contract, and how it spells their keys. The first rows of every delivery show its way of
 * writing keys; only where none does, every row is looked at.
 *
 * @param tagColumns columns that hold many tags in one value: a line may carry its tags in any one of them
 */
export async function findSpellings(
  duck: Duck,
  { format, files }: Files,
  columns: Columns,
  tagColumns: readonly string[],
): Promise<TagSpelling[]> {
  const present = tagColumns.filter((name) => columns.has(name));
  const found: TagSpelling[] = [];
  for (const parts of groupBy(files, ({ file }) => stemOf(file)).values()) {
    found.push(...(await spellingsOfDelivery(duck, format, parts, present)));
  }
  if (found.length === 0) {
    for (const column of present) {
      found.push(...spellingsAmong(column, await everyKey(duck, sourceSql(format, files), column, columns)));
    }
  }
  // an export may select single keys: the tag then has a column of its own
  for (const column of columns.keys()) {
    if (!/^resource_?tags?[_/]/i.test(column)) continue;
    found.push(...spellingsAmong(column, [column]).map((spelling) => ({ ...spelling, key: null })));
  }
  return [...new Map(found.map((spelling) => [JSON.stringify(spelling), spelling])).values()];
}

async function spellingsOfDelivery(
  duck: Duck,
  format: ExportFormat,
  parts: readonly SourceFile[],
  tagColumns: readonly string[],
): Promise<TagSpelling[]> {
  for (const file of parts) {
    const columns = await columnsOf(duck, format, [file]);
    const found: TagSpelling[] = [];
    for (const column of tagColumns.filter((name) => columns.has(name))) {
      const name = sqlName(column);
      const rows = `(SELECT ${name} FROM ${sourceSql(format, [file])} WHERE ${name} IS NOT NULL LIMIT ${SAMPLE_ROWS})`;
      const keys = (await distinctKeys(duck, rows, column, columns)).filter((key) => !isPrincipalKey(key));
      const seen = spellingsAmong(column, keys);
      const alike = spellingsLike(column, keys) ?? [];
      found.push(...seen, ...alike.filter(({ role }) => !seen.some((each) => each.role === role)));
    }
    if (found.length > 0) return found;
  }
  return [];
}

/** Every key of a column, at the price of reading the whole column. */
export function everyKey(duck: Duck, source: string, column: string, columns: Columns): Promise<string[]> {
  return distinctKeys(duck, `${source} WHERE ${sqlName(column)} IS NOT NULL`, column, columns);
}

async function distinctKeys(duck: Duck, rows: string, column: string, columns: Columns): Promise<string[]> {
  const result = await queryRows(duck, `SELECT DISTINCT UNNEST(${keysSql(column, columns)}) AS key FROM ${rows}`);
  return result.map((row) => String(row['key'])).sort();
}

const isMap = (column: string, columns: Columns) => columns.get(column)?.startsWith('MAP') ?? false;

function keysSql(column: string, columns: Columns): string {
  return isMap(column, columns) ? `map_keys(${sqlName(column)})` : `TRY(json_keys(${jsonSql(column, columns)}))`;
}

/** CSV holds a map as JSON text; other tools write it as a Parquet struct. */
function jsonSql(column: string, columns: Columns): string {
  return columns.get(column) === 'VARCHAR' ? sqlName(column) : `to_json(${sqlName(column)})`;
}

/** A tag's value; `key` is null where the tag has a column of its own. */
export function valueSql(column: string, key: string | null, columns: Columns): string {
  if (key === null) return sqlName(column);
  // not map[key]: Athena fails where a map lacks the key
  if (isMap(column, columns)) return `element_at(${sqlName(column)}, ${sqlText(key)})`;
  return `TRY(json_extract_string(${jsonSql(column, columns)}, ${sqlText(`$."${key.replaceAll('"', '\\"')}"`)}))`;
}

/** The value of one of the contract's tags under any of its spellings. Null where there is none; an empty value is no tag. */
export function tagSql(role: TagSpelling['role'], columns: Columns, spellings: readonly TagSpelling[]): string {
  const values = spellings
    .filter((spelling) => spelling.role === role)
    .map(({ column, key }) => `NULLIF(${valueSql(column, key, columns)}, '')`);
  if (values.length === 0) return 'CAST(NULL AS varchar)';
  return values.length === 1 ? values.join() : `COALESCE(${values.join(', ')})`;
}
