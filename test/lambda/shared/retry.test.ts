import { BedrockRuntimeClient, ConverseCommand } from '@aws-sdk/client-bedrock-runtime';
import { afterEach, expect, test } from '@jest/globals';
import { createServer } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { AnswerError } from '../../../lambda/shared/contract.ts';
import { Deadline, answerError, withRetries } from '../../../lambda/shared/retry.ts';
import { isPassing } from '../../../lib/errors/passing.ts';
import { sdkError, virtualPace } from '../../support/pace.ts';

const deadlines: Deadline[] = [];

function deadlineOf(milliseconds: number, now: () => number): Deadline {
  const deadline = new Deadline(milliseconds, now);
  deadlines.push(deadline);
  return deadline;
}

afterEach(() => {
  for (const deadline of deadlines.splice(0)) deadline.clear();
});

/** Fails with each error in turn, then answers. */
function failing(...errors: Error[]): { attempt: () => Promise<string>; calls: () => number } {
  let calls = 0;
  return {
    calls: () => calls,
    attempt: () => {
      const error = errors[calls++];
      return error === undefined ? Promise.resolve('answered') : Promise.reject(error);
    },
  };
}

async function run(work: { attempt: () => Promise<string> }, deadlineMs = 60_000) {
  const pace = virtualPace();
  let retries = 0;
  const outcome = await withRetries(work.attempt, deadlineOf(deadlineMs, pace.now), pace, () => retries++).catch(
    (error: unknown) => error,
  );
  return { outcome, retries, waits: pace.waits };
}

test.each([
  ['ThrottlingException', 429],
  ['ModelNotReadyException', 429],
  ['ModelTimeoutException', 408],
  ['ServiceUnavailableException', 503],
  ['InternalServerException', 500],
  ['SomethingNew', 502],
])('%s (%i) is tried again', async (name, status) => {
  const work = failing(sdkError(name, status));
  expect(await run(work)).toMatchObject({ outcome: 'answered', retries: 1 });
});

test.each([
  ['ValidationException', 400],
  ['AccessDeniedException', 403],
  ['ResourceNotFoundException', 404],
  ['ServiceQuotaExceededException', 400],
  ['ModelErrorException', 424],
])('%s (%i) is never tried again', async (name, status) => {
  const error = sdkError(name, status);
  const work = failing(error);
  expect(await run(work)).toMatchObject({ outcome: error, retries: 0, waits: [] });
  expect(work.calls()).toBe(1);
});

test('a connection that breaks is tried again', () => {
  expect(isPassing(Object.assign(new Error('gone'), { code: 'ECONNRESET' }))).toBe(true);
  expect(isPassing(new TypeError('a mistake in the code'))).toBe(false);
});

test('throttling costs nothing and is tried until the deadline', async () => {
  const work = failing(...Array.from({ length: 9 }, () => sdkError('ThrottlingException', 429)));
  expect(await run(work)).toMatchObject({ outcome: 'answered', retries: 9 });
});

test.each([
  ['ModelTimeoutException', 408],
  ['InternalServerException', 500],
])('a call that failed with %s (%i) may be billed: it is repeated once and no oftener', async (name, status) => {
  const error = sdkError(name, status);
  const work = failing(error, error, error);
  expect(await run(work)).toMatchObject({ outcome: error, retries: 1 });
  expect(work.calls()).toBe(2);
});

test('a session that a real HTTP/2 server ends under a request is tried again', async () => {
  const server = createServer((_, response) => response.stream.session?.destroy());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const client = new BedrockRuntimeClient({
    region: 'us-east-1',
    endpoint: `http://127.0.0.1:${port}`,
    credentials: { accessKeyId: 'any', secretAccessKey: 'any' },
    maxAttempts: 1,
  });
  const error: unknown = await client
    .send(new ConverseCommand({ modelId: 'any', messages: [] }))
    .catch((e: unknown) => e);
  client.destroy();
  server.close();
  expect({ error, passing: isPassing(error) }).toMatchObject({ passing: true });
});

test('waits double up to five seconds', async () => {
  const throttled = sdkError('ThrottlingException', 429);
  const { waits } = await run(failing(...Array.from({ length: 7 }, () => throttled)));
  expect(waits).toEqual([200, 400, 800, 1_600, 3_200, 5_000, 5_000]);
});

test('each wait is a random part of its interval, so that callers do not come back together', async () => {
  const pace = { ...virtualPace(), random: () => 0.25 };
  const work = failing(sdkError('ThrottlingException', 429), sdkError('ThrottlingException', 429));
  await withRetries(work.attempt, deadlineOf(60_000, pace.now), pace, () => undefined);
  expect(pace.waits).toEqual([50, 100]);
});

test('a wait past the deadline is not begun: the cause is told instead', async () => {
  const throttled = sdkError('ThrottlingException', 429);
  // waits of 200 and 400 ms fit into 1,000 ms; the next, 800 ms, would end at 1,400 ms
  const { outcome, waits } = await run(failing(throttled, throttled, throttled, throttled), 1_000);
  expect(outcome).toBe(throttled);
  expect(waits).toEqual([200, 400]);
});

test('a call that does not end is given up at the deadline and told to stop', async () => {
  const pace = virtualPace();
  const deadline = deadlineOf(20, pace.now);
  let stopped = false;
  const hanging = withRetries(
    (signal) => {
      signal.addEventListener('abort', () => (stopped = true));
      return new Promise<never>(() => undefined);
    },
    deadline,
    pace,
    () => undefined,
  );
  await expect(hanging).rejects.toMatchObject({ code: 'deadline_exceeded' });
  expect(stopped).toBe(true);
});

test.each([
  ['ThrottlingException', 429, 'throttled', 429],
  ['AccessDeniedException', 403, 'model_access_denied', 500],
  ['ValidationException', 400, 'model_rejected_request', 500],
  ['ServiceUnavailableException', 503, 'model_unavailable', 503],
  ['ModelStreamErrorException', 424, 'model_unavailable', 503],
  ['TypeError', 0, 'internal_error', 500],
])('%s (%i) reaches the caller as %s (%i), without the message of the service', (name, status, code, statusCode) => {
  const { response } = answerError(sdkError(name, status, 'secret detail'));
  expect(response).toMatchObject({ statusCode, error: { code } });
  expect(response.error.message).not.toContain('secret detail');
});

test('an error that already says what the caller needs is kept', () => {
  const error = new AnswerError('invalid_request', 'no');
  expect(answerError(error)).toBe(error);
});
