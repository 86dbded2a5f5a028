import { GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { requireLoopback } from '../errors/loopback.ts';
import type { StoredObject, HostServices } from '../simulator/retrieval/host-services.ts';
import { unverifiedSignature } from './inventory.ts';

/** The emulator's S3 and Secrets Manager, as the simulated knowledge bases see them. */
export function emulatorHostServices(emulatorUrl: string, region: string): HostServices {
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

/** Those of an emulator that is started later than what reads them. */
export function deferredHostServices(): {
  readonly hostServices: HostServices;
  readonly use: (started: HostServices) => void;
} {
  let used: HostServices | undefined;
  const current = (): HostServices => {
    if (used === undefined) throw new Error('the emulator was asked for before it was started');
    return used;
  };
  return {
    hostServices: {
      objects: async (bucket, prefix) => await current().objects(bucket, prefix),
      read: async (bucket, key) => await current().read(bucket, key),
      secretUser: async (secretArn) => await current().secretUser(secretArn),
    },
    use: (started) => {
      used = started;
    },
  };
}

/** What is not there is an answer, not an error. */
function absent(error: unknown): undefined {
  const name = error instanceof Error ? error.name : '';
  if (['NoSuchBucket', 'NoSuchKey', 'NotFound'].includes(name)) return undefined;
  throw error;
}
