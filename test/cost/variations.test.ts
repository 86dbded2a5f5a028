import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { ModelCatalogue, ModelEntry } from '../../lib/catalogue/models.ts';
import { compare, configuredRow, type Cell, type Comparison } from '../../lib/cost/comparison.ts';
import { estimatePath } from '../../lib/cost/estimate.ts';
import type { ComparisonContext } from '../../lib/cost/like-for-like.ts';
import { served } from '../../lib/cost/prompt-cache.ts';
import type { VariationId } from '../../lib/cost/variations.ts';
import type { Workload } from '../../lib/cost/workload.ts';
import { priceBook, type Price } from '../../lib/prices/price-book.ts';
import { MODEL } from '../support/example-config.ts';

const model = (entry: Partial<ModelEntry>): ModelEntry => ({
  ...MODEL,
  inRegion: ['us-east-1'],
  profiles: {},
  thinking: 'none',
  contextWindowTokens: 100_000,
  maxOutputTokens: 10_000,
  promptCaching: null,
  ...entry,
});

const CATALOGUE: ModelCatalogue = {
  models: {
    'a.plain': model({}),
    'a.caches': model({ promptCaching: { minimumTokens: 1_000, lifetimes: ['5m'] } }),
    'a.little': model({ promptCaching: { minimumTokens: 1_000, maximumTokens: 20_000, lifetimes: ['5m'] } }),
    'a.dense': model({ tokensPerCounted: { factor: 1.5, confidence: 'C', source: 'this test', date: '2026-11-30' } }),
    'a.banded': model({ longPromptAboveTokens: 30_000 }),
    'a.short': model({ contextWindowTokens: 10_000 }),
  },
};

const price = (id: string, usd: number, per: Price['per'] = '1M tokens'): Price => ({
  id,
  usd,
  per,
  service: 'AmazonBedrock',
  source: 'this test',
  date: '2026-11-01',
  confidence: 'B',
});

const BOOK = priceBook('us-east-1', [
  ...Object.keys(CATALOGUE.models).flatMap((id) => [
    price(`${id}/input`, 2),
    price(`${id}/output`, 8),
    price(`${id}/cache-read`, 0.2),
    price(`${id}/cache-write`, 2.5),
    price(`${id}/input/long-context`, 4),
    price(`${id}/output/long-context`, 12),
  ]),
  price('e.embed/embedding', 0.1),
  price('aoss/ocu', 0.24, 'OCU-hour'),
  price('aoss/storage', 0.024, 'GB-month'),
  price('s3-vectors/storage', 0.06, 'GB-month'),
  price('s3-vectors/put', 0.2, 'GB'),
  price('s3-vectors/query', 2.5, '1M requests'),
  price('s3-vectors/processed-tier-1', 4, 'TB'),
]);

/** A million requests of 1,000 tokens, and documents of 40,000 in all. */
const WORKLOAD: Workload = {
  requestsPerMonth: 1e6,
  paths: ['prompt-only', 'rag'],
  request: { instruction: { tokens: 800 }, question: { tokens: 200 }, answer: { tokens: 100 } },
  inference: { modelId: 'a.plain' },
  operations: {},
  rag: { documents: { documents: 40, tokensPerDocument: 1_000 } },
};

function compared(changes: Partial<Workload>, context: Partial<ComparisonContext> = {}): Comparison {
  return compare(
    { ...WORKLOAD, ...changes },
    { catalogue: CATALOGUE, region: 'us-east-1', today: '2026-11-30', blendedUsd: () => null, ...context },
    (path, workload) => {
      const { workload: asServed, note, cacheHits } = served(path, workload, CATALOGUE, BOOK);
      const estimate = estimatePath(path, asServed, BOOK, CATALOGUE);
      return {
        estimate: note === undefined ? estimate : { ...estimate, notes: [...estimate.notes, note] },
        book: BOOK,
        workload: asServed,
        ...(cacheHits === undefined ? {} : { cacheHits }),
      };
    },
    [],
  );
}

const variation = ({ rows }: Comparison, id: VariationId, path = 'prompt-only'): Cell | undefined =>
  rows.find((row) => row.basis === id && row.path === path);

const usdOf = (cell: Cell | undefined): number | null | undefined => cell?.priced?.estimate.monthly.usd;

const on = (modelId: string): Partial<Workload> => ({ inference: { modelId } });

describe('all documents in the prompt', () => {
  test('are tokens of every prompt, and the difference is the prompt', () => {
    const comparison = compared({});
    const row = variation(comparison, 'text-in-prompt');
    // 1M requests of 41,000 tokens at $2 and 100 at $8
    expect(usdOf(row)).toBeCloseTo(82_000 + 800, 6);
    const split = row && comparison.against.get(row);
    expect(split?.parts).toMatchObject({ unitPrice: 0, terms: 0, answerTokens: 0, requests: 0, capacity: 0 });
    expect(split?.parts.promptTokens).toBeCloseTo(80_000, 6);
  });

  test('are more tokens of a model that cuts finer, and as given of the model that they were counted of', () => {
    // 1.5 x 41,000 tokens at $2, 1.5 x 100 at $8
    expect(usdOf(variation(compared(on('a.dense')), 'text-in-prompt'))).toBeCloseTo(123_000 + 1_200, 6);
    // the prompt of 1,000 and the answer of 100 are counts of the model; the documents are 1.5 x 40,000
    const figures = { inputTokensPerRequest: 1_000, outputTokensPerRequest: 100 };
    const given = compared({ request: undefined, inference: { modelId: 'a.dense', ...figures } });
    expect(usdOf(variation(given, 'text-in-prompt'))).toBeCloseTo(122_000 + 800, 6);
    const calls = [{ name: 'answer', callsPerRequest: 2, inputTokens: 1_000, outputTokens: 100 }];
    const twice = compared({ request: undefined, inference: { modelId: 'a.dense', calls } });
    expect(usdOf(variation(twice, 'text-in-prompt'))).toBeCloseTo(2 * (122_000 + 800), 6);
  });

  test('are cached with the instruction where the model caches, by hits that follow from the traffic', () => {
    const row = variation(compared(on('a.caches')), 'text-in-prompt');
    // 22 days of 8 hours: 94.7 requests a minute, so that nobody waits 5 minutes for the next one
    expect(row?.priced?.cacheHits?.share).toBeCloseTo(1, 9);
    // 40,800 tokens read at $0.2, 200 at $2, 100 at $8
    expect(usdOf(row)).toBeCloseTo(8_160 + 400 + 800, 4);
  });

  test('are plain input where caching is dearer, and of a prefix longer than the model is promised to cache', () => {
    // one request in 5 minutes or fewer: most write at $2.5
    const seldom = variation(compared({ ...on('a.caches'), requestsPerMonth: 100 }), 'text-in-prompt');
    expect(seldom?.priced?.estimate.notes).toContain('prefix-dearer-cached');
    expect(usdOf(seldom)).toBeCloseTo(8.2 + 0.08, 9);
    const long = variation(compared(on('a.little')), 'text-in-prompt');
    expect(long?.priced?.estimate.notes).toContain('prefix-too-long');
    expect(usdOf(long)).toBeCloseTo(82_000 + 800, 6);
  });

  test('are not read by the share of hits of a prefix without them', () => {
    const inference = { modelId: 'a.caches', inputTokensPerRequest: 1_000, outputTokensPerRequest: 100 };
    const measured = { ...inference, cachedPrefixTokensPerRequest: 0, cacheHitShare: 0, cacheMeasured: true };
    const row = variation(compared({ request: undefined, inference: measured }), 'text-in-prompt');
    // 40,000 tokens read at $0.2, 1,000 at $2, 100 at $8
    expect(usdOf(row)).toBeCloseTo(8_000 + 2_000 + 800, 4);
  });

  test('make a long prompt, at the prices of one', () => {
    // 41,000 tokens at $4 and 100 at $12
    expect(usdOf(variation(compared(on('a.banded')), 'text-in-prompt'))).toBeCloseTo(164_000 + 1_200, 6);
  });

  test('that do not fit have a row with the tokens that they take', () => {
    const row = variation(compared(on('a.short')), 'text-in-prompt');
    expect(row).toMatchObject({
      obstacle: 'prompt-too-long',
      tooLong: { tokens: 41_100, windowTokens: 10_000 },
    });
    expect(row?.priced).toBeUndefined();
  });

  test('have no row where there are none', () => {
    expect(variation(compared({ rag: {} }), 'text-in-prompt')).toBeUndefined();
  });

  test('that are empty cost what prompt-only costs', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('a.plain', 'a.caches', 'a.dense', 'a.banded'),
        fc.double({ min: 0, max: 20_000, noNaN: true }),
        fc.double({ min: 0, max: 5_000, noNaN: true }),
        fc.constantFrom(undefined, 'instruction' as const),
        fc.boolean(),
        (modelId, instruction, answer, prefix, isText) => {
          const text: Partial<Workload> = isText
            ? {
                request: {
                  instruction: { tokens: instruction },
                  question: { tokens: 10 },
                  answer: { tokens: answer },
                  ...(prefix === undefined ? {} : { cache: { prefix } }),
                },
                inference: { modelId },
              }
            : {
                request: undefined,
                inference: { modelId, inputTokensPerRequest: instruction, outputTokensPerRequest: answer },
              };
          const rag = { documents: { documents: 0, tokensPerDocument: 1_000 } };
          const comparison = compared({ ...text, rag });
          const row = variation(comparison, 'text-in-prompt');
          return (
            row !== undefined && usdOf(row) === usdOf(comparison.rows[0]) && comparison.against.get(row)?.usd === 0
          );
        },
      ),
      { numRuns: 100, seed: 20261130 },
    );
  });
});

describe('a cached prefix', () => {
  const request = {
    instruction: { tokens: 1_500 },
    examples: { tokens: 500 },
    question: { tokens: 200 },
    answer: { tokens: 100 },
  };

  test('of instruction and examples is a row where it is cheaper and not configured', () => {
    const comparison = compared({ ...on('a.caches'), request });
    const row = variation(comparison, 'cached-prefix');
    // 2,000 tokens read at $0.2 and not at $2
    expect(usdOf(row)).toBeCloseTo(400 + 400 + 800, 4);
    const split = row && comparison.against.get(row);
    expect(split?.parts.terms).toBeCloseTo(-3_600, 4);
    expect(split?.parts).toMatchObject({ promptTokens: 0, answerTokens: 0, unitPrice: 0 });
    // the workload does not say what is retrieved: nobody knows if rag gets cheaper
    expect(variation(compared({ ...on('a.caches'), request }), 'cached-prefix', 'rag')).toBeUndefined();
  });

  test('is no row where all of it is cached, where the model caches none, where it is too short, and where it is dearer', () => {
    const has = (changes: Partial<Workload>): boolean =>
      variation(compared({ ...on('a.caches'), request, ...changes }), 'cached-prefix') !== undefined;
    expect(has({})).toBe(true);
    // the examples are not in it yet
    expect(has({ request: { ...request, cache: { prefix: 'instruction' } } })).toBe(true);
    expect(has({ request: { ...request, cache: { prefix: 'examples' } } })).toBe(false);
    expect(has(on('a.plain'))).toBe(false);
    expect(has({ request: { ...request, instruction: { tokens: 499 } } })).toBe(false);
    expect(has({ requestsPerMonth: 100 })).toBe(false);
    // of figures in tokens nobody knows what is the same in every prompt
    const figures = { modelId: 'a.caches', inputTokensPerRequest: 5_000, outputTokensPerRequest: 100 };
    expect(has({ request: undefined, inference: figures })).toBe(false);
  });
});

describe('a cheaper store', () => {
  const rag = (vectorStore: NonNullable<Workload['rag']>['vectorStore']): Workload['rag'] => ({
    documents: { documents: 40, tokensPerDocument: 1_000 },
    chunking: { tokensPerChunk: 500 },
    embedding: { modelId: 'e.embed', dimensions: 1_024 },
    retrieval: { chunksPerRequest: 2, queryTokensPerRequest: 20 },
    vectorStore,
  });

  test('stands beside the configured one, with nothing but the store changed', () => {
    const comparison = compared({ rag: rag({ kind: 'opensearch-serverless', standbyReplicas: false }) });
    const row = variation(comparison, 'cheaper-store', 'rag');
    expect(row?.priced?.workload.rag?.vectorStore).toEqual({ kind: 's3-vectors' });
    const configured = comparison.rows.find(({ path, basis }) => path === 'rag' && basis === 'reference');
    const capacity = (cell: Cell | undefined) =>
      cell?.priced?.estimate.lines.filter(({ priceId }) => priceId === 'aoss/ocu').map(({ usd }) => usd);
    // half an OCU each of indexing and search, 730 hours at $0.24
    expect(capacity(configured)).toEqual([expect.closeTo(87.6, 9), expect.closeTo(87.6, 9)]);
    expect(capacity(row)).toEqual([]);
    // queries, and 80 vectors of 4,132 bytes that each of them reads: 1M at $2.5, and 0.3 TB at $4
    const queries = row?.priced?.estimate.lines.filter(({ priceId }) => /query|processed/.test(priceId));
    expect(queries?.map(({ usd }) => usd)).toEqual([
      expect.closeTo(2.5, 9),
      expect.closeTo((1e6 * 80 * 4_132 * 4) / 1024 ** 4, 9),
    ]);
  });

  test('is no row where the configured one is the cheapest, or the only one that searches as it must', () => {
    const store = { kind: 'opensearch-serverless' } as const;
    expect(variation(compared({ rag: rag({ kind: 's3-vectors' }) }), 'cheaper-store', 'rag')).toBeUndefined();
    const hybrid = compared({ rag: rag(store) }, { searchesByWords: true });
    expect(variation(hybrid, 'cheaper-store', 'rag')).toBeUndefined();
  });
});

test('a variation is no path that is set up', () => {
  const workload = { ...WORKLOAD, ...on('a.plain') };
  const { rows } = compared(workload);
  expect(rows.map(({ path, basis }) => [path, basis])).toEqual([
    ['prompt-only', 'reference'],
    ['prompt-only', 'text-in-prompt'],
    ['rag', 'reference'],
  ]);
  expect(configuredRow('prompt-only', workload, rows.toReversed())?.basis).toBe('reference');
});
