import { z } from 'zod';
import { didYouMean } from './nearest-name.ts';

type Issue = z.core.$ZodIssue;
type JsonSchema = z.core.JSONSchema.JSONSchema;

/** One line an issue: the path in the file, what is wrong, what was got, the key that was probably meant. */
export function describeIssues(issues: readonly Issue[], json: unknown, schema: z.ZodType): string {
  // what several paths share is wrong once
  const lines = new Set(issues.flatMap((issue) => describe(issue, json, schema)));
  return [...lines].map((line) => `  ${line}`).join('\n');
}

function describe(issue: Issue, json: unknown, schema: z.ZodType): string[] {
  const place = pathText(issue.path);
  switch (issue.code) {
    case 'unrecognized_keys': {
      const allowed = allowedKeys(schema, issue.path, json);
      return issue.keys.map((key) => `${pathText([...issue.path, key])}: unknown key${hint(key, allowed)}`);
    }
    case 'invalid_value':
      return [`${place}: ${oneOfText(issue.values.map(String), json, issue.path)}`];
    case 'invalid_key':
      return [`${place}: ${issue.issues.map(({ message }) => message).join(', ')}`];
    case 'invalid_union': {
      const kinds =
        issue.discriminator === undefined ? [] : discriminators(schema, issue.path, issue.discriminator, json);
      return [
        kinds.length > 0
          ? `${place}: ${oneOfText(kinds, json, issue.path)}`
          : `${place}: does not match any allowed form, got ${gotText(json, issue.path)}`,
      ];
    }
    case 'invalid_type':
      return [`${place}: must be ${article(issue.expected)}, got ${gotText(json, issue.path)}`];
    case 'too_small': {
      const limit = `${issue.inclusive === false ? 'more than' : 'at least'} ${String(issue.minimum)}`;
      return [`${place}: must ${measured(issue.origin, limit)}, got ${gotText(json, issue.path)}`];
    }
    case 'too_big': {
      const limit = `${issue.inclusive === false ? 'less than' : 'at most'} ${String(issue.maximum)}`;
      return [`${place}: must ${measured(issue.origin, limit)}, got ${gotText(json, issue.path)}`];
    }
    case 'invalid_format':
    case 'invalid_element':
    case 'not_multiple_of':
    case 'custom':
      return [`${place}: ${lowerFirst(issue.message)}, got ${gotText(json, issue.path)}`];
  }
}

/** Says what is allowed, what was got and which of the allowed was probably meant. */
function oneOfText(allowed: readonly string[], json: unknown, path: readonly PropertyKey[]): string {
  const value = valueAt(json, path);
  const meant = typeof value === 'string' ? didYouMean(value, allowed) : '';
  return `must be one of ${allowed.join(', ')}, got ${gotText(json, path)}${meant}`;
}

/** Names what a limit is a limit of. */
function measured(origin: string, limit: string): string {
  const isOne = limit.endsWith(' 1');
  if (origin === 'array' || origin === 'set') return `have ${limit} ${isOne ? 'entry' : 'entries'}`;
  return origin === 'string' ? `have ${limit} ${isOne ? 'character' : 'characters'}` : `be ${limit}`;
}

function article(type: string): string {
  if (type === 'int') return 'a whole number';
  return `${/^[aeiou]/.test(type) ? 'an' : 'a'} ${type}`;
}

function pathText(path: readonly PropertyKey[]): string {
  if (path.length === 0) return '(root)';
  return path
    .map((key) => (typeof key === 'number' ? `[${String(key)}]` : `.${String(key)}`))
    .join('')
    .replace(/^\./, '');
}

function valueAt(json: unknown, path: readonly PropertyKey[]): unknown {
  let value = json;
  for (const key of path) {
    value = typeof value === 'object' && value !== null ? (value as Record<PropertyKey, unknown>)[key] : undefined;
  }
  return value;
}

function gotText(json: unknown, path: readonly PropertyKey[]): string {
  const value = valueAt(json, path);
  if (value === undefined) return 'nothing';
  // JSON has no name for a number too large to hold
  if (typeof value === 'number') return String(value);
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);

/** The part of the schema that a place in the file must follow; made only once there is an error to explain. */
function schemaAt(schema: z.ZodType, path: readonly PropertyKey[], json: unknown): JsonSchema[] {
  let places: JsonSchema[] = [z.toJSONSchema(schema, { io: 'input' })];
  path.forEach((key, depth) => {
    const parent = valueAt(json, path.slice(0, depth));
    places = places
      .flatMap((place) => branches(place, parent))
      .flatMap((place) => {
        const next =
          typeof key === 'number' ? place.items : (place.properties?.[String(key)] ?? place.additionalProperties);
        return typeof next === 'object' && !Array.isArray(next) ? [next] : [];
      });
  });
  return places.flatMap((place) => branches(place, valueAt(json, path)));
}

/** The alternatives of a union that the value's own `kind` does not rule out. */
function branches(place: JsonSchema, value: unknown): JsonSchema[] {
  const alternatives = place.oneOf ?? place.anyOf ?? [];
  if (alternatives.length === 0) return [place];
  const kind = valueAt(value, ['kind']);
  const matching = alternatives.filter(
    ({ properties }) => (properties?.['kind'] as JsonSchema | undefined)?.const === kind,
  );
  return matching.length > 0 ? matching : alternatives;
}

function allowedKeys(schema: z.ZodType, path: readonly PropertyKey[], json: unknown): string[] {
  return [...new Set(schemaAt(schema, path, json).flatMap(({ properties }) => Object.keys(properties ?? {})))];
}

function discriminators(schema: z.ZodType, path: readonly PropertyKey[], key: string, json: unknown): string[] {
  const union = path.at(-1) === key ? path.slice(0, -1) : path;
  return schemaAt(schema, union, json).flatMap(({ properties }) => {
    const value = (properties?.[key] as JsonSchema | undefined)?.const;
    return typeof value === 'string' ? [value] : [];
  });
}

function hint(key: string, allowed: readonly string[]): string {
  const meant = didYouMean(key, allowed);
  if (meant !== '') return meant;
  return allowed.length > 0 ? `; allowed: ${allowed.filter((name) => name !== '$schema').join(', ')}` : '';
}
