import { createHash } from 'node:crypto';
import type { ObjectStore } from '../../lib/simulator/index.ts';
import { fakeClient, serviceError, type AnyClient, type Interference } from '../campaign/client.ts';

interface Version {
  readonly id: string;
  /** `undefined` is a delete marker. */
  readonly body: string | undefined;
  readonly at: Date;
}

export interface ObjectStorage {
  readonly client: AnyClient;
  /** The same objects as Bedrock and SageMaker see them. */
  readonly objects: ObjectStore;
  readonly put: (bucket: string, key: string, body: string) => void;
  /** Versions and delete markers: a bucket with any cannot be deleted. */
  readonly versions: (bucket: string) => number;
}

/** Amazon S3 with versions and conditional writes; a read sees every write before it. */
export function objectStorage(now: () => Date, interfere: Interference): ObjectStorage {
  const kept = new Map<string, Version[]>();
  let count = 0;
  const path = (bucket: unknown, key: unknown): string => `${String(bucket)}/${String(key)}`;
  const current = (id: string): Version | undefined => {
    const last = kept.get(id)?.at(-1);
    return last?.body === undefined ? undefined : last;
  };
  const add = (id: string, body: string | undefined): Version => {
    const version = { id: `v${++count}`, body, at: now() };
    kept.set(id, [...(kept.get(id) ?? []), version]);
    return version;
  };
  const etag = (body: string): string => `"${createHash('md5').update(body).digest('hex')}"`;
  const missing = () => serviceError('NoSuchKey', 'The specified key does not exist.', 404);
  const keysOf = (bucket: unknown, prefix: unknown): string[] =>
    [...kept.keys()].filter((id) => id.startsWith(path(bucket, prefix ?? ''))).sort();
  const keyOf = (id: string): string => id.slice(id.indexOf('/') + 1);
  const pageOf = <T>(
    all: readonly T[],
    token: unknown,
    size: unknown,
  ): { page: readonly T[]; next: string | undefined } => {
    const start = Number(token ?? 0);
    const end = start + Number(size ?? 1000);
    return { page: all.slice(start, end), next: end < all.length ? String(end) : undefined };
  };

  const remove = (bucket: unknown, key: unknown, version: unknown): void => {
    const id = path(bucket, key);
    if (version === undefined) return void add(id, undefined);
    const left = (kept.get(id) ?? []).filter(({ id: own }) => own !== version);
    if (left.length === 0) kept.delete(id);
    else kept.set(id, left);
  };

  // eslint-disable-next-line @typescript-eslint/require-await -- a service answers later
  const client = fakeClient('s3', interfere, async (operation, input) => {
    const { Bucket, Key, Prefix } = input;
    switch (operation) {
      case 'PutObject': {
        const before = current(path(Bucket, Key));
        const { IfNoneMatch, IfMatch } = input;
        const collides = IfNoneMatch === '*' && before !== undefined;
        const differs = IfMatch !== undefined && (before?.body === undefined || etag(before.body) !== IfMatch);
        if (collides || differs) {
          throw serviceError(
            'PreconditionFailed',
            'At least one of the pre-conditions you specified did not hold',
            412,
          );
        }
        const body = String(input['Body']);
        return { ETag: etag(body), VersionId: add(path(Bucket, Key), body).id };
      }
      case 'GetObject':
      case 'HeadObject': {
        const found = current(path(Bucket, Key));
        if (found?.body === undefined)
          throw operation === 'HeadObject' ? serviceError('NotFound', 'NotFound', 404) : missing();
        const { body, at } = found;
        return {
          ETag: etag(body),
          ContentLength: Buffer.byteLength(body),
          LastModified: at,
          Body: {
            transformToString: () => Promise.resolve(body),
            transformToByteArray: () => Promise.resolve(new Uint8Array(Buffer.from(body))),
            // eslint-disable-next-line @typescript-eslint/require-await -- streams are asynchronous
            [Symbol.asyncIterator]: async function* () {
              yield new Uint8Array(Buffer.from(body));
            },
          },
        };
      }
      case 'ListObjectsV2': {
        const all = keysOf(Bucket, Prefix).filter((id) => current(id) !== undefined);
        const { page, next } = pageOf(all, input['ContinuationToken'], input['MaxKeys']);
        const Contents = page.map((id) => {
          const body = current(id)?.body ?? '';
          return { Key: keyOf(id), Size: Buffer.byteLength(body), ETag: etag(body), LastModified: current(id)?.at };
        });
        return {
          ...(Contents.length === 0 ? {} : { Contents }),
          KeyCount: Contents.length,
          IsTruncated: next !== undefined,
          NextContinuationToken: next,
        };
      }
      case 'ListObjectVersions': {
        const all = keysOf(Bucket, Prefix).flatMap((id) => (kept.get(id) ?? []).map((version) => ({ id, version })));
        const { page, next } = pageOf(all, input['KeyMarker'], input['MaxKeys']);
        const of = (marker: boolean) =>
          page
            .filter(({ version }) => (version.body === undefined) === marker)
            .map(({ id, version }) => ({ Key: keyOf(id), VersionId: version.id }));
        return { Versions: of(false), DeleteMarkers: of(true), IsTruncated: next !== undefined, NextKeyMarker: next };
      }
      case 'DeleteObject': {
        const { IfMatch } = input;
        const body = current(path(Bucket, Key))?.body;
        if (IfMatch !== undefined && (body === undefined || etag(body) !== IfMatch)) {
          throw serviceError(
            'PreconditionFailed',
            'At least one of the pre-conditions you specified did not hold',
            412,
          );
        }
        remove(Bucket, Key, input['VersionId']);
        return {};
      }
      case 'DeleteObjects': {
        const { Objects } = input['Delete'] as { Objects: readonly { Key: string; VersionId?: string }[] };
        for (const object of Objects) remove(Bucket, object.Key, object.VersionId);
        return {};
      }
      case 'PutBucketPolicy':
      case 'DeleteBucketPolicy':
        return {};
      default:
        throw new Error(`the storage has no operation ${operation}`);
    }
  });

  const idOf = (uri: string): string => uri.replace(/^s3:\/\//, '');
  return {
    client,
    objects: {
      read: (uri) => Promise.resolve(current(idOf(uri))?.body),
      list: (uri) =>
        Promise.resolve(
          [...kept.keys()]
            .filter((id) => id.startsWith(idOf(uri)) && current(id) !== undefined)
            .map((id) => `s3://${id}`),
        ),
      write: (uri, body) => Promise.resolve(void add(idOf(uri), body)),
    },
    put: (bucket, key, body) => void add(path(bucket, key), body),
    versions: (bucket) => keysOf(bucket, '').reduce((sum, id) => sum + (kept.get(id)?.length ?? 0), 0),
  };
}
