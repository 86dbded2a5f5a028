import { localUsageType } from '../components.ts';

/**
 * What an estimate calls by a price id and a bill by one or several usage types. One family is one thing that is counted in
 * one unit, so that its quantities may be compared; the model and the tier are not part of it.
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
