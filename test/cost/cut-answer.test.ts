import { expect, test } from '@jest/globals';
import type { ModelCatalogue } from '../../lib/catalogue/models.ts';
import type { Configured } from '../../lib/cost/configured.ts';
import { cutAnswer } from '../../lib/cost/cut-answer.ts';
import type { Workload } from '../../lib/cost/workload.ts';
import { PATHS } from '../../lib/paths.ts';
import { MODEL } from '../support/example-config.ts';

/** Of the same text one model makes half as many tokens again, and one thinks before it answers. */
const CATALOGUE: ModelCatalogue = {
  models: {
    'a.base': { ...MODEL, thinking: 'none' },
    'a.dense': {
      ...MODEL,
      thinking: 'none',
      tokensPerCounted: { factor: 1.5, confidence: 'C', source: 'this test', date: '2026-11-30' },
    },
    'a.thinker': { ...MODEL, thinking: 'always' },
  },
};

const CONFIGURED: Configured = {
  region: 'us-east-1',
  promptOnly: { modelId: 'a.base', profileScope: 'us', tier: {} },
  ragModel: { modelId: 'a.dense', profileScope: 'us', tier: {} },
  rag: undefined,
  fineTuning: { baseModelId: 'a.thinker' },
  continuedPretraining: undefined,
  distillation: { studentModelId: 'a.base' },
  maxTokens: Object.fromEntries(PATHS.map((path) => [path, 500])),
  stacks: {},
};

const asked = (answer: number, request: Partial<Workload['request']> = {}): Workload => ({
  request: { question: { tokens: 10 }, answer: { tokens: answer }, ...request },
});

const cut = (path: (typeof PATHS)[number], modelId: string | null, workload: Workload, configured = CONFIGURED) =>
  cutAnswer(path, modelId, workload, configured, CATALOGUE);

test('an answer longer than what the stack asks for is cut, in tokens of the model that is configured for the path', () => {
  expect(cut('prompt-only', 'a.base', asked(500))).toBeUndefined();
  expect(cut('prompt-only', 'a.base', asked(501))).toEqual({ answerTokens: 501, maxTokens: 500 });
  // 400 x 1.5
  expect(cut('rag', 'a.dense', asked(400))).toEqual({ answerTokens: 600, maxTokens: 500 });
  // 400 and 150 of thought
  expect(cut('fine-tuning', 'a.thinker', asked(400, { thinkingTokens: 150 }))?.answerTokens).toBe(550);
  expect(cut('distillation', 'a.base', asked(400, { thinkingTokens: 150 }))).toBeUndefined();
  expect(cut('continued-pretraining', null, asked(501))?.answerTokens).toBe(501);
});

test('the longest call counts, be it one of a tool', () => {
  const toolSteps = { steps: 2, call: { tokens: 700 }, result: { tokens: 10 } };
  expect(cut('prompt-only', 'a.base', asked(100, { toolSteps }))?.answerTokens).toBe(700);
});

test('figures in tokens are held against it too, and what the workload itself cuts is not', () => {
  const inference = { modelId: 'a.base', inputTokensPerRequest: 10, outputTokensPerRequest: 900 };
  expect(cut('prompt-only', 'a.base', { inference })?.answerTokens).toBe(900);
  expect(cut('prompt-only', 'a.base', { inference: { ...inference, outputTokenCap: 500 } })).toBeUndefined();
  expect(cut('prompt-only', 'a.base', { ...asked(900), inference: { outputTokenCap: 500 } })).toBeUndefined();
});

test('a model that the configuration does not answer with is not cut by it, nor one without a stack', () => {
  expect(cut('prompt-only', 'a.dense', asked(900))).toBeUndefined();
  expect(cut('rag', 'a.base', asked(900))).toBeUndefined();
  // the model of promptOnly answers from documents where no other is named
  expect(cut('rag', 'a.base', asked(900), { ...CONFIGURED, ragModel: undefined })?.answerTokens).toBe(900);
  expect(cut('prompt-only', 'a.base', asked(900), { ...CONFIGURED, maxTokens: {} })).toBeUndefined();
});
