import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { requireLoopback } from './loopback.ts';
import { unverifiedSignature } from './inventory.ts';
import type { StoredObject, Surroundings } from './simulator/retrieval/surroundings.ts';

/** The emulator's S3 and Secrets Manager, as the simulated knowledge bases and whoever uploads documents see them. */
export interface EmulatorSurroundings extends Surroundings {
  readonly put: (bucket: string, key: string, body: Uint8Array) => Promise<void>;
}

export function emulatorSurroundings(emulatorUrl: string, region: string): EmulatorSurroundings {
  const { href } = requireLoopback(emulatorUrl, 'the emulator');
  const s3 = new S3Client({
    endpoint: href,
    region,
    forcePathStyle: true,
    credentials: { accessKeyId: 'rehearsal', secretAccessKey: 'rehearsal' },
  });
  return {
    objects: async (bucket, prefix) => {
      const objects: StoredObject[] = [];
      let token: string | undefined;
      do {
        const page = await s3
          .send(new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, ContinuationToken: token }))
          .catch(absent);
        if (page === undefined) return undefined;
        for (const { Key, Size, ETag } of page.Contents ?? []) {
          objects.push({ key: Key ?? '', bytes: Size ?? 0, etag: ETag ?? '' });
        }
        token = page.NextContinuationToken;
      } while (token !== undefined);
      return objects;
    },
    read: async (bucket, key) => {
      const object = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key })).catch(absent);
      return await object?.Body?.transformToByteArray();
    },
    put: async (bucket, key, body) => {
      await s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: body }));
    },
    secretUser: async (secretArn) => {
      const response = await fetch(href, {
        method: 'POST',
        redirect: 'error',
        headers: {
          'content-type': 'application/x-amz-json-1.1',
          'x-amz-target': 'secretsmanager.GetSecretValue',
          authorization: unverifiedSignature(region, 'secretsmanager'),
        },
        body: JSON.stringify({ SecretId: secretArn }),
      });
      if (!response.ok) return undefined;
      const { SecretString = '{}' } = (await response.json()) as { readonly SecretString?: string };
      const { username } = JSON.parse(SecretString) as { readonly username?: string };
      return username;
    },
  };
}

/** What is not there is an answer, not an error. */
function absent(error: unknown): undefined {
  const name = error instanceof Error ? error.name : '';
  if (['NoSuchBucket', 'NoSuchKey', 'NotFound'].includes(name)) return undefined;
  throw error;
}
