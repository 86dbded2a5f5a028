import { TAG_KEYS } from '../deployment/tags.ts';
import type { TagSpelling } from './bill.ts';

/** The tags that a bill is read by. */
export const TAG_ROLES = { path: TAG_KEYS.path, component: TAG_KEYS.component } as const;

const ROLES = ['path', 'component'] as const satisfies readonly (keyof typeof TAG_ROLES)[];

/**
 * Whether a key of an export is this tag. AWS writes it `user_customization_path` (CUR 2.0, normalised),
 * `user:customization-path` (legacy CUR), `resourceTags/customization-path` (column `tags`) or as it is (FOCUS).
 * Keys are case-sensitive in AWS: `Customization-Path` is another tag.
 */
function isSpellingOf(tagKey: string, exportKey: string): boolean {
  const bare = exportKey.replace(/^resource_?tags[/_]/i, '').replace(/^user[:_/]/, '');
  return bare === tagKey || bare === tagKey.replaceAll('-', '_');
}

/** Tags of callers stand in one column with tags of resources; they are never the same tag. */
export function isPrincipalKey(exportKey: string): boolean {
  return /^iam_?principal[/_:]/i.test(exportKey);
}

/** The same tag on the role of the caller: the second attribution. */
export function isPrincipalSpellingOf(tagKey: string, exportKey: string): boolean {
  return isPrincipalKey(exportKey) && isSpellingOf(tagKey, exportKey.replace(/^iam_?principal[/_:]/i, ''));
}

/** The tags of the contract among the keys of one column. */
export function spellingsAmong(column: string, keys: readonly string[]): TagSpelling[] {
  return ROLES.flatMap((role) =>
    keys.filter((key) => isSpellingOf(TAG_ROLES[role], key)).map((key) => ({ role, column, key })),
  );
}

/**
 * How the contract's tags would be spelt in a column that holds these other keys: an export writes all of its keys in one way.
 * Undefined where the keys do not show the way, or show several.
 */
export function spellingsLike(column: string, keys: readonly string[]): TagSpelling[] | undefined {
  const ways = new Set(keys.map(wayOf));
  const [way] = ways;
  if (way === undefined || ways.size > 1) return undefined;
  return ROLES.map((role) => ({ role, column, key: way(TAG_ROLES[role]) }));
}

const NORMALISED = (key: string) => `user_${key.replaceAll('-', '_')}`;
const PREFIXED = (key: string) => `user:${key}`;
const RESOURCE_TAGS = (key: string) => `resourceTags/${key}`;
const RESOURCE_TAGS_USER = (key: string) => `resourceTags/user:${key}`;
const AS_IT_IS = (key: string) => key;

function wayOf(key: string): (key: string) => string {
  if (/^(?:user|aws)_/.test(key)) return NORMALISED;
  if (/^(?:user|aws):/.test(key)) return PREFIXED;
  if (/^resourceTags\/(?:user|aws):/.test(key)) return RESOURCE_TAGS_USER;
  if (key.startsWith('resourceTags/')) return RESOURCE_TAGS;
  return AS_IT_IS;
}
