import type { PriceUnitKind } from '../prices/price-unit.ts';
import type { CostComponent } from './cost-component.ts';
import { localUsageType } from './region-prefixes.ts';

/**
 * Why a line may come without the path's tag although a path caused it: a custom model's training, storage and tokens; documents
 * and where they are stored; tokens of a base model, called past the path's own profile.
 */
export type UntaggedCause = 'custom-model' | 'documents' | 'base-model-tokens';

/** A billed meter: usage types that count the same thing, and everything that is known of them. */
export interface Meter extends MeterRow {
  /** AWS Price List service code; `AmazonBedrock` for all offers of Bedrock. */
  readonly service: string;
  readonly component: CostComponent;
  /** The resource causes another component as well, and its one tag names that: the usage type decides. @default the tag does */
  readonly decides?: true;
}

interface MeterRow {
  /** Billed usage types, without their Region prefix. */
  readonly usageType: RegExp;
  /** The thing that an estimate and a bill both count, whatever model and tier. @default each usage type is a family of its own */
  readonly family?: string;
  /** Kind of unit that it is priced by. @default its usage types differ in it, or nobody has seen it */
  readonly counts?: PriceUnitKind;
  /** Ids in the price book. @default no price of it is known */
  readonly priceIds?: RegExp;
  /** @default AWS tags its lines, so that an untagged one is somebody else's */
  readonly untagged?: UntaggedCause;
}

interface MeterGroup extends Omit<Meter, keyof MeterRow> {
  /** CloudFormation types whose tagged instances cause this usage. */
  readonly resourceTypes: readonly string[];
  /** Where the usage types were seen. */
  readonly source: string;
  readonly meters: readonly MeterRow[];
}

const PRICE_LIST = 'AWS Price List usage types, read 2026-08 and 2026-09';
const S3_PRICING = 'AWS S3 pricing page, S3 Vectors, and a bill of 2026-08';

/** Tokens of a model: those of a custom model can only be caused by a path that has one. */
function tokens(family: string, usageType: RegExp, priceId: string): MeterRow[] {
  return [
    {
      family,
      counts: 'token',
      usageType: new RegExp(`(?:${usageType.source}).*-custom-model$`, 'i'),
      priceIds: new RegExp(`/custom-${priceId}(?:/|$)`),
      untagged: 'custom-model',
    },
    {
      family,
      counts: 'token',
      usageType,
      priceIds: new RegExp(`/${priceId}(?:/|$)`),
      untagged: 'base-model-tokens',
    },
  ];
}

/**
 * The one table of billed meters. The component tag is written from the resource type, a bill is read by the usage type, an
 * estimate names its lines by the price id: because one row holds them, they cannot disagree.
 * The first matching row wins, so the narrower pattern stands first.
 */
const METER_GROUPS: readonly MeterGroup[] = [
  {
    component: 'training',
    resourceTypes: [],
    service: 'AmazonBedrock',
    source: PRICE_LIST,
    meters: [
      {
        usageType: /-Customization-Training$/,
        family: 'training tokens',
        counts: 'token',
        priceIds: /^(?!sagemaker\/).*\/training$/,
        untagged: 'custom-model',
      },
      {
        usageType: /-Customization-Storage$/,
        family: 'stored custom models',
        counts: 'model-month',
        priceIds: /[.:].*\/storage$/,
        untagged: 'custom-model',
      },
      {
        usageType: /-RFT-Training-Hours$/,
        counts: 'training-hour',
        priceIds: /\/reinforcement-training$/,
        untagged: 'custom-model',
      },
    ],
  },
  {
    // an imported model is tagged with what it answers; that it is stored is part of having trained it
    component: 'training',
    resourceTypes: [],
    service: 'AmazonBedrock',
    source: PRICE_LIST,
    decides: true,
    meters: [
      {
        usageType: /CustomModelImport-Storage(?:-v[\d:]+)?$/,
        family: 'stored imported models',
        counts: 'CMU-month',
        priceIds: /^cmi\/storage$/,
        untagged: 'custom-model',
      },
    ],
  },
  {
    component: 'data',
    resourceTypes: ['AWS::Bedrock::KnowledgeBase'],
    service: 'AmazonBedrock',
    source: PRICE_LIST,
    meters: [
      {
        usageType: /embed/i,
        family: 'embedding tokens',
        counts: 'token',
        priceIds: /\/embedding(?:\/|$)/,
        untagged: 'documents',
      },
      {
        usageType: /rerank/i,
        family: 'reranked queries',
        counts: 'query',
        priceIds: /\/rerank$/,
        untagged: 'documents',
      },
      {
        usageType: /Knowledge-?Base.*Storage/i,
        counts: 'GB-month',
        priceIds: /^managed-kb\/index$/,
        untagged: 'documents',
      },
      {
        usageType: /Knowledge-?Base.*Retrieval/i,
        counts: 'request',
        priceIds: /^managed-kb\/(?:agentic-)?retrieve$/,
        untagged: 'documents',
      },
      // how queries of structured data are billed has not been seen
      {
        usageType: /Knowledge-?Base/i,
        counts: 'query',
        priceIds: /^kb\/structured-query$/,
        untagged: 'documents',
      },
      { usageType: /(?:^|-)BDA|DataAutomation/i, counts: 'page', priceIds: /^bda\/page$/ },
    ],
  },
  {
    component: 'operations',
    resourceTypes: ['AWS::Bedrock::Guardrail'],
    service: 'AmazonBedrock',
    source: PRICE_LIST,
    meters: [{ usageType: /^Guardrail-/, counts: 'text unit', priceIds: /^guardrail\// }],
  },
  {
    component: 'inference',
    resourceTypes: ['AWS::Bedrock::ApplicationInferenceProfile'],
    service: 'AmazonBedrock',
    source: PRICE_LIST,
    meters: [
      {
        usageType: /ProvisionedThroughput/i,
        family: 'model-unit hours',
        counts: 'model-unit-hour',
        priceIds: /\/provisioned\//,
      },
      {
        usageType: /CustomModelImport-Inference/i,
        family: 'custom model unit minutes',
        counts: 'CMU-minute',
        priceIds: /^cmi\/cmu-/,
        untagged: 'custom-model',
      },
      { usageType: /CustomModelImport/i, untagged: 'custom-model' },
      {
        usageType: /reserved[-_]\d+[-_]?month/i,
        family: 'reserved tokens a minute',
        counts: 'TPM-hour',
        priceIds: /\/reserved-\d-month(?:\/|$)/,
      },
      ...tokens('cache read tokens', /cache[-_]?read|cached[-_]input/i, 'cache-read'),
      ...tokens('cache write tokens', /cache[-_]?write/i, 'cache-write(?:-1h|-30m)?'),
      ...tokens('output tokens', /output[-_]?tokens|output-?token-?count/i, 'output'),
      ...tokens('input tokens', /input[-_]?tokens|input-?token-?count/i, 'input'),
      { usageType: /Token-?Count/i, counts: 'token', untagged: 'base-model-tokens' },
    ],
  },
  {
    component: 'operations',
    resourceTypes: ['AWS::Lambda::Function'],
    service: 'AWSLambda',
    source: `${PRICE_LIST}; streaming: AWS Billing User Guide, services of the Free Tier; transfer: AWS Lambda pricing page`,
    meters: [
      { usageType: /^Request(?:-ARM)?$/, counts: 'request', priceIds: /^lambda\/request$/ },
      {
        usageType: /^Lambda-GB-Second(?:-ARM)?$/,
        counts: 'GB-second',
        priceIds: /^lambda\/gb-second-(?:arm|x86)(?:\/|$)/,
      },
      {
        usageType: /^(?:Lambda-Streaming-Response-Processed-Bytes(?:-ARM)?|DataTransfer-(?:In|Out|Regional)-Bytes)$/,
        counts: 'GB',
      },
    ],
  },
  {
    component: 'operations',
    resourceTypes: ['AWS::StepFunctions::StateMachine'],
    service: 'AmazonStates',
    source: PRICE_LIST,
    meters: [{ usageType: /^StateTransition$/, counts: 'transition', priceIds: /^states\/transition$/ }],
  },
  {
    component: 'operations',
    resourceTypes: ['AWS::Logs::LogGroup', 'AWS::CloudWatch::Alarm', 'AWS::CloudWatch::Dashboard'],
    service: 'AmazonCloudWatch',
    source: PRICE_LIST,
    meters: [
      // since May 2025 the logs of Lambda are priced as vended logs
      { usageType: /^(?:DataProcessing|VendedLog)-Bytes$/, counts: 'GB', priceIds: /^logs\/ingest$/ },
      { usageType: /^TimedStorage-ByteHrs$/, counts: 'GB-month', priceIds: /^logs\/archive$/ },
      { usageType: /^DataScanned-Bytes$/, counts: 'GB', priceIds: /^logs\/insights$/ },
      {
        usageType: /^CW:MetricMonitorUsage$/,
        counts: 'metric-month',
        priceIds: /^cloudwatch\/custom-metric(?:\/|$)/,
      },
      { usageType: /^CW:AlarmMonitorUsage$/, counts: 'alarm-month', priceIds: /^cloudwatch\/alarm$/ },
      { usageType: /^(?:CW:|DashboardsUsageHour)/ },
    ],
  },
  {
    component: 'data',
    resourceTypes: ['AWS::OpenSearchServerless::Collection', 'AWS::OpenSearchServerless::CollectionGroup'],
    service: 'AmazonES',
    source: PRICE_LIST,
    meters: [
      {
        usageType: /(?:Indexing|Search)OCU$/,
        family: 'OCU hours',
        counts: 'OCU-hour',
        priceIds: /^aoss\/ocu$/,
        untagged: 'documents',
      },
      {
        usageType: /OpenSearch-Vectors-TimedStorage-ByteHrs$/,
        family: 'stored vectors',
        counts: 'GB-month',
        priceIds: /^aoss\/storage$/,
        untagged: 'documents',
      },
      { usageType: /TimedStorage-ByteHrs$/, counts: 'GB-month' },
    ],
  },
  {
    component: 'data',
    resourceTypes: ['AWS::RDS::DBCluster', 'AWS::RDS::DBInstance'],
    service: 'AmazonRDS',
    source: PRICE_LIST,
    meters: [
      {
        usageType: /^Aurora:ServerlessV2(?:IOOptimized)?Usage$/,
        counts: 'ACU-hour',
        priceIds: /^aurora\/acu(?:-io-optimized)?$/,
      },
      {
        usageType: /^Aurora:(?:IO-Optimized)?StorageUsage$/,
        counts: 'GB-month',
        priceIds: /^aurora\/storage(?:-io-optimized)?$/,
      },
      { usageType: /^Aurora:StorageIOUsage$/, counts: 'I/O', priceIds: /^aurora\/io$/ },
      { usageType: /^Aurora:/ },
    ],
  },
  {
    component: 'data',
    resourceTypes: ['AWS::S3::Bucket', 'AWS::S3Vectors::VectorBucket', 'AWS::S3Vectors::Index'],
    service: 'AmazonS3',
    source: `${S3_PRICING}; transfer: Amazon S3 User Guide, Understanding your AWS billing and usage reports`,
    meters: [
      { usageType: /^Vectors-TimedStorage-ByteHrs$/, counts: 'GB-month', priceIds: /^s3-vectors\/storage$/ },
      {
        usageType: /^Vectors-(?:Put-Bytes|Query-Returned-Bytes|Query-ProcessedBytes-Tier\d)$/,
        counts: 'GB',
        priceIds: /^s3-vectors\/(?:put|returned|processed-tier-\d)$/,
      },
      {
        usageType: /^Vectors-Request-Tier/,
        family: 'vector queries',
        counts: 'request',
        priceIds: /^s3-vectors\/query$/,
      },
      { usageType: /^Vectors-/ },
      { usageType: /^TimedStorage-ByteHrs$/, counts: 'GB-month', priceIds: /^s3\/storage(?:\/|$)/ },
      { usageType: /^Requests-Tier[12]$/, counts: 'request', priceIds: /^s3\/(?:put|get)$/ },
      { usageType: /^DataTransfer-(?:In|Out|Regional)-Bytes$/, counts: 'GB' },
    ],
  },
  {
    component: 'training',
    resourceTypes: [],
    service: 'AmazonSageMaker',
    source: `${PRICE_LIST}; the volume as notebooks have it, Notebk:VolumeUsage.gp2`,
    meters: [
      {
        usageType: /^Train:VolumeUsage/,
        family: 'training volumes',
        counts: 'GB-month',
        priceIds: /^sagemaker\/training-volume$/,
      },
      {
        usageType: /^Train:ml\./,
        family: 'training instance hours',
        counts: 'instance-hour',
        priceIds: /^sagemaker\//,
      },
    ],
  },
  {
    component: 'operations',
    resourceTypes: ['AWS::SecretsManager::Secret'],
    service: 'AWSSecretsManager',
    source: PRICE_LIST,
    meters: [
      { usageType: /^AWSSecretsManager-Secrets$/, counts: 'secret-month', priceIds: /^secrets\/secret$/ },
      { usageType: /^AWSSecretsManagerAPIRequest$/, counts: 'request', priceIds: /^secrets\/request$/ },
      { usageType: /^AWSSecretsManager/ },
    ],
  },
  {
    component: 'operations',
    resourceTypes: ['AWS::Athena::WorkGroup'],
    service: 'AmazonAthena',
    source: PRICE_LIST,
    meters: [{ usageType: /^DataScannedInTB$/, counts: 'GB', priceIds: /^athena\/scanned$/ }],
  },
  {
    component: 'operations',
    resourceTypes: ['AWS::ApiGatewayV2::Api', 'AWS::ApiGateway::RestApi'],
    service: 'AmazonApiGateway',
    source: PRICE_LIST,
    meters: [
      {
        usageType: /^ApiGateway(?:Http)?Request$/,
        counts: 'request',
        priceIds: /^api-gateway\/(?:http|rest)(?:\/|$)/,
      },
    ],
  },
  {
    component: 'operations',
    resourceTypes: [],
    service: 'AWSCostExplorer',
    source: PRICE_LIST,
    meters: [{ usageType: /^APIRequest$/, counts: 'request', priceIds: /^cost-explorer\/request$/ }],
  },
];

const METERS: readonly Meter[] = METER_GROUPS.flatMap(({ meters, ...group }) =>
  meters.map((row) => ({ ...group, ...row })),
);

const BY_RESOURCE_TYPE = new Map(
  METER_GROUPS.flatMap(({ resourceTypes, component }) => resourceTypes.map((type) => [type, component])),
);

/**
 * The component whose cost a tagged resource causes. What bills nothing itself (a role, a custom resource) serves the
 * operation of the path.
 */
export function componentOfResourceType(cloudFormationType: string): CostComponent {
  return BY_RESOURCE_TYPE.get(cloudFormationType) ?? 'operations';
}

/**
 * The meter of a billed usage type, or undefined where the table does not know it.
 * Services share some usage types (`TimedStorage-ByteHrs`), so the service decides where it is given.
 */
export function meterOfUsageType(usageType: string, service?: string): Meter | undefined {
  const local = localUsageType(usageType);
  return METERS.find((meter) => (service === undefined || meter.service === service) && meter.usageType.test(local));
}

/** The meter that a price of the book is for. */
export function meterOfPrice(priceId: string): Meter | undefined {
  return METERS.find((meter) => meter.priceIds?.test(priceId) === true);
}

/** The component of a billed usage type, or undefined where the table does not know it: shown as unmapped, never dropped. */
export function componentOfUsageType(usageType: string, service?: string): CostComponent | undefined {
  return meterOfUsageType(usageType, service)?.component;
}

/** The services that bill such a usage type, as far as the table knows: several where only the service tells them apart. */
export function servicesOfUsageType(usageType: string): string[] {
  const local = localUsageType(usageType);
  return [...new Set(METERS.filter((meter) => meter.usageType.test(local)).map(({ service }) => service))];
}

/** The family of a billed usage type; one that is in no row is a family of its own. */
export function familyOfUsageType(usageType: string): string {
  return meterOfUsageType(usageType)?.family ?? localUsageType(usageType);
}

/** The family of an estimated line: by its price id, else by the usage type that the price book knows it under. */
export function familyOfPrice(priceId: string, usageType: string | null): string {
  const family = meterOfPrice(priceId)?.family;
  if (family !== undefined) return family;
  return usageType === null ? priceId : localUsageType(usageType);
}
