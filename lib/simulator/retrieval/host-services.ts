export interface StoredObject {
  readonly key: string;
  readonly bytes: number;
  /** Changes with the content. */
  readonly etag: string;
}

/** What a knowledge base reads of other services. In a rehearsal they are the emulator's. */
export interface HostServices {
  /** Objects of a bucket; undefined where there is no such bucket. */
  readonly objects: (bucket: string, prefix: string) => Promise<readonly StoredObject[] | undefined>;
  /** Content of an object; undefined where it is gone. */
  readonly read: (bucket: string, key: string) => Promise<Uint8Array | undefined>;
  /** User name in a database secret; undefined where there is no such secret. */
  readonly secretUser: (secretArn: string) => Promise<string | undefined>;
}

/** Where nothing surrounds the simulator: no bucket, no secret. */
export const NO_HOST_SERVICES: HostServices = {
  objects: () => Promise.resolve(undefined),
  read: () => Promise.resolve(undefined),
  secretUser: () => Promise.resolve(undefined),
};
