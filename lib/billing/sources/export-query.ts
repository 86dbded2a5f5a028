import { sqlText } from '../../duckdb.ts';
import type { Amount } from '../amount.ts';
import type { ExcludedKind } from '../bill.ts';
import { addDays, type Window } from '../days.ts';

/** SQL expressions over one export's own columns: what differs between CUR 2.0, FOCUS and their spellings of tags. */
export interface LineExpressions {
  /** Start of usage, a timestamp; null where the export has no dates. */
  readonly start: string | null;
  readonly service: string;
  /** Lines whose service is a code that says nothing, and the column of its name; null where every service has one. */
  readonly unnamed: { readonly where: string; readonly name: string } | null;
  readonly usageType: string;
  /** 'charge' or one of the excluded kinds. */
  readonly kind: string;
  readonly currency: string;
  readonly cost: string;
  readonly quantity: string;
  readonly unit: string;
  readonly pathTag: string;
  readonly componentTag: string;
  readonly resourceId: string;
}

/** Sums of one day, kind, service, usage type, unit and tag pair. */
export interface AggregatedLine {
  readonly day: string | null;
  readonly kind: 'charge' | ExcludedKind;
  readonly service: string;
  readonly usageType: string;
  readonly currency: string;
  readonly pathTag: string | null;
  readonly componentTag: string | null;
  readonly resourceId: string | null;
  readonly unit: string | null;
  readonly cost: Amount;
  readonly quantity: number | null;
  /** Rows in it. */
  readonly rows: number;
  /** Rows in it that hold no cost, not even 0. */
  readonly rowsWithoutCost: number;
}

/** Sum of all lines of one currency outside the window. */
export interface OutsideLine {
  readonly why: 'before-window' | 'after-window' | 'undated';
  readonly currency: string;
  readonly cost: Amount;
  readonly rows: number;
}

/**
 * The one aggregation behind every export, in SQL that DuckDB and Athena (Trino) read alike. A resource id is kept only where
 * it is known and the tag is missing: grouping by every id of an account would not fit in memory. Sums are text, because no
 * double holds all their digits. What the files hold outside the window follows in rows with `outside`; it has a filter of its
 * own, so that Parquet's statistics spare both halves the rows of the other.
 */
export function aggregationSql(
  source: string,
  lines: LineExpressions,
  window: Window,
  knownResourceIds: readonly string[],
): string {
  const keys: [name: string, expression: string][] = [
    ['charge_day', lines.start === null ? 'CAST(NULL AS date)' : `CAST(${lines.start} AS date)`],
    ['kind', lines.kind],
    ['service', lines.service],
    ['usage_type', lines.usageType],
    ['currency', lines.currency],
    ['path_tag', lines.pathTag],
    ['component_tag', lines.componentTag],
    ['unit', lines.unit],
  ];
  if (lines.unnamed !== null) keys.push(['unnamed', lines.unnamed.where]);
  // a key costs time even where it is null on every line
  if (knownResourceIds.length > 0) {
    const known = knownResourceIds.map(sqlText).join(', ');
    keys.push([
      'resource_id',
      `CASE WHEN ${lines.pathTag} IS NULL AND ${lines.resourceId} IN (${known}) THEN ${lines.resourceId} END`,
    ]);
  }
  const sums = `CAST(SUM(${lines.cost}) AS varchar) AS cost,
    COUNT(*) AS line_count,
    COUNT(*) - COUNT(${lines.cost}) AS without_cost`;
  const inside = `SELECT
${keys.map(([name, expression]) => `    ${expression} AS ${name},`).join('\n')}
    CAST(NULL AS varchar) AS outside,
    SUM(${lines.quantity}) AS quantity,
    ${sums}
  FROM ${source}${whereInWindow(lines.start, window)}
  GROUP BY ${keys.map((_, index) => index + 1).join(', ')}`;
  return `SELECT CAST(charge_day AS varchar) AS day, aggregated.*
FROM (
  ${inside}${lines.start === null ? '' : `\n  UNION ALL\n  ${outsideSql(source, lines.start, window, keys, sums)}`}
) AS aggregated`;
}

/** Sums of what is not in the window, in the columns of what is. */
function outsideSql(
  source: string,
  start: string,
  window: Window,
  keys: readonly (readonly [name: string, expression: string])[],
  sums: string,
): string {
  const [first, end] = boundsOf(window);
  const typeOf = (name: string) => (name === 'charge_day' ? 'date' : name === 'unnamed' ? 'boolean' : 'varchar');
  const columns = keys.map(([name, expression]) =>
    name === 'currency' ? `    ${expression} AS currency,` : `    CAST(NULL AS ${typeOf(name)}) AS ${name},`,
  );
  return `SELECT
${columns.join('\n')}
    CASE WHEN ${start} IS NULL THEN 'undated' WHEN ${start} < ${first} THEN 'before-window' ELSE 'after-window' END AS outside,
    CAST(NULL AS double) AS quantity,
    ${sums}
  FROM ${source}
  WHERE ${start} < ${first} OR ${start} >= ${end} OR ${start} IS NULL
  GROUP BY ${keys.findIndex(([name]) => name === 'currency') + 1}, ${keys.length + 1}`;
}

/**
 * All that some files hold of each currency, whatever it is for.
 *
 * @param more other aggregates, such as `BOOL_OR(x) AS y`, which cost no scan of their own
 */
export function grossSql(source: string, lines: LineExpressions, more: readonly string[] = []): string {
  const sums = [`CAST(SUM(${lines.cost}) AS varchar) AS cost`, 'COUNT(*) AS line_count', ...more];
  return `SELECT ${lines.currency} AS currency, ${sums.join(', ')} FROM ${source} GROUP BY 1`;
}

/** Lines that are looked at for the names of their services: a service that has lines has many. */
const NAME_ROWS = 1_000;

/** Names of services, for some of these codes at least where any has one. */
export function serviceNamesSql(
  source: string,
  service: string,
  unnamed: NonNullable<LineExpressions['unnamed']>,
  codes: readonly string[],
): string {
  return `SELECT service, MIN(name) AS name
FROM (
  SELECT ${service} AS service, ${unnamed.name} AS name
  FROM ${source}
  WHERE ${unnamed.where} AND ${service} IN (${codes.map(sqlText).join(', ')}) AND ${unnamed.name} <> ''
  LIMIT ${NAME_ROWS}
) AS named
GROUP BY 1`;
}

/** The same dollars by another column: who called, or which resource. */
export function secondAttributionSql(source: string, lines: LineExpressions, window: Window, value: string): string {
  const where = whereInWindow(lines.start, window);
  return `SELECT ${value} AS value, ${lines.pathTag} AS path_tag, CAST(SUM(${lines.cost}) AS double) AS cost
FROM ${source}${where}${where === '' ? '\n  WHERE ' : ' AND '}${lines.kind} = 'charge' AND COALESCE(${lines.currency}, 'USD') = 'USD' AND COALESCE(${value}, '') <> ''
GROUP BY 1, 2
ORDER BY 3 DESC
LIMIT ${SECOND_ATTRIBUTION_ROWS}`;
}

/** Enough for every role and resource of the paths; an account has thousands. */
const SECOND_ATTRIBUTION_ROWS = 50;

function whereInWindow(start: string | null, window: Window): string {
  if (start === null) return '';
  const [first, end] = boundsOf(window);
  return `\n  WHERE ${start} >= ${first} AND ${start} < ${end}`;
}

/** The first instant of the window and the first one after it, in SQL. */
function boundsOf({ from, until }: Window): readonly [first: string, end: string] {
  const midnight = (day: string) => `TIMESTAMP ${sqlText(`${day} 00:00:00`)}`;
  return [midnight(from), midnight(addDays(until, 1))];
}
