import { queryRows, sqlName, withDuckDb, type Duck } from '../../duckdb.ts';
import { UserError } from '../../errors/user-error.ts';
import { isPathId } from '../../paths.ts';
import { parseAmount, sumAmounts, type Amount } from '../amount.ts';
import { assembleBill, type BillHead, type OutsideAmount } from '../assemble-bill.ts';
import { UNKNOWN_SERVICE, attributor, billedResourceIds, type DeployedPath } from '../attribution.ts';
import { type Bill, type NotRead, type SecondAttribution, type TagSpelling } from '../bill.ts';
import type { Window } from '../days.ts';
import { note, type Note } from '../notes.ts';
import { resolveOverlaps, type OverlapOption } from '../overlap.ts';
import { measureSharedLines, type LineColumns } from '../shared-lines.ts';
import { isPrincipalSpellingOf, TAG_ROLES } from '../tag-keys.ts';
import { findExportFiles, listed, type Delivery, type ExportFiles } from './export-files.ts';
import {
  aggregationSql,
  grossSql,
  secondAttributionSql,
  serviceNamesSql,
  type AggregatedLine,
  type LineExpressions,
  type OutsideLine,
} from './export-query.ts';
import { columnsOf, linkFiles, sourceSql, type Columns, type ExportFormat, type SourceFile } from './export-source.ts';
import { everyKey, findSpellings, tagSql, valueSql } from './tag-columns.ts';

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
  /** How to treat files that share lines. @default the delivery and the lines decide; undecided files are refused */
  readonly overlap?: OverlapOption | undefined;
  /** Objects of the export that were not fetched, in place of the unread files of the folder. @default the unread files of the folder */
  readonly notFetched?: readonly NotRead[] | undefined;
}

/** What a CUR 2.0 and a FOCUS export have not in common. */
export interface ExportKind {
  readonly source: 'cur' | 'focus';
  readonly metric: Bill['metric'];
  /** Column that says who invoices: the rehearsal writes there that nobody does. */
  readonly issuer: string;
  /** Names of columns; the tag columns in the order in which they are believed. */
  readonly line: LineColumns;
  /** @throws UserError where the columns are not those of such an export */
  readonly lines: (columns: Columns, tag: (role: TagSpelling['role']) => string) => LineExpressions;
  /** What these columns cannot say. */
  readonly notes: (columns: Columns) => readonly Note[];
  /** Column or expression of the other views; null where the export has none. */
  readonly second: (columns: Columns, kind: 'principal' | 'resource') => string | null;
}

/**
 * Reads an export from disk. DuckDB keeps to a fixed amount of memory whatever the size of the files; what is held here grows with
 * the number of sums (days times usage types times tags), not of lines.
 */
export async function readExport(request: ExportRequest, kind: ExportKind): Promise<Bill> {
  const found = await findExportFiles(request.path, request.window);
  return withDuckDb(async (duck, folder) => {
    const all = [...found.deliveries, ...found.superseded.flatMap(({ older }) => older)];
    const names = all.flatMap(({ files }) => files.map(({ file }) => file));
    const links = new Map((await linkFiles(folder, found.format, names)).map((each) => [each.file, each]));
    const linksOf = ({ files }: Delivery): SourceFile[] => files.flatMap(({ file }) => links.get(file) ?? []);
    const input: Input = { duck, format: found.format, kind, linksOf };
    try {
      await checkColumns(input, found.deliveries);
      const { kept, leftOut, notes } = await countedDeliveries(input, found, request.overlap);
      return await readFiles(input, kept.flatMap(linksOf).sort(byName), {
        ...request,
        notes,
        leftOut,
        filesRead: names.length,
        notRead: request.notFetched ?? found.notRead,
      });
    } catch (error) {
      throw await namingDamaged(duck, found.format, found.deliveries.flatMap(linksOf), error);
    }
  });
}

const byName = (a: SourceFile, b: SourceFile): number => (a.file < b.file ? -1 : 1);

interface Input {
  readonly duck: Duck;
  readonly format: ExportFormat;
  readonly kind: ExportKind;
  readonly linksOf: (delivery: Delivery) => SourceFile[];
}

/** Refuses a file without the columns of the others: it would count as nothing, whatever it holds. @throws UserError naming it */
async function checkColumns({ duck, format, kind, linksOf }: Input, deliveries: readonly Delivery[]): Promise<void> {
  const files = deliveries.flatMap(linksOf);
  for (const source of files) {
    const columns = await columnsOf(duck, format, [source]);
    // a file that breaks off in its first line is damaged, not of another kind
    if (source.header?.length === 0) await duck.run(readAllSql(format, source));
    try {
      kind.lines(columns, () => 'NULL');
    } catch (error) {
      if (files.length === 1 || !(error instanceof UserError)) throw error;
      throw new UserError(`${source.file} is ${error.message}`);
    }
  }
}

interface Counted {
  readonly kept: readonly Delivery[];
  readonly leftOut: readonly OutsideAmount[];
  readonly notes: readonly Note[];
}

/** Leaves out earlier versions and copies, and sums up each of them. */
async function countedDeliveries(
  input: Input,
  { deliveries, superseded }: ExportFiles,
  overlap: OverlapOption | undefined,
): Promise<Counted> {
  const kept: Delivery[] = [];
  const leftOut: OutsideAmount[] = [];
  const notes: Note[] = [];
  for (const { month, older, newest } of superseded) {
    notes.push(note('older-versions', { month, count: older.length, version: newest.name }));
    leftOut.push(...(await amountsOf(input, older, 'older-version', newest)));
  }
  const resolution = deliveries.length < 2 || overlap === 'parts' ? null : await compared(input, deliveries, overlap);
  kept.push(...(resolution?.kept ?? deliveries));
  for (const { candidate, keptInstead, because } of resolution?.leftOut ?? []) {
    notes.push(note('copy-left-out', { file: candidate.name, newer: keptInstead.name }));
    leftOut.push(...(await amountsOf(input, [candidate], because === 'rows' ? 'copy' : 'overlap-option', keptInstead)));
  }
  return { kept, leftOut, notes };
}

async function compared({ duck, format, kind, linksOf }: Input, group: readonly Delivery[], overlap?: OverlapOption) {
  const { rows, shared } = await measureSharedLines(duck, format, group.map(linksOf), kind.line);
  const candidates = group.map((delivery, index) => ({ ...delivery, index, rows: rows[index] ?? 0 }));
  return resolveOverlaps(candidates, (first, second) => shared(first.index, second.index), overlap);
}

/** Sums up files that do not count, by currency. Unknown if they cannot be read: no total depends on them. */
async function amountsOf(
  { duck, format, kind, linksOf }: Input,
  deliveries: readonly Delivery[],
  reason: 'copy' | 'overlap-option' | 'older-version',
  keptInstead: Delivery,
): Promise<OutsideAmount[]> {
  const names = {
    reason,
    files: listed(deliveries.map(({ name }) => name)),
    keptInstead: keptInstead.name,
  };
  const sums = new Map([['USD', { cost: 0n, rows: 0 }]]);
  try {
    for (const delivery of deliveries) {
      const files = linksOf(delivery);
      const lines = kind.lines(await columnsOf(duck, format, files), () => 'NULL');
      for (const row of await queryRows(duck, grossSql(sourceSql(format, files), lines))) {
        const currency = textOrNull(row['currency']) ?? 'USD';
        const known = sums.get(currency) ?? { cost: 0n, rows: 0 };
        sums.set(currency, {
          cost: known.cost + amountOf(row['cost']),
          rows: known.rows + Number(row['line_count']),
        });
      }
    }
  } catch {
    return [{ ...names, currency: 'USD', cost: null, rows: null }];
  }
  return [...sums].map(([currency, sum]) => ({ ...names, currency, ...sum }));
}

interface Reading extends ExportRequest {
  readonly notes: BillHead['notes'];
  readonly leftOut: readonly OutsideAmount[];
  readonly filesRead: number;
  readonly notRead: readonly NotRead[];
}

async function readFiles({ duck, format, kind }: Input, files: readonly SourceFile[], request: Reading): Promise<Bill> {
  const source = sourceSql(format, files);
  const columns = await columnsOf(duck, format, files);
  const spellings = await findSpellings(duck, { format, files }, columns, kind.line.tagColumns);
  const lines = kind.lines(columns, (role) => tagSql(role, columns, spellings));
  const known = request.deployed === 'tagged' ? [] : [...billedResourceIds(request.deployed).keys()];
  const { aggregated, outside, costNotes } = await aggregate(
    (sql) => streamRows(duck, sql),
    source,
    lines,
    request.window,
    known,
  );
  const whole = await overviewOf(duck, source, columns, lines, kind);
  const second: SecondAttribution[] = [];
  for (const each of request.second ?? []) {
    second.push(...(await secondAttributions(duck, each, { window: request.window, kind, source, columns, lines })));
  }
  return assembleBill(
    aggregated,
    {
      source: kind.source,
      simulated: request.simulated === true || whole.simulated,
      window: request.window,
      metric: kind.metric,
      deployed: request.deployed,
      now: request.now,
      tagSpellings: spellings,
      dated: lines.start !== null,
      secondAttributions: second,
      estimatedDays: new Set(),
      queryUsd: 0,
      notes: [...request.notes, ...kind.notes(columns), ...costNotes, ...whole.notes],
      read: {
        files: request.filesRead,
        pages: null,
        gross: whole.gross,
        outside,
        leftOut: request.leftOut,
        notRead: request.notRead,
      },
    },
    attributor,
  );
}

type Row = Readonly<Record<string, unknown>>;

/** Batches of rows, so that an answer is never whole in two forms. */
async function* streamRows(duck: Duck, sql: string): AsyncGenerator<readonly Row[]> {
  const result = await duck.stream(sql);
  for await (const rows of result.yieldRowObjectJs()) yield rows;
}

/**
 * Sums of all lines, with names for the services that have only a code. A name is looked up by its code: to read it with every
 * line takes as long as all the rest.
 *
 * @param ask DuckDB or Athena
 */
export async function aggregate(
  ask: (sql: string) => AsyncIterable<readonly Row[]>,
  source: string,
  lines: LineExpressions,
  window: Window,
  knownResourceIds: readonly string[],
): Promise<{ aggregated: AggregatedLine[]; outside: OutsideLine[]; costNotes: Note[] }> {
  const aggregated: AggregatedLine[] = [];
  const outside: OutsideLine[] = [];
  const unnamed = new Set<string>();
  const once = sharedTexts();
  let withoutCost = 0;
  for await (const batch of ask(aggregationSql(source, lines, window, knownResourceIds))) {
    for (const row of batch) {
      const why = textOrNull(row['outside']);
      if (why === null) {
        const line = lineOfRow(row, once);
        aggregated.push(line);
        withoutCost += line.rowsWithoutCost;
        // Athena answers in text
        if (String(row['unnamed']) === 'true' && line.service !== UNKNOWN_SERVICE) unnamed.add(line.service);
      } else {
        outside.push({
          why: why as OutsideLine['why'],
          currency: textOrNull(row['currency']) ?? 'USD',
          cost: amountOf(row['cost']),
          rows: Number(row['line_count']),
        });
      }
    }
  }
  const names = new Map<string, string>();
  let codes = [...unnamed];
  while (lines.unnamed !== null && codes.length > 0) {
    let found = 0;
    for await (const batch of ask(serviceNamesSql(source, lines.service, lines.unnamed, codes))) {
      for (const { service, name } of batch) names.set(String(service), String(name));
      found += batch.length;
    }
    if (found === 0) break;
    codes = codes.filter((code) => !names.has(code));
  }
  for (const [index, line] of aggregated.entries()) {
    const name = names.get(line.service);
    if (name !== undefined) aggregated[index] = { ...line, service: name };
  }
  return {
    aggregated,
    outside,
    costNotes: withoutCost === 0 ? [] : [note('no-cost', { count: withoutCost })],
  };
}

/** Keeps each text once: a million sums have few different services, usage types, days and tags. */
function sharedTexts(): (text: string | null) => string | null {
  const seen = new Map<string, string>();
  return (text) => {
    if (text === null) return null;
    const known = seen.get(text);
    if (known === undefined) seen.set(text, text);
    return known ?? text;
  };
}

/** A sum that SQL gave as text; null is the sum of rows that all lack a cost. */
function amountOf(sum: unknown): Amount {
  const text = textOrNull(sum);
  return text === null ? 0n : parseAmount(text);
}

/** One row of the aggregation, as DuckDB and Athena give it. */
function lineOfRow(row: Row, once: (text: string | null) => string | null): AggregatedLine {
  const text = (name: string) => once(textOrNull(row[name]));
  return {
    day: text('day'),
    kind: row['kind'] as AggregatedLine['kind'],
    service: text('service') ?? UNKNOWN_SERVICE,
    usageType: text('usage_type') ?? '',
    currency: text('currency') ?? 'USD',
    pathTag: text('path_tag'),
    componentTag: text('component_tag'),
    resourceId: text('resource_id'),
    unit: text('unit'),
    cost: amountOf(row['cost']),
    quantity: row['quantity'] === null ? null : Number(row['quantity']),
    rows: Number(row['line_count']),
    rowsWithoutCost: Number(row['without_cost']),
  };
}

export function textOrNull(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

/** Reads every value of every column, so that damage in the middle shows. */
function readAllSql(format: ExportFormat, source: SourceFile): string {
  return `SELECT BIT_XOR(HASH(COLUMNS(*))) FROM ${sourceSql(format, [source])}`;
}

/** Turns DuckDB's complaint about one of many files into one that names every damaged file. */
async function namingDamaged(
  duck: Duck,
  format: ExportFormat,
  files: readonly SourceFile[],
  error: unknown,
): Promise<unknown> {
  if (error instanceof UserError) return error;
  const damaged: string[] = [];
  for (const source of files) {
    try {
      await duck.run(readAllSql(format, source));
    } catch (reason) {
      damaged.push(`  ${source.file}: ${firstLine(reason).replaceAll(source.link, source.file)}`);
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
  return line.startsWith('Invalid Input Error: CSV Error')
    ? `no whole CSV, ${line.replace('Invalid Input Error: CSV Error on Line: ', 'line ')}: a row has more or fewer fields than the header, or a quoted one has no end, or the text is not UTF-8`
    : line;
}

/**
 * One look at every row, whatever its day: what the files hold in all, whether the rehearsal wrote them (its files say on every
 * line that no account was charged), and how many have tags that are text and no JSON, which count as untagged.
 */
async function overviewOf(
  duck: Duck,
  source: string,
  columns: Columns,
  lines: LineExpressions,
  kind: ExportKind,
): Promise<{ readonly gross: { usd: Amount; rows: number }; readonly simulated: boolean; readonly notes: Note[] }> {
  const textTags = kind.line.tagColumns.filter((name) => columns.get(name) === 'VARCHAR');
  const unreadable = textTags.map((name, index) => {
    const column = sqlName(name);
    return `COUNT(*) FILTER (${column} IS NOT NULL AND NOT json_valid(${column})) AS unreadable_${index}`;
  });
  const simulated = columns.has(kind.issuer) ? `${sqlName(kind.issuer)} LIKE 'SIMULATED%'` : 'false';
  const rows = await queryRows(
    duck,
    grossSql(source, lines, [`COALESCE(BOOL_OR(${simulated}), false) AS simulated`, ...unreadable]),
  );
  const sumOf = (name: string) => rows.reduce((sum, row) => sum + Number(row[name]), 0);
  return {
    gross: {
      usd: sumAmounts(
        rows.filter((row) => (textOrNull(row['currency']) ?? 'USD') === 'USD').map((row) => amountOf(row['cost'])),
      ),
      rows: sumOf('line_count'),
    },
    simulated: rows.some((row) => row['simulated'] === true),
    notes: textTags.flatMap((column, index) => {
      const count = sumOf(`unreadable_${index}`);
      return count === 0 ? [] : [note('unreadable-tags', { count, column })];
    }),
  };
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
  for (const column of kind.line.tagColumns.filter((name) => columns.has(name))) {
    const keys = await everyKey(duck, source, column, columns);
    const spelt = keys.filter((key) => isPrincipalSpellingOf(TAG_ROLES.path, key));
    values.push(...spelt.map((key) => valueSql(column, key, columns)));
  }
  return values.length === 0 ? null : `COALESCE(${values.join(', ')}, '')`;
}
