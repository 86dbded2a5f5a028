import { expect, test } from '@jest/globals';
import { tokensPerRequest, type TokenFlow } from '../../lib/cost/token-flow.ts';

const flow = (call: string, tokenClass: TokenFlow['tokenClass'], millionTokens: number | null): TokenFlow => ({
  call,
  tokenClass,
  millionTokens,
  seller: null,
  sold: [],
});

test('the tokens of a request are those of all its calls', () => {
  // (300M + 20M) / 100,000 = 3,200 in; 25M / 100,000 = 250 out
  const flows = [flow('answer', 'prompt', 300), flow('router', 'prompt', 20), flow('answer', 'answer', 25)];
  expect(tokensPerRequest(flows, 100_000)).toEqual({ prompt: 3_200, answer: 250 });
});

test('an unknown call, no call and no request leave them unknown', () => {
  expect(tokensPerRequest([flow('answer', 'prompt', 300), flow('router', 'prompt', null)], 100)).toEqual({
    prompt: null,
    answer: null,
  });
  expect(tokensPerRequest([flow('answer', 'prompt', 300)], 0).prompt).toBeNull();
  expect(tokensPerRequest([flow('answer', 'prompt', 300)], undefined).prompt).toBeNull();
});
