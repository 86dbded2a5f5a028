import {
  CreateDataSourceCommand,
  CreateKnowledgeBaseCommand,
  DeleteDataSourceCommand,
  GetDataSourceCommand,
  GetKnowledgeBaseCommand,
  ListDataSourcesCommand,
  ListKnowledgeBasesCommand,
  UpdateDataSourceCommand,
  UpdateKnowledgeBaseCommand,
  type CreateKnowledgeBaseRequest,
} from '@aws-sdk/client-bedrock-agent';
import { expect, test } from '@jest/globals';
import {
  aossStorage,
  BUCKET,
  createCollection,
  createKnowledgeBase,
  EMBED_ARN,
  knowledgeBaseBed,
  RAG_TAGS,
  ROLE,
  sync,
  type KnowledgeBaseBed,
} from '../../support/simulated-knowledge-base.ts';
import { errorOf } from '../../support/simulator-bed.ts';

async function request(bed: KnowledgeBaseBed): Promise<CreateKnowledgeBaseRequest> {
  const { collection } = await createCollection(bed);
  return {
    name: 'docs',
    roleArn: ROLE,
    knowledgeBaseConfiguration: {
      type: 'VECTOR',
      vectorKnowledgeBaseConfiguration: { embeddingModelArn: EMBED_ARN },
    },
    storageConfiguration: aossStorage(collection.attributes['Arn']),
    tags: RAG_TAGS,
  };
}

test('a knowledge base and its data source are made, found and listed', async () => {
  const bed = await knowledgeBaseBed();
  const base = await createKnowledgeBase(bed);
  expect(base.knowledgeBaseId).toMatch(/^[0-9A-Z]{10}$/);
  const { knowledgeBase } = await bed.agent.send(new GetKnowledgeBaseCommand(base));
  expect(knowledgeBase).toMatchObject({ name: 'docs', status: 'ACTIVE', roleArn: ROLE });
  const { dataSource } = await bed.agent.send(new GetDataSourceCommand(base));
  expect(dataSource).toMatchObject({ status: 'AVAILABLE', dataDeletionPolicy: 'DELETE' });
  const bases = await bed.agent.send(new ListKnowledgeBasesCommand({}));
  expect(bases.knowledgeBaseSummaries?.map(({ knowledgeBaseId }) => knowledgeBaseId)).toEqual([base.knowledgeBaseId]);
  const sources = await bed.agent.send(new ListDataSourcesCommand(base));
  expect(sources.dataSourceSummaries?.map(({ dataSourceId }) => dataSourceId)).toEqual([base.dataSourceId]);
  expect(bed.simulator.control.resources().filter(({ type }) => type.startsWith('AWS::Bedrock::'))).toMatchObject([
    { type: 'AWS::Bedrock::KnowledgeBase', tags: RAG_TAGS },
    { type: 'AWS::Bedrock::DataSource', tags: null },
  ]);
});

test.each<[string, (request: CreateKnowledgeBaseRequest) => Partial<CreateKnowledgeBaseRequest>, string, RegExp]>([
  ['a name with a dot', () => ({ name: 'a.b' }), 'ValidationException', /'name' failed to satisfy constraint/],
  ['a short token', () => ({ clientToken: 'short' }), 'ValidationException', /greater than or equal to 33/],
  ['no tags', () => ({ tags: {} }), 'AccessDeniedException', /denies bedrock:CreateKnowledgeBase/],
  [
    'a model that does not embed',
    () => ({
      knowledgeBaseConfiguration: {
        type: 'VECTOR',
        vectorKnowledgeBaseConfiguration: { embeddingModelArn: EMBED_ARN.replace('embed', 'local') },
      },
    }),
    'ValidationException',
    /is not supported or does not exist/,
  ],
  [
    'a size of vector that the model does not make',
    () => ({
      knowledgeBaseConfiguration: {
        type: 'VECTOR',
        vectorKnowledgeBaseConfiguration: {
          embeddingModelArn: EMBED_ARN,
          embeddingModelConfiguration: { bedrockEmbeddingModelConfiguration: { dimensions: 300 } },
        },
      },
    }),
    'ValidationException',
    /makes vectors of 512, 1024, 2048 dimensions, got 300/,
  ],
  [
    'no such index',
    ({ storageConfiguration }) => ({
      storageConfiguration: {
        ...storageConfiguration,
        type: 'OPENSEARCH_SERVERLESS',
        opensearchServerlessConfiguration: {
          collectionArn: storageConfiguration?.opensearchServerlessConfiguration?.collectionArn,
          vectorIndexName: 'other',
          fieldMapping: storageConfiguration?.opensearchServerlessConfiguration?.fieldMapping,
        },
      },
    }),
    'ValidationException',
    /no such index \[other\]/,
  ],
  [
    'a role that no access policy names',
    () => ({ roleArn: `${ROLE}-2` }),
    'ValidationException',
    /403, bad authorization: .*knowledge-base-2 has no aoss:DescribeIndex/,
  ],
])('%s is refused', async (_, changed, name, message) => {
  const bed = await knowledgeBaseBed();
  const whole = await request(bed);
  const error = await errorOf(bed.agent.send(new CreateKnowledgeBaseCommand({ ...whole, ...changed(whole) })));
  expect(error).toMatchObject({ name, message: expect.stringMatching(message) });
});

test('a name is taken once, with the status that this service gives a conflict', async () => {
  const bed = await knowledgeBaseBed();
  const whole = await request(bed);
  await bed.agent.send(new CreateKnowledgeBaseCommand(whole));
  const error = await errorOf(bed.agent.send(new CreateKnowledgeBaseCommand(whole)));
  expect(error).toMatchObject({ name: 'ConflictException', $metadata: { httpStatusCode: 409 } });
});

test('an index that is not visible yet fails the creation, and the next one succeeds', async () => {
  const bed = await knowledgeBaseBed();
  const whole = await request(bed);
  bed.simulator.control.inject({ operation: 'CreateKnowledgeBase', kind: 'slow-consistency' });
  const error = await errorOf(bed.agent.send(new CreateKnowledgeBaseCommand(whole)));
  expect(error.message).toMatch(/404, error message: no such index/);
  const { knowledgeBase } = await bed.agent.send(new CreateKnowledgeBaseCommand(whole));
  expect(knowledgeBase?.status).toBe('ACTIVE');
});

test('neither model nor store nor chunking can be changed', async () => {
  const bed = await knowledgeBaseBed();
  const base = await createKnowledgeBase(bed);
  const { knowledgeBase } = await bed.agent.send(new GetKnowledgeBaseCommand(base));
  const update = { ...base, name: 'renamed', roleArn: ROLE, storageConfiguration: knowledgeBase?.storageConfiguration };
  const configuration = knowledgeBase?.knowledgeBaseConfiguration;
  const renamed = await bed.agent.send(
    new UpdateKnowledgeBaseCommand({ ...update, knowledgeBaseConfiguration: configuration }),
  );
  expect(renamed.knowledgeBase?.name).toBe('renamed');
  const other = await errorOf(
    bed.agent.send(
      new UpdateKnowledgeBaseCommand({
        ...update,
        knowledgeBaseConfiguration: {
          type: 'VECTOR',
          vectorKnowledgeBaseConfiguration: { embeddingModelArn: `${EMBED_ARN}x` },
        },
      }),
    ),
  );
  expect(other.message).toMatch(/knowledgeBaseConfiguration of a knowledge base cannot be changed/);
  const { dataSource } = await bed.agent.send(new GetDataSourceCommand(base));
  const chunked = await errorOf(
    bed.agent.send(
      new UpdateDataSourceCommand({
        ...base,
        name: 'bucket',
        dataSourceConfiguration: dataSource?.dataSourceConfiguration,
        vectorIngestionConfiguration: { chunkingConfiguration: { chunkingStrategy: 'NONE' } },
      }),
    ),
  );
  expect(chunked.message).toMatch(/chunkingConfiguration of a data source cannot be changed/);
});

test.each([
  [
    { chunkingStrategy: 'FIXED_SIZE', fixedSizeChunkingConfiguration: { maxTokens: 9000, overlapPercentage: 20 } },
    /8192/,
  ],
  [
    { chunkingStrategy: 'FIXED_SIZE', fixedSizeChunkingConfiguration: { maxTokens: 300, overlapPercentage: 0 } },
    /to 1/,
  ],
  [
    {
      chunkingStrategy: 'HIERARCHICAL',
      hierarchicalChunkingConfiguration: {
        levelConfigurations: [{ maxTokens: 300 }, { maxTokens: 300 }],
        overlapTokens: 60,
      },
    },
    /second level must be smaller/,
  ],
] as const)('chunking %j is refused', async (chunking, message) => {
  const bed = await knowledgeBaseBed();
  const error = await errorOf(createKnowledgeBase(bed, { chunking: chunking as never }));
  expect(error).toMatchObject({ name: 'ValidationException', message: expect.stringMatching(message) });
});

test.each([
  ['BEDROCK_DATA_AUTOMATION', {}, undefined],
  ['BEDROCK_FOUNDATION_MODEL', { bedrockFoundationModelConfiguration: { modelArn: EMBED_ARN } }, undefined],
  ['BEDROCK_FOUNDATION_MODEL', {}, /modelArn/],
  [
    'BEDROCK_DATA_AUTOMATION',
    { bedrockDataAutomationConfiguration: { parsingModality: 'MULTIMODAL' } },
    /supplemental/,
  ],
  ['TEXTRACT', {}, /BEDROCK_FOUNDATION_MODEL, BEDROCK_DATA_AUTOMATION/],
] as const)('parsing by %s with %j is taken, or refused with the reason', async (parsingStrategy, rest, refusal) => {
  const bed = await knowledgeBaseBed();
  const { knowledgeBaseId } = await createKnowledgeBase(bed);
  const error = await bed.agent
    .send(
      new CreateDataSourceCommand({
        knowledgeBaseId,
        name: 'parsed',
        dataSourceConfiguration: { type: 'S3', s3Configuration: { bucketArn: `arn:aws:s3:::${BUCKET}` } },
        vectorIngestionConfiguration: {
          parsingConfiguration: { parsingStrategy: parsingStrategy as 'BEDROCK_DATA_AUTOMATION', ...rest },
        },
      }),
    )
    .then(() => undefined, String);
  expect(error).toEqual(refusal === undefined ? undefined : expect.stringMatching(refusal));
});

test('a knowledge base has five data sources at most', async () => {
  const bed = await knowledgeBaseBed();
  const { knowledgeBaseId } = await createKnowledgeBase(bed);
  const create = (name: string) =>
    bed.agent.send(
      new CreateDataSourceCommand({
        knowledgeBaseId,
        name,
        dataSourceConfiguration: { type: 'S3', s3Configuration: { bucketArn: `arn:aws:s3:::${BUCKET}` } },
      }),
    );
  for (const name of ['b', 'c', 'd', 'e']) await create(name);
  expect(await errorOf(create('f'))).toMatchObject({
    name: 'ServiceQuotaExceededException',
    $metadata: { httpStatusCode: 402 },
  });
});

test('a data source that deletes takes its vectors along, one that retains leaves them', async () => {
  for (const [deletion, left] of [
    ['DELETE', 0],
    ['RETAIN', 1],
  ] as const) {
    const bed = await knowledgeBaseBed();
    const base = await createKnowledgeBase(bed, { deletion });
    bed.objects.set('a.md', 'a queue');
    await sync(bed, base);
    await bed.agent.send(new DeleteDataSourceCommand(base));
    const again = await bed.agent.send(
      new CreateDataSourceCommand({
        knowledgeBaseId: base.knowledgeBaseId,
        name: 'again',
        dataSourceConfiguration: { type: 'S3', s3Configuration: { bucketArn: 'arn:aws:s3:::other' } },
      }),
    );
    expect(again.dataSource?.status).toBe('AVAILABLE');
    const { retrievalResults } = await retrieve(bed, base.knowledgeBaseId, 'queue');
    expect(retrievalResults).toHaveLength(left);
  }
});

test('a data source cannot delete its vectors once the index is gone: it stays, and says so', async () => {
  const bed = await knowledgeBaseBed();
  const base = await createKnowledgeBase(bed);
  bed.objects.set('a.md', 'a queue');
  await sync(bed, base);
  const index = bed.simulator.control.resources().find(({ type }) => type.endsWith('::Index'));
  await bed.resource('AWS::OpenSearchServerless::Index', 'Delete', {}, index?.arn);
  const id = `${base.knowledgeBaseId}|${base.dataSourceId}`;
  const error = await errorOf(bed.resource('AWS::Bedrock::DataSource', 'Delete', {}, id));
  expect(error.message).toMatch(/NotStabilized: the data source .* Unable to delete data from vector store/);
});

async function retrieve(bed: KnowledgeBaseBed, knowledgeBaseId: string, text: string) {
  const { RetrieveCommand } = await import('@aws-sdk/client-bedrock-agent-runtime');
  return bed.runtime.send(new RetrieveCommand({ knowledgeBaseId, retrievalQuery: { text } }));
}
