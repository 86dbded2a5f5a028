import {
  GetCustomModelDeploymentCommand,
  GetProvisionedModelThroughputCommand,
  UpdateCustomModelDeploymentCommand,
  UpdateProvisionedModelThroughputCommand,
} from '@aws-sdk/client-bedrock';
import { isNotFound } from '../errors/not-found.ts';
import { findByName, listCreated, unseenError, type LifecycleClients, type Unseen } from './inventory.ts';
import { isForgotten, isLive, isRunLive, isUnfinished, type Lease, type LeaseStore, type RunLease } from './leases.ts';
import { requestRemoval, type Obstacle } from './remove.ts';
import { RESOURCE_KINDS, isModel, isOver, type CreatedResource, type ResourceKind } from './resource.ts';

export interface SweepInput {
  readonly clients: LifecycleClients;
  readonly leases: LeaseStore;
  /** Only what carries exactly this owner is touched. */
  readonly owner: string;
  readonly namePrefix: string;
  /** Kinds that the stack can have created. */
  readonly kinds: readonly ResourceKind[];
  readonly now: () => Date;
  readonly sleep: (milliseconds: number) => Promise<void>;
  /** How long to wait for what is going to be gone. */
  readonly budgetMs: number;
  /** `all` where the stack is being deleted: no lease counts. @default orphans: what has no live lease */
  readonly mode?: SweepMode | undefined;
}

export type SweepMode = 'orphans' | 'all';

export interface SweepReport {
  /** What was there without a live lease and is gone. */
  readonly removed: readonly CreatedResource[];
  /** What is still there and should not be, and why. */
  readonly left: readonly Obstacle[];
  /** Whether something must be looked at again: a lease with an end, a run under way, a name that may still turn up. */
  readonly watching: boolean;
}

const FIRST_WAIT_MS = 2_000;
const LONGEST_WAIT_MS = 30_000;

/**
 * Removes what has no live lease: deployments and throughput before models, waiting for each, again and again until a look finds
 * nothing or the time is up. May be interrupted and repeated at any moment.
 * @throws Error where something could not be looked at, after everything else is removed: then nothing is known to be gone
 */
export async function sweep(input: SweepInput): Promise<SweepReport> {
  const { clients, now, sleep, budgetMs } = input;
  const startedMs = now().getTime();
  const seen = new Map<string, CreatedResource>();
  for (let waitMs = FIRST_WAIT_MS; ; waitMs = Math.min(LONGEST_WAIT_MS, waitMs * 2)) {
    const { doomed, runs, leases, unseen } = await survey(input);
    for (const resource of doomed) seen.set(resource.arn, resource);
    const unset = await setBack(input, leases, runs);
    const obstacles: Obstacle[] = [];
    for (const resource of doomed) {
      const obstacle = await requestRemoval(clients, resource, now());
      if (obstacle !== undefined) obstacles.push(obstacle);
    }
    const present = new Set(doomed.map(({ arn }) => arn));
    const elapsedMs = now().getTime() - startedMs;
    // a commitment that ends while there is time is waited for: AWS renews it soon after
    if (isHeld(doomed, new Date(startedMs + budgetMs)) || elapsedMs + waitMs > budgetMs) {
      await noteFound([...seen.values()], leases, input);
      const missed = [...unseen, ...unset];
      if (missed.length > 0) throw unseenError(missed);
      const left = doomed.map(
        (resource) =>
          obstacles.find((obstacle) => obstacle.resource.arn === resource.arn) ?? {
            resource,
            reason: `it is still ${resource.status}`,
          },
      );
      const removed = [...seen.values()].filter(({ arn }) => !present.has(arn));
      return { removed, left, watching: left.length > 0 || (await needsWatching(input.leases, now())) };
    }
    await sleep(waitMs);
  }
}

/** Whether nothing is left but commitments that last beyond `at`, and the models that they hold. */
export const isHeld = (left: readonly CreatedResource[], at: Date): boolean => {
  const isCommitted = ({ committedUntil }: CreatedResource): boolean =>
    committedUntil !== undefined && committedUntil > at;
  const anyCommitted = left.some(isCommitted);
  return left.every((resource) => isCommitted(resource) || (anyCommitted && isModel(resource.kind)));
};

/** Their runs are looked after for a while longer: an import that ends after its run, or a job that is late to stop, leaves a model. */
async function noteFound(
  found: readonly CreatedResource[],
  leases: readonly Lease[],
  { leases: store, now }: Pick<SweepInput, 'leases' | 'now'>,
): Promise<void> {
  const runIds = leases.filter((lease) => found.some(({ kind, name }) => kind === lease.kind && name === lease.name));
  for (const runId of new Set(runIds.map((lease) => lease.runId))) {
    await store.changeRun(runId, (run) => ({ ...run, foundAt: now().toISOString() }));
  }
}

export interface Survey {
  /** In the order in which they must go. */
  readonly doomed: readonly CreatedResource[];
  readonly unseen: readonly Unseen[];
  readonly runs: ReadonlyMap<string, RunLease>;
  readonly leases: readonly Lease[];
}

/** What has no leave to exist, and would be removed. Changes nothing. */
export async function survey({
  clients,
  leases: store,
  owner,
  namePrefix,
  kinds,
  now,
  mode = 'orphans',
}: Pick<SweepInput, 'clients' | 'leases' | 'owner' | 'namePrefix' | 'kinds' | 'now' | 'mode'>): Promise<Survey> {
  // resources first: what is seen here had its lease written before, and the leases that are read next show it
  const { created: listed, unseen } = await listCreated(clients, namePrefix, kinds);
  const missed = [...unseen];
  const { runs: allRuns, leases } = await store.all();
  const runs = new Map(allRuns.map((run) => [run.runId, run]));
  const found = new Map(listed.map((resource) => [resource.arn, resource]));
  const live = (kind: ResourceKind, name: string): boolean => {
    const lease = leases.find((candidate) => candidate.kind === kind && candidate.name === name);
    return lease !== undefined && isLive(lease, runs, now());
  };
  for (const { kind, name } of leases) {
    if (mode === 'orphans' && live(kind, name)) continue;
    if (listed.some((resource) => resource.kind === kind && resource.name === name)) continue;
    // lists lag behind: throughput bills from its creation, seen or not
    try {
      const hidden = await findByName(clients, kind, name);
      if (hidden !== null) found.set(hidden.arn, hidden);
    } catch (error) {
      missed.push({ what: `${kind} ${name}`, error });
    }
  }
  const doomed = [...found.values()].filter(
    (resource) =>
      resource.owner === owner && !isOver(resource) && (mode === 'all' || !live(resource.kind, resource.name)),
  );
  return { doomed: doomed.sort(inOrder), runs, leases, unseen: missed };
}

const inOrder = (one: CreatedResource, other: CreatedResource): number =>
  RESOURCE_KINDS.indexOf(one.kind) - RESOURCE_KINDS.indexOf(other.kind);

/**
 * A published deployment or throughput that a failed run has swapped serves what was published again: only then can the new model go.
 * @returns what could not be looked at
 */
async function setBack(
  { clients, owner, mode = 'orphans', now }: SweepInput,
  leases: readonly Lease[],
  runs: ReadonlyMap<string, RunLease>,
): Promise<Unseen[]> {
  // while any run is under way or has just published, a swap may be its own
  if (mode === 'all' || [...runs.values()].some((run) => isRunLive(run, now()) || isUnfinished(run))) return [];
  const { bedrock } = clients;
  const unseen: Unseen[] = [];
  for (const { kind, name, published, modelArn } of leases) {
    if (published !== true || modelArn === undefined) continue;
    try {
      if (kind === 'deployment') {
        const deployment = await bedrock.send(
          new GetCustomModelDeploymentCommand({ customModelDeploymentIdentifier: name }),
        );
        if (deployment.modelArn === modelArn) continue;
        // somebody may have deleted it, and somebody else have taken its name
        const own = await findByName(clients, kind, name);
        if (own?.owner !== owner) continue;
        await bedrock.send(
          new UpdateCustomModelDeploymentCommand({ customModelDeploymentIdentifier: own.arn, modelArn }),
        );
      } else if (kind === 'throughput') {
        const throughput = await bedrock.send(new GetProvisionedModelThroughputCommand({ provisionedModelId: name }));
        if (throughput.desiredModelArn === modelArn) continue;
        const own = await findByName(clients, kind, name);
        if (own?.owner !== owner) continue;
        await bedrock.send(
          new UpdateProvisionedModelThroughputCommand({ provisionedModelId: own.arn, desiredModelId: modelArn }),
        );
      }
    } catch (error) {
      // busy with the swap, or gone: the next look tries again, and a model that cannot go for it is told
      if (!isNotFound(error) && !(error instanceof Error && /Conflict|Throttling|Validation/.test(error.name))) {
        unseen.push({ what: `${kind} ${name}`, error });
      }
    }
  }
  return unseen;
}

/**
 * Whether something must be looked at again: a run under way, a lease with an end, or one that ended so shortly ago that what it
 * allowed may still turn up. Forgets those that ended long ago.
 */
export async function needsWatching(store: LeaseStore, now: Date): Promise<boolean> {
  const { runs: allRuns, leases } = await store.all();
  const runs = new Map(allRuns.map((run) => [run.runId, run]));
  let watching = false;
  const used = new Set<string>();
  for (const lease of leases) {
    const live = isLive(lease, runs, now);
    if (!live && isForgotten(lease, runs, now)) {
      await store.remove(lease);
      continue;
    }
    used.add(lease.runId);
    // what is published without an end stays until somebody unhosts it: nothing to watch for
    watching ||= !live || lease.published !== true || lease.until !== undefined;
  }
  for (const run of allRuns) {
    if (!isForgotten(run, runs, now)) watching = true;
    else if (!used.has(run.runId)) await store.remove(run);
  }
  return watching;
}
