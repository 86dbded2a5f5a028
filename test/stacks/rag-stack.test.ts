import type { Simulation } from '@cloud-copilot/iam-simulate';
import { beforeAll, expect, test } from '@jest/globals';
import { App, type Stack } from 'aws-cdk-lib';
import type { Config, EnvironmentInput } from '../../lib/config/config.ts';
import { TAG_KEYS } from '../../lib/deployment/tags.ts';
import { componentOfResourceType } from '../../lib/meters/meters.ts';
import { createStacks } from '../../lib/stacks/create-stacks.ts';
import { MODEL_ID, exampleConfig } from '../support/example-config.ts';
import { decisions } from '../support/policy-simulator.ts';
import { differences, reviewed } from '../support/reviewed-template.ts';
import { synthesize, type Resource, type Template } from '../support/synthesize.ts';

const REGION = 'us-east-1';
const ACCOUNT = '111122223333';
const TITAN = 'amazon.titan-embed-text-v2:0';

type RagInput = NonNullable<EnvironmentInput['rag']>;

const configOf = (rag: RagInput): Config => exampleConfig({}, undefined, { rag });

const STORES = ['opensearch-serverless', 'aurora-serverless-v2', 's3-vectors'] as const;
type Store = (typeof STORES)[number];

let templates: Record<Store, Template>;

const inputOf = (kind: Store): RagInput => ({ store: { kind } });

const templateOf = (rag: RagInput): Template => synthesize(configOf(rag), { only: ['rag'] }).template('rag');

beforeAll(() => {
  templates = {
    'opensearch-serverless': templateOf(inputOf('opensearch-serverless')),
    'aurora-serverless-v2': templateOf(inputOf('aurora-serverless-v2')),
    's3-vectors': templateOf(inputOf('s3-vectors')),
  };
});

interface Dependent extends Resource {
  readonly DependsOn?: readonly string[];
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
}

const entries = (of: Template): [string, Dependent][] => Object.entries(of.Resources);

const ofType = (of: Template, type: string): [string, Dependent][] =>
  entries(of).filter(([, { Type }]) => Type === type);

function only(of: Template, type: string): [string, Dependent] {
  const found = ofType(of, type);
  expect(found).toHaveLength(1);
  const [first] = found;
  if (first === undefined) throw new Error(`no ${type}`);
  return first;
}

const properties = (of: Template, type: string): Resource['Properties'] => only(of, type)[1].Properties;

function lifecycleOf(of: Template, action: string): [string, Dependent] {
  const found = ofType(of, 'Custom::Lifecycle').find(([, { Properties }]) => Properties['Action'] === action);
  if (found === undefined) throw new Error(`nothing does ${action}`);
  return found;
}

/** All that must exist before a resource: what it depends on and refers to, and what that does. */
function before(of: Template, id: string, seen = new Set<string>()): Set<string> {
  const resource: Dependent | undefined = of.Resources[id];
  if (resource === undefined) return seen;
  const text = JSON.stringify(resource);
  const named = [...text.matchAll(/"(?:Ref|Fn::GetAtt)":(?:\["|")([A-Za-z0-9]+)"/g)].map(([, name = '']) => name);
  for (const next of [...(resource.DependsOn ?? []), ...named]) {
    if (seen.has(next) || !(next in of.Resources)) continue;
    seen.add(next);
    before(of, next, seen);
  }
  return seen;
}

test('s3-vectors: the template is the one that was reviewed', () => {
  expect(reviewed(templates['s3-vectors'])).toMatchSnapshot();
});

test.each(['aurora-serverless-v2', 'opensearch-serverless'] as const)(
  '%s: what distinguishes its template from that of s3-vectors is what was reviewed',
  (store) => {
    const [base, other] = [reviewed(templates['s3-vectors']), reviewed(templates[store])];
    expect(differences(base, other).join('\n')).toMatchSnapshot();
  },
);

test.each<[Store, string]>([
  // 1 OCU x 730 h x $0.2
  ['opensearch-serverless', '$146.00 a month: 1 OCU × 730 hours'],
  // 2 secrets x $0.5
  ['aurora-serverless-v2', '$1.00 a month: 2 secrets and no ACU while paused'],
  ['s3-vectors', '$0.00 a month: storage by the GB only'],
])('%s: description and synthesis say what it costs idle, and how to stop it', (store, costs) => {
  const { Description } = templates[store];
  expect(Description).toContain(`Idle, its store ${store} costs ${costs}`);
  expect(Description).toContain('npx cdk destroy rag');
  expect(Buffer.byteLength(Description)).toBeLessThanOrEqual(1_024);
  const said = stackOf(inputOf(store)).node.metadata.filter(({ type }) => type === 'aws:cdk:info');
  expect(said.map(({ data }) => String(data))).toEqual([expect.stringContaining(costs)]);
  // the one key that changes it, where there is something to change
  expect(JSON.stringify(said).includes('set rag.store.kind')).toBe(store !== 's3-vectors');
});

/** Constructed, not synthesized, and without bundling. */
function stackOf(rag: RagInput): Stack {
  const app = new App({ context: { 'aws:cdk:bundling-stacks': [] } });
  const stack = createStacks(app, configOf(rag)).find(({ node }) => node.id === 'rag');
  if (stack === undefined) throw new Error('no rag');
  return stack;
}

test('OpenSearch Serverless is Classic, without standby, limited, and in a group of its own', () => {
  const of = templates['opensearch-serverless'];
  const group = properties(of, 'AWS::OpenSearchServerless::CollectionGroup');
  expect(group).toMatchObject({
    Generation: 'CLASSIC',
    StandbyReplicas: 'DISABLED',
    CapacityLimits: { MaxIndexingCapacityInOcu: 2, MaxSearchCapacityInOcu: 2 },
  });
  const collection = properties(of, 'AWS::OpenSearchServerless::Collection');
  expect(collection).toMatchObject({
    Type: 'VECTORSEARCH',
    StandbyReplicas: 'DISABLED',
    CollectionGroupName: group['Name'],
  });
  // 3 to 28 characters, and another name where the collection must be another
  expect(collection['Name']).toMatch(/^[a-z][a-z0-9-]{2,27}$/);
  const standby = templateOf({ store: { kind: 'opensearch-serverless', standbyReplicas: true } });
  expect(properties(standby, 'AWS::OpenSearchServerless::Collection')['Name']).not.toBe(collection['Name']);
  // which the knowledge base follows: the new one is made before the old one goes, and no two have one name
  const base = 'AWS::Bedrock::KnowledgeBase';
  expect(properties(standby, base)['Name']).not.toBe(properties(of, base)['Name']);
});

test('NextGen comes only by its own flag, with standby, without a method, and says what is unconfirmed', () => {
  const of = templateOf({ store: { kind: 'opensearch-serverless', experimental: 'nextgen' } });
  expect(properties(of, 'AWS::OpenSearchServerless::CollectionGroup')).toMatchObject({
    Generation: 'NEXTGEN',
    StandbyReplicas: 'ENABLED',
  });
  expect(JSON.stringify(properties(of, 'AWS::OpenSearchServerless::Index'))).not.toContain('Method');
  expect(of.Description).toMatch(/EXPERIMENTAL.*unconfirmed.*403/);
});

test('the index has the fields of the knowledge base, its dimensions, and faiss, which filters need', () => {
  const of = templates['opensearch-serverless'];
  const index = properties(of, 'AWS::OpenSearchServerless::Index');
  expect(index).toMatchObject({
    Settings: { Index: { Knn: true } },
    Mappings: {
      Properties: {
        'bedrock-knowledge-base-default-vector': {
          Type: 'knn_vector',
          Dimension: 1_024,
          Method: { Engine: 'faiss', Name: 'hnsw' },
        },
        AMAZON_BEDROCK_TEXT_CHUNK: { Type: 'text', Index: true },
        AMAZON_BEDROCK_METADATA: { Type: 'text', Index: false },
      },
    },
  });
  const { StorageConfiguration } = properties(of, 'AWS::Bedrock::KnowledgeBase') as {
    StorageConfiguration: { OpensearchServerlessConfiguration: { FieldMapping: unknown; VectorIndexName: unknown } };
  };
  expect(StorageConfiguration.OpensearchServerlessConfiguration).toMatchObject({
    VectorIndexName: index['IndexName'],
    FieldMapping: {
      VectorField: 'bedrock-knowledge-base-default-vector',
      TextField: 'AMAZON_BEDROCK_TEXT_CHUNK',
      MetadataField: 'AMAZON_BEDROCK_METADATA',
    },
  });
});

interface AccessRule {
  readonly Rules: readonly { readonly Resource: readonly string[]; readonly Permission: readonly string[] }[];
  readonly Principal: readonly string[];
}

test('into the collection are let the role of the knowledge base and the role that makes the index, and nobody else', () => {
  const of = templates['opensearch-serverless'];
  const { Policy } = properties(of, 'AWS::OpenSearchServerless::AccessPolicy');
  const rules = JSON.parse(String(resolved(of, Policy))) as AccessRule[];
  const [roleId] = roleOf(of, 'Role');
  const name = String(properties(of, 'AWS::OpenSearchServerless::Collection')['Name']);
  expect(rules.map(({ Principal, Rules }) => [Principal, Rules[0]?.Permission, Rules[0]?.Resource])).toEqual([
    [[roleArn(roleId)], ['aoss:DescribeIndex', 'aoss:ReadDocument', 'aoss:WriteDocument'], [`index/${name}/*`]],
    [
      [`arn:aws:iam::${ACCOUNT}:role/cdk-hnb659fds-cfn-exec-role-${ACCOUNT}-${REGION}`],
      ['aoss:CreateIndex', 'aoss:DeleteIndex', 'aoss:UpdateIndex', 'aoss:DescribeIndex'],
      [`index/${name}/*`],
    ],
  ]);
});

test.each([
  ['public', { AllowFromPublic: true }, undefined],
  // CloudFormation may no longer reach an index in a closed collection: it goes with the collection
  ['bedrock-only', { AllowFromPublic: false, SourceServices: ['bedrock.amazonaws.com'] }, 'Retain'],
] as const)('the network policy %s covers the collection alone, never its dashboard', (network, access, deletion) => {
  const of = templateOf({ store: { kind: 'opensearch-serverless', network } });
  const policies = ofType(of, 'AWS::OpenSearchServerless::SecurityPolicy').map(([, { Properties }]) => Properties);
  const policy = policies.find(({ Type }) => Type === 'network');
  expect(JSON.parse(String(policy?.['Policy']))).toEqual([
    { Rules: [{ ResourceType: 'collection', Resource: [`collection/${String(policy?.['Name'])}`] }], ...access },
  ]);
  expect(only(of, 'AWS::OpenSearchServerless::Index')[1].DeletionPolicy).toBe(deletion);
});

test('S3 Vectors keeps the text of a chunk out of the metadata that is filtered', () => {
  expect(properties(templates['s3-vectors'], 'AWS::S3Vectors::Index')).toMatchObject({
    DataType: 'float32',
    Dimension: 1_024,
    DistanceMetric: 'cosine',
    MetadataConfiguration: { NonFilterableMetadataKeys: ['AMAZON_BEDROCK_TEXT', 'AMAZON_BEDROCK_METADATA'] },
  });
});

test('Aurora pauses, speaks over the Data API alone, and leaves neither snapshot nor backup', () => {
  const of = templates['aurora-serverless-v2'];
  const [, cluster] = only(of, 'AWS::RDS::DBCluster');
  expect(cluster.Properties).toMatchObject({
    Engine: 'aurora-postgresql',
    EnableHttpEndpoint: true,
    StorageEncrypted: true,
    DeleteAutomatedBackups: true,
    ServerlessV2ScalingConfiguration: { MinCapacity: 0, MaxCapacity: 2, SecondsUntilAutoPause: 300 },
  });
  expect([cluster.DeletionPolicy, cluster.UpdateReplacePolicy]).toEqual(['Delete', 'Delete']);
  expect(cluster.Properties).not.toHaveProperty('DeletionProtection', true);
  for (const [, instance] of ofType(of, 'AWS::RDS::DBInstance')) {
    expect(instance.DeletionPolicy).toBe('Delete');
    expect(instance.Properties['PubliclyAccessible'] ?? false).toBe(false);
  }
});

test('the network of Aurora has no way out and no way in', () => {
  const types = new Set(entries(templates['aurora-serverless-v2']).map(([, { Type }]) => Type));
  for (const absent of ['NatGateway', 'InternetGateway', 'EIP', 'VPCEndpoint', 'SecurityGroupIngress'])
    expect(types).not.toContain(`AWS::EC2::${absent}`);
  const [, group] = only(templates['aurora-serverless-v2'], 'AWS::EC2::SecurityGroup');
  expect(group.Properties).not.toHaveProperty('SecurityGroupIngress');
});

test.each(STORES)(
  '%s: the documents are private, encrypted, over TLS alone, versioned, and old versions expire',
  (store) => {
    const [id, bucket] = only(templates[store], 'AWS::S3::Bucket');
    expect(bucket.Properties).toMatchObject({
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
      },
      PublicAccessBlockConfiguration: { BlockPublicAcls: true, RestrictPublicBuckets: true },
      VersioningConfiguration: { Status: 'Enabled' },
      NotificationConfiguration: { EventBridgeConfiguration: { EventBridgeEnabled: true } },
    });
    expect(JSON.stringify(bucket.Properties['LifecycleConfiguration'])).toContain('"NoncurrentDays":30');
    const policy = JSON.stringify(properties(templates[store], 'AWS::S3::BucketPolicy'));
    expect(policy).toContain('"aws:SecureTransport":"false"');
    expect(policy).toContain(id);
  },
);

test('documents go with the stack, after all that reads them; kept, nothing may delete them', () => {
  const of = templates['s3-vectors'];
  expect(only(of, 'AWS::S3::Bucket')[1].DeletionPolicy).toBe('Delete');
  const [emptied] = lifecycleOf(of, 'empty-bucket');
  // what comes before is deleted after
  expect(before(of, only(of, 'AWS::Bedrock::DataSource')[0])).toContain(emptied);
  const kept = templateOf({ store: { kind: 's3-vectors' }, documents: { retain: true } });
  expect(only(kept, 'AWS::S3::Bucket')[1].DeletionPolicy).toBe('RetainExceptOnCreate');
  expect(JSON.stringify(kept.Resources)).not.toContain('s3:DeleteObject');
  expect(JSON.stringify(kept.Resources)).not.toContain('empty-bucket');
});

test.each<[Store, readonly string[]]>([
  [
    'opensearch-serverless',
    [
      'AWS::OpenSearchServerless::Index',
      'AWS::OpenSearchServerless::Collection',
      'AWS::OpenSearchServerless::CollectionGroup',
      'AWS::OpenSearchServerless::AccessPolicy',
      'AWS::OpenSearchServerless::SecurityPolicy',
    ],
  ],
  ['aurora-serverless-v2', ['Custom::VectorTable', 'AWS::RDS::DBInstance', 'AWS::RDS::DBCluster']],
  ['s3-vectors', ['AWS::S3Vectors::Index', 'AWS::S3Vectors::VectorBucket']],
])('%s: the knowledge base comes after its store, the policy of its role and a wait', (store, types) => {
  const of = templates[store];
  const first = before(of, only(of, 'AWS::Bedrock::KnowledgeBase')[0]);
  for (const type of types) for (const [id] of ofType(of, type)) expect(first).toContain(id);
  const [roleId] = roleOf(of, 'Role');
  const policies = ofType(of, 'AWS::IAM::Policy').filter(([, { Properties }]) =>
    JSON.stringify(Properties['Roles']).includes(`"${roleId}"`),
  );
  expect(policies).toHaveLength(1);
  for (const [id] of policies) expect(first).toContain(id);
  const [waited, { Properties }] = lifecycleOf(of, 'wait');
  expect(first).toContain(waited);
  expect(Number(Properties['WaitSeconds'])).toBeGreaterThanOrEqual(store === 'opensearch-serverless' ? 60 : 20);
});

test('the index is made after its collection, and that after the policies that must be in force', () => {
  const of = templates['opensearch-serverless'];
  const first = before(of, only(of, 'AWS::OpenSearchServerless::Collection')[0]);
  for (const type of ['AccessPolicy', 'SecurityPolicy', 'CollectionGroup'])
    for (const [id] of ofType(of, `AWS::OpenSearchServerless::${type}`)) expect(first).toContain(id);
});

test('on deletion the queue stops first, then the jobs, then the data source goes, and its vectors with the store', () => {
  const of = templates['s3-vectors'];
  const [stopped] = lifecycleOf(of, 'sync');
  expect(before(of, only(of, 'AWS::Lambda::EventSourceMapping')[0])).toContain(stopped);
  const [source, { Properties }] = only(of, 'AWS::Bedrock::DataSource');
  expect(before(of, stopped)).toContain(source);
  expect(Properties['DataDeletionPolicy']).toBe('RETAIN');
});

const namesOf = (of: Template): string[] => {
  const [base, { Properties }] = only(of, 'AWS::Bedrock::KnowledgeBase');
  const [source] = only(of, 'AWS::Bedrock::DataSource');
  return [base, source, String(Properties['Name']), String(properties(of, 'AWS::S3Vectors::Index')['IndexName'])];
};

test.each<[string, RagInput]>([
  ['the dimensions', { embedding: { dimensions: 512 } }],
  ['the chunking', { chunking: { kind: 'fixed', maxTokens: 301 } }],
  ['the parser', { parsing: { kind: 'foundation-model', model: MODEL_ID, profileScope: 'us' } }],
  ['the kind of parser', { parsing: { kind: 'data-automation' } }],
])(
  'with %s, knowledge base, data source and index get other names, because none can be changed in place',
  (_, change) => {
    const plain = namesOf(templates['s3-vectors']);
    const changed = namesOf(templateOf({ store: { kind: 's3-vectors' }, ...change }));
    plain.forEach((name, index) => expect(changed[index]).not.toBe(name));
  },
);

test('with what is asked alone, they keep their names', () => {
  const changed = templateOf({ store: { kind: 's3-vectors' }, retrieval: { topK: 9 }, maxTokens: 9 });
  expect(namesOf(changed)).toEqual(namesOf(templates['s3-vectors']));
});

test.each<[RagInput['chunking'], object]>([
  [
    { kind: 'fixed' },
    { ChunkingStrategy: 'FIXED_SIZE', FixedSizeChunkingConfiguration: { MaxTokens: 300, OverlapPercentage: 20 } },
  ],
  [
    { kind: 'hierarchical' },
    {
      ChunkingStrategy: 'HIERARCHICAL',
      HierarchicalChunkingConfiguration: {
        LevelConfigurations: [{ MaxTokens: 1_500 }, { MaxTokens: 300 }],
        OverlapTokens: 60,
      },
    },
  ],
  [
    { kind: 'semantic' },
    {
      ChunkingStrategy: 'SEMANTIC',
      SemanticChunkingConfiguration: { MaxTokens: 300, BufferSize: 0, BreakpointPercentileThreshold: 95 },
    },
  ],
  [{ kind: 'none' }, { ChunkingStrategy: 'NONE' }],
])('documents are cut as configured: %j', (chunking, expected) => {
  const of = templateOf({ store: { kind: 's3-vectors' }, chunking });
  expect(properties(of, 'AWS::Bedrock::DataSource')['VectorIngestionConfiguration']).toEqual({
    ChunkingConfiguration: expected,
  });
});

test('a parser is called through a profile of its own, so that its tokens carry the tags', () => {
  const of = templateOf({
    store: { kind: 's3-vectors' },
    parsing: { kind: 'foundation-model', model: MODEL_ID, profileScope: 'us' },
  });
  expect(ofType(of, 'AWS::Bedrock::ApplicationInferenceProfile')).toHaveLength(2);
  const { VectorIngestionConfiguration } = properties(of, 'AWS::Bedrock::DataSource');
  expect(JSON.stringify(VectorIngestionConfiguration)).toMatch(/"ModelArn":\{"Fn::GetAtt":\["Parser/);
});

test.each(STORES)(
  '%s: changes reach one function at a time, which is not throttled, and what fails is kept',
  (store) => {
    const of = templates[store];
    const queues = ofType(of, 'AWS::SQS::Queue').map(([, { Properties }]) => Properties);
    expect(queues.map(({ FifoQueue }) => FifoQueue)).toEqual([true, true]);
    const [changes] = queues.filter((queue) => 'RedrivePolicy' in queue);
    expect(changes).toMatchObject({ ContentBasedDeduplication: true, RedrivePolicy: { maxReceiveCount: 3 } });
    const rule = properties(of, 'AWS::Events::Rule');
    expect(rule).toMatchObject({
      EventPattern: { source: ['aws.s3'], 'detail-type': ['Object Created', 'Object Deleted'] },
      Targets: [{ SqsParameters: { MessageGroupId: 'documents' } }],
    });
    const functions = ofType(of, 'AWS::Lambda::Function').map(([, { Properties }]) => Properties);
    for (const each of functions) expect(each).not.toHaveProperty('ReservedConcurrentExecutions');
    const sync = functions.find(({ Description }) => String(Description).startsWith('Brings the index'));
    expect(sync).toMatchObject({ RecursiveLoop: 'Allow', Timeout: 300 });
    // a message must stay hidden for longer than the function may run
    expect(Number(changes?.['VisibilityTimeout'])).toBeGreaterThan(300);
  },
);

/** CloudFormation cannot tag these. */
const UNTAGGABLE = [
  'AWS::Bedrock::DataSource',
  'AWS::EC2::SubnetRouteTableAssociation',
  'AWS::IAM::Policy',
  'AWS::Lambda::Url',
  'AWS::OpenSearchServerless::AccessPolicy',
  'AWS::OpenSearchServerless::Index',
  'AWS::OpenSearchServerless::SecurityPolicy',
  'AWS::S3::BucketPolicy',
  'AWS::SQS::QueuePolicy',
  'AWS::SecretsManager::SecretTargetAttachment',
  'Custom::Lifecycle',
  'Custom::VectorTable',
];

test.each(STORES)('%s: every resource that CloudFormation can tag carries all the tags of the contract', (store) => {
  const tagged = entries(templates[store]).filter(([, { Type }]) => !UNTAGGABLE.includes(Type));
  for (const [id, { Type, Properties }] of tagged) {
    const tags: unknown = Properties['Tags'];
    const record: Record<string, unknown> = Array.isArray(tags)
      ? Object.fromEntries((tags as { Key: string; Value: unknown }[]).map(({ Key, Value }) => [Key, Value]))
      : { ...(tags as Record<string, unknown> | undefined) };
    // CDK names what belongs to a network
    delete record['Name'];
    delete record['aws-cdk:subnet-name'];
    delete record['aws-cdk:subnet-type'];
    expect({ id, record }).toEqual({
      id,
      record: {
        [TAG_KEYS.path]: 'rag',
        [TAG_KEYS.component]: componentOfResourceType(Type),
        [TAG_KEYS.project]: 'fmpaths',
        [TAG_KEYS.environment]: 'test',
        [TAG_KEYS.owner]: { Ref: 'AWS::StackId' },
      },
    });
  }
  const untagged = entries(templates[store]).filter(([, { Properties }]) => !('Tags' in Properties));
  for (const [, { Type }] of untagged) expect(UNTAGGABLE).toContain(Type);
});

test.each(STORES)('%s: the outputs say how to upload, follow the sync and ask', (store) => {
  const outputs = Object.fromEntries(
    Object.entries(templates[store].Outputs).map(([name, { Value }]) => [
      name,
      String(resolved(templates[store], Value)),
    ]),
  );
  expect(outputs['TryNextUpload']).toMatch(/^aws s3 cp --recursive .* s3:\/\//);
  expect(outputs['TryNextSynced']).toMatch(/^aws logs tail /);
  expect(outputs['TryNextAsk']).toMatch(/^aws lambda invoke /);
  expect(Object.keys(outputs)).toEqual(
    expect.arrayContaining(['KnowledgeBaseId', 'DataSourceId', 'DocumentsBucket', 'ModelArn']),
  );
});

// --- what each role may do

const roleArn = (id: string): string => `arn:aws:iam::${ACCOUNT}:role/${id}`;

function roleOf(of: Template, prefix: string): [string, Dependent] {
  const found = ofType(of, 'AWS::IAM::Role').find(([id]) => new RegExp(`^${prefix}[0-9A-F]{8}$`).test(id));
  if (found === undefined) throw new Error(`no role ${prefix}`);
  return found;
}

const ARNS: Record<string, (id: string) => string> = {
  'AWS::S3::Bucket': (id) => `arn:aws:s3:::${id.toLowerCase()}`,
  'AWS::IAM::Role': roleArn,
  'AWS::Logs::LogGroup': (id) => `arn:aws:logs:${REGION}:${ACCOUNT}:log-group:${id}:*`,
  'AWS::SQS::Queue': (id) => `arn:aws:sqs:${REGION}:${ACCOUNT}:${id}`,
  'AWS::SecretsManager::Secret': (id) => `arn:aws:secretsmanager:${REGION}:${ACCOUNT}:secret:${id}-AbCdEf`,
  'AWS::SecretsManager::SecretTargetAttachment': (id) =>
    `arn:aws:secretsmanager:${REGION}:${ACCOUNT}:secret:${id}-AbCdEf`,
  'AWS::Bedrock::KnowledgeBase': (id) => `arn:aws:bedrock:${REGION}:${ACCOUNT}:knowledge-base/${id}`,
  'AWS::Bedrock::ApplicationInferenceProfile': (id) =>
    `arn:aws:bedrock:${REGION}:${ACCOUNT}:application-inference-profile/${id}`,
  'AWS::OpenSearchServerless::Collection': (id) => `arn:aws:aoss:${REGION}:${ACCOUNT}:collection/${id}`,
  'AWS::S3Vectors::Index': (id) => `arn:aws:s3vectors:${REGION}:${ACCOUNT}:bucket/own/index/${id}`,
};

const PSEUDO: Record<string, string> = {
  'AWS::Partition': 'aws',
  'AWS::AccountId': ACCOUNT,
  'AWS::Region': REGION,
  'AWS::StackId': 'own-stack',
};

/** What CloudFormation makes of references and joins: names are logical ids. */
function resolved(of: Template, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((part) => resolved(of, part));
  if (typeof value !== 'object' || value === null) return value;
  const { Ref: ref, 'Fn::GetAtt': attribute, 'Fn::Join': join, 'Fn::Sub': sub } = value as Record<string, unknown>;
  if (typeof ref === 'string') {
    const type = of.Resources[ref]?.Type ?? '';
    return PSEUDO[ref] ?? (type.startsWith('AWS::SecretsManager::') ? ARNS[type]?.(ref) : ref);
  }
  if (typeof sub === 'string') return sub.replace(/\$\{(AWS::\w+)\}/g, (_, name: string) => PSEUDO[name] ?? name);
  if (Array.isArray(attribute)) {
    const [id = '', name = ''] = attribute as string[];
    return name.endsWith('Arn') ? (ARNS[of.Resources[id]?.Type ?? '']?.(id) ?? `${id}.${name}`) : `${id}.${name}`;
  }
  if (Array.isArray(join))
    return (join[1] as unknown[]).map((part) => String(resolved(of, part))).join(String(join[0]));
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, resolved(of, part)]));
}

type Request = readonly [what: string, action: string, resource: string, context?: Record<string, string>];

/** The requests that IAM does not decide as expected: none, or `<what>: <decision>`. */
function surprises(of: Template, role: string, requests: readonly Request[], expected: string): string[] {
  const [roleId] = roleOf(of, role);
  const policies = ofType(of, 'AWS::IAM::Policy')
    .filter(([, { Properties }]) => JSON.stringify(Properties['Roles']).includes(`"${roleId}"`))
    .map(([name, { Properties }]) => ({ name, policy: resolved(of, Properties['PolicyDocument']) }));
  expect(policies.length).toBeGreaterThan(0);
  const made = decisions(
    requests.map(([, action, resource, context = {}]): Simulation => ({
      request: {
        principal: roleArn(roleId),
        action,
        resource: { resource, accountId: ACCOUNT },
        contextVariables: context,
      },
      identityPolicies: policies,
      serviceControlPolicies: [],
      resourceControlPolicies: [],
    })),
  );
  expect(made).toHaveLength(requests.length);
  return requests.flatMap(([what], index) =>
    made[index] === expected ? [] : [`${what}: ${made[index] ?? 'nothing'}`],
  );
}

const arnOf = (of: Template, type: string, index = 0): string => {
  const [id] = ofType(of, type)[index] ?? [];
  return id === undefined ? '' : (ARNS[type]?.(id) ?? '');
};

const foundationModel = (id: string, region = REGION): string => `arn:aws:bedrock:${region}::foundation-model/${id}`;
const OTHER_BASE = `arn:aws:bedrock:${REGION}:${ACCOUNT}:knowledge-base/OTHER`;
const own = { 'aws:ResourceAccount': ACCOUNT };

test('nobody but Bedrock takes the role of the knowledge base, and only for knowledge bases of this account', () => {
  const [, { Properties }] = roleOf(templates['s3-vectors'], 'Role');
  expect(resolved(templates['s3-vectors'], Properties['AssumeRolePolicyDocument'])).toMatchObject({
    Statement: [
      {
        Action: 'sts:AssumeRole',
        Principal: { Service: 'bedrock.amazonaws.com' },
        Condition: {
          StringEquals: { 'aws:SourceAccount': ACCOUNT },
          ArnLike: { 'aws:SourceArn': `arn:aws:bedrock:${REGION}:${ACCOUNT}:knowledge-base/*` },
        },
      },
    ],
  });
});

test.each(STORES)('%s: the knowledge base may embed, read its documents and use its store', (store) => {
  const of = templates[store];
  const bucket = arnOf(of, 'AWS::S3::Bucket');
  const [clusterId = ''] = ofType(of, 'AWS::RDS::DBCluster')[0] ?? [];
  const stores: Record<Store, readonly Request[]> = {
    'opensearch-serverless': [
      ['reach its collection', 'aoss:APIAccessAll', arnOf(of, 'AWS::OpenSearchServerless::Collection')],
    ],
    'aurora-serverless-v2': [['read its secret', 'secretsmanager:GetSecretValue', userSecret(of)]],
    's3-vectors': ['PutVectors', 'GetVectors', 'DeleteVectors', 'QueryVectors', 'GetIndex'].map((action): Request => [
      action,
      `s3vectors:${action}`,
      arnOf(of, 'AWS::S3Vectors::Index'),
    ]),
  };
  expect(
    surprises(
      of,
      'Role',
      [
        ['embed', 'bedrock:InvokeModel', foundationModel(TITAN)],
        ['list its bucket', 's3:ListBucket', bucket, own],
        ['read a document', 's3:GetObject', `${bucket}/a.md`, own],
        ...stores[store],
      ],
      'Allowed',
    ),
  ).toEqual([]);
  if (store === 'aurora-serverless-v2') expect(clusterId).not.toBe('');
});

const userSecret = (of: Template): string => {
  const [id = ''] = ofType(of, 'AWS::SecretsManager::Secret').find(([name]) => name.startsWith('AuroraUser')) ?? [];
  return ARNS['AWS::SecretsManager::Secret']?.(id) ?? '';
};

const ownerSecrets = (of: Template): string[] =>
  [...ofType(of, 'AWS::SecretsManager::Secret'), ...ofType(of, 'AWS::SecretsManager::SecretTargetAttachment')]
    .filter(([name]) => !name.startsWith('AuroraUser'))
    .map(([id, { Type }]) => ARNS[Type]?.(id) ?? '');

test.each(STORES)('%s: the knowledge base may do nothing else', (store) => {
  const of = templates[store];
  const bucket = arnOf(of, 'AWS::S3::Bucket');
  expect(
    surprises(
      of,
      'Role',
      [
        ['call another model', 'bedrock:InvokeModel', foundationModel(MODEL_ID)],
        ['write a document', 's3:PutObject', `${bucket}/a.md`, own],
        ['delete a document', 's3:DeleteObject', `${bucket}/a.md`, own],
        ['read another bucket', 's3:GetObject', 'arn:aws:s3:::other/a.md', own],
        [
          'read documents of another account',
          's3:GetObject',
          `${bucket}/a.md`,
          { 'aws:ResourceAccount': '999999999999' },
        ],
        ['rerank, where nothing is reranked', 'bedrock:Rerank', '*'],
        ['delete its knowledge base', 'bedrock:DeleteKnowledgeBase', arnOf(of, 'AWS::Bedrock::KnowledgeBase')],
        ['reach another collection', 'aoss:APIAccessAll', `arn:aws:aoss:${REGION}:${ACCOUNT}:collection/other`],
        [
          'write another index',
          's3vectors:PutVectors',
          `arn:aws:s3vectors:${REGION}:${ACCOUNT}:bucket/own/index/other`,
        ],
        [
          'delete its index',
          's3vectors:DeleteIndex',
          arnOf(of, 'AWS::S3Vectors::Index') || `arn:aws:s3vectors:${REGION}:${ACCOUNT}:bucket/own/index/x`,
        ],
        ...ownerSecrets(of).map((arn): Request => ["read the owner's secret", 'secretsmanager:GetSecretValue', arn]),
      ],
      'ImplicitlyDenied',
    ),
  ).toEqual([]);
});

test('with a reranker, the knowledge base may call it and no other model', () => {
  const of = templateOf({ store: { kind: 's3-vectors' }, retrieval: { rerank: { model: 'acme.rerank-v1:0' } } });
  expect(
    surprises(
      of,
      'Role',
      [
        ['rerank', 'bedrock:Rerank', '*'],
        ['call the reranker', 'bedrock:InvokeModel', foundationModel('acme.rerank-v1:0')],
      ],
      'Allowed',
    ),
  ).toEqual([]);
  expect(
    surprises(of, 'Role', [['call another', 'bedrock:InvokeModel', foundationModel(MODEL_ID)]], 'ImplicitlyDenied'),
  ).toEqual([]);
});

test('with Bedrock Data Automation, the knowledge base may have text read in any Region, for its own account', () => {
  const of = templateOf({ store: { kind: 's3-vectors' }, parsing: { kind: 'data-automation' } });
  expect(properties(of, 'AWS::Bedrock::DataSource')['VectorIngestionConfiguration']).toMatchObject({
    ParsingConfiguration: { ParsingStrategy: 'BEDROCK_DATA_AUTOMATION' },
  });
  const invoke = 'bedrock:InvokeDataAutomationAsync';
  const arn = (account: string, resource: string, region = REGION): string =>
    `arn:aws:bedrock:${region}:${account}:${resource}`;
  expect(
    surprises(
      of,
      'Role',
      [
        ['use the project of AWS', invoke, arn('aws', 'data-automation-project/public-rag-default')],
        [
          'use the profile elsewhere',
          invoke,
          arn(ACCOUNT, 'data-automation-profile/us.data-automation-v1', 'us-east-2'),
        ],
        ['look at its job', 'bedrock:GetDataAutomationStatus', arn(ACCOUNT, 'data-automation-invocation/job')],
      ],
      'Allowed',
    ),
  ).toEqual([]);
  const others = [arn(ACCOUNT, 'data-automation-project/mine'), arn('444455556666', 'data-automation-profile/x')];
  expect(
    surprises(
      of,
      'Role',
      others.map((other): Request => ['use another', invoke, other]),
      'ImplicitlyDenied',
    ),
  ).toEqual([]);
});

test('the function that answers may search its knowledge base and call its model through its profile', () => {
  const of = templates['s3-vectors'];
  const profile = arnOf(of, 'AWS::Bedrock::ApplicationInferenceProfile');
  const through = { 'bedrock:InferenceProfileArn': profile };
  expect(
    surprises(
      of,
      'AnswerRole',
      [
        ['search', 'bedrock:Retrieve', arnOf(of, 'AWS::Bedrock::KnowledgeBase')],
        ['call its profile', 'bedrock:InvokeModel', profile, through],
        ['call its model through it', 'bedrock:InvokeModelWithResponseStream', foundationModel(MODEL_ID), through],
      ],
      'Allowed',
    ),
  ).toEqual([]);
  expect(
    surprises(
      of,
      'AnswerRole',
      [
        ['search another', 'bedrock:Retrieve', OTHER_BASE],
        ['bypass its profile', 'bedrock:InvokeModel', foundationModel(MODEL_ID)],
        ['embed', 'bedrock:InvokeModel', foundationModel(TITAN)],
        ['read documents past the search', 's3:GetObject', `${arnOf(of, 'AWS::S3::Bucket')}/a.md`],
        ['start a sync', 'bedrock:StartIngestionJob', arnOf(of, 'AWS::Bedrock::KnowledgeBase')],
        ['query vectors', 's3vectors:QueryVectors', arnOf(of, 'AWS::S3Vectors::Index')],
        ['generate by the knowledge base, past its profile', 'bedrock:RetrieveAndGenerate', '*'],
      ],
      'ImplicitlyDenied',
    ),
  ).toEqual([]);
});

const queueOf = (of: Template, withRedrive: boolean): string => {
  const [id = ''] =
    ofType(of, 'AWS::SQS::Queue').find(([, { Properties }]) => 'RedrivePolicy' in Properties === withRedrive) ?? [];
  return ARNS['AWS::SQS::Queue']?.(id) ?? '';
};

test('the function that syncs may run jobs of its knowledge base and read its queue, and nothing else', () => {
  const of = templates['s3-vectors'];
  const base = arnOf(of, 'AWS::Bedrock::KnowledgeBase');
  expect(
    surprises(
      of,
      'SyncRole',
      [
        ...['StartIngestionJob', 'GetIngestionJob', 'ListIngestionJobs'].map((action): Request => [
          action,
          `bedrock:${action}`,
          base,
        ]),
        ...['ReceiveMessage', 'DeleteMessage', 'SendMessage'].map((action): Request => [
          action,
          `sqs:${action}`,
          queueOf(of, true),
        ]),
      ],
      'Allowed',
    ),
  ).toEqual([]);
  expect(
    surprises(
      of,
      'SyncRole',
      [
        ['sync another', 'bedrock:StartIngestionJob', OTHER_BASE],
        ['stop a job', 'bedrock:StopIngestionJob', base],
        ['delete its data source', 'bedrock:DeleteDataSource', base],
        ['read documents', 's3:GetObject', `${arnOf(of, 'AWS::S3::Bucket')}/a.md`],
        ['take what failed', 'sqs:DeleteMessage', queueOf(of, false)],
      ],
      'ImplicitlyDenied',
    ),
  ).toEqual([]);
});

test('the function of the lifecycle may stop jobs, ask for a sync and empty its bucket, and nothing else', () => {
  const of = templates['s3-vectors'];
  const base = arnOf(of, 'AWS::Bedrock::KnowledgeBase');
  const bucket = arnOf(of, 'AWS::S3::Bucket');
  expect(
    surprises(
      of,
      'LifecycleHandlerRole',
      [
        ['list jobs', 'bedrock:ListIngestionJobs', base],
        ['stop a job', 'bedrock:StopIngestionJob', base],
        ['ask for a sync', 'sqs:SendMessage', queueOf(of, true)],
        ['list versions', 's3:ListBucketVersions', bucket],
        ['delete a version', 's3:DeleteObjectVersion', `${bucket}/a.md`],
      ],
      'Allowed',
    ),
  ).toEqual([]);
  expect(
    surprises(
      of,
      'LifecycleHandlerRole',
      [
        ['stop a job of another', 'bedrock:StopIngestionJob', OTHER_BASE],
        ['start a job', 'bedrock:StartIngestionJob', base],
        ['read a document', 's3:GetObject', `${bucket}/a.md`],
        ['delete from another bucket', 's3:DeleteObjectVersion', 'arn:aws:s3:::other/a.md'],
        ['delete its bucket', 's3:DeleteBucket', bucket],
      ],
      'ImplicitlyDenied',
    ),
  ).toEqual([]);
});

test('the function that sets up the database may run SQL on its cluster and read its two secrets, and nothing else', () => {
  const of = templates['aurora-serverless-v2'];
  const cluster = clusterArn(of);
  expect(
    surprises(
      of,
      'AuroraSetUpRole',
      [
        ['run SQL', 'rds-data:ExecuteStatement', cluster],
        ["read the user's secret", 'secretsmanager:GetSecretValue', userSecret(of)],
      ],
      'Allowed',
    ),
  ).toEqual([]);
  expect(
    surprises(
      of,
      'AuroraSetUpRole',
      [
        ['run SQL elsewhere', 'rds-data:ExecuteStatement', `arn:aws:rds:${REGION}:${ACCOUNT}:cluster:other`],
        [
          'read another secret',
          'secretsmanager:GetSecretValue',
          `arn:aws:secretsmanager:${REGION}:${ACCOUNT}:secret:other-AbCdEf`,
        ],
        ['change a secret', 'secretsmanager:PutSecretValue', userSecret(of)],
        ['delete the cluster', 'rds:DeleteDBCluster', cluster],
      ],
      'ImplicitlyDenied',
    ),
  ).toEqual([]);
});

/** As the policies join it: from the cluster's name, which is a reference. */
function clusterArn(of: Template): string {
  const [id = ''] = ofType(of, 'AWS::RDS::DBCluster')[0] ?? [];
  return `arn:aws:rds:${REGION}:${ACCOUNT}:cluster:${id}`;
}
