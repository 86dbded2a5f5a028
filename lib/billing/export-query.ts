import type { ExcludedKind } from './bill.ts';
import { addDays, type Window } from './days.ts';
import { sqlText } from './duckdb.ts';

/** SQL expressions over one export's own columns: what differs between CUR 2.0, FOCUS and their spellings of tags. */
export interface LineExpressions {
  /** Start of usage, a timestamp; null where the export has no dates. */
  readonly start: string | null;
  readonly service: string;
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

/** Sums of one day, kind, service, usage type and tag pair. */
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
  readonly cost: number;
  readonly quantity: number | null;
}

/**
 * The one aggregation behind every export, in SQL that DuckDB and Athena (Trino) read alike. A resource id is kept only where it is known and the tag is missing: grouping by
 * every id of an account would not fit in memory.
 */
export function aggregationSql(
  source: string,
  lines: LineExpressions,
  window: Window,
  knownResourceIds: readonly string[],
): string {
  const known = knownResourceIds.map(sqlText).join(', ');
  const resourceId =
    known === ''
      ? 'CAST(NULL AS varchar)'
      : `CASE WHEN ${lines.pathTag} IS NULL AND ${lines.resourceId} IN (${known}) THEN ${lines.resourceId} END`;
  return `SELECT CAST(day AS varchar) AS day, kind, service, usage_type, currency, path_tag, component_tag, resource_id, unit, cost, quantity
FROM (
  SELECT ${lines.start === null ? 'CAST(NULL AS date)' : `CAST(${lines.start} AS date)`} AS day,
    ${lines.kind} AS kind,
    ${lines.service} AS service,
    ${lines.usageType} AS usage_type,
    ${lines.currency} AS currency,
    ${lines.pathTag} AS path_tag,
    ${lines.componentTag} AS component_tag,
    ${resourceId} AS resource_id,
    MIN(${lines.unit}) AS unit,
    CAST(SUM(${lines.cost}) AS double) AS cost,
    SUM(${lines.quantity}) AS quantity
  FROM ${source}${whereInWindow(lines.start, window)}
  GROUP BY 1, 2, 3, 4, 5, 6, 7, 8
) AS aggregated`;
}

/** The same dollars by another column: who called, or which resource. */
export function secondAttributionSql(source: string, lines: LineExpressions, window: Window, value: string): string {
  const where = whereInWindow(lines.start, window);
  return `SELECT ${value} AS value, ${lines.pathTag} AS path_tag, CAST(SUM(${lines.cost}) AS double) AS cost
FROM ${source}${where}${where === '' ? '\n  WHERE ' : ' AND '}${lines.kind} = 'charge' AND ${lines.currency} = 'USD' AND COALESCE(${value}, '') <> ''
GROUP BY 1, 2
ORDER BY 3 DESC
LIMIT ${SECOND_ATTRIBUTION_ROWS}`;
}

/** Enough for every role and resource of the paths; an account has thousands. */
const SECOND_ATTRIBUTION_ROWS = 50;

function whereInWindow(start: string | null, { from, until }: Window): string {
  if (start === null) return '';
  const midnight = (day: string) => `TIMESTAMP ${sqlText(`${day} 00:00:00`)}`;
  return `\n  WHERE ${start} >= ${midnight(from)} AND ${start} < ${midnight(addDays(until, 1))}`;
}
