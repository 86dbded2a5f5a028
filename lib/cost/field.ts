import type { Workload } from './workload.ts';

type Json = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null;

/** The number at a dotted path such as `rag.retrieval.chunksPerRequest` or `other.0.quantity`; undefined where there is none. */
export function numberAt(workload: Workload, field: string): number | undefined {
  let value: unknown = workload;
  for (const key of field.split('.')) value = isObject(value) ? value[key] : undefined;
  return typeof value === 'number' ? value : undefined;
}

/** A copy of the workload with another value at a dotted path. The rest is shared with the original. */
export function withField(workload: Workload, field: string, value: unknown): Workload {
  return set(workload, field.split('.'), value) as Workload;
}

function set(object: unknown, [key = '', ...rest]: readonly string[], value: unknown): unknown {
  const inner = isObject(object) ? object[key] : undefined;
  const changed = rest.length === 0 ? value : set(inner, rest, value);
  if (Array.isArray(object)) return object.map((one: unknown, index) => (String(index) === key ? changed : one));
  return { ...(isObject(object) ? object : {}), [key]: changed };
}

/** Every number that is priced, by its dotted path: all but needs, which cost nothing. */
export function numberFields(workload: Workload): { readonly field: string; readonly value: number }[] {
  const found: { field: string; value: number }[] = [];
  const walk = (object: Json, prefix: string): void => {
    for (const [key, value] of Object.entries(object)) {
      if (value === workload.needs) continue;
      if (typeof value === 'number') found.push({ field: prefix + key, value });
      else if (isObject(value)) walk(value, `${prefix}${key}.`);
    }
  };
  walk(workload, '');
  return found;
}
