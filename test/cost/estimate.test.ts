import { describe, expect, test } from '@jest/globals';
import type { ModelEntry } from '../../lib/catalogue/models.ts';
import { estimatePath, type PathEstimate } from '../../lib/cost/estimate.ts';
import { withField } from '../../lib/cost/field.ts';
import type { Hosting, VectorStore, Workload } from '../../lib/cost/workload.ts';
import { componentOfUsageType } from '../../lib/meters/meters.ts';
import { PATHS } from '../../lib/paths.ts';
import { priceBook, type Price } from '../../lib/prices/price-book.ts';
import { CATALOGUE } from '../support/catalogue.ts';
import { MODEL } from '../support/example-config.ts';
import { TRAINING_FACTS } from '../support/training-facts.ts';
import { bookFor, inventedPrice, VARIED, WHOLE } from '../support/workloads.ts';

const priced = (prices: Record<string, [usd: number, per: Price['per']]>) =>
  priceBook(
    'us-east-1',
    Object.entries(prices).map(([id, [usd, per]]) => ({ ...inventedPrice(id, per), usd })),
  );

const linesOf = ({ lines }: PathEstimate): Record<string, number | null> =>
  Object.fromEntries(lines.map(({ name, usd }) => [name, usd]));

const CALLS: Workload = {
  requestsPerMonth: 1_000_000,
  inference: { modelId: 'a.base', inputTokensPerRequest: 1000, outputTokensPerRequest: 100 },
};
const TOKENS = priced({
  'a.base/input': [1, '1M tokens'],
  'a.base/output': [10, '1M tokens'],
  'a.base/input/batch': [0.5, '1M tokens'],
  'a.base/output/batch': [5, '1M tokens'],
  'a.base/input/flex': [0.6, '1M tokens'],
  'a.base/output/flex': [6, '1M tokens'],
  'a.base/input/global': [0.9, '1M tokens'],
  'a.base/output/global': [9, '1M tokens'],
  'a.base/cache-read': [0.1, '1M tokens'],
  'a.base/cache-write': [1.25, '1M tokens'],
  'a.base/cache-write-1h': [2, '1M tokens'],
});
const promptOnly = (inference: Workload['inference']) =>
  estimatePath('prompt-only', { ...CALLS, inference: { ...CALLS.inference, ...inference } }, TOKENS);

describe('tokens on demand', () => {
  test('every retry repeats the whole call', () => {
    // 1.25M calls x (1,000 x $1/M + 100 x $10/M) = 1.25M x $0.002
    expect(promptOnly({ retryShare: 0.25 }).monthly.usd).toBeCloseTo(2500, 8);
  });

  test('each tier has its own price, and what no tier takes is standard', () => {
    // half of the calls in batch at $0.001, a quarter flex at $0.0012, a quarter standard at $0.002
    const result = promptOnly({ batchShare: 0.5, flexShare: 0.25 });
    expect(linesOf(result)).toEqual({
      'Input tokens': 250,
      'Output tokens': 250,
      'Input tokens (flex)': 150,
      'Output tokens (flex)': 150,
      'Input tokens (batch)': 250,
      'Output tokens (batch)': 250,
    });
  });

  test('shares that add up to one leave no standard call behind', () => {
    const { lines } = promptOnly({ batchShare: 0.9, flexShare: 0.1 });
    expect(lines.map(({ name }) => name)).not.toContain('Input tokens');
  });

  test('a cached prefix is read where it is found and written where it is not', () => {
    // 600 of 1,000 tokens are the prefix; found by 3 of 4 calls
    const result = promptOnly({ cachedPrefixTokensPerRequest: 600, cacheHitShare: 0.75 });
    // 400 x $1/M; 450 x $0.1/M; 150 x $1.25/M
    expect(linesOf(result)).toMatchObject({
      'Input tokens': expect.closeTo(400, 8),
      'Cache read tokens': expect.closeTo(45, 8),
      'Cache write tokens': expect.closeTo(187.5, 8),
    });
    const anHour = promptOnly({ cachedPrefixTokensPerRequest: 600, cacheHitShare: 0.75, cacheTtl: '1h' });
    expect(linesOf(anHour)['Cache write tokens']).toBeCloseTo(300, 8);
  });

  test('batch jobs use no cache: their prefix is plain input', () => {
    const result = promptOnly({ cachedPrefixTokensPerRequest: 600, cacheHitShare: 1, batchShare: 1 });
    // 1,000 x $0.5/M
    expect(linesOf(result)).toEqual({ 'Input tokens (batch)': 500, 'Output tokens (batch)': 500 });
  });

  test("a global profile has its own prices, a geographic one the Region's", () => {
    expect(promptOnly({ profileScope: 'global' }).monthly.usd).toBeCloseTo(1800, 8);
    expect(promptOnly({ profileScope: 'eu' }).monthly.usd).toBeCloseTo(2000, 8);
  });

  test('an output cap shortens answers and never lengthens them', () => {
    expect(linesOf(promptOnly({ outputTokenCap: 40 }))['Output tokens']).toBeCloseTo(400, 8);
    expect(linesOf(promptOnly({ outputTokenCap: 400 }))['Output tokens']).toBeCloseTo(1000, 8);
  });
});

describe('hosting of a tuned model', () => {
  const BOOK = priced({
    'a.tuned/custom-input': [2, '1M tokens'],
    'a.tuned/custom-output': [20, '1M tokens'],
    'a.tuned/training': [1, '1M tokens'],
    'a.tuned/storage': [1.95, 'model-month'],
    'a.tuned/provisioned/no-commit': [24, 'model-unit-hour'],
    'a.tuned/provisioned/1-month': [20, 'model-unit-hour'],
    'cmi/cmu-v1': [0.06, 'CMU-minute'],
    'cmi/storage': [1.95, 'CMU-month'],
  });
  const hosted = (hosting: Hosting, changes: Workload = {}) =>
    estimatePath(
      'fine-tuning',
      {
        ...CALLS,
        ...changes,
        fineTuning: { baseModelId: 'a.tuned', trainingTokensPerEpoch: 1e6, epochs: 3, hosting },
      },
      BOOK,
    );

  const unitsLine = ({ lines }: PathEstimate) => lines.find(({ name }) => name === 'Custom model units');

  test('on demand it has its own token prices and nothing at idle but its storage', () => {
    const busy = hosted({ kind: 'on-demand' });
    // 1M x (1,000 x $2/M + 100 x $20/M)
    expect(busy.components.inference.monthly.usd).toBeCloseTo(4000, 8);
    expect(hosted({ kind: 'on-demand' }, { requestsPerMonth: 0 }).monthly.usd).toBe(1.95);
  });

  test('model units are billed around the clock, called or not', () => {
    // 2 x 730 h x $24
    expect(
      hosted({ kind: 'provisioned', modelUnits: 2 }, { requestsPerMonth: 0 }).components.inference.monthly.usd,
    ).toBe(35_040);
  });

  test('a schedule bills whole hours from its lead time and sends the rest on demand', () => {
    const result = hosted({
      kind: 'provisioned',
      modelUnits: 1,
      schedule: { hoursPerDay: 7.5, daysPerMonth: 20, leadHours: 1, requestShare: 0.75 },
    });
    // ceil(7.5 + 1) = 9 h x 20 days x $24; a quarter of $4,000
    expect(linesOf(result)).toMatchObject({
      'Model units (no commitment)': 4320,
      'Input tokens': 500,
      'Output tokens': 500,
    });
  });

  test('model units are as many as the hours with traffic need, not as the hours that are billed', () => {
    const result = hosted(
      {
        kind: 'provisioned',
        tokensPerMinutePerModelUnit: 100_000,
        peakToAverageRatio: 1,
        schedule: { hoursPerDay: 1, daysPerMonth: 20, leadHours: 1, requestShare: 1 },
      },
      { inference: { inputTokensPerRequest: 1000, outputTokensPerRequest: 0 } },
    );
    // 1M x 1,000 tokens in 20 h x 60 minutes: 833,333 a minute, 9 units; each billed for 20 x (1 + 1) h
    expect(result.throughput).toMatchObject({ modelUnits: 9, billedHoursPerMonth: 40 });
    expect(linesOf(result)).toMatchObject({ 'Model units (no commitment)': 9 * 40 * 24 });
  });

  test('a tuned model that nobody can call on demand is held against the token prices of its base', () => {
    const { throughput } = estimatePath(
      'fine-tuning',
      { ...CALLS, parts: ['inference'], fineTuning: { baseModelId: 'a.base', hosting: { kind: 'provisioned' } } },
      priced({
        'a.base/provisioned/no-commit': [20, 'model-unit-hour'],
        'a.base/input': [1, '1M tokens'],
        'a.base/output': [10, '1M tokens'],
      }),
    );
    // (1,000 x $1 + 100 x $10) / 1,100 tokens a million: $20 buys 11M tokens
    expect(throughput).toMatchObject({
      modelUnits: null,
      equalCostTokensPerHour: expect.closeTo(11_000_000, 4),
      equalCostAt: 'base-model-prices',
    });
  });

  test('unknown capacity is unknown cost, with the tokens an hour that would cost the same on demand', () => {
    const result = hosted({ kind: 'provisioned', commitment: '1-month' });
    expect(result.monthly.usd).toBeNull();
    expect(result.notes).toContain('capacity-unknown');
    expect(result.missing).toEqual([
      'fineTuning.hosting.tokensPerMinutePerModelUnit',
      'fineTuning.hosting.peakToAverageRatio',
    ]);
    expect(result.throughput).toEqual({
      priceId: 'a.tuned/provisioned/1-month',
      modelUnits: null,
      billedHoursPerMonth: 730,
      usdPerModelUnitHour: 20,
      // a call of 1,100 tokens costs $0.004: $20 buys 5,000 calls
      equalCostTokensPerHour: expect.closeTo(5_500_000, 4),
      equalCostAt: 'own-prices',
      breakEvenUtilisation: null,
    });
  });

  test('capacity and peak give the model units, and the use from which they are cheaper', () => {
    const result = hosted({ kind: 'provisioned', tokensPerMinutePerModelUnit: 100_000, peakToAverageRatio: 6 });
    // 1.1G tokens / 43,800 minutes x 6 = 150,685 a minute: 2 units
    expect(result.throughput).toMatchObject({
      modelUnits: 2,
      // $24 = 6,000 calls = 6.6M tokens an hour, of 6M that a unit serves
      breakEvenUtilisation: expect.closeTo(1.1, 9),
    });
  });

  test('an imported model is billed by five-minute windows, at most all windows of the month', () => {
    const imported = { kind: 'imported', customModelUnits: 2 } as const;
    // 100 calls can open 100 windows: 100 x 5 x 2 x $0.06
    expect(hosted(imported, { requestsPerMonth: 100 }).components.inference.monthly.usd).toBeCloseTo(60, 8);
    // 730 h x 12 windows x 5 x 2 x $0.06
    expect(hosted(imported).components.inference.monthly.usd).toBeCloseTo(5256, 8);
    // one window: AWS's own example of a model that is called for four minutes
    expect(hosted({ ...imported, activeWindowsPerMonth: 1 }).components.inference.monthly.usd).toBeCloseTo(0.6, 8);
    // $1.95 for each unit
    expect(hosted(imported).components.training.monthly.usd).toBeCloseTo(3.9, 8);
  });

  test('an imported model under load is bounded by the copies that are known, and one copy is called no bound', () => {
    const imported = { kind: 'imported', customModelUnits: 2 } as const;
    // a million calls in 8,760 windows need more than one copy, nobody says how many
    expect(hosted(imported).notes).toEqual(['import-one-copy']);
    expect(unitsLine(hosted(imported))?.assumption).not.toMatch(/^upper bound/);
    // as many windows as calls: no window has two copies
    expect(hosted(imported, { requestsPerMonth: 8760 }).notes).toEqual(['import-upper-bound']);
    expect(hosted({ ...imported, activeWindowsPerMonth: 100 }).notes).toEqual(['import-one-copy']);
    expect(hosted({ ...imported, activeWindowsPerMonth: 100, copies: 2.5 }).notes).toEqual([]);

    // 100,000 tokens a minute at the peak, 30,000 a copy: 4 copies x 8,760 windows x 5 x 2 x $0.06
    const peak = { ...imported, peakTokensPerMinute: 100_000, tokensPerMinutePerCopy: 30_000 };
    expect(hosted(peak).components.inference.monthly.usd).toBeCloseTo(21_024, 8);
    expect(hosted(peak).notes).toEqual(['import-upper-bound']);
    expect(unitsLine(hosted(peak))?.assumption).toMatch(/^upper bound/);
  });

  test('every call of a request opens windows of an imported model, those of another model open none', () => {
    const answer = { name: 'answer', callsPerRequest: 3, inputTokens: 100, outputTokens: 10 };
    const router = { name: 'router', modelId: 'a.base', callsPerRequest: 1, inputTokens: 10, outputTokens: 1 };
    const result = hosted(
      { kind: 'imported', customModelUnits: 2 },
      { requestsPerMonth: 100, inference: { modelId: 'a.base', calls: [router, answer] } },
    );
    // 300 windows x 5 x 2
    expect(unitsLine(result)?.quantity).toBe(3000);
  });

  test('a model that is hosted nowhere answers nothing', () => {
    const result = hosted({ kind: 'none' });
    expect(result.components.inference.monthly.usd).toBe(0);
    expect(result.notes).toEqual(['no-hosting']);
  });
});

describe('training', () => {
  const BOOK = priced({
    'a.tuned/training': [2, '1M tokens'],
    'a.tuned/storage': [1.95, 'model-month'],
    'a.teacher/input': [1, '1M tokens'],
    'a.teacher/output': [4, '1M tokens'],
    'a.teacher/input/global': [0.9, '1M tokens'],
    'a.teacher/output/global': [3.6, '1M tokens'],
    'sagemaker/ml.p5.48xlarge/training': [60, 'instance-hour'],
    'a.tuned/provisioned/no-commit': [49.5, 'model-unit-hour'],
  });

  test('the first run is one-time, those that follow are spread over the year', () => {
    const result = estimatePath(
      'fine-tuning',
      {
        ...CALLS,
        requestsPerMonth: 0,
        fineTuning: {
          baseModelId: 'a.tuned',
          trainingExamples: 1000,
          tokensPerExample: 500,
          epochs: 4,
          sampledShare: 0.5,
          retrainingRunsPerYear: 6,
          storedModels: 2,
          evaluationModelUnitHoursPerRun: 1,
          hosting: { kind: 'on-demand' },
        },
      },
      BOOK,
    );
    // 1,000 x 500 x 0.5 x 4 = 1M tokens x $2, and one model unit-hour; half a run a month
    expect(result.oneTime.usd).toBeCloseTo(51.5, 10);
    expect(result.monthly.usd).toBeCloseTo(51.5 / 2 + 3.9, 10);
  });

  const DISTILLED: Workload = {
    ...CALLS,
    requestsPerMonth: 0,
    distillation: {
      teacherModelId: 'a.teacher',
      studentModelId: 'a.tuned',
      prompts: 1000,
      tokensPerPrompt: 400,
      tokensPerTeacherAnswer: 100,
      epochs: 1,
      hosting: { kind: 'on-demand' },
    },
  };

  test('distillation is bounded by the 15,000 prompts that Bedrock may make of fewer', () => {
    const result = estimatePath('distillation', DISTILLED, BOOK);
    // teacher 15,000 x (400 x $1 + 100 x $4)/M = 12; student 15,000 x 500 x $2/M = 15
    expect(result.oneTime.usd).toBeCloseTo(27, 10);
    expect(result.notes).toContain('distillation-upper-bound');
  });

  test('with its own number of prompts it is no bound', () => {
    const result = estimatePath('distillation', withField(DISTILLED, 'distillation.synthesizedPrompts', 1000), BOOK);
    expect(result.oneTime.usd).toBeCloseTo(1.8, 10);
    expect(result.notes).toEqual([]);
  });

  test('logged answers cost no teacher', () => {
    const result = estimatePath('distillation', withField(DISTILLED, 'distillation.reuseLoggedAnswers', true), BOOK);
    // 1,000 x 500 x $2/M
    expect(linesOf(result)).toEqual({ 'Student training tokens': 1, 'Custom model storage': 1.95 });
  });

  test('a teacher behind a global profile is cheaper', () => {
    const result = estimatePath(
      'distillation',
      withField(DISTILLED, 'distillation.teacherProfileScope', 'global'),
      BOOK,
    );
    expect(linesOf(result)['Teacher input tokens']).toBeCloseTo(5.4, 10);
  });

  test('continued pre-training on SageMaker is instance hours, on Bedrock a note that no model takes it', () => {
    const onSageMaker = estimatePath(
      'continued-pretraining',
      {
        ...CALLS,
        requestsPerMonth: 0,
        continuedPretraining: {
          route: 'sagemaker',
          instanceType: 'ml.p5.48xlarge',
          instances: 2,
          instanceHoursPerRun: 10,
          storedModels: 0,
          hosting: { kind: 'imported', customModelUnits: 2 },
        },
      },
      BOOK,
      CATALOGUE,
    );
    expect(onSageMaker).toMatchObject({ oneTime: { usd: 1200 }, monthly: { usd: 0 }, missing: [] });
    const onBedrock = estimatePath(
      'continued-pretraining',
      {
        ...CALLS,
        requestsPerMonth: 0,
        continuedPretraining: { baseModelId: 'a.tuned', corpusTokens: 5e6, epochs: 1, hosting: { kind: 'none' } },
      },
      BOOK,
    );
    expect(onBedrock).toMatchObject({ oneTime: { usd: 10 }, notes: ['no-hosting', 'no-cpt-on-bedrock'] });
  });
});

describe('epochs that a workload does not give', () => {
  const BOOK = priced({
    'a.tuned/training': [2, '1M tokens'],
    'a.reserved/training': [2, '1M tokens'],
    'a.teacher/input': [1, '1M tokens'],
    'a.teacher/output': [4, '1M tokens'],
  });
  const alone = (path: 'fine-tuning' | 'distillation' | 'continued-pretraining', workload: Workload) =>
    estimatePath(path, { parts: ['training'], ...workload }, BOOK, TRAINING_FACTS);
  const student = (changes: Workload['distillation']) =>
    alone('distillation', {
      distillation: {
        teacherModelId: 'a.teacher',
        studentModelId: 'a.tuned',
        prompts: 1000,
        tokensPerPrompt: 400,
        tokensPerTeacherAnswer: 100,
        storedModels: 0,
        ...changes,
      },
    });

  test('an upper bound counts the most that the family of the student takes, and says so', () => {
    // 15,000 prompts x 500 tokens x 5 epochs x $2/M
    const { lines, notes } = student({});
    expect(lines.find(({ name }) => name === 'Student training tokens')).toMatchObject({
      usd: expect.closeTo(75, 10),
      assumption: expect.stringContaining('5 epochs, the most that a job of Plain takes'),
      formula: expect.stringMatching(/ × 5 × attempts$/),
    });
    expect(notes).toEqual(['epochs-most', 'distillation-upper-bound']);
  });

  test('an estimate counts those of a job that names none, and says that it assumes them', () => {
    // 2,000 x 500 x 2 x $2/M
    const { lines, notes } = student({ synthesizedPrompts: 2000 });
    expect(lines.find(({ name }) => name === 'Student training tokens')?.usd).toBeCloseTo(4, 10);
    expect(notes).toEqual(['epochs-usual']);
  });

  test('of a student whose family is not known they are missing, and nothing is counted for them', () => {
    const result = student({ studentModelId: 'a.nobody' });
    expect(result.missing).toEqual(['distillation.epochs']);
    expect(result.oneTime.usd).toBeNull();
    expect(Object.keys(linesOf(result))).toEqual(['Teacher input tokens', 'Teacher output tokens']);
  });

  test('fine-tuning and continued pre-training on Bedrock count as a distillation does', () => {
    const fineTuning = { baseModelId: 'a.reserved', trainingTokensPerEpoch: 1e6, storedModels: 0 };
    // 1M tokens x 5 epochs x $2/M
    const tuned = alone('fine-tuning', { fineTuning });
    expect([tuned.oneTime.usd, tuned.notes]).toEqual([10, ['epochs-usual']]);
    expect(alone('fine-tuning', { fineTuning: { ...fineTuning, baseModelId: 'a.nobody' } }).missing).toEqual([
      'fineTuning.epochs',
    ]);
    const continuedPretraining = { baseModelId: 'a.tuned', corpusTokens: 1e6, storedModels: 0 };
    // 1M x 2 x $2/M
    expect(alone('continued-pretraining', { continuedPretraining }).oneTime.usd).toBe(4);
    expect(
      alone('continued-pretraining', { continuedPretraining: { ...continuedPretraining, baseModelId: 'a.nobody' } })
        .missing,
    ).toEqual(['continuedPretraining.epochs']);
  });
});

describe('what AWS does not sell is told from a price that nobody has found', () => {
  const answers = (baseModelId: string, inference: Workload['inference'], hosting: Hosting = { kind: 'on-demand' }) =>
    estimatePath(
      'fine-tuning',
      { ...CALLS, parts: ['inference'], fineTuning: { baseModelId, hosting, inference } },
      TOKENS,
      TRAINING_FACTS,
    );

  test('batch and other tiers of a tuned model that is sold at the standard tier', () => {
    const { unknownPriceIds, notOffered, monthly } = answers('a.tuned', { batchShare: 0.5, priorityShare: 0.25 });
    expect(notOffered).toEqual([
      'a.tuned/custom-input/priority',
      'a.tuned/custom-output/priority',
      'a.tuned/custom-input/batch',
      'a.tuned/custom-output/batch',
    ]);
    expect(unknownPriceIds).toEqual(['a.tuned/custom-input', 'a.tuned/custom-output', ...notOffered]);
    expect(monthly.usd).toBeNull();
  });

  test('a way of hosting that a tuned model does not have', () => {
    expect(answers('a.tuned', {}, { kind: 'provisioned', modelUnits: 1 }).notOffered).toEqual([
      'a.tuned/provisioned/no-commit',
    ]);
    expect(answers('a.reserved', {}).notOffered).toEqual(['a.reserved/custom-input', 'a.reserved/custom-output']);
  });

  test('batch of a base model that takes none', () => {
    const inference = { ...CALLS.inference, modelId: 'a.unbatched', batchShare: 1 };
    expect(estimatePath('prompt-only', { ...CALLS, inference }, TOKENS, TRAINING_FACTS).notOffered).toEqual([
      'a.unbatched/input/batch',
      'a.unbatched/output/batch',
    ]);
  });

  test('a tier of a base model that the catalogue does not list; of latency settings it lists none', () => {
    const inference = {
      ...CALLS.inference,
      modelId: 'a.unbatched',
      flexShare: 0.25,
      priorityShare: 0.25,
      latencyOptimizedShare: 0.25,
      ultrafastShare: 0.25,
    };
    const catalogue = {
      ...TRAINING_FACTS,
      models: { 'a.unbatched': { ...MODEL, serviceTiers: ['standard' as const, 'priority' as const] } },
    };
    const { unknownPriceIds, notOffered } = estimatePath('prompt-only', { ...CALLS, inference }, TOKENS, catalogue);
    expect(notOffered).toEqual(
      ['flex', 'ultrafast'].flatMap((tier) => [`a.unbatched/input/${tier}`, `a.unbatched/output/${tier}`]),
    );
    expect(unknownPriceIds).toContain('a.unbatched/input/priority');
    expect(unknownPriceIds).toContain('a.unbatched/input/latency-optimized');
  });

  test('of a model that nobody knows nothing is said', () => {
    expect(answers('a.nobody', { batchShare: 0.5 })).toMatchObject({ notOffered: [], offerUnsaid: [] });
  });

  test('what the catalogue does not say is not known to be sold, and the field that would say it is named', () => {
    const { models } = TRAINING_FACTS;
    const tuned = models['a.tuned'];
    const customization = { types: ['FINE_TUNING' as const], tuningId: 'x', regions: ['us-east-1'] };
    const unsaid = (entry: Partial<ModelEntry>, inference: Workload['inference'], hosting?: Hosting) =>
      estimatePath(
        'fine-tuning',
        {
          ...CALLS,
          parts: ['inference'],
          fineTuning: { baseModelId: 'a.tuned', hosting: hosting ?? { kind: 'on-demand' }, inference },
        },
        TOKENS,
        { ...TRAINING_FACTS, models: { ...models, 'a.tuned': { ...MODEL, ...tuned, ...entry } } },
      ).offerUnsaid.map(({ priceId, field }) => `${priceId} ${field}`);
    const hosting: ModelEntry['hosting'] = ['on-demand'];
    expect(unsaid({ customization: { ...customization, serviceTiers: ['standard'] } }, { batchShare: 0.5 })).toEqual([
      'a.tuned/custom-input/batch models.a.tuned.customization.batch',
      'a.tuned/custom-output/batch models.a.tuned.customization.batch',
    ]);
    expect(unsaid({ customization: { ...customization, batch: true }, hosting }, { batchShare: 0.5 })).toEqual([
      'a.tuned/custom-input models.a.tuned.customization.serviceTiers',
      'a.tuned/custom-output models.a.tuned.customization.serviceTiers',
    ]);
    expect(unsaid({ hosting: [] }, {}, { kind: 'provisioned', modelUnits: 1 })).toEqual([
      'a.tuned/provisioned/no-commit models.a.tuned.hosting',
    ]);
    const inference = { ...CALLS.inference, modelId: 'a.unbatched', batchShare: 1 };
    const base = estimatePath('prompt-only', { ...CALLS, inference }, TOKENS, {
      models: { 'a.unbatched': { ...MODEL, batch: null } },
    });
    expect(base.offerUnsaid.map(({ field }) => field)).toEqual(Array(2).fill('models.a.unbatched.batch'));
    expect(base.monthly.usd).toBeNull();
  });

  test('a price in the book is a price', () => {
    const book = priced({
      'a.tuned/custom-input/batch': [1, '1M tokens'],
      'a.tuned/custom-output/batch': [2, '1M tokens'],
    });
    const workload: Workload = {
      ...CALLS,
      parts: ['inference'],
      fineTuning: { baseModelId: 'a.tuned', hosting: { kind: 'on-demand' }, inference: { batchShare: 1 } },
    };
    // 1,000M x $1 + 100M x $2
    expect(estimatePath('fine-tuning', workload, book, TRAINING_FACTS).monthly.usd).toBeCloseTo(1200, 9);
  });
});

test.each([
  // 2 x 365 GB x 100 of 730 hours x $0.14
  ['ml.m5.large', 365, 14],
  // 2 x 200 GB, as the stack asks for, x 100 of 730 hours x $0.14
  ['ml.m5.large', undefined, 7.671232876712328],
  ['ml.g6e.12xlarge', 365, undefined],
  ['ml.p5.48xlarge', undefined, undefined],
])('a training volume is billed where %s brings no disks of its own', (instanceType, volumeGb, usd) => {
  const result = (book: Parameters<typeof priced>[0]) =>
    estimatePath(
      'continued-pretraining',
      {
        parts: ['training'],
        continuedPretraining: {
          route: 'sagemaker',
          instanceType,
          instances: 2,
          volumeGb,
          instanceHoursPerRun: 100,
          storedModels: 0,
          hosting: { kind: 'imported', customModelUnits: 1 },
        },
      },
      priced({ [`sagemaker/${instanceType}/training`]: [0.1, 'instance-hour'], ...book }),
      CATALOGUE,
    );
  const known = result({ 'sagemaker/training-volume': [0.14, 'GB-month'] });
  expect(linesOf(known)).toEqual({
    'SageMaker training instance hours': 20,
    ...(usd === undefined ? {} : { 'SageMaker training volumes': expect.closeTo(usd, 10) }),
  });
  expect(result({}).oneTime.usd).toBe(usd === undefined ? 20 : null);
});

describe('documents and vector stores', () => {
  const rag = (vectorStore: VectorStore, changes: Workload['rag'] = {}): Workload => ({
    requestsPerMonth: 1000,
    inference: { modelId: 'a.base', inputTokensPerRequest: 0, outputTokensPerRequest: 0 },
    rag: {
      documents: { documents: 100, tokensPerDocument: 1000, bytesPerDocument: 4000, changedSharePerMonth: 0.5 },
      chunking: { tokensPerChunk: 300, overlapTokens: 100 },
      embedding: { modelId: 'a.embed', dimensions: 256 },
      retrieval: { chunksPerRequest: 0, queryTokensPerRequest: 50 },
      vectorStore,
      ...changes,
    },
  });
  const dataLines = (workload: Workload) => linesOf(estimatePath('rag', workload, bookFor(workload)));
  const quantity = (workload: Workload, name: string) =>
    estimatePath('rag', workload, bookFor(workload)).lines.find((line) => line.name === name)?.quantity;

  test('overlapping chunks are embedded with their overlap', () => {
    const workload = rag({ kind: 's3-vectors' });
    // 1,000 tokens in chunks of 300 that repeat 100: 300 + 200 x 4 > 1,000, so 5 chunks and 1,400 tokens
    expect(quantity(workload, 'Embedding tokens (first load)')).toBeCloseTo(0.14, 12);
    expect(quantity(workload, 'Embedding tokens (changed documents)')).toBeCloseTo(0.07, 12);
    expect(quantity(workload, 'Embedding tokens (questions)')).toBeCloseTo(0.05, 12);
  });

  test('retrieved chunks lengthen every prompt', () => {
    const workload = rag({ kind: 's3-vectors' }, { retrieval: { chunksPerRequest: 4, queryTokensPerRequest: 0 } });
    // 1,000 requests x 4 x 300 tokens
    expect(quantity(workload, 'Input tokens')).toBeCloseTo(1.2, 12);
  });

  test('a rerank query takes up to a hundred chunks', () => {
    const retrieval = (candidatesPerRequest: number) => ({
      chunksPerRequest: 0,
      queryTokensPerRequest: 0,
      rerank: { modelId: 'a.rerank', candidatesPerRequest },
    });
    expect(quantity(rag({ kind: 's3-vectors' }, { retrieval: retrieval(100) }), 'Rerank queries')).toBe(1);
    expect(quantity(rag({ kind: 's3-vectors' }, { retrieval: retrieval(101) }), 'Rerank queries')).toBe(2);
  });

  test('a chunk of a short document is no longer than the document', () => {
    const workload = rag(
      { kind: 's3-vectors' },
      {
        documents: { documents: 10, tokensPerDocument: 80 },
        retrieval: { chunksPerRequest: 5, queryTokensPerRequest: 0 },
      },
    );
    // 1,000 requests x 5 x 80 tokens
    expect(quantity(workload, 'Input tokens')).toBeCloseTo(0.4, 12);
  });

  test('a rerank query splits chunks that do not fit beside the question into 512 tokens', () => {
    const workload = rag(
      { kind: 's3-vectors' },
      {
        documents: { documents: 10, tokensPerDocument: 5000 },
        chunking: { tokensPerChunk: 1000 },
        retrieval: {
          chunksPerRequest: 0,
          queryTokensPerRequest: 40,
          rerank: { modelId: 'a.rerank', candidatesPerRequest: 60 },
        },
      },
    );
    // ceil(1,000 / (512 - 40)) = 3 pieces; 60 x 3 = 180 pieces are 2 queries a request
    expect(quantity(workload, 'Rerank queries')).toBe(2);
  });

  test('OpenSearch Serverless grows by whole OCUs once the vector graphs outgrow half a one', () => {
    const search = (vectors: number, standbyReplicas = true) =>
      quantity(
        rag({ kind: 'opensearch-serverless', vectors, vectorMemoryGbPerOcu: 3, standbyReplicas }),
        'OpenSearch Serverless search OCUs',
      );
    // a vector of 256 dimensions: 1.1 x (1,024 + 128) = 1,267.2 bytes; half an OCU of 3 GB holds 1.27M of them
    expect(search(1_200_000)).toBe(730);
    expect(search(1_300_000)).toBe(2 * 730);
    expect(search(2_600_000)).toBe(4 * 730);
    expect(search(2_600_000, false)).toBe(2 * 730);
  });

  test('vector graphs of an unknown size are no floor', () => {
    const store = { kind: 'opensearch-serverless', vectors: 30_000_000 } as const;
    const alone = (own: Workload['rag']) =>
      estimatePath(
        'rag',
        { parts: ['vector-store'], rag: own },
        priced({ 'aoss/ocu': [0.24, 'OCU-hour'], 'aoss/storage': [0.02, 'GB-month'] }),
      );
    // the floor of indexing is known: 730 h x $0.24
    expect(alone({ vectorStore: { ...store, storedGb: 200 } })).toMatchObject({
      monthly: { usd: null, knownUsd: expect.closeTo(175.2 + 4, 8) },
      missing: ['rag.embedding.dimensions'],
    });
    expect(alone({ vectorStore: { kind: 'opensearch-serverless', storedGb: 200 } }).missing).toEqual([
      'rag.vectorStore.vectors',
      'rag.embedding.dimensions',
    ]);
    // 1.1 x (4,096 + 128) bytes x 30M = 129.8 GB: 22 OCUs of 6 GB, twice, x 730 h x $0.24, and the rest as above
    const embedding = { modelId: 'a.embed', dimensions: 1024 };
    expect(alone({ vectorStore: { ...store, storedGb: 200 }, embedding }).monthly.usd).toBeCloseTo(7708.8 + 179.2, 8);
    // OCUs as given, and a store with nothing in it, hang on no graph
    expect(alone({ vectorStore: { ...store, storedGb: 200, searchOcus: 1 } }).monthly.usd).toBeCloseTo(354.4, 8);
    expect(alone({ vectorStore: { ...store, vectors: 0, storedGb: 0 } }).monthly.usd).toBeCloseTo(350.4, 8);
  });

  test('Aurora that pauses is billed for its active hours', () => {
    const aurora = (changes: object) =>
      quantity(
        rag({ kind: 'aurora-serverless-v2', acusWhenActive: 2, ioRequestsPerMonth: 0, storedGb: 1, ...changes }),
        'Aurora capacity units',
      );
    expect(aurora({})).toBe(1460);
    expect(aurora({ activeHoursPerMonth: 100 })).toBe(200);
    expect(aurora({ activeHoursPerMonth: 100, minAcus: 0.5 })).toBe(200 + 0.5 * 630);
  });

  test('Aurora keeps two secrets, paused or not, unless the operations say how many there are', () => {
    const paused = (changes: Workload) =>
      estimatePath(
        'rag',
        {
          parts: ['vector-store', 'operations'],
          rag: {
            vectorStore: {
              kind: 'aurora-serverless-v2',
              acusWhenActive: 1,
              activeHoursPerMonth: 0,
              ioRequestsPerMonth: 0,
              storedGb: 0.2,
            },
          },
          ...changes,
        },
        priced({ 'aurora/storage': [0.1, 'GB-month'], 'secrets/secret': [0.4, 'secret-month'] }),
      );
    // 0.2 GB x $0.10 and 2 x $0.40
    expect(paused({}).monthly.usd).toBeCloseTo(0.82, 12);
    expect(paused({}).components.operations.monthly.usd).toBeCloseTo(0.8, 12);
    const counted = { operations: { secrets: { secrets: 3 } } };
    expect(paused(counted).monthly.usd).toBeCloseTo(1.22, 12);
    // the store alone: what the operations keep besides is not asked for
    expect(paused({ ...counted, parts: ['vector-store'] }).monthly.usd).toBeCloseTo(0.82, 12);
  });

  test('Aurora with standard storage needs its I/O requests, with I/O-Optimized it does not', () => {
    const standard = rag({ kind: 'aurora-serverless-v2', acusWhenActive: 1 });
    expect(estimatePath('rag', standard, bookFor(standard)).missing).toEqual(['rag.vectorStore.ioRequestsPerMonth']);
    const optimized = rag({ kind: 'aurora-serverless-v2', acusWhenActive: 1, storage: 'io-optimized' });
    expect(estimatePath('rag', optimized, bookFor(optimized)).missing).toEqual([]);
  });

  test('S3 Vectors bills at least 128 KB a PUT, and returned data after the first 512 KB', () => {
    const store = { kind: 's3-vectors', vectors: 1024, vectorsPerPut: 1, queriesPerMonth: 1024 } as const;
    // 1,024 x 128 KB = 128 MB
    expect(quantity(rag(store), 'S3 Vectors PUT (first load)')).toBe(0.125);
    // 1,024 x (1,536 - 512) KB = 1 GB
    const returned = { ...store, returnedBytesPerQuery: 1536 * 1024 };
    expect(quantity(rag(returned), 'S3 Vectors data returned')).toBe(1);
    expect(dataLines(rag({ ...store, returnedBytesPerQuery: 512 * 1024 }))).not.toHaveProperty(
      'S3 Vectors data returned',
    );
  });

  test('S3 Vectors holds the text of the chunks: unknown, it is not nothing', () => {
    const store = { kind: 's3-vectors', vectors: 30_000_000, dimensions: 1024, queriesPerMonth: 1000 } as const;
    const alone = (vectorStore: VectorStore, retrieval?: NonNullable<Workload['rag']>['retrieval']) => {
      const workload: Workload = { parts: ['vector-store'], rag: { vectorStore, retrieval } };
      return estimatePath('rag', workload, bookFor(workload));
    };
    const known = { ...store, nonFilterableMetadataBytesPerVector: 1000 };
    expect(alone(store)).toMatchObject({
      monthly: { usd: null },
      oneTime: { usd: null },
      missing: ['rag.vectorStore.nonFilterableMetadataBytesPerVector'],
    });
    expect(alone(known)).toMatchObject({
      monthly: { usd: null },
      missing: ['rag.vectorStore.returnedBytesPerQuery'],
    });
    // 30M x (4,096 + 1,000 + 36) bytes
    const whole = alone(known, { chunksPerRequest: 5, queryTokensPerRequest: 10 });
    expect(whole.missing).toEqual([]);
    expect(whole.lines.find(({ name }) => name === 'S3 Vectors storage')?.quantity).toBeCloseTo(143.3864, 4);
  });

  test('S3 Vectors queries above ten million vectors of an index reach the third tier', () => {
    const store = {
      kind: 's3-vectors',
      vectors: 12_000_000,
      dimensions: 256,
      nonFilterableMetadataBytesPerVector: 0,
      keyBytesPerVector: 0,
      queriesPerMonth: 1024,
    } as const;
    // 1 KB a vector: 2M x 1 KB x 1,024 queries = 1,953,125 GB... in TB: / 1,024
    expect(quantity(rag(store), 'S3 Vectors data processed (above 10M)')).toBeCloseTo(2_000_000 / 1024 / 1024, 10);
    expect(quantity(rag(store), 'S3 Vectors data processed (next 9.9M)')).toBeCloseTo(9_900_000 / 1024 / 1024, 10);
  });

  test('a managed knowledge base embeds, parses and reranks in its own price', () => {
    const names = Object.keys(
      dataLines(
        rag(
          { kind: 'managed', indexGb: 10, agenticShare: 0.25 },
          { parsing: { kind: 'data-automation', pagesPerDocument: 3 } },
        ),
      ),
    );
    expect(names.filter((name) => !name.startsWith('S3 '))).toEqual([
      'Managed knowledge base index',
      'Managed knowledge base retrieves',
      'Managed knowledge base agentic retrieves',
      'Managed knowledge base retrieves (within agentic ones)',
    ]);
  });

  test('an agentic retrieve bills the retrieves that it makes, and the model of your own that plans it', () => {
    const workload: Workload = {
      requestsPerMonth: 1_000_000,
      parts: ['vector-store'],
      rag: {
        vectorStore: {
          kind: 'managed',
          indexGb: 0,
          agenticShare: 0.25,
          retrievesPerAgenticRetrieve: 5,
          agenticModel: {
            modelId: 'a.planner',
            profileScope: 'global',
            callsPerRetrieve: 3,
            inputTokensPerCall: 1000,
            outputTokensPerCall: 100,
          },
        },
      },
    };
    const book = priced({
      'managed-kb/retrieve': [1, '1K requests'],
      'managed-kb/agentic-retrieve': [4, '1K requests'],
      'a.planner/input/global': [0.1, '1M tokens'],
      'a.planner/output/global': [0.5, '1M tokens'],
    });
    // 750 x $1 + 250 x $4 + 250 x 5 x $1 = 3,000; 750,000 calls x 1,000 tokens at $0.10 = 75, x 100 at $0.50 = 37.50
    expect(estimatePath('rag', workload, book).monthly.usd).toBeCloseTo(3112.5, 8);
  });
});

describe('a store whose capacity is billed although nobody asks is named with what that costs', () => {
  const idle = (vectorStore: VectorStore) =>
    estimatePath(
      'rag',
      { hoursPerMonth: 730, requestsPerMonth: 0, parts: ['vector-store'], rag: { vectorStore } },
      priced({ 'aoss/ocu': [0.24, 'OCU-hour'], 'aurora/acu': [0.12, 'ACU-hour'] }),
    ).idleStore;

  test('OpenSearch Serverless from its creation on', () => {
    // 2 x half an OCU x 730 h x $0.24; twice that with standby
    const classic = { kind: 'opensearch-serverless', storedGb: 0 } as const;
    expect(idle({ ...classic, standbyReplicas: false })?.usdPerMonth).toBeCloseTo(175.2, 10);
    expect(idle(classic)).toEqual({ kind: 'opensearch-serverless', usdPerMonth: expect.closeTo(350.4, 10) });
  });

  test('Aurora as long as it does not pause', () => {
    const aurora = { kind: 'aurora-serverless-v2', acusWhenActive: 2, ioRequestsPerMonth: 0, storedGb: 0 } as const;
    // 2 ACUs x 730 h x $0.12; half an ACU where it goes down to that
    expect(idle(aurora)?.usdPerMonth).toBeCloseTo(175.2, 10);
    expect(idle({ ...aurora, activeHoursPerMonth: 100, minAcus: 0.5 })?.usdPerMonth).toBeCloseTo(43.8, 10);
    expect(idle({ ...aurora, activeHoursPerMonth: 100 })).toBeNull();
  });

  test('none with a store that bills storage and use', () => {
    expect(idle({ kind: 's3-vectors', vectors: 0, nonFilterableMetadataBytesPerVector: 0, dimensions: 8 })).toBeNull();
    expect(idle({ kind: 'managed', indexGb: 1 })).toBeNull();
  });

  test('a capacity without a price costs something unknown, not nothing', () => {
    const rag = { vectorStore: { kind: 'opensearch-serverless', storedGb: 0 } } as const;
    expect(estimatePath('rag', { parts: ['vector-store'], rag }, priced({})).idleStore).toEqual({
      kind: 'opensearch-serverless',
      usdPerMonth: null,
    });
  });
});

describe('operations', () => {
  const operations = (own: Workload['operations'], changes: Workload = {}) => {
    const workload: Workload = {
      requestsPerMonth: 1_000_000,
      inference: { modelId: 'a.base', inputTokensPerRequest: 0, outputTokensPerRequest: 0 },
      operations: own,
      ...changes,
    };
    const { lines } = estimatePath('prompt-only', workload, bookFor(workload));
    return Object.fromEntries(lines.map(({ name, quantity }) => [name, quantity]));
  };

  test('Lambda bills requests and gigabyte-seconds of whole milliseconds', () => {
    expect(operations({ function: { memoryMb: 256, durationMsPerRequest: 1999.2, architecture: 'x86' } })).toEqual({
      'Lambda requests': 1,
      // 1M x 2 s x 0.25 GB
      'Lambda duration (x86)': 500_000,
    });
  });

  test('logs are ingested once and stored for as long as they are kept', () => {
    // 1M x 1,073.741824 bytes = 1 GB; kept 73 days of 720 hours a month: 2.43 months
    const logs = operations({ logs: { bytesPerRequest: 1073.741824, retentionDays: 73 } }, { hoursPerMonth: 720 });
    expect(logs['CloudWatch Logs ingestion']).toBeCloseTo(1, 10);
    expect(logs['CloudWatch Logs storage']).toBeCloseTo(73 / 30, 10);
  });

  test('text units are rounded up for every text, for a grounding check once over all three, anew at every retry', () => {
    const units = operations(
      {
        guardrail: {
          inputPolicies: ['content'],
          outputPolicies: ['grounding', 'automated-reasoning', 'words'],
          inputCharactersPerRequest: 1001,
          outputCharactersPerRequest: 400,
          groundingCharactersPerRequest: 2500,
          automatedReasoningPolicies: 2,
        },
      },
      { inference: { modelId: 'a.base', inputTokensPerRequest: 0, outputTokensPerRequest: 0, retryShare: 0.5 } },
    );
    // in thousands of text units, for 1.5M calls
    expect(units).toEqual({
      'Guardrail content filters (prompts)': 2 * 1500,
      // 400 + 1,001 + 2,500 characters
      'Guardrail contextual grounding checks (answers)': 4 * 1500,
      'Guardrail automated reasoning checks (answers)': 2 * 1500,
      'Guardrail word filters (answers)': 1500,
    });
  });

  test('what a workload does not mention is not run and costs nothing', () => {
    expect(operations({})).toEqual({});
  });

  test('a path lays its own sections over the shared ones', () => {
    const lines = operations(
      { customMetrics: 7, function: { memoryMb: 512, durationMsPerRequest: 100 } },
      { promptOnly: { operations: { customMetrics: 1 } } },
    );
    expect(lines).toMatchObject({ 'CloudWatch custom metrics': 1, 'Lambda requests': 1 });
  });
});

describe('what is not known', () => {
  test('a workload that says nothing gets told what each path needs', () => {
    const missing = Object.fromEntries(PATHS.map((path) => [path, estimatePath(path, {}, TOKENS).missing]));
    expect(missing).toMatchObject({
      'prompt-only': [
        'inference.modelId',
        'requestsPerMonth',
        'inference.inputTokensPerRequest',
        'inference.outputTokensPerRequest',
      ],
      rag: [
        'inference.modelId',
        'requestsPerMonth',
        'inference.inputTokensPerRequest',
        'inference.outputTokensPerRequest',
        'rag.retrieval',
        'rag.chunking',
        'rag.documents',
        'rag.embedding',
        'rag.vectorStore',
      ],
      distillation: [
        'distillation.hosting',
        'distillation.studentModelId',
        'requestsPerMonth',
        'inference.inputTokensPerRequest',
        'inference.outputTokensPerRequest',
        'distillation.prompts',
        'distillation.tokensPerPrompt',
        'distillation.tokensPerTeacherAnswer',
        'distillation.teacherModelId',
        'distillation.epochs',
      ],
    });
    for (const path of PATHS) expect(estimatePath(path, {}, TOKENS).monthly.usd).toBeNull();
  });

  test('a component that the workload describes is priced though the rest of the path is missing', () => {
    const workload: Workload = {
      requestsPerMonth: 0,
      rag: { vectorStore: { kind: 'opensearch-serverless', standbyReplicas: false, storedGb: 0 } },
    };
    const result = estimatePath('rag', workload, priced({ 'aoss/ocu': [0.1, 'OCU-hour'] }));
    // 1 OCU x 730 h x $0.1
    // documents, chunking and the like are missing: what is known of the data is not the whole of it
    expect(result.components.data.monthly).toEqual({ usd: null, knownUsd: 73 });
    expect(result.monthly).toEqual({ usd: null, knownUsd: 73 });
    expect(result.usdPer1kRequests).toBeNull();
    expect(result.components.training.monthly.usd).toBe(0);
  });

  test('a part that is asked for alone needs nothing of the others', () => {
    const workload: Workload = {
      parts: ['vector-store'],
      requestsPerMonth: 1000,
      rag: { vectorStore: { kind: 'managed', indexGb: 4 } },
    };
    const book = priced({ 'managed-kb/index': [5, 'GB-month'], 'managed-kb/retrieve': [1, '1K requests'] });
    expect(estimatePath('rag', workload, book)).toMatchObject({
      monthly: { usd: 21 },
      usdPer1kRequests: 21,
      missing: [],
    });
  });

  test('a missing field leaves its own component unknown, and no other', () => {
    const { components, oneTime } = estimatePath(
      'fine-tuning',
      { fineTuning: { baseModelId: 'a.tuned' } },
      bookFor(WHOLE),
    );
    expect(components.inference.monthly.usd).toBeNull();
    expect(components.training.oneTime.usd).toBeNull();
    expect(components.operations.monthly.usd).toBe(0);
    expect(oneTime.usd).toBeNull();
    const answers = estimatePath('prompt-only', {}, TOKENS);
    expect(answers.monthly.usd).toBeNull();
    expect(answers.oneTime.usd).toBe(0);
  });

  test('operations that grow with requests need their number', () => {
    const workload: Workload = { parts: ['operations'], operations: { logs: { bytesPerRequest: 1 } } };
    expect(estimatePath('rag', workload, TOKENS)).toMatchObject({
      missing: ['requestsPerMonth'],
      monthly: { usd: null },
    });
  });

  test('a price of another kind of thing is an error that names it, never a number', () => {
    const odd = priced({ 'a.base/input': [1, 'GB'], 'a.base/output': [1, '1M tokens'] });
    expect(() => estimatePath('prompt-only', CALLS, odd)).toThrow(
      "price 'a.base/input' of us-east-1 is per 'GB', but this project counts it in '1M tokens': correct 'per' in the price book",
    );
  });
});

test('a large quantity is cheaper from the second tier on', () => {
  const book = priced({
    'cloudwatch/custom-metric': [0.3, 'metric-month'],
    'cloudwatch/custom-metric/tier-2': [0.1, 'metric-month'],
    'api-gateway/http': [1, '1M requests'],
    'api-gateway/http/tier-2': [0.9, '1M requests'],
  });
  const operations: Workload['operations'] = { customMetrics: 15_000, apiGateway: 'http' };
  const result = estimatePath('prompt-only', { parts: ['operations'], requestsPerMonth: 400e6, operations }, book);
  // 10,000 x $0.30 + 5,000 x $0.10; 300M x $1/M + 100M x $0.90/M
  expect(linesOf(result)).toEqual({
    'CloudWatch custom metrics': expect.closeTo(3000, 8),
    'CloudWatch custom metrics (tier 2)': expect.closeTo(500, 8),
    'API Gateway HTTP requests': expect.closeTo(300, 8),
    'API Gateway HTTP requests (tier 2)': expect.closeTo(90, 8),
  });
});

test('a free tier is taken off its own price, up to what is used', () => {
  const result = estimatePath(
    'prompt-only',
    { ...CALLS, freeTier: { 'a.base/input': 400e6, 'a.base/output': 1e12 } },
    TOKENS,
  );
  // 1,000M - 400M tokens in; no token out is left to pay for
  expect(linesOf(result)).toEqual({ 'Input tokens': 600 });
});

test('a free tier that covers all that is used needs no price', () => {
  const requests = (requestsPerMonth: number) =>
    estimatePath(
      'prompt-only',
      {
        parts: ['operations'],
        requestsPerMonth,
        operations: { apiGateway: 'http', alarms: 2 },
        freeTier: { 'api-gateway/http': 1e6 },
      },
      priced({ 'cloudwatch/alarm': [0.1, 'alarm-month'] }),
    );
  // 2 alarms x $0.10; a million requests are free, and what one more costs nobody knows
  expect(requests(1_000_000)).toMatchObject({ monthly: { usd: 0.2 }, unknownPriceIds: [] });
  expect(requests(1_000_001)).toMatchObject({ monthly: { usd: null }, unknownPriceIds: ['api-gateway/http'] });
});

test('anything else with a price in the book can be added, to all paths or to some', () => {
  const other: Workload['other'] = [
    { name: 'KMS keys', component: 'operations', kind: 'fixed', priceId: 'kms/key', quantity: 2, unit: 'key-month' },
    {
      name: 'Nodes',
      component: 'data',
      kind: 'fixed',
      priceId: 'node',
      quantity: 1,
      unit: 'instance-hour',
      paths: ['rag'],
    },
  ];
  const book = priced({ 'kms/key': [1, 'key-month'] });
  expect(estimatePath('prompt-only', { other }, book).components.operations.monthly.usd).toBe(2);
  expect(estimatePath('rag', { other }, book).unknownPriceIds).toEqual(['node']);
});

test('a line belongs to the component that its usage type is billed under', () => {
  const usageTypes: Record<string, [service: string, usageType: string]> = {
    'a.base/input': ['AmazonBedrock', 'USE1-NovaLite-input-tokens'],
    'a.tuned/training': ['AmazonBedrock', 'USE1-NovaMicro-Customization-Training'],
    'a.tuned/storage': ['AmazonBedrock', 'USE1-NovaMicro-Customization-Storage'],
    'a.student/provisioned/no-commit': ['AmazonBedrock', 'USE1-Nova2.0Lite-ProvisionedThroughput-NoCommit-ModelUnits'],
    'a.embed/embedding': ['AmazonBedrock', 'USE1-TitanEmbeddingV2-Text-input-tokens'],
    'guardrail/content': ['AmazonBedrock', 'USE1-Guardrail-ContentPolicyUnitsConsumed'],
    'cmi/cmu-v1': ['AmazonBedrock', 'USE1-OSS-CustomModelImport-Inference-v1:0'],
    'aoss/ocu': ['AmazonES', 'USE1-SearchOCU'],
    'aurora/acu': ['AmazonRDS', 'Aurora:ServerlessV2Usage'],
    's3-vectors/storage': ['AmazonS3', 'Vectors-TimedStorage-ByteHrs'],
    's3/put': ['AmazonS3', 'Requests-Tier1'],
    'lambda/request': ['AWSLambda', 'Request'],
    'logs/ingest': ['AmazonCloudWatch', 'USE1-DataProcessing-Bytes'],
    'states/transition': ['AmazonStates', 'StateTransition'],
    'cloudwatch/custom-metric': ['AmazonCloudWatch', 'CW:MetricMonitorUsage'],
    'athena/scanned': ['AmazonAthena', 'USE1-DataScannedInTB'],
    'secrets/secret': ['AWSSecretsManager', 'USE1-AWSSecretsManager-Secrets'],
    'cost-explorer/request': ['AWSCostExplorer', 'USE1-APIRequest'],
    'sagemaker/ml.m5.large/training': ['AmazonSageMaker', 'USE1-Train:ml.m5.large'],
    'sagemaker/ml.p5.48xlarge/training': ['AmazonSageMaker', 'USE1-Train:ml.p5.48xlarge'],
    'api-gateway/http': ['AmazonApiGateway', 'USE1-ApiGatewayHttpRequest'],
    'sagemaker/training-volume': ['AmazonSageMaker', 'USE1-Train:VolumeUsage.gp2'],
  };
  const seen = new Set<string>();
  for (const [, workload] of VARIED) {
    const book = bookFor(workload);
    for (const path of PATHS) {
      for (const { priceId, component, name } of estimatePath(path, workload, book).lines) {
        const [service, usageType] = usageTypes[priceId] ?? [];
        // throughput bought to try a model is training, though AWS bills it as throughput
        if (service === undefined || usageType === undefined || name.includes('to try')) continue;
        seen.add(priceId);
        expect([name, componentOfUsageType(usageType, service)]).toEqual([name, component]);
      }
    }
  }
  expect([...seen].sort()).toEqual(Object.keys(usageTypes).sort());
});

test('the measured fields of one path change nothing in another', () => {
  const changed = withField(WHOLE, 'rag.retrieval.chunksPerRequest', 50);
  const book = bookFor(WHOLE);
  expect(estimatePath('fine-tuning', changed, book)).toEqual(estimatePath('fine-tuning', WHOLE, book));
  expect(estimatePath('rag', changed, book)).not.toEqual(estimatePath('rag', WHOLE, book));
});
