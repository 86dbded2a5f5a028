import { BedrockRuntimeClient, ConverseCommand } from '@aws-sdk/client-bedrock-runtime';
import { beforeEach, expect, test } from '@jest/globals';
import { mockClient } from 'aws-sdk-client-mock';
import { hostedModelPath } from '../../../lambda/answer-hosted/answer.ts';
import type { AnswerError, AnswerResponse } from '../../../lambda/shared/contract.ts';
import { Deadline } from '../../../lambda/shared/retry.ts';
import type { PublishedModel } from '../../../lib/training/published-model.ts';
import { sdkError, virtualPace } from '../../support/pace.ts';

const bedrock = mockClient(BedrockRuntimeClient);

const DEPLOYMENT: PublishedModel = {
  kind: 'on-demand',
  modelArn: 'arn:deployment',
  customModelArn: 'arn:model',
  runId: 'run',
  publishedAt: '2026-11-01T09:00:00Z',
};
const THROUGHPUT: PublishedModel = { ...DEPLOYMENT, kind: 'provisioned', modelArn: 'arn:throughput' };
const NEXT: PublishedModel = { ...DEPLOYMENT, modelArn: 'arn:next' };

const ANSWER = {
  output: { message: { role: 'assistant' as const, content: [{ text: 'Because.' }] } },
  stopReason: 'end_turn' as const,
  usage: { inputTokens: 1, outputTokens: 1, totalTokens: 2 },
  metrics: { latencyMs: 1 },
};
const NOT_FOUND = sdkError('ResourceNotFoundException', 404, 'The model arn:deployment could not be found.');
const INVALID = sdkError('ValidationException', 400, 'The provided model identifier is invalid.');

/** Asks one question; the registry shows each list in turn, and the last one from then on. */
async function ask(...lists: readonly (readonly PublishedModel[] | Error)[]): Promise<AnswerResponse | AnswerError> {
  const pace = virtualPace();
  let reads = 0;
  const { answer } = hostedModelPath({
    client: new BedrockRuntimeClient({}),
    path: 'fine-tuning',
    registry: {
      read: () => {
        const list = lists[Math.min(reads++, lists.length - 1)] ?? [];
        return list instanceof Error ? Promise.reject(list) : Promise.resolve({ hosted: list });
      },
      write: () => Promise.resolve(),
    },
    settings: {
      inference: { maxTokens: 10, stopSequences: [], serviceTier: 'standard', promptCaching: false },
      usdPerMillionTokens: { input: 1, output: 1, cacheRead: null, cacheWrite: null },
      maxQuestionCharacters: 100,
      requestDeadlineSeconds: 20,
      logPrompts: false,
    },
    prompt: { id: 'test/v1', system: 'Be short.', examples: [] },
    pace,
  });
  const deadline = new Deadline(20_000, pace.now);
  const attempt = { deadline, startedMs: pace.now(), retries: 0, uncountedCall: false };
  try {
    return await answer({ question: 'Why?' }, attempt);
  } catch (error) {
    return error as AnswerError;
  } finally {
    deadline.clear();
  }
}

const asked = (): (string | undefined)[] =>
  bedrock.commandCalls(ConverseCommand).map(({ args: [{ input }] }) => input.modelId);

beforeEach(() => void bedrock.reset());

test('only a registry without a model says that none is hosted, and hosting comes before training', async () => {
  const error = await ask([]);
  expect(error).toMatchObject({ code: 'no_hosted_model' });
  expect((error as AnswerError).message).toMatch(
    /npx fmpaths host fine-tuning', or where there is none, train one with/,
  );
  expect(asked()).toEqual([]);
});

test.each([
  ['not found', NOT_FOUND],
  ['no valid identifier', INVALID],
])(
  '%s of a model that the registry lists is passed on, asked once, and advises nothing that costs',
  async (_, refusal) => {
    bedrock.on(ConverseCommand).rejects(refusal);
    const error = (await ask([DEPLOYMENT])) as AnswerError;
    expect(error.code).toBe('model_rejected_request');
    expect(error.message).toContain(`${refusal.name}, HTTP`);
    expect(error.message).toMatch(/The path hosts arn:deployment: 'npx fmpaths host fine-tuning --status'/);
    expect(error.message).not.toMatch(/train|--max-usd/);
    expect(asked()).toEqual(['arn:deployment']);
  },
);

test('a model that the registry no longer lists, once AWS refuses it, is gone', async () => {
  bedrock.on(ConverseCommand).rejects(NOT_FOUND);
  expect(await ask([DEPLOYMENT], [])).toMatchObject({ code: 'no_hosted_model' });
});

test('the model that has taken its place answers', async () => {
  bedrock.on(ConverseCommand, { modelId: 'arn:deployment' }).rejects(NOT_FOUND);
  bedrock.on(ConverseCommand, { modelId: 'arn:next' }).resolves(ANSWER);
  expect(await ask([DEPLOYMENT], [NEXT])).toMatchObject({ answer: 'Because.', modelArn: 'arn:next' });
});

test('where throughput cannot be found, the deployment answers', async () => {
  bedrock.on(ConverseCommand, { modelId: 'arn:throughput' }).rejects(INVALID);
  bedrock.on(ConverseCommand, { modelId: 'arn:deployment' }).resolves(ANSWER);
  expect(await ask([DEPLOYMENT, THROUGHPUT])).toMatchObject({ modelArn: 'arn:deployment' });
  expect(asked()).toEqual(['arn:throughput', 'arn:deployment']);
});

test.each([
  ['denied', sdkError('AccessDeniedException', 400, 'not yours')],
  ['busy', sdkError('ThrottlingException', 400, 'Rate exceeded')],
  ['without a value', new Error('the parameter x has no value')],
])('a registry that is %s proves nothing', async (_, refusal) => {
  expect(await ask(refusal)).toBe(refusal);
});
