import { UserError } from '../errors.ts';
import { UNKNOWN_SERVICE, attributor, billedResourceIds, type DeployedPath } from './attribution.ts';
import { assembleBill, type BillHead } from './assemble-bill.ts';
import type { Bill, SecondAttribution, TagSpelling } from './bill.ts';
import type { Window } from './days.ts';
import { queryRows, sqlName, withDuckDb, type Duck } from './duckdb.ts';
import { findExportFiles } from './export-files.ts';
import { columnsOf, sourceSql, type Columns, type ExportFormat } from './export-source.ts';
import {
  aggregationSql,
  secondAttributionSql,
  serviceNamesSql,
  type AggregatedLine,
  type LineExpressions,
} from './export-query.ts';
import { withoutCopies } from './file-copies.ts';
import { note, type Note } from './notes.ts';
import { isPathId } from '../paths.ts';
import { everyKey, findSpellings, tagSql, valueSql } from './tag-columns.ts';
import { isPrincipalSpellingOf, TAG_ROLES } from './tag-keys.ts';

export type SecondKind = SecondAttribution['kind'];

export interface ExportRequest {
  /** A file, or a folder of months. */
  readonly path: string;
  readonly window: Window;
  /** What was deployed in the window; `tagged` takes the paths that the bill itself has tagged charges of. */
  readonly deployed: readonly DeployedPath[] | 'tagged';
  readonly now: Date;
  /** True also where the file itself says that it comes from the rehearsal. @default false */
  readonly simulated?: boolean;
  /** Other views of the same dollars. @default none */
  readonly second?: readonly SecondKind[];
}

/** What a CUR 2.0 and a FOCUS export have not in common. */
export interface ExportKind {
  readonly source: 'cur' | 'focus';
  readonly metric: Bill['metric'];
  /** Columns that hold many tags in one value, in the order in which they are believed. */
  readonly tagColumns: readonly string[];
  /** Column of the time at which the usage of a line starts. */
  readonly start: string;
  /** Column that says who invoices: the rehearsal writes there that nobody does. */
  readonly issuer: string;
  /** Columns that together tell one line from the next, in every version of a report. */
  readonly lineKey: readonly string[];
  /** @throws UserError where the columns are not those of such an export */
  readonly lines: (columns: Columns, tag: (role: TagSpelling['role']) => string) => LineExpressions;
  /** What these columns cannot say. */
  readonly notes: (columns: Columns) => readonly Note[];
  /** Column or expression of the other views; null where the export has none. */
  readonly second: (columns: Columns, kind: 'principal' | 'resource') => string | null;
}

/** Reads an export from disk in bounded memory, whatever its size. */
export async function readExport(request: ExportRequest, kind: ExportKind): Promise<Bill> {
  const found = await findExportFiles(request.path, request.window);
  return withDuckDb(async (duck) => {
    try {
      const { files, notes } = await withoutCopies(duck, found, kind);
      return await readFiles(
        duck,
        { format: found.format, files },
        { ...request, notes: [...found.notes, ...notes] },
        kind,
      );
    } catch (error) {
      throw await namingDamaged(duck, { format: found.format, files: found.files.map(({ file }) => file) }, error);
    }
  });
}

interface Chosen {
  readonly format: ExportFormat;
  readonly files: readonly string[];
}

async function readFiles(
  duck: Duck,
  chosen: Chosen,
  request: ExportRequest & Pick<BillHead, 'notes'>,
  kind: ExportKind,
): Promise<Bill> {
  const source = sourceSql(chosen.format, chosen.files);
  const columns = await columnsOf(duck, chosen.format, chosen.files);
  const spellings = await findSpellings(duck, chosen, columns, kind.tagColumns);
  const lines = kind.lines(columns, (role) => tagSql(role, columns, spellings));
  const known = request.deployed === 'tagged' ? [] : [...billedResourceIds(request.deployed).keys()];
  const { aggregated, costNotes } = await aggregate(
    (sql) => queryRows(duck, sql),
    source,
    lines,
    request.window,
    known,
  );
  const second: SecondAttribution[] = [];
  for (const each of request.second ?? []) {
    second.push(...(await secondAttributions(duck, each, { window: request.window, kind, source, columns, lines })));
  }
  return assembleBill(
    aggregated,
    {
      source: kind.source,
      simulated: request.simulated === true || (await isSimulated(duck, source, columns, kind.issuer)),
      window: request.window,
      metric: kind.metric,
      deployed: request.deployed,
      now: request.now,
      tagSpellings: spellings,
      dated: lines.start !== null,
      secondAttributions: second,
      estimatedDays: new Set(),
      queryUsd: 0,
      notes: [
        ...request.notes,
        ...kind.notes(columns),
        ...costNotes,
        ...(await unreadableTags(duck, source, columns, kind)),
      ],
    },
    attributor,
  );
}

type Row = Readonly<Record<string, unknown>>;

/**
 * Sums of all lines, with names for the services that have only a code. A name is looked up by its code: to read it with every
 * line takes as long as all the rest.
 *
 * @param ask DuckDB or Athena
 */
export async function aggregate(
  ask: (sql: string) => Promise<readonly Row[]>,
  source: string,
  lines: LineExpressions,
  window: Window,
  knownResourceIds: readonly string[],
): Promise<{ aggregated: AggregatedLine[]; costNotes: Note[] }> {
  const rows = await ask(aggregationSql(source, lines, window, knownResourceIds));
  const names = new Map<unknown, string>();
  // Athena answers in text
  const unnamed = rows.filter((row) => String(row['unnamed']) === 'true');
  let codes = [...new Set(unnamed.map(({ service }) => textOrNull(service)))].filter((code) => code !== null);
  while (lines.unnamed !== null && codes.length > 0) {
    const found = await ask(serviceNamesSql(source, lines.service, lines.unnamed, codes));
    if (found.length === 0) break;
    for (const { service, name } of found) names.set(service, String(name));
    codes = codes.filter((code) => !names.has(code));
  }
  const withoutCost = rows.reduce((sum, row) => sum + Number(row['without_cost']), 0);
  return {
    aggregated: rows.map((row) => lineOfRow(row, names)),
    costNotes: withoutCost === 0 ? [] : [note('no-cost', { count: withoutCost })],
  };
}

/** One row of the aggregation, as DuckDB and Athena give it. */
function lineOfRow(row: Row, names: ReadonlyMap<unknown, string>): AggregatedLine {
  return {
    day: textOrNull(row['day']),
    kind: row['kind'] as AggregatedLine['kind'],
    service: names.get(row['service']) ?? textOrNull(row['service']) ?? UNKNOWN_SERVICE,
    usageType: textOrNull(row['usage_type']) ?? '',
    currency: textOrNull(row['currency']) ?? 'USD',
    pathTag: textOrNull(row['path_tag']),
    componentTag: textOrNull(row['component_tag']),
    resourceId: textOrNull(row['resource_id']),
    unit: textOrNull(row['unit']),
    cost: Number(row['cost']),
    quantity: row['quantity'] === null ? null : Number(row['quantity']),
  };
}

export function textOrNull(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

/** Turns DuckDB's complaint about one of many files into one that names every damaged file. */
async function namingDamaged(duck: Duck, { format, files }: Chosen, error: unknown): Promise<unknown> {
  if (error instanceof UserError) return error;
  const damaged: string[] = [];
  for (const file of files) {
    try {
      // reads every value of every column, so that damage in the middle shows
      await duck.run(`SELECT BIT_XOR(HASH(COLUMNS(*))) FROM ${sourceSql(format, [file])}`);
    } catch (reason) {
      damaged.push(`  ${file}: ${firstLine(reason)}`);
    }
  }
  if (damaged.length === 0) {
    const reason = firstLine(error);
    if (!reason.startsWith('Conversion Error')) return error;
    return new UserError(`cannot read a value of the export, so no total would be whole. ${reason}`);
  }
  return new UserError(
    `cannot read ${damaged.length} of ${files.length} files, so no total would be whole. Fetch them again:\n${damaged.join('\n')}`,
  );
}

function firstLine(reason: unknown): string {
  const line =
    String(reason)
      .split('\n')[0]
      ?.replace(/^Error: /, '') ?? '';
  // DuckDB says then at length what a programmer could try
  return line.includes('Error when sniffing file')
    ? 'no whole CSV: a row has more or fewer fields than the header, or ends in the middle of a quoted one'
    : line;
}

/** Tags that are text and no JSON cannot be read: their rows count as untagged, and that is said. */
async function unreadableTags(duck: Duck, source: string, columns: Columns, kind: ExportKind): Promise<Note[]> {
  const notes: Note[] = [];
  for (const column of kind.tagColumns.filter((name) => columns.get(name) === 'VARCHAR')) {
    const name = sqlName(column);
    const sql = `SELECT COUNT(*) AS rows FROM ${source} WHERE ${name} IS NOT NULL AND NOT json_valid(${name})`;
    const count = Number((await queryRows(duck, sql))[0]?.['rows']);
    if (count > 0) notes.push(note('unreadable-tags', { count, column }));
  }
  return notes;
}

/** The rehearsal's files say on every line that no account was charged. */
async function isSimulated(duck: Duck, source: string, columns: Columns, issuer: string): Promise<boolean> {
  if (!columns.has(issuer)) return false;
  const sql = `SELECT 1 FROM ${source} WHERE ${sqlName(issuer)} >= 'SIMULATED' AND ${sqlName(issuer)} < 'SIMULATEE' LIMIT 1`;
  return (await queryRows(duck, sql)).length > 0;
}

interface SecondInput {
  readonly window: Window;
  readonly kind: ExportKind;
  readonly source: string;
  readonly columns: Columns;
  readonly lines: LineExpressions;
}

async function secondAttributions(duck: Duck, kind: SecondKind, input: SecondInput): Promise<SecondAttribution[]> {
  const { columns, lines, source, window } = input;
  const value =
    kind === 'principal-tag'
      ? await principalTagSql(duck, source, columns, input.kind)
      : input.kind.second(columns, kind);
  if (value === null) return [];
  const rows = await queryRows(duck, secondAttributionSql(source, lines, window, value));
  return rows.map((row) => {
    const tagged = textOrNull(row['path_tag']);
    return { kind, value: String(row['value']), path: isPathId(tagged) ? tagged : null, usd: Number(row['cost']) };
  });
}

/** `iamPrincipal/customization-path`: the tag of the caller's role, over the same dollars as the resource's tag. */
async function principalTagSql(duck: Duck, source: string, columns: Columns, kind: ExportKind): Promise<string | null> {
  const values: string[] = [];
  for (const column of kind.tagColumns.filter((name) => columns.has(name))) {
    const keys = await everyKey(duck, source, column, columns);
    const spelt = keys.filter((key) => isPrincipalSpellingOf(TAG_ROLES.path, key));
    values.push(...spelt.map((key) => valueSql(column, key, columns)));
  }
  return values.length === 0 ? null : `COALESCE(${values.join(', ')}, '')`;
}
