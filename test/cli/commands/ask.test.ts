import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { afterAll, beforeEach, describe, expect, test } from '@jest/globals';
import { mockClient } from 'aws-sdk-client-mock';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCli } from '../../support/run-cli.ts';

const DATASET = 'config/datasets/cdk-questions.jsonl';

function named(name: string, message: string): Error {
  return Object.assign(new Error(message), { name });
}

test.each([
  [
    named('CredentialsProviderError', 'Could not load credentials from any providers'),
    "fmpaths: no AWS credentials: Could not load credentials from any providers. Sign in with 'aws sso login' or 'aws configure'; AWS_PROFILE names the profile where it is not the default one\n",
  ],
  [
    named('ExpiredTokenException', 'The security token included in the request is expired'),
    "fmpaths: AWS does not accept the credentials: The security token included in the request is expired. Sign in again with 'aws sso login'\n",
  ],
])('without usable credentials every command says how to sign in: %s', async (error, message) => {
  const cloudFormation = mockClient(CloudFormationClient);
  cloudFormation.onAnyCommand().rejects(error);
  expect(await runCli(['run', 'prompt-only', '--dataset', DATASET])).toEqual({
    status: 2,
    stdout: '',
    stderr: message,
  });
  cloudFormation.restore();
});

test('a dataset that begins with a byte order mark is read', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'fmpaths-test-'));
  const file = join(folder, 'questions.jsonl');
  writeFileSync(file, '\uFEFF{"id": "q1", "question": "Why?"}\r\n');
  const cloudFormation = mockClient(CloudFormationClient);
  cloudFormation.onAnyCommand().rejects(named('CredentialsProviderError', 'none'));
  // it is asked for the deployed function only once the questions are read
  expect((await runCli(['run', 'prompt-only', '--dataset', file])).stderr).toContain('no AWS credentials');
  cloudFormation.restore();
  rmSync(folder, { recursive: true });
});

test('an error that nobody can explain stays a failure', async () => {
  const cloudFormation = mockClient(CloudFormationClient);
  cloudFormation.onAnyCommand().rejects(named('InternalFailure', 'something broke'));
  expect(await runCli(['run', 'prompt-only', '--dataset', DATASET])).toMatchObject({ status: 1 });
  cloudFormation.restore();
});

describe('a deployed path', () => {
  const folder = mkdtempSync(join(tmpdir(), 'fmpaths-test-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const cloudFormation = mockClient(CloudFormationClient);
  const lambda = mockClient(LambdaClient);
  afterAll(() => {
    cloudFormation.restore();
    lambda.restore();
  });
  beforeEach(() => {
    cloudFormation.reset();
    lambda.reset();
    cloudFormation.on(DescribeStacksCommand).resolves({
      Stacks: [
        {
          StackName: 's',
          CreationTime: new Date(0),
          StackStatus: 'CREATE_COMPLETE',
          Outputs: [{ OutputKey: 'FunctionName', OutputValue: 'answer' }],
        },
      ],
    });
    lambda.on(InvokeCommand).callsFake(({ Payload }: { Payload: Uint8Array }) => ({
      Payload: Buffer.from(
        JSON.stringify({
          path: 'prompt-only',
          answer: `to ${(JSON.parse(Buffer.from(Payload).toString()) as { question: string }).question}`,
          usage: { inputTokens: 10, outputTokens: 2, cacheReadInputTokens: 0, cacheWriteInputTokens: 0 },
          latencyMs: 5,
          meteredUsd: 0.125,
          modelArn: 'arn',
          retries: 0,
        }),
      ),
    }));
  });

  const questions = join(folder, 'questions.jsonl');
  writeFileSync(questions, ['a', 'b', 'c'].map((id) => `{"id":"${id}","question":"${id}?"}\n`).join(''));
  const out = join(folder, 'out.jsonl');
  beforeEach(() => rmSync(out, { force: true }));
  const run = (file: string, ...more: string[]) =>
    runCli(['run', 'prompt-only', '--dataset', file, '--out', out, ...more]);

  test('is asked each question, keeps each outcome and says how fast it was asked', async () => {
    const { status, stdout } = await run(questions);
    expect(status).toBe(0);
    // 3 x 10 tokens, 3 x 2 tokens, 3 x $0.125 = $0.375, printed in cents
    expect(stdout).toMatch(/^Answered +3 of 3\nInput tokens +30\nOutput tokens +6\n/);
    expect(stdout).toMatch(/\nPace +[\d.,]+ questions a second/);
    expect(stdout).toMatch(/\nMetered +\$0\.38 of tokens/);
    const kept = readFileSync(join(folder, 'out.jsonl'), 'utf8').trim().split('\n');
    expect(kept.map((line) => (JSON.parse(line) as { answer: string }).answer).sort()).toEqual([
      'to a?',
      'to b?',
      'to c?',
    ]);
  });

  test('is asked the first questions only under --limit, and the last line is looked at all the same', async () => {
    expect((await run(questions, '--limit', '2')).stdout).toMatch(/^Answered +2 of 2\n/);
    const wrong = join(folder, 'wrong.jsonl');
    writeFileSync(wrong, '{"id":"a","question":"a?"}\n{"id":"b"}\n');
    lambda.resetHistory();
    expect(await run(wrong, '--limit', '1')).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(/line 2 must have/),
    });
    expect(lambda.commandCalls(InvokeCommand)).toHaveLength(0);
  });

  test('is asked no further than --max-usd, and the rest is counted', async () => {
    // $0.125 for the first, $0.25 for two
    const { status, stdout } = await run(questions, '--max-usd', '0.2', '--concurrency', '1');
    expect(status).toBe(1);
    expect(stdout).toMatch(/^Answered +2 of 3\nNot asked +1: the answers reached --max-usd\n/);
  });

  test('is asked the questions of a pipe, which can be read only once', async () => {
    const pipe = join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    const [result] = await Promise.all([run(pipe), writeFile(pipe, readFileSync(questions))]);
    expect(result).toMatchObject({ status: 0, stdout: expect.stringMatching(/^Answered +3 of 3\n/) });
  });

  test('that refuses is passed on with what it said, and a quota of the day is not asked for again', async () => {
    const refusal = {
      statusCode: 429,
      error: { code: 'daily_quota_exceeded', message: 'wait for\u001b the next day' },
    };
    lambda.on(InvokeCommand).resolves({ Payload: Buffer.from(JSON.stringify(refusal)) as never });
    const { status, stdout } = await run(questions, '--concurrency', '1', '--max-usd', 'none');
    expect(status).toBe(1);
    expect(stdout).toMatch(
      /^Answered +0 of 3\nFailed +1 with daily_quota_exceeded: wait for the next day\nNot asked +2: a quota of the day is used up\n/,
    );
  });

  test('that breaks after answers were paid for says where they are', async () => {
    lambda.on(InvokeCommand).resolvesOnce({}).rejects(named('InternalFailure', 'something broke'));
    const { status, stderr } = await run(questions, '--concurrency', '1', '--max-usd', 'none');
    expect(status).toBe(1);
    expect(stderr).toContain(`stopped after 1 of 3 questions; their outcomes: ${join(folder, 'out.jsonl')}\n`);
  });

  test('is asked nothing where the outcomes would take the place of the dataset or of another run', async () => {
    expect((await run(questions, '--limit', '1')).status).toBe(0);
    const before = readFileSync(out, 'utf8');
    lambda.resetHistory();
    for (const taken of [questions, out]) {
      expect(await run(questions, '--out', taken)).toMatchObject({
        status: 2,
        stderr: expect.stringContaining(`cannot write the outcomes to '${taken}': it exists. Name another file`),
      });
    }
    expect(readFileSync(out, 'utf8')).toBe(before);
    expect(readFileSync(questions, 'utf8')).toContain('"a?"');
    expect(lambda.commandCalls(InvokeCommand)).toHaveLength(0);
  });

  test('gives its outcomes to what is no file, such as /dev/null', async () => {
    expect(await run(questions, '--out', '/dev/null')).toMatchObject({ status: 0 });
  });

  test('is not asked where the outcomes cannot be kept', async () => {
    lambda.resetHistory();
    expect(await run(questions, '--out', join(questions, 'out.jsonl'))).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(/cannot write the outcomes to '.*': .*Name another file with '--out'\n$/s),
    });
    expect(lambda.commandCalls(InvokeCommand)).toHaveLength(0);
  });
});
