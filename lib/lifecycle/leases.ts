import { DeleteObjectCommand, GetObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import type { PublishedModel } from '../training/published-model.ts';
import { CONTROL_PREFIX, LEASE_PREFIXES } from './names.ts';
import { objectsBelow } from './objects-below.ts';
import { RESOURCE_KINDS, isModel, type ResourceKind } from './resource.ts';

/** Leave for one run to create things: written before the first of them, and only once for each run. */
export interface RunLease {
  readonly runId: string;
  /** Name of its execution: the run's id, or what EventBridge has chosen for one that a rule began. */
  readonly execution?: string | undefined;
  readonly expiresAt: string;
  /** Set when the run has ended, well or not: nothing may be created under it any more. */
  readonly revokedAt?: string | undefined;
  /** When something of it was last found that had no leave to exist: a job that is ending may still leave a model. */
  readonly foundAt?: string | undefined;
  /** Set when the run has ended well: what it has made stays. */
  readonly publication?: Publication | undefined;
}

/**
 * What a run publishes. Written into its lease at once, before any of it is done: a run has published all of it or nothing, and
 * whoever finds it unfinished finishes it.
 */
export interface Publication {
  /** The leases of what stays. */
  readonly leases: readonly Lease[];
  /** Its entry in the registry; absent where the model is not hosted. */
  readonly hosted?: PublishedModel | undefined;
  /** Whether the models of earlier runs go. */
  readonly replaces: boolean;
  readonly finishedAt?: string | undefined;
}

/** What serves a model, by how it is hosted. */
export const HOST_KINDS = {
  'on-demand': 'deployment',
  provisioned: 'throughput',
  imported: 'imported-model',
} as const satisfies Record<PublishedModel['kind'], ResourceKind>;

/** Leave for one thing to exist, under the name that it is created with. */
export interface Lease {
  readonly kind: ResourceKind;
  readonly name: string;
  readonly runId: string;
  readonly writtenAt: string;
  /** Published: it stays when its run has ended. */
  readonly published?: true | undefined;
  /** It must not exist longer, published or not. */
  readonly until?: string | undefined;
  /** What a deployment or a throughput serves when it is published: what it is set back to when a later swap fails. */
  readonly modelArn?: string | undefined;
}

const FENCE_KEY = `${CONTROL_PREFIX}fence.json`;
const runKey = (runId: string): string => `${LEASE_PREFIXES[0]}${runId}.json`;
const leaseKey = (kind: ResourceKind, name: string): string => `${LEASE_PREFIXES[1]}${kind}/${name}.json`;

/**
 * What stands for a lease that cannot be read, by its name alone: a model cannot be had back and stays until somebody unhosts it, what
 * bills by the hour goes.
 */
function unreadableLease(key: string): Lease | null {
  const [folder, name = ''] = key.slice(LEASE_PREFIXES[1].length, -'.json'.length).split('/');
  const kind = RESOURCE_KINDS.find((known) => known === folder);
  if (kind === undefined) return null;
  const writtenAt = new Date(0).toISOString();
  return { kind, name, runId: '', writtenAt, published: true, ...(isModel(kind) ? {} : { until: writtenAt }) };
}

/**
 * The leases of one stack, in its training bucket: S3 shows every write to the next read, so that what may be created and what must
 * go is never decided on an old answer.
 */
export interface LeaseStore {
  /** @returns false where the run has a lease already */
  readonly openRun: (lease: RunLease) => Promise<boolean>;
  readonly run: (runId: string) => Promise<RunLease | null>;
  /**
   * Changes the lease of a run as it is now, however many do so at once; `change` returns undefined where nothing is to be changed.
   * @returns the lease as it is then; null where the run has none
   */
  readonly changeRun: (runId: string, change: (lease: RunLease) => RunLease | undefined) => Promise<RunLease | null>;
  readonly put: (lease: Lease) => Promise<void>;
  readonly get: (kind: ResourceKind, name: string) => Promise<Lease | null>;
  readonly remove: (lease: Lease | RunLease) => Promise<void>;
  readonly all: () => Promise<{ readonly runs: RunLease[]; readonly leases: Lease[] }>;
  /** Whether the stack is being deleted, or its deletion has failed. */
  readonly isFenced: () => Promise<boolean>;
  readonly fence: (now: Date) => Promise<void>;
}

export function leaseStore(s3: Pick<S3Client, 'send'>, bucket: string): LeaseStore {
  const readVersion = async (
    key: string,
  ): Promise<{ readonly value: unknown; readonly etag: string | undefined } | null> => {
    try {
      const { Body, ETag } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
      return { value: parse((await Body?.transformToString()) ?? '', `s3://${bucket}/${key}`), etag: ETag };
    } catch (error) {
      if (error instanceof Error && (error.name === 'NoSuchKey' || error.name === 'NotFound')) return null;
      throw error;
    }
  };
  const read = async <T>(key: string): Promise<T | null> => ((await readVersion(key))?.value ?? null) as T | null;
  const write = async (
    key: string,
    value: object,
    condition: { readonly IfNoneMatch?: '*'; readonly IfMatch?: string } = {},
  ): Promise<void> => {
    await s3.send(
      new PutObjectCommand({
        Bucket: bucket,
        Key: key,
        Body: JSON.stringify(value),
        ContentType: 'application/json',
        ...condition,
      }),
    );
  };
  const readAll = async <T>(prefix: string, unreadable: (key: string) => T | null): Promise<T[]> => {
    const found: T[] = [];
    for await (const { Key } of objectsBelow(s3, bucket, prefix)) {
      if (Key === undefined) continue;
      const value = await read<T>(Key).catch((error: unknown) => {
        if (error instanceof UnreadableError) return unreadable(Key);
        throw error;
      });
      if (value !== null) found.push(value);
    }
    return found;
  };
  return {
    openRun: async (lease) => {
      // told apart here as well: not every store of objects knows conditional writes
      if ((await read(runKey(lease.runId))) !== null) return false;
      try {
        await write(runKey(lease.runId), lease, { IfNoneMatch: '*' });
        return true;
      } catch (error) {
        if (wasChanged(error)) return false;
        throw error;
      }
    },
    run: (runId) => read(runKey(runId)),
    changeRun: async (runId, change) => {
      for (let attempt = 1; ; attempt++) {
        const found = await readVersion(runKey(runId));
        if (found === null) return null;
        const lease = found.value as RunLease;
        const changed = change(lease);
        if (changed === undefined) return lease;
        try {
          await write(runKey(runId), changed, found.etag === undefined ? {} : { IfMatch: found.etag });
          return changed;
        } catch (error) {
          if (!wasChanged(error) || attempt === MOST_ATTEMPTS) throw error;
        }
      }
    },
    put: (lease) => write(leaseKey(lease.kind, lease.name), lease),
    get: (kind, name) => read(leaseKey(kind, name)),
    remove: async (lease) => {
      const Key = 'kind' in lease ? leaseKey(lease.kind, lease.name) : runKey(lease.runId);
      await s3.send(new DeleteObjectCommand({ Bucket: bucket, Key }));
    },
    all: async () => ({
      // a run that cannot be read may create nothing
      runs: await readAll<RunLease>(LEASE_PREFIXES[0], () => null),
      leases: await readAll(LEASE_PREFIXES[1], unreadableLease),
    }),
    isFenced: async () => (await read(FENCE_KEY)) !== null,
    fence: (now) => write(FENCE_KEY, { at: now.toISOString() }),
  };
}

/** Somebody has written what nobody of this project writes. */
class UnreadableError extends Error {}

function parse(text: string, uri: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new UnreadableError(`${uri} is no JSON: delete it, or restore its version before`, { cause });
  }
}

/** Somebody wrote between a read and a write: this few at once that a few attempts are enough. */
const MOST_ATTEMPTS = 5;

const wasChanged = (error: unknown): boolean =>
  error instanceof Error && /PreconditionFailed|ConditionalRequestConflict/.test(error.name);

/** Whether a run has published and not everything of it is done yet. */
export const isUnfinished = ({ publication }: RunLease): boolean =>
  publication !== undefined && publication.finishedAt === undefined;

/** Whether a run may still create things. */
export const isRunLive = (run: RunLease | null | undefined, now: Date): boolean =>
  run !== null && run !== undefined && run.revokedAt === undefined && new Date(run.expiresAt) > now;

/** Whether the thing may still exist. */
export function isLive(lease: Lease, runs: ReadonlyMap<string, RunLease>, now: Date): boolean {
  if (lease.until !== undefined && new Date(lease.until) <= now) return false;
  const run = runs.get(lease.runId);
  // published, and its lease does not say so yet
  const stays = run?.publication?.leases.some(({ kind, name }) => kind === lease.kind && name === lease.name) === true;
  return lease.published === true || (run !== undefined && isUnfinished(run) && stays) || isRunLive(run, now);
}

/**
 * How long a name is still looked for after its lease has ended and the last of its run was found: a creation under way, or one that
 * lists do not show yet, is found by then.
 */
const LOOKED_FOR_MS = 30 * 60_000;

/** Whether the lease ended so long ago that its name need not be looked for any more. */
export function isForgotten(lease: Lease | RunLease, runs: ReadonlyMap<string, RunLease>, now: Date): boolean {
  const run = 'kind' in lease ? runs.get(lease.runId) : lease;
  if (run !== undefined && isUnfinished(run)) return false;
  const ends = [
    'kind' in lease ? (lease.until ?? lease.writtenAt) : undefined,
    run?.revokedAt ?? run?.expiresAt,
    run?.foundAt,
  ].flatMap((end) => (end === undefined ? [] : [new Date(end).getTime()]));
  return now.getTime() - Math.max(...ends) > LOOKED_FOR_MS;
}
