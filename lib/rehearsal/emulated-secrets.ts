import { requireLoopback } from '../errors/loopback.ts';
import type { Tags } from '../simulator/usage.ts';
import { unverifiedSignature } from './inventory.ts';

export interface TaggedResource {
  readonly arn: string;
  readonly tags: Tags;
}

interface ListedSecret {
  readonly ARN: string;
  readonly Tags?: readonly { readonly Key: string; readonly Value: string }[];
}

/** Every secret of the emulator, with the tags that it says itself. */
export async function emulatedSecrets(emulatorUrl: string, region: string): Promise<TaggedResource[]> {
  const response = await fetch(requireLoopback(emulatorUrl, 'the emulator').href, {
    method: 'POST',
    redirect: 'error',
    headers: {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': 'secretsmanager.ListSecrets',
      authorization: unverifiedSignature(region, 'secretsmanager'),
    },
    body: '{}',
  });
  if (!response.ok) throw new Error(`the emulator cannot list its secrets: ${response.status}`);
  const { SecretList = [] } = (await response.json()) as { readonly SecretList?: readonly ListedSecret[] };
  return SecretList.map(({ ARN, Tags = [] }) => ({
    arn: ARN,
    tags: Object.fromEntries(Tags.map(({ Key, Value }) => [Key, Value])),
  }));
}
