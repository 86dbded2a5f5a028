import { expect, test } from '@jest/globals';
import { converseRequest, type InferenceSettings, type Prompt } from '../../../lambda/shared/converse-request.ts';

const PLAIN: InferenceSettings = { maxTokens: 100, stopSequences: [], serviceTier: 'standard', promptCaching: false };
const PROMPT: Prompt = { id: 'p/v1', system: 'Be short.', examples: [] };
const EXAMPLES = [{ question: 'old?', answer: 'yes' }];

const request = (inference: Partial<InferenceSettings> = {}, prompt: Partial<Prompt> = {}) =>
  converseRequest('new?', 'arn:profile', { ...PLAIN, ...inference }, { ...PROMPT, ...prompt });

test('a plain request sends the question, the prompt and always the longest answer, and nothing that is left to the model', () => {
  expect(request()).toEqual({
    modelId: 'arn:profile',
    system: [{ text: 'Be short.' }],
    messages: [{ role: 'user', content: [{ text: 'new?' }] }],
    inferenceConfig: { maxTokens: 100 },
  });
});

test('temperature and topP are sent where they are set, zero too', () => {
  expect(request({ temperature: 0, topP: 0.9, stopSequences: ['END'] }).inferenceConfig).toEqual({
    maxTokens: 100,
    temperature: 0,
    topP: 0.9,
    stopSequences: ['END'],
  });
});

test('examples come before the question as a conversation', () => {
  expect(request({}, { examples: EXAMPLES }).messages).toEqual([
    { role: 'user', content: [{ text: 'old?' }] },
    { role: 'assistant', content: [{ text: 'yes' }] },
    { role: 'user', content: [{ text: 'new?' }] },
  ]);
});

test('the cache point stands behind all that every request shares: the system prompt, or the last example', () => {
  const point = { cachePoint: { type: 'default' } };
  expect(request({ promptCaching: true }).system).toEqual([{ text: 'Be short.' }, point]);
  const withExamples = request({ promptCaching: true }, { examples: EXAMPLES });
  expect(withExamples.system).toEqual([{ text: 'Be short.' }]);
  expect(withExamples.messages?.[1]?.content).toEqual([{ text: 'yes' }, point]);
  expect(withExamples.messages?.[2]?.content).toEqual([{ text: 'new?' }]);
});

test('one request does not change the prompt of the next', () => {
  const prompt = { ...PROMPT, examples: EXAMPLES };
  const settings = { ...PLAIN, promptCaching: true };
  expect(converseRequest('new?', 'arn', settings, prompt)).toEqual(converseRequest('new?', 'arn', settings, prompt));
});

test.each(['flex', 'priority'] as const)('the tier %s is asked for by name', (serviceTier) => {
  expect(request({ serviceTier }).serviceTier).toEqual({ type: serviceTier });
});

test('a guardrail reads the question alone', () => {
  const guarded = request({ guardrail: { id: 'g1', version: '3' } });
  expect(guarded.guardrailConfig).toEqual({ guardrailIdentifier: 'g1', guardrailVersion: '3' });
  expect(guarded.messages?.at(-1)?.content).toEqual([{ guardContent: { text: { text: 'new?' } } }]);
});

test('structured output sends the schema as text, as the API wants it', () => {
  const schema = { type: 'object', properties: { answer: { type: 'string' } } };
  expect(request({}, { outputSchema: { name: 'answer', schema } }).outputConfig).toEqual({
    textFormat: {
      type: 'json_schema',
      structure: { jsonSchema: { name: 'answer', schema: JSON.stringify(schema) } },
    },
  });
});
