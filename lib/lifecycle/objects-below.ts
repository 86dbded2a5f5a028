import { ListObjectsV2Command, type _Object, type S3Client } from '@aws-sdk/client-s3';

/** Every object of a bucket whose key begins so, page by page. */
export async function* objectsBelow(
  s3: Pick<S3Client, 'send'>,
  bucket: string,
  prefix: string,
): AsyncGenerator<_Object> {
  let token: string | undefined;
  do {
    const page = await s3.send(
      new ListObjectsV2Command({
        Bucket: bucket,
        Prefix: prefix,
        ...(token === undefined ? {} : { ContinuationToken: token }),
      }),
    );
    yield* page.Contents ?? [];
    token = page.IsTruncated === true ? page.NextContinuationToken : undefined;
  } while (token !== undefined);
}
