import { CreateKnowledgeBaseCommand, type RdsConfiguration } from '@aws-sdk/client-bedrock-agent';
import { ExecuteStatementCommand, RDSDataClient } from '@aws-sdk/client-rds-data';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import {
  CFN_TAGS,
  EMBED_ARN,
  knowledgeBaseBed,
  RAG_TAGS,
  ROLE,
  type KnowledgeBaseBed,
} from '../../support/simulated-knowledge-base.ts';
import { errorOf } from '../../support/simulator-bed.ts';
import { ACCOUNT, REGION } from '../../support/simulator.ts';

const CLUSTER_TYPE = 'AWS::RDS::DBCluster';
const INSTANCE_TYPE = 'AWS::RDS::DBInstance';
const secret = (name: string): string => `arn:aws:secretsmanager:${REGION}:${ACCOUNT}:secret:${name}-AbCdEf`;
const [MASTER, USER] = [secret('master'), secret('user')];

const CLUSTER = {
  Engine: 'aurora-postgresql',
  DBClusterIdentifier: 'vectors',
  DatabaseName: 'knowledge',
  MasterUsername: 'master',
  EnableHttpEndpoint: true,
  ServerlessV2ScalingConfiguration: { MinCapacity: 0, MaxCapacity: 2, SecondsUntilAutoPause: 300 },
  Tags: CFN_TAGS,
};
const INSTANCE = { DBClusterIdentifier: 'vectors', DBInstanceClass: 'db.serverless', Tags: CFN_TAGS };

const TABLE = `CREATE TABLE IF NOT EXISTS kb.chunks (
  id uuid PRIMARY KEY, embedding vector(1024), chunk text, metadata json, custom jsonb)`;
const SETUP = [
  'CREATE EXTENSION IF NOT EXISTS vector',
  'CREATE SCHEMA IF NOT EXISTS kb',
  "CREATE ROLE knowledge_base WITH PASSWORD 'x' LOGIN",
  TABLE,
  'CREATE INDEX IF NOT EXISTS chunks_vector ON kb.chunks USING hnsw (embedding vector_cosine_ops)',
  "CREATE INDEX IF NOT EXISTS chunks_text ON kb.chunks USING gin (to_tsvector('simple', chunk))",
  'GRANT USAGE ON SCHEMA kb TO knowledge_base',
  'GRANT SELECT, INSERT, UPDATE, DELETE ON kb.chunks TO knowledge_base',
];

const STORAGE: RdsConfiguration = {
  resourceArn: `arn:aws:rds:${REGION}:${ACCOUNT}:cluster:vectors`,
  credentialsSecretArn: USER,
  databaseName: 'knowledge',
  tableName: 'kb.chunks',
  fieldMapping: {
    primaryKeyField: 'id',
    vectorField: 'embedding',
    textField: 'chunk',
    metadataField: 'metadata',
    customMetadataField: 'custom',
  },
};

let bed: KnowledgeBaseBed;
let data: RDSDataClient;

/** One database for all tests: it takes seconds to begin. */
beforeAll(async () => {
  bed = await knowledgeBaseBed({ untilTheEnd: true });
  bed.secrets.set(MASTER, 'master').set(USER, 'knowledge_base');
  await bed.resource(CLUSTER_TYPE, 'Create', CLUSTER);
  await bed.resource(INSTANCE_TYPE, 'Create', INSTANCE);
  const { url } = bed.simulator;
  const credentials = { accessKeyId: 'rehearsal', secretAccessKey: 'rehearsal' };
  data = new RDSDataClient({ region: REGION, endpoint: url, credentials, maxAttempts: 1 });
});

afterAll(async () => {
  data.destroy();
  await bed.end();
});

const run = (sql: string, rest: object = {}) =>
  data.send(
    new ExecuteStatementCommand({
      resourceArn: STORAGE.resourceArn,
      secretArn: MASTER,
      database: 'knowledge',
      sql,
      ...rest,
    }),
  );

const create = (changed: Partial<RdsConfiguration> = {}, dimensions?: number) =>
  bed.agent.send(
    new CreateKnowledgeBaseCommand({
      name: `docs-${Math.random().toString(36).slice(2)}`,
      roleArn: ROLE,
      knowledgeBaseConfiguration: {
        type: 'VECTOR',
        vectorKnowledgeBaseConfiguration: {
          embeddingModelArn: EMBED_ARN,
          ...(dimensions === undefined
            ? {}
            : { embeddingModelConfiguration: { bedrockEmbeddingModelConfiguration: { dimensions } } }),
        },
      },
      storageConfiguration: { type: 'RDS', rdsConfiguration: { ...STORAGE, ...changed } },
      tags: RAG_TAGS,
    }),
  );

test('before the set-up SQL there is no table, and the knowledge base is refused', async () => {
  expect((await errorOf(create())).message).toMatch(/role "knowledge_base" does not exist/);
});

test('the set-up SQL is run by a real PostgreSQL, and most of it may run again', async () => {
  for (const sql of SETUP) await run(sql);
  for (const sql of SETUP.filter((each) => !each.includes('ROLE'))) await run(sql);
  const again = await errorOf(run("CREATE ROLE knowledge_base WITH PASSWORD 'x' LOGIN"));
  expect(again).toMatchObject({
    name: 'DatabaseErrorException',
    message: expect.stringMatching(/role "knowledge_base" already exists; SQLState: 42710/),
  });
});

test('statements take parameters by name and answer in typed fields', async () => {
  const { records } = await run('SELECT :n::int + 1, :t::text, NULL, true', {
    parameters: [
      { name: 'n', value: { longValue: 41 } },
      { name: 't', value: { stringValue: 'a' } },
    ],
  });
  expect(records).toEqual([[{ longValue: 42 }, { stringValue: 'a' }, { isNull: true }, { booleanValue: true }]]);
});

test('with table, indexes and grants the knowledge base is made', async () => {
  const { knowledgeBase } = await create();
  expect(knowledgeBase?.status).toBe('ACTIVE');
  // what tried the grants is taken back
  expect((await run('SELECT count(*) FROM kb.chunks')).records).toEqual([[{ longValue: 0 }]]);
});

test('a missing grant, column, index or database is named in the words of PostgreSQL', async () => {
  await run('REVOKE DELETE ON kb.chunks FROM knowledge_base');
  expect((await errorOf(create())).message).toMatch(/permission denied for table chunks/);
  await run('GRANT DELETE ON kb.chunks TO knowledge_base');
  const mapping = { ...STORAGE.fieldMapping, textField: 'body' } as RdsConfiguration['fieldMapping'];
  expect((await errorOf(create({ fieldMapping: mapping }))).message).toMatch(/column "body" .* does not exist/);
  await run('DROP INDEX kb.chunks_text');
  expect((await errorOf(create())).message).toMatch(/chunk column must be indexed/);
  await run("CREATE INDEX chunks_text ON kb.chunks USING gin (to_tsvector('simple', chunk))");
  expect((await errorOf(create({ databaseName: 'other' }))).message).toMatch(/database "other" does not exist/);
});

test('a paused cluster refuses until it has resumed', async () => {
  bed.simulator.control.inject({ operation: 'ExecuteStatement', kind: 'resuming' });
  expect(await errorOf(run('SELECT 1'))).toMatchObject({ name: 'DatabaseResumingException' });
  expect((await run('SELECT 1')).records).toEqual([[{ longValue: 1 }]]);
});

test('the user of the knowledge base can do no more than it was granted', async () => {
  expect((await errorOf(run('CREATE TABLE kb.other (id int)', { secretArn: USER }))).message).toMatch(
    /permission denied/,
  );
  expect((await errorOf(run('SELECT 1', { secretArn: secret('none') }))).message).toMatch(/could not be found/);
});

test('an instance must go before its cluster; while one is there, what it bills at its minimum is shown', async () => {
  const early = await errorOf(bed.resource(CLUSTER_TYPE, 'Delete', {}, 'vectors'));
  expect(early.message).toMatch(/still contains DB instances/);
  const usd = () => bed.simulator.control.leftovers().find(({ type }) => type === INSTANCE_TYPE)?.usdPerDay;
  expect(usd()).toBe(0);
  const awake = { ...CLUSTER, ServerlessV2ScalingConfiguration: { MinCapacity: 0.5, MaxCapacity: 2 } };
  await bed.resource(CLUSTER_TYPE, 'Update', awake, 'vectors');
  // 0.5 ACU x 24 hours x $0.12
  expect(usd()).toBeCloseTo(1.44, 10);
});

test('a secret is attached to a cluster that exists', async () => {
  const type = 'AWS::SecretsManager::SecretTargetAttachment';
  const properties = { SecretId: MASTER, TargetType: CLUSTER_TYPE };
  const made = await bed.resource(type, 'Create', { ...properties, TargetId: 'vectors' });
  expect(made.physicalResourceId).toBe(MASTER);
  const error = await errorOf(bed.resource(type, 'Create', { ...properties, TargetId: 'none' }));
  expect(error.message).toMatch(/target none of the secret is not a cluster/);
});

test.each<[string, object, RegExp]>([
  ['another engine', { Engine: 'aurora-mysql' }, /needs aurora-postgresql, got aurora-mysql/],
  ['no tags', { Tags: [] }, /denies rds:CreateDBCluster/],
  ['a name that is taken', {}, /already exists/],
])('a cluster with %s is refused', async (_, changed, message) => {
  expect((await errorOf(bed.resource(CLUSTER_TYPE, 'Create', { ...CLUSTER, ...changed }))).message).toMatch(message);
});
