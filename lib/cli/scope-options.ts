import { loadScope } from '../deployment/scope-file.ts';
import { SCOPE_KEYS, type DeploymentScope, type ScopeKey, type ScopeOverrides } from '../deployment/scope.ts';
import type { Io } from './command.ts';

/** Options of every command that acts on a deployment: they stand in for keys of `config/environment.json`. */
export const SCOPE_OPTIONS = {
  project: { type: 'string' },
  environment: { type: 'string' },
  region: { type: 'string' },
  account: { type: 'string' },
} as const satisfies Record<ScopeKey, { readonly type: 'string' }>;

const PLACEHOLDERS: Record<ScopeKey, string> = { project: 'P', environment: 'E', region: 'R', account: 'A' };

const optionText = (key: ScopeKey): string => `--${key} ${PLACEHOLDERS[key]}`;

/** Returns the lines of `--help` on these options. @param indent column where explanations begin */
export const scopeHelp = (indent: number, keys: readonly ScopeKey[] = SCOPE_KEYS): string => {
  const margin = ' '.repeat(indent);
  return `  ${keys.map(optionText).join(' ')}
${margin}which deployment, in place of these keys of config/environment.json; with all but --account
${margin}given the file is not read. Credentials of another account than A are refused
`;
};

/** The options by which a command was told which deployment to act on: a command that is to be run next takes the same. */
export const scopeGiven = (values: ScopeOverrides): Record<string, string | undefined> =>
  Object.fromEntries(SCOPE_KEYS.map((key) => [key, typeof values[key] === 'string' ? values[key] : undefined]));

/**
 * Reads which deployment a command means, and nothing else of the configuration: it works while the rest of that is broken.
 * @throws UserError where neither the file nor the options say it
 */
export function scopeOf<K extends ScopeKey>(
  values: ScopeOverrides,
  io: Io,
  keys: readonly K[],
): Pick<DeploymentScope, K> {
  return loadScope(io.root, keys, values, optionText);
}
