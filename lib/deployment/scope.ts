import { z } from 'zod';
import { REGION_PATTERN } from '../catalogue/region.ts';
import { UserError } from '../errors/user-error.ts';
import { repeatedKey } from '../json/repeated-key.ts';
import { describeIssues } from '../json/schema-issues.ts';
import { printableLine } from '../printable.ts';
import type { NameScope } from './stack-name.ts';

/** Part of stack, bucket and database names, so it takes what all of them take. */
const name = z
  .string()
  .max(16)
  .regex(/^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/, {
    error: 'must be words of lower-case letters and digits with one hyphen between them, the first character a letter',
  });

/** The four keys of `config/environment.json` that say which deployment is meant. */
export const SCOPE_FIELDS = {
  project: name.describe('Value of the tag project. Never change it after a deployment: it names stacks and bills.'),
  environment: name.describe('Value of the tag environment, such as dev or prod. Never change it after a deployment.'),
  region: z
    .string()
    .regex(REGION_PATTERN, { error: 'must be a Region such as us-east-1' })
    .describe('Region of every stack. Prices differ by Region: config/prices has those that are known.'),
  account: z
    .string()
    .regex(/^\d{12}$/, { error: 'must be 12 digits' })
    .optional()
    .describe('Only this account may be deployed to. Default: the account of the credentials in use.'),
};

/** The deployment that a command means: enough to find it, to stop it and to delete it. */
export interface DeploymentScope extends NameScope {
  readonly region: string;
  /** Undefined where any account of the credentials in use is meant. */
  readonly account?: string | undefined;
}

export type ScopeKey = keyof DeploymentScope;

export const SCOPE_KEYS = Object.keys(SCOPE_FIELDS) as ScopeKey[];

/** What the user gives instead of the keys of the file: values of options, or of the CDK's context. */
export type ScopeOverrides = Readonly<Partial<Record<ScopeKey, unknown>>>;

export interface ScopeSource {
  /** The file, for messages. */
  readonly file: string;
  /** Returns the text of the file. @throws UserError where it cannot be read */
  readonly readText: () => string;
  /** Returns how a key is given in place of the file's, such as `--region R`. */
  readonly instead: (key: ScopeKey) => string;
}

/**
 * Reads some keys of the deployment, and nothing else of the configuration: whatever else is wrong with it does not matter.
 * An override wins over the file. The file is read only if a required key has no override.
 * @throws UserError that names the file, the key, the value, what is allowed and what to give instead
 */
export function parseScope<K extends ScopeKey>(
  keys: readonly K[],
  overrides: ScopeOverrides,
  { file, readText, instead }: ScopeSource,
): Pick<DeploymentScope, K> {
  const given = Object.fromEntries(
    keys.flatMap((key) => (overrides[key] === undefined ? [] : [[key, overrides[key]]])),
  );
  const wrong = problems(Object.keys(given), given);
  if (wrong !== undefined) throw new UserError(`these values cannot name a deployment:\n${wrong.text}`);
  const open = keys.filter((key) => !(key in given));
  if (!open.some((key) => key !== 'account')) return given as Pick<DeploymentScope, K>;

  let values: Readonly<Record<string, unknown>>;
  try {
    values = jsonObject(readText(), file);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const options = open.map((key) => (key === 'account' ? `[${instead(key)}]` : instead(key)));
    throw new UserError(`${error.message}. Mend it, or name the deployment without it: ${options.join(' ')}`, {
      cause: error,
    });
  }
  const missing = problems(open, values);
  if (missing !== undefined) {
    throw new UserError(
      `${file} does not say which deployment is meant:\n${missing.text}\nMend it, or say it with: ${missing.keys.map(instead).join(' ')}`,
    );
  }
  return { ...Object.fromEntries(open.map((key) => [key, values[key]])), ...given } as Pick<DeploymentScope, K>;
}

/** Returns one line for each key whose value is missing or not allowed; undefined if there is none. */
function problems(
  keys: readonly string[],
  values: Readonly<Record<string, unknown>>,
): { readonly text: string; readonly keys: readonly ScopeKey[] } | undefined {
  const schema = z.object(Object.fromEntries(Object.entries(SCOPE_FIELDS).filter(([key]) => keys.includes(key))));
  const { error } = schema.safeParse(values);
  if (error === undefined) return undefined;
  const wrong = new Set(error.issues.map(({ path }) => path[0]));
  return { text: describeIssues(error.issues, values, schema), keys: SCOPE_KEYS.filter((key) => wrong.has(key)) };
}

/** @throws UserError where the text is not one JSON object, or says one of the four keys twice */
function jsonObject(text: string, file: string): Readonly<Record<string, unknown>> {
  const json = text.replace(/^\uFEFF/, '');
  if (json.trim() === '') throw new UserError(`${file} is empty`);
  let parsed: unknown;
  try {
    parsed = JSON.parse(json);
  } catch (error) {
    throw new UserError(
      `${file} is not JSON: ${printableLine(error instanceof Error ? error.message : String(error))}`,
    );
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    throw new UserError(`${file} must hold one JSON object, got ${printableLine(JSON.stringify(parsed)).slice(0, 60)}`);
  }
  // other keys may be repeated: they say nothing about the deployment
  const twice = repeatedKey(json, (key, depth) => depth === 1 && key in SCOPE_FIELDS);
  if (twice !== undefined) throw new UserError(`${file} has the key ${twice} twice`);
  return parsed as Readonly<Record<string, unknown>>;
}

/**
 * Refuses the credentials of another account than the deployment's.
 * @throws UserError that names both
 */
export function requireAccount(actual: string | undefined, { account }: Pick<DeploymentScope, 'account'>): void {
  if (account === undefined || actual === account) return;
  throw new UserError(
    `the credentials are those of account ${actual ?? 'unknown'}, but the deployment is in account ${account} ('account' in config/environment.json, or '--account'): sign in to that one, or set AWS_PROFILE`,
  );
}
