import {
  BedrockAgentClient,
  CreateDataSourceCommand,
  CreateKnowledgeBaseCommand,
  GetIngestionJobCommand,
  StartIngestionJobCommand,
  type IngestionJob,
  type StorageConfiguration,
  type VectorIngestionConfiguration,
} from '@aws-sdk/client-bedrock-agent';
import { BedrockAgentRuntimeClient } from '@aws-sdk/client-bedrock-agent-runtime';
import { afterEach } from '@jest/globals';
import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { costTags } from '../../lib/deployment/tags.ts';
import type { Simulator, SimulatorOptions, VirtualClock } from '../../lib/simulator/index.ts';
import type { ResourceResponse } from '../../lib/simulator/resource-type.ts';
import { testBed, testSimulator } from './simulator-bed.ts';
import { ACCOUNT, REGION } from './simulator.ts';

export const BUCKET = 'documents';
export const ROLE = `arn:aws:iam::${ACCOUNT}:role/knowledge-base`;
const DEPLOYER = `arn:aws:iam::${ACCOUNT}:role/cdk-hnb659fds-cfn-exec-role-${ACCOUNT}-${REGION}`;
export const EMBED_ARN = `arn:aws:bedrock:${REGION}::foundation-model/acme.embed-v1:0`;
export const DIMENSIONS = 1024;

export const RAG_TAGS = costTags({
  path: 'rag',
  component: 'data',
  project: 'fmpaths',
  environment: 'test',
  owner: `arn:aws:cloudformation:${REGION}:${ACCOUNT}:stack/rag/1`,
});
export const CFN_TAGS = Object.entries(RAG_TAGS).map(([Key, Value]) => ({ Key, Value }));

/** A bucket in memory. */
type Objects = Map<string, string>;

export interface KnowledgeBaseBed {
  readonly simulator: Simulator;
  readonly clock: VirtualClock;
  readonly agent: BedrockAgentClient;
  readonly runtime: BedrockAgentRuntimeClient;
  readonly objects: Objects;
  /** Ends it where it was made to stay. */
  readonly end: () => Promise<void>;
  /** Users by secret ARN. */
  readonly secrets: Map<string, string>;
  /** Sends a change of one resource, as the bridge does. */
  readonly resource: (
    type: string,
    requestType: 'Create' | 'Update' | 'Delete',
    properties?: object,
    physicalResourceId?: string,
  ) => Promise<ResourceResponse>;
}

const credentials = { accessKeyId: 'rehearsal', secretAccessKey: 'rehearsal' };
const ends: (() => void)[] = [];
afterEach(() => ends.splice(0).forEach((end) => end()));

/** Called before an object is read: where a test deletes one in the middle of a job. */
interface BedOptions {
  /** For all tests of a file, until `end` is called. @default it ends with the test */
  readonly untilTheEnd?: boolean;
  readonly beforeRead?: (key: string, objects: Objects) => unknown;
}

/** A simulator with clients of knowledge bases, over a bucket in memory. */
export async function knowledgeBaseBed({
  beforeRead,
  untilTheEnd = false,
}: BedOptions = {}): Promise<KnowledgeBaseBed> {
  const objects: Objects = new Map();
  const secrets = new Map<string, string>();
  const options: Partial<SimulatorOptions> = {
    hostServices: {
      objects: (bucket, prefix) =>
        Promise.resolve(
          bucket === BUCKET
            ? [...objects]
                .filter(([key]) => key.startsWith(prefix))
                .map(([key, text]) => ({
                  key,
                  bytes: sizeOf(text),
                  etag: createHash('md5').update(text).digest('hex'),
                }))
            : undefined,
        ),
      read: async (_, key) => {
        await beforeRead?.(key, objects);
        const text = objects.get(key);
        return text === undefined ? undefined : Buffer.from(text);
      },
      secretUser: (arn) => Promise.resolve(secrets.get(arn)),
    },
  };
  const { simulator, clock } = untilTheEnd ? await testSimulator(options) : await testBed(options);
  const client = { region: REGION, endpoint: simulator.url, credentials, maxAttempts: 1 };
  const agent = new BedrockAgentClient(client);
  const runtime = new BedrockAgentRuntimeClient(client);
  const hangUp = (): void => {
    agent.destroy();
    runtime.destroy();
  };
  if (!untilTheEnd) ends.push(hangUp);
  const end = async (): Promise<void> => {
    hangUp();
    await simulator.close();
  };
  const resource: KnowledgeBaseBed['resource'] = async (type, requestType, properties = {}, physicalResourceId) => {
    const response = await fetch(`${simulator.url}/_fmpaths/resources`, {
      method: 'POST',
      body: JSON.stringify({ type, requestType, properties, physicalResourceId }),
    });
    const body = (await response.json()) as ResourceResponse & { error?: { type: string; message: string } };
    if (body.error !== undefined) throw new Error(`${body.error.type}: ${body.error.message}`);
    return body;
  };
  return { simulator, clock, agent, runtime, objects, secrets, resource, end };
}

/** A text of this form stands for a file of so many bytes. */
const sizeOf = (text: string): number => {
  const [, bytes] = /^\((\d+) bytes\)$/.exec(text) ?? [];
  return bytes === undefined ? Buffer.byteLength(text) : Number(bytes);
};

const COLLECTION = 'AWS::OpenSearchServerless::Collection';
const INDEX_NAME = 'chunks';
const FIELDS = { vectorField: 'vector', textField: 'text', metadataField: 'metadata' };

export const MAPPINGS = {
  Properties: {
    vector: { Type: 'knn_vector', Dimension: DIMENSIONS, Method: { Engine: 'faiss', Name: 'hnsw', SpaceType: 'l2' } },
    text: { Type: 'text', Index: true },
    metadata: { Type: 'text', Index: false },
  },
};

export const policies = (name: string) => ({
  encryption: JSON.stringify({
    Rules: [{ ResourceType: 'collection', Resource: [`collection/${name}`] }],
    AWSOwnedKey: true,
  }),
  network: JSON.stringify([
    { Rules: [{ ResourceType: 'collection', Resource: [`collection/${name}`] }], AllowFromPublic: true },
  ]),
  data: JSON.stringify([
    {
      Rules: [
        {
          ResourceType: 'index',
          Resource: [`index/${name}/*`],
          Permission: ['aoss:CreateIndex', 'aoss:DescribeIndex', 'aoss:ReadDocument', 'aoss:WriteDocument'],
        },
      ],
      Principal: [ROLE, DEPLOYER],
    },
  ]),
});

/** Policies, collection and index, made in the order that AWS wants. */
export async function createCollection(
  { resource }: KnowledgeBaseBed,
  { name = 'docs', standby = 'DISABLED' }: { readonly name?: string; readonly standby?: 'ENABLED' | 'DISABLED' } = {},
) {
  const { encryption, network, data } = policies(name);
  const security = 'AWS::OpenSearchServerless::SecurityPolicy';
  await resource(security, 'Create', { Name: `${name}-encryption`, Type: 'encryption', Policy: encryption });
  await resource(security, 'Create', { Name: `${name}-network`, Type: 'network', Policy: network });
  await resource('AWS::OpenSearchServerless::AccessPolicy', 'Create', {
    Name: `${name}-data`,
    Type: 'data',
    Policy: data,
  });
  const collection = await resource(COLLECTION, 'Create', {
    Name: name,
    Type: 'VECTORSEARCH',
    StandbyReplicas: standby,
    Tags: CFN_TAGS,
  });
  const index = await resource('AWS::OpenSearchServerless::Index', 'Create', {
    CollectionEndpoint: collection.attributes['CollectionEndpoint'],
    IndexName: INDEX_NAME,
    Mappings: MAPPINGS,
    Settings: { Index: { Knn: true } },
  });
  return { collection, index };
}

export async function createVectorIndex(
  { resource }: KnowledgeBaseBed,
  nonFilterable = ['AMAZON_BEDROCK_TEXT', 'AMAZON_BEDROCK_METADATA'],
) {
  const bucket = await resource('AWS::S3Vectors::VectorBucket', 'Create', {
    VectorBucketName: 'vectors',
    Tags: CFN_TAGS,
  });
  const index = await resource('AWS::S3Vectors::Index', 'Create', {
    VectorBucketArn: bucket.physicalResourceId,
    IndexName: 'chunks',
    DataType: 'float32',
    Dimension: DIMENSIONS,
    DistanceMetric: 'cosine',
    MetadataConfiguration: { NonFilterableMetadataKeys: nonFilterable },
    Tags: CFN_TAGS,
  });
  return { bucket, index };
}

export interface BaseOfBed {
  readonly knowledgeBaseId: string;
  readonly dataSourceId: string;
}

export const aossStorage = (collectionArn: unknown) =>
  ({
    type: 'OPENSEARCH_SERVERLESS',
    opensearchServerlessConfiguration: {
      collectionArn: String(collectionArn),
      vectorIndexName: INDEX_NAME,
      fieldMapping: FIELDS,
    },
  }) as const;

export const s3VectorsStorage = (indexArn: string) =>
  ({ type: 'S3_VECTORS', s3VectorsConfiguration: { indexArn } }) as const;

interface DataSourceOptions {
  readonly chunking?: VectorIngestionConfiguration['chunkingConfiguration'];
  readonly deletion?: 'RETAIN' | 'DELETE';
}

/** A knowledge base with one data source over the bucket, on a new store: OpenSearch Serverless, or S3 Vectors. */
export async function createKnowledgeBase(
  bed: KnowledgeBaseBed,
  { store = 'opensearch', ...dataSource }: DataSourceOptions & { readonly store?: 'opensearch' | 's3-vectors' } = {},
): Promise<BaseOfBed> {
  const storage =
    store === 'opensearch'
      ? aossStorage((await createCollection(bed)).collection.attributes['Arn'])
      : s3VectorsStorage((await createVectorIndex(bed)).index.physicalResourceId);
  return createKnowledgeBaseOn(bed, storage, dataSource);
}

/** A knowledge base with one data source over the bucket, on a store that is there already. */
export async function createKnowledgeBaseOn(
  { agent }: KnowledgeBaseBed,
  storageConfiguration: StorageConfiguration,
  { chunking, deletion = 'DELETE' }: DataSourceOptions = {},
): Promise<BaseOfBed> {
  const { knowledgeBase } = await agent.send(
    new CreateKnowledgeBaseCommand({
      name: 'docs',
      roleArn: ROLE,
      knowledgeBaseConfiguration: {
        type: 'VECTOR',
        vectorKnowledgeBaseConfiguration: { embeddingModelArn: EMBED_ARN },
      },
      storageConfiguration,
      tags: RAG_TAGS,
    }),
  );
  const knowledgeBaseId = knowledgeBase?.knowledgeBaseId ?? '';
  const { dataSource } = await agent.send(
    new CreateDataSourceCommand({
      knowledgeBaseId,
      name: 'bucket',
      dataDeletionPolicy: deletion,
      dataSourceConfiguration: { type: 'S3', s3Configuration: { bucketArn: `arn:aws:s3:::${BUCKET}` } },
      ...(chunking === undefined ? {} : { vectorIngestionConfiguration: { chunkingConfiguration: chunking } }),
    }),
  );
  return { knowledgeBaseId, dataSourceId: dataSource?.dataSourceId ?? '' };
}

/** Runs a job to its end. */
export async function sync({ agent }: KnowledgeBaseBed, base: BaseOfBed): Promise<IngestionJob> {
  const { ingestionJob } = await agent.send(new StartIngestionJobCommand(base));
  const ingestionJobId = ingestionJob?.ingestionJobId ?? '';
  for (;;) {
    const { ingestionJob: job } = await agent.send(new GetIngestionJobCommand({ ...base, ingestionJobId }));
    if (job === undefined) throw new Error('no job');
    if (!['STARTING', 'IN_PROGRESS', 'STOPPING'].includes(job.status ?? '')) return job;
    await sleep(2);
  }
}
