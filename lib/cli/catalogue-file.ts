import { join } from 'node:path';
import type { ModelCatalogue } from '../catalogue/models.ts';
import type { Io } from './command.ts';
import { readJson } from './input-file.ts';

/** Reads `config/models.json`. @throws UserError where it cannot be read, or is no catalogue */
export async function shippedCatalogue({ root }: Pick<Io, 'root'>): Promise<ModelCatalogue> {
  const { parseCatalogue } = await import('../config/config.ts');
  return parseCatalogue(await readJson(join(root, 'config', 'models.json')));
}
