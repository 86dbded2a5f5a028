import { createReadStream } from 'node:fs';
import { access, constants, stat } from 'node:fs/promises';
import { UserError } from '../errors/user-error.ts';
import { cannotRead } from './input-file.ts';

/** @throws UserError where the file cannot be read; before anything of it is used */
export async function fileBytes(file: string): Promise<AsyncIterable<Uint8Array>> {
  const found = await stat(file).catch((error: unknown) => {
    throw cannotRead(file, error);
  });
  if (!found.isFile()) throw new UserError(`cannot read '${file}': it is not a file`);
  await access(file, constants.R_OK).catch((error: unknown) => {
    throw cannotRead(file, error);
  });
  return createReadStream(file, { highWaterMark: 1024 * 1024 }) as AsyncIterable<Uint8Array>;
}
