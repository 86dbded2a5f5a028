import {
  ListIngestionJobsCommand,
  ResourceNotFoundException,
  StopIngestionJobCommand,
  type BedrockAgentClient,
} from '@aws-sdk/client-bedrock-agent';
import { DeleteObjectsCommand, ListObjectVersionsCommand, NoSuchBucket, type S3Client } from '@aws-sdk/client-s3';
import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { requireProperty, type ResourceEvent } from '../shared/custom-resource.ts';
import type { Pace } from '../shared/retry.ts';

export interface StackHooksClients {
  readonly agent: Pick<BedrockAgentClient, 'send'>;
  readonly s3: Pick<S3Client, 'send'>;
  readonly sqs: Pick<SQSClient, 'send'>;
}

/** What the construct asks for: one custom resource each. */
export type HookAction = 'wait' | 'sync' | 'empty-bucket';

/** Time kept back to tell CloudFormation that the work is not done. */
const RESERVED_MS = 10_000;

const POLL_MS = 5_000;

/** What a role was granted just before may still be denied: IAM user guide, "Changes that I make are not always immediately visible". */
const GRANTED_WITHIN_MS = 60_000;

/** A sync that was under way when its trigger went may still start a job, up to ten seconds later: so often nothing must run. */
const QUIET_LOOKS = 4;

/** Does what CloudFormation has no type for, when the stack is made, changed or deleted. */
export async function runHook(
  event: ResourceEvent,
  clients: StackHooksClients,
  pace: Pace,
  remainingMs: number,
): Promise<undefined> {
  const action = requireProperty(event, 'Action') as HookAction;
  const deleting = event.RequestType === 'Delete';
  const untilMs = pace.now() + remainingMs - RESERVED_MS;
  const onceGranted = (work: () => Promise<void>): Promise<void> => patiently(work, pace, untilMs);
  switch (action) {
    case 'wait':
      if (!deleting) await pace.sleep(Number(requireProperty(event, 'WaitSeconds')) * 1000);
      return;
    case 'sync':
      if (deleting) await onceGranted(() => stopSync(event, clients, pace, untilMs));
      else await onceGranted(() => requestSync(event, clients, pace));
      return;
    case 'empty-bucket': {
      const bucket = requireProperty(event, 'BucketName');
      if (deleting) await onceGranted(() => emptyBucket(bucket, clients.s3, pace, untilMs));
      return;
    }
    default:
      throw new Error(`unknown action '${String(action satisfies never)}'`);
  }
}

/** A first deployment that fails at once deletes what it made seconds before: denied for a moment, it would be stuck. */
async function patiently(work: () => Promise<void>, pace: Pace, untilMs: number): Promise<void> {
  const giveUpMs = Math.min(pace.now() + GRANTED_WITHIN_MS, untilMs);
  for (;;) {
    try {
      await work();
      return;
    } catch (error) {
      const denied = error instanceof Error && /^AccessDenied(Exception)?$/.test(error.name);
      if (!denied || pace.now() + POLL_MS > giveUpMs) throw error;
      await pace.sleep(POLL_MS);
    }
  }
}

/** The documents that are there already are as good as just changed. */
async function requestSync(event: ResourceEvent, { sqs }: StackHooksClients, pace: Pace): Promise<void> {
  await sqs.send(
    new SendMessageCommand({
      QueueUrl: requireProperty(event, 'QueueUrl'),
      MessageGroupId: 'documents',
      MessageBody: JSON.stringify({ sync: event.RequestId, changedAt: new Date(pace.now()).toISOString() }),
    }),
  );
}

/** A data source with a job under way cannot be deleted. */
async function stopSync(
  event: ResourceEvent,
  { agent }: StackHooksClients,
  pace: Pace,
  untilMs: number,
): Promise<void> {
  const source = {
    knowledgeBaseId: requireProperty(event, 'KnowledgeBaseId'),
    dataSourceId: requireProperty(event, 'DataSourceId'),
  };
  const asked = new Set<string>();
  let quiet = 0;
  for (;;) {
    let running: string[];
    try {
      running = await runningJobs(agent, source);
      for (const ingestionJobId of running) {
        if (asked.has(ingestionJobId)) continue;
        asked.add(ingestionJobId);
        await agent.send(new StopIngestionJobCommand({ ...source, ingestionJobId }));
      }
    } catch (error) {
      // a first deployment that failed may have made none
      if (error instanceof ResourceNotFoundException) return;
      // it ended between the two calls
      if (error instanceof Error && error.name === 'ConflictException') continue;
      throw error;
    }
    quiet = running.length === 0 ? quiet + 1 : 0;
    if (quiet === QUIET_LOOKS) return;
    if (running.length > 0 && pace.now() + POLL_MS > untilMs) {
      throw new Error(
        `ingestion job ${running.join(', ')} does not stop: wait for its end, then destroy the stack again`,
      );
    }
    await pace.sleep(POLL_MS);
  }
}

async function runningJobs(
  agent: StackHooksClients['agent'],
  source: { readonly knowledgeBaseId: string; readonly dataSourceId: string },
): Promise<string[]> {
  const { ingestionJobSummaries = [] } = await agent.send(
    new ListIngestionJobsCommand({
      ...source,
      maxResults: 10,
      sortBy: { attribute: 'STARTED_AT', order: 'DESCENDING' },
    }),
  );
  return ingestionJobSummaries
    .filter(({ status }) => status === 'STARTING' || status === 'IN_PROGRESS' || status === 'STOPPING')
    .map(({ ingestionJobId = '' }) => ingestionJobId);
}

/** Deletes every version of every object: a bucket with any left cannot be deleted. */
async function emptyBucket(bucket: string, s3: StackHooksClients['s3'], pace: Pace, untilMs: number): Promise<void> {
  for (let deleted = 0; ;) {
    let page;
    try {
      page = await s3.send(new ListObjectVersionsCommand({ Bucket: bucket, MaxKeys: 1_000 }));
    } catch (error) {
      if (error instanceof NoSuchBucket) return;
      throw error;
    }
    const versions = [...(page.Versions ?? []), ...(page.DeleteMarkers ?? [])].map(({ Key, VersionId }) => ({
      Key,
      VersionId,
    }));
    if (versions.length === 0) return;
    const { Errors = [] } = await s3.send(
      new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects: versions, Quiet: true } }),
    );
    const [first] = Errors;
    if (first !== undefined) {
      throw new Error(
        `${Errors.length} of ${versions.length} object versions in ${bucket} cannot be deleted, such as '${first.Key ?? ''}': ${first.Code ?? ''} ${first.Message ?? ''}`,
      );
    }
    deleted += versions.length;
    if (pace.now() > untilMs) {
      throw new Error(`${deleted} object versions in ${bucket} are deleted and more are left: destroy the stack again`);
    }
  }
}
