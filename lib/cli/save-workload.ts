import { stat } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { replaceFile } from '../aws/prices/book-file.ts';
import { isMeasured } from '../cost/merged-workload.ts';
import { parseWorkload, type Workload } from '../cost/workload.ts';
import { errorCode, isMissingFile } from '../errors/file-errors.ts';
import { UserError } from '../errors/user-error.ts';
import { cannotRead, readJson } from './input-file.ts';

/** A file that a command writes. */
export interface WorkloadFile {
  readonly file: string;
  /** The option that names it. */
  readonly option: string;
  /** What the command writes, for messages. */
  readonly what: string;
  /** True of what the command wrote itself: anything else would be lost. */
  readonly isOwn: (workload: Workload) => boolean;
}

/** The file of a rehearsal. */
export const measuredFile = (file: string): WorkloadFile => ({
  file,
  option: 'save-workload',
  what: 'a rehearsal has measured',
  isOwn: isMeasured,
});

/** @throws UserError where the file is there and is nothing that the command writes */
export async function requireReplaceable({ file, option, what, isOwn }: WorkloadFile): Promise<void> {
  try {
    if (!(await stat(file)).isFile()) throw new UserError(`'${file}' is no file: ${elsewhere(option)}`);
  } catch (error) {
    if (isMissingFile(error)) return;
    if (errorCode(error) === 'ENOTDIR') throw cannotWrite(file, option, error);
    throw error instanceof UserError ? error : cannotRead(file, error);
  }
  let cause: unknown;
  try {
    if (isOwn(parseWorkload(await readJson(file), file))) return;
  } catch (error) {
    cause = error;
  }
  throw new UserError(`'${file}' exists and is no workload that ${what}: ${elsewhere(option)}`, { cause });
}

/**
 * Writes a workload as a whole or not at all, with the schema that editors complete it by.
 * @param root folder of the project, where the schema is
 * @throws UserError where the file cannot be written, or is something else
 */
export async function saveWorkload(to: WorkloadFile, workload: Workload, root: string): Promise<void> {
  const { file, option } = to;
  const schema = join(root, 'config', 'schema', 'workload.schema.json');
  const $schema = relative(dirname(resolve(file)), schema).replaceAll('\\', '/');
  // what is written can be read
  const written = parseWorkload({ $schema, ...workload }, file);
  await requireReplaceable(to);
  try {
    await replaceFile(file, `${JSON.stringify(written, undefined, 2)}\n`);
  } catch (error) {
    throw cannotWrite(file, option, error);
  }
}

const elsewhere = (option: string): string => `name another file with '--${option}'`;

const cannotWrite = (file: string, option: string, error: unknown): UserError =>
  new UserError(`cannot write '${file}': ${String(error)}. To write it elsewhere, ${elsewhere(option)}`, {
    cause: error,
  });
