import {
  BedrockAgentClient,
  GetIngestionJobCommand,
  ListIngestionJobsCommand,
  StartIngestionJobCommand,
  type IngestionJobSummary,
} from '@aws-sdk/client-bedrock-agent';
import { beforeEach, expect, test } from '@jest/globals';
import { mockClient } from 'aws-sdk-client-mock';
import { readChange, type Change } from '../../../lambda/sync-documents/change.ts';
import { syncDocuments } from '../../../lambda/sync-documents/sync.ts';
import { sdkError, virtualPace } from '../../support/pace.ts';

const agent = mockClient(BedrockAgentClient);

/** Jobs as the service keeps them: each ends after `jobMs`, as `outcome` says. */
interface Service {
  readonly jobs: { id: string; startedMs: number; description: string | undefined }[];
  jobMs: number;
  documents: number;
  outcome: { status: 'COMPLETE' | 'FAILED' | 'STOPPED'; failed?: number; reasons?: string[] };
  /** What the next starts are refused with. */
  readonly refusals: Error[];
}

let service: Service;
let pace: ReturnType<typeof virtualPace>;

beforeEach(() => {
  service = { jobs: [], jobMs: 20_000, documents: 3, outcome: { status: 'COMPLETE' }, refusals: [] };
  pace = virtualPace();
  agent.reset();
  const summary = (job: Service['jobs'][number]): IngestionJobSummary => ({
    knowledgeBaseId: 'KB',
    dataSourceId: 'DS',
    ingestionJobId: job.id,
    description: job.description,
    status: pace.now() >= job.startedMs + service.jobMs ? service.outcome.status : 'IN_PROGRESS',
    startedAt: new Date(job.startedMs),
    updatedAt: new Date(job.startedMs + service.jobMs),
  });
  agent.on(ListIngestionJobsCommand).callsFake(() => ({ ingestionJobSummaries: service.jobs.slice(-1).map(summary) }));
  agent.on(StartIngestionJobCommand).callsFake(({ description }: { description?: string }) => {
    const refusal = service.refusals.shift();
    if (refusal !== undefined) throw refusal;
    const job = { id: `job-${service.jobs.length + 1}`, startedMs: pace.now(), description };
    service.jobs.push(job);
    return { ingestionJob: { ingestionJobId: job.id } };
  });
  agent.on(GetIngestionJobCommand).callsFake(({ ingestionJobId }: { ingestionJobId: string }) => {
    const job = service.jobs.find(({ id }) => id === ingestionJobId);
    const { status, failed = 0, reasons = [] } = service.outcome;
    return {
      ingestionJob: {
        ...(job === undefined ? {} : summary(job)),
        status,
        failureReasons: reasons,
        statistics: { numberOfDocumentsScanned: service.documents, numberOfDocumentsFailed: failed },
      },
    };
  });
});

interface Seen {
  readonly logs: Record<string, unknown>[];
  readonly postponed: string[];
  readonly error: unknown;
}

async function sync(changes: readonly Change[], remainingMs = 300_000): Promise<Seen> {
  const logs: Seen['logs'] = [];
  const postponed: string[] = [];
  const error: unknown = await syncDocuments(
    changes,
    {
      client: new BedrockAgentClient({ region: 'us-east-1' }),
      path: 'rag',
      source: { knowledgeBaseId: 'KB', dataSourceId: 'DS' },
      pace,
      postpone: async (changedAt) => {
        await Promise.resolve();
        postponed.push(changedAt);
      },
      log: (line) => logs.push(JSON.parse(line) as Record<string, unknown>),
    },
    remainingMs,
  ).catch((thrown: unknown) => thrown);
  return { logs, postponed, error };
}

const changed = (untilMs = pace.now()): Change => ({ untilMs });
const outcomes = ({ logs }: Seen): unknown[] => logs.map(({ outcome }) => outcome);
const starts = (): number => agent.commandCalls(StartIngestionJobCommand).length;

test('a change starts a job, waits for its end and says what came of it', async () => {
  const seen = await sync([changed()]);
  expect(outcomes(seen)).toEqual(['synced']);
  expect(seen.logs[0]).toMatchObject({
    jobId: 'job-1',
    durationMs: 20_000,
    statistics: { numberOfDocumentsScanned: 3 },
  });
  expect(starts()).toBe(1);
  expect(pace.now() - 1_000_000).toBeGreaterThanOrEqual(20_000);
});

test('an empty bucket is synced too, and says that nothing was there', async () => {
  service.documents = 0;
  const seen = await sync([readChange(JSON.stringify({ sync: 'request', changedAt: new Date(pace.now()) }))]);
  expect(seen.logs).toEqual([
    expect.objectContaining({
      level: 'INFO',
      outcome: 'no_documents',
      jobId: 'job-1',
      statistics: { numberOfDocumentsScanned: 0, numberOfDocumentsFailed: 0 },
    }),
  ]);
  expect(seen.error).toBeUndefined();
});

test('a change that an earlier job has seen needs no job of its own; a later one does', async () => {
  await sync([changed()]);
  await sync([changed(1_000_000)]);
  expect(starts()).toBe(1);
  await sync([changed(pace.now() + 1)]);
  expect(starts()).toBe(2);
});

test('documents that change while a job runs are brought in by another one after it', async () => {
  service.jobs.push({
    id: 'job-1',
    startedMs: pace.now() - 5_000,
    description: 'documents as of 1970-01-01T00:16:35.000Z',
  });
  const seen = await sync([changed()]);
  expect(starts()).toBe(1);
  expect(seen.logs[0]).toMatchObject({ outcome: 'synced', jobId: 'job-2' });
});

test('a job that somebody else started counts as having seen nothing', async () => {
  service.jobs.push({ id: 'job-1', startedMs: pace.now() - 60_000, description: undefined });
  await sync([changed(pace.now() - 120_000)]);
  expect(starts()).toBe(1);
});

test('jobs are started ten seconds apart at least', async () => {
  service.jobMs = 1_000;
  service.jobs.push({ id: 'job-1', startedMs: pace.now() - 3_000, description: undefined });
  await sync([changed()]);
  expect(pace.waits[0]).toBe(7_000);
});

test.each([
  ['ConflictException', 400],
  ['ThrottlingException', 429],
  ['InternalServerException', 500],
])('%s is waited out, and nothing is lost', async (name, status) => {
  service.refusals.push(sdkError(name, status), sdkError(name, status));
  const seen = await sync([changed()]);
  expect(pace.waits.slice(0, 2)).toEqual([10_000, 10_000]);
  expect(outcomes(seen)).toEqual(['synced']);
});

test('a refusal that does not pass is thrown, so that the queue keeps the change', async () => {
  service.refusals.push(sdkError('ValidationException', 400));
  expect((await sync([changed()])).error).toMatchObject({ name: 'ValidationException' });
});

test('failed documents are told and counted, although the job calls itself complete', async () => {
  service.outcome = { status: 'COMPLETE', failed: 2, reasons: ['big.pdf exceeds the size limit'] };
  const seen = await sync([changed()]);
  expect(seen.logs).toEqual([
    expect.objectContaining({
      level: 'ERROR',
      outcome: 'documents_failed',
      FailedDocuments: 2,
      failureReasons: ['big.pdf exceeds the size limit'],
    }),
  ]);
  expect(seen.error).toBeUndefined();
});

test('failed documents are counted once, however many messages the job has seen', async () => {
  service.outcome = { status: 'COMPLETE', failed: 2 };
  const at = changed();
  const seen = [await sync([at]), await sync([at]), await sync([at, { ...at, jobId: 'request-of-a-stack' }])];
  expect(seen.map(outcomes)).toEqual([['documents_failed'], ['documents_failed'], ['documents_failed']]);
  expect(seen.map(({ logs }) => logs[0]?.['FailedDocuments'])).toEqual([2, undefined, undefined]);
  expect(starts()).toBe(1);
});

test('failed documents of a job that was waited for by a later message are counted there', async () => {
  service.outcome = { status: 'COMPLETE', failed: 2 };
  service.jobMs = 600_000;
  const at = changed();
  expect(outcomes(await sync([at]))).toEqual(['still_running']);
  service.jobMs = 0;
  const { logs } = await sync([
    { ...at, ...readChange(JSON.stringify({ sync: 'job-1', changedAt: new Date(at.untilMs) })) },
  ]);
  expect(logs[0]).toMatchObject({ outcome: 'documents_failed', FailedDocuments: 2 });
});

test('a failed job is thrown with its reason, so that the queue delivers the change again', async () => {
  service.outcome = { status: 'FAILED', reasons: ['no such bucket'] };
  const seen = await sync([changed()]);
  expect(seen.error).toMatchObject({ message: 'ingestion job job-1 failed: no such bucket' });
  expect(outcomes(seen)).toEqual(['sync_failed']);
});

test('a job waits for the end of the second in which a change was: what changes in the rest of it is not lost', async () => {
  const at = changed(pace.now() + 600);
  await sync([at]);
  expect(pace.waits[0]).toBe(600);
  expect(service.jobs[0]?.description).toBe(`documents as of ${new Date(at.untilMs).toISOString()}`);
});

test('a job that failed in an earlier delivery is not taken for an answer', async () => {
  service.outcome = { status: 'FAILED' };
  const at = changed();
  await sync([at]);
  await sync([at]);
  expect(starts()).toBe(2);
});

test('a job that is stopped, as the deletion of the stack does, is not started again', async () => {
  service.outcome = { status: 'STOPPED' };
  expect(outcomes(await sync([changed()]))).toEqual(['sync_stopped']);
  expect(starts()).toBe(1);
});

test('a job longer than the function may run is waited for by a later message', async () => {
  service.jobMs = 3_600_000;
  const at = changed();
  const seen = await sync([at], 60_000);
  expect(seen.postponed).toEqual([new Date(at.untilMs).toISOString()]);
  expect(outcomes(seen)).toEqual(['still_running']);
  expect(seen.error).toBeUndefined();
  expect(starts()).toBe(1);
});

const event = (key: string, size: number, time = '2026-11-26T10:00:00Z'): string =>
  JSON.stringify({ source: 'aws.s3', time, detail: { bucket: { name: 'b' }, object: { key, size } } });

const MB = 1024 * 1024;

test.each([
  ['a 60 MB file', 'big.pdf', 60 * MB, 'a document may have 50 MB, this one has 60.0 MB: split it'],
  ['a type that Bedrock does not read', 'clip.mp4', 5, "type 'mp4' is none that Bedrock reads"],
  ['a file without a type', 'README', 5, "type '' is none that Bedrock reads"],
  ['long metadata', 'a.md.metadata.json', 11 * 1024, 'a metadata file may have 10 KB, this one has 11.0 KB'],
])('%s is told by its name, and the rest is synced', async (_, key, size, reason) => {
  const seen = await sync([readChange(event(key, size)), readChange(event('good.md', 5))]);
  expect(seen.logs[0]).toMatchObject({ level: 'WARN', outcome: 'document_unusable', document: key });
  expect(seen.logs[0]?.['reason']).toContain(reason);
  expect(outcomes(seen)).toEqual(['document_unusable', 'synced']);
});

test.each([
  ['a.md', 50 * MB],
  ['A.PDF', 1],
  ['a.md.metadata.json', 10 * 1024],
  ['folder/', 0],
])('%s of %d bytes is taken', (key, size) => {
  expect(readChange(event(key, size)).problem).toBeUndefined();
});

test('S3 tells whole seconds, so a change may be up to a second later than it says', () => {
  expect(readChange(event('a.md', 1)).untilMs).toBe(Date.parse('2026-11-26T10:00:01Z'));
  expect(readChange(JSON.stringify({ sync: 'x', changedAt: '2026-11-26T10:00:00.250Z' })).untilMs).toBe(
    Date.parse('2026-11-26T10:00:00.250Z'),
  );
});

test.each(['{}', '[]', 'null', '{"time":"soon"}'])('a message that is no change is refused: %s', (body) => {
  expect(() => readChange(body)).toThrow('neither an event of S3 nor a request to sync');
});
