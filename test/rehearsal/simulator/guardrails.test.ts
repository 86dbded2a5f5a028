import { expect, test } from '@jest/globals';
import { startSimulator, virtualClock, type SimulatedGuardrail } from '../../../lib/rehearsal/simulator/index.ts';
import { ACCOUNT, CATALOGUE, PRICES, REGION, TOKEN } from './fixture.ts';

const GUARDRAIL: SimulatedGuardrail = {
  id: 'abc123',
  version: '1',
  policies: ['content', 'topics'],
  blocks: ['forbidden fruit', 'simulated answer] For'],
  blockedMessage: 'This cannot be answered.',
};

interface Reply {
  readonly stopReason: string;
  readonly output: { readonly message: { readonly content: readonly { readonly text: string }[] } };
  readonly usage: { readonly inputTokens: number; readonly outputTokens: number };
  readonly trace?: unknown;
}

/** Asks once, and returns the answer with what it used. */
async function asked(content: unknown[], version = '1') {
  const simulator = await startSimulator({
    runToken: TOKEN,
    region: REGION,
    accountId: ACCOUNT,
    clock: virtualClock(new Date('2026-11-30T12:00:00Z')),
    prices: PRICES,
    models: CATALOGUE,
    guardrails: [GUARDRAIL],
  });
  const response = await fetch(`${simulator.url}/model/acme.old-v1%3A0/converse`, {
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
  const reply = (await response.json()) as Reply;
  const units = Object.fromEntries(
    simulator.control.calls().flatMap(({ usage }) => usage.map(({ priceId, quantity }) => [priceId, quantity])),
  );
  await simulator.close();
  return { status: response.status, reply, units };
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
  const { status, reply } = await asked([{ text: 'Hi' }], '2');
  expect([status, reply]).toEqual([400, { message: expect.stringMatching(/identifier or version.*does not exist/) }]);
});
