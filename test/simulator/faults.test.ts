import {
  CreateInferenceProfileCommand,
  DeleteInferenceProfileCommand,
  GetInferenceProfileCommand,
  GetModelCustomizationJobCommand,
} from '@aws-sdk/client-bedrock';
import { BedrockRuntimeClient, ConverseCommand, ConverseStreamCommand } from '@aws-sdk/client-bedrock-runtime';
import { expect, test } from '@jest/globals';
import type { Fault, FaultKind } from '../../lib/simulator/index.ts';
import { createProfile, errorOf, testBed } from '../support/simulator-bed.ts';
import { REGION, SYSTEM_PROFILE, TAG_LIST } from '../support/simulator.ts';

const messages = [{ role: 'user' as const, content: [{ text: 'How do I add a dead-letter queue?' }] }];

test('a call that fails for a moment succeeds when the SDK repeats it, and only the answer is metered', async () => {
  const bed = await testBed();
  const modelId = await createProfile(bed);
  const runtime = new BedrockRuntimeClient({
    region: REGION,
    endpoint: bed.simulator.url,
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    maxAttempts: 3,
  });
  bed.simulator.control.inject({ operation: 'Converse', kind: '5xx', times: 2 });
  const { $metadata } = await runtime.send(new ConverseCommand({ modelId, messages }));
  runtime.destroy();
  expect($metadata.attempts).toBe(3);
  expect(bed.simulator.control.calls()).toHaveLength(1);
});

test.each<[FaultKind, string, number]>([
  ['throttle', 'ThrottlingException', 429],
  ['timeout', 'ModelTimeoutException', 408],
  ['5xx', 'ServiceUnavailableException', 503],
  ['model-not-ready', 'ModelNotReadyException', 429],
  ['access-denied', 'AccessDeniedException', 403],
  ['slow-consistency', 'ResourceNotFoundException', 404],
  ['quota', 'ThrottlingException', 429],
  ['internal-failure', 'InternalFailure', 500],
  ['unavailable', 'ServiceUnavailable', 503],
  ['gateway-page', 'SyntaxError', 503],
  ['empty-answer', 'Unknown', 502],
  ['legacy', 'ResourceNotFoundException', 404],
  ['end-of-life', 'ResourceNotFoundException', 404],
  ['use-case-form', 'ResourceNotFoundException', 404],
  ['no-guardrail', 'ValidationException', 400],
  ['guardrail-denied', 'AccessDeniedException', 403],
  ['no-model-access', 'AccessDeniedException', 403],
  ['no-subscription', 'AccessDeniedException', 403],
  ['scp-denied', 'AccessDeniedException', 403],
  ['on-demand-only', 'ValidationException', 400],
])('Converse can fail with %s, as often as it is told and no more', async (kind, name, status) => {
  const bed = await testBed();
  const modelId = await createProfile(bed);
  const call = () => bed.runtime.send(new ConverseCommand({ modelId, messages }));
  bed.simulator.control.inject({ operation: 'Converse', kind, after: 1 });
  await call();
  const error = await errorOf(call());
  expect([error.name, error.$metadata?.httpStatusCode]).toEqual([name, status]);
  await call();
  expect(bed.simulator.control.calls()).toHaveLength(2);
});

test('a connection that is lost before an operation has no status, and the operation did not take effect', async () => {
  const bed = await testBed();
  const modelId = await createProfile(bed);
  bed.simulator.control.inject({ operation: 'Converse', kind: 'lost-connection' });
  const error = await errorOf(bed.runtime.send(new ConverseCommand({ modelId, messages })));
  expect(error.$metadata?.httpStatusCode).toBeUndefined();
  expect(bed.simulator.control.calls()).toEqual([]);
});

test.each<[FaultKind, string, number]>([
  ['internal-failure', 'InternalFailure', 500],
  ['gateway-page', 'SyntaxError', 503],
  ['empty-answer', 'Unknown', 502],
])('a look of the control plane can fail with %s', async (kind, name, status) => {
  const bed = await testBed();
  bed.simulator.control.inject({ operation: 'GetModelCustomizationJob', kind });
  const error = await errorOf(bed.bedrock.send(new GetModelCustomizationJobCommand({ jobIdentifier: 'job' })));
  expect([error.name, error.$metadata?.httpStatusCode]).toEqual([name, status]);
});

test('a stream that breaks off ends in an error, and is billed as far as it came', async () => {
  const bed = await testBed();
  const modelId = await createProfile(bed);
  bed.simulator.control.inject({ operation: 'ConverseStream', kind: 'stream-abort' });
  const { stream } = await bed.runtime.send(new ConverseStreamCommand({ modelId, messages }));
  let pieces = 0;
  const error = await errorOf(
    (async () => {
      for await (const event of stream ?? []) if (event.contentBlockDelta !== undefined) pieces += 1;
    })(),
  );
  expect(error.message).toMatch(/NGHTTP2_INTERNAL_ERROR/);
  expect(pieces).toBe(2);
  expect(bed.simulator.control.calls()[0]?.outputTokens).toBeGreaterThan(0);
});

test('a model that fails in its stream says so in an event', async () => {
  const bed = await testBed();
  const modelId = await createProfile(bed);
  bed.simulator.control.inject({ operation: 'ConverseStream', kind: 'stream-error' });
  const { stream } = await bed.runtime.send(new ConverseStreamCommand({ modelId, messages }));
  const error = await errorOf(
    (async () => {
      for await (const event of stream ?? []) expect(event.metadata).toBeUndefined();
    })(),
  );
  expect(error).toMatchObject({ name: 'ModelStreamErrorException', originalStatusCode: 500 });
});

test('a stuck deletion succeeds and leaves the profile, until it is asked again', async () => {
  const bed = await testBed();
  const inferenceProfileIdentifier = await createProfile(bed);
  bed.simulator.control.inject({ operation: 'DeleteInferenceProfile', kind: 'stuck-deletion' });
  await bed.bedrock.send(new DeleteInferenceProfileCommand({ inferenceProfileIdentifier }));
  expect(bed.simulator.control.leftovers()).toHaveLength(1);
  await bed.bedrock.send(new DeleteInferenceProfileCommand({ inferenceProfileIdentifier }));
  expect(bed.simulator.control.leftovers()).toEqual([]);
});

test('a profile that is not consistent yet cannot be found at first', async () => {
  const bed = await testBed();
  const inferenceProfileIdentifier = await createProfile(bed);
  const get = () => bed.bedrock.send(new GetInferenceProfileCommand({ inferenceProfileIdentifier }));
  bed.simulator.control.inject({ operation: 'GetInferenceProfile', kind: 'slow-consistency', times: 2 });
  expect([(await errorOf(get())).name, (await errorOf(get())).name]).toEqual([
    'ResourceNotFoundException',
    'ResourceNotFoundException',
  ]);
  await expect(get()).resolves.toMatchObject({ inferenceProfileName: 'answers' });
});

test('a quota stops a creation and nothing is created', async () => {
  const bed = await testBed();
  bed.simulator.control.inject({ operation: 'CreateInferenceProfile', kind: 'quota' });
  const error = await errorOf(
    bed.bedrock.send(
      new CreateInferenceProfileCommand({
        inferenceProfileName: 'a',
        modelSource: { copyFrom: SYSTEM_PROFILE },
        tags: TAG_LIST,
      }),
    ),
  );
  expect(error.name).toBe('ServiceQuotaExceededException');
  expect(bed.simulator.control.resources()).toEqual([]);
});

test.each<[Fault, RegExp]>([
  [
    { operation: 'RetrieveAndGenerate', kind: 'throttle' },
    /no operation 'RetrieveAndGenerate' to make fail: known are .*Converse, ConverseStream/,
  ],
  [{ operation: 'Converse', kind: 'stream-abort' }, /'Converse' cannot fail with 'stream-abort': it can with throttle/],
  [{ operation: 'Converse', kind: 'throttle', times: 0 }, /'times' must be a whole number from 1, got 0/],
  [{ operation: 'Converse', kind: 'throttle', after: -1 }, /'after' must be a whole number from 0, got -1/],
])('an impossible fault is refused: %j', async (fault, message) => {
  const bed = await testBed();
  expect(() => bed.simulator.control.inject(fault)).toThrow(message);
});
