import type { PriceUnit } from '../prices/price-unit.ts';

/** AWS Price List service codes that the price book is refreshed from. */
export const PRICE_SERVICES = [
  'AmazonBedrock',
  'AmazonBedrockFoundationModels',
  'AmazonBedrockService',
  'AmazonBedrockAgentCore',
  'AmazonES',
  'AmazonRDS',
  'AmazonS3',
  'AWSLambda',
  'AmazonStates',
  'AmazonCloudWatch',
  'AmazonSageMaker',
  'AmazonApiGateway',
  'AmazonAthena',
  'AWSSecretsManager',
  'AWSCostExplorer',
] as const;

export type PriceService = (typeof PRICE_SERVICES)[number];

/** Services that publish one file for all Regions. */
export const GLOBAL_SERVICES: readonly PriceService[] = ['AWSCostExplorer'];

/** How one price id is found in the AWS Price List: by exact usage type, never by a similar one. */
export interface PriceMeter {
  readonly services: readonly PriceService[];
  /** Usage types with `{P}` for the Region's prefix; those that the Price List has must all show the same price. */
  readonly usageTypes: readonly string[];
  readonly per: PriceUnit;
  /** `servicename`: the marketplace offers give every model the same usage types and tell them apart by it alone. */
  readonly serviceName?: string;
  /** Attributes that must have one of these values, where a usage type alone covers several products. */
  readonly attributes?: Readonly<Record<string, readonly string[]>>;
  /** Quantity from which the price holds, in single pieces: the tier that it is. Absent: from nothing. */
  readonly from?: number;
  /** Whether a price of zero is one, and not a free allowance or a placeholder. */
  readonly mayBeFree?: true;
  /** What the price leaves out, such as the tier that it is the first of. */
  readonly note?: string;
}

type Entry = readonly [id: string, meter: PriceMeter];

const TOKENS = '1M tokens' satisfies PriceUnit;

/** Usage-type name of each model family in the offer AmazonBedrock. */
const BEDROCK_FAMILIES: Readonly<Record<string, string>> = {
  'amazon.nova-micro-v1:0': 'NovaMicro',
  'amazon.nova-lite-v1:0': 'NovaLite',
  'amazon.nova-pro-v1:0': 'NovaPro',
  'amazon.nova-premier-v1:0': 'NovaPremier',
  'amazon.nova-2-lite-v1:0': 'Nova2.0Lite',
  'amazon.titan-text-express-v1': 'TitanTextG1-Express',
  'amazon.titan-text-lite-v1': 'TitanTextG1-Lite',
  'meta.llama3-1-8b-instruct-v1:0': 'Llama3-1-8B',
  'meta.llama3-1-70b-instruct-v1:0': 'Llama3-1-70B',
  'meta.llama3-2-1b-instruct-v1:0': 'Llama3-2-1B',
  'meta.llama3-2-3b-instruct-v1:0': 'Llama3-2-3B',
  'meta.llama3-2-11b-instruct-v1:0': 'Llama3-2-11B',
  'meta.llama3-2-90b-instruct-v1:0': 'Llama3-2-90B',
  'meta.llama3-3-70b-instruct-v1:0': 'Llama3-3-70B',
  'openai.gpt-oss-20b-1:0': 'gpt-oss-20b',
  'openai.gpt-oss-120b-1:0': 'gpt-oss-120b',
};

const EMBEDDING_FAMILIES: Readonly<Record<string, string>> = {
  'amazon.titan-embed-text-v1': 'TitanEmbeddingsG1-Text',
  'amazon.titan-embed-text-v2:0': 'TitanEmbeddingV2-Text',
};

/** Suffix of the price id -> suffix of the usage type. */
const TOKEN_SUFFIXES: Readonly<Record<string, string>> = {
  '': '',
  '/batch': '-batch',
  '/flex': '-flex',
  '/priority': '-priority',
  '/latency-optimized': '-latency-optimized',
  '/global': '-cross-region-global',
  '/batch/global': '-cross-region-global-batch',
  '/flex/global': '-cross-region-global-flex',
  '/priority/global': '-cross-region-global-priority',
};

/** Terms of Provisioned Throughput, as price ids and as usage types name them. */
const COMMITMENTS = { 'no-commit': 'NoCommit', '1-month': '1month', '6-month': '6months' } as const;

function bedrock(usageType: string, per: PriceUnit = TOKENS): PriceMeter {
  return { services: ['AmazonBedrock'], usageTypes: [`{P}-${usageType}`], per };
}

const free = (meter: PriceMeter): PriceMeter => ({ ...meter, mayBeFree: true });

function bedrockModel([modelId, family]: readonly [string, string]): Entry[] {
  return [
    ...Object.entries(TOKEN_SUFFIXES).flatMap(([id, suffix]): Entry[] => [
      [`${modelId}/input${id}`, bedrock(`${family}-input-tokens${suffix}`)],
      [`${modelId}/output${id}`, bedrock(`${family}-output-tokens${suffix}`)],
    ]),
    [`${modelId}/cache-read`, bedrock(`${family}-cache-read-input-token-count`)],
    [`${modelId}/cache-read/global`, bedrock(`${family}-cache-read-input-token-count-cross-region-global`)],
    [`${modelId}/cache-write`, free(bedrock(`${family}-cache-write-input-token-count`))],
    [`${modelId}/cache-write/global`, free(bedrock(`${family}-cache-write-input-token-count-cross-region-global`))],
    [`${modelId}/custom-input`, bedrock(`${family}-input-tokens-custom-model`)],
    [`${modelId}/custom-output`, bedrock(`${family}-output-tokens-custom-model`)],
    [`${modelId}/custom-cache-read`, bedrock(`${family}-cache-read-input-token-count-custom-model`)],
    [`${modelId}/custom-cache-write`, free(bedrock(`${family}-cache-write-input-token-count-custom-model`))],
    [`${modelId}/training`, bedrock(`${family}-Customization-Training`)],
    [`${modelId}/storage`, bedrock(`${family}-Customization-Storage`, 'model-month')],
    ...Object.entries(COMMITMENTS).map(([id, term]): Entry => [
      `${modelId}/provisioned/${id}`,
      bedrock(`${family}-ProvisionedThroughput-${term}-ModelUnits`, 'model-unit-hour'),
    ]),
  ];
}

function embeddingModel([modelId, family]: readonly [string, string]): Entry[] {
  return [
    [`${modelId}/embedding`, bedrock(`${family}-input-tokens`)],
    [`${modelId}/embedding/batch`, bedrock(`${family}-input-tokens-batch`)],
  ];
}

function marketplace(model: string, ...meters: readonly string[]): PriceMeter {
  return {
    services: ['AmazonBedrockFoundationModels', 'AmazonBedrockService'],
    usageTypes: meters.map((meter) => `{P}-MP:{P}_${meter}-Units`),
    per: TOKENS,
    serviceName: `${model} (Amazon Bedrock Edition)`,
  };
}

/** Claude up to 4.6 bills `InputTokenCount`; from 5 on `input_tokens_standard`. */
function claudeCounts([modelId, model]: readonly [string, string]): Entry[] {
  return ['', '/global'].flatMap((scope): Entry[] => {
    const suffix = scope === '' ? '' : '_Global';
    return [
      [`${modelId}/input${scope}`, marketplace(model, `InputTokenCount${suffix}`)],
      [`${modelId}/output${scope}`, marketplace(model, `OutputTokenCount${suffix}`)],
      [`${modelId}/input/batch${scope}`, marketplace(model, `InputTokenCount${suffix}_Batch`)],
      [`${modelId}/output/batch${scope}`, marketplace(model, `OutputTokenCount${suffix}_Batch`)],
      [`${modelId}/cache-read${scope}`, marketplace(model, `CacheReadInputTokenCount${suffix}`)],
      [`${modelId}/cache-write${scope}`, marketplace(model, `CacheWriteInputTokenCount${suffix}`)],
      [`${modelId}/cache-write-1h${scope}`, marketplace(model, `CacheWrite1hInputTokenCount${suffix}`)],
    ];
  });
}

function claudeTokens([modelId, model]: readonly [string, string]): Entry[] {
  return ['', '/global'].flatMap((scope): Entry[] => {
    const infix = scope === '' ? '' : '_global';
    return [
      [`${modelId}/input${scope}`, marketplace(model, `input_tokens${infix}_standard`)],
      [`${modelId}/output${scope}`, marketplace(model, `output_tokens${infix}_standard`)],
      [`${modelId}/input/batch${scope}`, marketplace(model, `input_tokens${infix}_batch`)],
      [`${modelId}/output/batch${scope}`, marketplace(model, `output_tokens${infix}_batch`)],
      [`${modelId}/cache-read${scope}`, marketplace(model, `cache_read_tokens${infix}_standard`)],
      [`${modelId}/cache-write-1h${scope}`, marketplace(model, `cache_write_tokens_1h${infix}_standard`)],
    ];
  });
}

const CLAUDE_COUNTS: Readonly<Record<string, string>> = {
  'anthropic.claude-3-haiku-20240307-v1:0': 'Claude 3 Haiku',
  'anthropic.claude-3-5-haiku-20241022-v1:0': 'Claude 3.5 Haiku',
  'anthropic.claude-sonnet-4-20250514-v1:0': 'Claude Sonnet 4',
  'anthropic.claude-opus-4-1-20250805-v1:0': 'Claude Opus 4.1',
  'anthropic.claude-haiku-4-5-20251001-v1:0': 'Claude Haiku 4.5',
  'anthropic.claude-sonnet-4-5-20250929-v1:0': 'Claude Sonnet 4.5',
  'anthropic.claude-sonnet-4-6': 'Claude Sonnet 4.6',
};

const CLAUDE_TOKENS: Readonly<Record<string, string>> = { 'anthropic.claude-sonnet-5': 'Claude Sonnet 5' };

function service(code: PriceService, usageType: string, per: PriceUnit, note?: string): PriceMeter {
  return { services: [code], usageTypes: [`{P}-${usageType}`], per, ...(note === undefined ? {} : { note }) };
}

/** A meter whose price falls with the quantity: an id for every tier, with the quantity from which it holds. */
function tiered(id: string, meter: PriceMeter, ...from: readonly number[]): Entry[] {
  return [[id, meter], ...from.map((start, index): Entry => [`${id}/tier-${index + 2}`, tierFrom(meter, start)])];
}

const tierFrom = ({ services, usageTypes, per }: PriceMeter, from: number): PriceMeter => ({
  services,
  usageTypes,
  per,
  from,
  note: `above ${from.toLocaleString('en-US')}`,
});

/** Aurora MySQL and Aurora PostgreSQL share their usage types. */
function aurora(usageType: string, per: PriceUnit): PriceMeter {
  return {
    ...service('AmazonRDS', `Aurora:${usageType}`, per),
    attributes: { databaseEngine: ['Aurora PostgreSQL', 'Any'] },
  };
}

function s3Vectors(usageType: string, per: PriceUnit, note?: string): PriceMeter {
  return service('AmazonS3', `Vectors-${usageType}`, per, note);
}

const SAGEMAKER_TRAINING_INSTANCES: readonly string[] = [
  ...['xlarge', '2xlarge', '4xlarge', '8xlarge', '12xlarge', '16xlarge', '24xlarge', '48xlarge'].flatMap((size) =>
    ['g5', 'g6', 'g6e'].map((family) => `ml.${family}.${size}`),
  ),
  'ml.m5.large',
  'ml.p4d.24xlarge',
  'ml.p4de.24xlarge',
  'ml.p5.4xlarge',
  'ml.p5.48xlarge',
  'ml.p5e.48xlarge',
  'ml.p5en.48xlarge',
];

const OTHER_METERS: readonly Entry[] = [
  ['cohere.embed-english-v3/embedding', marketplace('Cohere Embed 3 Model - English', 'InputTokenCount')],
  ['cohere.embed-multilingual-v3/embedding', marketplace('Cohere Embed Model 3 - Multilingual', 'InputTokenCount')],
  ['cohere.embed-v4:0/embedding', marketplace('Cohere Embed 4 Model', 'InputTokenCount', 'Cohere_Embed_V4')],
  ['cmi/cmu-v1', bedrock('Llama-CustomModelImport-Inference-v1:0', 'CMU-minute')],
  ['cmi/cmu-v2', bedrock('OSS-CustomModelImport-Inference-v2:0', 'CMU-minute')],
  ['cmi/storage', bedrock('Llama-CustomModelImport-Storage-v1:0', 'CMU-month')],
  ['guardrail/content', bedrock('Guardrail-ContentPolicyUnitsConsumed', '1K text units')],
  ['guardrail/topics', bedrock('Guardrail-TopicPolicyUnitsConsumed', '1K text units')],
  [
    'guardrail/sensitive-information',
    bedrock('Guardrail-SensitiveInformationPolicyPaidUnitsConsumed', '1K text units'),
  ],
  ['guardrail/grounding', bedrock('Guardrail-ContextualGroundingPolicyUnitsConsumed', '1K text units')],
  ['guardrail/automated-reasoning', bedrock('Guardrail-AutomatedReasoningPolicyUnitsConsumed', '1K text units')],
  ['managed-kb/index', service('AmazonBedrockAgentCore', 'Knowledge-Base:Consumption-based:Storage', 'GB-month')],
  [
    'managed-kb/retrieve',
    service('AmazonBedrockAgentCore', 'Knowledge-Base:Consumption-based:Retrieval', '1K requests'),
  ],
  ['aoss/ocu', { services: ['AmazonES'], usageTypes: ['{P}-SearchOCU', '{P}-IndexingOCU'], per: 'OCU-hour' }],
  ['aurora/acu', aurora('ServerlessV2Usage', 'ACU-hour')],
  ['aurora/acu-io-optimized', aurora('ServerlessV2IOOptimizedUsage', 'ACU-hour')],
  ['aurora/storage', aurora('StorageUsage', 'GB-month')],
  ['aurora/storage-io-optimized', aurora('IO-OptimizedStorageUsage', 'GB-month')],
  ['aurora/io', aurora('StorageIOUsage', '1M I/O')],
  ...tiered(
    's3/storage',
    service('AmazonS3', 'TimedStorage-ByteHrs', 'GB-month', 'first 50 TB'),
    50 * 1024,
    500 * 1024,
  ),
  ['s3/put', service('AmazonS3', 'Requests-Tier1', '1K requests')],
  ['s3/get', service('AmazonS3', 'Requests-Tier2', '1K requests')],
  ['s3-vectors/storage', s3Vectors('TimedStorage-ByteHrs', 'GB-month')],
  ['s3-vectors/put', s3Vectors('Put-Bytes', 'GB', 'at least 128 KB is billed for each PUT')],
  ['s3-vectors/processed-tier-1', s3Vectors('Query-ProcessedBytes-Tier1', 'TB', 'first 100,000 vectors of an index')],
  [
    's3-vectors/processed-tier-2',
    s3Vectors('Query-ProcessedBytes-Tier2', 'TB', '100,000 to 10 million vectors of an index'),
  ],
  [
    's3-vectors/processed-tier-3',
    s3Vectors('Query-ProcessedBytes-Tier3', 'TB', 'above 10 million vectors of an index'),
  ],
  ['s3-vectors/returned', s3Vectors('Query-Returned-Bytes', 'GB', 'the first 512 KB of each query are free')],
  ['lambda/request', { services: ['AWSLambda'], usageTypes: ['{P}-Request-ARM', '{P}-Request'], per: '1M requests' }],
  ...tiered(
    'lambda/gb-second-x86',
    service('AWSLambda', 'Lambda-GB-Second', 'GB-second', 'first 6 billion GB-seconds'),
    6e9,
    15e9,
  ),
  ...tiered(
    'lambda/gb-second-arm',
    service('AWSLambda', 'Lambda-GB-Second-ARM', 'GB-second', 'first 7.5 billion GB-seconds'),
    7.5e9,
    18.75e9,
  ),
  ['states/transition', service('AmazonStates', 'StateTransition', '1K transitions')],
  ['logs/ingest', service('AmazonCloudWatch', 'DataProcessing-Bytes', 'GB')],
  ['logs/archive', service('AmazonCloudWatch', 'TimedStorage-ByteHrs', 'GB-month')],
  ['logs/insights', service('AmazonCloudWatch', 'DataScanned-Bytes', 'GB')],
  ...tiered(
    'cloudwatch/custom-metric',
    service('AmazonCloudWatch', 'CW:MetricMonitorUsage', 'metric-month', 'first 10,000 metrics'),
    10_000,
    250_000,
    1e6,
  ),
  ['cloudwatch/alarm', service('AmazonCloudWatch', 'CW:AlarmMonitorUsage', 'alarm-month', 'standard resolution')],
  ...tiered(
    'api-gateway/http',
    service('AmazonApiGateway', 'ApiGatewayHttpRequest', '1M requests', 'first 300 million'),
    300e6,
  ),
  ...tiered(
    'api-gateway/rest',
    service('AmazonApiGateway', 'ApiGatewayRequest', '1M requests', 'first 333 million'),
    333e6,
    1e9,
    20e9,
  ),
  ['athena/scanned', service('AmazonAthena', 'DataScannedInTB', 'TB', 'at least 10 MB for each query')],
  ['secrets/secret', service('AWSSecretsManager', 'AWSSecretsManager-Secrets', 'secret-month')],
  ['secrets/request', service('AWSSecretsManager', 'AWSSecretsManagerAPIRequest', '10K requests')],
  // one price for every Region, billed under the prefix of us-east-1
  ['cost-explorer/request', { services: ['AWSCostExplorer'], usageTypes: ['USE1-APIRequest'], per: '1 request' }],
  ...SAGEMAKER_TRAINING_INSTANCES.map((type): Entry => [
    `sagemaker/${type}/training`,
    service('AmazonSageMaker', `Train:${type}`, 'instance-hour'),
  ]),
  // seen of notebooks only, as Notebk:VolumeUsage.gp2
  ['sagemaker/training-volume', service('AmazonSageMaker', 'Train:VolumeUsage.gp2', 'GB-month')],
];

/**
 * Every price id that the AWS Price List answers. An id that is not here has no usage type that anybody has seen, or one
 * whose unit is not clear (S3 Vectors query calls, reranking, evaluation tasks): its price is kept by hand.
 */
export const PRICE_METERS: ReadonlyMap<string, PriceMeter> = new Map([
  ...Object.entries(BEDROCK_FAMILIES).flatMap(bedrockModel),
  ...Object.entries(EMBEDDING_FAMILIES).flatMap(embeddingModel),
  ...Object.entries(CLAUDE_COUNTS).flatMap(claudeCounts),
  ...Object.entries(CLAUDE_TOKENS).flatMap(claudeTokens),
  ...OTHER_METERS,
]);
