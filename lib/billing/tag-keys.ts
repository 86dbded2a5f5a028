import { TAG_KEYS } from '../tags.ts';
import type { TagSpelling } from './bill.ts';

/** Roles of the tags a bill is read by. */
export const TAG_ROLES = { path: TAG_KEYS.path, component: TAG_KEYS.component } as const;

/**
 * Whether a key of an export is this tag. AWS writes it `user_customization_path` (CUR 2.0, normalised),
 * `user:customization-path` (legacy CUR), `resourceTags/customization-path` (column `tags`) or as it is (FOCUS).
 * Keys are case-sensitive in AWS: `Customization-Path` is another tag.
 */
export function isSpellingOf(tagKey: string, exportKey: string): boolean {
  const bare = exportKey.replace(/^resource_?tags[/_]/i, '').replace(/^user[:_/]/, '');
  return bare === tagKey || bare === tagKey.replaceAll('-', '_');
}

/** The same tag on the role of the caller: the second attribution. */
export function isPrincipalSpellingOf(tagKey: string, exportKey: string): boolean {
  const bare = exportKey.replace(/^iam_?principal[/_:]/i, '');
  return bare !== exportKey && isSpellingOf(tagKey, bare);
}

export function spellingsOf(role: TagSpelling['role'], column: string, keys: readonly string[]): TagSpelling[] {
  return keys.filter((key) => isSpellingOf(TAG_ROLES[role], key)).map((key) => ({ role, column, key }));
}
