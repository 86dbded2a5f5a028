import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { InvokeCommand, LambdaClient, TooManyRequestsException } from '@aws-sdk/client-lambda';
import { beforeEach, expect, test } from '@jest/globals';
import { mockClient } from 'aws-sdk-client-mock';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  AskTally,
  askLambda,
  deployedFunction,
  outcomeOf,
  askDataset,
  type Answer,
  type Ask,
  type Outcome,
  type AskEnd,
  type AskOptions,
  type AskSummary,
} from '../../lib/aws/ask-dataset.ts';
import type { DatasetQuestion } from '../../lib/aws/questions.ts';

const ANSWER: Answer = {
  path: 'prompt-only',
  answer: 'so',
  usage: { inputTokens: 100, outputTokens: 20, cacheReadInputTokens: 0, cacheWriteInputTokens: 0 },
  latencyMs: 50,
  meteredUsd: 0.25,
  modelArn: 'arn',
  retries: 0,
};

const answered = (id: string, change: Partial<Answer> = {}): Outcome => ({
  id,
  status: 'answered',
  ...ANSWER,
  ...change,
});

const QUESTIONS: readonly DatasetQuestion[] = ['a', 'b', 'c', 'd', 'e', 'f'].map((id) => ({ id, question: `${id}?` }));

/** A run with its outcomes, in the order in which they ended. */
async function runAll(
  questions: Parameters<typeof askDataset>[0],
  ask: Ask,
  options: Omit<AskOptions, 'onOutcome'>,
): Promise<AskEnd & { readonly outcomes: readonly Outcome[] }> {
  const outcomes: Outcome[] = [];
  const run = await askDataset(questions, ask, { ...options, onOutcome: (outcome) => void outcomes.push(outcome) });
  return { ...run, outcomes };
}

function summaryOf(outcomes: readonly Outcome[]): AskSummary {
  const tally = new AskTally();
  for (const outcome of outcomes) tally.add(outcome);
  return tally.summary();
}

test('questions are asked at the same time, as many as allowed, each once', async () => {
  let underWay = 0;
  let most = 0;
  const { outcomes, stoppedBy } = await runAll(
    QUESTIONS,
    async ({ id }) => {
      most = Math.max(most, ++underWay);
      // later questions end sooner
      await sleep(30 - 5 * QUESTIONS.findIndex((question) => question.id === id));
      underWay -= 1;
      return answered(id);
    },
    { concurrency: 3 },
  );
  expect(most).toBe(3);
  expect(outcomes.map(({ id }) => id).sort()).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
  expect(stoppedBy).toBeNull();
});

test('questions are read no further ahead than they are asked', async () => {
  let read = 0;
  async function* endless(): AsyncGenerator<DatasetQuestion> {
    for (;;) yield await Promise.resolve({ id: `q${read++}`, question: 'why?' });
  }
  // $0.25 each: ten of them make $2.50, and the other worker has one under way and one that is then not asked
  const run = await runAll(endless(), ({ id }) => Promise.resolve(answered(id)), { concurrency: 2, maxUsd: 2.5 });
  expect(run.stoppedBy).toBe('max-usd');
  expect(run.outcomes.length).toBeLessThanOrEqual(11);
  expect(read).toBeLessThanOrEqual(13);
});

test('a limit that the last answer reaches leaves no question out', async () => {
  // 6 x $0.25 = $1.50
  const run = await runAll(QUESTIONS, ({ id }) => Promise.resolve(answered(id)), { concurrency: 1, maxUsd: 1.5 });
  expect(run).toMatchObject({ stoppedBy: null, outcomes: { length: 6 } });
});

test('nothing more is asked once the answers cost as much as they may', async () => {
  // $0.25 each: the second brings it to $0.50
  const run = await runAll(QUESTIONS, ({ id }) => Promise.resolve(answered(id)), { concurrency: 1, maxUsd: 0.5 });
  expect(run).toMatchObject({ stoppedBy: 'max-usd', outcomes: [{ id: 'a' }, { id: 'b' }] });
});

test('nothing more is asked once an answer has an unknown cost, because no bound could be kept', async () => {
  const ask = ({ id }: DatasetQuestion) => Promise.resolve(answered(id, { meteredUsd: null }));
  expect(await runAll(QUESTIONS, ask, { concurrency: 1, maxUsd: 5 })).toMatchObject({
    stoppedBy: 'unknown-cost',
    outcomes: [{ id: 'a' }],
  });
  expect((await runAll(QUESTIONS, ask, { concurrency: 1 })).outcomes).toHaveLength(6);
});

test('a path that cannot be asked at all ends the run: no further question is paid for, and no paid answer is lost', async () => {
  const asked: string[] = [];
  const outcomes: Outcome[] = [];
  const held: { answer: () => void }[] = [];
  const ask = async ({ id }: DatasetQuestion): Promise<Outcome> => {
    asked.push(id);
    if (id === 'b') {
      // a is answered after b has failed
      setImmediate(() => held.forEach(({ answer }) => answer()));
      throw new Error('no credentials');
    }
    await new Promise<void>((answer) => held.push({ answer }));
    return answered(id);
  };
  const run = askDataset(QUESTIONS, ask, { concurrency: 2, onOutcome: (outcome) => void outcomes.push(outcome) });
  await expect(run).rejects.toThrow('no credentials');
  expect(outcomes.map(({ id }) => id)).toEqual(['a']);
  expect(asked).toEqual(['a', 'b']);
});

const lambda = mockClient(LambdaClient);
const cloudFormation = mockClient(CloudFormationClient);
beforeEach(() => {
  lambda.reset();
  cloudFormation.reset();
});

const payload = (value: unknown) => Buffer.from(JSON.stringify(value)) as never;

test('a question goes to the function as the contract has it, and its answer comes back', async () => {
  lambda
    .on(InvokeCommand)
    .resolves({ StatusCode: 200, Payload: payload({ ...ANSWER, citations: [], stopReason: 'end_turn' }) });
  const outcome = await askLambda(new LambdaClient({}), 'answer')({ id: 'a', question: 'why?' });
  expect(outcome).toEqual(answered('a'));
  const input = lambda.commandCalls(InvokeCommand)[0]?.args[0].input;
  expect(input?.FunctionName).toBe('answer');
  expect(Buffer.from(input?.Payload as Uint8Array).toString()).toBe('{"question":"why?"}');
});

test('a function that breaks is a failed question, not a failed run', async () => {
  lambda
    .on(InvokeCommand)
    .resolves({ FunctionError: 'Unhandled', Payload: payload({ errorMessage: 'Task timed out' }) });
  expect(await askLambda(new LambdaClient({}), 'answer')({ id: 'a', question: 'why?' })).toEqual({
    id: 'a',
    status: 'failed',
    code: 'function_error',
    message: '{"errorMessage":"Task timed out"}',
  });
});

test('a function that may not run once more at the same time is a throttled question, which costs nothing', async () => {
  lambda
    .on(InvokeCommand)
    .rejects(new TooManyRequestsException({ message: 'Rate Exceeded.', $metadata: { httpStatusCode: 429 } }));
  const outcome = await askLambda(new LambdaClient({}), 'answer')({ id: 'a', question: 'why?' });
  expect(outcome).toEqual({ id: 'a', status: 'failed', code: 'throttled', message: 'Rate Exceeded.' });
  expect(summaryOf([outcome]).meteredUsd).toBe(0);
});

test.each([
  ['{"statusCode":429,"error":{"code":"throttled","message":"busy"}}', 'throttled'],
  ['<html>', 'not_json'],
  ['{"answer":"so"}', 'not_the_contract'],
  [JSON.stringify({ ...ANSWER, usage: { inputTokens: 1 } }), 'not_the_contract'],
])('the answer %s counts as failed with %s', (text, code) => {
  expect(outcomeOf('a', text)).toMatchObject({ id: 'a', status: 'failed', code });
});

test('a summary adds up tokens, dollars and failures, and takes percentiles that were measured', () => {
  const outcomes: Outcome[] = [
    ...Array.from({ length: 20 }, (_, index) => answered(`q${index}`, { latencyMs: (index + 1) * 10, retries: 1 })),
    { id: 'x', status: 'failed', code: 'throttled', message: 'busy' },
  ];
  // of 10, 20, ..., 200 ms: the 10th is the median, the 19th the 95th percentile
  expect(summaryOf(outcomes)).toEqual({
    answered: 20,
    failed: 1,
    failures: { throttled: 1 },
    messages: { throttled: 'busy' },
    inputTokens: 2000,
    outputTokens: 400,
    cacheReadInputTokens: 0,
    cacheWriteInputTokens: 0,
    retries: 20,
    latencyMs: { median: 100, p95: 190, max: 200 },
    meteredUsd: 5,
  });
});

test('one unknown cost makes the sum unknown; no answer has no latency', () => {
  expect(summaryOf([answered('a'), answered('b', { meteredUsd: null })]).meteredUsd).toBeNull();
  expect(summaryOf([]).latencyMs).toBeNull();
});

test('the function of a deployed stack is found by its output', async () => {
  cloudFormation.on(DescribeStacksCommand, { StackName: 'fmpaths-dev-prompt-only' }).resolves({
    Stacks: [
      {
        StackName: 'fmpaths-dev-prompt-only',
        CreationTime: new Date(0),
        StackStatus: 'CREATE_COMPLETE',
        Outputs: [{ OutputKey: 'FunctionName', OutputValue: 'answer' }],
      },
    ],
  });
  const client = new CloudFormationClient({});
  expect(await deployedFunction(client, 'fmpaths-dev-prompt-only', 'prompt-only')).toBe('answer');
});

test('a stack that is not there is named with the command that deploys it', async () => {
  cloudFormation
    .on(DescribeStacksCommand)
    .rejects(Object.assign(new Error('does not exist'), { name: 'ValidationError' }));
  await expect(deployedFunction(new CloudFormationClient({}), 'fmpaths-dev-rag', 'rag')).rejects.toMatchObject({
    name: 'UserError',
    message: "the stack fmpaths-dev-rag is not deployed in this account and Region: run 'npx cdk deploy rag' first",
  });
});

test('an answer that got lost on its way may have been billed: it is asked once, and its cost is unknown', async () => {
  const reset = Object.assign(new Error('socket hang up'), { name: 'TimeoutError', code: 'ECONNRESET' });
  lambda.on(InvokeCommand).rejects(reset);
  const outcome = await askLambda(new LambdaClient({ maxAttempts: 1 }), 'answer')({ id: 'a', question: 'why?' });
  expect(outcome).toMatchObject({ status: 'failed', code: 'answer_lost' });
  expect(lambda.commandCalls(InvokeCommand)).toHaveLength(1);
  expect(summaryOf([outcome]).meteredUsd).toBeNull();
});

test.each(['deadline_exceeded', 'model_unavailable', 'function_error'])(
  'a question that failed with %s may have been billed: nothing more is asked under a limit, and the cost is unknown',
  async (code) => {
    const ask = ({ id }: DatasetQuestion) => Promise.resolve({ id, status: 'failed', code, message: '' } as const);
    const run = await runAll(QUESTIONS, ask, { concurrency: 1, maxUsd: 5 });
    expect(run).toMatchObject({ stoppedBy: 'unknown-cost', outcomes: [{ id: 'a' }] });
    expect(summaryOf(run.outcomes).meteredUsd).toBeNull();
  },
);

test.each(['invalid_request', 'throttled', 'model_access_denied', 'no_hosted_model'])(
  'a question refused with %s cost nothing: the run goes on',
  async (code) => {
    const ask = ({ id }: DatasetQuestion) => Promise.resolve({ id, status: 'failed', code, message: '' } as const);
    const run = await runAll(QUESTIONS, ask, { concurrency: 1, maxUsd: 5 });
    expect(run).toMatchObject({ stoppedBy: null, outcomes: { length: QUESTIONS.length } });
    expect(summaryOf(run.outcomes).meteredUsd).toBe(0);
  },
);

test('a quota of the day that is used up ends the run, also without a limit of dollars', async () => {
  const asked: string[] = [];
  const ask = ({ id }: DatasetQuestion): Promise<Outcome> => {
    asked.push(id);
    return Promise.resolve(
      id === 'a' ? answered(id) : { id, status: 'failed', code: 'daily_quota_exceeded', message: 'used up' },
    );
  };
  const run = await runAll(QUESTIONS, ask, { concurrency: 1 });
  expect(run).toMatchObject({ stoppedBy: 'daily-quota', outcomes: [{ id: 'a' }, { id: 'b' }] });
  expect(asked).toEqual(['a', 'b']);
  // the refused one cost nothing
  expect(summaryOf(run.outcomes).meteredUsd).toBe(0.25);
});
