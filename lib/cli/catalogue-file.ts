import { join } from 'node:path';
import type { ModelCatalogue } from '../catalogue/models.ts';
import { isCheckedData } from '../checked-data.ts';
import { strictJson } from '../json/strict-json.ts';
import type { Io } from './command.ts';
import { readText } from './input-file.ts';

const NAME = join('config', 'models.json');

/** Reads `config/models.json`. @throws UserError where it cannot be read, or is no catalogue */
export async function shippedCatalogue({ root }: Pick<Io, 'root'>): Promise<ModelCatalogue> {
  const file = join(root, NAME);
  const text = await readText(file);
  if (await isCheckedData(NAME, text)) return JSON.parse(text) as ModelCatalogue;
  const { parseCatalogue } = await import('../config/config.ts');
  return parseCatalogue(strictJson(text, `'${file}'`));
}
