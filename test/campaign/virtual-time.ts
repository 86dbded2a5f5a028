import { setImmediate } from 'node:timers/promises';
import type { VirtualClock } from '../../lib/simulator/index.ts';

/** What waits, in the order in which it goes on. */
export interface VirtualTime {
  readonly now: () => Date;
  readonly sleep: (milliseconds: number) => Promise<void>;
  /** Does what is due until `done` says so, jumping over the time in between. @throws Error where nothing is left to do */
  readonly runUntil: (done: () => boolean) => Promise<void>;
  /** Does what is due until so much time has passed. */
  readonly pass: (milliseconds: number) => Promise<void>;
}

interface Timer {
  readonly atMs: number;
  readonly resolve: () => void;
}

/** Moves the clock from one timer to the next as soon as everything that runs is waiting. */
export function virtualTime(clock: VirtualClock): VirtualTime {
  const timers: Timer[] = [];
  const sleep = (milliseconds: number): Promise<void> =>
    new Promise((resolve) => {
      const atMs = clock.now().getTime() + Math.max(0, milliseconds);
      const index = timers.findIndex((timer) => timer.atMs > atMs);
      timers.splice(index === -1 ? timers.length : index, 0, { atMs, resolve });
    });
  // nothing here waits for anything outside: once the queue of promises is empty, everything sleeps
  const settled = (): Promise<void> => setImmediate();
  const step = (): boolean => {
    const next = timers.shift();
    if (next === undefined) return false;
    clock.advanceTo(new Date(Math.max(next.atMs, clock.now().getTime())));
    next.resolve();
    return true;
  };
  return {
    now: clock.now,
    sleep,
    runUntil: async (done) => {
      await settled();
      while (!done()) {
        if (!step()) throw new Error('everything waits for something that never comes');
        await settled();
      }
    },
    pass: async (milliseconds) => {
      const untilMs = clock.now().getTime() + milliseconds;
      await settled();
      while ((timers[0]?.atMs ?? Infinity) <= untilMs) {
        step();
        await settled();
      }
      clock.advanceTo(new Date(untilMs));
    },
  };
}
