import type { DuckDBConnection } from '@duckdb/node-api';
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeOwnedFolder, removeAbandonedFolders, removeFolder } from './owned-folder.ts';

export type Duck = DuckDBConnection;

/** Aggregation of any export stays below this; what does not fit goes to a temporary folder on disk. */
const MEMORY_LIMIT = '512MB';

const FOLDER = 'fmpaths-duckdb-';

/** Removes what commands that were killed have left in the folder for temporary files. */
export const removeAbandonedDatabases = (): void => removeAbandonedFolders(tmpdir(), FOLDER);

/**
 * Opens an in-memory database for one piece of work and leaves nothing behind. DuckDB is loaded only here.
 *
 * @param work gets the database, and a private folder that is removed with it
 */
export async function withDuckDb<T>(work: (duck: Duck, folder: string) => Promise<T>): Promise<T> {
  const { DuckDBInstance } = await import('@duckdb/node-api');
  removeAbandonedDatabases();
  const folder = makeOwnedFolder(tmpdir(), FOLDER);
  const forget = removedWhenInterrupted(folder);
  try {
    const spill = join(folder, 'spill');
    await mkdir(spill);
    const instance = await DuckDBInstance.create(':memory:', {
      memory_limit: MEMORY_LIMIT,
      temp_directory: spill,
      preserve_insertion_order: 'false',
      // a bill is read where it lies: nothing is fetched from the network, not even an extension
      autoinstall_known_extensions: 'false',
      autoload_known_extensions: 'false',
    });
    try {
      const duck = await instance.connect();
      try {
        await duck.run(`SET TimeZone = 'UTC'`);
        // several questions go to the same files: their footers are read once
        await duck.run(`SET parquet_metadata_cache = true`);
        // as Athena has it: the value under a key, null where a map lacks it
        await duck.run('CREATE MACRO element_at(entries, wanted) AS entries[wanted]');
        return await work(duck, folder);
      } finally {
        duck.closeSync();
      }
    } finally {
      instance.closeSync();
    }
  } finally {
    forget();
    removeFolder(folder);
  }
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Removes a folder also where a signal or `process.exit` ends the process. @returns how to stop watching */
function removedWhenInterrupted(folder: string): () => void {
  const remove = () => removeFolder(folder);
  const onSignal = (signal: NodeJS.Signals) => {
    remove();
    forget();
    // without a listener of its own the signal ends the process, as it would have
    if (process.listenerCount(signal) === 0) process.kill(process.pid, signal);
  };
  const forget = () => {
    process.off('exit', remove);
    for (const signal of SIGNALS) process.off(signal, onSignal);
  };
  process.on('exit', remove);
  for (const signal of SIGNALS) process.on(signal, onSignal);
  return forget;
}

export async function queryRows(duck: Duck, sql: string): Promise<Record<string, unknown>[]> {
  const reader = await duck.runAndReadAll(sql);
  return reader.getRowObjectsJS();
}

export function sqlText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

export function sqlName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
