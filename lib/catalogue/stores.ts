/** Vector stores that an estimate can price, in the order in which schemas and messages list them. */
export const STORE_KINDS = [
  'opensearch-serverless',
  'opensearch-serverless-nextgen',
  'aurora-serverless-v2',
  's3-vectors',
  'managed',
] as const;

export type StoreKind = (typeof STORE_KINDS)[number];

/** Those of them that the stack rag can deploy. */
export const DEPLOYED_STORES = [
  'opensearch-serverless',
  'aurora-serverless-v2',
  's3-vectors',
] as const satisfies readonly StoreKind[];

export type DeployedStore = (typeof DEPLOYED_STORES)[number];

/** Facts of a store that several rooms need. */
interface StoreFacts {
  /** Its name after `rehearse --store`. */
  readonly shortName: string;
  /** The type that a knowledge base's storage configuration names it by, and the member that configures it. */
  readonly storageType: string;
  readonly storageMember: string;
  /** How the CloudFormation types of its resources begin. */
  readonly resourceTypes: string;
  /** CloudFormation type of the resource that a bill names. */
  readonly billedType: string;
  /** How the ids of its prices begin. */
  readonly prices: string;
  /** True if AWS is known to put the tags of the resource on its lines. */
  readonly linesCarryTags: boolean;
  /** True if it also searches by words. */
  readonly searchesByWords: boolean;
}

export const STORE_FACTS = {
  'opensearch-serverless': {
    shortName: 'opensearch-serverless',
    storageType: 'OPENSEARCH_SERVERLESS',
    storageMember: 'opensearchServerlessConfiguration',
    resourceTypes: 'AWS::OpenSearchServerless::',
    billedType: 'AWS::OpenSearchServerless::Collection',
    prices: 'aoss/',
    linesCarryTags: false,
    searchesByWords: true,
  },
  'aurora-serverless-v2': {
    shortName: 'aurora',
    storageType: 'RDS',
    storageMember: 'rdsConfiguration',
    resourceTypes: 'AWS::RDS::',
    billedType: 'AWS::RDS::DBCluster',
    prices: 'aurora/',
    linesCarryTags: true,
    searchesByWords: true,
  },
  's3-vectors': {
    shortName: 's3-vectors',
    storageType: 'S3_VECTORS',
    storageMember: 's3VectorsConfiguration',
    resourceTypes: 'AWS::S3Vectors::',
    billedType: 'AWS::S3Vectors::Index',
    prices: 's3-vectors/',
    linesCarryTags: true,
    searchesByWords: false,
  },
} as const satisfies Record<DeployedStore, StoreFacts>;

/** Short names of the stores that can be deployed. */
export type StoreName = (typeof STORE_FACTS)[DeployedStore]['shortName'];
