import type { Workload } from './workload.ts';

type Json = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The number at a dotted path such as `rag.retrieval.chunksPerRequest`; undefined where there is none. */
export function numberAt(workload: Workload, field: string): number | undefined {
  let value: unknown = workload;
  for (const key of field.split('.')) value = isObject(value) ? value[key] : undefined;
  return typeof value === 'number' ? value : undefined;
}

/** A copy of the workload with another value at a dotted path. The rest is shared with the original. */
export function withField(workload: Workload, field: string, value: unknown): Workload {
  return set(workload, field.split('.'), value);
}

function set(object: Json, [key = '', ...rest]: readonly string[], value: unknown): Json {
  if (rest.length === 0) return { ...object, [key]: value };
  const inner = object[key];
  return { ...object, [key]: set(isObject(inner) ? inner : {}, rest, value) };
}

/** Every number that is priced, by its dotted path. Lists are left out, they have no name to vary, and needs, which cost nothing. */
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
