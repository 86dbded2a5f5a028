import { readFileSync } from 'node:fs';
import { constants } from 'node:os';
import type { Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const PARENT_CHECK_MS = 500;

/** Who stops a whole container signals its processes one after the other: this one may be the last. */
const SIGNAL_GRACE_MS = 500;

interface Watched {
  readonly startedByNpm: boolean;
  readonly output: Writable;
}

/**
 * Runs `work`, which hands over how to end at once what it made, so that this is done however the process ends.
 * A failure, thrown or told by `failed`, is returned only after the signals that came with it: libuv hands them out after
 * everything else that is ready, so the error that a signal caused is here before the signal is.
 */
export async function endedWithProcess<T>(
  { startedByNpm, output }: Watched,
  work: (onOpen: (endNow: () => void) => void) => Promise<T>,
  failed: (result: T) => boolean,
): Promise<T> {
  let release: () => void = () => undefined;
  try {
    const result = await work((endNow) => (release = onTermination(endNow, startedByNpm, output)));
    if (failed(result)) await signalsHeard();
    return result;
  } catch (error) {
    await signalsHeard();
    throw error;
  } finally {
    release();
  }
}

/** Lets the event loop hand out the signals that have come and those of the next moment. */
async function signalsHeard(): Promise<void> {
  await sleep(SIGNAL_GRACE_MS);
  // timers come before signals where the loop was late: this waits for the signals of the same turn
  await new Promise((heard) => setImmediate(heard));
}

/**
 * Calls `end`, which must be synchronous, however this process ends: by a signal, by exit, because the reader of `output` has left,
 * for which other tools end by SIGPIPE, or because the npm that started it was killed, which nothing tells. SIGKILL of this process itself is the watchdogs' to notice.
 * Returns how to stop that.
 */
function onTermination(end: () => void, startedByNpm: boolean, output: Writable): () => void {
  const endBy = (signal: NodeJS.Signals): void => {
    process.off('exit', end);
    try {
      end();
    } catch (error) {
      // the status still says that it was interrupted
      process.stderr.write(`fmpaths: interrupted, but not everything could be removed: ${String(error)}\n`);
    }
    process.exit(128 + constants.signals[signal]);
  };
  const unread = ({ code }: NodeJS.ErrnoException): void => {
    if (code === 'EPIPE') endBy('SIGPIPE');
    end();
    process.exit();
  };
  output.once('error', unread);
  const handlers = SIGNALS.map((signal) => {
    const handler = (): void => endBy(signal);
    // not once: npm hands on the Ctrl-C that the terminal has sent already, and the second must not end `end` halfway
    process.on(signal, handler);
    return () => process.off(signal, handler);
  });
  process.once('exit', end);
  const stopWatching = startedByNpm ? watchParent() : () => undefined;
  return () => {
    stopWatching();
    output.off('error', unread);
    process.off('exit', end);
    for (const remove of handlers) remove();
  };
}

/** Exits when the parent has ended: a process without one is handed to another, at last to process 1. */
function watchParent(): () => void {
  const parent = process.ppid;
  const orphan = (): void => process.exit(128 + constants.signals.SIGHUP);
  if (parent === 1 && !isNpm(parent)) orphan();
  const timer = setInterval(() => {
    if (process.ppid !== parent) orphan();
  }, PARENT_CHECK_MS);
  return () => clearInterval(timer);
}

/** In a container npm itself may be process 1. */
function isNpm(processId: number): boolean {
  try {
    return readFileSync(`/proc/${processId}/cmdline`, 'utf8').includes('npm');
  } catch {
    return false;
  }
}
