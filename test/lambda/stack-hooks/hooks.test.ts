import {
  BedrockAgentClient,
  ListIngestionJobsCommand,
  ResourceNotFoundException,
  StopIngestionJobCommand,
} from '@aws-sdk/client-bedrock-agent';
import { DeleteObjectsCommand, ListObjectVersionsCommand, NoSuchBucket, S3Client } from '@aws-sdk/client-s3';
import { SQSClient, SendMessageCommand } from '@aws-sdk/client-sqs';
import { beforeEach, expect, test } from '@jest/globals';
import { mockClient } from 'aws-sdk-client-mock';
import type { ResourceEvent } from '../../../lambda/shared/custom-resource.ts';
import { runHook } from '../../../lambda/stack-hooks/hooks.ts';
import { virtualPace } from '../../support/pace.ts';

const agent = mockClient(BedrockAgentClient);
const s3 = mockClient(S3Client);
const sqs = mockClient(SQSClient);

beforeEach(() => {
  agent.reset();
  s3.reset();
  sqs.reset();
});

const PROPERTIES = {
  WaitSeconds: '60',
  QueueUrl: 'https://queue',
  KnowledgeBaseId: 'KB',
  DataSourceId: 'DS',
  BucketName: 'documents',
};

async function run(
  Action: string,
  RequestType: ResourceEvent['RequestType'],
  remainingMs = 900_000,
): Promise<number[]> {
  const pace = virtualPace();
  await runHook(
    {
      RequestType,
      ResponseURL: 'https://response',
      StackId: 'stack',
      RequestId: 'request',
      LogicalResourceId: 'Resource',
      ResourceProperties: { Action, ...PROPERTIES },
    },
    { agent: new BedrockAgentClient({}), s3: new S3Client({}), sqs: new SQSClient({}) },
    pace,
    remainingMs,
  );
  return pace.waits;
}

const versions = (...keys: string[]) => ({ Versions: keys.map((Key) => ({ Key, VersionId: `v-${Key}` })) });

test('a wait takes as long as it is told, and none on deletion', async () => {
  expect(await run('wait', 'Create')).toEqual([60_000]);
  expect(await run('wait', 'Update')).toEqual([60_000]);
  expect(await run('wait', 'Delete')).toEqual([]);
});

test.each(['Create', 'Update'] as const)('on %s the documents that are there are synced', async (type) => {
  await run('sync', type);
  const [sent] = sqs.commandCalls(SendMessageCommand);
  expect(sent?.args[0].input).toMatchObject({ QueueUrl: 'https://queue', MessageGroupId: 'documents' });
  expect(JSON.parse(sent?.args[0].input.MessageBody ?? '')).toMatchObject({ changedAt: '1970-01-01T00:16:40.000Z' });
});

/** What each look at the jobs finds; the last one stays. */
function looks(...found: readonly (readonly [id: string, status: string])[]): void {
  let look = 0;
  agent.on(ListIngestionJobsCommand).callsFake(() => {
    const [ingestionJobId, status] = found[Math.min(look++, found.length - 1)] ?? [];
    return { ingestionJobSummaries: [{ ingestionJobId, status }] };
  });
  agent.on(StopIngestionJobCommand).resolves({});
}
const stopped = (): (string | undefined)[] =>
  agent.commandCalls(StopIngestionJobCommand).map(({ args }) => args[0].input.ingestionJobId);

test('on deletion a running job is stopped once, and waited for', async () => {
  looks(['job', 'IN_PROGRESS'], ['job', 'STOPPING'], ['job', 'STOPPED']);
  // two looks while it runs, and 15 seconds in which nothing does
  expect(await run('sync', 'Delete')).toEqual([5_000, 5_000, 5_000, 5_000, 5_000]);
  expect(stopped()).toEqual(['job']);
});

test('on deletion a job that a last invocation of the sync starts after the first has stopped is stopped too', async () => {
  looks(
    ['first', 'IN_PROGRESS'],
    ['first', 'STOPPED'],
    ['first', 'STOPPED'],
    ['late', 'STARTING'],
    ['late', 'STOPPED'],
  );
  await run('sync', 'Delete');
  expect(stopped()).toEqual(['first', 'late']);
});

const denied = (name: string): Error => Object.assign(new Error('not authorized'), { name });

test.each<[string, ResourceEvent['RequestType']]>([
  ['sync', 'Create'],
  ['sync', 'Delete'],
  ['empty-bucket', 'Delete'],
])('a permission that was granted a moment ago is waited for: %s on %s', async (action, type) => {
  sqs.on(SendMessageCommand).rejectsOnce(denied('AccessDenied')).resolves({});
  agent.on(ListIngestionJobsCommand).rejectsOnce(denied('AccessDeniedException')).resolves({});
  s3.on(ListObjectVersionsCommand).rejectsOnce(denied('AccessDenied')).resolves({});
  expect((await run(action, type))[0]).toBe(5_000);
});

test('a permission that is not there after a minute is missing', async () => {
  s3.on(ListObjectVersionsCommand).rejects(denied('AccessDenied'));
  await expect(run('empty-bucket', 'Delete')).rejects.toThrow('not authorized');
  expect(s3.commandCalls(ListObjectVersionsCommand)).toHaveLength(13);
});

test('where the first sync cannot be asked for, the deployment fails and its rollback passes', async () => {
  sqs.on(SendMessageCommand).rejects(denied('AWS.SimpleQueueService.NonExistentQueue'));
  await expect(run('sync', 'Create')).rejects.toThrow('not authorized');
  looks(['none', 'COMPLETE']);
  await expect(run('sync', 'Delete')).resolves.toHaveLength(3);
});

test('on deletion a knowledge base that is gone already is no problem', async () => {
  agent.on(ListIngestionJobsCommand).rejects(new ResourceNotFoundException({ message: 'gone', $metadata: {} }));
  await expect(run('sync', 'Delete')).resolves.toEqual([]);
});

test('a job that does not stop in time fails the deletion and says what to do', async () => {
  agent
    .on(ListIngestionJobsCommand)
    .resolves({ ingestionJobSummaries: [{ ingestionJobId: 'job', status: 'STOPPING' }] } as never);
  agent.on(StopIngestionJobCommand).resolves({});
  await expect(run('sync', 'Delete', 60_000)).rejects.toThrow('ingestion job job does not stop: wait for its end');
});

test('on deletion every version and every delete marker goes', async () => {
  s3.on(ListObjectVersionsCommand)
    .resolvesOnce({ ...versions('a', 'b'), DeleteMarkers: [{ Key: 'c', VersionId: 'm' }] })
    .resolvesOnce(versions('d'))
    .resolves({});
  s3.on(DeleteObjectsCommand).resolves({});
  await run('empty-bucket', 'Delete');
  const deleted = s3.commandCalls(DeleteObjectsCommand).flatMap(({ args }) => args[0].input.Delete?.Objects ?? []);
  expect(deleted.map(({ Key, VersionId }) => `${Key} ${VersionId}`)).toEqual(['a v-a', 'b v-b', 'c m', 'd v-d']);
});

test.each(['Create', 'Update'] as const)('on %s no document is touched', async (type) => {
  await run('empty-bucket', type);
  expect(s3.calls()).toHaveLength(0);
});

test('a version that cannot be deleted fails the deletion by its name', async () => {
  s3.on(ListObjectVersionsCommand).resolves(versions('a'));
  s3.on(DeleteObjectsCommand).resolves({ Errors: [{ Key: 'a', Code: 'AccessDenied', Message: 'locked' }] });
  await expect(run('empty-bucket', 'Delete')).rejects.toThrow("such as 'a': AccessDenied locked");
});

test('a bucket that is gone already is no problem', async () => {
  s3.on(ListObjectVersionsCommand).rejects(new NoSuchBucket({ message: 'gone', $metadata: {} }));
  await expect(run('empty-bucket', 'Delete')).resolves.toEqual([]);
});
