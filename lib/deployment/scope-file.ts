import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { unreadable } from '../errors/file-errors.ts';
import { UserError } from '../errors/user-error.ts';
import { parseScope, type DeploymentScope, type ScopeKey, type ScopeOverrides, type ScopeSource } from './scope.ts';

const FILE = 'config/environment.json';

/**
 * Reads some keys of the deployment from `<root>/config/environment.json`, as `parseScope` does.
 * @throws UserError where they are neither in the file nor overridden
 */
export function loadScope<K extends ScopeKey>(
  root: string,
  keys: readonly K[],
  overrides: ScopeOverrides,
  instead: ScopeSource['instead'],
): Pick<DeploymentScope, K> {
  return parseScope(keys, overrides, { file: FILE, readText: () => utf8(join(root, FILE)), instead });
}

function utf8(path: string): string {
  let bytes;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    throw new UserError(`cannot read ${FILE}: ${unreadable(error)}`, { cause: error });
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new UserError(`${FILE} is not UTF-8, perhaps UTF-16: save it as UTF-8`);
  }
}
