import type { ModelCatalogue, PriceListName } from '../catalogue/models.ts';
import { COMMITMENTS, commitmentMeter, type Commitment } from '../prices/commitment.ts';
import type { PriceUnit } from '../prices/price-unit.ts';
import { TIER_LIMITS, type TieredPriceId } from '../prices/tier-limits.ts';

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

/**
 * How one price id is found in the AWS Price List: by exact usage type, never by a similar one. Its component, family and kind of
 * unit are those of the row of `meters.ts` that it matches.
 */
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

function bedrock(usageType: string, per: PriceUnit = TOKENS): PriceMeter {
  return { services: ['AmazonBedrock'], usageTypes: [`{P}-${usageType}`], per };
}

const free = (meter: PriceMeter): PriceMeter => ({ ...meter, mayBeFree: true });

/** A model whose name is a part of the usage types of the offer AmazonBedrock. */
function bedrockModel(modelId: string, { name }: PriceListName): Entry[] {
  return [
    ...Object.entries(TOKEN_SUFFIXES).flatMap(([id, suffix]): Entry[] => [
      [`${modelId}/input${id}`, bedrock(`${name}-input-tokens${suffix}`)],
      [`${modelId}/output${id}`, bedrock(`${name}-output-tokens${suffix}`)],
    ]),
    [`${modelId}/cache-read`, bedrock(`${name}-cache-read-input-token-count`)],
    [`${modelId}/cache-read/global`, bedrock(`${name}-cache-read-input-token-count-cross-region-global`)],
    [`${modelId}/cache-write`, free(bedrock(`${name}-cache-write-input-token-count`))],
    [`${modelId}/cache-write/global`, free(bedrock(`${name}-cache-write-input-token-count-cross-region-global`))],
    [`${modelId}/custom-input`, bedrock(`${name}-input-tokens-custom-model`)],
    [`${modelId}/custom-output`, bedrock(`${name}-output-tokens-custom-model`)],
    [`${modelId}/custom-cache-read`, bedrock(`${name}-cache-read-input-token-count-custom-model`)],
    [`${modelId}/custom-cache-write`, free(bedrock(`${name}-cache-write-input-token-count-custom-model`))],
    [`${modelId}/training`, bedrock(`${name}-Customization-Training`)],
    [`${modelId}/storage`, bedrock(`${name}-Customization-Storage`, 'model-month')],
    ...(Object.keys(COMMITMENTS) as Commitment[]).map((commitment): Entry => [
      `${modelId}/${commitmentMeter(commitment)}`,
      bedrock(`${name}-ProvisionedThroughput-${COMMITMENTS[commitment].usageType}-ModelUnits`, 'model-unit-hour'),
    ]),
  ];
}

function bedrockEmbedding(modelId: string, { name }: PriceListName): Entry[] {
  return [
    [`${modelId}/embedding`, bedrock(`${name}-input-tokens`)],
    [`${modelId}/embedding/batch`, bedrock(`${name}-input-tokens-batch`)],
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

/** Claude up to 4.6, for one. */
function countedTokens(modelId: string, { name: model }: PriceListName): Entry[] {
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

/** Claude from 5 on, for one. */
function standardTokens(modelId: string, { name: model }: PriceListName): Entry[] {
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

function countedEmbedding(modelId: string, { name, meters = [] }: PriceListName): Entry[] {
  return [[`${modelId}/embedding`, marketplace(name, 'InputTokenCount', ...meters)]];
}

/** What a model bills, by how the Price List names it. */
const MODEL_METERS: Readonly<
  Record<PriceListName['naming'], Partial<Record<ModelKind, (modelId: string, named: PriceListName) => Entry[]>>>
> = {
  'usage-type': { text: bedrockModel, embedding: bedrockEmbedding },
  mantle: {},
  'marketplace-counts': { text: countedTokens, embedding: countedEmbedding },
  'marketplace-standard': { text: standardTokens },
};

type ModelKind = ModelCatalogue['models'][string]['kind'];

function service(code: PriceService, usageType: string, per: PriceUnit, note?: string): PriceMeter {
  return { services: [code], usageTypes: [`{P}-${usageType}`], per, ...(note === undefined ? {} : { note }) };
}

/** A meter whose price falls with the quantity: an id for every tier, with the quantity from which it holds. */
function tiered(id: TieredPriceId, meter: PriceMeter): Entry[] {
  return [
    [id, meter],
    ...TIER_LIMITS[id].map((start, index): Entry => [`${id}/tier-${index + 2}`, tierFrom(meter, start)]),
  ];
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
  ...tiered('s3/storage', service('AmazonS3', 'TimedStorage-ByteHrs', 'GB-month', 'first 50 TB')),
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
  ),
  ...tiered(
    'lambda/gb-second-arm',
    service('AWSLambda', 'Lambda-GB-Second-ARM', 'GB-second', 'first 7.5 billion GB-seconds'),
  ),
  ['states/transition', service('AmazonStates', 'StateTransition', '1K transitions')],
  ['logs/ingest', service('AmazonCloudWatch', 'DataProcessing-Bytes', 'GB')],
  ['logs/archive', service('AmazonCloudWatch', 'TimedStorage-ByteHrs', 'GB-month')],
  ['logs/insights', service('AmazonCloudWatch', 'DataScanned-Bytes', 'GB')],
  ...tiered(
    'cloudwatch/custom-metric',
    service('AmazonCloudWatch', 'CW:MetricMonitorUsage', 'metric-month', 'first 10,000 metrics'),
  ),
  ['cloudwatch/alarm', service('AmazonCloudWatch', 'CW:AlarmMonitorUsage', 'alarm-month', 'standard resolution')],
  ...tiered(
    'api-gateway/http',
    service('AmazonApiGateway', 'ApiGatewayHttpRequest', '1M requests', 'first 300 million'),
  ),
  ...tiered('api-gateway/rest', service('AmazonApiGateway', 'ApiGatewayRequest', '1M requests', 'first 333 million')),
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
 * Every price id that the AWS Price List answers, those of the catalogue's models first. An id that is not here has no usage
 * type that anybody has seen, or one whose unit is not clear (S3 Vectors query calls, reranking, evaluation tasks): its
 * price is kept by hand.
 */
export function priceMeters({ models, named }: ModelCatalogue): ReadonlyMap<string, PriceMeter> {
  const ofModels = Object.entries({ ...models, ...named }).flatMap(([modelId, { kind, priceList }]) =>
    priceList === undefined ? [] : (MODEL_METERS[priceList.naming][kind]?.(modelId, priceList) ?? []),
  );
  return new Map([...ofModels, ...OTHER_METERS]);
}
