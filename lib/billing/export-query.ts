import type { EXCLUDED_KINDS } from './bill.ts';
import { addDays, type Window } from './days.ts';

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

/** Sums of one day, kind, service, usage type and tag pair: the columns of the aggregation, in order. */
export interface AggregatedLine {
  readonly day: string | null;
  readonly kind: 'charge' | (typeof EXCLUDED_KINDS)[number];
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

/** What differs between DuckDB and Athena (Trino). */
export interface Dialect {
  readonly text: (value: string) => string;
  readonly sum: (expression: string) => string;
}

export const DUCKDB: Dialect = {
  text: (value) => `'${value.replaceAll("'", "''")}'`,
  sum: (expression) => `CAST(SUM(${expression}) AS double)`,
};

/**
 * The one aggregation behind every export. A resource id is kept only where it is known and the tag is missing: grouping by
 * every id of an account would not fit in memory.
 */
export function aggregationSql(
  source: string,
  lines: LineExpressions,
  window: Window,
  knownResourceIds: readonly string[],
  dialect: Dialect,
): string {
  const known = knownResourceIds.map((id) => dialect.text(id)).join(', ');
  const resourceId =
    knownResourceIds.length === 0
      ? 'CAST(NULL AS varchar)'
      : `CASE WHEN COALESCE(path_tag, '') = '' AND resource_id IN (${known}) THEN resource_id END`;
  const inWindow =
    lines.start === null
      ? ''
      : `\n  WHERE ${lines.start} >= TIMESTAMP ${dialect.text(`${window.from} 00:00:00`)} AND ${lines.start} < TIMESTAMP ${dialect.text(`${addDays(window.until, 1)} 00:00:00`)}`;
  return `SELECT day, kind, service, usage_type, currency, path_tag, component_tag, ${resourceId} AS resource_id,
  MIN(unit) AS unit, ${dialect.sum('cost')} AS cost, ${dialect.sum('quantity')} AS quantity
FROM (
  SELECT ${lines.start === null ? 'CAST(NULL AS varchar)' : `CAST(CAST(${lines.start} AS date) AS varchar)`} AS day,
    ${lines.kind} AS kind, ${lines.service} AS service, ${lines.usageType} AS usage_type, ${lines.currency} AS currency,
    ${lines.pathTag} AS path_tag, ${lines.componentTag} AS component_tag, ${lines.resourceId} AS resource_id,
    ${lines.unit} AS unit, ${lines.cost} AS cost, ${lines.quantity} AS quantity
  FROM ${source}${inWindow}
) AS lines
GROUP BY 1, 2, 3, 4, 5, 6, 7, 8`;
}
