import { constants } from 'node:os';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const PARENT_CHECK_MS = 500;

/**
 * Calls `end`, which must be synchronous, however this process ends: by a signal, by exit, or because the npm that started it
 * was killed, which tells nobody. SIGKILL of this process itself is the watchdogs' to notice. Returns how to stop that.
 */
export function onTermination(end: () => void, startedByNpm: boolean): () => void {
  const handlers = SIGNALS.map((signal) => {
    const handler = (): void => {
      end();
      process.exit(128 + constants.signals[signal]);
    };
    process.once(signal, handler);
    return () => process.off(signal, handler);
  });
  process.once('exit', end);
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid !== parent) process.exit(128 + constants.signals.SIGHUP);
  }, PARENT_CHECK_MS);
  if (!startedByNpm) clearInterval(timer);
  return () => {
    clearInterval(timer);
    process.off('exit', end);
    for (const remove of handlers) remove();
  };
}
