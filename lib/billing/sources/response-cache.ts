import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

interface CachedResponse {
  readonly storedAt: Date;
  readonly response: unknown;
}

/** Answers that were paid for, on disk, so that the same question is not paid for twice. */
export interface ResponseCache {
  readonly get: (question: unknown) => Promise<CachedResponse | null>;
  readonly put: (question: unknown, response: unknown) => Promise<void>;
}

/** Only the user may read the folder: what an account spends is nobody else's business. */
export function diskCache(folder: string, now: () => Date): ResponseCache {
  const fileOf = (question: unknown) =>
    join(folder, `${createHash('sha256').update(JSON.stringify(question)).digest('hex')}.json`);
  return {
    get: async (question) => {
      let text: string;
      try {
        text = await readFile(fileOf(question), 'utf8');
      } catch {
        return null;
      }
      return parseEntry(text);
    },
    put: async (question, response) => {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const file = fileOf(question);
      const half = `${file}.${randomUUID()}`;
      await writeFile(half, JSON.stringify({ storedAt: now().toISOString(), response }), { mode: 0o600 });
      // whole or not at all: two commands may ask at once
      await rename(half, file);
    },
  };
}

function parseEntry(text: string): CachedResponse | null {
  try {
    const entry = JSON.parse(text) as { storedAt: string; response: unknown };
    const storedAt = new Date(entry.storedAt);
    return Number.isNaN(storedAt.getTime()) || entry.response === undefined
      ? null
      : { storedAt, response: entry.response };
  } catch {
    // a damaged entry is as good as none: it is asked again and written anew
    return null;
  }
}
