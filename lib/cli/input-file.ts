import { readFile } from 'node:fs/promises';
import { isNativeError } from 'node:util/types';
import { repeatedKey } from '../dataset/repeated-key.ts';
import { UserError } from '../errors.ts';

const UNREADABLE: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EISDIR: 'it is a folder, not a file',
  EACCES: 'you may not read it',
};

/** @throws UserError where the file cannot be read */
export async function readText(file: string): Promise<string> {
  try {
    // editors on Windows begin a file with a byte order mark
    return (await readFile(file, 'utf8')).replace(/^\uFEFF/, '');
  } catch (error) {
    const code = isNativeError(error) && 'code' in error ? String(error.code) : '';
    throw new UserError(`cannot read '${file}': ${UNREADABLE[code] ?? String(error)}`);
  }
}

/** @throws UserError where the file cannot be read, is not JSON, or says one thing twice: the last would silently win */
export async function readJson(file: string): Promise<unknown> {
  const text = await readText(file);
  if (text.trim() === '') throw new UserError(`'${file}' is empty`);
  let parsed: unknown;
  try {
    parsed = JSON.parse(text) as unknown;
  } catch (error) {
    throw new UserError(`'${file}' is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  const twice = repeatedKey(text);
  if (twice !== undefined) throw new UserError(`'${file}' has the key ${twice} twice in one object: keep one of them`);
  return parsed;
}
