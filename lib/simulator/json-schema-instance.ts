import { pick, type Random } from './random.ts';
import { invalid } from './service-error.ts';

export interface InstanceContent {
  readonly random: Random;
  /** Fills the texts that look like an answer. */
  readonly answer: string;
}

type Schema = Readonly<Record<string, unknown>>;

/** Deeper than any schema that is not recursive. */
const DEEPEST = 32;

const FORMATS: Readonly<Record<string, string>> = {
  date: '2026-01-31',
  'date-time': '2026-01-31T12:00:00Z',
  time: '12:00:00Z',
  duration: 'PT1H',
  email: 'simulated@example.com',
  hostname: 'example.com',
  ipv4: '192.0.2.1',
  ipv6: '2001:db8::1',
  uri: 'https://example.com/simulated',
  uuid: '00000000-0000-4000-8000-000000000000',
};

/**
 * A value that satisfies the schema. What cannot be made for sure (a pattern, a recursive schema) is refused by name rather than
 * answered wrongly.
 * @throws ServiceError
 */
export function schemaInstance(root: unknown, content: InstanceContent): unknown {
  if (!isSchema(root)) throw invalid('The schema in outputConfig.textFormat.structure.jsonSchema must be an object.');
  return instance(root, { ...content, root }, '', 0);
}

interface Context extends InstanceContent {
  readonly root: Schema;
}

function instance(schema: Schema, context: Context, name: string, depth: number): unknown {
  if (depth > DEEPEST) throw invalid('The schema is recursive or too deep: recursive schemas are not supported.');
  const inner = (next: Schema): unknown => instance(next, context, name, depth + 1);
  if ('$ref' in schema) return inner(resolved(context.root, schema['$ref']));
  if ('const' in schema) return schema['const'];
  if (Array.isArray(schema['enum'])) return pick(context.random, schema['enum'] as unknown[]);
  if (Array.isArray(schema['allOf'])) return inner(merged(schema, schema['allOf'].filter(isSchema), context.root));
  const alternatives = schema['anyOf'] ?? schema['oneOf'];
  if (Array.isArray(alternatives)) {
    const [first] = alternatives.filter(isSchema);
    if (first === undefined) throw invalid('The schema has an empty list of alternatives.');
    return inner(merged({ ...schema, anyOf: undefined, oneOf: undefined }, [first], context.root));
  }
  switch (typeOf(schema)) {
    case 'object':
      return objectInstance(schema, context, depth);
    case 'array':
      return arrayInstance(schema, context, name, depth);
    case 'string':
      return stringInstance(schema, context, name);
    case 'integer':
    case 'number':
      return numberInstance(schema);
    case 'boolean':
      return context.random() < 0.5;
    case 'null':
      return null;
    default:
      throw invalid(`The simulator knows no value of the schema type ${JSON.stringify(schema['type'])}.`);
  }
}

function typeOf(schema: Schema): unknown {
  const type: unknown = schema['type'];
  if (Array.isArray(type)) return (type as unknown[]).find((one) => one !== 'null') ?? 'null';
  if (type !== undefined) return type;
  if ('properties' in schema) return 'object';
  return 'items' in schema ? 'array' : 'string';
}

function objectInstance(schema: Schema, context: Context, depth: number): unknown {
  const properties = isSchema(schema['properties']) ? schema['properties'] : {};
  const required = Array.isArray(schema['required']) ? (schema['required'] as unknown[]).map(String) : [];
  const names = [...new Set([...Object.keys(properties), ...required])];
  return Object.fromEntries(
    names.map((name) => {
      const property = properties[name];
      return [name, instance(isSchema(property) ? property : {}, context, name, depth + 1)];
    }),
  );
}

function arrayInstance(schema: Schema, context: Context, name: string, depth: number): unknown {
  const least = numberOf(schema, 'minItems') ?? 0;
  const most = numberOf(schema, 'maxItems') ?? Infinity;
  const items = isSchema(schema['items']) ? schema['items'] : {};
  if (schema['uniqueItems'] === true && least > 1)
    throw invalid('The simulator makes no lists of several unique items.');
  const length = Math.min(Math.max(least, 1), most);
  return Array.from({ length }, () => instance(items, context, name, depth + 1));
}

function stringInstance(schema: Schema, { answer }: Context, name: string): string {
  if (schema['pattern'] !== undefined)
    throw invalid('The simulator makes no texts for a pattern: leave it out in a rehearsal.');
  const format = schema['format'];
  if (typeof format === 'string') {
    const text = FORMATS[format];
    if (text === undefined) throw invalid(`The simulator knows no text of the format ${format}.`);
    return text;
  }
  const text = /answer|text|summary|response|explanation|reason/i.test(name) ? answer : `simulated ${name}`.trim();
  const least = numberOf(schema, 'minLength') ?? 0;
  const most = numberOf(schema, 'maxLength') ?? Infinity;
  return text.padEnd(least, '.').slice(0, most);
}

function numberInstance(schema: Schema): number {
  const step = numberOf(schema, 'multipleOf') ?? (typeOf(schema) === 'integer' ? 1 : 0);
  const above = numberOf(schema, 'exclusiveMinimum');
  const below = numberOf(schema, 'exclusiveMaximum');
  const least = Math.max(numberOf(schema, 'minimum') ?? -Infinity, above ?? -Infinity);
  const most = Math.min(numberOf(schema, 'maximum') ?? Infinity, below ?? Infinity);
  const fits = (value: number): boolean =>
    value >= least && value <= most && (above === undefined || value > above) && (below === undefined || value < below);
  const onStep = (value: number): number => (step === 0 ? value : Math.ceil(value / step) * step);
  const candidates = [0, 1, least, least + (step === 0 ? 1 : step), most, (least + most) / 2]
    .filter(Number.isFinite)
    .map(onStep);
  const value = candidates.find(fits);
  if (value === undefined) throw invalid(`The simulator finds no number for the schema ${JSON.stringify(schema)}.`);
  return value;
}

function resolved(root: Schema, reference: unknown): Schema {
  const path = typeof reference === 'string' && reference.startsWith('#/') ? reference.slice(2).split('/') : undefined;
  let target: unknown = path === undefined ? undefined : root;
  for (const part of path ?? []) {
    const key = part.replaceAll('~1', '/').replaceAll('~0', '~');
    target = isSchema(target) ? target[key] : undefined;
  }
  if (!isSchema(target)) throw invalid(`The schema refers to ${JSON.stringify(reference)}, which it does not hold.`);
  return target;
}

/** The keywords of all parts together; of properties and required names, all of every part. */
function merged(schema: Schema, parts: readonly Schema[], root: Schema): Schema {
  const own: Schema = { ...schema, allOf: undefined };
  return parts.reduce<Schema>((all, part) => {
    const next = '$ref' in part ? resolved(root, part['$ref']) : part;
    return {
      ...all,
      ...next,
      ...(isSchema(all['properties']) && isSchema(next['properties'])
        ? { properties: { ...all['properties'], ...next['properties'] } }
        : {}),
      ...(Array.isArray(all['required']) && Array.isArray(next['required'])
        ? { required: [...(all['required'] as unknown[]), ...(next['required'] as unknown[])] }
        : {}),
    };
  }, own);
}

function numberOf(schema: Schema, keyword: string): number | undefined {
  const value = schema[keyword];
  return typeof value === 'number' ? value : undefined;
}

function isSchema(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
