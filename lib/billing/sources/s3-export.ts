import { GetObjectCommand, ListObjectsV2Command, type S3Client, type _Object } from '@aws-sdk/client-s3';
import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { explainAwsError } from '../../errors/aws-advice.ts';
import { UserError } from '../../errors/user-error.ts';
import type { NotRead } from '../bill.ts';
import type { Window } from '../days.ts';
import { note, type Note } from '../notes.ts';
import { isCompanion, monthOfPath } from './export-files.ts';

export interface S3ExportRequest {
  readonly client: Pick<S3Client, 'send'>;
  /** `s3://bucket/prefix` of an export, or of one of its files. */
  readonly uri: string;
  readonly window: Window;
  /** Where copies are kept, so that only what has changed is fetched again. */
  readonly cacheFolder: string;
}

export interface FetchedExport {
  /** Folder that holds the same files as the prefix, in the same folders. */
  readonly path: string;
  readonly notes: readonly Note[];
  /** Objects under the prefix that no amount comes from. */
  readonly notFetched: readonly NotRead[];
}

/** What an export consists of: data files, and the manifests that name them. */
const EXPORT_FILE = /\.(?:parquet|csv|csv\.gz)$|manifest\.json$/i;

/** Data Exports writes this to see whether it may write. */
const ACCESS_TEST = 'aws-programmatic-access-test-object';

/**
 * Brings the months of the window to this machine and takes away copies of what is no longer there. Unchanged files stay as they are.
 *
 * @throws UserError where bucket or prefix do not exist, hold no export, or may not be read
 */
export async function fetchExport({ client, uri, window, cacheFolder }: S3ExportRequest): Promise<FetchedExport> {
  const { bucket, prefix } = parseUri(uri);
  const objects = await listObjects(client, bucket, prefix);
  const listed = objects.filter(({ Key = '' }) => EXPORT_FILE.test(Key));
  if (listed.length === 0) {
    throw new UserError(
      `no Parquet or CSV file under '${uri}': give the prefix of the export, which holds 'data/BILLING_PERIOD=…'; a new export is first delivered within 24 hours`,
    );
  }
  const folder = join(cacheFolder, bucket, ...prefix.split('/').filter(isSafePart));
  const wanted = listed.filter(({ Key = '' }) => isInWindow(monthOfPath(Key.slice(prefix.length)), window));
  const kept = new Set<string>();
  let files = 0;
  let bytes = 0;
  // where no month is in the window, the reader of the folder says so from what is there: nothing has to be fetched for it
  for (const object of wanted.length > 0 ? wanted : listed.slice(0, 1)) {
    const { Key = '', Size = 0, LastModified } = object;
    const file = fileOf(folder, Key.slice(prefix.length), Key);
    kept.add(file);
    if (await isCopyOf(file, object)) continue;
    await fetchObject(client, bucket, Key, file);
    // the copy tells by size and time whether it is still the same
    if (LastModified !== undefined) await utimes(file, LastModified, LastModified);
    files += 1;
    bytes += Size;
  }
  await removeOthers(folder, kept, window);
  const notFetched = objects.flatMap(({ Key = '', Size = 0 }): NotRead[] => {
    const isNone = Key.endsWith('/') || Size === 0 || isCompanion(Key) || Key.endsWith(ACCESS_TEST);
    const reason = !EXPORT_FILE.test(Key)
      ? 'format'
      : isInWindow(monthOfPath(Key.slice(prefix.length)), window)
        ? null
        : 'month-outside';
    return isNone || reason === null ? [] : [{ file: `s3://${bucket}/${Key}`, reason }];
  });
  const path = listed.length === 1 && listed[0]?.Key === prefix ? fileOf(folder, '', prefix) : folder;
  return {
    path,
    notes: files === 0 ? [] : [note('fetched', { files, megabytes: Math.ceil(bytes / 2 ** 20), uri })],
    notFetched,
  };
}

function parseUri(uri: string): { readonly bucket: string; readonly prefix: string } {
  const [, bucket, prefix = ''] = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(.*))?$/.exec(uri) ?? [];
  if (bucket === undefined) {
    throw new UserError(`'--file' must be a file, a folder or s3://BUCKET/PREFIX, got '${uri}'`);
  }
  return { bucket, prefix };
}

async function listObjects(client: Pick<S3Client, 'send'>, bucket: string, prefix: string): Promise<_Object[]> {
  const objects: _Object[] = [];
  let token: string | undefined;
  do {
    const page = await client
      .send(
        new ListObjectsV2Command({
          Bucket: bucket,
          Prefix: prefix,
          ...(token === undefined ? {} : { ContinuationToken: token }),
        }),
      )
      .catch((error: unknown) => {
        throw explainS3Error(error, 's3:ListBucket', bucket);
      });
    objects.push(...(page.Contents ?? []));
    if (page.IsTruncated === true && page.NextContinuationToken === undefined) {
      throw new Error(`S3 gave only a part of the list of s3://${bucket}/${prefix}: the bill would not be whole`);
    }
    token = page.IsTruncated === true ? page.NextContinuationToken : undefined;
  } while (token !== undefined);
  return objects;
}

const isInWindow = (month: string | null, { from, until }: Window): boolean =>
  month === null || (month >= from.slice(0, 7) && month <= until.slice(0, 7));

const isSafePart = (part: string): boolean => part !== '' && part !== '.' && part !== '..';

/** An object's key becomes a path below the folder and nowhere else. */
function fileOf(folder: string, below: string, key: string): string {
  const parts = below.split('/').filter((part) => part !== '');
  if (!parts.every(isSafePart))
    throw new UserError(`the object '${key}' has a name that is no path: it is not fetched`);
  // a prefix that is one object
  return parts.length === 0 ? join(folder, key.slice(key.lastIndexOf('/') + 1)) : join(folder, ...parts);
}

async function isCopyOf(file: string, { Size, LastModified }: _Object): Promise<boolean> {
  const copy = await stat(file).catch(() => null);
  return (
    copy !== null &&
    copy.size === Size &&
    LastModified !== undefined &&
    Math.abs(copy.mtimeMs - LastModified.getTime()) < 1_000
  );
}

/** Whole or not at all, and never whole in memory. */
async function fetchObject(client: Pick<S3Client, 'send'>, bucket: string, key: string, file: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const half = `${file}.${randomUUID()}.part`;
  try {
    const { Body, ContentLength } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    await pipeline(Body as Readable, createWriteStream(half, { mode: 0o600 }));
    const { size } = await stat(half);
    if (ContentLength !== undefined && size !== ContentLength) {
      throw new Error(`s3://${bucket}/${key} ended after ${size} of ${ContentLength} bytes: run the command again`);
    }
    await rename(half, file);
  } catch (error) {
    throw explainS3Error(error, 's3:GetObject', bucket);
  } finally {
    await rm(half, { force: true });
  }
}

/** Copies of objects that were replaced would count charges twice. Months outside the window are left for the next time. */
async function removeOthers(folder: string, kept: ReadonlySet<string>, window: Window): Promise<void> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  for (const entry of entries) {
    const file = join(entry.parentPath, entry.name);
    const month = monthOfPath(file.slice(folder.length + 1).replaceAll(sep, '/'));
    if (entry.isFile() && !kept.has(file) && isInWindow(month, window)) await rm(file, { force: true });
  }
}

function explainS3Error(error: unknown, action: string, bucket: string): unknown {
  if (error instanceof Error && /NoSuchBucket/.test(error.name)) {
    return new UserError(
      `there is no bucket '${bucket}': 'npx cdk deploy comparison' prints the place of its export as ExportLocation`,
    );
  }
  return explainAwsError(error, { action, policyArn: 'arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess' });
}
