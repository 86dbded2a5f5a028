import { RerankCommand, RetrieveCommand, type RetrieveRequest } from '@aws-sdk/client-bedrock-agent-runtime';
import { expect, test } from '@jest/globals';
import { countTokens } from '../../../lib/simulator/tokens.ts';
import {
  createKnowledgeBase,
  knowledgeBaseBed,
  sync,
  type KnowledgeBaseBed,
} from '../../support/simulated-knowledge-base.ts';
import { errorOf } from '../../support/simulator-bed.ts';
import { REGION } from '../../support/simulator.ts';

const RERANKER = `arn:aws:bedrock:${REGION}::foundation-model/acme.rerank-v1:0`;

async function filled(options: Parameters<typeof createKnowledgeBase>[1] = {}) {
  const bed = await knowledgeBaseBed();
  const base = await createKnowledgeBase(bed, options);
  bed.objects
    .set('queue.md', 'A dead-letter queue keeps messages that could not be processed.')
    .set('queue.md.metadata.json', '{"metadataAttributes":{"team":"messaging"}}')
    .set('topic.md', 'A topic sends messages to every subscriber of the topic.')
    .set('bucket.md', 'A bucket keeps objects.');
  await sync(bed, base);
  return { bed, knowledgeBaseId: base.knowledgeBaseId };
}

type Vector = NonNullable<RetrieveRequest['retrievalConfiguration']>['vectorSearchConfiguration'];

const ask = ({ runtime }: KnowledgeBaseBed, knowledgeBaseId: string, text: string, vector?: Vector) =>
  runtime.send(
    new RetrieveCommand({
      knowledgeBaseId,
      retrievalQuery: { text },
      ...(vector === undefined ? {} : { retrievalConfiguration: { vectorSearchConfiguration: vector } }),
    }),
  );

test('a question finds chunks of the documents, best first, with where they are from', async () => {
  const { bed, knowledgeBaseId } = await filled();
  const { retrievalResults } = await ask(bed, knowledgeBaseId, 'Which queue keeps messages?');
  expect(retrievalResults?.[0]).toEqual({
    content: { type: 'TEXT', text: 'A dead-letter queue keeps messages that could not be processed.' },
    location: { type: 'S3', s3Location: { uri: 's3://documents/queue.md' } },
    score: expect.any(Number),
    metadata: {
      'x-amz-bedrock-kb-source-uri': 's3://documents/queue.md',
      'x-amz-bedrock-kb-chunk-id': 's3://documents/queue.md#0',
      'x-amz-bedrock-kb-data-source-id': expect.stringMatching(/^[0-9A-Z]{10}$/),
      team: 'messaging',
    },
  });
  const scores = retrievalResults?.map(({ score }) => score ?? 0) ?? [];
  expect(scores).toEqual([...scores].sort((one, other) => other - one));
  const one = await ask(bed, knowledgeBaseId, 'messages', { numberOfResults: 1 });
  expect(one.retrievalResults).toHaveLength(1);
});

test('nothing relevant is an empty list, and so is a filter on a key that nobody has', async () => {
  const { bed, knowledgeBaseId } = await filled();
  expect((await ask(bed, knowledgeBaseId, 'penguins')).retrievalResults).toEqual([]);
  const filter = { equals: { key: 'unknown', value: 'x' } };
  expect((await ask(bed, knowledgeBaseId, 'messages', { filter })).retrievalResults).toEqual([]);
  const team = { equals: { key: 'team', value: 'messaging' } };
  expect((await ask(bed, knowledgeBaseId, 'messages', { filter: team })).retrievalResults).toHaveLength(1);
});

test('a parent is returned once, however many of its children are found', async () => {
  const { bed, knowledgeBaseId } = await filled({
    chunking: {
      chunkingStrategy: 'HIERARCHICAL',
      hierarchicalChunkingConfiguration: {
        levelConfigurations: [{ maxTokens: 100 }, { maxTokens: 4 }],
        overlapTokens: 1,
      },
    },
  });
  const { retrievalResults } = await ask(bed, knowledgeBaseId, 'topic subscriber messages');
  expect(retrievalResults?.map(({ content }) => content?.text)).toEqual([
    'A topic sends messages to every subscriber of the topic.',
    'A dead-letter queue keeps messages that could not be processed.',
  ]);
});

test('what is not visible yet is not found; the next question finds it', async () => {
  const { bed, knowledgeBaseId } = await filled();
  bed.simulator.control.inject({ operation: 'Retrieve', kind: 'slow-consistency' });
  expect((await ask(bed, knowledgeBaseId, 'messages')).retrievalResults).toEqual([]);
  expect((await ask(bed, knowledgeBaseId, 'messages')).retrievalResults).toHaveLength(2);
});

test.each<[string, string, Vector, RegExp]>([
  ['30,000 characters', 'x'.repeat(30_000), undefined, /less than or equal to 20000/],
  ['a blank query', '  ', undefined, /The query is blank/],
  ['101 results', 'a', { numberOfResults: 101 }, /less than or equal to 100/],
  ['a filter that is none', 'a', { filter: { equals: { key: '', value: 1 } } }, /equals.key/],
])('%s is refused', async (_, text, vector, message) => {
  const { bed, knowledgeBaseId } = await filled();
  const error = await errorOf(ask(bed, knowledgeBaseId, text, vector));
  expect(error).toMatchObject({ name: 'ValidationException', message: expect.stringMatching(message) });
});

test('S3 Vectors searches by meaning only and looks into no text', async () => {
  const { bed, knowledgeBaseId } = await filled({ store: 's3-vectors' });
  const hybrid = await errorOf(ask(bed, knowledgeBaseId, 'messages', { overrideSearchType: 'HYBRID' }));
  expect(hybrid.message).toMatch(/HYBRID search type is not supported/);
  const inside = await errorOf(
    ask(bed, knowledgeBaseId, 'messages', { filter: { startsWith: { key: 'team', value: 'm' } } }),
  );
  expect(inside.message).toMatch(/startsWith is not supported/);
  expect(
    (await ask(bed, knowledgeBaseId, 'messages', { overrideSearchType: 'SEMANTIC' })).retrievalResults,
  ).toHaveLength(2);
});

test('an unknown knowledge base is not found', async () => {
  const { bed } = await filled();
  expect(await errorOf(ask(bed, 'ABCDEFGHIJ', 'messages'))).toMatchObject({ name: 'ResourceNotFoundException' });
});

test('reranking keeps the best of what was found, and is billed by the query', async () => {
  const { bed, knowledgeBaseId } = await filled();
  const { retrievalResults } = await ask(bed, knowledgeBaseId, 'messages of the topic', {
    rerankingConfiguration: {
      type: 'BEDROCK_RERANKING_MODEL',
      bedrockRerankingConfiguration: { modelConfiguration: { modelArn: RERANKER }, numberOfRerankedResults: 1 },
    },
  });
  expect(retrievalResults?.map(({ location }) => location?.s3Location?.uri)).toEqual(['s3://documents/topic.md']);
  const [call] = bed.simulator.control.calls();
  expect(call).toMatchObject({
    operation: 'Retrieve',
    path: 'rag',
    inputTokens: 0,
    usage: [
      { priceId: 'acme.embed-v1:0/embedding', quantity: countTokens('messages of the topic') },
      // two short chunks are two pieces, and a hundred pieces one query
      { priceId: 'acme.rerank-v1:0/rerank', quantity: 1, tags: {}, component: 'data' },
    ],
  });
});

test('a model that does not rank is refused', async () => {
  const { bed, knowledgeBaseId } = await filled();
  const error = await errorOf(
    ask(bed, knowledgeBaseId, 'messages', {
      rerankingConfiguration: {
        type: 'BEDROCK_RERANKING_MODEL',
        bedrockRerankingConfiguration: { modelConfiguration: { modelArn: RERANKER.replace('rerank', 'embed') } },
      },
    }),
  );
  expect(error.message).toMatch(/The reranking model .* does not exist/);
});

test('texts are ranked by themselves too, and counted in pieces of 512 tokens', async () => {
  const { bed } = await filled();
  const long = 'topic '.repeat(60_000 / 6);
  const { results } = await bed.runtime.send(
    new RerankCommand({
      queries: [{ type: 'TEXT', textQuery: { text: 'topic' } }],
      sources: ['a bucket', 'a topic of its own'].concat(Array.from({ length: 6 }, () => long)).map((text) => ({
        type: 'INLINE',
        inlineDocumentSource: { type: 'TEXT', textDocument: { text: text.slice(0, 32_000) } },
      })),
      rerankingConfiguration: {
        type: 'BEDROCK_RERANKING_MODEL',
        bedrockRerankingConfiguration: { modelConfiguration: { modelArn: RERANKER }, numberOfResults: 8 },
      },
    }),
  );
  expect(results).toHaveLength(8);
  expect(results?.at(-1)?.index).toBe(0);
  const [call] = bed.simulator.control.calls().slice(-1);
  // 32,000 / 6 = 5,334 topics of a token each, in pieces of 511: 11 a text, 66 of six, and 2 short ones: 68 pieces are one query
  expect(call?.usage).toMatchObject([{ priceId: 'acme.rerank-v1:0/rerank', quantity: 1 }]);
});

test('a question to S3 Vectors bills the query and what it read', async () => {
  const { bed, knowledgeBaseId } = await filled({ store: 's3-vectors' });
  await ask(bed, knowledgeBaseId, 'messages');
  const [call] = bed.simulator.control.calls();
  // three vectors of 4 x 1,024 bytes and a key of 36; one of them has team and messaging, 4 + 9 bytes
  const bytes = 3 * (4 * 1024 + 36) + 13;
  expect(call?.usage).toMatchObject([
    { priceId: 'acme.embed-v1:0/embedding' },
    { priceId: 's3-vectors/query', quantity: 1, tags: { 'customization-path': 'rag' } },
    { priceId: 's3-vectors/processed-tier-1', quantity: expect.closeTo(bytes / 1024 ** 3, 15) },
  ]);
});
