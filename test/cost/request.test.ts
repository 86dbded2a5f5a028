import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { ModelCatalogue } from '../../lib/catalogue/models.ts';
import { longestCallTokens, requestCalls, type Request } from '../../lib/cost/request.ts';
import { MODEL } from '../support/example-config.ts';

const measured = (factor: number) =>
  ({ factor, confidence: 'C', source: 'this test', date: '2026-11-30' }) as const satisfies object;

const CATALOGUE: ModelCatalogue = {
  models: {
    'a.plain': { ...MODEL, thinking: 'none' },
    'a.dense': { ...MODEL, thinking: 'none', tokensPerCounted: measured(1.25) },
    'a.banded': { ...MODEL, thinking: 'none', longPromptAboveTokens: 1_000 },
    'a.thinker': { ...MODEL, thinking: 'always' },
  },
};

const calls = (request: Request, modelId = 'a.plain', options: Partial<Parameters<typeof requestCalls>[1]> = {}) =>
  requestCalls(request, {
    catalogue: CATALOGUE,
    modelId,
    banded: true,
    retrievedTokens: 0,
    withExamples: true,
    ...options,
  });

const TALK: Request = {
  instruction: { characters: 400 },
  examples: { tokens: 200 },
  question: { text: 'What is it?'.padEnd(40, '!') },
  answer: { characters: 80 },
};

test('text is counted four characters a token, whichever way it is given', () => {
  // 100 + 200 + 10, and 20
  expect(calls(TALK)).toEqual([{ name: 'answer', callsPerRequest: 1, inputTokens: 310, outputTokens: 20 }]);
});

test('no count crosses models without a factor', () => {
  // a quarter more of everything
  expect(calls(TALK, 'a.dense')[0]).toMatchObject({ inputTokens: 387.5, outputTokens: 25 });
  // what the dense model counted is a fifth less for the plain one; characters are counted anew
  const counted = { ...TALK, countedWith: 'a.dense' };
  expect(calls(counted)[0]).toMatchObject({ inputTokens: 100 + 160 + 10, outputTokens: 20 });
  expect(calls(counted, 'a.dense')[0]).toMatchObject({ inputTokens: 125 + 200 + 12.5, outputTokens: 25 });
});

test('training data replace the examples and nothing else', () => {
  expect(calls(TALK, 'a.plain', { withExamples: false })[0]).toMatchObject({ inputTokens: 110, outputTokens: 20 });
});

test('every turn carries the questions and answers before it', () => {
  // turns of 310, 340 and 370 tokens: a request is one of them
  expect(calls({ ...TALK, turns: 3 })).toEqual([
    { name: 'answer', callsPerRequest: 1, inputTokens: 340, outputTokens: 20 },
  ]);
});

test('an agent sends the whole prompt again with every step', () => {
  const toolSteps = { steps: 2, call: { tokens: 30 }, result: { tokens: 70 } };
  // 310, 410 and 510 tokens in; 30, 30 and 20 out
  expect(calls({ ...TALK, toolSteps })).toEqual([
    { name: 'answer', callsPerRequest: 3, inputTokens: 410, outputTokens: 80 / 3 },
  ]);
});

test('turns on either side of the limit of a model are priced apart', () => {
  const long = { ...TALK, instruction: { tokens: 760 }, turns: 3 };
  // 970 and 1,000 tokens are usual, 1,030 are not
  expect(calls(long, 'a.banded')).toEqual([
    { name: 'answer', callsPerRequest: 2 / 3, inputTokens: 985, outputTokens: 20 },
    { name: 'answer', callsPerRequest: 1 / 3, inputTokens: 1_030, outputTokens: 20 },
  ]);
  // what is retrieved comes on top
  expect(calls(long, 'a.banded', { retrievedTokens: 31 })).toHaveLength(1);
  expect(calls(long, 'a.banded', { banded: false })).toHaveLength(1);
});

test('the longest call is the last step of the last turn, with its answer and what is retrieved', () => {
  const longest = (request: Request, retrievedTokens = 0, modelId = 'a.plain'): number =>
    longestCallTokens(request, { catalogue: CATALOGUE, modelId, banded: true, retrievedTokens, withExamples: true });
  const toolSteps = { steps: 2, call: { tokens: 30 }, result: { tokens: 70 } };
  expect(longest(TALK)).toBe(310 + 20);
  // two turns of 10 and 20 before it, two steps of 30 and 70, 40 retrieved
  expect(longest({ ...TALK, turns: 3, toolSteps }, 40)).toBe(310 + 2 * 30 + 2 * 100 + 40 + 20);
  expect(longest({ ...TALK, turns: 3 }, 40, 'a.dense')).toBe(1.25 * (310 + 2 * 30 + 40 + 20));
});

test('a router reads the question first, with tokens of its own', () => {
  const router = { modelId: 'a.dense', instruction: { tokens: 40 }, answer: { tokens: 4 } };
  expect(calls({ ...TALK, router })[0]).toEqual({
    name: 'router',
    modelId: 'a.dense',
    callsPerRequest: 1,
    // (40 + 10) x 1.25, and 4 x 1.25
    inputTokens: 62.5,
    outputTokens: 5,
  });
});

test('what stays the same is cached up to the part that is named', () => {
  expect(calls({ ...TALK, cache: { prefix: 'instruction' } })[0]?.cachedPrefixTokens).toBe(100);
  expect(calls({ ...TALK, cache: { prefix: 'examples' } })[0]?.cachedPrefixTokens).toBe(300);
});

test('thinking is output of models that think', () => {
  const request = { ...TALK, thinkingTokens: 500 };
  expect(calls(request, 'a.thinker')[0]?.outputTokens).toBe(520);
  expect(calls(request)[0]?.outputTokens).toBe(20);
});

describe('whatever a request is made of', () => {
  const size = fc.record({ tokens: fc.double({ min: 0, max: 5_000, noNaN: true }) });
  const aRequest: fc.Arbitrary<Request> = fc.record(
    {
      instruction: size,
      examples: size,
      context: size,
      history: size,
      question: size,
      answer: size,
      turns: fc.integer({ min: 1, max: 20 }),
      toolSteps: fc.record({ steps: fc.integer({ min: 0, max: 6 }), call: size, result: size }),
    },
    { requiredKeys: ['question', 'answer'] },
  );

  test('its calls are those of every turn and step, however they are billed', () => {
    fc.assert(
      fc.property(aRequest, fc.constantFrom('a.plain', 'a.banded'), (request, modelId) => {
        const tokens = (text: { tokens?: number | undefined } | undefined): number => text?.tokens ?? 0;
        const { turns = 1, toolSteps } = request;
        let [input, output, count] = [0, 0, 0];
        for (let turn = 0; turn < turns; turn++) {
          for (let step = 0; step <= (toolSteps?.steps ?? 0); step++) {
            count += 1;
            input +=
              tokens(request.instruction) +
              tokens(request.examples) +
              tokens(request.context) +
              tokens(request.history) +
              tokens(request.question) +
              turn * (tokens(request.question) + tokens(request.answer)) +
              step * (tokens(toolSteps?.call) + tokens(toolSteps?.result));
            output += step < (toolSteps?.steps ?? 0) ? tokens(toolSteps?.call) : tokens(request.answer);
          }
        }
        const found = calls(request, modelId);
        const sum = (of: (call: (typeof found)[number]) => number): number =>
          found.reduce((all, call) => all + call.callsPerRequest * of(call), 0);
        expect(sum(() => 1)).toBeCloseTo(count / turns, 9);
        expect(sum(({ inputTokens }) => inputTokens) * turns).toBeCloseTo(input, 3);
        expect(sum(({ outputTokens }) => outputTokens) * turns).toBeCloseTo(output, 3);
      }),
      { numRuns: 150, seed: 20261130 },
    );
  });
});
