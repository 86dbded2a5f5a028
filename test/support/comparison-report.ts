import type { ModelCatalogue, ModelEntry } from '../../lib/catalogue/models.ts';
import { compare, type Cell, type PricedCell } from '../../lib/cost/comparison.ts';
import { estimatePath } from '../../lib/cost/estimate.ts';
import { served } from '../../lib/cost/prompt-cache.ts';
import { knowledgeUpdate } from '../../lib/cost/knowledge-update.ts';
import { tuningTarget } from '../../lib/cost/tuning-target.ts';
import type { Workload } from '../../lib/cost/workload.ts';
import { isTrainingPath } from '../../lib/paths.ts';
import { priceBook, type Price } from '../../lib/prices/price-book.ts';
import type { ComparisonReport } from '../../lib/report/comparison.ts';
import { MODEL } from './example-config.ts';
import { FAMILIES } from './families.ts';

const LARGE: ModelEntry = {
  ...MODEL,
  name: 'Large 2',
  family: 'Acme',
  smaller: 'a.small',
  thinking: 'none',
  quotaBurndown: { output: 5 },
  tokensPerCounted: { factor: 1, confidence: 'B', source: 'this test', date: '2026-11-01' },
  teaches: ['a.small'],
};

const SMALL: ModelEntry = {
  ...MODEL,
  name: 'Small 1',
  family: 'Acme',
  thinking: 'none',
  tuningFamily: 'plain',
  customization: { types: ['FINE_TUNING', 'DISTILLATION'], tuningId: 'a.small:8k', regions: ['us-east-1'] },
  hosting: ['on-demand'],
};

/** A family of a large model that nobody tunes and a small one that it teaches; all of it is invented. */
export const ACME: ModelCatalogue = {
  tuningFamilies: FAMILIES,
  tokenCount: {
    charactersPerToken: 4,
    error: { low: 0.8, high: 1.6 },
    errorAfterFactor: { low: 0.9, high: 1.2 },
    sources: MODEL.sources,
  },
  models: {
    'a.large': LARGE,
    'a.small': SMALL,
    'a.old': { ...MODEL, name: 'Old 1', lifecycle: { status: 'end-of-life', endOfLife: '2026-01-01' } },
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

/** Prices of the models, and of nothing that `rag` needs besides. */
const BOOK = priceBook('us-east-1', [
  price('a.large/input', 2),
  price('a.large/output', 10),
  price('a.small/input', 0.5),
  price('a.small/output', 2),
  price('a.small/custom-input', 0.5),
  price('a.small/custom-output', 2),
  price('a.small/training', 4),
  price('a.small/storage', 2, 'model-month'),
]);

/** 100,000 requests of 1,100 tokens, of which 200 are examples, answered with 100. */
export const ASKED: Workload = {
  requestsPerMonth: 100_000,
  operations: {},
  request: {
    instruction: { tokens: 800 },
    examples: { tokens: 200 },
    question: { tokens: 100 },
    answer: { tokens: 100 },
  },
  inference: { modelId: 'a.large', profileScope: 'us' },
  rag: {
    retrieval: { chunksPerRequest: 1, queryTokensPerRequest: 0 },
    chunking: { tokensPerChunk: 100 },
    vectorStore: { kind: 'managed', indexGb: 1 },
  },
  fineTuning: {
    baseModelId: 'a.small',
    trainingTokensPerEpoch: 3e6,
    epochs: 2,
    hosting: { kind: 'on-demand' },
  },
  continuedPretraining: { route: 'sagemaker', hosting: { kind: 'none' } },
  distillation: {
    teacherModelId: 'a.large',
    studentModelId: 'a.small',
    prompts: 1_000,
    synthesizedPrompts: 1_000,
    tokensPerPrompt: 500,
    tokensPerTeacherAnswer: 100,
    epochs: 2,
    hosting: { kind: 'on-demand' },
  },
};

/** A comparison as the command makes it, at the invented prices. */
export function comparisonReport(
  workload: Workload,
  catalogue: ModelCatalogue = ACME,
  quotas?: ComparisonReport['quotas'],
  models: readonly string[] = ['a.large', 'a.small', 'a.old'],
): ComparisonReport {
  const context = {
    catalogue,
    region: 'us-east-1',
    today: '2026-12-01',
    blendedUsd: (id: string) => BOOK.prices.get(`${id}/input`)?.usd ?? null,
  };
  const comparison = compare(
    workload,
    context,
    (path, asked) => {
      const { workload: asServed } = served(path, asked, catalogue, BOOK);
      return { estimate: estimatePath(path, asServed, BOOK, catalogue), book: BOOK, workload: asServed };
    },
    models,
  );
  const priced = comparison.rows.flatMap((row): [Cell, PricedCell][] =>
    row.priced === undefined ? [] : [[row, row.priced]],
  );
  const untuned = (modelId: string | null): PricedCell | undefined =>
    priced.find(([row]) => row.path === 'prompt-only' && row.modelId === modelId)?.[1];
  return {
    comparison,
    catalogue,
    region: 'us-east-1',
    today: '2026-12-01',
    requestsPerMonth: workload.requestsPerMonth ?? null,
    targets: new Map(
      priced.flatMap(([row, figures]) => {
        const base = untuned(row.modelId);
        return isTrainingPath(row.path) && base !== undefined ? [[row, tuningTarget(figures, base)]] : [];
      }),
    ),
    updates: new Map(priced.map(([row, figures]) => [row, knowledgeUpdate(figures)])),
    ...(quotas === undefined ? {} : { quotas }),
  };
}
