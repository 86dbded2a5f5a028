import { GetObjectCommand, ListObjectsV2Command, type S3Client } from '@aws-sdk/client-s3';

/** Objects of a bucket, by key; a page of the list holds two. What is not readable throws. `sizes` stand for real ones. */
export function objectStore(
  bodies: Readonly<Record<string, string | Uint8Array | Error>>,
  sizes: Readonly<Record<string, number>> = {},
): Pick<S3Client, 'send'> & { readonly read: readonly string[] } {
  const read: string[] = [];
  const send = (command: unknown): unknown => {
    if (command instanceof ListObjectsV2Command) {
      const { Prefix = '', ContinuationToken = '0' } = command.input;
      const keys = Object.keys(bodies).filter((key) => key.startsWith(Prefix));
      const end = Number(ContinuationToken) + 2;
      return {
        Contents: keys.slice(end - 2, end).map((Key) => ({ Key, Size: sizes[Key] ?? 10 })),
        IsTruncated: end < keys.length,
        NextContinuationToken: String(end),
      };
    }
    if (!(command instanceof GetObjectCommand)) throw new Error('only lists and reads');
    const { Key = '' } = command.input;
    const body = bodies[Key];
    if (body === undefined || body instanceof Error) throw body ?? new Error(`no ${Key}`);
    read.push(Key);
    const bytes = Buffer.from(body);
    return {
      Body: {
        transformToString: () => Promise.resolve(bytes.toString('utf8')),
        transformToByteArray: () => Promise.resolve(new Uint8Array(bytes)),
      },
    };
  };
  // eslint-disable-next-line @typescript-eslint/require-await -- a service answers later
  return { read, send: async (command: unknown) => send(command) };
}
