import { RunError } from '../../lib/errors/run-error.ts';

export function parseUri(uri: string): { readonly bucket: string; readonly key: string } {
  const [, bucket, key] = /^s3:\/\/([^/]+)\/(.+)$/.exec(uri) ?? [];
  if (bucket === undefined || key === undefined)
    throw new RunError(`'${uri}' is no S3 address such as s3://bucket/key`);
  return { bucket, key };
}
