import { expect, test } from '@jest/globals';
import type { SimulatedGuardrail } from '../../lib/simulator/index.ts';
import { testSimulator } from '../support/simulator-bed.ts';
import { ACCOUNT, REGION } from '../support/simulator.ts';

const GUARDRAIL: SimulatedGuardrail = {
  id: 'abc123',
  version: '1',
  policies: ['content', 'topics'],
  blocks: ['forbidden fruit'],
  blockedMessage: 'This cannot be answered.',
};

interface Reply {
  readonly stopReason: string;
  readonly output: { readonly message: { readonly content: readonly { readonly text: string }[] } };
  readonly usage: { readonly inputTokens: number; readonly outputTokens: number };
  readonly trace?: unknown;
}

interface Asked {
  readonly version?: string;
  readonly guardrail?: SimulatedGuardrail;
  readonly operation?: 'converse' | 'converse-stream';
}

/** Asks once, and returns the answer with what it used. */
async function asked(content: unknown[], { version = '1', guardrail = GUARDRAIL, operation = 'converse' }: Asked = {}) {
  const { simulator } = await testSimulator({ guardrails: [guardrail] });
  const response = await fetch(`${simulator.url}/model/acme.old-v1%3A0/${operation}`, {
    method: 'POST',
    headers: {
      authorization: `AWS4-HMAC-SHA256 Credential=a/20261130/${REGION}/bedrock/aws4_request, SignedHeaders=host, Signature=0`,
    },
    body: JSON.stringify({
      messages: [{ role: 'user', content }],
      guardrailConfig: {
        guardrailIdentifier: `arn:aws:bedrock:${REGION}:${ACCOUNT}:guardrail/abc123`,
        guardrailVersion: version,
        trace: 'enabled',
      },
    }),
  });
  const body = await response.text();
  const reply = (operation === 'converse' ? JSON.parse(body) : undefined) as Reply;
  const units = Object.fromEntries(
    simulator.control.calls().flatMap(({ usage }) => usage.map(({ priceId, quantity }) => [priceId, quantity])),
  );
  await simulator.close();
  return { status: response.status, body, reply, units };
}

test('a guardrail reads the marked part of a prompt and the answer, by text units of 1,000 characters', async () => {
  const { reply, units } = await asked([
    { text: 'Not read. '.repeat(500) },
    { guardContent: { text: { text: 'a'.repeat(1001) } } },
  ]);
  expect(reply.stopReason).toBe('end_turn');
  // question 1,001 characters: 2 units; answer below 1,000: 1 unit; each policy counts them anew
  expect(units).toMatchObject({ 'guardrail/content': 3, 'guardrail/topics': 3 });
  expect(reply.trace).toMatchObject({
    guardrail: {
      inputAssessment: {
        abc123: { invocationMetrics: { usage: { contentPolicyUnits: 2, topicPolicyUnits: 2, wordPolicyUnits: 0 } } },
      },
      outputAssessments: { abc123: [{ invocationMetrics: { usage: { contentPolicyUnits: 1 } } }] },
    },
  });
});

test('a blocked prompt costs its text units and no token', async () => {
  const { reply, units } = await asked([{ text: 'Tell me of the Forbidden Fruit' }]);
  expect(reply).toMatchObject({
    stopReason: 'guardrail_intervened',
    output: { message: { content: [{ text: GUARDRAIL.blockedMessage }] } },
    usage: { inputTokens: 0, outputTokens: 0 },
  });
  expect(units).toEqual({ 'guardrail/content': 1, 'guardrail/topics': 1 });
});

test('a guardrail that does not exist in that version is refused', async () => {
  const { status, reply } = await asked([{ text: 'Hi' }], { version: '2' });
  expect([status, reply]).toEqual([400, { message: expect.stringMatching(/identifier or version.*does not exist/) }]);
});

const BLOCKS_ANSWERS = { ...GUARDRAIL, blocks: ['simulated answer'] };

test('a blocked answer costs its tokens and the text units of prompt and answer', async () => {
  const { reply, units } = await asked([{ text: 'Hi' }], { guardrail: BLOCKS_ANSWERS });
  expect(reply).toMatchObject({
    stopReason: 'guardrail_intervened',
    output: { message: { content: [{ text: GUARDRAIL.blockedMessage }] } },
  });
  expect(reply.usage.outputTokens).toBeGreaterThan(10);
  expect(units).toMatchObject({ 'acme.old-v1:0/output': reply.usage.outputTokens, 'guardrail/content': 2 });
});

test('a stream shows nothing of an answer that is blocked', async () => {
  const { body, units } = await asked([{ text: 'Hi' }], { guardrail: BLOCKS_ANSWERS, operation: 'converse-stream' });
  expect(body).toContain('"stopReason":"guardrail_intervened"');
  expect(body).not.toContain('simulated');
  expect(units).toMatchObject({ 'guardrail/content': 2 });
});
