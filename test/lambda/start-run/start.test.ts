import { CopyObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { beforeEach, expect, test } from '@jest/globals';
import { mockClient } from 'aws-sdk-client-mock';
import type { ResourceEvent } from '../../../lambda/shared/custom-resource.ts';
import { startOnDeploy } from '../../../lambda/start-run/start.ts';
import type { RunRequest } from '../../../lib/training/run-request.ts';

const s3 = mockClient(S3Client);
const stepFunctions = mockClient(SFNClient);
const clients = { s3: new S3Client({}), stepFunctions: new SFNClient({}) };
const target = { bucket: 'own-data', stateMachineArn: 'arn:aws:states:us-east-1:111122223333:stateMachine:own' };
const HASH = '0123456789abcdef'.repeat(4);

beforeEach(() => {
  s3.reset();
  stepFunctions.reset();
});

const event = (changes: Partial<ResourceEvent> = {}): ResourceEvent => ({
  RequestType: 'Create',
  ResponseURL: 'https://example.com',
  StackId: 'own',
  RequestId: '6e2f5d0a-8d5c-4a0b-9a55-1f2b3c4d5e6f',
  LogicalResourceId: 'Run',
  ResourceProperties: {
    DatasetHash: HASH,
    SourceBucket: 'assets',
    SourceKey: 'a b.jsonl',
    Request: JSON.stringify({ maxUsd: 5, hosting: { kind: 'on-demand' } }),
  },
  ...changes,
});

const started = (): RunRequest[] =>
  stepFunctions
    .commandCalls(StartExecutionCommand)
    .map(({ args: [{ input }] }) => JSON.parse(String(input.input)) as RunRequest);

test('a deployment copies its data set into the bucket of the stack and begins a run with it', async () => {
  expect(await startOnDeploy(event(), clients, target)).toBe(HASH);
  expect(s3.commandCalls(CopyObjectCommand)[0]?.args[0].input).toEqual({
    Bucket: 'own-data',
    Key: 'datasets/0123456789abcdef/train.jsonl',
    CopySource: 'assets/a%20b.jsonl',
  });
  expect(started()).toEqual([
    {
      action: 'train',
      runId: expect.stringMatching(/^deploy-[0-9a-f]{12}$/),
      dataset: { trainUri: 's3://own-data/datasets/0123456789abcdef/train.jsonl' },
      maxUsd: 5,
      hosting: { kind: 'on-demand' },
    },
  ]);
  // whoever hears of the end of an execution knows its run by the name
  expect(stepFunctions.commandCalls(StartExecutionCommand)[0]?.args[0].input.name).toBe(started()[0]?.runId);
});

test('the id of the run is short enough for the names of jobs, which begin with up to 41 characters of the stack name', async () => {
  await startOnDeploy(event(), clients, target);
  expect(41 + 1 + (started()[0]?.runId.length ?? Infinity)).toBeLessThanOrEqual(63);
});

test('the same request delivered twice is one run', async () => {
  await startOnDeploy(event(), clients, target);
  stepFunctions
    .on(StartExecutionCommand)
    .rejects(Object.assign(new Error('taken'), { name: 'ExecutionAlreadyExists' }));
  expect(await startOnDeploy(event(), clients, target)).toBe(HASH);
  const [first, second] = started();
  expect(second?.runId).toBe(first?.runId);
});

test('a deployment with the same data set and other settings begins no run: it would be paid for twice', async () => {
  expect(await startOnDeploy(event({ RequestType: 'Update', PhysicalResourceId: HASH }), clients, target)).toBe(HASH);
  expect(started()).toEqual([]);
});

test('a deployment with another data set begins another run', async () => {
  await startOnDeploy(event({ RequestType: 'Update', PhysicalResourceId: 'f'.repeat(64) }), clients, target);
  expect(started()).toHaveLength(1);
});

test('an update that is rolled back asks for the data set before once more, and begins nothing new', async () => {
  await startOnDeploy(event(), clients, target);
  // as CloudFormation does: an update to what was, with the id of what failed
  await startOnDeploy(
    event({ RequestType: 'Update', RequestId: 'another', PhysicalResourceId: 'f'.repeat(64) }),
    clients,
    target,
  );
  const [before, after] = started();
  // Step Functions refuses an execution of the same name
  expect(after?.runId).toBe(before?.runId);
});

test('a stack that is made again begins its own run: names of jobs are reserved for ever', async () => {
  await startOnDeploy(event(), clients, target);
  await startOnDeploy(event({ StackId: 'own, made again' }), clients, target);
  const [before, after] = started();
  expect(after?.runId).not.toBe(before?.runId);
});

test('the deletion of the stack begins nothing', async () => {
  expect(
    await startOnDeploy(event({ RequestType: 'Delete', PhysicalResourceId: HASH }), clients, target),
  ).toBeUndefined();
  expect(started()).toEqual([]);
  expect(s3.calls()).toEqual([]);
});

test('a run that cannot be begun fails the deployment', async () => {
  stepFunctions.on(StartExecutionCommand).rejects(new Error('no such state machine'));
  await expect(startOnDeploy(event(), clients, target)).rejects.toThrow('no such state machine');
});
