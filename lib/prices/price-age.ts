import { DAY_MS } from '../units.ts';

/** A price older than this is a warning in every report. */
const FRESH_DAYS = 90;

/** Whether a price of `date` is too old on the day `today`, both `YYYY-MM-DD`. */
export function isStale(date: string, today: string): boolean {
  return Date.parse(date) < Date.parse(today) - FRESH_DAYS * DAY_MS;
}
