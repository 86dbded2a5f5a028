import { stat } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { replaceFile } from '../aws/prices/book-file.ts';
import { parseWorkload, type Workload } from '../cost/workload.ts';
import { isMissingFile } from '../errors/file-errors.ts';
import { UserError } from '../errors/user-error.ts';
import { cannotRead, readJson } from './input-file.ts';

/**
 * Writes a workload as a whole or not at all, with the schema that editors complete it by.
 * @param option that names the file, for messages
 * @throws UserError where the file is there and is no workload: it would be lost
 */
export async function saveWorkload(workload: Workload, file: string, option: string, root: string): Promise<void> {
  await requireWorkloadOrNothing(file, option);
  const schema = join(root, 'config', 'schema', 'workload.schema.json');
  const $schema = relative(dirname(resolve(file)), schema).replaceAll('\\', '/');
  // what is written can be read
  const written = parseWorkload({ $schema, ...workload }, file);
  try {
    await replaceFile(file, `${JSON.stringify(written, undefined, 2)}\n`);
  } catch (error) {
    throw new UserError(`cannot write '${file}': ${String(error)}. Name another file with '--${option}'`, {
      cause: error,
    });
  }
}

async function requireWorkloadOrNothing(file: string, option: string): Promise<void> {
  try {
    if (!(await stat(file)).isFile()) throw new UserError(`'${file}' is no file: name another with '--${option}'`);
  } catch (error) {
    if (isMissingFile(error)) return;
    throw error instanceof UserError ? error : cannotRead(file, error);
  }
  try {
    parseWorkload(await readJson(file), file);
  } catch (error) {
    throw new UserError(`'${file}' exists and is no workload: name another with '--${option}'`, { cause: error });
  }
}
