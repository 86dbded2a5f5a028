import { readFile } from 'node:fs/promises';
import { isNativeError } from 'node:util/types';
import { strictJson } from '../dataset/strict-json.ts';
import { UserError } from '../errors.ts';

const UNREADABLE: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EISDIR: 'it is a folder, not a file',
  EACCES: 'you may not read it',
};

/** @throws UserError where the file cannot be read */
async function readText(file: string): Promise<string> {
  try {
    // editors on Windows begin a file with a byte order mark
    return (await readFile(file, 'utf8')).replace(/^\uFEFF/, '');
  } catch (error) {
    throw unreadable(file, error);
  }
}

/** Says why a file could not be read. */
export function unreadable(file: string, error: unknown): UserError {
  const code = isNativeError(error) && 'code' in error ? String(error.code) : '';
  return new UserError(`cannot read '${file}': ${UNREADABLE[code] ?? String(error)}`, { cause: error });
}

/** @throws UserError where the file cannot be read, is not JSON, or says one thing twice */
export async function readJson(file: string): Promise<unknown> {
  return strictJson(await readText(file), `'${file}'`);
}
