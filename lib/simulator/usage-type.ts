import type { Price, PriceBook } from '../prices/price-book.ts';

export interface BilledUsageType {
  readonly usageType: string;
  /** True where nobody has seen how AWS writes it, and it is made up after the pattern of its neighbours. */
  readonly synthetic: boolean;
}

/**
 * How token meters are written behind the model's name (Bedrock user guide, "Understanding your Amazon Bedrock Cost and Usage
 * Report data").
 */
const TOKEN_METERS: Readonly<Record<string, string>> = {
  input: 'input-tokens',
  output: 'output-tokens',
  'cache-read': 'cache-read-input-token-count',
  'cache-write': 'cache-write-input-token-count',
  'cache-write-1h': 'cache-write-1h-input-token-count',
  'custom-input': 'input-tokens-custom-model',
  'custom-output': 'output-tokens-custom-model',
};

/** What else bills by the model, written behind its name (AWS Price List usage types of us-east-1). */
const MODEL_METERS: Readonly<Record<string, string>> = {
  training: 'Customization-Training',
  storage: 'Customization-Storage',
  'provisioned/no-commit': 'ProvisionedThroughput-NoCommit-ModelUnits',
  'provisioned/1-month': 'ProvisionedThroughput-1month-ModelUnits',
  'provisioned/6-month': 'ProvisionedThroughput-6months-ModelUnits',
};

/** Usage types that are the same in every Region but for the prefix. */
const LOCAL_USAGE_TYPES: Readonly<Record<string, string>> = {
  'lambda/request': 'Request',
  'lambda/gb-second-arm': 'Lambda-GB-Second-ARM',
  'lambda/gb-second-x86': 'Lambda-GB-Second',
  'logs/ingest': 'DataProcessing-Bytes',
  'logs/archive': 'TimedStorage-ByteHrs',
  'cloudwatch/custom-metric': 'CW:MetricMonitorUsage',
  'guardrail/content': 'Guardrail-ContentPolicyUnitsConsumed',
  'guardrail/topics': 'Guardrail-TopicPolicyUnitsConsumed',
  'guardrail/sensitive-information': 'Guardrail-SensitiveInformationPolicyPaidUnitsConsumed',
  'cmi/cmu-v1': 'CustomModelImport-Inference-v1:0',
  'cmi/cmu-v2': 'CustomModelImport-Inference-v2:0',
  'cmi/storage': 'CustomModelImport-Storage-v1:0',
  'aoss/storage': 'OpenSearch-Vectors-TimedStorage-ByteHrs',
  's3-vectors/query': 'Vectors-Request-Tier1',
  'guardrail/words': 'Guardrail-WordPolicyUnitsConsumed',
};

/** One price under several usage types: the operation says which (OpenSearch Serverless pricing, AWS Price List). */
const BY_OPERATION = ['aoss/ocu'];

/** What a bill calls a price: the book's usage type, else one after the pattern of its neighbours. */
export function billedUsageType({ id, usageType }: Price, book: PriceBook, operation: string): BilledUsageType {
  if (BY_OPERATION.includes(id)) return { usageType: `${regionPrefix(book)}-${operation}`, synthetic: false };
  if (usageType !== undefined) return { usageType, synthetic: false };
  const prefix = regionPrefix(book);
  const local = LOCAL_USAGE_TYPES[id];
  if (local !== undefined) return { usageType: `${prefix}-${local}`, synthetic: true };
  const [model = id, meter = '', ...rest] = id.split('/');
  if (model === 'sagemaker') return { usageType: `${prefix}-Train:${meter}`, synthetic: true };
  const ofModel = MODEL_METERS[[meter, ...rest].join('/')];
  if (ofModel !== undefined) return { usageType: `${modelPrefix(model, prefix, book)}-${ofModel}`, synthetic: true };
  const tokens = TOKEN_METERS[meter];
  if (tokens === undefined) return { usageType: `${prefix}-${id.replaceAll('/', '-')}`, synthetic: true };
  const scope = rest.includes('global') ? '-cross-region-global' : '';
  const tier = rest.filter((part) => part !== 'global').map((part) => `-${part}`);
  return { usageType: `${modelPrefix(model, prefix, book)}-${tokens}${scope}${tier.join('')}`, synthetic: true };
}

/** `USE1` for us-east-1, as the other prices of the book say. */
function regionPrefix({ region, prices }: PriceBook): string {
  for (const { usageType = '' } of prices.values()) {
    const prefix = /^([A-Z]{2,4}\d?)-/.exec(usageType)?.[1];
    if (prefix !== undefined) return prefix;
  }
  return region;
}

/** What stands before the meter in the usage types of a model, as its input price says: `USE1-AcmeSmall` of `USE1-AcmeSmall-input-tokens`. */
function modelPrefix(model: string, prefix: string, { prices }: PriceBook): string {
  const known = prices.get(`${model}/input`)?.usageType ?? '';
  return /^(.+)-input-tokens$/.exec(known)?.[1] ?? `${prefix}-${model}`;
}
