import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { isMissingFile, unreadable } from '../../errors/file-errors.ts';
import { UserError } from '../../errors/user-error.ts';
import { strictJson } from '../../json/strict-json.ts';
import { parsePriceBook, type PriceBook } from '../../prices/price-book.ts';

const FOLDER = join('config', 'prices');

export function priceBookFile(root: string, region: string): string {
  return join(root, FOLDER, `${region}.json`);
}

/** Regions that the project has a price book for. */
export async function bookRegions(root: string): Promise<string[]> {
  const names = await readdir(join(root, FOLDER));
  return names
    .filter((name) => name.endsWith('.json'))
    .map((name) => basename(name, '.json'))
    .sort();
}

/** @throws UserError where the text is not JSON or is no price book */
export function priceBookOf(text: string, name: string): PriceBook {
  // editors on Windows begin a file with a byte order mark
  return parsePriceBook(strictJson(text.replace(/^\uFEFF/, ''), name), name);
}

/**
 * The book of a Region; undefined where the project has none.
 * @throws UserError where the file cannot be read, is no price book or that of another Region
 */
export async function priceBookOfRegion(root: string, region: string): Promise<PriceBook | undefined> {
  const name = priceBookFile('', region);
  let text;
  try {
    text = await readFile(join(root, name), 'utf8');
  } catch (error) {
    if (isMissingFile(error)) return undefined;
    throw new UserError(`cannot read ${name}: ${unreadable(error)}`, { cause: error });
  }
  const book = priceBookOf(text, name);
  if (book.region === region) return book;
  throw new UserError(`${name} holds the prices of '${book.region}': its region must be ${region}`);
}

/** The same where nothing can be said without it. @throws UserError also where the project has none */
export async function requiredPriceBook(root: string, region: string): Promise<PriceBook> {
  const book = await priceBookOfRegion(root, region);
  if (book !== undefined) return book;
  throw new UserError(
    `there is no ${priceBookFile('', region)}: fetch it with 'npx fmpaths prices refresh --region ${region}'`,
  );
}

/** The book as the file holds it: ids sorted, a price a line, so that a change of prices reads as one. */
export function priceBookText({ region, prices }: PriceBook): string {
  const entries = [...prices.values()]
    .sort((one, other) => (one.id < other.id ? -1 : 1))
    .map(({ id, usd, per, service, usageType, source, date, confidence, note }) => {
      const price = Object.entries({ usd, per, service, usageType, source, date, confidence, note });
      const fields = price.flatMap(([key, value]) =>
        value === undefined ? [] : [`"${key}": ${JSON.stringify(value)}`],
      );
      return `    ${JSON.stringify(id)}: { ${fields.join(', ')} }`;
    });
  return [
    '{',
    '  "$schema": "../schema/price-book.schema.json",',
    `  "region": ${JSON.stringify(region)},`,
    entries.length === 0 ? '  "prices": {}' : `  "prices": {\n${entries.join(',\n')}\n  }`,
    '}',
    '',
  ].join('\n');
}

/** Replaces a book as a whole or not at all: what is written is read back as a book before it takes the place of the old one. */
export async function writePriceBook(file: string, book: PriceBook): Promise<void> {
  const text = priceBookText(book);
  priceBookOf(text, file);
  await mkdir(dirname(file), { recursive: true });
  const temporary = `${file}.${process.pid}.tmp`;
  try {
    const handle = await open(temporary, 'wx');
    try {
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}
