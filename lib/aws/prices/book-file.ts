import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { isCheckedData } from '../../checked-data.ts';
import { isMissingFile, unreadable } from '../../errors/file-errors.ts';
import { UserError } from '../../errors/user-error.ts';
import { strictJson } from '../../json/strict-json.ts';
import { bookOfChecked, parsePriceBook, type CheckedPriceBook, type PriceBook } from '../../prices/price-book.ts';
import { privatePricesPath, withPrivatePrices } from '../../prices/private-prices.ts';

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

/** The account's own prices of a Region, which are never committed. */
export function privatePricesFile(root: string, region: string): string {
  return join(root, 'config', privatePricesPath(region));
}

// editors on Windows begin a file with a byte order mark
const jsonOf = (text: string, name: string): unknown => strictJson(text.replace(/^\uFEFF/, ''), name);

/** @throws UserError where the text is not JSON or is no price book */
export function priceBookOf(text: string, name: string): PriceBook {
  return parsePriceBook(jsonOf(text, name), name);
}

/** @throws UserError where there is a file that cannot be read */
async function textOf(root: string, name: string): Promise<string | undefined> {
  try {
    return await readFile(join(root, name), 'utf8');
  } catch (error) {
    if (isMissingFile(error)) return undefined;
    throw new UserError(`cannot read ${name}: ${unreadable(error)}`, { cause: error });
  }
}

async function shippedBookOfRegion(root: string, region: string): Promise<PriceBook | undefined> {
  const name = priceBookFile('', region);
  const text = await textOf(root, name);
  if (text === undefined) return undefined;
  const book = (await isCheckedData(name, text))
    ? bookOfChecked(JSON.parse(text) as CheckedPriceBook)
    : priceBookOf(text, name);
  if (book.region === region) return book;
  throw new UserError(`${name} holds the prices of '${book.region}': its region must be ${region}`);
}

/**
 * The book of a Region with the account's private prices in it; undefined where the project has none.
 * @throws UserError where a file cannot be read, is of another form or that of another Region
 */
export async function priceBookOfRegion(root: string, region: string): Promise<PriceBook | undefined> {
  const book = await shippedBookOfRegion(root, region);
  if (book === undefined) return undefined;
  const name = privatePricesFile('', region);
  const text = await textOf(root, name);
  return text === undefined ? book : withPrivatePrices(book, jsonOf(text, name), name);
}

/** The same where nothing can be said without it. @throws UserError also where the project has none */
export async function requiredPriceBook(root: string, region: string): Promise<PriceBook> {
  return (await priceBookOfRegion(root, region)) ?? missingBook(region);
}

/** The book as it is shipped: what is written to a book, or compared with one, has no private price in it. */
export async function shippedPriceBook(root: string, region: string): Promise<PriceBook> {
  return (await shippedBookOfRegion(root, region)) ?? missingBook(region);
}

function missingBook(region: string): never {
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
  await replaceFile(file, text);
}

/** Writes a file as a whole or not at all. */
export async function replaceFile(file: string, text: string): Promise<void> {
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
