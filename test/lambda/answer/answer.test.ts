import {
  BedrockRuntimeClient,
  ConverseCommand,
  ConverseStreamCommand,
  type ConverseCommandOutput,
  type ConverseStreamOutput,
} from '@aws-sdk/client-bedrock-runtime';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { mockClient } from 'aws-sdk-client-mock';
import { Writable } from 'node:stream';
import { baseModelPath } from '../../../lambda/answer/answer.ts';
import type { AnswerResponse, ErrorResponse } from '../../../lambda/shared/contract.ts';
import { respond } from '../../../lambda/shared/respond.ts';
import type { AnswerSettings } from '../../../lambda/shared/settings.ts';
import { sdkError, virtualPace } from '../../support/pace.ts';

const bedrock = mockClient(BedrockRuntimeClient);

const SETTINGS: AnswerSettings = {
  inference: { maxTokens: 100, stopSequences: [], serviceTier: 'standard', promptCaching: false },
  usdPerMillionTokens: { input: 2, output: 10, cacheRead: 0.5, cacheWrite: null },
  maxQuestionCharacters: 100,
  requestDeadlineSeconds: 20,
  logPrompts: false,
};
const USAGE = { inputTokens: 1_000, outputTokens: 200, totalTokens: 1_200 };
const WHOLE: ConverseCommandOutput = {
  $metadata: {},
  output: { message: { role: 'assistant', content: [{ text: 'Because' }, { text: ' so.' }] } },
  stopReason: 'end_turn',
  usage: USAGE,
  metrics: { latencyMs: 300 },
};
const PARTS: ConverseStreamOutput[] = [
  { messageStart: { role: 'assistant' } },
  { contentBlockDelta: { contentBlockIndex: 0, delta: { text: 'Because' } } },
  { contentBlockDelta: { contentBlockIndex: 0, delta: { text: ' so.' } } },
  { messageStop: { stopReason: 'end_turn' } },
  { metadata: { usage: USAGE, metrics: { latencyMs: 300 } } },
];

beforeEach(() => void bedrock.reset());
afterEach(() => void bedrock.reset());

/** Yields the events; an error among them is thrown where it stands, as a broken connection would. */
async function* streamOf(events: readonly (ConverseStreamOutput | Error)[]): AsyncGenerator<ConverseStreamOutput> {
  for (const event of events) {
    await Promise.resolve();
    if (event instanceof Error) throw event;
    yield event;
  }
}

const streamed = (...events: (ConverseStreamOutput | Error)[]) => ({ stream: streamOf(events) });

const httpEvent = (body: unknown, headers: Record<string, string> = {}, method = 'POST') => ({
  requestContext: { http: { method, path: '/' } },
  headers,
  body: typeof body === 'string' ? body : JSON.stringify(body),
});

const asStream = { accept: 'text/event-stream' };

interface Seen {
  readonly text: string;
  readonly http: { readonly statusCode: number; readonly headers: Record<string, string> } | undefined;
  readonly logs: Record<string, unknown>[];
  readonly waits: readonly number[];
}

async function call(event: unknown, changes: Partial<AnswerSettings> = {}, remainingMs = 60_000): Promise<Seen> {
  let text = '';
  let ended = false;
  let http: Seen['http'];
  const logs: Seen['logs'] = [];
  const pace = virtualPace();
  const stream = new Writable({
    write: (chunk: Buffer, _, done) => {
      text += chunk.toString();
      done();
    },
    final: (done) => {
      ended = true;
      done();
    },
  });
  await respond(
    baseModelPath({
      client: new BedrockRuntimeClient({ region: 'us-east-1' }),
      path: 'prompt-only',
      modelArn: 'arn:profile',
      settings: { ...SETTINGS, ...changes },
      prompt: { id: 'test/v1', system: 'Be short.', examples: [] },
      pace,
    }),
    {
      event,
      requestId: 'request-1',
      remainingMs,
      stream,
      openHttp: (statusCode, headers) => {
        http = { statusCode, headers };
        return stream;
      },
      log: (line) => logs.push(JSON.parse(line) as Record<string, unknown>),
    },
  );
  await new Promise(setImmediate);
  expect(ended).toBe(true);
  return { text, http, logs, waits: pace.waits };
}

const answerOf = ({ text }: Seen): AnswerResponse => JSON.parse(text) as AnswerResponse;
const errorOf = ({ text }: Seen): ErrorResponse => JSON.parse(text) as ErrorResponse;

function eventsOf({ text }: Seen): { name: string; data: unknown }[] {
  return text
    .split('\n\n')
    .filter((block) => block !== '')
    .map((block) => {
      const [name = '', data = ''] = block.split('\n');
      return { name: name.replace('event: ', ''), data: JSON.parse(data.replace('data: ', '')) as unknown };
    });
}

test('a direct invocation gets the whole contract as JSON', async () => {
  bedrock.on(ConverseCommand).resolves(WHOLE);
  const seen = await call({ question: 'Why?' });
  // 1,000 input x $2/M = $0.002; 200 output x $10/M = $0.002
  expect(answerOf(seen)).toEqual({
    path: 'prompt-only',
    answer: 'Because so.',
    citations: [],
    usage: { inputTokens: 1_000, outputTokens: 200, cacheReadInputTokens: 0, cacheWriteInputTokens: 0 },
    latencyMs: 0,
    meteredUsd: 0.004,
    modelArn: 'arn:profile',
    stopReason: 'end_turn',
    retries: 0,
  });
  expect(seen.http).toBeUndefined();
  expect(bedrock.commandCalls(ConverseCommand)[0]?.args[0].input).toMatchObject({
    modelId: 'arn:profile',
    messages: [{ role: 'user', content: [{ text: 'Why?' }] }],
    inferenceConfig: { maxTokens: 100 },
  });
});

test('the same question through the URL is answered with status 200 as JSON', async () => {
  bedrock.on(ConverseCommand).resolves(WHOLE);
  const seen = await call(httpEvent({ question: 'Why?' }));
  expect(seen.http).toMatchObject({ statusCode: 200, headers: { 'content-type': 'application/json' } });
  expect(answerOf(seen).answer).toBe('Because so.');
});

test('a base64 body is read', async () => {
  bedrock.on(ConverseCommand).resolves(WHOLE);
  const body = Buffer.from('{"question":"日本?"}').toString('base64');
  await call({ ...httpEvent(body), isBase64Encoded: true });
  expect(bedrock.commandCalls(ConverseCommand)[0]?.args[0].input.messages).toMatchObject([
    { content: [{ text: '日本?' }] },
  ]);
});

test('a caller that accepts events gets each part and then the whole answer', async () => {
  bedrock.on(ConverseStreamCommand).resolves(streamed(...PARTS));
  const seen = await call(httpEvent({ question: 'Why?' }, asStream));
  expect(seen.http).toMatchObject({ statusCode: 200, headers: { 'content-type': 'text/event-stream' } });
  const events = eventsOf(seen);
  expect(events.map(({ name }) => name)).toEqual(['text', 'text', 'answer']);
  expect(events.slice(0, 2).map(({ data }) => data)).toEqual([{ text: 'Because' }, { text: ' so.' }]);
  expect(events[2]?.data).toMatchObject({ answer: 'Because so.', meteredUsd: 0.004, stopReason: 'end_turn' });
});

test('throttled once, the answer comes at the second call and says so', async () => {
  bedrock.on(ConverseCommand).rejectsOnce(sdkError('ThrottlingException', 429)).resolves(WHOLE);
  const seen = await call({ question: 'Why?' });
  expect(answerOf(seen)).toMatchObject({ answer: 'Because so.', retries: 1, latencyMs: 200 });
  expect(seen.logs).toMatchObject([{ outcome: 'answered', Retries: 1, LatencyMs: 200 }]);
});

test('throttled until the deadline, the caller is told with 429 and the retries are counted', async () => {
  bedrock.on(ConverseCommand).rejects(sdkError('ThrottlingException', 429));
  const seen = await call(httpEvent({ question: 'Why?' }), { requestDeadlineSeconds: 1 });
  expect(seen.http?.statusCode).toBe(429);
  expect(errorOf(seen).error.code).toBe('throttled');
  // waits of 200 and 400 ms fit into one second, 800 more do not
  expect(seen.waits).toEqual([200, 400]);
  expect(seen.logs).toMatchObject([{ level: 'ERROR', outcome: 'throttled', Retries: 2, meteredUsd: null }]);
});

test('a model that hangs is given up at the deadline with 504', async () => {
  bedrock.on(ConverseCommand).callsFake(() => new Promise(() => undefined));
  // of 1,030 ms that Lambda leaves, 1,000 are kept back to answer and log
  const seen = await call(httpEvent({ question: 'Why?' }), {}, 1_030);
  expect(seen.http?.statusCode).toBe(504);
  expect(errorOf(seen).error.code).toBe('deadline_exceeded');
});

test.each([
  ['ValidationException', 400, 'model_rejected_request'],
  ['AccessDeniedException', 403, 'model_access_denied'],
])('%s is never tried again', async (name, status, code) => {
  bedrock.on(ConverseCommand).rejects(sdkError(name, status));
  const seen = await call({ question: 'Why?' });
  expect(errorOf(seen)).toMatchObject({ statusCode: 500, error: { code } });
  expect(bedrock.commandCalls(ConverseCommand)).toHaveLength(1);
});

test('a stream that is throttled in its first event is tried again, because nobody has seen a byte', async () => {
  bedrock
    .on(ConverseStreamCommand)
    .resolvesOnce(streamed({ throttlingException: sdkError('ThrottlingException', 429) as never }))
    .resolves(streamed(...PARTS));
  const seen = await call(httpEvent({ question: 'Why?' }, asStream));
  expect(eventsOf(seen).at(-1)).toMatchObject({ name: 'answer', data: { retries: 1 } });
});

test('a stream that cannot begin is refused by status, not by an event', async () => {
  bedrock.on(ConverseStreamCommand).rejects(sdkError('AccessDeniedException', 403));
  const seen = await call(httpEvent({ question: 'Why?' }, asStream));
  expect(seen.http).toMatchObject({ statusCode: 500, headers: { 'content-type': 'application/json' } });
});

test.each([
  ['an error event', { modelStreamErrorException: sdkError('ModelStreamErrorException', 424) as never }],
  ['a throttling event', { throttlingException: sdkError('ThrottlingException', 429) as never }],
  ['a broken connection', sdkError('InternalServerException', 500)],
])('%s in the middle of a stream ends it with an event that says so, and is not tried again', async (_, failure) => {
  bedrock.on(ConverseStreamCommand).resolves(streamed(...PARTS.slice(0, 2), failure));
  const seen = await call(httpEvent({ question: 'Why?' }, asStream));
  expect(eventsOf(seen).map(({ name }) => name)).toEqual(['text', 'error']);
  expect(bedrock.commandCalls(ConverseStreamCommand)).toHaveLength(1);
  expect(seen.logs).toMatchObject([{ level: 'ERROR', meteredUsd: null }]);
  expect(seen.logs[0]).not.toHaveProperty('MeteredUsd');
});

test('a stream that stalls is given up at the deadline', async () => {
  async function* stalling(): AsyncGenerator<ConverseStreamOutput> {
    yield* PARTS.slice(0, 2);
    await new Promise(() => undefined);
  }
  bedrock.on(ConverseStreamCommand).resolves({ stream: stalling() });
  const seen = await call(httpEvent({ question: 'Why?' }, asStream), {}, 1_030);
  expect(eventsOf(seen).at(-1)).toMatchObject({ name: 'error', data: { statusCode: 504 } });
});

test.each([
  ['without token counts', PARTS.slice(0, 4)],
  ['without a stop reason', [...PARTS.slice(0, 3), ...PARTS.slice(4)]],
])('a stream that ends %s is an error, for nobody knows what it cost or whether it is whole', async (_, events) => {
  bedrock.on(ConverseStreamCommand).resolves(streamed(...events));
  const seen = await call(httpEvent({ question: 'Why?' }, asStream));
  expect(eventsOf(seen).at(-1)).toMatchObject({ name: 'error', data: { error: { code: 'model_answer_unusable' } } });
});

test('an answer without token counts is an error and not a free answer', async () => {
  bedrock.on(ConverseCommand).resolves({ ...WHOLE, usage: undefined });
  expect(errorOf(await call({ question: 'Why?' }))).toMatchObject({
    statusCode: 502,
    error: { code: 'model_answer_unusable' },
  });
});

test('tokens without a price are metered as unknown, and as no metric at all', async () => {
  bedrock.on(ConverseCommand).resolves({ ...WHOLE, usage: { ...USAGE, cacheWriteInputTokens: 1 } });
  const seen = await call({ question: 'Why?' });
  expect(answerOf(seen).meteredUsd).toBeNull();
  expect(seen.logs[0]).toMatchObject({ CacheWriteInputTokens: 1 });
  expect(seen.logs[0]).not.toHaveProperty('MeteredUsd');
});

test('cached tokens are metered at their own price', async () => {
  bedrock.on(ConverseCommand).resolves({ ...WHOLE, usage: { ...USAGE, cacheReadInputTokens: 10_000 } });
  // as above $0.004, and 10,000 read from the cache x $0.5/M = $0.005
  expect(answerOf(await call({ question: 'Why?' })).meteredUsd).toBeCloseTo(0.009, 12);
});

test('an answer served in another tier than asked has no known price', async () => {
  const flex = { ...SETTINGS.inference, serviceTier: 'flex' } as const;
  bedrock.on(ConverseCommand).resolves({ ...WHOLE, serviceTier: { type: 'default' } });
  expect(answerOf(await call({ question: 'Why?' }, { inference: flex })).meteredUsd).toBeNull();
  bedrock.on(ConverseCommand).resolves({ ...WHOLE, serviceTier: { type: 'flex' } });
  expect(answerOf(await call({ question: 'Why?' }, { inference: flex })).meteredUsd).toBe(0.004);
});

test.each(['max_tokens', 'guardrail_intervened', 'stop_sequence', 'content_filtered'] as const)(
  'an answer that ended by %s is given, metered, and says how it ended',
  async (stopReason) => {
    bedrock.on(ConverseCommand).resolves({ ...WHOLE, stopReason });
    expect(answerOf(await call({ question: 'Why?' }))).toMatchObject({ stopReason, meteredUsd: 0.004 });
  },
);

test.each([
  ['a direct request without a question', {}, 400, 'invalid_request'],
  ['a direct request that is no object', 'Why?', 400, 'invalid_request'],
  ['a body that is not JSON', httpEvent('Why?'), 400, 'invalid_request'],
  ['an empty body', httpEvent(''), 400, 'invalid_request'],
  ['a body that is a list', httpEvent([]), 400, 'invalid_request'],
  ['a question that is too long', httpEvent({ question: 'x'.repeat(101) }), 400, 'invalid_request'],
  ['a request by GET', httpEvent('', {}, 'GET'), 405, 'method_not_allowed'],
  ['a bad request that wants events', httpEvent({ question: '' }, asStream), 400, 'invalid_request'],
])('%s is refused before the model is asked', async (_, event, statusCode, code) => {
  const seen = await call(event);
  expect(errorOf(seen)).toMatchObject({ statusCode, error: { code } });
  expect(seen.http?.statusCode ?? statusCode).toBe(statusCode);
  expect(bedrock.calls()).toHaveLength(0);
  expect(seen.logs).toMatchObject([{ level: 'WARN', outcome: code }]);
});

test('each request is one line of log, with the metrics and without a word of the question', async () => {
  bedrock.on(ConverseCommand).resolves(WHOLE);
  const { logs } = await call({ question: 'Why so secret?' });
  expect(logs).toHaveLength(1);
  expect(logs[0]).toMatchObject({
    path: 'prompt-only',
    component: 'inference',
    requestId: 'request-1',
    prompt: 'test/v1',
    stopReason: 'end_turn',
    InputTokens: 1_000,
    OutputTokens: 200,
    CacheReadInputTokens: 0,
    CacheWriteInputTokens: 0,
    Retries: 0,
    MeteredUsd: 0.004,
  });
  expect(JSON.stringify(logs)).not.toMatch(/secret|Because/);
});

test('a known refusal is told and logged in words of our own, and the text of AWS is not', async () => {
  const text = 'The guardrail identifier or version provided in the request does not exist. Why so secret?';
  bedrock.on(ConverseCommand).rejects(sdkError('ValidationException', 400, text));
  const seen = await call({ question: 'Why so secret?' });
  expect(seen.logs).toMatchObject([{ reason: expect.stringContaining("check 'guardrail.id'") }]);
  expect(errorOf(seen).error.message).toBe(seen.logs[0]?.['reason']);
  expect(JSON.stringify([seen.logs, seen.text])).not.toContain('secret');
});

test('a quota of the day is asked once, also by a stream, and the caller is told of it by 429', async () => {
  const used = sdkError('ThrottlingException', 429, 'Too many tokens per day, please wait before trying again.');
  bedrock.on(ConverseCommand).rejects(used);
  const seen = await call({ question: 'Why?' });
  expect(errorOf(seen)).toMatchObject({ statusCode: 429, error: { code: 'daily_quota_exceeded' } });
  expect([seen.waits, bedrock.commandCalls(ConverseCommand).length]).toEqual([[], 1]);
  bedrock.on(ConverseStreamCommand).resolves(streamed({ throttlingException: used as never }));
  await call(httpEvent({ question: 'Why?' }, asStream));
  expect(bedrock.commandCalls(ConverseStreamCommand)).toHaveLength(1);
});

test('a failed request logs no word of the question either, even where Bedrock quotes it', async () => {
  bedrock.on(ConverseCommand).rejects(sdkError('ValidationException', 400, 'refused: Why so secret?'));
  const { logs } = await call({ question: 'Why so secret?' });
  expect(logs).toMatchObject([{ outcome: 'model_rejected_request', cause: 'ValidationException' }]);
  expect(JSON.stringify(logs)).not.toContain('secret');
});

test('a body that is no JSON is not quoted in the log', async () => {
  const { logs } = await call(httpEvent('My number is 123-45-6789'));
  expect(logs).toMatchObject([{ outcome: 'invalid_request' }]);
  expect(JSON.stringify(logs)).not.toContain('My');
});

test('question, answer and the message of Bedrock are logged where logPrompts asks for it', async () => {
  bedrock
    .on(ConverseCommand)
    .resolvesOnce(WHOLE)
    .rejects(sdkError('ValidationException', 400, 'no such tier'));
  expect((await call({ question: 'Why?' }, { logPrompts: true })).logs).toMatchObject([
    { question: 'Why?', answer: 'Because so.' },
  ]);
  expect((await call({ question: 'Why?' }, { logPrompts: true })).logs).toMatchObject([
    { question: 'Why?', causeMessage: 'no such tier' },
  ]);
});

test('an HTTP event without headers is answered, not thrown at', async () => {
  bedrock.on(ConverseCommand).resolves(WHOLE);
  const { logs } = await call({ ...httpEvent({ question: 'Why?' }), headers: null });
  expect(logs).toMatchObject([{ outcome: 'answered' }]);
});

test('a call that timed out before the answer may be billed: what the question cost is not known', async () => {
  bedrock.on(ConverseCommand).rejectsOnce(sdkError('ModelTimeoutException', 408)).resolves(WHOLE);
  const { text, logs } = await call({ question: 'Why?' });
  expect(JSON.parse(text)).toMatchObject({ retries: 1, meteredUsd: null });
  expect(logs[0]).not.toHaveProperty('MeteredUsd');
});

test('throttling before the answer costs nothing: the cost is known', async () => {
  bedrock.on(ConverseCommand).rejectsOnce(sdkError('ThrottlingException', 429)).resolves(WHOLE);
  const { text } = await call({ question: 'Why?' });
  expect(JSON.parse(text)).toMatchObject({ retries: 1, meteredUsd: expect.any(Number) });
});
