import { readFile } from 'node:fs/promises';
import { unreadable } from '../errors/file-errors.ts';
import { UserError } from '../errors/user-error.ts';
import { strictJson } from '../json/strict-json.ts';

/** @throws UserError where the file cannot be read */
export async function readText(file: string): Promise<string> {
  try {
    // editors on Windows begin a file with a byte order mark
    return (await readFile(file, 'utf8')).replace(/^\uFEFF/, '');
  } catch (error) {
    throw cannotRead(file, error);
  }
}

/** Returns what a command says of a file that the user named and it could not read. */
export const cannotRead = (file: string, error: unknown): UserError =>
  new UserError(`cannot read '${file}': ${unreadable(error)}`, { cause: error });

/** @throws UserError where the file cannot be read, is not JSON, or says one thing twice */
export async function readJson(file: string): Promise<unknown> {
  return strictJson(await readText(file), `'${file}'`);
}
