import { UserError } from '../errors.ts';
import { PATHS } from '../paths.ts';
import { UNKNOWN_SERVICE, attributor, billedResourceIds, type Charge, type DeployedPath } from './attribution.ts';
import { EXCLUDED_KINDS, sumUsd, type Bill, type TagSpelling } from './bill.ts';
import { completenessOf } from './completeness.ts';
import type { Window } from './days.ts';
import { queryRows, sqlName, sqlText, withDuckDb, type Duck } from './duckdb.ts';
import { findExportFiles, type ExportFiles } from './export-files.ts';
import { DUCKDB, aggregationSql, type AggregatedLine, type LineExpressions } from './export-query.ts';
import { note, type Note } from './notes.ts';
import { spellingsOf } from './tag-keys.ts';

export interface ExportRequest {
  /** A file, or a folder of months. */
  readonly path: string;
  readonly window: Window;
  /** What was deployed in the window; `tagged` takes the paths that the bill itself has tagged charges of. */
  readonly deployed: readonly DeployedPath[] | 'tagged';
  readonly now: Date;
  /** @default false: the rows are AWS's */
  readonly simulated?: boolean;
}

/** Column -> DuckDB type. */
type Columns = ReadonlyMap<string, string>;

/**
 * Reads a CUR 2.0 export (Parquet or CSV, one file or a folder of months) in bounded memory.
 *
 * @throws UserError where a file is missing, damaged or no such export
 */
export async function readCur(request: ExportRequest): Promise<Bill> {
  const found = await findExportFiles(request.path, request.window);
  return withDuckDb(async (duck) => {
    const source = sourceSql(found);
    const columns = await columnsOf(duck, source, found);
    const spellings = await curSpellings(duck, source, columns);
    const lines = curLines(columns, spellings);
    const known = request.deployed === 'tagged' ? [] : [...billedResourceIds(request.deployed).keys()];
    const sql = aggregationSql(source, lines, request.window, known, DUCKDB);
    const aggregated = await runAggregation(duck, sql, found);
    return billOf(aggregated, {
      ...request,
      source: 'cur',
      metric: 'UnblendedCost',
      tagSpellings: spellings,
      dated: lines.start !== null,
      notes: found.notes,
    });
  });
}

function sourceSql({ format, files }: ExportFiles): string {
  const list = `[${files.map(sqlText).join(', ')}]`;
  return format === 'parquet'
    ? `read_parquet(${list}, union_by_name = true, hive_partitioning = false)`
    : `read_csv(${list}, header = true, all_varchar = true, union_by_name = true, hive_partitioning = false, nullstr = ['', 'NULL'])`;
}

async function columnsOf(duck: Duck, source: string, found: ExportFiles): Promise<Columns> {
  const rows = await namingFiles(found, () => queryRows(duck, `DESCRIBE SELECT * FROM ${source}`), duck);
  return new Map(rows.map((row) => [String(row['column_name']), String(row['column_type'])]));
}

async function runAggregation(duck: Duck, sql: string, found: ExportFiles): Promise<AggregatedLine[]> {
  const rows = await namingFiles(found, () => queryRows(duck, sql), duck);
  return rows.map((row) => ({
    day: row['day'] as string | null,
    kind: row['kind'] as AggregatedLine['kind'],
    service: String(row['service']),
    usageType: String(row['usage_type']),
    currency: String(row['currency']),
    pathTag: row['path_tag'] as string | null,
    componentTag: row['component_tag'] as string | null,
    resourceId: row['resource_id'] as string | null,
    unit: row['unit'] as string | null,
    cost: Number(row['cost']),
    quantity: row['quantity'] === null ? null : Number(row['quantity']),
  }));
}

/** Turns DuckDB's complaint about one of many files into one that names every damaged file. */
async function namingFiles<T>(found: ExportFiles, work: () => Promise<T>, duck: Duck): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const damaged: string[] = [];
    for (const file of found.files) {
      const source = sourceSql({ ...found, files: [file] });
      try {
        await duck.run(`SELECT count(COLUMNS(*)) FROM ${source}`);
      } catch (reason) {
        damaged.push(`  ${file}: ${firstLine(reason)}`);
      }
    }
    if (damaged.length === 0) throw error;
    throw new UserError(
      `cannot read ${damaged.length} of ${found.files.length} files, so no total would be whole. Fetch them again:\n${damaged.join('\n')}`,
    );
  }
}

function firstLine(reason: unknown): string {
  return (reason instanceof Error ? reason.message : String(reason)).split('\n')[0] ?? '';
}

const REQUIRED = ['line_item_usage_type', 'line_item_unblended_cost'];

function curLines(columns: Columns, spellings: readonly TagSpelling[]): LineExpressions {
  const missing = REQUIRED.filter((column) => !columns.has(column));
  if (missing.length > 0) {
    throw new UserError(
      `not a CUR 2.0 export: no column ${missing.join(', ')}. Columns found: ${[...columns.keys()].slice(0, 8).join(', ')}…. Is it FOCUS? Then say '--source focus'`,
    );
  }
  const text = (column: string, absent: string) =>
    columns.has(column) ? `COALESCE(CAST(${column} AS varchar), ${sqlText(absent)})` : sqlText(absent);
  return {
    start: columns.has('line_item_usage_start_date') ? 'CAST(line_item_usage_start_date AS timestamp)' : null,
    service: curService(columns),
    usageType: text('line_item_usage_type', ''),
    kind: columns.has('line_item_line_item_type')
      ? `CASE WHEN line_item_line_item_type IN ('Credit', 'Refund', 'Tax') THEN LOWER(line_item_line_item_type) ELSE 'charge' END`
      : `'charge'`,
    currency: text('line_item_currency_code', 'USD'),
    // decimal: the sum is exact, whatever the order in which threads meet the rows
    cost: 'CAST(line_item_unblended_cost AS decimal(38, 15))',
    quantity: columns.has('line_item_usage_amount') ? 'CAST(line_item_usage_amount AS double)' : 'CAST(NULL AS double)',
    unit: columns.has('pricing_unit') ? 'pricing_unit' : 'CAST(NULL AS varchar)',
    pathTag: tagSql('path', columns, spellings),
    componentTag: tagSql('component', columns, spellings),
    resourceId: columns.has('line_item_resource_id') ? 'line_item_resource_id' : 'CAST(NULL AS varchar)',
  };
}

/** Marketplace bills third-party models under a code made of letters at random; only the product's name says what it is. */
function curService(columns: Columns): string {
  const code = columns.has('line_item_product_code') ? 'line_item_product_code' : 'CAST(NULL AS varchar)';
  if (!columns.has('bill_billing_entity') || !columns.has('product'))
    return `COALESCE(${code}, ${sqlText(UNKNOWN_SERVICE)})`;
  const name = columns.get('product')?.startsWith('MAP')
    ? `product['product_name']`
    : `json_extract_string(product, '$.product_name')`;
  return `CASE WHEN bill_billing_entity = 'AWS Marketplace' THEN COALESCE(${name}, ${code}, ${sqlText(UNKNOWN_SERVICE)}) ELSE COALESCE(${code}, ${sqlText(UNKNOWN_SERVICE)}) END`;
}

/** Columns that hold many tags in one value, in the order in which they are believed. */
const TAG_COLUMNS = ['resource_tags', 'tags'];

async function curSpellings(duck: Duck, source: string, columns: Columns): Promise<TagSpelling[]> {
  const spellings: TagSpelling[] = [];
  for (const column of TAG_COLUMNS) {
    const type = columns.get(column);
    if (type === undefined) continue;
    const keysOf = type.startsWith('MAP') ? `map_keys(${column})` : `json_keys(${column})`;
    const rows = await queryRows(
      duck,
      `SELECT DISTINCT UNNEST(${keysOf}) AS key FROM ${source} WHERE ${column} IS NOT NULL`,
    );
    const keys = rows.map((row) => String(row['key'])).sort();
    spellings.push(...spellingsOf('path', column, keys), ...spellingsOf('component', column, keys));
  }
  // an export may select single keys: the tag then has a column of its own
  for (const column of columns.keys()) {
    if (!/^resource_?tags?[_/]/i.test(column)) continue;
    for (const { role } of [...spellingsOf('path', column, [column]), ...spellingsOf('component', column, [column])]) {
      spellings.push({ role, column, key: null });
    }
  }
  return spellings;
}

function tagSql(role: TagSpelling['role'], columns: Columns, spellings: readonly TagSpelling[]): string {
  const values = spellings
    .filter((spelling) => spelling.role === role)
    .map(({ column, key }) => {
      if (key === null) return sqlName(column);
      return columns.get(column)?.startsWith('MAP')
        ? `${sqlName(column)}[${sqlText(key)}]`
        : `json_extract_string(${sqlName(column)}, ${sqlText(`$."${key.replaceAll('"', '\\"')}"`)})`;
    })
    .map((value) => `NULLIF(${value}, '')`);
  return values.length === 0 ? 'CAST(NULL AS varchar)' : `COALESCE(${values.join(', ')}, NULL)`;
}

interface BillInput extends ExportRequest {
  readonly source: Bill['source'];
  readonly metric: Bill['metric'];
  readonly tagSpellings: readonly TagSpelling[];
  readonly dated: boolean;
  readonly notes: readonly Note[];
}

function billOf(lines: readonly AggregatedLine[], input: BillInput): Bill {
  const usd = lines.filter(({ currency }) => currency === 'USD');
  const foreign = lines.filter(({ currency, kind }) => currency !== 'USD' && kind === 'charge');
  const charges = usd.filter(({ kind }) => kind === 'charge');
  const deployed = input.deployed === 'tagged' ? taggedPaths(charges) : input.deployed;
  const toRow = attributor(deployed);
  const notes = [...input.notes];
  if (!input.dated) notes.push(note('undated-export'));
  if (!input.tagSpellings.some(({ role }) => role === 'path')) notes.push(note('no-tag'));
  return {
    source: input.source,
    simulated: input.simulated ?? false,
    from: input.window.from,
    until: input.window.until,
    currency: 'USD',
    metric: input.metric,
    deployed: { paths: deployed.map(({ path }) => path), saidBy: input.deployed === 'tagged' ? 'tags' : 'caller' },
    rows: charges.map((line) => toRow(chargeOf(line))),
    excluded: EXCLUDED_KINDS.map((kind) => ({
      kind,
      usd: sumUsd(usd.filter((line) => line.kind === kind).map(({ cost }) => cost)),
    })),
    otherCurrencies: [...new Set(foreign.map(({ currency }) => currency))].map((currency) => ({
      currency,
      amount: sumUsd(foreign.filter((line) => line.currency === currency).map(({ cost }) => cost)),
    })),
    completeness: completenessOf(
      input.window,
      { charged: new Set(charges.flatMap(({ day }) => (day === null ? [] : [day]))), estimated: new Set() },
      input.now,
    ),
    tagSpellings: input.tagSpellings,
    secondAttributions: [],
    queryUsd: 0,
    notes,
  };
}

function taggedPaths(charges: readonly AggregatedLine[]): DeployedPath[] {
  const tags = new Set(charges.map(({ pathTag }) => pathTag));
  return PATHS.filter((path) => tags.has(path)).map((path) => ({ path, resourceIds: [] }));
}

function chargeOf(line: AggregatedLine): Charge {
  return {
    day: line.day,
    service: line.service,
    usageType: line.usageType,
    pathTag: line.pathTag,
    componentTag: line.componentTag,
    resourceId: line.resourceId,
    usd: line.cost,
    quantity: line.quantity,
    unit: line.unit,
  };
}
