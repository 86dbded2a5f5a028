import { expect, test } from '@jest/globals';
import { SIMULATED_ANSWER_LABEL, simulatedAnswer } from '../../lib/simulator/answer.ts';
import type { ConverseRequest } from '../../lib/simulator/converse-request.ts';
import { countTokens } from '../../lib/simulator/tokens.ts';
import { MODEL } from '../support/simulator.ts';

const request = (text: string, schema?: unknown): ConverseRequest => ({
  system: [],
  turns: [{ role: 'user', blocks: [{ kind: 'text', text, guarded: false }] }],
  maxTokens: undefined,
  temperature: undefined,
  topP: undefined,
  stopSequences: [],
  tier: 'standard',
  serviceTier: undefined,
  guardrail: undefined,
  format: schema === undefined ? undefined : { schema },
});

const PASSAGES = `<passage id="p1">Queues keep messages for four days. Encryption is on by default.</passage>
<passage id="p2" source="b.md">A dead-letter queue
collects messages that failed. It is another queue.</passage>
Which queue collects failed messages?`;

test('a closed-book answer speaks of the question, has a realistic length and says that it is simulated', () => {
  const questions = Array.from({ length: 40 }, (_, index) => `How do I change property${index} of a RestApi?`);
  const answers = questions.map((question) => simulatedAnswer(MODEL, request(question)));
  for (const [index, answer] of answers.entries()) {
    expect(answer.startsWith(SIMULATED_ANSWER_LABEL)).toBe(true);
    expect(answer).toMatch(new RegExp(`property${index}|RestApi|change`));
  }
  const lengths = answers.map(countTokens);
  expect(Math.min(...lengths)).toBeGreaterThan(20);
  expect(Math.max(...lengths)).toBeLessThan(200);
  expect(new Set(lengths).size).toBeGreaterThan(10);
});

test('an answer to passages is taken from them and cites them', () => {
  const answer = simulatedAnswer(MODEL, request(PASSAGES));
  expect(answer).toContain('A dead-letter queue collects messages that failed. [p2]');
  expect(answer).not.toContain('Encryption');
});

test('passages that share nothing with the question answer nothing', () => {
  const answer = simulatedAnswer(MODEL, request('<document id="d1">Cats sleep.</document>\nWhere do ships sail?'));
  expect(answer).toBe(`${SIMULATED_ANSWER_LABEL} The passages do not answer the question.`);
});
