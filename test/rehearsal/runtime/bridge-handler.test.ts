import { afterAll, beforeEach, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { handler } from '../../../lib/rehearsal/runtime/bridge-handler.ts';

interface Received {
  readonly method: string;
  readonly url: string;
  readonly body: unknown;
}

const received: Received[] = [];
let answer: { readonly status: number; readonly body: unknown } = { status: 200, body: {} };

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  let text = '';
  for await (const part of request) text += String(part);
  return JSON.parse(text);
}

/** Simulator and CloudFormation in one. */
const server: Server = createServer((request, response) => {
  void bodyOf(request).then((body) => {
    received.push({ method: request.method ?? '', url: request.url ?? '', body });
    const cloudFormation = request.url === '/response';
    response.writeHead(cloudFormation ? 200 : answer.status, { 'content-type': 'application/json' });
    response.end(cloudFormation ? '' : JSON.stringify(answer.body));
  });
});
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const address = server.address();
const url = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
process.env['AWS_ENDPOINT_URL_BEDROCK'] = `${url}/t/token`;

afterAll(() => {
  server.close();
  server.closeAllConnections();
});
beforeEach(() => {
  received.length = 0;
});

const EVENT = {
  RequestType: 'Create',
  ResponseURL: `${url}/response`,
  StackId: 'stack',
  RequestId: 'request',
  LogicalResourceId: 'Profile',
  ResourceProperties: {
    Type: 'AWS::Bedrock::ApplicationInferenceProfile',
    Properties: { InferenceProfileName: 'answers', Size: 'json:3' },
  },
} as const;

const COMMON = { StackId: 'stack', RequestId: 'request', LogicalResourceId: 'Profile' };

test('a creation goes to the simulator and its answer to CloudFormation', async () => {
  answer = { status: 200, body: { physicalResourceId: 'arn', attributes: { InferenceProfileArn: 'arn' } } };
  await handler(EVENT);
  expect(received).toEqual([
    {
      method: 'POST',
      url: '/t/token/_fmpaths/resources',
      body: {
        requestType: 'Create',
        type: 'AWS::Bedrock::ApplicationInferenceProfile',
        properties: { InferenceProfileName: 'answers', Size: 3 },
      },
    },
    {
      method: 'PUT',
      url: '/response',
      body: { Status: 'SUCCESS', PhysicalResourceId: 'arn', Data: { InferenceProfileArn: 'arn' }, ...COMMON },
    },
  ]);
});

test('a refusal of the simulator fails the resource with its words', async () => {
  answer = { status: 400, body: { error: { type: 'ConflictException', message: 'already exists' } } };
  await handler(EVENT);
  expect(received.at(-1)?.body).toEqual({
    Status: 'FAILED',
    PhysicalResourceId: 'never-created',
    Reason: 'Error: ConflictException: already exists',
    ...COMMON,
  });
});

test('what was never created is deleted without asking', async () => {
  await handler({ ...EVENT, RequestType: 'Delete', PhysicalResourceId: 'never-created' });
  expect(received).toHaveLength(1);
  expect(received[0]?.body).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: 'never-created' });
});

test('a failed deletion keeps the id, so that the resource is not taken for deleted', async () => {
  answer = { status: 400, body: { error: { type: 'InternalServerException', message: 'stuck' } } };
  await handler({ ...EVENT, RequestType: 'Delete', PhysicalResourceId: 'arn' });
  expect(received.at(-1)?.body).toMatchObject({ Status: 'FAILED', PhysicalResourceId: 'arn' });
});
