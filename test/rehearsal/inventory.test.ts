import { afterAll, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { callFunctionUrl } from '../../lib/rehearsal/function-url.ts';
import { added, emulatorInventory } from '../../lib/rehearsal/inventory.ts';

const STACKS = `<ListStacksResponse><ListStacksResult><StackSummaries>
  <member><StackName>ended</StackName><StackStatus>DELETE_COMPLETE</StackStatus></member>
  <member><StackName>stuck</StackName><StackStatus>DELETE_FAILED</StackStatus></member>
</StackSummaries></ListStacksResult></ListStacksResponse>`;

const ANSWERS: Readonly<Record<string, string>> = {
  cloudformation: STACKS,
  lambda: '{"Functions": [{"FunctionName": "answer"}]}',
  logs: '{"logGroups": [{"logGroupName": "/aws/lambda/answer"}]}',
  iam: '<ListRolesResult><member><RoleName>role</RoleName></member></ListRolesResult>',
  s3: '<ListAllMyBucketsResult><Bucket><Name>bucket</Name></Bucket></ListAllMyBucketsResult>',
  ssm: '{"Parameters": []}',
  sqs: '{"QueueUrls": ["http://127.0.0.1/queue"]}',
  events: '{"Rules": [{"Name": "changed"}]}',
  secretsmanager: '{"SecretList": [{"Name": "master", "ARN": "arn:secret"}]}',
  states: '{"stateMachines": [{"name": "workflow"}]}',
  ec2: '<DescribeVpcsResponse><item><vpcId>vpc-1</vpcId></item></DescribeVpcsResponse>',
};

const seen: { path: string; accept?: string | undefined; authorization?: string | undefined }[] = [];
const server = createServer((request, response) => {
  const { authorization = '', accept } = request.headers;
  seen.push({ path: request.url ?? '', accept, authorization });
  const service = /\/us-east-1\/(\w+)\/aws4_request/.exec(authorization)?.[1] ?? '';
  response.writeHead(200, { 'content-type': 'text/plain' }).end(ANSWERS[service]);
});
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const address = server.address();
const emulatorUrl = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
afterAll(() => {
  server.close();
  server.closeAllConnections();
});

test('every service is asked what it has; a stack that has ended does not count', async () => {
  const items = await emulatorInventory(emulatorUrl, 'us-east-1');
  expect(items.map(({ kind, id }) => `${kind} ${id}`)).toEqual([
    'stack stuck',
    'function answer',
    'log group /aws/lambda/answer',
    'role role',
    'bucket bucket',
    'queue http://127.0.0.1/queue',
    'event rule changed',
    'secret master',
    'state machine workflow',
    'VPC vpc-1',
  ]);
});

test('an emulator elsewhere is not asked', async () => {
  await expect(emulatorInventory('http://10.0.0.1:4566', 'us-east-1')).rejects.toThrow(
    'must be an address on this machine',
  );
});

test('what was there before does not count as left', () => {
  const role = { kind: 'role', id: 'bootstrap' } as const;
  const bucket = { kind: 'bucket', id: 'bootstrap' } as const;
  expect(added([role], [role, bucket])).toEqual([bucket]);
});

test('a Function URL is asked under a path of the emulator, behind the secret of the run', async () => {
  seen.length = 0;
  const call = {
    emulatorUrl: `${emulatorUrl}/t/secret`,
    region: 'us-east-1',
    functionUrl: 'https://abc.lambda-url.us-east-1.on.aws/',
    question: 'why',
  };
  const answer = await callFunctionUrl({ ...call, accept: 'text/event-stream' });
  expect(answer).toMatchObject({ status: 200, contentType: 'text/plain' });
  await callFunctionUrl({ ...call, accept: 'application/json', signed: false });
  expect(seen).toEqual([
    {
      path: '/t/secret/_aws/lambda-url/abc/',
      accept: 'text/event-stream',
      authorization: expect.stringContaining('/us-east-1/lambda/aws4_request'),
    },
    { path: '/t/secret/_aws/lambda-url/abc/', accept: 'application/json', authorization: '' },
  ]);
});

test('every request begins with the path of the address, which is the secret of the run', async () => {
  seen.length = 0;
  await emulatorInventory(`${emulatorUrl}/t/secret`, 'us-east-1');
  expect(seen.length).toBeGreaterThan(10);
  expect(seen.map(({ path }) => path).filter((path) => !/^\/t\/secret(?:\/|$)/.test(path))).toEqual([]);
});
