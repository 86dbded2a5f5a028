import { describe, expect, test } from '@jest/globals';
import { estimatePath } from '../../lib/cost/estimate.ts';
import { recommend } from '../../lib/cost/recommend.ts';
import { monthlySplit } from '../../lib/cost/split.ts';
import type { Needs, Workload } from '../../lib/cost/workload.ts';
import type { PathId } from '../../lib/paths.ts';
import { priceBook } from '../../lib/prices/price-book.ts';
import { bookFor, inventedPrice, WHOLE } from '../support/workloads.ts';

const BOOK = bookFor(WHOLE);
const SMALLER = new Map([['amazon.nova-pro-v1:0', 'amazon.nova-lite-v1:0']]);
const advise = (needs: Needs, changes: Workload = {}, book = BOOK) =>
  recommend(
    { ...WHOLE, needs, ...changes },
    (path: PathId, workload) => estimatePath(path, workload, book),
    SMALLER,
    monthlySplit(() => book),
  );

describe('the three steps', () => {
  test.each<[string, Needs, Workload, PathId, string[]]>([
    ['nothing asked', {}, {}, 'prompt-only', ['prompt-first', 'no-tuning', 'no-special-training']],
    ['private documents', { privateDocuments: true }, {}, 'rag', ['retrieve', 'no-tuning', 'no-special-training']],
    ['citations', { citations: true }, {}, 'rag', ['retrieve', 'no-tuning', 'no-special-training']],
    [
      'documents that change',
      { documentUpdatesPerMonth: 3 },
      {},
      'rag',
      ['retrieve', 'no-tuning', 'no-special-training'],
    ],
    [
      'a strict format',
      { strictFormat: true, labelledExamples: 500 },
      {},
      'fine-tuning',
      ['prompt-first', 'tune', 'no-special-training'],
    ],
    [
      'a strict format without examples',
      { strictFormat: true, labelledExamples: 99 },
      {},
      'prompt-only',
      ['prompt-first', 'too-few-examples', 'no-special-training'],
    ],
    [
      'a strict format over private documents',
      { strictFormat: true, labelledExamples: 500, privateDocuments: true },
      {},
      'rag',
      ['retrieve', 'tune-beside-retrieval', 'no-special-training'],
    ],
    [
      'a deep field with a corpus',
      { deepDomain: true, unlabelledCorpusTokens: 1e9 },
      {},
      'continued-pretraining',
      ['prompt-first', 'no-tuning', 'pretrain'],
    ],
    ['a deep field without one', { deepDomain: true }, {}, 'prompt-only', ['prompt-first', 'no-tuning', 'no-corpus']],
    [
      'low latency at scale',
      { lowLatency: true },
      { requestsPerMonth: 5e6 },
      'distillation',
      ['prompt-first', 'no-tuning', 'distil'],
    ],
    [
      'low latency for a few',
      { lowLatency: true },
      { requestsPerMonth: 5e3 },
      'prompt-only',
      ['prompt-first', 'no-tuning', 'no-special-training'],
    ],
  ])('%s', (_, needs, changes, rule, outcomes) => {
    const recommendation = advise(needs, changes);
    expect(recommendation.rule).toBe(rule);
    expect(recommendation.steps.map(({ outcome }) => outcome)).toEqual(outcomes);
  });
});

describe('rule and numbers', () => {
  test('the cheapest of the paths that meet the needs decides, not the cheapest of all', () => {
    const { fits, cheapest, agreement } = advise({ citations: true });
    expect(fits.filter(({ lacking }) => lacking.length === 0).map(({ path }) => path)).toEqual(['rag']);
    expect({ cheapest, agreement }).toEqual({ cheapest: 'rag', agreement: 'agree' });
  });

  test('a cheaper path that lacks no more than the rule is a disagreement', () => {
    const { fits, cheapest, agreement, rule } = advise({});
    const usd = (path: PathId | null) => fits.find((fit) => fit.path === path)?.monthly.usd ?? NaN;
    expect(agreement).toBe('disagree');
    expect(usd(cheapest)).toBeLessThan(usd(rule));
    expect(usd(cheapest)).toBe(Math.min(...fits.map(({ path }) => usd(path))));
  });

  test('a tuned model that is hosted nowhere answers nothing, so that it is never the cheapest', () => {
    const hosting = { kind: 'none' } as const;
    const { fits, cheapest } = advise(
      {},
      {
        fineTuning: { ...WHOLE.fineTuning, hosting },
        continuedPretraining: { ...WHOLE.continuedPretraining, hosting },
        distillation: { ...WHOLE.distillation, hosting },
      },
    );
    expect(fits.filter(({ answers }) => answers).map(({ path }) => path)).toEqual(['prompt-only', 'rag']);
    expect(['prompt-only', 'rag']).toContain(cheapest);
  });

  test('a path that meets more needs is not told as cheaper or dearer for the same', () => {
    // the corpus leads to continued pre-training, which cites nothing
    const advice = advise({ deepDomain: true, unlabelledCorpusTokens: 1e9, citations: true });
    expect(advice).toMatchObject({
      rule: 'continued-pretraining',
      cheapest: 'rag',
      agreement: 'meets-more',
      meetsMore: ['citations'],
    });
  });

  describe('where the rule names distillation, and fine-tuning keeps the format as well', () => {
    const book = priceBook('us-east-1', [
      { ...inventedPrice('a.tuned/custom-input', '1M tokens'), usd: 0.1 },
      { ...inventedPrice('a.tuned/storage', 'model-month'), usd: 0.1 },
      { ...inventedPrice('cloudwatch/alarm', 'alarm-month'), usd: 0.1 },
      { ...inventedPrice('secrets/secret', 'secret-month'), usd: 0.3 },
    ]);
    const tuned = (fineTuning: Workload['fineTuning'], distillation: Workload['distillation']) =>
      recommend(
        {
          requestsPerMonth: 1_000_000,
          inference: { inputTokensPerRequest: 1, outputTokensPerRequest: 0 },
          needs: { strictFormat: true, labelledExamples: 500, lowLatency: true },
          fineTuning: { baseModelId: 'a.tuned', trainingTokensPerEpoch: 0, epochs: 1, ...fineTuning },
          distillation: {
            teacherModelId: 'a.teacher',
            studentModelId: 'a.tuned',
            prompts: 0,
            tokensPerPrompt: 0,
            tokensPerTeacherAnswer: 0,
            epochs: 1,
            ...distillation,
          },
        },
        (path, workload) => estimatePath(path, workload, book),
        new Map(),
        monthlySplit(() => book),
      );
    const ON_DEMAND = { kind: 'on-demand' } as const;
    const usdOf = ({ fits }: ReturnType<typeof tuned>, path: PathId) =>
      fits.find((fit) => fit.path === path)?.monthly.usd;

    test('the same cost is agreement', () => {
      const advice = tuned({ hosting: ON_DEMAND }, { hosting: ON_DEMAND });
      // 1M tokens x $0.10, and $0.10 of storage
      expect([usdOf(advice, 'fine-tuning'), usdOf(advice, 'distillation')]).toEqual([0.2, 0.2]);
      expect(advice).toMatchObject({ rule: 'distillation', cheapest: 'distillation', agreement: 'agree' });
    });

    test('what rounding makes of the same cost is agreement too', () => {
      const advice = tuned(
        {
          inference: { inputTokensPerRequest: 0 },
          storedModels: 0,
          operations: { secrets: { secrets: 1 } },
          hosting: ON_DEMAND,
        },
        { operations: { alarms: 1 }, hosting: ON_DEMAND },
      );
      // a secret for $0.30; tokens, storage and an alarm for $0.10 each
      expect([usdOf(advice, 'fine-tuning'), usdOf(advice, 'distillation')]).toEqual([0.3, 0.1 + 0.1 + 0.1]);
      expect(0.1 + 0.1 + 0.1).toBeGreaterThan(0.3);
      expect(advice).toMatchObject({ cheapest: 'distillation', agreement: 'agree' });
    });

    test('a path of the rule that is hosted nowhere is not compared with one that answers', () => {
      const advice = tuned({ hosting: ON_DEMAND }, { hosting: { kind: 'none' } });
      // $0.10 of storage answers nothing
      expect([usdOf(advice, 'fine-tuning'), usdOf(advice, 'distillation')]).toEqual([0.2, 0.1]);
      expect(advice).toMatchObject({
        rule: 'distillation',
        cheapest: 'fine-tuning',
        agreement: 'rule-answers-nothing',
      });
    });
  });

  describe('beside a tuned model', () => {
    const book = priceBook('us-east-1', [
      { ...inventedPrice('a.large/input', '1M tokens'), usd: 4 },
      { ...inventedPrice('a.small/input', '1M tokens'), usd: 1 },
      { ...inventedPrice('a.small/custom-input', '1M tokens'), usd: 1 },
      { ...inventedPrice('a.small/training', '1M tokens'), usd: 12 },
      { ...inventedPrice('a.small/storage', 'model-month'), usd: 2 },
    ]);
    const tuned = (trainingTokensPerEpoch: number, promptTokens: number, lifeMonths?: number) =>
      recommend(
        {
          requestsPerMonth: 1_000_000,
          inference: { modelId: 'a.large', inputTokensPerRequest: promptTokens, outputTokensPerRequest: 0 },
          needs: { strictFormat: true, labelledExamples: 500 },
          fineTuning: {
            baseModelId: 'a.small',
            inference: { inputTokensPerRequest: 1 },
            trainingTokensPerEpoch,
            epochs: 1,
            hosting: { kind: 'on-demand' },
          },
          distillation: {
            teacherModelId: 'a.large',
            studentModelId: 'a.small',
            inference: { inputTokensPerRequest: 2 },
            prompts: 0,
            tokensPerPrompt: 0,
            tokensPerTeacherAnswer: 0,
            epochs: 1,
            hosting: { kind: 'on-demand' },
          },
          ...(lifeMonths === undefined ? {} : { lifeMonths }),
        },
        (path, workload) => estimatePath(path, workload, book),
        new Map(),
        monthlySplit(() => book),
      );
    const besideFineTuning = ({ untuned }: ReturnType<typeof tuned>) =>
      untuned.filter(({ beside }) => beside === 'fine-tuning');

    test('stands the same model as it is, where that costs no more', () => {
      // 1M tokens at $1, without the $2 of storage
      expect(besideFineTuning(tuned(0, 1))).toEqual([
        expect.objectContaining({
          modelId: 'a.small',
          monthly: { usd: 1, knownUsd: 1 },
          split: expect.objectContaining({ usd: -2 }),
        }),
      ]);
      // $5 for prompts of five tokens, and tuned $1 and $2 of storage
      expect(besideFineTuning(tuned(0, 5))).toEqual([]);
      // three dollars a month more once $36 of training are spread over twelve months
      expect(besideFineTuning(tuned(3e6, 5))).toHaveLength(1);
    });

    test('what is paid once can make another path the cheapest over the life', () => {
      const fitOf = ({ fits }: ReturnType<typeof tuned>) => fits.find(({ path }) => path === 'fine-tuning');
      // a month $1 + $2 against $2 + $2 of the student; 3M tokens of training cost $36 once
      const short = tuned(3e6, 1);
      expect(fitOf(short)).toMatchObject({ monthly: { usd: 3 }, oneTime: { usd: 36 }, lifeMonths: 12, overLifeUsd: 6 });
      expect(short).toMatchObject({ cheapest: 'fine-tuning', cheapestOverLife: 'distillation' });
      const long = tuned(3e6, 1, 72);
      expect(fitOf(long)?.overLifeUsd).toBe(3.5);
      expect(long).toMatchObject({ cheapest: 'fine-tuning', cheapestOverLife: 'fine-tuning' });
    });
  });

  test('a path whose model has ended answers nothing', () => {
    const gone = (path: PathId, workload: Workload) => {
      const estimate = estimatePath(path, workload, BOOK);
      return path === 'prompt-only' ? { ...estimate, notes: [...estimate.notes, 'model-ended' as const] } : estimate;
    };
    const advice = recommend(
      { ...WHOLE, needs: {} },
      gone,
      SMALLER,
      monthlySplit(() => BOOK),
    );
    expect(advice).toMatchObject({ rule: 'prompt-only', agreement: 'rule-answers-nothing' });
    expect(advice.cheapest).not.toBe('prompt-only');
  });

  test('an unknown total that could be the cheapest leaves it open', () => {
    // of the tuned path nothing is known but what is zero
    const without = priceBook(
      'us-east-1',
      [...BOOK.prices.values()].filter(({ id, service }) => service !== 'x' && !id.startsWith('a.tuned/')),
    );
    expect(advise({}, { operations: {} }, without)).toMatchObject({ cheapest: null, agreement: 'unknown' });
  });

  test('the same unknown price in another Region may be another price', () => {
    const alerted = { ...WHOLE, needs: {}, operations: { alarms: 3 } };
    const known = [...bookFor(alerted).prices.values()].filter(({ id }) => id !== 'cloudwatch/alarm');
    const cheapestWhere = (tunedIn: string) => {
      const bookOf = (path: PathId) => priceBook(path === 'prompt-only' ? 'us-east-1' : tunedIn, known);
      return recommend(
        alerted,
        (path, workload) => estimatePath(path, workload, bookOf(path)),
        new Map(),
        monthlySplit(bookOf),
      ).cheapest;
    };
    expect(cheapestWhere('us-east-1')).toBe('fine-tuning');
    expect(cheapestWhere('us-west-2')).toBeNull();
  });
});

describe('advice is held against the numbers', () => {
  test('throughput at the peak: one model unit is the least there is', () => {
    const quiet: Workload = {
      requestsPerMonth: 1000,
      inference: { modelId: 'a.base', inputTokensPerRequest: 1000, outputTokensPerRequest: 0 },
      promptOnly: {},
    };
    const prices = bookFor(quiet, { ...quiet, promptOnly: { hosting: { kind: 'provisioned', modelUnits: 1 } } });
    const { checks } = recommend(
      { ...quiet, needs: { dailyPeaks: true } },
      (path, workload) => estimatePath(path, workload, prices),
      new Map(),
      monthlySplit(() => prices),
    );
    const hour = prices.prices.get('a.base/provisioned/no-commit')?.usd ?? NaN;
    const million = prices.prices.get('a.base/input')?.usd ?? NaN;
    // 22 days x 9 hours of one unit, and a fifth of the 1M tokens still on demand
    expect(checks.find(({ advice }) => advice === 'throughput-at-peak')).toEqual({
      advice: 'throughput-at-peak',
      path: 'prompt-only',
      monthlyUsd: expect.closeTo(198 * hour - 0.8 * million, 8),
      split: expect.objectContaining({ usd: expect.closeTo(198 * hour - 0.8 * million, 8) }),
      verdict: 'costs-more',
      unknownPriceIds: [],
      notOffered: [],
      missing: [],
      // nothing of it is said of the path without throughput
      notes: ['base-model-no-commitment'],
    });
  });

  test('batch for answers that may wait, and a small fine-tuning', () => {
    const { checks } = advise({
      asynchronous: true,
      privateDocuments: true,
      strictFormat: true,
      labelledExamples: 500,
    });
    expect(checks.map(({ advice, path }) => [advice, path])).toEqual([
      ['batch', 'rag'],
      ['small-fine-tuning', 'fine-tuning'],
    ]);
    expect(checks[0]).toMatchObject({
      verdict: 'unknown',
      unknownPriceIds: ['a.base/input/batch/global', 'a.base/output/batch/global'],
    });
  });

  test('no batch for answers of which some may wait and others must come fast', () => {
    expect(advise({ asynchronous: true, lowLatency: true }).checks).toEqual([]);
  });

  test('what another path lacks makes its advice unknown, and says what', () => {
    const { checks } = advise({ dailyPeaks: true }, { fineTuning: { baseModelId: 'a.tuned' } });
    expect(checks.find(({ advice }) => advice === 'small-fine-tuning')).toMatchObject({
      verdict: 'unknown',
      monthlyUsd: null,
      missing: [
        'fineTuning.hosting',
        'fineTuning.epochs',
        'fineTuning.trainingExamples',
        'fineTuning.tokensPerExample',
      ],
    });
  });

  const PRO: Workload = {
    inference: { modelId: 'amazon.nova-pro-v1:0', inputTokensPerRequest: 1000, outputTokensPerRequest: 0 },
    operations: {},
    promptOnly: {},
    requestsPerMonth: 5e6,
  };
  const PRO_BOOK = bookFor(
    { ...WHOLE, ...PRO },
    { ...WHOLE, ...PRO, inference: { ...PRO.inference, modelId: 'amazon.nova-lite-v1:0' } },
  );

  test('a smaller model of the same family is held against the one in use', () => {
    const { checks } = advise({}, PRO, PRO_BOOK);
    const usd = (model: string) => PRO_BOOK.prices.get(`amazon.${model}-v1:0/input`)?.usd ?? NaN;
    // 5,000M tokens
    expect(checks).toMatchObject([
      {
        advice: 'smaller-model',
        path: 'prompt-only',
        monthlyUsd: expect.closeTo(5000 * (usd('nova-lite') - usd('nova-pro')), 6),
      },
    ]);
  });

  test('distilling is held against a smaller base model, where there is one', () => {
    expect(advise({ lowLatency: true }, PRO, PRO_BOOK).checks).toMatchObject([
      { advice: 'smaller-than-distilled', path: 'prompt-only' },
    ]);
    expect(advise({ lowLatency: true }, { requestsPerMonth: 5e6 }).checks).toEqual([]);
  });
});
