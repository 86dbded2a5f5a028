/** The time of everything that bills. It stands still until it is moved. */
export interface VirtualClock {
  readonly now: () => Date;
  /** @throws RangeError where it would go back */
  readonly advanceTo: (instant: Date) => void;
  readonly advanceBy: (milliseconds: number) => void;
}

export function virtualClock(start: Date): VirtualClock {
  let nowMs = start.getTime();
  if (Number.isNaN(nowMs)) throw new RangeError('a virtual clock needs a valid time to start at');
  const moveTo = (instantMs: number): void => {
    if (!(instantMs >= nowMs)) {
      throw new RangeError(`the virtual clock is at ${new Date(nowMs).toISOString()} and cannot go back or nowhere`);
    }
    nowMs = instantMs;
  };
  return {
    now: () => new Date(nowMs),
    advanceTo: (instant) => moveTo(instant.getTime()),
    advanceBy: (milliseconds) => moveTo(nowMs + milliseconds),
  };
}
