import {
  GetObjectCommand,
  ListObjectsV2Command,
  NoSuchBucket,
  NoSuchKey,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { requireLoopback } from '../errors/loopback.ts';
import type { ObjectStore } from '../simulator/simulator.ts';

/** The buckets of the emulator, as the simulated services read and write them. */
export function emulatedObjects(emulatorUrl: string, region: string): ObjectStore {
  const client = new S3Client({
    endpoint: requireLoopback(emulatorUrl, 'the emulator').href,
    region,
    credentials: { accessKeyId: 'rehearsal', secretAccessKey: 'rehearsal' },
    forcePathStyle: true,
  });
  return {
    read: async (s3Uri) => {
      try {
        const { Body } = await client.send(new GetObjectCommand(locationOf(s3Uri)));
        return await Body?.transformToString();
      } catch (error) {
        if (error instanceof NoSuchKey || error instanceof NoSuchBucket) return undefined;
        throw error;
      }
    },
    list: async (s3Uri) => {
      const { Bucket, Key: Prefix } = locationOf(s3Uri);
      const uris: string[] = [];
      let ContinuationToken: string | undefined;
      do {
        const page = await client.send(new ListObjectsV2Command({ Bucket, Prefix, ContinuationToken }));
        uris.push(...(page.Contents ?? []).map(({ Key = '' }) => `s3://${Bucket}/${Key}`));
        ContinuationToken = page.NextContinuationToken;
      } while (ContinuationToken !== undefined);
      return uris;
    },
    write: async (s3Uri, text) => {
      await client.send(new PutObjectCommand({ ...locationOf(s3Uri), Body: text }));
    },
  };
}

function locationOf(s3Uri: string): { readonly Bucket: string; readonly Key: string } {
  const [, Bucket = '', Key = ''] = /^s3:\/\/([^/]+)\/?(.*)$/.exec(s3Uri) ?? [];
  return { Bucket, Key };
}

/** Objects of an emulator that is started later than what reads them. */
export function objectsOfLater(): { readonly objects: ObjectStore; readonly use: (objects: ObjectStore) => void } {
  let used: ObjectStore | undefined;
  const current = (): ObjectStore => {
    if (used === undefined) throw new Error('an object was asked for before the emulator was started');
    return used;
  };
  return {
    objects: {
      read: async (s3Uri) => await current().read(s3Uri),
      list: async (s3Uri) => await current().list(s3Uri),
      write: async (s3Uri, text) => await current().write(s3Uri, text),
    },
    use: (objects) => {
      used = objects;
    },
  };
}
