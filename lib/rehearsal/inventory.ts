import { requireLoopback } from '../errors/loopback.ts';

export interface InventoryItem {
  readonly kind:
    | 'stack'
    | 'function'
    | 'log group'
    | 'role'
    | 'policy'
    | 'bucket'
    | 'parameter'
    | 'queue'
    | 'event rule'
    | 'event source mapping'
    | 'secret'
    | 'state machine'
    | 'VPC'
    | 'security group';
  readonly id: string;
}

interface Listing {
  readonly kind: InventoryItem['kind'];
  readonly service: string;
  readonly request: (url: string) => Request;
  readonly ids: RegExp;
}

const query =
  (action: string, parameters = '') =>
  (url: string) =>
    new Request(url, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: `Action=${action}${parameters}`,
    });
const json =
  (target: string, version: '1.0' | '1.1' = '1.1') =>
  (url: string) =>
    new Request(url, {
      method: 'POST',
      headers: { 'content-type': `application/x-amz-json-${version}`, 'x-amz-target': target },
      body: '{}',
    });
// behind the path of the address: it holds the secret of the run
const get = (path: string) => (url: string) => new Request(`${url.replace(/\/$/, '')}${path}`);

/** A stack that ended is listed for 90 days; it is one that no longer exists. */
const STACKS = /<StackName>([^<]+)<\/StackName>(?:(?!<\/member>).)*<StackStatus>(?!DELETE_COMPLETE)/gs;

/** Everything of a kind that stacks of this project create. Asked of the services themselves: a stack may lose track. */
const LISTINGS: readonly Listing[] = [
  { kind: 'stack', service: 'cloudformation', request: query('ListStacks'), ids: STACKS },
  {
    kind: 'function',
    service: 'lambda',
    request: get('/2015-03-31/functions/'),
    ids: /"FunctionName":\s*"([^"]+)"/g,
  },
  {
    kind: 'log group',
    service: 'logs',
    request: json('Logs_20140328.DescribeLogGroups'),
    ids: /"logGroupName":\s*"([^"]+)"/g,
  },
  { kind: 'role', service: 'iam', request: query('ListRoles', '&Version=2010-05-08'), ids: /<RoleName>([^<]+)</g },
  {
    kind: 'policy',
    service: 'iam',
    request: query('ListPolicies', '&Version=2010-05-08&Scope=Local'),
    ids: /<PolicyName>([^<]+)</g,
  },
  { kind: 'bucket', service: 's3', request: get('/'), ids: /<Name>([^<]+)</g },
  {
    kind: 'parameter',
    service: 'ssm',
    request: json('AmazonSSM.DescribeParameters'),
    ids: /"Name":\s*"([^"]+)"/g,
  },
  { kind: 'queue', service: 'sqs', request: json('AmazonSQS.ListQueues', '1.0'), ids: /"(http[^"]+)"/g },
  { kind: 'event rule', service: 'events', request: json('AWSEvents.ListRules'), ids: /"Name":\s*"([^"]+)"/g },
  {
    kind: 'event source mapping',
    service: 'lambda',
    request: get('/2015-03-31/event-source-mappings/'),
    ids: /"UUID":\s*"([^"]+)"/g,
  },
  {
    kind: 'secret',
    service: 'secretsmanager',
    request: json('secretsmanager.ListSecrets'),
    ids: /"Name":\s*"([^"]+)"/g,
  },
  {
    kind: 'state machine',
    service: 'states',
    request: json('AWSStepFunctions.ListStateMachines', '1.0'),
    ids: /"name":\s*"([^"]+)"/g,
  },
  { kind: 'VPC', service: 'ec2', request: query('DescribeVpcs', '&Version=2016-11-15'), ids: /<vpcId>([^<]+)</g },
  {
    kind: 'security group',
    service: 'ec2',
    request: query('DescribeSecurityGroups', '&Version=2016-11-15'),
    ids: /<groupId>(sg-[^<]+)</g,
  },
];

/** What exists in the emulator. Reads only lists of one page: a rehearsal creates far fewer resources than that. */
export async function emulatorInventory(emulatorUrl: string, region: string): Promise<InventoryItem[]> {
  const { href } = requireLoopback(emulatorUrl, 'the emulator');
  const lists = await Promise.all(
    LISTINGS.map(async ({ kind, service, request, ids }): Promise<InventoryItem[]> => {
      const asked = request(href);
      asked.headers.set('authorization', unverifiedSignature(region, service));
      const response = await fetch(asked, { redirect: 'error' });
      const text = await response.text();
      if (!response.ok)
        throw new Error(`the emulator cannot list its ${kind}s: ${response.status} ${text.slice(0, 200)}`);
      return [...text.matchAll(ids)].map(([, id = '']) => ({ kind, id }));
    }),
  );
  return lists.flat();
}

/** What is in `after` and was not in `before`. */
export function added(before: readonly InventoryItem[], after: readonly InventoryItem[]): InventoryItem[] {
  const known = new Set(before.map(({ kind, id }) => `${kind} ${id}`));
  return after.filter(({ kind, id }) => !known.has(`${kind} ${id}`));
}

/** Tells the emulator which service and Region are meant. It checks that a signature is there, and nothing about it. */
export function unverifiedSignature(region: string, service: string): string {
  return `AWS4-HMAC-SHA256 Credential=rehearsal/20000101/${region}/${service}/aws4_request, SignedHeaders=host, Signature=0`;
}
