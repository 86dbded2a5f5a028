import { ListObjectsV2Command, type S3Client } from '@aws-sdk/client-s3';
import { RunError } from '../shared/training-run.ts';

interface S3Object {
  readonly key: string;
  readonly bytes: number;
}

export function parseUri(uri: string): { readonly bucket: string; readonly key: string } {
  const [, bucket, key] = /^s3:\/\/([^/]+)\/(.+)$/.exec(uri) ?? [];
  if (bucket === undefined || key === undefined)
    throw new RunError(`'${uri}' is no S3 address such as s3://bucket/key`);
  return { bucket, key };
}

/** Everything below an address, page by page. */
export async function* objectsBelow(s3: Pick<S3Client, 'send'>, uri: string): AsyncGenerator<S3Object> {
  const { bucket, key } = parseUri(uri);
  let token: string | undefined;
  do {
    const page = await s3.send(
      new ListObjectsV2Command({
        Bucket: bucket,
        Prefix: key,
        ...(token === undefined ? {} : { ContinuationToken: token }),
      }),
    );
    for (const { Key = '', Size = 0 } of page.Contents ?? []) yield { key: Key, bytes: Size };
    token = page.IsTruncated === true ? page.NextContinuationToken : undefined;
  } while (token !== undefined);
}
