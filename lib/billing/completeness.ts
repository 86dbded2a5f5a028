import type { Completeness } from './bill.ts';
import { daysOf, isSettled, type Window } from './days.ts';

export interface SeenDays {
  /** Days with any charge at all, of any service. */
  readonly charged: ReadonlySet<string>;
  readonly estimated: ReadonlySet<string>;
  /** Whether the source has days at all. */
  readonly dated: boolean;
}

export function completenessOf(window: Window, seen: SeenDays, now: Date): Completeness {
  const days = daysOf(window);
  const settled = days.filter((day) => isSettled(day, now));
  return {
    completeUntil: settled.at(-1) ?? null,
    settlingDays: days.filter((day) => !isSettled(day, now)),
    estimatedDays: days.filter((day) => seen.estimated.has(day)),
    emptyDays: seen.dated ? days.filter((day) => !seen.charged.has(day)) : [],
  };
}
