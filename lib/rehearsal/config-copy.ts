import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Names of the stores on the command line -> in `config/environment.json`. */
export const STORES = {
  'opensearch-serverless': 'opensearch-serverless',
  aurora: 'aurora-serverless-v2',
  's3-vectors': 's3-vectors',
} as const;

export type StoreName = keyof typeof STORES;

interface WrittenEnvironment {
  readonly rag?: { readonly store?: { readonly kind?: string } };
}

/**
 * Copies the `config` of `root` into `folder`, with another store for `rag`, and returns `folder`. What the project says of that
 * store stays; of another one it starts from the defaults.
 */
export async function configWithStore(root: string, folder: string, store: StoreName): Promise<string> {
  await cp(join(root, 'config'), join(folder, 'config'), { recursive: true });
  const file = join(folder, 'config', 'environment.json');
  const environment = JSON.parse(await readFile(file, 'utf8')) as WrittenEnvironment;
  const kind = STORES[store];
  const written = environment.rag?.store;
  const rag = { ...environment.rag, store: written?.kind === kind ? written : { kind } };
  await writeFile(file, JSON.stringify({ ...environment, rag }, undefined, 2));
  return folder;
}
