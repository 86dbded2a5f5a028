import type { z } from 'zod';

type Issue = z.core.$ZodIssue;

/** One line an issue: the path in the file, what is wrong, what was got, the key that was probably meant. */
export function describeIssues(issues: readonly Issue[], json: unknown): string {
  return issues
    .flatMap((issue) => describe(issue, json))
    .map((line) => `  ${line}`)
    .join('\n');
}

function describe(issue: Issue, json: unknown): string[] {
  const place = pathText(issue.path);
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => `${pathText([...issue.path, key])}: unknown key`);
    case 'invalid_value':
      return [`${place}: must be one of ${issue.values.map(String).join(', ')}, got ${gotText(json, issue.path)}`];
    case 'invalid_key':
      return [`${place}: ${issue.issues.map(({ message }) => message).join(', ')}`];
    case 'invalid_union':
    case 'invalid_element':
    case 'invalid_type':
    case 'invalid_format':
    case 'too_big':
    case 'too_small':
    case 'not_multiple_of':
    case 'custom':
      return [`${place}: ${lowerFirst(issue.message)}, got ${gotText(json, issue.path)}`];
  }
}

function pathText(path: readonly PropertyKey[]): string {
  if (path.length === 0) return '(root)';
  return path
    .map((key) => (typeof key === 'number' ? `[${String(key)}]` : `.${String(key)}`))
    .join('')
    .replace(/^\./, '');
}

function gotText(json: unknown, path: readonly PropertyKey[]): string {
  let value = json;
  for (const key of path) {
    value = typeof value === 'object' && value !== null ? (value as Record<PropertyKey, unknown>)[key] : undefined;
  }
  if (value === undefined) return 'nothing';
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);
