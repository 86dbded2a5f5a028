import type { Constraints } from '../constraints.ts';
import { invalid } from '../service-error.ts';

type Metadata = Readonly<Record<string, unknown>>;
export type Filter = (metadata: Metadata) => boolean;

/** Order is for numbers only. */
const numbers =
  (compare: (actual: number, wanted: number) => boolean) =>
  (actual: unknown, wanted: unknown): boolean =>
    typeof actual === 'number' && typeof wanted === 'number' && compare(actual, wanted);

const COMPARISONS: Readonly<Record<string, (actual: unknown, wanted: unknown) => boolean>> = {
  equals: (actual, wanted) => actual === wanted,
  notEquals: (actual, wanted) => actual !== wanted,
  greaterThan: numbers((actual, wanted) => actual > wanted),
  greaterThanOrEquals: numbers((actual, wanted) => actual >= wanted),
  lessThan: numbers((actual, wanted) => actual < wanted),
  lessThanOrEquals: numbers((actual, wanted) => actual <= wanted),
  in: (actual, wanted) => Array.isArray(wanted) && wanted.includes(actual),
  notIn: (actual, wanted) => Array.isArray(wanted) && !wanted.includes(actual),
  listContains: (actual, wanted) => Array.isArray(actual) && actual.includes(wanted),
  startsWith: (actual, wanted) => typeof actual === 'string' && actual.startsWith(String(wanted)),
  stringContains: (actual, wanted) =>
    Array.isArray(actual)
      ? actual.some((each) => String(each).includes(String(wanted)))
      : typeof actual === 'string' && actual.includes(String(wanted)),
};

/** Those that look inside a text; a store that searches by meaning alone does not. */
const INSIDE_TEXT = ['startsWith', 'stringContains'];

/** Filters nest as deep as AWS documents, and no deeper. */
const DEEPEST = 3;

/**
 * Reads a `RetrievalFilter`. A key that no document has is no error: it matches nothing, as on AWS.
 * @throws ServiceError where the filter is not one
 */
export function readFilter(check: Constraints, at: string, value: unknown, insideText: boolean, depth = 1): Filter {
  const filter = check.object(at, value) ?? {};
  const kinds = Object.keys(filter);
  const [kind = ''] = kinds;
  if (kinds.length !== 1) throw invalid(`The filter at ${at} must set exactly one member, got ${kinds.length}.`);
  if (kind === 'andAll' || kind === 'orAll') {
    if (depth >= DEEPEST) throw invalid(`The filter at ${at} is nested too deeply.`);
    const parts = (check.list(`${at}.${kind}`, filter[kind], { min: 2 }) ?? []).map((part, index) =>
      readFilter(check, `${at}.${kind}.${index + 1}.member`, part, insideText, depth + 1),
    );
    return kind === 'andAll'
      ? (metadata) => parts.every((part) => part(metadata))
      : (metadata) => parts.some((part) => part(metadata));
  }
  const compare = Object.hasOwn(COMPARISONS, kind) ? COMPARISONS[kind] : undefined;
  if (compare === undefined) throw invalid(`The filter at ${at} has no operator '${kind}'.`);
  if (!insideText && INSIDE_TEXT.includes(kind)) {
    throw invalid(`The filter operator ${kind} is not supported by the vector store of the knowledge base.`);
  }
  const attribute = check.object(`${at}.${kind}`, filter[kind]) ?? {};
  check.required(`${at}.${kind}.key`, attribute['key']);
  check.required(`${at}.${kind}.value`, attribute['value']);
  const key = check.text(`${at}.${kind}.key`, attribute['key'], { min: 1, max: 100 }) ?? '';
  const wanted = attribute['value'];
  const negative = kind === 'notEquals' || kind === 'notIn';
  return (metadata) => {
    const actual = Object.hasOwn(metadata, key) ? metadata[key] : undefined;
    return actual === undefined ? negative : compare(actual, wanted);
  };
}
