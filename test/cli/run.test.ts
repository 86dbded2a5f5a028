import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { expect, test } from '@jest/globals';
import { mockClient } from 'aws-sdk-client-mock';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCli } from './run-cli.ts';

const DATASET = 'config/datasets/cdk-questions.jsonl';

function named(name: string, message: string): Error {
  return Object.assign(new Error(message), { name });
}

test.each([
  [
    named('CredentialsProviderError', 'Could not load credentials from any providers'),
    "fmpaths: no AWS credentials: Could not load credentials from any providers. Sign in with 'aws sso login --profile NAME' or 'aws configure', then set AWS_PROFILE=NAME\n",
  ],
  [
    named('ExpiredTokenException', 'The security token included in the request is expired'),
    "fmpaths: AWS does not accept the credentials: The security token included in the request is expired. Sign in again with 'aws sso login --profile NAME'\n",
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
