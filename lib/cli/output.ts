import type { Writable } from 'node:stream';

/**
 * Lets a command go on to its end when its reader leaves, as `head` does: a removal or a training run must not stay half done.
 * Its exit status is then that of what it did. Calls `fail` for any other error of writing, such as a full disk.
 */
export function outliveReaders(streams: readonly Writable[], fail: (error: Error) => void): void {
  for (const stream of streams) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') fail(error);
    });
  }
}
