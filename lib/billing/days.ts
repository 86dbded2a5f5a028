import { UserError } from '../errors/user-error.ts';
import { groupBy } from '../sums.ts';
import { DAY_MS, HOUR_MS } from '../units.ts';

/** AWS adds charges to a day for up to this long; Marketplace-billed models settle last. */
const SETTLING_HOURS = 72;

export interface Window {
  /** First day, UTC, `YYYY-MM-DD`. */
  readonly from: string;
  /** Last day, UTC, counted in. */
  readonly until: string;
}

/** @throws UserError where a day is not a day of the calendar or the order is wrong */
export function parseWindow(from: string, until: string): Window {
  for (const [name, day] of [
    ['until', until],
    ['from', from],
  ] as const) {
    if (!isDay(day)) {
      throw new UserError(`'--${name}' must be a day such as 2026-08-01, got '${day}'`);
    }
  }
  if (from > until) {
    throw new UserError(`'--from' must not be after '--until' (the last day counted in), got ${from} and ${until}`);
  }
  return { from, until };
}

function isDay(text: string): boolean {
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text)) && dayOf(new Date(text)) === text;
}

export function dayOf(instant: Date): string {
  return instant.toISOString().slice(0, 10);
}

export function addDays(day: string, days: number): string {
  return dayOf(new Date(Date.parse(day) + days * DAY_MS));
}

export function daysOf({ from, until }: Window): string[] {
  const days: string[] = [];
  for (let day = from; day <= until; day = addDays(day, 1)) days.push(day);
  return days;
}

/** Days of a calendar month, `YYYY-MM`. */
export function daysInMonth(month: string): number {
  const [year = 0, number = 0] = month.split('-').map(Number);
  return new Date(Date.UTC(year, number, 0)).getUTCDate();
}

/** The calendar months of a window, a part of one by its days: 14 days of a February of 28 are half a month. */
export function calendarMonthsOf(window: Window): number {
  const months = groupBy(daysOf(window), (day) => day.slice(0, 7));
  return [...months].reduce((sum, [month, days]) => sum + days.length / daysInMonth(month), 0);
}

/** Whether a day ended so long ago that its charges no longer change until the month is closed. */
export function isSettled(day: string, now: Date): boolean {
  return Date.parse(day) + DAY_MS + SETTLING_HOURS * HOUR_MS <= now.getTime();
}
