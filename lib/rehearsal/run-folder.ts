import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { errorCode } from '../errors/file-errors.ts';
import { UserError } from '../errors/user-error.ts';
import { makeOwnedFolder, removeAbandonedFolders, removeFolder } from '../owned-folder.ts';

/** Where one rehearsal writes: everything of it goes when it ends. */
export interface RunFolder {
  readonly path: string;
  readonly temporary: string;
  readonly home: string;
  readonly logs: string;
  readonly remove: () => void;
}

/** Makes the folder of this process under `<base>/runs` and removes those of processes that were killed. */
export function createRunFolder(base: string): RunFolder {
  const runs = join(base, 'runs');
  try {
    mkdirSync(runs, { recursive: true });
    removeAbandonedFolders(runs);
    const path = makeOwnedFolder(runs);
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
