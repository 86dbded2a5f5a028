import { queryRows, sqlName, type Duck } from '../duckdb.ts';
import { groupBy } from '../sums.ts';
import type { SharedLines } from './overlap.ts';
import { columnsOf, sourceSql, type Columns, type ExportFormat, type SourceFile } from './sources/export-source.ts';

/** Columns that tell the lines of an export apart. */
export interface LineColumns {
  readonly start: string;
  readonly cost: string;
  readonly usageType: string;
  /** Names the resource that a line is of. */
  readonly resourceId: string;
  /** The account that a line is of. */
  readonly account: string;
  /** AWS's number of a line, unique in one month of one report and another in the next report; null where there is none. */
  readonly lineId: string | null;
  readonly tagColumns: readonly string[];
  /** Columns that say nothing about money and that a later delivery of the same line fills in. */
  readonly filledLater: RegExp;
  /** Columns that a later delivery of the same line may fill in or restate. */
  readonly restated: RegExp;
}

export interface MeasuredLines {
  /** Rows of each delivery, in the order in which they were given. */
  readonly rows: readonly number[];
  /** The lines that two of them share, by their places in the list; undefined where they share none. */
  readonly shared: (first: number, second: number) => SharedLines | undefined;
}

/**
 * Finds the lines that several deliveries have, over all rows. Three steps: only rows of a time of which several deliveries have
 * rows are looked at, months of an export therefore not at all; hashes of time, amount and usage type show which of them can
 * occur twice; and only those are compared in every column. Values are compared, not their spelling: `1.0` is `1`, a time is
 * its instant, tags have no order.
 *
 * A line is 64 bits of hash here. Two different lines of ten million are taken for one with a chance of about 1 in 400,000, and
 * would make the command ask rather than leave anything out.
 */
export async function measureSharedLines(
  duck: Duck,
  format: ExportFormat,
  deliveries: readonly (readonly SourceFile[])[],
  line: LineColumns,
): Promise<MeasuredLines> {
  const sources: Source[] = [];
  for (const files of deliveries) {
    sources.push({ sql: sourceSql(format, files), columns: await columnsOf(duck, format, files) });
  }
  const screen = [line.start, line.cost, line.usageType].filter((name) =>
    sources.every(({ columns }) => columns.has(name)),
  );
  const spans: Span[] = [];
  for (const { sql, columns } of sources) spans.push(await spanOf(duck, sql, instantSql(columns, line)));
  const rows = spans.map(({ rows: count }) => count);
  const filters = screen.includes(line.start) ? sharedTimes(spans) : spans.map((): TimeFilter => 'all');
  const screened = ({ sql, columns }: Source, index: number, more = ''): string =>
    `SELECT ${index} AS delivery, ${hashSql(screen, columns, line)} AS screened${more} FROM ${sql}${whereSql(filters[index], instantSql(columns, line))}`;
  const screens = sources.flatMap((source, index) => (filters[index] === 'none' ? [] : [screened(source, index)]));
  if (screens.length < 2) return { rows, shared: () => undefined };
  await duck.run(
    `CREATE OR REPLACE TEMP TABLE screen AS SELECT delivery, screened, COUNT(*) AS lines FROM (${screens.join('\nUNION ALL\n')}) GROUP BY ALL`,
  );
  await duck.run(
    'CREATE OR REPLACE TEMP TABLE repeated AS SELECT screened FROM screen GROUP BY screened HAVING COUNT(*) > 1',
  );
  const involved = (
    await queryRows(duck, 'SELECT DISTINCT delivery FROM screen WHERE screened IN (SELECT screened FROM repeated)')
  ).map(({ delivery }) => Number(delivery));
  await duck.run('DROP TABLE screen');
  const pairs = new Map<number, Mutable<SharedLines>>();
  const pairOf = ({ first, second }: SharedGroup): Mutable<SharedLines> => {
    const key = first * sources.length + second;
    const known = pairs.get(key) ?? {
      rows: 0,
      wholeRows: 0,
      ownRows: 0,
      numberedRows: 0,
      usd: 0,
      atStakeUsd: 0,
      comparable: isComparable(sources[first]?.columns, sources[second]?.columns, line),
    };
    pairs.set(key, known);
    return known;
  };
  // files with other columns than these must not blur what tells these apart: each two kinds are compared in what both have
  const kinds = [
    ...groupBy(involved, (index) =>
      commonNames([sources[index]?.columns ?? new Map<string, string>()]).join(),
    ).values(),
  ];
  for (const [index, kind] of kinds.entries()) {
    for (const other of kinds.slice(index)) await compareKinds(kind, other);
  }
  await duck.run('DROP TABLE repeated');
  return {
    rows,
    shared: (first, second) => pairs.get(Math.min(first, second) * sources.length + Math.max(first, second)),
  };

  async function compareKinds(kind: readonly number[], other: readonly number[]): Promise<void> {
    const members = [...new Set([...kind, ...other])];
    if (members.length < 2) return;
    const names = commonNames(members.map((index) => sources[index]?.columns ?? new Map<string, string>()));
    const whole = names.filter((name) => name !== line.lineId?.toLowerCase() && !line.filledLater.test(name));
    const money = whole.filter((name) => !line.restated.test(name));
    const full = (index: number): string => {
      const source = sources[index];
      if (source === undefined) return '';
      const { columns } = source;
      const has = (name: string | null): name is string => name !== null && names.includes(name.toLowerCase());
      // a foundation model has the same ARN in every account
      const isOwn = has(line.account)
        ? `COALESCE(${sqlName(line.resourceId)}, '') <> ''`
        : `COALESCE(${sqlName(line.resourceId)}, '') <> '' AND NOT regexp_matches(${sqlName(line.resourceId)}, '^arn:[^:]*:[^:]*:[^:]*::')`;
      return screened(
        source,
        index,
        `, ${hashSql(money, columns, line)} AS money, ${hashSql(whole, columns, line)} AS whole,
        ${has(line.lineId) ? `NULLIF(${valueSql(line.lineId, columns, line)}, '')` : 'NULL'} AS line_id,
        COALESCE(TRY_CAST(${sqlName(line.cost)} AS double), 0) AS usd,
        ${has(line.resourceId) ? isOwn : 'false'} AS is_own`,
      );
    };
    await duck.run(`CREATE OR REPLACE TEMP TABLE shared_lines AS
      SELECT delivery, money, whole, CASE WHEN line_id IS NOT NULL THEN hash(whole, line_id) END AS numbered, ANY_VALUE(usd) AS usd,
        BOOL_AND(is_own) AS is_own, BOOL_OR(line_id IS NOT NULL) AS has_number, COUNT(*) AS lines
      FROM (${members.map(full).join('\nUNION ALL\n')}) WHERE screened IN (SELECT screened FROM repeated) GROUP BY 1, 2, 3, 4`);
    const sharedInBoth = async (key: 'money' | 'whole' | 'numbered'): Promise<SharedGroup[]> =>
      (await sharedBy(duck, key)).filter(
        ({ first, second }) =>
          (kind.includes(first) && other.includes(second)) || (other.includes(first) && kind.includes(second)),
      );
    for (const each of await sharedInBoth('money')) {
      const pair = pairOf(each);
      pair.rows += each.rows;
      pair.usd += each.usd;
      pair.atStakeUsd += each.atStakeUsd;
      // equal lines with other numbers are those of another report, or other lines
      pair.comparable &&= !each.hasNumber;
    }
    for (const each of await sharedInBoth('whole')) {
      const pair = pairOf(each);
      pair.wholeRows += each.rows;
      if (each.isOwn) pair.ownRows += each.rows;
    }
    for (const each of await sharedInBoth('numbered')) pairOf(each).numberedRows += each.rows;
    await duck.run('DROP TABLE shared_lines');
  }
}

/** When the lines of a delivery begin. */
export interface Span {
  readonly rows: number;
  /** Some lines say no time that can be read. */
  readonly undated: boolean;
  /** Microseconds since 1970 of the first and the last; null where no line says when. */
  readonly times: readonly [first: bigint, last: bigint] | null;
}

/** Lines of a delivery that another can have as well: of the times between two, with those of no time or without them. */
export type TimeFilter =
  'all' | 'none' | { readonly between: readonly [first: bigint, last: bigint] | null; readonly undated: boolean };

/** For each delivery the lines that lie where another has lines too. */
export function sharedTimes(spans: readonly Span[]): TimeFilter[] {
  const undatedTwice = spans.filter(({ undated }) => undated).length > 1;
  return spans.map((span) => {
    const common = spans.flatMap(({ times }, index) => {
      if (spans[index] === span || times === null || span.times === null) return [];
      const first = times[0] > span.times[0] ? times[0] : span.times[0];
      const last = times[1] < span.times[1] ? times[1] : span.times[1];
      return first <= last ? [[first, last] as const] : [];
    });
    const undated = span.undated && undatedTwice;
    const between = common.reduce<readonly [bigint, bigint] | null>(
      (hull, [first, last]) =>
        hull === null ? [first, last] : [first < hull[0] ? first : hull[0], last > hull[1] ? last : hull[1]],
      null,
    );
    return between === null && !undated ? 'none' : { between, undated };
  });
}

async function spanOf(duck: Duck, source: string, instant: string | null): Promise<Span> {
  const start = instant ?? 'CAST(NULL AS bigint)';
  const [row] = await queryRows(
    duck,
    `SELECT COUNT(*) AS lines, COUNT(start) AS dated, MIN(start) AS first, MAX(start) AS last FROM (SELECT ${start} AS start FROM ${source})`,
  );
  const rows = Number(row?.['lines'] ?? 0);
  const [first, last] = [row?.['first'], row?.['last']];
  return {
    rows,
    undated: Number(row?.['dated'] ?? 0) < rows,
    times: typeof first === 'bigint' && typeof last === 'bigint' ? [first, last] : null,
  };
}

/** Microseconds since 1970 at which a line begins, null where no number says it; null where there is no such column. */
function instantSql(columns: Columns, { start }: LineColumns): string | null {
  const type = columns.get(start);
  if (type === undefined) return null;
  // a cast of every line takes longer than to read it
  const instant = type.startsWith('TIMESTAMP') ? sqlName(start) : `TRY_CAST(${sqlName(start)} AS timestamptz)`;
  return `epoch_us(${instant})`;
}

function whereSql(filter: TimeFilter | undefined, instant: string | null): string {
  if (filter === undefined || filter === 'all' || filter === 'none' || instant === null) return '';
  const { between, undated } = filter;
  const dated = between === null ? 'false' : `${instant} BETWEEN ${between[0]} AND ${between[1]}`;
  return ` WHERE ${dated}${undated ? ` OR ${instant} IS NULL` : ''}`;
}

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

interface Source {
  readonly sql: string;
  readonly columns: Columns;
}

interface SharedGroup {
  readonly first: number;
  readonly second: number;
  readonly rows: number;
  readonly usd: number;
  readonly atStakeUsd: number;
  readonly isOwn: boolean;
  readonly hasNumber: boolean;
}

/** One row for every set of deliveries that have the same lines equally often: few, however many lines there are. */
async function sharedBy(duck: Duck, key: 'money' | 'whole' | 'numbered'): Promise<SharedGroup[]> {
  const flags = 'BOOL_AND(is_own) AS is_own, BOOL_OR(has_number) AS has_number';
  const sets = await queryRows(
    duck,
    `SELECT deliveries, COUNT(*) AS keys, SUM(usd) AS usd, SUM(ABS(usd)) AS at_stake, ${flags} FROM (
      SELECT STRING_AGG(delivery || ':' || lines, ',' ORDER BY delivery) AS deliveries, ANY_VALUE(usd) AS usd, ${flags}
      FROM (
        SELECT ${key}, delivery, SUM(lines) AS lines, ANY_VALUE(usd) AS usd, ${flags}
        FROM shared_lines WHERE ${key} IS NOT NULL GROUP BY 1, 2
      )
      GROUP BY ${key} HAVING COUNT(*) > 1
    ) GROUP BY deliveries`,
  );
  return sets.flatMap((set): SharedGroup[] => {
    const members = String(set['deliveries'])
      .split(',')
      .map((text) => text.split(':').map(Number) as [delivery: number, lines: number]);
    return members.flatMap(([first, ofFirst], index) =>
      members.slice(index + 1).map(([second, ofSecond]) => {
        const times = Math.min(ofFirst, ofSecond);
        return {
          first,
          second,
          rows: Number(set['keys']) * times,
          usd: Number(set['usd']) * times,
          atStakeUsd: Number(set['at_stake']) * times,
          isOwn: set['is_own'] === true,
          hasNumber: set['has_number'] === true,
        };
      }),
    );
  });
}

const lowerNames = (columns: Columns): string[] => [...columns.keys()].map((name) => name.toLowerCase());

function commonNames(all: readonly Columns[]): string[] {
  const [first, ...others] = all;
  return first === undefined
    ? []
    : lowerNames(first)
        .filter((name) => others.every((columns) => columns.has(name)))
        .sort();
}

/** True if lines say when they were used, and nothing that tells money apart hides in a column that only one of both has. */
function isComparable(first: Columns | undefined, second: Columns | undefined, line: LineColumns): boolean {
  if (first === undefined || second === undefined) return false;
  if (!first.has(line.start) || !second.has(line.start)) return false;
  const telling = (columns: Columns) => lowerNames(columns).filter((name) => !line.restated.test(name));
  return telling(first).every((name) => second.has(name)) && telling(second).every((name) => first.has(name));
}

function hashSql(names: readonly string[], columns: Columns, line: LineColumns): string {
  return `hash([${names.map((name) => valueSql(name, columns, line)).join(', ')}])`;
}

const TIME = /date$|time$|start$|end$|^start|^end/i;
const FIGURE = /(?:^|_)(?:cost|amount|rate|quantity|price|factor|fee|discount)$|(?:Cost|Quantity|UnitPrice)$/;

/** A user's words, of which `0010` and `10` are two. */
const WORDS = /tag|categor|^product/i;

/** A column's value as text that is the same for the same value, however it is written. */
function valueSql(name: string, columns: Columns, line: LineColumns): string {
  const column = sqlName(name);
  const type = columns.get(name) ?? 'VARCHAR';
  const isTags = line.tagColumns.some((each) => each.toLowerCase() === name.toLowerCase());
  const asText = (value: string) => `COALESCE(CAST(${value} AS varchar), '')`;
  if (type.startsWith('MAP')) return asText(`list_sort(map_entries(${column}))`);
  if (isTags || type.startsWith('STRUCT') || type === 'JSON') {
    const json = type === 'VARCHAR' ? `TRY_CAST(${column} AS json)` : `to_json(${column})`;
    const sorted = `TRY(list_sort(map_entries(CAST(${json} AS map(varchar, varchar)))))`;
    return `COALESCE(CAST(${sorted} AS varchar), CAST(${column} AS varchar), '')`;
  }
  if (/^(?:TIMESTAMP|DATE)/.test(type)) return asText(`epoch_us(CAST(${column} AS timestamptz))`);
  if (type !== 'VARCHAR') return asText(/INT|DOUBLE|FLOAT|DECIMAL/.test(type) ? `CAST(${column} AS double)` : column);
  if (WORDS.test(name)) return `COALESCE(${column}, '')`;
  if (TIME.test(name)) return `COALESCE(CAST(epoch_us(TRY_CAST(${column} AS timestamptz)) AS varchar), ${column}, '')`;
  if (FIGURE.test(name)) return `COALESCE(CAST(TRY_CAST(${column} AS double) AS varchar), ${column}, '')`;
  return `COALESCE(${column}, '')`;
}
