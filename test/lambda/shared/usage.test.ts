import { expect, test } from '@jest/globals';
import { tokenUsageOf } from '../../../lambda/shared/usage.ts';

test('cache counts that the model leaves out are zero, because nothing was cached', () => {
  expect(tokenUsageOf({ inputTokens: 12, outputTokens: 3 })).toEqual({
    inputTokens: 12,
    outputTokens: 3,
    cacheReadInputTokens: 0,
    cacheWriteInputTokens: 0,
  });
});

test.each([
  ['no usage at all', undefined],
  ['no input count', { outputTokens: 3 }],
  ['no output count', { inputTokens: 12 }],
  ['a negative count', { inputTokens: -1, outputTokens: 3 }],
  ['a broken count', { inputTokens: Number.NaN, outputTokens: 3 }],
  ['a fraction of a token', { inputTokens: 1.5, outputTokens: 3 }],
])('%s is an error, never zero tokens', (_, usage) => {
  expect(() => tokenUsageOf(usage)).toThrow('what the answer cost cannot be known');
});
