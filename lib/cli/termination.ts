import { readFileSync } from 'node:fs';
import { constants } from 'node:os';
import type { Writable } from 'node:stream';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const PARENT_CHECK_MS = 500;

/**
 * Calls `end`, which must be synchronous, however this process ends: by a signal, by exit, because the reader of `output` has left,
 * for which other tools end by SIGPIPE, or because the npm that started it was killed, which nothing tells. SIGKILL of this process itself is the watchdogs' to notice.
 * Returns how to stop that.
 */
export function onTermination(end: () => void, startedByNpm: boolean, output: Writable): () => void {
  const endBy = (signal: NodeJS.Signals): void => {
    end();
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
