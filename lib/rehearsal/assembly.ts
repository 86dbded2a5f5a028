import { cp, readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DEPLOYED_STORES, STORE_FACTS } from '../catalogue/stores.ts';
import { encodeLiterals } from './literals.ts';

/**
 * Services and types that the emulator's CloudFormation does not know, or only with Docker. The simulator makes their resources,
 * or says which type it does not make.
 */
const BRIDGED = [
  'AWS::Bedrock::',
  ...DEPLOYED_STORES.map((kind) => STORE_FACTS[kind].resourceTypes),
  // looks for the cluster in the emulator
  'AWS::SecretsManager::SecretTargetAttachment',
] as const;

/** Logical ids of what is added to a stack that has such resources. */
const BRIDGE = { function: 'RehearsalBridge', logs: 'RehearsalBridgeLogs' } as const;

/** A simulated resource answers within a second: a bridge that hangs must not hold the deployment for an hour. */
const SERVICE_TIMEOUT_SECONDS = 600;

interface Resource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
  readonly [attribute: string]: unknown;
}

export interface Template {
  readonly Resources?: Readonly<Record<string, Resource>>;
  readonly [section: string]: unknown;
}

export interface BridgedResource {
  readonly logicalId: string;
  readonly type: string;
}

/**
 * Gives every resource of a type that the emulator lacks to a bridge function, as a custom resource under the same logical
 * id: `Ref`, `GetAtt` and dependencies stay as they are, because the bridge answers with the same attributes.
 */
export function bridgeTemplate(
  template: Template,
  bridgeCode: string,
): { readonly template: Template; readonly bridged: readonly BridgedResource[] } {
  const all = Object.entries(template.Resources ?? {}).map(([id, resource]) => [id, forEmulator(resource)] as const);
  const bridged = all
    .filter(([, { Type }]) => BRIDGED.some((known) => Type.startsWith(known)))
    .map(([logicalId, { Type }]) => ({ logicalId, type: Type }));
  if (bridged.length === 0) return { template: { ...template, Resources: Object.fromEntries(all) }, bridged };
  const ids = new Set(bridged.map(({ logicalId }) => logicalId));
  const resources = all.map(([id, resource]) => [id, ids.has(id) ? customResource(resource) : resource] as const);
  return { template: { ...template, Resources: { ...Object.fromEntries(resources), ...bridge(bridgeCode) } }, bridged };
}

const PUNCTUATION = '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~';

/** Of what keeps a generated password plain, the emulator reads the list of characters alone. */
function forEmulator(resource: Resource): Resource {
  const generated = resource.Properties?.['GenerateSecretString'];
  if (typeof generated !== 'object' || generated === null) return resource;
  const { ExcludePunctuation } = generated as { readonly ExcludePunctuation?: unknown };
  if (ExcludePunctuation !== true) return resource;
  const GenerateSecretString = { ...generated, ExcludeCharacters: PUNCTUATION };
  return { ...resource, Properties: { ...resource.Properties, GenerateSecretString } };
}

function customResource(resource: Resource): Resource {
  return {
    ...resource,
    Type: `Custom::${resource.Type.replace(/^AWS::/, '').replaceAll('::', '')}`,
    Properties: {
      ServiceToken: { 'Fn::GetAtt': [BRIDGE.function, 'Arn'] },
      ServiceTimeout: SERVICE_TIMEOUT_SECONDS,
      Type: resource.Type,
      Properties: encodeLiterals(resource.Properties ?? {}),
    },
  };
}

/** In the stack itself, so that it lives exactly as long as what it bridges. */
function bridge(code: string): Record<string, Resource> {
  return {
    [BRIDGE.logs]: { Type: 'AWS::Logs::LogGroup', DeletionPolicy: 'Delete' },
    [BRIDGE.function]: {
      Type: 'AWS::Lambda::Function',
      Properties: {
        Code: { ZipFile: code },
        Handler: 'index.handler',
        Runtime: 'nodejs24.x',
        // the emulator takes any role; on AWS there is no bridge
        Role: { 'Fn::Sub': 'arn:${AWS::Partition}:iam::${AWS::AccountId}:role/rehearsal-bridge' },
        Timeout: SERVICE_TIMEOUT_SECONDS,
        LoggingConfig: { LogGroup: { Ref: BRIDGE.logs } },
      },
    },
  };
}

/** Copies a cloud assembly and bridges its templates; the original stays what is deployed to AWS. */
export async function bridgeAssembly(from: string, to: string, bridgeCode: string): Promise<BridgedResource[]> {
  await cp(from, to, { recursive: true });
  const names = await readdir(to, { recursive: true });
  const bridged: BridgedResource[] = [];
  for (const name of names.filter((file) => file.endsWith('.template.json'))) {
    const file = join(to, name);
    const result = bridgeTemplate(JSON.parse(await readFile(file, 'utf8')) as Template, bridgeCode);
    bridged.push(...result.bridged);
    await writeFile(file, JSON.stringify(result.template, undefined, 1));
  }
  return bridged;
}
