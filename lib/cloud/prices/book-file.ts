import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { parsePriceBook, type PriceBook } from '../../cost/price-book.ts';
import { strictJson } from '../../dataset/strict-json.ts';

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
  return parsePriceBook(strictJson(text, name), name);
}

/**
 * The book of a Region; undefined where the project has none.
 * @throws UserError where the file is no price book
 */
export async function priceBookOfRegion(root: string, region: string): Promise<PriceBook | undefined> {
  let text;
  try {
    text = await readFile(priceBookFile(root, region), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  return priceBookOf(text, priceBookFile('', region));
}

/** The book as the file holds it: ids sorted, two spaces, the form that the formatter leaves alone. */
export function priceBookText({ region, prices }: PriceBook): string {
  const entries = [...prices.values()]
    .sort((one, other) => (one.id < other.id ? -1 : 1))
    .map(({ id, usd, per, service, usageType, source, date, confidence, note }) => [
      id,
      { usd, per, service, usageType, source, date, confidence, note },
    ]);
  const book = { $schema: '../schema/price-book.schema.json', region, prices: Object.fromEntries(entries) as unknown };
  return `${JSON.stringify(book, null, 2)}\n`;
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
