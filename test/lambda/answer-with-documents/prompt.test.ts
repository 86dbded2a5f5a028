import { expect, test } from '@jest/globals';
import { groundedRequest } from '../../../lambda/answer-with-documents/prompt.ts';
import { tokensOfText } from '../../../lib/catalogue/text-tokens.ts';
import { GROUNDING } from '../../../lib/cost/configured.ts';

const INFERENCE = {
  maxTokens: 100,
  stopSequences: [],
  serviceTier: 'standard',
  promptCaching: false,
} as const;

test('an estimate counts as many tokens of rules and marks as the function sends', () => {
  const system = 'Be brief.';
  const text = 'A lake is water.';
  const passage = { id: 'p1', text, document: 's3://documents/a.md', chunk: null, score: 1 };
  const request = groundedRequest('Is it?', [passage], 'arn', INFERENCE, { id: 'a/v1', system, examples: [] }, false);
  const [sent] = request.system ?? [];
  expect(sent?.text?.startsWith(system)).toBe(true);
  expect(tokensOfText(sent?.text?.slice(system.length) ?? '')).toBe(GROUNDING.rulesTokens);
  const [element] = request.messages?.at(-1)?.content ?? [];
  expect(tokensOfText(element?.text?.replace(text, '') ?? '')).toBe(GROUNDING.tokensPerPassage);
});
