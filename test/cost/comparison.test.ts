import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { ModelCatalogue, ModelEntry } from '../../lib/catalogue/models.ts';
import { compare, withThinking, likeForLike, type Cell, type Comparison } from '../../lib/cost/comparison.ts';
import { estimatePath } from '../../lib/cost/estimate.ts';
import type { ComparisonContext } from '../../lib/cost/like-for-like.ts';
import { served } from '../../lib/cost/prompt-cache.ts';
import { knowledgeUpdate } from '../../lib/cost/knowledge-update.ts';
import { tuningTarget } from '../../lib/cost/tuning-target.ts';
import type { Workload } from '../../lib/cost/workload.ts';
import { LIFECYCLE_RULES } from '../support/lifecycle-rules.ts';
import { priceBook, type Price } from '../../lib/prices/price-book.ts';
import { MODEL } from '../support/example-config.ts';

const model = (entry: Partial<ModelEntry>): ModelEntry => ({
  ...MODEL,
  family: 'Acme',
  inRegion: ['us-east-1'],
  profiles: {},
  thinking: 'none',
  contextWindowTokens: 100_000,
  maxOutputTokens: 10_000,
  promptCaching: null,
  ...entry,
});

const tunable = (...types: ('FINE_TUNING' | 'DISTILLATION')[]): Partial<ModelEntry> => ({
  customization: { types, tuningId: 'x', regions: ['us-east-1'] },
  hosting: ['on-demand'],
});

/** A large model that can be tuned, a small one that also learns from it, and some that cannot be had. */
const CATALOGUE: ModelCatalogue = {
  models: {
    'a.large': model({ smaller: 'a.small', teaches: ['a.small'], ...tunable('FINE_TUNING') }),
    'a.small': model({ larger: 'a.large', ...tunable('FINE_TUNING', 'DISTILLATION') }),
    'a.dense': model({ tokensPerCounted: { factor: 1.5, confidence: 'C', source: 'this test', date: '2026-11-30' } }),
    'a.thinker': model({ thinking: 'always' }),
    'a.elsewhere': model({ inRegion: ['eu-west-1'] }),
    'a.short': model({ contextWindowTokens: 1_000 }),
    'a.gone': model({ lifecycle: { status: 'legacy', endOfLife: '2026-11-01' } }),
    'b.other': model({ family: 'Other' }),
  },
};

/** The same with the small model Legacy, as AWS's rules of 2026 have it. */
const LEGACY: ModelCatalogue = {
  ...CATALOGUE,
  lifecycleRules: LIFECYCLE_RULES,
  models: {
    ...CATALOGUE.models,
    'a.small': {
      ...model({ larger: 'a.large', ...tunable('FINE_TUNING') }),
      lifecycle: { status: 'legacy', endOfLife: '2027-06-30' },
    },
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
  ...Object.keys(CATALOGUE.models).flatMap((id, index) => [
    price(`${id}/input`, 2 / (index + 1)),
    price(`${id}/output`, 8 / (index + 1)),
    price(`${id}/custom-input`, 2 / (index + 1)),
    price(`${id}/custom-output`, 8 / (index + 1)),
    price(`${id}/training`, 4),
    price(`${id}/storage`, 2, 'model-month'),
  ]),
]);

const CONTEXT: ComparisonContext = {
  catalogue: CATALOGUE,
  region: 'us-east-1',
  today: '2026-11-30',
  blendedUsd: (id) => BOOK.prices.get(`${id}/input`)?.usd ?? null,
};

const WORKLOAD: Workload = {
  requestsPerMonth: 1e6,
  request: { instruction: { tokens: 800 }, question: { tokens: 200 }, answer: { tokens: 100 } },
  inference: { modelId: 'a.large' },
  operations: {},
  rag: {},
  fineTuning: { baseModelId: 'a.large', trainingTokensPerEpoch: 1e6, epochs: 3, hosting: { kind: 'on-demand' } },
  distillation: {
    studentModelId: 'a.small',
    teacherModelId: 'a.large',
    prompts: 1_000,
    synthesizedPrompts: 1_000,
    tokensPerPrompt: 1_000,
    tokensPerTeacherAnswer: 100,
    epochs: 1,
    hosting: { kind: 'on-demand' },
  },
};

function compared(changes: Partial<Workload> = {}, models?: readonly string[]): Comparison {
  return compare(
    { ...WORKLOAD, ...changes },
    CONTEXT,
    (path, workload) => {
      const { workload: asServed } = served(path, workload, CATALOGUE, BOOK);
      return { estimate: estimatePath(path, asServed, BOOK, CATALOGUE), book: BOOK, workload: asServed };
    },
    models,
  );
}

const rowOf = ({ rows }: Comparison, path: string, basis: string): Cell => {
  const row = rows.find((each) => each.path === path && each.basis === basis);
  if (row === undefined) throw new Error(`no row of ${path}, ${basis}`);
  return row;
};

test('every path answers with the model of prompt-only, or with the nearest of its family that it can take', () => {
  const { rows } = compared();
  expect(rows.map(({ path, modelId, basis, obstacle }) => [path, modelId, basis, obstacle])).toEqual([
    ['prompt-only', 'a.large', 'reference', undefined],
    ['rag', 'a.large', 'reference', undefined],
    ['fine-tuning', 'a.large', 'reference', undefined],
    ['continued-pretraining', null, 'own-weights', undefined],
    ['distillation', 'a.small', 'nearest', 'not-tunable'],
    ['prompt-only', 'a.small', 'untuned', undefined],
  ]);
});

test('what is set up with another model has a second row', () => {
  const { rows } = compared({ promptOnly: { inference: { modelId: 'b.other' } } });
  expect(rows.map(({ path, modelId, basis, obstacle }) => [path, modelId, basis, obstacle])).toEqual(
    expect.arrayContaining([
      ['prompt-only', 'b.other', 'reference', undefined],
      // no model of its family can be tuned: what is configured stands alone
      ['fine-tuning', 'b.other', 'reference', 'not-tunable'],
      ['fine-tuning', 'a.large', 'configured', undefined],
    ]),
  );
});

test('the difference to prompt-only is told by what brings it about', () => {
  const comparison = compared();
  const split = comparison.against.get(rowOf(comparison, 'distillation', 'nearest'));
  // 1,000M tokens at $1 less and 100M at $4 less; training of 1.1M at $4, teacher 1M at $2 and 0.1M at $8, three times over 12 months
  expect(split?.parts).toMatchObject({ unitPrice: -1_400, promptTokens: 0, answerTokens: 0, terms: 0, capacity: 2 });
  expect(split?.parts.training).toBeCloseTo((3 * (4.4 + 2 + 0.8)) / 12, 9);
  // on the same model nothing is left of the saving
  const untuned = comparison.against.get(rowOf(comparison, 'prompt-only', 'untuned'));
  expect(untuned?.usd).toBeCloseTo(-1_400, 9);
});

test('with examples in the prompt a tuned path is shown with them and without', () => {
  const request = { ...WORKLOAD.request, examples: { tokens: 500 } } as Workload['request'];
  const { rows } = compared({ request });
  const tuned = rows.filter(({ path }) => path === 'fine-tuning');
  expect(tuned.map(({ withExamples }) => withExamples)).toEqual([true, false]);
  const [same, without] = tuned.map(({ priced }) => priced?.estimate.components.inference.monthly.usd ?? NaN);
  // 500M tokens at $2
  expect((same ?? 0) - (without ?? 0)).toBeCloseTo(1_000, 6);
});

test('a cell that cannot be says why', () => {
  const models = ['a.large', 'a.dense', 'a.elsewhere', 'a.short', 'a.gone', 'a.nobody'];
  const { matrix } = compared({ rag: undefined, paths: ['prompt-only', 'fine-tuning', 'distillation'] }, models);
  const reasons = Object.fromEntries(matrix.map(({ path, cells }) => [path, cells.map(({ obstacle }) => obstacle)]));
  expect(reasons).toEqual({
    'prompt-only': [undefined, undefined, 'not-in-this-region', 'prompt-too-long', 'ended', undefined],
    // a model that no catalogue has may have prices in a book of the user's own
    'fine-tuning': [undefined, 'not-tunable', 'not-tunable', 'not-tunable', 'ended', undefined],
    distillation: ['not-tunable', 'not-tunable', 'not-tunable', 'not-tunable', 'ended', undefined],
  });
});

describe('the window of a model holds the longest call of a request, not the average one', () => {
  const RETRIEVAL = {
    chunksPerRequest: 3,
    queryTokensPerRequest: 0,
    contextTokensPerRequest: 300,
    rulesTokensPerRequest: 0,
  };
  const obstacles = (request: NonNullable<Workload['request']>, paths: Workload['paths'] = ['prompt-only']) =>
    compared({ request, paths, rag: { retrieval: RETRIEVAL } }, ['a.short']).matrix.map(
      ({ cells }) => cells[0]?.obstacle,
    );
  const text = (tokens: number) => ({ tokens });

  test('of a conversation the last turn', () => {
    // prompts of 100 to 900 tokens in five turns, 500 on average; the last has its answer of 100 besides: 1,000
    const talk = { question: text(100), answer: text(100), turns: 5 };
    expect(obstacles(talk)).toEqual([undefined]);
    // with a sixth turn 1,100 and 100
    expect(obstacles({ ...talk, turns: 6 })).toEqual(['prompt-too-long']);
    // rag retrieves 300 besides: 700 + 300 + 100 with four turns, 500 + 300 + 100 with three
    expect(obstacles({ ...talk, turns: 4 }, ['rag'])).toEqual(['prompt-too-long']);
    expect(obstacles({ ...talk, turns: 3 }, ['rag'])).toEqual([undefined]);
  });

  test('of an agent the last step', () => {
    const agent = (steps: number) => ({
      question: text(100),
      answer: text(100),
      toolSteps: { steps, call: text(50), result: text(150) },
    });
    // 100 + 4 x 200 + 100 = 1,000
    expect(obstacles(agent(4))).toEqual([undefined]);
    expect(obstacles(agent(5))).toEqual(['prompt-too-long']);
  });
});

test('a call of another model than the one that answers must fit that model', () => {
  // what is asked has 200 tokens, and a.short holds 1,000
  const routed = (instruction: number, answer: number) =>
    compared(
      {
        paths: ['prompt-only', 'fine-tuning'],
        request: {
          question: { tokens: 200 },
          answer: { tokens: 100 },
          router: { modelId: 'a.short', instruction: { tokens: instruction }, answer: { tokens: answer } },
        },
      },
      ['a.large'],
    ).matrix.map(({ cells }) => cells[0]?.obstacle);
  expect(routed(790, 10)).toEqual([undefined, undefined]);
  expect(routed(791, 10)).toEqual(['other-call-too-long', 'other-call-too-long']);

  const listed = (inputTokens: number) =>
    compared(
      {
        paths: ['prompt-only'],
        request: undefined,
        inference: {
          modelId: 'a.large',
          calls: [
            { name: 'check', modelId: 'a.short', callsPerRequest: 1, inputTokens, outputTokens: 10 },
            { name: 'answer', callsPerRequest: 1, inputTokens: 5_000, outputTokens: 100 },
          ],
        },
      },
      ['a.large', 'a.short'],
    ).matrix[0]?.cells.map(({ obstacle }) => obstacle);
  expect(listed(990)).toEqual([undefined, 'prompt-too-long']);
  expect(listed(991)).toEqual(['other-call-too-long', 'prompt-too-long']);
});

test('a long call of a large model is nothing to the small one that answers', () => {
  const { matrix } = compared(
    {
      paths: ['prompt-only'],
      request: undefined,
      inference: {
        calls: [
          { name: 'read', modelId: 'a.large', callsPerRequest: 1, inputTokens: 50_000, outputTokens: 10 },
          { name: 'answer', callsPerRequest: 1, inputTokens: 500, outputTokens: 100 },
        ],
      },
    },
    ['a.short'],
  );
  expect(matrix[0]?.cells.map(({ obstacle }) => obstacle)).toEqual([undefined]);
});

test('the same text is more tokens for a model that cuts it finer', () => {
  const { matrix } = compared({ paths: ['prompt-only'] }, ['a.large', 'a.dense']);
  const tokens = matrix[0]?.cells.map(({ priced }) => priced?.estimate.flows[0]?.millionTokens);
  expect(tokens).toEqual([1_000, 1_500]);
});

test('of a model that thinks unasked the cost is unknown until somebody says how much', () => {
  const priced = (changes: Partial<Workload>) =>
    compared({ paths: ['prompt-only'], ...changes }, ['a.thinker']).matrix[0]?.cells[0]?.priced?.estimate;
  expect(priced({})).toMatchObject({ missing: ['request.thinkingTokens'], monthly: { usd: null } });
  const request = { ...WORKLOAD.request, thinkingTokens: 100 } as Workload['request'];
  // a quarter of $2 and $8: 1,000M and 200M tokens
  expect(priced({ request })?.monthly.usd).toBeCloseTo(1_000 * 0.5 + 200 * 2, 9);
});

test('of a model that thinks on request none is counted, and the estimate notes it', () => {
  const notes = (thinking: 'on-request' | 'none' | null, changes: Partial<Workload> = {}): readonly string[] => {
    const estimate = { ...estimatePath('prompt-only', WORKLOAD, BOOK, CATALOGUE), notes: [] };
    const entry = CATALOGUE.models['a.large'];
    if (entry === undefined) throw new Error('the catalogue of this test has a.large');
    const models = { ...CATALOGUE.models, 'a.large': { ...entry, thinking } };
    return withThinking(estimate, 'a.large', { ...WORKLOAD, ...changes }, { ...CATALOGUE, models }).notes;
  };
  expect(notes('on-request')).toEqual(['thinking-on-request']);
  expect(notes(null)).toEqual(['thinking-unknown']);
  expect(notes('none')).toEqual([]);
  const said = { ...WORKLOAD.request, thinkingTokens: 0 } as Workload['request'];
  expect(notes('on-request', { request: said })).toEqual([]);
  // tokens that were counted of the model itself have its thought in them
  const counted = { modelId: 'a.large', inputTokensPerRequest: 1, outputTokensPerRequest: 1 };
  expect(notes('on-request', { request: undefined, inference: counted })).toEqual([]);
  expect(notes('on-request', { request: undefined, inference: { ...counted, modelId: 'a.other' } })).toEqual([
    'thinking-on-request',
  ]);
});

test('attempts and months are assumed where nobody says them, and said to be', () => {
  const tuned = rowOf(compared(), 'fine-tuning', 'reference').priced;
  expect(tuned?.assumptions).toEqual([
    { field: 'attempts', value: 3 },
    { field: 'lifeMonths', value: 12 },
  ]);
  // three runs of 3M tokens at $4
  expect(tuned?.estimate.oneTime.usd).toBeCloseTo(36, 9);
  const told = rowOf(compared({ attempts: 1, lifeMonths: 6 }), 'fine-tuning', 'reference').priced;
  expect(told?.assumptions).toEqual([]);
  expect(told?.overLifeUsd).toBeCloseTo((told?.estimate.monthly.usd ?? NaN) + 12 / 6, 9);
});

test('a model that cannot write the answer is no candidate, whatever thought it needs', () => {
  const obstacles = (answer: number, thinkingTokens: number) =>
    compared(
      {
        paths: ['prompt-only'],
        request: { question: { tokens: 10 }, answer: { tokens: answer }, thinkingTokens },
      },
      ['a.large', 'a.thinker'],
    ).matrix[0]?.cells.map(({ obstacle }) => obstacle);
  // each writes 10,000 tokens at most, and one of them thinks
  expect(obstacles(10_000, 0)).toEqual([undefined, undefined]);
  expect(obstacles(10_001, 0)).toEqual(['answer-too-long', 'answer-too-long']);
  expect(obstacles(9_000, 2_000)).toEqual([undefined, 'answer-too-long']);
});

test('a model for which AWS takes no new customization job is tuned no more', () => {
  const { matrix } = compare(
    { ...WORKLOAD, paths: ['prompt-only', 'fine-tuning'] },
    { ...CONTEXT, catalogue: LEGACY },
    (path, workload) => ({ estimate: estimatePath(path, workload, BOOK, LEGACY), book: BOOK, workload }),
    ['a.small'],
  );
  expect(matrix.map(({ cells }) => cells[0]?.obstacle)).toEqual([undefined, 'no-new-tuning']);
});

test('a profile that a model is not offered through is replaced, and that is said', () => {
  const notes = (profileScope: 'us' | 'in-region') =>
    rowOf(compared({ inference: { modelId: 'a.large', profileScope } }), 'prompt-only', 'reference').priced?.estimate
      .notes;
  expect(notes('us')).toContain('profile-not-offered');
  expect(notes('in-region')).not.toContain('profile-not-offered');
});

test('a model is used until its base ends', () => {
  const models = { ...CATALOGUE.models };
  const large = models['a.large'];
  if (large === undefined) throw new Error('no model');
  models['a.large'] = { ...large, lifecycle: { status: 'legacy', endOfLife: '2027-03-30' } };
  const { rows } = compare(WORKLOAD, { ...CONTEXT, catalogue: { models } }, (path, workload) => ({
    estimate: estimatePath(path, workload, BOOK, { models }),
    book: BOOK,
    workload,
  }));
  // from 30 November on, four whole months
  expect(rows.find(({ path }) => path === 'fine-tuning')?.priced?.lifeMonths).toBe(4);
});

test('questions of an evaluation are asked of every attempt', () => {
  const evaluation = { questions: 1_000 };
  const tuned = rowOf(compared({ evaluation }), 'fine-tuning', 'reference').priced;
  // 36 of training, and 3 x 1,000 questions of 1,000 tokens at $2 and 100 at $8
  expect(tuned?.estimate.oneTime.usd).toBeCloseTo(36 + 3 * (2 + 0.8), 9);
});

test('what tuning must achieve is what it costs more', () => {
  const comparison = compared();
  const [tuned, untuned] = ['fine-tuning', 'prompt-only'].map((path) => rowOf(comparison, path, 'reference').priced);
  if (tuned === undefined || untuned === undefined) throw new Error('not priced');
  // $2 of storage and $36 over 12 months, at $2 for a million prompt tokens of a million requests
  expect(tuningTarget(tuned, untuned)).toEqual({
    moreUsdPerMonth: expect.closeTo(5, 9),
    promptTokensPerRequest: expect.closeTo(2.5, 9),
    retryShare: expect.closeTo(5 / 2_800, 12),
    acceptanceRatio: expect.closeTo(2_805 / 2_800, 12),
    paybackMonths: null,
  });
});

test('new knowledge is another run of a tuned model, and a changed prompt costs nothing', () => {
  const comparison = compared();
  const update = (path: string) => {
    const { priced } = rowOf(comparison, path, 'reference');
    return priced === undefined ? undefined : knowledgeUpdate(priced);
  };
  expect(update('prompt-only')).toEqual({ by: 'prompt', usd: 0, hours: null });
  // 3M tokens at $4, one run of the three
  expect(update('fine-tuning')).toEqual({ by: 'training', usd: 12, hours: null });
});

test('a path is compared with the model of the first kind of row', () => {
  expect(likeForLike('distillation', WORKLOAD, CONTEXT).distillation).toMatchObject({ studentModelId: 'a.small' });
  expect(likeForLike('rag', WORKLOAD, CONTEXT).rag?.inference).toMatchObject({ modelId: 'a.large' });
});

describe('whatever model and text', () => {
  test('a path without documents, training or hosting costs what prompt-only costs', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('a.large', 'a.small', 'a.dense', 'b.other'),
        fc.double({ min: 0, max: 50_000, noNaN: true }),
        fc.double({ min: 0, max: 5_000, noNaN: true }),
        fc.integer({ min: 1, max: 5 }),
        (modelId, question, answer, turns) => {
          const { matrix } = compared(
            {
              request: { question: { tokens: question }, answer: { tokens: answer }, turns },
              rag: {
                retrieval: { chunksPerRequest: 0, queryTokensPerRequest: 0 },
                vectorStore: { kind: 's3-vectors' },
              },
              parts: ['inference'],
              paths: ['prompt-only', 'rag'],
            },
            [modelId],
          );
          const [prompt, rag] = matrix.map(({ cells }) => cells[0]?.priced?.estimate.monthly.usd);
          return prompt === undefined ? rag === undefined : prompt === rag;
        },
      ),
      { numRuns: 100, seed: 20261130 },
    );
  });
});
