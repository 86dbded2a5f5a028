import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Copies that the build of the command line made of the data files which it found valid. Beside the source there are none. */
const COPIES = join(import.meta.dirname, 'checked');

/**
 * True for the text of a data file that was checked when this program was built. Checking every model and price again took a
 * fifth of each start. A text that differs, be it in one character, has yet to be checked.
 *
 * @param name of the file, from the folder of the project
 */
export async function isCheckedData(name: string, text: string, copies = COPIES): Promise<boolean> {
  try {
    return (await readFile(join(copies, name), 'utf8')) === text;
  } catch {
    return false;
  }
}
