import { stop as stopEsbuild } from 'esbuild';
import { join } from 'node:path';
import { removeAbandonedDatabases } from '../duckdb.ts';
import { childProcesses, type ChildProcesses } from './child-processes.ts';
import { createRunFolder, type RunFolder } from './run-folder.ts';
import { runtimeScripts, type RuntimeScripts } from './runtime-scripts.ts';

/** What one rehearsal holds on this machine. */
export interface Session {
  readonly folder: RunFolder;
  readonly scripts: RuntimeScripts;
  readonly processes: ChildProcesses;
}

/** Where rehearsals of the project at `root` keep what they need: hidden and ignored. */
export const rehearsalFolder = (root: string): string => join(root, '.rehearsal');

/**
 * Runs `work` with a session and ends the session whatever happens: by return, by error, or by `onOpen`'s argument, which ends
 * every process and removes every file at once and may be called from a signal handler.
 */
export async function withSession<T>(
  root: string,
  onOpen: (endNow: () => void) => void,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  removeAbandonedDatabases();
  const folder = createRunFolder(rehearsalFolder(root));
  let endProcesses: () => void = () => undefined;
  const endNow = (): void => {
    endProcesses();
    folder.remove();
  };
  onOpen(endNow);
  try {
    const scripts = await runtimeScripts(root, folder.path);
    // esbuild keeps a process for the next build: there is none
    await stopEsbuild();
    const processes = childProcesses(scripts.watchdog, folder.logs);
    endProcesses = processes.killAll;
    return await work({ folder, scripts, processes });
  } finally {
    endNow();
  }
}
