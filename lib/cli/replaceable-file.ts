import { stat } from 'node:fs/promises';
import { replaceFile } from '../aws/prices/book-file.ts';
import { errorCode, isMissingFile } from '../errors/file-errors.ts';
import { UserError } from '../errors/user-error.ts';
import { cannotRead, readJson } from './input-file.ts';

/** A JSON file that a command writes, and only over one of its own. */
export interface ReplaceableFile<T> {
  readonly file: string;
  /** The option that names it. */
  readonly option: string;
  /** What the command writes, as in 'is no ...'. */
  readonly what: string;
  /** Reads what is there; throws where it is of another form. */
  readonly parse: (json: unknown, file: string) => T;
  /** True of what the command wrote itself: anything else would be lost. @default all of this form */
  readonly isOwn?: (content: T) => boolean;
}

/**
 * Reads what the command would write over; undefined where nothing is there.
 * @throws UserError where the file is there and is nothing that the command writes, or cannot be written there
 */
export async function readReplaceable<T>(to: ReplaceableFile<T>): Promise<T | undefined> {
  const { file, option, what, parse, isOwn = () => true } = to;
  try {
    if (!(await stat(file)).isFile()) throw new UserError(`'${file}' is no file: ${elsewhere(option)}`);
  } catch (error) {
    if (isMissingFile(error)) return undefined;
    if (errorCode(error) === 'ENOTDIR') throw cannotWrite(file, option, error);
    throw error instanceof UserError ? error : cannotRead(file, error);
  }
  let cause: unknown;
  try {
    const content = parse(await readJson(file), file);
    if (isOwn(content)) return content;
  } catch (error) {
    cause = error;
  }
  throw new UserError(`'${file}' exists and is no ${what}: ${elsewhere(option)}`, { cause });
}

/**
 * Writes the text as a whole or not at all, after it was read as it will be read.
 * @throws UserError where the file cannot be written, or is something else
 */
export async function replaceOwn<T>(to: ReplaceableFile<T>, text: string): Promise<void> {
  const { file, option, parse } = to;
  parse(JSON.parse(text), file);
  await readReplaceable(to);
  try {
    await replaceFile(file, text);
  } catch (error) {
    throw cannotWrite(file, option, error);
  }
}

const elsewhere = (option: string): string => `name another file with '--${option}'`;

const cannotWrite = (file: string, option: string, error: unknown): UserError =>
  new UserError(`cannot write '${file}': ${String(error)}. To write it elsewhere, ${elsewhere(option)}`, {
    cause: error,
  });
