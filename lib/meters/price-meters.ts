import type { ModelCatalogue, PriceListName } from '../catalogue/models.ts';
import { COMMITMENTS, commitmentMeter, type Commitment } from '../prices/commitment.ts';
import type { PriceUnit } from '../prices/price-unit.ts';
import { TIER_LIMITS, type TieredPriceId } from '../prices/tier-limits.ts';
import { marketplaceUsageType, tokenUsageTypes } from './token-usage-types.ts';

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

/** Services that sell tokens of models. */
export const MODEL_SERVICES: readonly PriceService[] = [
  'AmazonBedrock',
  'AmazonBedrockFoundationModels',
  'AmazonBedrockService',
];

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

/** Services that sell nothing but models: every product of theirs is one's. */
export const MARKETPLACE: readonly PriceService[] = ['AmazonBedrockFoundationModels', 'AmazonBedrockService'];

/** What AWS Marketplace appends to the name of a model. */
export const MARKETPLACE_EDITION = ' (Amazon Bedrock Edition)';

function bedrock(usageType: string, per: PriceUnit = TOKENS): PriceMeter {
  return { services: ['AmazonBedrock'], usageTypes: [`{P}-${usageType}`], per };
}

/** What every meter of a model has in common, by how the Price List names it. */
function ofModel({ naming, name }: PriceListName): Pick<PriceMeter, 'services' | 'serviceName'> {
  switch (naming) {
    case 'usage-type':
      return { services: ['AmazonBedrock'] };
    case 'mantle':
      return { services: ['AmazonBedrock', 'AmazonBedrockService'] };
    case 'marketplace-counts':
    case 'marketplace-standard':
      return { services: MARKETPLACE, serviceName: `${name}${MARKETPLACE_EDITION}` };
  }
}

const unitOf = (meter: string): PriceUnit => (meter.includes('/reserved-') ? '1K TPM-hour' : TOKENS);

/** What is written to a cache costs nothing with some models, and that is its price. */
const isCacheWrite = (meter: string): boolean => /^(?:custom-)?cache-write/.test(meter);

/** Every token price of a text model. */
function tokenMeters(modelId: string, priceList: PriceListName, { runtime, bands }: Sold): Entry[] {
  const { naming, name } = priceList;
  const shared = ofModel(priceList);
  // the endpoint bedrock-runtime bills without the word mantle: where both rows are listed, they must agree
  const older = naming === 'mantle' && runtime ? tokenUsageTypes('usage-type', name) : undefined;
  return [...tokenUsageTypes(naming, name)]
    .filter(([meter]) => bands || !meter.includes('/long-context'))
    .map(([meter, usageTypes]): Entry => [
      `${modelId}/${meter}`,
      {
        ...shared,
        usageTypes: [...usageTypes, ...(older?.get(meter) ?? [])],
        per: unitOf(meter),
        ...(isCacheWrite(meter) ? { mayBeFree: true } : {}),
      },
    ]);
}

/** What else a model bills whose name is a part of the usage types: training, storage, throughput. */
function customizationMeters(modelId: string, { naming, name }: PriceListName): Entry[] {
  if (naming !== 'usage-type') return [];
  return [
    [`${modelId}/training`, bedrock(`${name}-Customization-Training`)],
    [`${modelId}/reinforcement-training`, bedrock(`${name}-RFT-Training-Hours`, 'training-hour')],
    [`${modelId}/storage`, bedrock(`${name}-Customization-Storage`, 'model-month')],
    ...(Object.keys(COMMITMENTS) as Commitment[]).map((commitment): Entry => [
      `${modelId}/${commitmentMeter(commitment)}`,
      bedrock(`${name}-ProvisionedThroughput-${COMMITMENTS[commitment].usageType}-ModelUnits`, 'model-unit-hour'),
    ]),
  ];
}

/** What an embedding model reads; what it writes is no text. */
function embeddingMeters(modelId: string, priceList: PriceListName): Entry[] {
  const further = (priceList.meters ?? []).map(marketplaceUsageType);
  return [...tokenUsageTypes(priceList.naming, priceList.name)].flatMap(([meter, usageTypes]): Entry[] => {
    if (!/^input(?:\/batch)?(?:\/global)?$/.test(meter)) return [];
    const own = meter === 'input' ? further : [];
    const id = `${modelId}/${meter.replace('input', 'embedding')}`;
    return [[id, { ...ofModel(priceList), usageTypes: [...usageTypes, ...own], per: TOKENS }]];
  });
}

type ModelKind = ModelCatalogue['models'][string]['kind'];

interface Sold {
  /** It answers on bedrock-runtime. */
  readonly runtime: boolean;
  /** Long prompts have prices of their own: the catalogue says above how many tokens. */
  readonly bands: boolean;
}

const MODEL_METERS: Readonly<
  Partial<Record<ModelKind, (modelId: string, named: PriceListName, sold: Sold) => Entry[]>>
> = {
  text: (modelId, named, sold) => [...tokenMeters(modelId, named, sold), ...customizationMeters(modelId, named)],
  embedding: embeddingMeters,
};

function metersOfModel(modelId: string, entry: AnyModel): Entry[] {
  const { kind, priceList } = entry;
  if (priceList === undefined) return [];
  const sold = {
    runtime: 'endpoint' in entry && entry.endpoint === 'runtime',
    bands: 'longPromptAboveTokens' in entry && entry.longPromptAboveTokens !== undefined,
  };
  return MODEL_METERS[kind]?.(modelId, priceList, sold) ?? [];
}

type AnyModel = ModelCatalogue['models'][string] | NonNullable<ModelCatalogue['named']>[string];

/** Imported models bill by what they are made of: the catalogue has the usage types. */
function importedModelMeters({ customModelImport }: ModelCatalogue): Entry[] {
  const units = { 'cmu-v1': 'CMU-minute', 'cmu-v2': 'CMU-minute', storage: 'CMU-month' } as const;
  return (Object.keys(units) as (keyof typeof units)[]).flatMap((meter): Entry[] => {
    const usageTypes = customModelImport?.usageTypes?.[meter];
    if (usageTypes === undefined) return [];
    return [
      [
        `cmi/${meter}`,
        { services: ['AmazonBedrock'], usageTypes: usageTypes.map((type) => `{P}-${type}`), per: units[meter] },
      ],
    ];
  });
}

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
  // toLocaleString would load the tables of a language for four notes
  note: `above ${String(from).replace(/\B(?=(?:\d{3})+$)/g, ',')}`,
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

/** Hours of every instance type of the catalogue that can train. */
function trainingInstanceMeters({ trainingInstances }: ModelCatalogue): Entry[] {
  return Object.keys(trainingInstances?.types ?? {}).map((type) => [
    `sagemaker/${type}/training`,
    service('AmazonSageMaker', `Train:${type}`, 'instance-hour'),
  ]);
}

const OTHER_METERS: readonly Entry[] = [
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
  // seen of notebooks only, as Notebk:VolumeUsage.gp2
  ['sagemaker/training-volume', service('AmazonSageMaker', 'Train:VolumeUsage.gp2', 'GB-month')],
];

/**
 * Every price id that the AWS Price List answers, those of the catalogue first. An id that is not here has no usage
 * type that anybody has seen, or one whose unit is not clear (S3 Vectors query calls, reranking, evaluation tasks): its
 * price is kept by hand.
 */
export function priceMeters(catalogue: ModelCatalogue): ReadonlyMap<string, PriceMeter> {
  const { models, named } = catalogue;
  const ofModels = Object.entries<AnyModel>({ ...models, ...named }).flatMap(([modelId, entry]) =>
    metersOfModel(modelId, entry),
  );
  return new Map([
    ...ofModels,
    ...importedModelMeters(catalogue),
    ...trainingInstanceMeters(catalogue),
    ...OTHER_METERS,
  ]);
}
