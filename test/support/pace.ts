import type { Pace } from '../../lambda/shared/retry.ts';

/** Time that passes only by sleeping, and chance that always takes the longest wait. */
export function virtualPace(): Pace & { readonly waits: number[] } {
  let nowMs = 1_000_000;
  const waits: number[] = [];
  return {
    waits,
    now: () => nowMs,
    sleep: (milliseconds) => {
      waits.push(milliseconds);
      nowMs += milliseconds;
      return Promise.resolve();
    },
    random: () => 1,
  };
}

/** An error as the SDK throws it. */
export function sdkError(name: string, httpStatusCode: number, message = `${name} of the test`): Error {
  return Object.assign(new Error(message), { name, $metadata: { httpStatusCode } });
}
