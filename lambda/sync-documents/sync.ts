import {
  GetIngestionJobCommand,
  ListIngestionJobsCommand,
  StartIngestionJobCommand,
  type BedrockAgentClient,
  type IngestionJob,
  type IngestionJobSummary,
} from '@aws-sdk/client-bedrock-agent';
import type { PathId } from '../../lib/paths.ts';
import { metricLine } from '../shared/metrics.ts';
import type { Pace } from '../shared/retry.ts';
import type { Change } from './change.ts';

export interface Syncer {
  readonly client: Pick<BedrockAgentClient, 'send'>;
  readonly path: PathId;
  readonly source: { readonly knowledgeBaseId: string; readonly dataSourceId: string };
  readonly pace: Pace;
  /** Puts what is not done in time back into the queue, behind what came meanwhile. */
  readonly postpone: (changedAt: string, jobId: string) => Promise<void>;
  readonly log: (line: string) => void;
}

/** StartIngestionJob takes one call in ten seconds: https://docs.aws.amazon.com/general/latest/gr/bedrock.html */
const START_INTERVAL_MS = 10_000;

const POLL_MS = 5_000;

const LONGEST_AHEAD_MS = 5_000;

/** Time kept back to postpone the rest. */
const RESERVED_MS = 10_000;

/** A job says in its description up to when it has seen changes, by the clock of whoever started it. */
const SEEN = 'documents as of ';

/**
 * Brings the index up to date with the bucket: one job at a time, and another one where documents changed after it began.
 *
 * @throws Error where the job failed: the queue delivers the changes again
 */
export async function syncDocuments(changes: readonly Change[], syncer: Syncer, remainingMs: number): Promise<void> {
  const { pace, postpone } = syncer;
  const untilMs = pace.now() + remainingMs - RESERVED_MS;
  for (const { problem } of changes) if (problem !== undefined) report(syncer, 'WARN', 'document_unusable', problem);
  const changedMs = Math.max(...changes.map((change) => change.untilMs));
  // every message of a batch of uploads finds the job that saw it: its failures are counted by the one that waited for its end
  const counts = (jobId: string): boolean => jobId === own || changes.some((change) => change.jobId === jobId);
  let own: string | undefined;
  for (;;) {
    const outcome = await step(changedMs, own, counts, syncer);
    if (outcome === 'done') return;
    own = outcome.started ?? own;
    if (pace.now() + outcome.waitMs > untilMs) {
      await postpone(new Date(changedMs).toISOString(), outcome.jobId);
      report(syncer, 'INFO', 'still_running', { jobId: outcome.jobId });
      return;
    }
    await pace.sleep(outcome.waitMs);
  }
}

type Step = 'done' | { readonly waitMs: number; readonly jobId: string; readonly started?: string };

/** @param own the job that this invocation started */
async function step(
  changedMs: number,
  own: string | undefined,
  counts: (jobId: string) => boolean,
  syncer: Syncer,
): Promise<Step> {
  try {
    const last = await lastJob(syncer);
    if (last === undefined) return await start(changedMs, syncer);
    const { status = 'FAILED', startedAt, ingestionJobId: jobId = '' } = last;
    if (status === 'STARTING' || status === 'IN_PROGRESS' || status === 'STOPPING') return { waitMs: POLL_MS, jobId };
    // a job that failed for an earlier delivery of the same changes is worth another try
    if (seenMs(last) >= changedMs && (status !== 'FAILED' || jobId === own)) {
      await conclude(jobId, counts(jobId), syncer);
      return 'done';
    }
    const sinceMs = syncer.pace.now() - (startedAt?.getTime() ?? 0);
    if (sinceMs >= 0 && sinceMs < START_INTERVAL_MS) return { waitMs: START_INTERVAL_MS - sinceMs, jobId };
    return await start(changedMs, syncer);
  } catch (error) {
    // another job, also of another knowledge base, or too many calls: it passes
    if (!(error instanceof Error) || !PASSING.includes(error.name)) throw error;
    return { waitMs: START_INTERVAL_MS, jobId: error.name };
  }
}

const PASSING = [
  'ConflictException',
  'ThrottlingException',
  'ServiceQuotaExceededException',
  'InternalServerException',
  'ServiceUnavailableException',
];

async function lastJob({ client, source }: Syncer): Promise<IngestionJobSummary | undefined> {
  const { ingestionJobSummaries } = await client.send(
    new ListIngestionJobsCommand({
      ...source,
      maxResults: 1,
      sortBy: { attribute: 'STARTED_AT', order: 'DESCENDING' },
    }),
  );
  return ingestionJobSummaries?.[0];
}

async function start(changedMs: number, { client, source, pace }: Syncer): Promise<Step> {
  // the second in which the change was may not be over: what changes in the rest of it must not count as seen
  const aheadMs = changedMs - pace.now();
  if (aheadMs > 0 && aheadMs <= LONGEST_AHEAD_MS) await pace.sleep(aheadMs);
  // clocks that are further apart: this change at least has been seen
  const seen = Math.max(changedMs, pace.now());
  const { ingestionJob } = await client.send(
    new StartIngestionJobCommand({ ...source, description: `${SEEN}${new Date(seen).toISOString()}` }),
  );
  const jobId = ingestionJob?.ingestionJobId ?? '';
  return { waitMs: POLL_MS, jobId, started: jobId };
}

/** A job that somebody else started says nothing, so it counts as having seen nothing. */
function seenMs({ description = '' }: IngestionJobSummary): number {
  const at = description.startsWith(SEEN) ? Date.parse(description.slice(SEEN.length)) : NaN;
  return Number.isNaN(at) ? -Infinity : at;
}

/** Says what came of a job that has ended. Failed documents are no success, whatever the job's own status says. */
async function conclude(jobId: string, counted: boolean, syncer: Syncer): Promise<void> {
  const { client, source } = syncer;
  const { ingestionJob: job } = await client.send(new GetIngestionJobCommand({ ...source, ingestionJobId: jobId }));
  const { status = 'FAILED', failureReasons = [], statistics = {} } = job ?? {};
  const facts = { jobId, status, failureReasons, statistics, durationMs: durationMs(job) };
  const failed = statistics.numberOfDocumentsFailed ?? 0;
  if (status === 'FAILED') {
    report(syncer, 'ERROR', 'sync_failed', facts);
    throw new Error(`ingestion job ${jobId} failed: ${failureReasons.join('; ') || 'Bedrock gives no reason'}`);
  }
  if (status !== 'COMPLETE') report(syncer, 'WARN', 'sync_stopped', facts);
  else if (failed > 0) report(syncer, 'ERROR', 'documents_failed', facts, counted ? failed : undefined);
  else if (statistics.numberOfDocumentsScanned === 0) report(syncer, 'INFO', 'no_documents', facts);
  else report(syncer, 'INFO', 'synced', facts);
}

function durationMs(job: IngestionJob | undefined): number | null {
  return job?.startedAt && job.updatedAt ? job.updatedAt.getTime() - job.startedAt.getTime() : null;
}

function report(
  { path, pace, log }: Syncer,
  level: 'INFO' | 'WARN' | 'ERROR',
  outcome: string,
  facts: Readonly<Record<string, unknown>>,
  failedDocuments?: number,
): void {
  log(
    metricLine({
      path,
      component: 'data',
      timestampMs: pace.now(),
      // only where there are any: each metric is paid for in each hour that it is written
      metrics: failedDocuments === undefined ? {} : { FailedDocuments: failedDocuments },
      properties: { level, outcome, ...facts },
    }),
  );
}
