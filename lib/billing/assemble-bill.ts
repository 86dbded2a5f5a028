import { PATHS } from '../paths.ts';
import { groupBy } from '../sums.ts';
import { sumAmounts, toNumber, type Amount } from './amount.ts';
import type { Charge, DeployedPath, attributor } from './attribution.ts';
import {
  EXCLUDED_KINDS,
  type Bill,
  type BilledRow,
  type BillReading,
  type NotRead,
  type OutsideItem,
  type OutsideReason,
  type SecondAttribution,
  type TagSpelling,
} from './bill.ts';
import { completenessOf } from './completeness.ts';
import type { Window } from './days.ts';
import { note, type Note } from './notes.ts';
import type { AggregatedLine, OutsideLine } from './sources/export-query.ts';

/** Money that was read and that no line holds. */
export interface OutsideAmount {
  readonly reason: OutsideReason;
  readonly currency: string;
  /** Null is unknown. */
  readonly cost: Amount | null;
  readonly rows: number | null;
  readonly files: string | null;
  readonly keptInstead: string | null;
}

/** What a source knows about its bill besides the lines. */
export interface BillHead {
  readonly source: Bill['source'];
  readonly simulated: boolean;
  readonly window: Window;
  readonly metric: Bill['metric'];
  readonly deployed: readonly DeployedPath[] | 'tagged';
  readonly now: Date;
  readonly tagSpellings: readonly TagSpelling[];
  /** Whether the lines have days. */
  readonly dated: boolean;
  readonly secondAttributions: readonly SecondAttribution[];
  readonly estimatedDays: ReadonlySet<string>;
  readonly queryUsd: number | null;
  readonly notes: readonly Note[];
  readonly read: {
    readonly files: number | null;
    readonly pages: number | null;
    /** All that the counted files hold, where it was asked apart from the lines: the lines must add up to it. */
    readonly gross: { readonly usd: Amount; readonly rows: number } | null;
    /** Lines of the files outside the window. */
    readonly outside: readonly OutsideLine[];
    /** Files that are left out as a whole, and what else is in no line. */
    readonly leftOut: readonly OutsideAmount[];
    readonly notRead: readonly NotRead[];
  };
}

/** Makes the one result shape out of the sums of any source. */
export function assembleBill(lines: readonly AggregatedLine[], head: BillHead, attribution: typeof attributor): Bill {
  const charges: AggregatedLine[] = [];
  const others: AggregatedLine[] = [];
  for (const line of lines) (line.kind === 'charge' && line.currency === 'USD' ? charges : others).push(line);
  const deployed = head.deployed === 'tagged' ? taggedPaths(charges) : head.deployed;
  const toRow = attribution(deployed);
  const carries = (tag: 'pathTag' | 'componentTag') =>
    lines.some((line) => line.kind === 'charge' && line[tag] !== null);
  const tagged = carries('pathTag');
  const foreign = others.filter(({ currency, kind }) => currency !== 'USD' && kind === 'charge');
  return {
    source: head.source,
    simulated: head.simulated,
    from: head.window.from,
    until: head.window.until,
    currency: 'USD',
    metric: head.metric,
    deployed: { paths: deployed.map(({ path }) => path), saidBy: head.deployed === 'tagged' ? 'tags' : 'caller' },
    rows: charges.map((line) => toRow(chargeOf(line))).sort(inOrder),
    read: readingOf(charges, others, head.read),
    excluded: EXCLUDED_KINDS.map((kind) => ({
      kind,
      usd: toNumber(costOf(others.filter((line) => line.kind === kind && line.currency === 'USD'))),
    })),
    otherCurrencies: [...groupBy(foreign, ({ currency }) => currency)]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([currency, ofCurrency]) => ({ currency, amount: toNumber(costOf(ofCurrency)) })),
    completeness: completenessOf(
      head.window,
      {
        charged: new Set(charges.flatMap(({ day }) => (day === null ? [] : [day]))),
        estimated: head.estimatedDays,
        dated: head.dated,
      },
      head.now,
    ),
    // a spelling counts as found only where a charge carries it
    tagSpellings: head.tagSpellings.filter(({ role }) => carries(`${role}Tag`)),
    secondAttributions: head.secondAttributions,
    queryUsd: head.queryUsd,
    notes: [...head.notes, ...(head.dated ? [] : [note('undated-export')]), ...(tagged ? [] : [note('no-tag')])],
  };
}

interface Summed {
  readonly cost: Amount;
  readonly rows: number;
}

function* costs(items: Iterable<Summed>): Generator<Amount> {
  for (const { cost } of items) yield cost;
}

const costOf = (items: Iterable<Summed>): Amount => sumAmounts(costs(items));

function rowsOf(items: Iterable<{ readonly rows: number | null }>): number {
  let rows = 0;
  for (const item of items) rows += item.rows ?? 0;
  return rows;
}

const byReason = (one: OutsideAmount, other: OutsideAmount): number =>
  `${one.reason} ${one.currency}` < `${other.reason} ${other.currency}` ? -1 : 1;

/** @throws Error where what is shown and what is left out are not all that the files hold */
function readingOf(
  charges: readonly AggregatedLine[],
  others: readonly AggregatedLine[],
  { files, pages, gross, outside, leftOut, notRead }: BillHead['read'],
): BillReading {
  let withoutCost = 0;
  for (const { rowsWithoutCost } of charges) withoutCost += rowsWithoutCost;
  const ofKind = [
    ...groupBy(others, ({ kind, currency }) => (currency === 'USD' ? kind : `other-currency ${currency}`)),
  ].map(([key, lines]): OutsideAmount => {
    const [reason = '', currency = 'USD'] = key.split(' ');
    return { ...LINES, reason: reason as OutsideReason, currency, cost: costOf(lines), rows: rowsOf(lines) };
  });
  const ofTime = outside.map(({ why, currency, cost, rows }) => ({ ...LINES, reason: why, currency, cost, rows }));
  const ofLines: OutsideAmount[] = [
    // DuckDB and Athena give groups in any order, and one bill is to be shown in one way
    ...ofTime.sort(byReason),
    ...ofKind.sort(byReason),
    ...(withoutCost === 0
      ? []
      : [{ ...LINES, reason: 'no-cost' as const, currency: 'USD', cost: null, rows: withoutCost }]),
  ];
  const inTable = costOf(charges);
  const rowsInTable = rowsOf(charges) - withoutCost;
  const counted = { usd: inTable + usdOf(ofLines), rows: rowsInTable + rowsOf(ofLines) };
  if (gross !== null && (gross.usd !== counted.usd || gross.rows !== counted.rows)) {
    throw new Error(
      `the files hold ${gross.rows} rows and $${toNumber(gross.usd)}, the bill accounts for ${counted.rows} and $${toNumber(counted.usd)}: did a file change while it was read?`,
    );
  }
  const items = [...ofLines, ...leftOut];
  return {
    files,
    pages,
    rows: rowsInTable + rowsOf(items),
    grossUsd: toNumber(inTable + usdOf(items)),
    rowsInTable,
    inTableUsd: toNumber(inTable),
    outsideUsd: toNumber(usdOf(items)),
    outside: items.map(({ cost, ...item }): OutsideItem => ({
      reason: item.reason,
      rows: item.rows,
      currency: item.currency,
      amount: cost === null ? null : toNumber(cost),
      files: item.files,
      keptInstead: item.keptInstead,
    })),
    notRead,
  };
}

const usdOf = (items: readonly OutsideAmount[]): Amount =>
  sumAmounts(items.map(({ currency, cost }) => (currency === 'USD' ? (cost ?? 0n) : 0n)));

const LINES = { files: null, keptInstead: null } as const;

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
    usd: toNumber(line.cost),
    quantity: line.quantity,
    unit: line.unit,
  };
}

const ORDER: ReadonlyMap<string | null, number> = new Map([...PATHS, null].map((path, index) => [path, index]));

const FIELDS = ['component', 'day', 'service', 'usageType', 'attribution', 'foreignTagValue', 'unit'] as const;

/** One order for every source, so that two readings of one bill are equal as text. */
function inOrder(a: BilledRow, b: BilledRow): number {
  const paths = (ORDER.get(a.path) ?? 0) - (ORDER.get(b.path) ?? 0);
  if (paths !== 0) return paths;
  for (const field of FIELDS) {
    const [first, second] = [a[field] ?? '', b[field] ?? ''];
    if (first !== second) return first < second ? -1 : 1;
  }
  return 0;
}
