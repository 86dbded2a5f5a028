import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DEPLOYED_STORES, STORE_FACTS, type DeployedStore, type StoreName } from '../catalogue/stores.ts';

/** Names of the stores on the command line -> in `config/environment.json`. */
const KINDS: ReadonlyMap<StoreName, DeployedStore> = new Map(
  DEPLOYED_STORES.map((kind) => [STORE_FACTS[kind].shortName, kind]),
);

export const STORE_NAMES: readonly StoreName[] = [...KINDS.keys()];

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
  const kind = KINDS.get(store);
  const written = environment.rag?.store;
  const rag = { ...environment.rag, store: written?.kind === kind ? written : { kind } };
  await writeFile(file, JSON.stringify({ ...environment, rag }, undefined, 2));
  return folder;
}
