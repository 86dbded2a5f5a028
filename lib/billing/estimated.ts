import type { ComparisonGroups } from '../meters/comparison-groups.ts';
import type { CostComponent } from '../meters/cost-component.ts';
import { isBedrock } from '../meters/services.ts';
import type { PathId } from '../paths.ts';
import { groupBy, sumUsd } from '../sums.ts';
import type { BilledRow } from './bill.ts';
import { calendarMonthsOf, daysOf, type Window } from './days.ts';

/** A line of an estimate, a month (or in all, where it is one-time). */
export interface EstimatedLine {
  readonly component: CostComponent;
  readonly kind: 'one-time' | 'fixed' | 'usage';
  readonly name: string;
  readonly quantity: number | null;
  readonly unit: string;
  /** Null is unknown. */
  readonly usd: number | null;
  readonly priceId: string;
  /** What the price book says AWS bills it as; null where nobody has seen it. */
  readonly usageType: string | null;
}

export interface Estimated {
  readonly requestsPerMonth: number;
  /** Hours in the month that the lines are for. */
  readonly hoursPerMonth: number;
  readonly paths: readonly EstimatedPath[];
}

interface EstimatedPath {
  readonly path: PathId;
  readonly lines: readonly EstimatedLine[];
  /** Fields of the workload without which lines of this path are missing: the whole path is then unknown. @default none */
  readonly missing?: readonly string[];
}

/** An estimate of a path that no other column rests on: a month as it was estimated, not scaled to the days of a window. */
export interface EstimatedBefore {
  readonly path: PathId;
  /** Monthly ones. */
  readonly lines: readonly EstimatedLine[];
  /** Components of which a line is missing for want of a field: they are unknown. */
  readonly incomplete: readonly CostComponent[];
}

/**
 * How many of the estimate's months a window is. AWS bills what is counted in hours by the hour, so that a day of it is
 * 24 of the estimate's hours; a stored thing, an alarm or the requests of a month are one calendar month in February as in
 * October, and a part of one by its days.
 */
export interface Months {
  readonly byHours: number;
  readonly byCalendar: number;
}

export function monthsOf(window: Window, hoursPerMonth: number): Months {
  return { byHours: (daysOf(window).length * 24) / hoursPerMonth, byCalendar: calendarMonthsOf(window) };
}

/** The line of as many months; what is paid once is the same in any. */
export function scaled(line: EstimatedLine, { byHours, byCalendar }: Months): EstimatedLine {
  if (line.kind === 'one-time') return line;
  const months = line.unit.endsWith('-hour') ? byHours : byCalendar;
  const times = (value: number | null) => (value === null ? null : value * months);
  return { ...line, usd: times(line.usd), quantity: times(line.quantity) };
}

/**
 * The one-time lines that did not fall due in the days of these rows: their meter was not billed, or, where it also bills
 * every month (the embedding of queries and of changed documents), by no more than that and less than half of what is paid once.
 */
export function notDue(
  lines: readonly EstimatedLine[],
  rows: readonly BilledRow[],
  groups: ComparisonGroups,
): EstimatedLine[] {
  const billed = groupBy(rows, groups.ofRow);
  return [...groupBy(lines, groups.ofLine)].flatMap(([group, members]) => {
    const once = members.filter(({ kind }) => kind === 'one-time');
    const monthly = members.filter(({ kind }) => kind !== 'one-time');
    const charges = billed.get(group);
    if (charges === undefined) return once;
    if (monthly.length === 0) return [];
    const usdOf = (items: readonly { readonly usd: number | null }[]) => sumUsd(items.map(({ usd }) => usd ?? 0));
    return usdOf(charges) > usdOf(monthly) + usdOf(once) / 2 ? [] : once;
  });
}

/**
 * The lines under the component that the bill has their meter under. An estimate says what tokens and model units are for: a
 * teacher's are training, a judge's operations, a parser's data. Bedrock bills them like those of any answer, without a tag.
 */
export function asBilled(
  lines: readonly EstimatedLine[],
  rows: readonly BilledRow[],
  groups: ComparisonGroups,
): readonly EstimatedLine[] {
  const ofBedrock = groupBy(
    rows.filter(({ service }) => isBedrock(service)),
    groups.ofRow,
  );
  const components = new Map(
    [...ofBedrock].map(([group, charges]) => [group, charges.map(({ component }) => component)]),
  );
  return lines.map((line) => {
    const billed = components.get(groups.ofLine(line)) ?? [];
    const component = billed.includes(line.component) ? null : billed.find((each) => each !== null);
    return component == null ? line : { ...line, component };
  });
}
