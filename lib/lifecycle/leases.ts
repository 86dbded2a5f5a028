import {
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import type { ResourceKind } from './resource.ts';

/** Leave for one run to create things: written before the first of them, and only once for each run. */
export interface RunLease {
  readonly runId: string;
  readonly expiresAt: string;
  /** Set when the run has ended, well or not: nothing may be created under it any more. */
  readonly revokedAt?: string | undefined;
}

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

const CONTROL = 'control';

/** Creators of things may write below these and nowhere else. */
export const LEASE_PREFIXES = [`${CONTROL}/runs/`, `${CONTROL}/leases/`] as const;

export const CONTROL_PREFIX = `${CONTROL}/`;

const FENCE_KEY = `${CONTROL}/fence.json`;
const runKey = (runId: string): string => `${CONTROL}/runs/${runId}.json`;
const leaseKey = (kind: ResourceKind, name: string): string => `${CONTROL}/leases/${kind}/${name}.json`;

/**
 * The leases of one stack, in its training bucket: S3 shows every write to the next read, so that what may be created and what must
 * go is never decided on an old answer.
 */
export interface LeaseStore {
  /** @returns false where the run has a lease already */
  readonly openRun: (lease: RunLease) => Promise<boolean>;
  readonly run: (runId: string) => Promise<RunLease | null>;
  readonly putRun: (lease: RunLease) => Promise<void>;
  readonly put: (lease: Lease) => Promise<void>;
  readonly get: (kind: ResourceKind, name: string) => Promise<Lease | null>;
  readonly remove: (lease: Lease | RunLease) => Promise<void>;
  readonly all: () => Promise<{ readonly runs: RunLease[]; readonly leases: Lease[] }>;
  /** When the stack began to be deleted; null where it is not. */
  readonly fencedAt: () => Promise<Date | null>;
  readonly fence: (now: Date) => Promise<void>;
}

export function leaseStore(s3: Pick<S3Client, 'send'>, bucket: string): LeaseStore {
  const read = async <T>(key: string): Promise<T | null> => {
    try {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
      return JSON.parse((await Body?.transformToString()) ?? '') as T;
    } catch (error) {
      if (error instanceof Error && (error.name === 'NoSuchKey' || error.name === 'NotFound')) return null;
      throw error;
    }
  };
  const write = async (key: string, value: object, onlyNew = false): Promise<void> => {
    await s3.send(
      new PutObjectCommand({
        Bucket: bucket,
        Key: key,
        Body: JSON.stringify(value),
        ContentType: 'application/json',
        ...(onlyNew ? { IfNoneMatch: '*' } : {}),
      }),
    );
  };
  const readAll = async <T>(prefix: string): Promise<T[]> => {
    const found: T[] = [];
    let token: string | undefined;
    do {
      const page = await s3.send(
        new ListObjectsV2Command({
          Bucket: bucket,
          Prefix: prefix,
          ...(token === undefined ? {} : { ContinuationToken: token }),
        }),
      );
      for (const { Key } of page.Contents ?? []) {
        const value = Key === undefined ? null : await read<T>(Key);
        if (value !== null) found.push(value);
      }
      token = page.IsTruncated === true ? page.NextContinuationToken : undefined;
    } while (token !== undefined);
    return found;
  };
  return {
    openRun: async (lease) => {
      // told apart here as well: not every store of objects knows conditional writes
      if ((await read(runKey(lease.runId))) !== null) return false;
      try {
        await write(runKey(lease.runId), lease, true);
        return true;
      } catch (error) {
        if (error instanceof Error && /PreconditionFailed|ConditionalRequestConflict/.test(error.name)) return false;
        throw error;
      }
    },
    run: (runId) => read(runKey(runId)),
    putRun: (lease) => write(runKey(lease.runId), lease),
    put: (lease) => write(leaseKey(lease.kind, lease.name), lease),
    get: (kind, name) => read(leaseKey(kind, name)),
    remove: async (lease) => {
      const Key = 'kind' in lease ? leaseKey(lease.kind, lease.name) : runKey(lease.runId);
      await s3.send(new DeleteObjectCommand({ Bucket: bucket, Key }));
    },
    all: async () => ({ runs: await readAll(LEASE_PREFIXES[0]), leases: await readAll(LEASE_PREFIXES[1]) }),
    fencedAt: async () => {
      const fence = await read<{ readonly at: string }>(FENCE_KEY);
      return fence === null ? null : new Date(fence.at);
    },
    fence: async (now) => {
      // the first fence is the one that new creations are measured by
      if ((await read(FENCE_KEY)) === null) await write(FENCE_KEY, { at: now.toISOString() });
    },
  };
}

/** Whether a run may still create things. */
export const isRunLive = (run: RunLease | null | undefined, now: Date): boolean =>
  run !== null && run !== undefined && run.revokedAt === undefined && new Date(run.expiresAt) > now;

/** Whether the thing may still exist. */
export function isLive(lease: Lease, runs: ReadonlyMap<string, RunLease>, now: Date): boolean {
  if (lease.until !== undefined && new Date(lease.until) <= now) return false;
  return lease.published === true || isRunLive(runs.get(lease.runId), now);
}

/**
 * How long a name is still looked for after its lease has ended: a creation under way, or one that lists do not show yet, is
 * found by then.
 */
const LOOKED_FOR_MS = 30 * 60_000;

/** Whether the lease ended so long ago that its name need not be looked for any more. */
export function isForgotten(lease: Lease | RunLease, runs: ReadonlyMap<string, RunLease>, now: Date): boolean {
  const run = 'kind' in lease ? runs.get(lease.runId) : lease;
  const ends = [
    'kind' in lease ? (lease.until ?? lease.writtenAt) : undefined,
    run?.revokedAt ?? run?.expiresAt,
  ].flatMap((end) => (end === undefined ? [] : [new Date(end).getTime()]));
  return now.getTime() - Math.max(...ends) > LOOKED_FOR_MS;
}
