import { localUsageType } from './components.ts';

/**
 * What an estimate calls by a price id and a bill by one or several usage types. One family is one thing that is counted in
 * one unit, so that its quantities may be compared; the model and the tier are not part of it (see `metersOf`).
 */
interface Family {
  readonly name: string;
  readonly priceId: RegExp;
  readonly usageType: RegExp;
}

/** The first matching row wins. Price ids are those of `config/prices`; usage types are those of the AWS Price List. */
const FAMILIES: readonly Family[] = [
  { name: 'embedding tokens', priceId: /\/embedding(?:\/|$)/, usageType: /embed/i },
  { name: 'reranked queries', priceId: /\/rerank$/, usageType: /rerank/i },
  { name: 'training instance hours', priceId: /^sagemaker\//, usageType: /^Train:ml\./ },
  { name: 'training tokens', priceId: /\/training$/, usageType: /Customization-Training$/ },
  { name: 'stored custom models', priceId: /[.:].*\/storage$/, usageType: /Customization-Storage$/ },
  { name: 'model-unit hours', priceId: /\/provisioned\//, usageType: /ProvisionedThroughput/ },
  { name: 'custom model unit minutes', priceId: /^cmi\/cmu-/, usageType: /CustomModelImport-Inference/ },
  { name: 'stored imported models', priceId: /^cmi\/storage$/, usageType: /CustomModelImport-Storage/ },
  { name: 'cache read tokens', priceId: /\/cache-read(?:\/|$)/, usageType: /cache-?_?read/i },
  { name: 'cache write tokens', priceId: /\/cache-write(?:-1h)?(?:\/|$)/, usageType: /cache-?_?write/i },
  { name: 'output tokens', priceId: /\/(?:custom-)?output(?:\/|$)/, usageType: /output[-_]?token/i },
  { name: 'input tokens', priceId: /\/(?:custom-)?input(?:\/|$)/, usageType: /input[-_]?token/i },
  { name: 'OCU hours', priceId: /^aoss\/ocu$/, usageType: /OCU$/ },
  { name: 'stored vectors', priceId: /^aoss\/storage$/, usageType: /^OpenSearch-Vectors-TimedStorage-ByteHrs$/ },
  { name: 'vector queries', priceId: /^s3-vectors\/query$/, usageType: /^Vectors-Request-Tier/ },
];

/** The family of a billed usage type; one that is in no row is a family of its own. */
export function familyOfUsageType(usageType: string): string {
  const local = localUsageType(usageType);
  return FAMILIES.find((family) => family.usageType.test(local))?.name ?? local;
}

/** The family of an estimated line: by its price id, else by the usage type that the price book knows it under. */
export function familyOfPrice(priceId: string, usageType: string | null): string {
  const family = FAMILIES.find((row) => row.priceId.test(priceId));
  if (family !== undefined) return family.name;
  return usageType === null ? priceId : localUsageType(usageType);
}

/** One name for what an estimate and a bill have of the same thing. */
export interface Meters {
  readonly ofLine: (line: { readonly priceId: string; readonly usageType: string | null }) => string;
  readonly ofRow: (row: { readonly usageType: string }) => string;
}

/** Every family is one meter, whatever models and tiers are in it. */
export const FAMILY_METERS: Meters = {
  ofLine: ({ priceId, usageType }) => familyOfPrice(priceId, usageType),
  ofRow: ({ usageType }) => familyOfUsageType(usageType),
};

/**
 * The models and tiers of a family have prices of their own, so each of its usage types is a meter, provided that the
 * estimate knows the usage type of all its lines and the bill has no other. Else only the family is sure to be the same on
 * both sides, and what is compared is its average price. Models of AWS Marketplace share their usage types: they stay together.
 */
export function metersOf(
  lines: readonly Parameters<Meters['ofLine']>[0][],
  rows: readonly Parameters<Meters['ofRow']>[0][],
): Meters {
  const usageTypes = new Map<string, Set<string | null>>();
  for (const line of lines) {
    const family = FAMILY_METERS.ofLine(line);
    const known = usageTypes.get(family) ?? new Set();
    usageTypes.set(family, known.add(line.usageType === null ? null : localUsageType(line.usageType)));
  }
  const apart = new Set(
    [...usageTypes].flatMap(([family, known]) => (known.size > 1 && !known.has(null) ? family : [])),
  );
  // a bill has few usage types and many rows
  const billed = [...new Set(rows.map(({ usageType }) => usageType))];
  for (const usageType of billed) {
    const family = familyOfUsageType(usageType);
    if (usageTypes.get(family)?.has(localUsageType(usageType)) === false) apart.delete(family);
  }
  const meter = (family: string, usageType: string | null) =>
    usageType !== null && apart.has(family) ? localUsageType(usageType) : family;
  const ofBilled = new Map(billed.map((usageType) => [usageType, meter(familyOfUsageType(usageType), usageType)]));
  return {
    ofLine: (line) => meter(FAMILY_METERS.ofLine(line), line.usageType),
    ofRow: ({ usageType }) => ofBilled.get(usageType) ?? meter(familyOfUsageType(usageType), usageType),
  };
}

export interface Unit {
  readonly of: string;
  readonly pieces: number;
}

/** Spellings of the Price List and of bills -> the words of the price book. */
const UNIT_WORDS: Readonly<Record<string, string>> = {
  'gb-mo': 'gb-month',
  'lambda-gb-second': 'gb-second',
  statetransition: 'transition',
  io: 'i/o',
  hr: 'hour',
  'ocu-hour': 'hour',
  'acu-hour': 'hour',
  'acu-hr': 'hour',
  'model-unit-hour': 'hour',
  'instance-hour': 'hour',
  'training-hour': 'hour',
  'model/month': 'model-month',
  metric: 'metric-month',
  alarm: 'alarm-month',
  secret: 'secret-month',
  minute: 'cmu-minute',
  'custom model unit per min': 'cmu-minute',
  'custom model unit per month': 'cmu-month',
  textunit: 'text unit',
  'api request': 'request',
  terabyte: 'tb',
  second: 'gb-second',
  querie: 'query',
};

const SCALE = { '': 1, K: 1e3, M: 1e6 } as const;

/**
 * Reads a unit of a price or of a bill: `1K tokens` is 1,000 times `token`.
 * Null for `Units` and other words that do not say what is counted.
 */
export function parseUnit(text: string | null, usageType = ''): Unit | null {
  // the Price List describes a unit of third-party models as `Million Input Tokens`
  if (text === 'Units' && /MP:.*token/i.test(usageType)) return { of: 'token', pieces: 1e6 };
  const match = /^(?:(\d+)\s*([KM]?)\s+)?(\S.*)$/.exec(text?.trim() ?? '');
  if (match === null) return null;
  const [, count = '1', scale = '', words = ''] = match;
  const singular = words.toLowerCase().replace(/s$/, '');
  const of = UNIT_WORDS[singular] ?? singular;
  if (of === 'unit' || of === 'quantity' || of === 'n/a') return null;
  const pieces = Number(count) * SCALE[scale as keyof typeof SCALE];
  // AWS counts storage and transfer in binary units
  const binary = /^tb(?:-month)?$/.test(of);
  return { of: binary ? of.replace('tb', 'gb') : of, pieces: binary ? pieces * 1024 : pieces };
}
