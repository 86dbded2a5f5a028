import { DisableRuleCommand } from '@aws-sdk/client-eventbridge';
import { DeleteObjectsCommand, ListObjectVersionsCommand, type S3Client } from '@aws-sdk/client-s3';
import { ListExecutionsCommand, StopExecutionCommand, type SFNClient } from '@aws-sdk/client-sfn';
import { isRunLive } from '../../lib/lifecycle/leases.ts';
import { isJob, type CreatedResource } from '../../lib/lifecycle/resource.ts';
import { isHeld } from '../../lib/lifecycle/sweep.ts';
import { throughputMeter } from '../../lib/prices/commitment.ts';
import { priceIdOf } from '../../lib/prices/price-id.ts';
import { usdPer } from '../../lib/prices/usd-per.ts';
import { HOUR_MS } from '../../lib/units.ts';
import { endRun, obstacleText, reap, type Reaper } from './reap.ts';

export interface StackDeletion extends Reaper {
  readonly s3: Pick<S3Client, 'send'>;
  readonly stepFunctions: Pick<SFNClient, 'send'>;
  readonly stateMachineArn: string;
  /** Rules that begin runs: they must not while the stack is being deleted. */
  readonly startingRules: readonly string[];
}

/** What one attempt leaves to the next: a function ends after 15 minutes, a deletion may take 50. */
export interface DeletionProgress {
  readonly startedAt: string;
  /** Since when every look has found nothing; absent while something was found. */
  readonly cleanSince?: string | undefined;
  /** Whether something may still turn up: of a creation that was under way, or of a job that ended; absent until the fence is up. */
  readonly unsettled?: boolean | undefined;
}

export type DeletionOutcome =
  | { readonly done: true }
  | { readonly done: false; readonly progress: DeletionProgress }
  /** Time is up, or there is no sense in waiting: the stack must not go, for the reaper would go with it. */
  | { readonly done: false; readonly failed: string };

/** The longest that a function which creates things runs, and how long AWS may not show what it made. */
const SETTLING_MS = 5 * 60_000;

/** CloudFormation gives a custom resource an hour. */
const LONGEST_DELETION_MS = 50 * 60_000;

const PAUSE_MS = 15_000;

/**
 * Removes everything that the stack has created through the API, before CloudFormation deletes anything: no new run, no running
 * one, then two looks that find nothing; where a creation may have been under way, so long apart that it would show.
 */
export async function deleteAll(
  deletion: StackDeletion,
  before: DeletionProgress | undefined,
  budgetMs: number,
): Promise<DeletionOutcome> {
  const { now, sleep } = deletion;
  const invokedMs = now().getTime();
  let progress: DeletionProgress = before ?? { startedAt: now().toISOString() };
  for (;;) {
    const leftMs = budgetMs - (now().getTime() - invokedMs);
    if (leftMs < 2 * PAUSE_MS) return { done: false, progress };
    try {
      const next = await advanceDeletion(deletion, progress, leftMs);
      if ('done' in next) return next;
      progress = next;
    } catch (error) {
      // what fails for a moment must not keep the stack; what is forbidden stays so
      if (isRefused(error) || isLate(progress, now())) {
        return {
          done: false,
          failed: `the reaper could not look at everything, so the stack is kept: ${String(error)}. ${AGAIN}`,
        };
      }
      await sleep(PAUSE_MS);
    }
  }
}

const AGAIN = 'Its reaper goes on every 15 minutes: delete the stack again in a while.';

const isRefused = (error: unknown): boolean => error instanceof Error && error.name.startsWith('AccessDenied');

const isLate = ({ startedAt }: DeletionProgress, now: Date): boolean =>
  now.getTime() - new Date(startedAt).getTime() > LONGEST_DELETION_MS;

/** One look, and what follows from it. */
async function advanceDeletion(
  deletion: StackDeletion,
  progress: DeletionProgress,
  leftMs: number,
): Promise<DeletionProgress | Extract<DeletionOutcome, { readonly failed: string } | { readonly done: true }>> {
  const { now, sleep, clients, settings } = deletion;
  const creating = progress.unsettled ?? (await stopRuns(deletion));
  const { removed, left } = await reap(deletion, Math.min(leftMs - PAUSE_MS, LONGEST_DELETION_MS));
  // a job that ends may leave a model that is seen later
  const unsettled = creating || [...removed, ...left.map(({ resource }) => resource)].some(({ kind }) => isJob(kind));
  if (left.length > 0) {
    const resources = left.map(({ resource }) => resource);
    if (isHeld(resources, now()) || isLate(progress, now())) {
      const committed = resources.filter(
        ({ committedUntil }) => committedUntil !== undefined && committedUntil > now(),
      );
      const costs = committed.map((resource) => commitmentText(resource, settings, now()));
      return { done: false, failed: failureText(left.map(obstacleText), costs) };
    }
    return { ...progress, unsettled, cleanSince: undefined };
  }
  const cleanMs = now().getTime() - new Date(progress.cleanSince ?? now()).getTime();
  if (progress.cleanSince !== undefined && (!unsettled || cleanMs >= SETTLING_MS)) {
    await clients.events.send(new DisableRuleCommand({ Name: settings.reaperRule }));
    // the fence goes with the bucket: whoever has begun since must not outlive it
    await stopExecutions(deletion);
    await emptyBucket(deletion.s3, settings.bucket);
    return { done: true };
  }
  if (unsettled) await sleep(PAUSE_MS);
  return { ...progress, unsettled, cleanSince: progress.cleanSince ?? now().toISOString() };
}

/** What a commitment still costs: it is bought with the stack's own prices known, or they are said to be unknown. */
function commitmentText(
  { name, modelUnits, commitment, committedUntil }: CreatedResource,
  { customization, prices }: StackDeletion['settings'],
  now: Date,
): string {
  const priceId =
    customization.route === 'bedrock' ? priceIdOf(customization.baseModelId, throughputMeter(commitment)) : '';
  const usdPerModelUnitHour = usdPer(prices, priceId, 'model-unit-hour');
  const hours = Math.ceil(((committedUntil?.getTime() ?? now.getTime()) - now.getTime()) / HOUR_MS);
  if (usdPerModelUnitHour === null || modelUnits === undefined) {
    return `${name} for ${hours} more hours at a price that is unknown`;
  }
  const usdPerHour = usdPerModelUnitHour * modelUnits;
  return `${name} at $${usdPerHour.toFixed(2)} an hour, $${(usdPerHour * hours).toFixed(2)} for the ${hours} hours that are left`;
}

function failureText(left: readonly string[], committed: readonly string[]): string {
  const hint =
    committed.length > 0
      ? ` A commitment bills to its end whatever is deleted: ${committed.join('; ')}. Delete the stack again after it.`
      : ` ${AGAIN}`;
  return `still there and billing, so the stack is kept: ${left.join('; ')}.${hint}`;
}

/** Fences, keeps rules from beginning runs, and stops those under way. @returns whether a creation may still be under way */
async function stopRuns(deletion: StackDeletion): Promise<boolean> {
  const { clients, startingRules, now } = deletion;
  await clients.leases.fence(now());
  for (const Name of startingRules) await clients.events.send(new DisableRuleCommand({ Name }));
  let unsettled = (await stopExecutions(deletion)) > 0;
  const { runs } = await clients.leases.all();
  const recently = (at: string): boolean => now().getTime() - new Date(at).getTime() < SETTLING_MS;
  for (const run of runs) {
    // a run that has published was through with creating before: its steps follow one another
    unsettled ||= isRunLive(run, now()) || (run.publication === undefined && recently(run.revokedAt ?? run.expiresAt));
    if (run.revokedAt === undefined) await endRun(deletion, run.runId);
  }
  return unsettled;
}

/** @returns how many there were */
async function stopExecutions({ stepFunctions, stateMachineArn }: StackDeletion): Promise<number> {
  let stopped = 0;
  let token: string | undefined;
  do {
    const page = await stepFunctions.send(
      new ListExecutionsCommand({
        stateMachineArn,
        statusFilter: 'RUNNING',
        ...(token === undefined ? {} : { nextToken: token }),
      }),
    );
    for (const { executionArn } of page.executions ?? []) {
      await stepFunctions.send(new StopExecutionCommand({ executionArn, cause: 'the stack is being deleted' }));
      stopped += 1;
    }
    token = page.nextToken;
  } while (token !== undefined);
  return stopped;
}

/** All versions of all objects: CloudFormation deletes only an empty bucket. */
async function emptyBucket(s3: StackDeletion['s3'], bucket: string): Promise<void> {
  for (;;) {
    const { Versions = [], DeleteMarkers = [] } = await s3.send(new ListObjectVersionsCommand({ Bucket: bucket }));
    const Objects = [...Versions, ...DeleteMarkers].map(({ Key, VersionId }) => ({ Key, VersionId }));
    if (Objects.length === 0) return;
    const { Errors = [] } = await s3.send(
      new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects, Quiet: true } }),
    );
    const [first] = Errors;
    if (first !== undefined)
      throw new Error(`${first.Key ?? 'an object'} of ${bucket} cannot be deleted: ${first.Message ?? ''}`);
  }
}
