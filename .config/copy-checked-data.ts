import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { z } from 'zod';
import { modelCatalogueSchema } from '../lib/catalogue/models.ts';
import { strictJson } from '../lib/json/strict-json.ts';
import { priceBookSchema } from '../lib/prices/price-book.ts';

const CATALOGUE = join('config', 'models.json');
const BOOKS = join('config', 'prices');

/** Copies the catalogue and the price books that their schemas take as they are: see `lib/checked-data.ts`. */
export function copyCheckedData(root: string, copies: string): void {
  const books = readdirSync(join(root, BOOKS)).map((name) => join(BOOKS, name));
  for (const name of [CATALOGUE, ...books]) {
    const text = checkedText(join(root, name), name === CATALOGUE ? modelCatalogueSchema : priceBookSchema);
    if (text === undefined) continue;
    const copy = join(copies, name);
    mkdirSync(dirname(copy), { recursive: true });
    writeFileSync(copy, text);
  }
}

/** Undefined for a file that the schema refuses, which the commands that read it tell of, and for one that parsing changes. */
function checkedText(file: string, schema: z.ZodType): string | undefined {
  try {
    const text = readFileSync(file, 'utf8');
    const json = strictJson(text, file);
    return JSON.stringify(schema.parse(json)) === JSON.stringify(json) ? text : undefined;
  } catch {
    return undefined;
  }
}
