import { describe, expect, test } from '@jest/globals';
import { estimatePath, type PathEstimate } from '../../lib/cost/estimate.ts';
import { withField } from '../../lib/cost/field.ts';
import { leverEffects, LEVERS, sensitivities, type LeverId } from '../../lib/cost/levers.ts';
import { monthlySplit, SPLIT_PARTS } from '../../lib/cost/split.ts';
import { parseWorkload, type VectorStore, type Workload } from '../../lib/cost/workload.ts';
import { PATHS, type PathId } from '../../lib/paths.ts';
import { priceBook, type PriceBook } from '../../lib/prices/price-book.ts';
import { TRAINING_FACTS } from '../support/training-facts.ts';
import { bookFor, inventedPrice, VARIED, WHOLE } from '../support/workloads.ts';

type Price = (path: PathId, workload: Workload) => PathEstimate;

const priceWith =
  (book: PriceBook): Price =>
  (path, workload) =>
    estimatePath(path, workload, book);

const EMPTY = priceBook('us-east-1', []);

/** @param book that `price` prices by: what an effect is made of hangs on it, and nothing else does */
const effectsOf = (workload: Workload, path: PathId, price: Price, book = EMPTY) =>
  leverEffects(
    workload,
    path,
    price,
    new Map([['amazon.nova-pro-v1:0', 'amazon.nova-lite-v1:0']]),
    monthlySplit(() => book),
  );

const SIMPLE: Workload = {
  requestsPerMonth: 1_000_000,
  inference: {
    modelId: 'amazon.nova-pro-v1:0',
    inputTokensPerRequest: 1000,
    outputTokensPerRequest: 100,
    retryShare: 0.1,
  },
};
const PRICES = priceBook('us-east-1', [
  { ...inventedPrice('amazon.nova-pro-v1:0/input', '1M tokens'), usd: 1 },
  { ...inventedPrice('amazon.nova-pro-v1:0/output', '1M tokens'), usd: 10 },
  { ...inventedPrice('amazon.nova-pro-v1:0/input/batch', '1M tokens'), usd: 0.5 },
  { ...inventedPrice('amazon.nova-pro-v1:0/output/batch', '1M tokens'), usd: 5 },
  { ...inventedPrice('amazon.nova-lite-v1:0/input', '1M tokens'), usd: 0.1 },
  { ...inventedPrice('amazon.nova-lite-v1:0/output', '1M tokens'), usd: 1 },
]);

describe('levers', () => {
  test('each is pulled alone, the largest saving first, the unknown ones last', () => {
    const effects = effectsOf(SIMPLE, 'prompt-only', priceWith(PRICES));
    // 1.1M calls x $0.002 = $2,200 a month now
    expect(effects.map(({ lever, monthlyUsd }) => [lever, monthlyUsd])).toEqual([
      ['smaller-model', expect.closeTo(-1980, 8)],
      ['batch', expect.closeTo(-550, 8)],
      ['shorten-prompt', expect.closeTo(-220, 8)],
      ['cap-output', expect.closeTo(-220, 8)],
      ['stop-retries', expect.closeTo(-200, 8)],
      ['cache-prompt', null],
      ['flex', null],
      ['global-profile', null],
    ]);
    expect(effects.find(({ lever }) => lever === 'flex')?.unknownPriceIds).toEqual([
      'amazon.nova-pro-v1:0/input/flex',
      'amazon.nova-pro-v1:0/output/flex',
    ]);
  });

  test('what an effect is made of: the price, the terms of sale, or fewer tokens', () => {
    const effects = effectsOf(SIMPLE, 'prompt-only', priceWith(PRICES), PRICES);
    const partsOf = (lever: LeverId) => {
      const parts = effects.find((effect) => effect.lever === lever)?.split.parts;
      return SPLIT_PARTS.filter((part) => parts?.[part] !== 0).map((part) => [part, parts?.[part]]);
    };
    expect(partsOf('smaller-model')).toEqual([['unitPrice', expect.closeTo(-1980, 8)]]);
    expect(partsOf('batch')).toEqual([['terms', expect.closeTo(-550, 8)]]);
    // 100,000 calls fewer: 100M tokens at $1, 10M at $10
    expect(partsOf('stop-retries')).toEqual([
      ['promptTokens', expect.closeTo(-100, 8)],
      ['answerTokens', expect.closeTo(-100, 8)],
    ]);
  });

  test('the parts of every known effect sum to it', () => {
    let known = 0;
    for (const [, workload] of VARIED) {
      const book = bookFor(workload);
      for (const path of PATHS) {
        for (const { monthlyUsd, split } of effectsOf(workload, path, priceWith(book), book)) {
          if (monthlyUsd === null) continue;
          known += 1;
          expect(Math.abs((split.usd ?? NaN) - monthlyUsd)).toBeLessThan(1e-7);
        }
      }
    }
    expect(known).toBeGreaterThan(100);
  });

  test('an unknown price that a lever does not touch leaves its effect known', () => {
    const workload: Workload = { ...SIMPLE, operations: { customMetrics: 4 } };
    const batch = effectsOf(workload, 'prompt-only', priceWith(PRICES)).find(({ lever }) => lever === 'batch');
    expect(estimatePath('prompt-only', workload, PRICES).monthly.usd).toBeNull();
    expect(batch?.monthlyUsd).toBeCloseTo(-550, 8);
  });

  test('every lever can be pulled somewhere, and leaves a workload that a person could write', () => {
    const pulled = new Set<LeverId>();
    for (const [, workload] of VARIED) {
      const book = bookFor(workload);
      for (const path of PATHS) {
        const price = (one: PathId, changed: Workload) => {
          expect(() => parseWorkload(JSON.parse(JSON.stringify(changed)))).not.toThrow();
          return estimatePath(one, changed, book);
        };
        for (const { lever } of effectsOf(workload, path, price)) pulled.add(lever);
      }
    }
    for (const { lever } of effectsOf(SIMPLE, 'prompt-only', priceWith(PRICES))) pulled.add(lever);
    for (const lever of ['peak-hours-only', 'on-demand-hosting'] as const) expect(pulled).toContain(lever);
    expect([...pulled].sort()).toEqual(Object.keys(LEVERS).sort());
  });

  test('adapters instead of all weights save the gradients of the weights: a third of derived hours', () => {
    const workload: Workload = {
      parts: ['training'],
      continuedPretraining: {
        route: 'sagemaker',
        instanceType: 'ml.fast.xlarge',
        corpusTokens: 9e8,
        parametersBillions: 2,
        method: 'full',
        storedModels: 0,
        hosting: { kind: 'imported', customModelUnits: 1 },
      },
    };
    const book = bookFor(workload);
    const price = (path: PathId, changed: Workload) => estimatePath(path, changed, book, TRAINING_FACTS);
    const effect = effectsOf(workload, 'continued-pretraining', price).find(
      ({ lever }) => lever === 'parameter-efficient',
    );
    const hour = book.prices.get('sagemaker/ml.fast.xlarge/training')?.usd ?? NaN;
    // 6 x 2e9 x 9e8 / (100e12 x 0.25) / 3,600 = 120 hours, of which 40 are left out
    expect(effect).toMatchObject({
      change: { field: 'continuedPretraining.method', from: 'full', to: 'lora' },
      oneTimeUsd: expect.closeTo(-40 * hour, 9),
    });
  });

  test('what AWS does not sell is no lever', () => {
    const workload: Workload = {
      ...SIMPLE,
      fineTuning: { baseModelId: 'a.reserved', hosting: { kind: 'provisioned', modelUnits: 1 } },
    };
    const pulled = (catalogue?: typeof TRAINING_FACTS) =>
      effectsOf(workload, 'fine-tuning', (path, changed) => estimatePath(path, changed, PRICES, catalogue)).map(
        ({ lever }) => lever,
      );
    expect(pulled()).toContain('on-demand-hosting');
    expect(pulled(TRAINING_FACTS)).not.toContain('on-demand-hosting');
  });

  test('a workload that must be answered fast has no lever that makes it wait', () => {
    const tiers = (workload: Workload): LeverId[] =>
      effectsOf(workload, 'prompt-only', priceWith(PRICES))
        .map(({ lever }) => lever)
        .filter((lever) => lever === 'batch' || lever === 'flex');
    expect(tiers(SIMPLE)).toEqual(['batch', 'flex']);
    expect(tiers({ ...SIMPLE, needs: { lowLatency: true } })).toEqual([]);
  });

  test('a model that has ended has no lever but another model', () => {
    const price = (path: PathId, workload: Workload) => {
      const estimate = priceWith(PRICES)(path, workload);
      const ended = workload.promptOnly?.inference?.modelId === undefined;
      return ended ? { ...estimate, notes: [...estimate.notes, 'model-ended' as const] } : estimate;
    };
    expect(effectsOf(SIMPLE, 'prompt-only', price).map(({ lever }) => lever)).toEqual(['smaller-model']);
  });

  test('throughput for peak hours only is the hours that are left', () => {
    const workload = withField(WHOLE, 'continuedPretraining.hosting', { kind: 'provisioned', modelUnits: 1 });
    const book = bookFor(WHOLE, workload, withField(workload, 'continuedPretraining.hosting', { kind: 'on-demand' }));
    const [effect] = effectsOf(workload, 'continued-pretraining', priceWith(book)).filter(
      ({ lever }) => lever === 'peak-hours-only',
    );
    // 22 days x ceil(8 + 1) hours instead of 720
    expect(effect?.change).toEqual({ field: 'continuedPretraining.hosting', from: 720, to: 198 });
  });
});

test.each([
  ['counted', { secrets: { secrets: 3 } }],
  ['not counted', {}],
])('the secrets of an Aurora store come and go with it, secrets %s', (_, operations) => {
  const prices = priceBook('us-east-1', [
    { ...inventedPrice('aoss/ocu', 'OCU-hour'), usd: 0.24 },
    { ...inventedPrice('aurora/acu-io-optimized', 'ACU-hour'), usd: 0.16 },
    { ...inventedPrice('secrets/secret', 'secret-month'), usd: 0.4 },
    { ...inventedPrice('managed-kb/index', 'GB-month'), usd: 5 },
  ]);
  const moved = (vectorStore: VectorStore, lever: LeverId) =>
    effectsOf(
      { parts: ['vector-store', 'operations'], requestsPerMonth: 0, operations, rag: { vectorStore } },
      'rag',
      priceWith(prices),
    ).find((effect) => effect.lever === lever)?.monthlyUsd;
  const openSearch = { kind: 'opensearch-serverless', standbyReplicas: false, storedGb: 0 } as const;
  const aurora = {
    kind: 'aurora-serverless-v2',
    storage: 'io-optimized',
    acusWhenActive: 1,
    activeHoursPerMonth: 10,
    storedGb: 0,
  } as const;
  // 176 ACU-hours x $0.16 = $28.16 and 2 x $0.40, against 730 OCU-hours x $0.24 = $175.20
  expect(moved(openSearch, 'paused-pgvector')).toBeCloseTo(-146.24, 10);
  // 10 ACU-hours and the two secrets, against nothing
  expect(moved(aurora, 'managed-knowledge-base')).toBeCloseTo(-2.4, 10);
});

test('a lever says what pulling it brings with it, and not what holds of the path anyway', () => {
  const hosting = { kind: 'provisioned', commitment: '1-month', modelUnits: 1 };
  const committed = withField(SIMPLE, 'promptOnly.hosting', hosting);
  const effects = effectsOf(committed, 'prompt-only', priceWith(PRICES));
  expect(effects.flatMap(({ lever, notes }) => notes.map((note) => [lever, note]))).toEqual([
    ['peak-hours-only', 'base-model-no-commitment'],
  ]);
});

describe('sensitivity', () => {
  test('ranks the numbers of a workload by how far the month moves when they are a fifth off', () => {
    const found = sensitivities(SIMPLE, 'prompt-only', priceWith(PRICES));
    expect(found).toEqual([
      {
        field: 'requestsPerMonth',
        value: 1_000_000,
        lowerUsd: expect.closeTo(-440, 8),
        higherUsd: expect.closeTo(440, 8),
      },
      {
        field: 'inference.inputTokensPerRequest',
        value: 1000,
        lowerUsd: expect.closeTo(-220, 8),
        higherUsd: expect.closeTo(220, 8),
      },
      {
        field: 'inference.outputTokensPerRequest',
        value: 100,
        lowerUsd: expect.closeTo(-220, 8),
        higherUsd: expect.closeTo(220, 8),
      },
      { field: 'inference.retryShare', value: 0.1, lowerUsd: expect.closeTo(-40, 8), higherUsd: expect.closeTo(40, 8) },
    ]);
  });

  test('leaves out what another path hangs on', () => {
    const fields = sensitivities(WHOLE, 'prompt-only', priceWith(bookFor(WHOLE))).map(({ field }) => field);
    expect(fields).toContain('promptOnly.inference.inputTokensPerRequest');
    // laid over by the path's own
    expect(fields).not.toContain('inference.inputTokensPerRequest');
    expect(fields.filter((field) => field.startsWith('rag.'))).toEqual([]);
  });
});
