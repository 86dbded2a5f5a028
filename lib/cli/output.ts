import type { Writable } from 'node:stream';
import type { Document } from '../report/document.ts';
import { FORMATS, render, type Format } from '../report/format.ts';
import type { Io } from './command.ts';

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

/** Writes a result, however large it is. */
export async function show(document: Document, format: Format, { stdout }: Pick<Io, 'stdout'>): Promise<void> {
  for (const text of render(document, format)) await write(stdout, text);
}

/** Waits where the reader is slower, so that a large answer is never whole in memory. A reader that has left is not waited for. */
async function write(stream: Writable, text: string): Promise<void> {
  if (stream.destroyed || stream.write(text)) return;
  await new Promise<void>((resolve) => {
    const events = ['drain', 'close', 'error'];
    const goOn = (): void => {
      for (const event of events) stream.off(event, goOn);
      resolve();
    };
    for (const event of events) stream.once(event, goOn);
  });
}

/** Where a command shows what it is doing: not among the result where a program reads that. */
export const progressStream = (format: Format, io: Io): Io['stdout'] => (format === FORMATS[0] ? io.stdout : io.stderr);
