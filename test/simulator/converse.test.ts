import { ConverseCommand, ConverseStreamCommand, type ConverseCommandInput } from '@aws-sdk/client-bedrock-runtime';
import { expect, test } from '@jest/globals';
import { SIMULATED_ANSWER_LABEL } from '../../lib/simulator/answer.ts';
import { countTokens } from '../../lib/simulator/tokens.ts';
import { createProfile, errorOf, signedHeaders, testBed, type TestBed } from '../support/simulator-bed.ts';
import { ACCOUNT, CATALOGUE, MODEL, REGION } from '../support/simulator.ts';

const ask = (modelId: string, input: Partial<ConverseCommandInput> = {}): ConverseCommand =>
  new ConverseCommand({
    modelId,
    messages: [{ role: 'user', content: [{ text: 'How do I encrypt an SQS queue with my own key?' }] }],
    ...input,
  });

async function answered({ runtime }: TestBed, command: ConverseCommand) {
  const { output, ...rest } = await runtime.send(command);
  return { text: output?.message?.content?.[0]?.text ?? '', ...rest };
}

test('Converse through an application inference profile answers with a labelled text and token counts', async () => {
  const bed = await testBed();
  const profile = await createProfile(bed);
  const { text, stopReason, usage, metrics, serviceTier, $metadata } = await answered(bed, ask(profile));
  expect(text.startsWith(SIMULATED_ANSWER_LABEL)).toBe(true);
  expect(stopReason).toBe('end_turn');
  // 4 for the frame of the message, 13 pieces: How do I encrypt an SQS queue with my own key ? (encrypt is 7 letters)
  const inputTokens = 4 + countTokens('How do I encrypt an SQS queue with my own key?');
  expect(usage).toMatchObject({
    inputTokens,
    outputTokens: countTokens(text),
    totalTokens: inputTokens + countTokens(text),
    cacheReadInputTokens: 0,
    cacheWriteInputTokens: 0,
  });
  expect(metrics?.latencyMs).toBeGreaterThan(100);
  expect(serviceTier).toEqual({ type: 'default' });
  expect($metadata.requestId).toMatch(/^[0-9a-f-]{36}$/);
});

test('the same request gets the same answer, another question another one', async () => {
  const bed = await testBed();
  const profile = await createProfile(bed);
  const first = await answered(bed, ask(profile));
  const again = await answered(bed, ask(profile));
  const other = await answered(
    bed,
    ask(profile, { messages: [{ role: 'user', content: [{ text: 'What is a DLQ?' }] }] }),
  );
  expect(again.text).toBe(first.text);
  expect(again.metrics).toEqual(first.metrics);
  expect(other.text).not.toBe(first.text);
});

test('an answer ends at maxTokens, and is the head of the whole answer', async () => {
  const bed = await testBed();
  const profile = await createProfile(bed);
  const whole = await answered(bed, ask(profile));
  const cut = await answered(bed, ask(profile, { inferenceConfig: { maxTokens: 9 } }));
  expect(cut).toMatchObject({ stopReason: 'max_tokens', usage: { outputTokens: 9 } });
  expect(whole.text.startsWith(cut.text)).toBe(true);
});

test('an answer ends before a stop sequence', async () => {
  const bed = await testBed();
  const profile = await createProfile(bed);
  const { text, stopReason } = await answered(bed, ask(profile, { inferenceConfig: { stopSequences: [' answer]'] } }));
  expect(text).toBe('[simulated');
  expect(stopReason).toBe('stop_sequence');
});

test('an answer to a schema is an instance of it', async () => {
  const bed = await testBed();
  const profile = await createProfile(bed);
  const schema = JSON.stringify({
    type: 'object',
    properties: {
      answer: { type: 'string' },
      confidence: { enum: ['low', 'high'] },
      score: { type: 'integer', minimum: 3 },
    },
    required: ['answer', 'confidence', 'score'],
    additionalProperties: false,
  });
  const { text } = await answered(
    bed,
    ask(profile, {
      outputConfig: { textFormat: { type: 'json_schema', structure: { jsonSchema: { name: 'a', schema } } } },
    }),
  );
  const { answer, confidence, ...rest } = JSON.parse(text) as Record<string, unknown>;
  expect(answer).toContain(SIMULATED_ANSWER_LABEL);
  expect(['low', 'high']).toContain(confidence);
  expect(rest).toEqual({ score: 3 });
});

test('the tier that was asked for is echoed and makes the answer slower', async () => {
  const bed = await testBed();
  const profile = await createProfile(bed);
  const standard = await answered(bed, ask(profile));
  const flex = await answered(bed, ask(profile, { serviceTier: { type: 'flex' } }));
  expect(flex.serviceTier).toEqual({ type: 'flex' });
  const latency = (reply: typeof standard): number => reply.metrics?.latencyMs ?? 0;
  expect(latency(flex)).toBeGreaterThan(latency(standard));
});

test('a stream delivers the answer of Converse piece by piece, while it is still being sent', async () => {
  const bed = await testBed();
  const profile = await createProfile(bed);
  const whole = await answered(bed, ask(profile));
  const { stream } = await bed.runtime.send(new ConverseStreamCommand(ask(profile).input));
  const kinds: string[] = [];
  const arrivals: number[] = [];
  let text = '';
  let metadata: unknown;
  for await (const event of stream ?? []) {
    kinds.push(...Object.keys(event).slice(0, 1));
    if (event.contentBlockDelta !== undefined) arrivals.push(performance.now());
    text += event.contentBlockDelta?.delta?.text ?? '';
    metadata = event.metadata ?? metadata;
    // nothing is recorded before the last piece is sent: the first pieces came while the answer was under way
    if (arrivals.length === 1) expect(bed.simulator.control.calls()).toHaveLength(1);
  }
  expect(text).toBe(whole.text);
  expect([kinds[0], ...kinds.slice(-3)]).toEqual(['messageStart', 'contentBlockStop', 'messageStop', 'metadata']);
  expect(arrivals.length).toBeGreaterThan(5);
  expect((arrivals.at(-1) ?? 0) - (arrivals[0] ?? 0)).toBeGreaterThan(3);
  expect(metadata).toMatchObject({ usage: whole.usage, metrics: whole.metrics, serviceTier: { type: 'default' } });
});

test('a caller that hangs up pays for the input and the pieces that were sent', async () => {
  const bed = await testBed();
  const profile = await createProfile(bed);
  const { usage } = await answered(bed, ask(profile));
  const hangUp = new AbortController();
  const response = await fetch(`${bed.simulator.url}/model/${encodeURIComponent(profile)}/converse-stream`, {
    method: 'POST',
    headers: signedHeaders(),
    body: JSON.stringify({ messages: ask(profile).input.messages }),
    signal: hangUp.signal,
  });
  const reader = response.body?.getReader();
  for (let reads = 0; reads < 3; reads++) await reader?.read();
  hangUp.abort();
  while (bed.simulator.control.calls().length < 2) await new Promise((resolve) => setTimeout(resolve, 2));
  const [, call] = bed.simulator.control.calls();
  expect(call?.inputTokens).toBe(usage?.inputTokens);
  expect(call?.outputTokens).toBeGreaterThan(0);
  expect(call?.outputTokens).toBeLessThan(usage?.outputTokens ?? 0);
});

test('a marked prefix is written to the cache once, read until it expires, and lives longer with every hit', async () => {
  const bed = await testBed();
  const profile = await createProfile(bed);
  const system = [{ text: 'Answer about queues. '.repeat(40) }, { cachePoint: { type: 'default' as const } }];
  const prefix = 4 + countTokens('Answer about queues. '.repeat(40));
  const usageOf = async () => (await answered(bed, ask(profile, { system }))).usage;
  expect(prefix).toBeGreaterThan(100);
  const first = await usageOf();
  expect(first).toMatchObject({
    cacheReadInputTokens: 0,
    cacheWriteInputTokens: prefix,
    cacheDetails: [{ ttl: '5m', inputTokens: prefix }],
  });
  bed.clock.advanceBy(4 * 60_000);
  expect(await usageOf()).toMatchObject({ cacheReadInputTokens: prefix, cacheWriteInputTokens: 0 });
  bed.clock.advanceBy(4 * 60_000);
  const third = await usageOf();
  expect(third).toMatchObject({ cacheReadInputTokens: prefix, inputTokens: first?.inputTokens });
  expect(third?.totalTokens).toBe(first?.totalTokens);
  bed.clock.advanceBy(5 * 60_000);
  expect(await usageOf()).toMatchObject({ cacheReadInputTokens: 0, cacheWriteInputTokens: prefix });
});

test('a prefix below the minimum of the model is not cached, without a word', async () => {
  const bed = await testBed();
  const profile = await createProfile(bed);
  const { usage } = await answered(
    bed,
    ask(profile, { system: [{ text: 'Answer shortly.' }, { cachePoint: { type: 'default' } }] }),
  );
  expect(usage).toMatchObject({ cacheReadInputTokens: 0, cacheWriteInputTokens: 0 });
});

const PROFILE_ARN = `arn:aws:bedrock:${REGION}:${ACCOUNT}:application-inference-profile`;

test.each([
  ['an unknown model', 'acme.unknown-v1:0', 'ValidationException', 400, /provided model identifier is invalid/],
  ['a model that needs a profile', MODEL, 'ValidationException', 400, /on-demand throughput isn’t supported/],
  ['an unknown profile', `${PROFILE_ARN}/aaaaaaaaaaaa`, 'ResourceNotFoundException', 404, /could not be found/],
  [
    'a profile of another Region',
    `${PROFILE_ARN.replace(REGION, 'eu-west-1')}/aaaaaaaaaaaa`,
    'ValidationException',
    400,
    /identifier is invalid/,
  ],
  [
    'a profile of another account',
    `${PROFILE_ARN.replace(ACCOUNT, '210987654321')}/aaaaaaaaaaaa`,
    'AccessDeniedException',
    403,
    /not allowed/,
  ],
  ['a system profile of another geography', `eu.${MODEL}`, 'ValidationException', 400, /identifier is invalid/],
  ['an embedding model', 'acme.embed-v1:0', 'ValidationException', 400, /doesn't support the Converse operation/],
])('Converse refuses %s', async (_, modelId, name, status, message) => {
  const bed = await testBed();
  const error = await errorOf(bed.runtime.send(ask(modelId)));
  expect(error).toMatchObject({ name, message: expect.stringMatching(message) });
  expect(error.$metadata?.httpStatusCode).toBe(status);
  expect(bed.simulator.control.calls()).toEqual([]);
});

test('an application profile is called by its ARN, not by its id', async () => {
  const bed = await testBed();
  const profile = await createProfile(bed);
  const error = await errorOf(bed.runtime.send(ask(profile.split('/')[1] ?? '')));
  expect(error.message).toBe('The provided model identifier is invalid.');
});

test('a model answers until its end of life, on the virtual clock', async () => {
  const bed = await testBed();
  await expect(answered(bed, ask('acme.old-v1:0'))).resolves.toMatchObject({ stopReason: 'end_turn' });
  bed.clock.advanceTo(new Date('2026-12-15T00:00:00Z'));
  await expect(errorOf(bed.runtime.send(ask('acme.old-v1:0')))).resolves.toMatchObject({
    name: 'ResourceNotFoundException',
  });
});

const user = (text: string) => ({ role: 'user' as const, content: [{ text }] });

test.each<[string, Partial<ConverseCommandInput>, RegExp]>([
  ['no messages', { messages: undefined }, /'messages' failed to satisfy constraint: Member must not be null/],
  [
    'a conversation that the assistant begins',
    { messages: [{ role: 'assistant', content: [{ text: 'Hi' }] }] },
    /must start with a user message/,
  ],
  ['two questions in a row', { messages: [user('a'), user('b')] }, /must alternate/],
  [
    'an empty message',
    { messages: [{ role: 'user', content: [] }] },
    /content field in the Message object at messages.0 is empty/,
  ],
  ['a blank text', { messages: [user(' ')] }, /text field in the ContentBlock object at messages.0.content.0 is blank/],
  [
    'too hot',
    { inferenceConfig: { temperature: 1.5 } },
    /'1.5' at 'inferenceConfig.temperature'.*less than or equal to 1/,
  ],
  ['a negative topP', { inferenceConfig: { topP: -0.1 } }, /'inferenceConfig.topP'.*greater than or equal to 0/],
  [
    'maxTokens of zero',
    { inferenceConfig: { maxTokens: 0 } },
    /'inferenceConfig.maxTokens'.*greater than or equal to 1/,
  ],
  ['more tokens than the model writes', { inferenceConfig: { maxTokens: 1001 } }, /exceeds the model limit of 1000/],
  ['an empty stop sequence', { inferenceConfig: { stopSequences: [''] } }, /stopSequences.1.member/],
  [
    'an unknown tier',
    { serviceTier: { type: 'express' as 'flex' } },
    /enum value set: \[priority, default, flex, reserved\]/,
  ],
  [
    'a guardrail that does not exist',
    { guardrailConfig: { guardrailIdentifier: 'abc', guardrailVersion: '1' } },
    /does not exist/,
  ],
  [
    'five cache points',
    { system: Array.from({ length: 5 }, () => [{ text: 'a' }, { cachePoint: { type: 'default' as const } }]).flat() },
    /maximum of 4 cache points/,
  ],
  [
    'a tool',
    { toolConfig: { tools: [{ toolSpec: { name: 'x', inputSchema: { json: {} } } }] } },
    /does not play toolConfig/,
  ],
])('Converse refuses %s', async (_, input, message) => {
  const bed = await testBed();
  const profile = await createProfile(bed);
  const error = await errorOf(bed.runtime.send(ask(profile, input)));
  expect(error).toMatchObject({ name: 'ValidationException', message: expect.stringMatching(message) });
});

test.each<[string, Partial<ConverseCommandInput>, string, RegExp]>([
  [
    'caching',
    { system: [{ text: 'a' }, { cachePoint: { type: 'default' } }] },
    'AccessDeniedException',
    /did not allow prompt caching/,
  ],
  ['a tier', { serviceTier: { type: 'flex' } }, 'ValidationException', /does not support the service tier flex/],
  [
    'temperature with topP',
    { inferenceConfig: { temperature: 0, topP: 1 } },
    'ValidationException',
    /cannot both be specified/,
  ],
  [
    'a schema',
    { outputConfig: { textFormat: { type: 'json_schema', structure: { jsonSchema: { schema: '{}' } } } } },
    'ValidationException',
    /does not support the outputConfig.textFormat/,
  ],
])('a model that lacks %s refuses it', async (_, input, name, message) => {
  const bed = await testBed();
  const error = await errorOf(bed.runtime.send(ask('acme.local-v1:0', input)));
  expect(error).toMatchObject({ name, message: expect.stringMatching(message) });
});

/** As public reports quote them: of the maker that answers so itself, and of Converse for all others. */
test.each([
  [
    'Anthropic',
    { temperature: 0 },
    'The model returned the following errors: `temperature` is deprecated for this model.',
  ],
  ['Anthropic', { topP: 1 }, 'The model returned the following errors: `top_p` is deprecated for this model.'],
  [
    'Acme',
    { temperature: 0, topP: 1 },
    "This model doesn't support the temperature field. Remove temperature and try again.",
  ],
  ['Acme', { topP: 1 }, "This model doesn't support the topP field. Remove topP and try again."],
])(
  'a model of %s that takes no sampling settings refuses %j in the words of AWS',
  async (provider, config, message) => {
    const local = CATALOGUE.models['acme.local-v1:0'];
    if (local === undefined) throw new Error('the fixture has no such model');
    const models = { models: { 'acme.local-v1:0': { ...local, provider, sampling: 'none' as const } } };
    const bed = await testBed({ models });
    const error = await errorOf(bed.runtime.send(ask('acme.local-v1:0', { inferenceConfig: config })));
    expect(error).toMatchObject({ name: 'ValidationException', message });
    expect((await bed.runtime.send(ask('acme.local-v1:0'))).output).toBeDefined();
  },
);
