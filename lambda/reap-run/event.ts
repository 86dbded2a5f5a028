import type { ReaperAnswer, ReaperOrder } from '../../lib/training/reaper-order.ts';
import { resourceAnswer, type ResourceEvent } from '../shared/custom-resource.ts';
import { endLostRuns } from './lost-runs.ts';
import { endRun, nameOf, obstacleText, reap, reportFailure, unhost, type Reaper, type RunFailure } from './reap.ts';
import { deleteAll, type DeletionProgress, type StackDeletion } from './stack-deletion.ts';

/** The workflow also says that a step failed. */
type Order = ReaperOrder | ({ readonly action: 'fail' } & RunFailure);

/** What EventBridge sends when an execution ends otherwise than well, and every 15 minutes while something is watched. */
interface BusEvent {
  readonly 'detail-type': string;
  readonly detail?: { readonly name?: string | undefined; readonly input?: string | null | undefined } | undefined;
}

/** What CloudFormation sends, and what an attempt hands to the next. */
interface ReapResourceEvent extends ResourceEvent {
  readonly progress?: DeletionProgress | undefined;
}

export interface ReapInvocation {
  readonly remainingMs: number;
  /** Calls this function once more, without waiting for it. */
  readonly invokeAgain: (event: unknown) => Promise<void>;
  readonly respond: (url: string, body: string) => Promise<void>;
}

/** Time kept back to answer, or to hand on, before Lambda ends the function. */
const RESERVED_MS = 30_000;

/** The longest that Step Functions waits for an order; what is not gone by then goes with the next look. */
const ORDER_MS = 10 * 60_000;

/** The one entrance of the reaper, whoever calls. */
export async function reapEvent(
  event: unknown,
  deletion: StackDeletion,
  invocation: ReapInvocation,
): Promise<ReaperAnswer | undefined> {
  const budgetMs = invocation.remainingMs - RESERVED_MS;
  if (isResourceEvent(event)) {
    await onResource(event, deletion, invocation, budgetMs);
    return undefined;
  }
  const orderMs = Math.min(budgetMs, ORDER_MS);
  if (isOrder(event)) return obey(event, deletion, orderMs);
  const { 'detail-type': type, detail } = event as BusEvent;
  const runId = type === 'Step Functions Execution Status Change' ? runOf(detail) : undefined;
  let reaped: ReaperAnswer | undefined;
  try {
    if (runId === undefined) await endLostRuns(deletion);
    else await endRun(deletion, runId);
  } finally {
    // whatever fails before: what has no leave to exist is removed
    reaped = answer(await reap(deletion, orderMs));
  }
  return reaped;
}

/** The run of an execution: its input says so. Where Step Functions leaves that out, the name does, which is the same but for peak hours. */
function runOf({ name, input }: NonNullable<BusEvent['detail']> = {}): string | undefined {
  try {
    const { runId } = JSON.parse(input ?? '') as { readonly runId?: unknown };
    if (typeof runId === 'string') return runId;
  } catch {
    // too long to be in the event
  }
  return name;
}

async function obey(order: Order, reaper: Reaper, budgetMs: number): Promise<ReaperAnswer> {
  switch (order.action) {
    case 'fail':
      return answer(await reportFailure(reaper, order, budgetMs));
    case 'stop':
      await endRun(reaper, order.runId);
      return answer(await reap(reaper, budgetMs));
    case 'unhost':
      return answer(await unhost(reaper, order.deleteModels === true, budgetMs));
    case 'sweep':
      return answer(await reap(reaper, budgetMs));
  }
}

const answer = ({ removed, left }: Awaited<ReturnType<typeof reap>>): ReaperAnswer => ({
  removed: removed.map(nameOf),
  left: left.map(obstacleText),
});

async function onResource(
  event: ReapResourceEvent,
  deletion: StackDeletion,
  { invokeAgain, respond }: ReapInvocation,
  budgetMs: number,
): Promise<void> {
  const reply = (outcome: Parameters<typeof resourceAnswer>[1]): Promise<void> =>
    respond(event.ResponseURL, resourceAnswer(event, outcome));
  if (event.RequestType !== 'Delete') return reply({});
  let outcome;
  try {
    outcome = await deleteAll(deletion, event.progress, budgetMs);
  } catch (error) {
    // said at once: CloudFormation would wait an hour for an answer
    return reply({ failed: `the reaper could not look at everything: ${String(error)}. Delete the stack again` });
  }
  if (outcome.done) return reply({});
  if ('failed' in outcome) return reply({ failed: outcome.failed });
  await invokeAgain({ ...event, progress: outcome.progress });
}

const isRecord = (event: unknown): event is Record<string, unknown> => typeof event === 'object' && event !== null;

const isResourceEvent = (event: unknown): event is ReapResourceEvent => isRecord(event) && 'RequestType' in event;

const isOrder = (event: unknown): event is Order => isRecord(event) && 'action' in event;
