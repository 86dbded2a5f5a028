import { expect, test } from '@jest/globals';
import { parseCatalogue, type EnvironmentInput } from '../../lib/config/config.ts';
import type { RagConfig } from '../../lib/config/rag.ts';
import { ConfigError } from '../../lib/config/sources.ts';
import { priceBook } from '../../lib/prices/price-book.ts';
import { EXAMPLE_PRICES, MODEL, MODEL_ID, exampleConfig, exampleSources } from '../support/example-config.ts';

type RagInput = NonNullable<EnvironmentInput['rag']>;

function ragOf(rag: RagInput, sources = exampleSources()): RagConfig {
  const resolved = exampleConfig({}, sources, { rag }).rag;
  if (resolved === undefined) throw new Error('there is no rag');
  return resolved;
}

function refusal(rag: RagInput): string {
  try {
    ragOf(rag);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  throw new Error('nothing was refused');
}

test('without a section, rag answers as prompt-only does, from OpenSearch Serverless without standby', () => {
  const config = exampleConfig({ temperature: 0.5, maxTokens: 77 });
  expect(config.rag).toMatchObject({
    modelId: config.promptOnly.modelId,
    temperature: 0.5,
    maxTokens: 77,
    prompt: { id: 'short/v1' },
    store: { kind: 'opensearch-serverless', standbyReplicas: false, network: 'public' },
    embedding: { modelId: 'amazon.titan-embed-text-v2:0', dimensions: 1_024 },
    chunking: { kind: 'fixed', maxTokens: 300, overlapPercentage: 20 },
    retrieval: { topK: 5, search: 'semantic', minScore: 0, filter: {}, callerFilter: {} },
    documents: { retain: false, noncurrentDays: 30 },
    retrievalPrices: { usdPerMillionEmbeddingTokens: 0.1, usdPerThousandRerankQueries: null },
  });
  expect(config.rag?.store).not.toHaveProperty('experimental');
  expect(config.omitted).not.toHaveProperty('rag');
});

test('what rag writes itself wins over promptOnly; a JSON schema of answers is not inherited', () => {
  const { rag } = exampleConfig({ maxTokens: 77, structuredOutput: 'schemas/answer.json' }, exampleSources(), {
    rag: { maxTokens: 88 },
  });
  expect(rag?.maxTokens).toBe(88);
  expect(rag?.prompt.outputSchema).toBeUndefined();
});

test.each<[string, RagInput['store'], number, string]>([
  // 1 OCU x 730 h x $0.2 = $146
  ['OpenSearch Serverless', { kind: 'opensearch-serverless' }, 146, '1 OCU × 730 hours'],
  // 2 OCU x 730 h x $0.2 = $292
  ['the same with standby', { kind: 'opensearch-serverless', standbyReplicas: true }, 292, '2 OCU'],
  // 2 secrets x $0.5 = $1
  ['Aurora that pauses', { kind: 'aurora-serverless-v2' }, 1, 'no ACU while paused'],
  // 0.5 ACU x 730 h x $0.1 = $36.5, and $1 of secrets
  ['Aurora that does not', { kind: 'aurora-serverless-v2', minAcus: 0.5 }, 37.5, '0.5 ACU × 730 hours'],
  ['S3 Vectors', { kind: 's3-vectors' }, 0, 'storage by the GB only'],
])('%s says what it costs idle', (_, store, usd, reason) => {
  const { idle } = ragOf({ store });
  expect(idle.usdPerMonth).toBeCloseTo(usd, 10);
  expect(idle.reason).toContain(reason);
});

test('a store that costs more idle than allowed is refused, with its cost; at the limit it is not', () => {
  const message = refusal({ maxIdleUsdPerMonth: 145.99 });
  expect(message).toContain("rag.maxIdleUsdPerMonth: store 'opensearch-serverless' costs $146.00 a month idle");
  expect(message).toContain('more than the $145.99 allowed');
  expect(ragOf({ maxIdleUsdPerMonth: 146 }).idle.usdPerMonth).toBeCloseTo(146, 10);
});

test('an unknown idle cost is not below any limit, and is null without one', () => {
  const unpriced = exampleSources({
    priceBook: (region) =>
      priceBook(
        region,
        EXAMPLE_PRICES.filter(({ id }) => id !== 'aoss/ocu'),
      ),
  });
  expect(ragOf({}, unpriced).idle).toMatchObject({ usdPerMonth: null });
  expect(ragOf({}, unpriced).idle.reason).toContain('no price for aoss/ocu');
  expect(() => ragOf({ maxIdleUsdPerMonth: 1_000 }, unpriced)).toThrow('costs an unknown amount a month idle');
});

test.each<[string, RagInput, string[]]>([
  [
    'an embedding model that is none',
    { embedding: { model: 'acme.example-v1:0' } },
    ["'acme.example-v1:0' is no embedding model", 'amazon.titan-embed-text-v2:0'],
  ],
  ['an unknown embedding model', { embedding: { model: 'acme.none' } }, ["'acme.none' is not in config/models.json"]],
  [
    'dimensions that the model does not make',
    { embedding: { dimensions: 100 } },
    ['rag.embedding.dimensions', '512, 1024', 'got 100'],
  ],
  [
    'hybrid search of a store that cannot',
    { store: { kind: 's3-vectors' }, retrieval: { search: 'hybrid' } },
    ['rag.retrieval.search: s3-vectors searches by meaning only'],
  ],
  [
    'fewer candidates than passages',
    { retrieval: { topK: 9, rerank: { model: 'acme.rerank-v1:0', candidates: 8 } } },
    ['rag.retrieval.rerank.candidates: must be at least topK (9), got 8'],
  ],
  [
    'children as long as their parents',
    { chunking: { kind: 'hierarchical', parentTokens: 200, childTokens: 200 } },
    ['rag.chunking.childTokens: must be less than parentTokens (200), got 200'],
  ],
  [
    'children that are all overlap',
    { chunking: { kind: 'hierarchical', childTokens: 60 } },
    ['rag.chunking.overlapTokens: must be less than childTokens (60), got 60'],
  ],
  [
    "filters that the function's environment has no room for",
    // 5 x 407 of "k0":"..." with 400 letters, 4 commas between them, and 7 of [{},{}] around them
    { retrieval: { filter: Object.fromEntries([0, 1, 2, 3, 4].map((key) => [`k${key}`, 'x'.repeat(400)])) } },
    ['may take 2000 bytes of JSON together, got 2046'],
  ],
  [
    'more ACUs at least than at most',
    { store: { kind: 'aurora-serverless-v2', minAcus: 4 } },
    ['rag.store.minAcus: must be at most maxAcus (2), got 4'],
  ],
  ['grounding without a guardrail', { contextualGrounding: true }, ['rag.contextualGrounding: needs a guardrail']],
  [
    'a caller filter that the server has set',
    { retrieval: { filter: { team: 'a' }, callerFilter: { team: 'string' } } },
    ["rag.retrieval.callerFilter: 'team' is already set"],
  ],
  [
    "an attribute of Bedrock's own",
    { retrieval: { filter: { 'x-amz-bedrock-kb-source-uri': 'a' } } },
    ['must be letters, digits'],
  ],
  [
    'a JSON schema of answers',
    { structuredOutput: 'schemas/answer.json' } as RagInput,
    ['rag.structuredOutput: unknown key'],
  ],
])('%s is refused', (_, rag, parts) => {
  const message = refusal(rag);
  for (const part of parts) expect(message).toContain(part);
});

test('all that is wrong is told in one go', () => {
  expect(refusal({ embedding: { dimensions: 1 }, contextualGrounding: true }).split('\n')).toHaveLength(3);
});

test('NextGen is never the default, and is refused by another name', () => {
  expect(ragOf({ store: { kind: 'opensearch-serverless', experimental: 'nextgen' } }).idle.reason).toContain(
    'unconfirmed',
  );
  expect(refusal({ store: { kind: 'opensearch-serverless', generation: 'NEXTGEN' } } as unknown as RagInput)).toContain(
    'generation: unknown key',
  );
});

test('a reranker is priced by the query; without a price what answers cost is unknown, and said', () => {
  const retrieval = { rerank: { model: 'acme.rerank-v1:0' } };
  expect(ragOf({ retrieval }).retrievalPrices.usdPerThousandRerankQueries).toBe(3);
  const unpriced = exampleSources({
    priceBook: (region) =>
      priceBook(
        region,
        EXAMPLE_PRICES.filter(({ id }) => !id.includes('rerank')),
      ),
  });
  const { retrievalPrices, warnings } = ragOf({ retrieval }, unpriced);
  expect(retrievalPrices.usdPerThousandRerankQueries).toBeNull();
  expect(warnings).toContainEqual(expect.stringContaining('no price for acme.rerank-v1:0/rerank'));
});

test('a Region without the default embedding model has no rag, and says why, unless rag was asked for', () => {
  const { catalogue } = exampleSources();
  const titan = catalogue.models['amazon.titan-embed-text-v2:0'];
  if (titan === undefined) throw new Error('no titan');
  const models = { ...catalogue.models, 'amazon.titan-embed-text-v2:0': { ...titan, inRegion: ['us-west-2'] } };
  const sources = exampleSources({ catalogue: { ...catalogue, models } });
  const config = exampleConfig({}, sources);
  expect(config.rag).toBeUndefined();
  expect(config.omitted.rag).toContain("'amazon.titan-embed-text-v2:0' is offered in us-west-2, not in us-east-1");
  expect(() => exampleConfig({}, sources, { rag: {} })).toThrow(ConfigError);
});

test('hierarchical chunks in S3 Vectors are warned about', () => {
  const { warnings } = ragOf({ store: { kind: 's3-vectors' }, chunking: { kind: 'hierarchical' } });
  expect(warnings).toContainEqual(expect.stringContaining('AWS advises against hierarchical chunks in s3-vectors'));
});

test.each([
  ['us-west-2', []],
  ['ap-northeast-1', [expect.stringContaining('rag.parsing: AWS names no ap-northeast-1 among the Regions')]],
])('Bedrock Data Automation in %s is taken, with a word where AWS does not name the Region', (region, expected) => {
  const entry = { ...MODEL, inRegion: [region] };
  const catalogue = parseCatalogue({
    defaults: { embedding: 'amazon.titan-embed-text-v2:0' },
    models: {
      [MODEL_ID]: entry,
      'amazon.titan-embed-text-v2:0': { ...entry, kind: 'embedding', embeddingDimensions: [1_024] },
    },
  });
  const { rag } = exampleConfig({ profileScope: 'in-region' }, exampleSources({ catalogue }), {
    region,
    rag: { parsing: { kind: 'data-automation' } },
  });
  expect(rag?.parsing).toEqual({ kind: 'data-automation' });
  expect(rag?.warnings.filter((warning) => warning.includes('parsing'))).toEqual(expected);
});
