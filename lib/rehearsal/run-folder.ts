import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../errors.ts';
import { errorCode } from './error-code.ts';

/** Where one rehearsal writes: everything of it goes when it ends. */
export interface RunFolder {
  readonly path: string;
  readonly temporary: string;
  readonly home: string;
  readonly logs: string;
  readonly remove: () => void;
}

/** `<pid>-<random>`: whoever finds the folder can tell whether its owner still lives. */
const OWNED = /^(\d+)-/;

/** Makes the folder of this process under `<base>/runs` and removes those of processes that were killed. */
export function createRunFolder(base: string): RunFolder {
  const runs = join(base, 'runs');
  try {
    mkdirSync(runs, { recursive: true });
    removeAbandoned(runs);
    const path = mkdtempSync(join(runs, `${process.pid}-`));
    const [temporary, home, logs] = ['tmp', 'home', 'logs'].map((name) => join(path, name)) as [string, string, string];
    for (const folder of [temporary, home, logs]) mkdirSync(folder, { mode: 0o700 });
    // the emulator starts handlers by a script that is CommonJS, under a project whose scripts are ES modules
    writeFileSync(join(path, 'package.json'), '{ "type": "commonjs" }\n');
    return { path, temporary, home, logs, remove: () => removeFolder(path) };
  } catch (error) {
    const code = errorCode(error);
    if (code === undefined) throw error;
    throw new UserError(
      `the rehearsal cannot write to ${runs} (${code}): make the folder writable, or free space on its disk`,
      { cause: error },
    );
  }
}

/** Removes what processes that no longer live left in `folder`, under names that begin with their process id. */
export function removeAbandoned(folder: string): void {
  for (const name of readdirSync(folder)) {
    const owner = OWNED.exec(name)?.[1];
    if (owner !== undefined && !isAlive(Number(owner))) removeFolder(join(folder, name));
  }
}

function removeFolder(path: string): void {
  // children that were just killed may still be writing their last file
  rmSync(path, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
}

function isAlive(processId: number): boolean {
  try {
    process.kill(processId, 0);
    return true;
  } catch (error) {
    return errorCode(error) === 'EPERM';
  }
}
