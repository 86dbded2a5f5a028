/** The four parts every cost is split into: values of the tag `cost-component`. */
export const COST_COMPONENTS = ['inference', 'training', 'data', 'operations'] as const;

export type CostComponent = (typeof COST_COMPONENTS)[number];

interface Meter {
  readonly component: CostComponent;
  /** CloudFormation types whose tagged instances cause this usage. */
  readonly resourceTypes: readonly string[];
  /** AWS Price List service code. */
  readonly service: string;
  /** Billed usage types, without their Region prefix. */
  readonly usageType: RegExp;
  /** Where the usage type was seen. */
  readonly source: string;
  /** The resource causes another component as well, and its one tag names that: the usage type decides. @default the tag does */
  readonly decides?: true;
}

const PRICE_LIST = 'AWS Price List usage types, read 2026-08 and 2026-09';
const S3_PRICING = 'AWS S3 pricing page, S3 Vectors, and a bill of 2026-08';

/**
 * The one table of which component a cost belongs to. The component tag is written from the resource type, the bill is
 * read by the usage type, the estimator names its lines by it: because a row holds both, they cannot disagree.
 * The first matching row wins, so the narrower pattern stands first.
 */
const METERS: readonly Meter[] = [
  {
    component: 'training',
    resourceTypes: [],
    service: 'AmazonBedrock',
    usageType: /-(?:Customization-(?:Training|Storage)|RFT-Training-Hours)$/,
    source: PRICE_LIST,
  },
  {
    // an imported model is tagged with what it answers; that it is stored is part of having trained it
    component: 'training',
    resourceTypes: [],
    service: 'AmazonBedrock',
    usageType: /CustomModelImport-Storage(?:-v[\d:]+)?$/,
    source: PRICE_LIST,
    decides: true,
  },
  {
    component: 'data',
    resourceTypes: ['AWS::Bedrock::KnowledgeBase'],
    service: 'AmazonBedrock',
    usageType: /Embed|Rerank|^Knowledge-?Base|(?:^|-)BDA|DataAutomation/i,
    source: PRICE_LIST,
  },
  {
    component: 'operations',
    resourceTypes: ['AWS::Bedrock::Guardrail'],
    service: 'AmazonBedrock',
    usageType: /^Guardrail-/,
    source: PRICE_LIST,
  },
  {
    component: 'inference',
    resourceTypes: ['AWS::Bedrock::ApplicationInferenceProfile'],
    service: 'AmazonBedrock',
    usageType:
      /(?:input|output)[-_]tokens|Token-?Count|cache[-_](?:read|write)|ProvisionedThroughput|CustomModelImport|Reserved_\d+Month/i,
    source: PRICE_LIST,
  },
  {
    component: 'operations',
    resourceTypes: ['AWS::Lambda::Function'],
    service: 'AWSLambda',
    usageType:
      /^(?:(?:Request|Lambda-GB-Second|Lambda-Streaming-Response-Processed-Bytes)(?:-ARM)?|DataTransfer-(?:In|Out|Regional)-Bytes)$/,
    source: `${PRICE_LIST}; streaming: AWS Billing User Guide, services of the Free Tier; transfer: AWS Lambda pricing page`,
  },
  {
    component: 'operations',
    resourceTypes: ['AWS::StepFunctions::StateMachine'],
    service: 'AmazonStates',
    usageType: /^StateTransition$/,
    source: PRICE_LIST,
  },
  {
    component: 'operations',
    resourceTypes: ['AWS::Logs::LogGroup', 'AWS::CloudWatch::Alarm', 'AWS::CloudWatch::Dashboard'],
    service: 'AmazonCloudWatch',
    // since May 2025 the logs of Lambda are priced as vended logs
    usageType:
      /^(?:DataProcessing-Bytes|VendedLog-Bytes|TimedStorage-ByteHrs|DataScanned-Bytes|CW:.*|DashboardsUsageHour.*)$/,
    source: PRICE_LIST,
  },
  {
    component: 'data',
    resourceTypes: ['AWS::OpenSearchServerless::Collection', 'AWS::OpenSearchServerless::CollectionGroup'],
    service: 'AmazonES',
    usageType: /^(?:IndexingOCU|SearchOCU|SemanticSearchOCU|.*TimedStorage-ByteHrs)$/,
    source: PRICE_LIST,
  },
  {
    component: 'data',
    resourceTypes: ['AWS::RDS::DBCluster', 'AWS::RDS::DBInstance'],
    service: 'AmazonRDS',
    usageType: /^Aurora:/,
    source: PRICE_LIST,
  },
  {
    component: 'data',
    resourceTypes: ['AWS::S3::Bucket', 'AWS::S3Vectors::VectorBucket', 'AWS::S3Vectors::Index'],
    service: 'AmazonS3',
    usageType: /^(?:Vectors-.*|TimedStorage-ByteHrs|Requests-Tier[12]|DataTransfer-(?:In|Out|Regional)-Bytes)$/,
    source: `${S3_PRICING}; transfer: Amazon S3 User Guide, Understanding your AWS billing and usage reports`,
  },
  {
    component: 'training',
    resourceTypes: [],
    service: 'AmazonSageMaker',
    usageType: /^Train:(?:ml\.|VolumeUsage)/,
    source: `${PRICE_LIST}; the volume as notebooks have it, Notebk:VolumeUsage.gp2`,
  },
  {
    component: 'operations',
    resourceTypes: ['AWS::SecretsManager::Secret'],
    service: 'AWSSecretsManager',
    usageType: /^AWSSecretsManager/,
    source: PRICE_LIST,
  },
  {
    component: 'operations',
    resourceTypes: ['AWS::Athena::WorkGroup'],
    service: 'AmazonAthena',
    usageType: /^DataScannedInTB$/,
    source: PRICE_LIST,
  },
  {
    component: 'operations',
    resourceTypes: ['AWS::ApiGatewayV2::Api', 'AWS::ApiGateway::RestApi'],
    service: 'AmazonApiGateway',
    usageType: /^ApiGateway(?:Http)?Request$/,
    source: PRICE_LIST,
  },
  {
    component: 'operations',
    resourceTypes: [],
    service: 'AWSCostExplorer',
    usageType: /^APIRequest$/,
    source: PRICE_LIST,
  },
];

const BY_RESOURCE_TYPE = new Map(
  METERS.flatMap(({ resourceTypes, component }) => resourceTypes.map((type) => [type, component])),
);

/**
 * The component whose cost a tagged resource causes. What bills nothing itself (a role, a custom resource) serves the
 * operation of the path.
 */
export function componentOfResourceType(cloudFormationType: string): CostComponent {
  return BY_RESOURCE_TYPE.get(cloudFormationType) ?? 'operations';
}

/** `USE1-NovaLite-input-tokens` is `NovaLite-input-tokens` in every Region; us-east-1 often has no prefix at all. */
const REGION_PREFIX = /^(?:US[EW]\d|APN\d|APS\d|APE\d|EU[CNSW]?\d?|CAN\d|CAW\d|SAE\d|AFS\d|ILC\d|ME[CS]\d|UG[EW]\d)-/;

/** A usage type without the Region it was billed in. */
export function localUsageType(usageType: string): string {
  return usageType.replace(REGION_PREFIX, '');
}

/**
 * The component of a billed usage type, or undefined where the table does not know it: shown as unmapped, never dropped.
 * Services share some usage types (`TimedStorage-ByteHrs`), so the service decides where it is given.
 */
export function componentOfUsageType(usageType: string, service?: string): CostComponent | undefined {
  const local = localUsageType(usageType);
  return METERS.find((meter) => (service === undefined || meter.service === service) && meter.usageType.test(local))
    ?.component;
}

/** Whether the usage type says more about the component than the tag of its resource does. */
export function usageTypeDecides(usageType: string, service: string): boolean {
  const local = localUsageType(usageType);
  return METERS.find((meter) => meter.service === service && meter.usageType.test(local))?.decides === true;
}

/** The services that bill such a usage type, as far as the table knows: several where only the service tells them apart. */
export function servicesOfUsageType(usageType: string): string[] {
  const local = localUsageType(usageType);
  return [...new Set(METERS.filter((meter) => meter.usageType.test(local)).map(({ service }) => service))];
}
