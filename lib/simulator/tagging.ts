import { TAG_KEYS } from '../deployment/tags.ts';
import { COST_COMPONENTS } from '../meters/cost-component.ts';
import { PATHS } from '../paths.ts';
import type { Constraints } from './constraints.ts';
import { ServiceError, invalid } from './service-error.ts';
import type { Tags } from './usage.ts';

/** Most tags that a resource may have (AWS tagging limits). */
const MOST_TAGS = 50;

const TAG_TEXT = /[a-zA-Z0-9\s._:/=+@-]*/;

/** Reads `[{key, value}]`; a key given twice is refused. */
export function readTags(check: Constraints, path: string, value: unknown): Record<string, string> {
  const tags: Record<string, string> = {};
  for (const [index, member] of (check.list(path, value, { max: 200 }) ?? []).entries()) {
    const at = `${path}.${index + 1}.member`;
    const tag = check.object(at, member) ?? {};
    check.required(`${at}.key`, tag['key']);
    check.required(`${at}.value`, tag['value']);
    const key = check.text(`${at}.key`, tag['key'], { min: 1, max: 128, pattern: TAG_TEXT }) ?? '';
    const text = check.text(`${at}.value`, tag['value'], { max: 256, pattern: TAG_TEXT }) ?? '';
    if (Object.hasOwn(tags, key)) throw invalid(`Duplicate tag keys found: ${key}. Each tag key must be unique.`);
    if (key.startsWith('aws:')) throw invalid(`Tag keys that start with aws: are reserved, got ${key}.`);
    tags[key] = text;
  }
  return tags;
}

/** @throws ServiceError where there are more tags than a resource may have */
export function limitTags(tags: Tags): void {
  const count = Object.keys(tags).length;
  if (count > MOST_TAGS)
    throw new ServiceError('TooManyTagsException', `A resource can have ${MOST_TAGS} tags, got ${count}.`);
}

/**
 * The simulated account denies what the tag contract forbids, as a policy on `aws:RequestTag` would: nothing that bills exists
 * without the tags that say what it is billed to.
 * @throws ServiceError
 */
export function requireContractTags(action: string, tags: Tags): void {
  const missing = Object.values(TAG_KEYS).filter((key) => (tags[key] ?? '') === '');
  const wrong = [...wrongValue(tags, TAG_KEYS.path, PATHS), ...wrongValue(tags, TAG_KEYS.component, COST_COMPONENTS)];
  if (missing.length === 0 && wrong.length === 0) return;
  const reasons = [...(missing.length === 0 ? [] : [`the tags ${missing.join(', ')} are missing`]), ...wrong];
  throw new ServiceError(
    'AccessDeniedException',
    `The simulated account denies ${action}: ${reasons.join('; ')}. Everything that bills needs the tags of the contract.`,
  );
}

function wrongValue(tags: Tags, key: string, allowed: readonly string[]): string[] {
  const value = tags[key];
  if (value === undefined || value === '' || allowed.includes(value)) return [];
  return [`the tag ${key} must be one of ${allowed.join(', ')}, got '${value}'`];
}
