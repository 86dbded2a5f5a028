import { stat } from 'node:fs/promises';
import { replaceFile } from '../aws/prices/book-file.ts';
import { isMeasured } from '../cost/merged-workload.ts';
import { parseWorkload, type Workload } from '../cost/workload.ts';
import { errorCode, isMissingFile } from '../errors/file-errors.ts';
import { UserError } from '../errors/user-error.ts';
import { cannotRead, readJson } from './input-file.ts';

const ELSEWHERE = "name another file with '--save-workload'";

/** @throws UserError where the file is something else than a workload that a rehearsal has measured: it would be lost */
export async function requireReplaceable(file: string): Promise<void> {
  try {
    if (!(await stat(file)).isFile()) throw new UserError(`'${file}' is no file: ${ELSEWHERE}`);
  } catch (error) {
    if (isMissingFile(error)) return;
    if (errorCode(error) === 'ENOTDIR') throw cannotWrite(file, error);
    throw error instanceof UserError ? error : cannotRead(file, error);
  }
  let cause: unknown;
  try {
    if (isMeasured(parseWorkload(await readJson(file), file))) return;
  } catch (error) {
    cause = error;
  }
  throw new UserError(`'${file}' exists and is no workload that a rehearsal has measured: ${ELSEWHERE}`, { cause });
}

/** Writes a measured workload, as a whole or not at all. @throws UserError where the file cannot be written */
export async function saveMeasuredWorkload(file: string, workload: Workload): Promise<void> {
  const text = `${JSON.stringify(workload, undefined, 2)}\n`;
  // what is written can be read
  parseWorkload(JSON.parse(text), file);
  // it may have been made while the rehearsal ran
  await requireReplaceable(file);
  try {
    await replaceFile(file, text);
  } catch (error) {
    throw cannotWrite(file, error);
  }
}

const cannotWrite = (file: string, error: unknown): UserError =>
  new UserError(`cannot write '${file}': ${String(error)}. To write it elsewhere, ${ELSEWHERE}`, { cause: error });
