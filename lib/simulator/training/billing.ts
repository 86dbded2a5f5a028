import { DAY_MS, HOUR_MS } from '../../units.ts';
import type { RecordedUsage } from '../meter.ts';
import type { MeteredUsage } from '../usage.ts';

type Billed = Omit<MeteredUsage, 'quantity'>;

/** What is billed by the month from one instant to another: each day its share of its calendar month. */
export function monthShares(billed: Billed, perMonth: number, from: Date, until: Date): RecordedUsage[] {
  const usage: RecordedUsage[] = [];
  for (let start = from.getTime(); start < until.getTime();) {
    const midnight = (Math.floor(start / DAY_MS) + 1) * DAY_MS;
    const end = Math.min(midnight, until.getTime());
    const at = new Date(start);
    usage.push({ ...billed, at, quantity: (perMonth * (end - start)) / monthMs(at) });
    start = end;
  }
  return usage;
}

/** What is billed by the hour from one instant to another: an hour that has begun counts whole. */
export function startedHours(billed: Billed, perHour: number, from: Date, until: Date): RecordedUsage[] {
  const usage: RecordedUsage[] = [];
  for (let start = from.getTime(); start < until.getTime(); start += HOUR_MS) {
    usage.push({ ...billed, at: new Date(start), quantity: perHour });
  }
  return usage;
}

export const hoursBetween = (from: Date, until: Date): number =>
  Math.max(0, until.getTime() - from.getTime()) / HOUR_MS;

/** Days of the calendar month that the instant is in. */
export const daysOfMonth = (at: Date): number => monthMs(at) / DAY_MS;

function monthMs(at: Date): number {
  const start = Date.UTC(at.getUTCFullYear(), at.getUTCMonth(), 1);
  return Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + 1, 1) - start;
}
