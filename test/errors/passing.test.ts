import { BedrockClient, GetModelCustomizationJobCommand } from '@aws-sdk/client-bedrock';
import { SageMakerClient, DescribeTrainingJobCommand } from '@aws-sdk/client-sagemaker';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Agent, createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { asStep, isPassing } from '../../lib/errors/passing.ts';
import { RunError } from '../../lib/errors/run-error.ts';
import { sdkError } from '../support/pace.ts';

/** What a listener of this machine does to a request: the names that the SDK makes of it are its own. */
type Answer = (response: ServerResponse) => void;

let answer: Answer;
let server: Server;
let port: number;

beforeAll(async () => {
  server = createServer((request, response) => {
    request.resume();
    request.on('end', () => answer(response));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as AddressInfo).port;
});

afterAll(async () => {
  const closed = new Promise((resolve) => server.close(resolve));
  server.closeAllConnections();
  await closed;
});

const credentials = { accessKeyId: 'any', secretAccessKey: 'any' };

const LOOKS: Record<'bedrock' | 'sagemaker', (endpoint: string, agent?: Agent) => Promise<unknown>> = {
  bedrock: (endpoint, agent) => {
    const client = inThisRealm(new BedrockClient(config(endpoint, agent)));
    return client.send(new GetModelCustomizationJobCommand({ jobIdentifier: 'job' })).finally(() => client.destroy());
  },
  sagemaker: (endpoint, agent) => {
    const client = inThisRealm(new SageMakerClient(config(endpoint, agent)));
    return client.send(new DescribeTrainingJobCommand({ TrainingJobName: 'job' })).finally(() => client.destroy());
  },
};

const config = (endpoint: string, httpAgent: Agent = new Agent()) => ({
  region: 'us-east-1',
  endpoint,
  credentials,
  maxAttempts: 1,
  requestHandler: { httpAgent, requestTimeout: 300, throwOnRequestTimeout: true },
});

/** Errors of the network are Node's own, beside which jest runs: the SDK would not take them for errors here. */
function inThisRealm<Client extends BedrockClient | SageMakerClient>(client: Client): Client {
  const { requestHandler } = client.config;
  const handle = requestHandler.handle.bind(requestHandler);
  requestHandler.handle = (...request) =>
    handle(...request).catch((error: unknown) => {
      const { name, message, code } = error as NodeJS.ErrnoException;
      throw Object.assign(new Error(message), { name, code });
    });
  return client;
}

const status =
  (code: number, body = '', headers: Record<string, string> = {}): Answer =>
  (response) =>
    response.writeHead(code, headers).end(body);

const typed = (code: number, type: string): Answer =>
  status(code, JSON.stringify({ __type: type, message: 'as the service says it' }), {
    'content-type': 'application/x-amz-json-1.1',
    'x-amzn-errortype': type,
  });

const failing = (code: string): Agent =>
  new Agent({
    lookup: (hostname, _options, done) =>
      done(Object.assign(new Error(`getaddrinfo ${code} ${hostname}`), { code, syscall: 'getaddrinfo' }), []),
  });

async function failureOf(look: Promise<unknown>): Promise<Error> {
  return look.then(
    () => {
      throw new Error('it did not fail');
    },
    (error: unknown) => error as Error,
  );
}

const PASSING: readonly (readonly [string, Answer, string])[] = [
  [
    'a gateway that answers with HTML',
    status(503, '<html>Service Unavailable</html>', { 'content-type': 'text/html' }),
    'SyntaxError',
  ],
  ['a gateway that answers with nothing', status(502), 'Unknown'],
  ['InternalFailure', typed(500, 'InternalFailure'), 'InternalFailure'],
  ['ServiceUnavailable', typed(503, 'ServiceUnavailable'), 'ServiceUnavailable'],
  ['a status of the future', typed(599, 'SomethingNew'), 'SomethingNew'],
  ['throttling with 400', typed(400, 'ThrottlingException'), 'ThrottlingException'],
  ['throttling by its status alone', typed(429, 'SomethingNew'), 'SomethingNew'],
  ['a connection that is reset', (response) => void response.socket?.resetAndDestroy(), 'TimeoutError'],
  ['a connection that ends', (response) => void response.socket?.destroy(), 'TimeoutError'],
  ['an answer that never comes', () => undefined, 'TimeoutError'],
];

const FINAL: readonly (readonly [string, Answer, string])[] = [
  ['a refused request', typed(400, 'ValidationException'), 'ValidationException'],
  ['a denial', typed(403, 'AccessDeniedException'), 'AccessDeniedException'],
  ['a denial without a word', status(403), 'Unknown'],
  ['nothing there', typed(404, 'ResourceNotFoundException'), 'ResourceNotFoundException'],
];

const bothServices = (cases: typeof PASSING) =>
  cases.flatMap(([what, does, name]) =>
    (['bedrock', 'sagemaker'] as const).map((service) => [what, name, service, does] as const),
  );

test.each(bothServices(PASSING))('%s is a %s of %s, and passes', async (_, name, service, does) => {
  answer = does;
  const error = await failureOf(LOOKS[service](`http://127.0.0.1:${port}`));
  expect([error.name, isPassing(error)]).toEqual([name, true]);
});

test.each(bothServices(FINAL))('%s is a %s of %s, and does not pass', async (_, name, service, does) => {
  answer = does;
  const error = await failureOf(LOOKS[service](`http://127.0.0.1:${port}`));
  expect([error.name, isPassing(error)]).toEqual([name, false]);
});

test.each(['ENOTFOUND', 'EAI_AGAIN'])('a name that cannot be resolved (%s) passes', async (code) => {
  const error = await failureOf(LOOKS.sagemaker(`http://host.test:${port}`, failing(code)));
  expect([error.name, 'code' in error && error.code, isPassing(error)]).toEqual(['Error', code, true]);
});

test('a connection that is refused passes', async () => {
  const closed = createServer();
  await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve));
  const { port: free } = closed.address() as AddressInfo;
  await new Promise((resolve) => closed.close(resolve));
  const error = await failureOf(LOOKS.bedrock(`http://127.0.0.1:${free}`));
  expect([error.name, isPassing(error)]).toEqual(['Error', true]);
});

test('the cause is looked into, ten deep and no deeper', () => {
  const nested = (depth: number): Error => {
    let error: Error = Object.assign(new Error('reset'), { code: 'ECONNRESET' });
    for (let level = 0; level < depth; level++) error = new Error('outer', { cause: error });
    return error;
  };
  expect([1, 10, 30].map((depth) => isPassing(nested(depth)))).toEqual([true, true, false]);
});

test.each([
  ['a time limit of our own', new DOMException('aborted', 'AbortError'), true],
  ['a write that met another', sdkError('TooManyUpdates', 400), true],
  ['a mistake of the code', new TypeError('x is undefined'), false],
  ['what is no error', 'ECONNRESET', false],
])('%s: passing is told apart', (_, error, passing) => {
  expect(isPassing(error)).toBe(passing);
});

test.each([
  ['Passing', sdkError('SyntaxError', 503, '<html>'), 'SyntaxError: <html>'],
  [
    'Passing',
    Object.assign(new Error('getaddrinfo ENOTFOUND x'), { code: 'ENOTFOUND' }),
    'ENOTFOUND: getaddrinfo ENOTFOUND x',
  ],
  ['Denied', sdkError('AccessDeniedException', 400, 'not yours'), 'AccessDeniedException: not yours'],
  [
    'Denied',
    sdkError('ValidationException', 400, 'Could not assume provided IAM role.'),
    'ValidationException: Could not assume provided IAM role',
  ],
  [
    'Denied',
    sdkError('ValidationException', 400, 'Could not assume role arn:x. Please ensure that the role exists'),
    'ValidationException: Could not assume role arn:x. Please ensure that the role exists',
  ],
  ['RunError', sdkError('ValidationException', 400, 'no such tier'), 'ValidationException: no such tier'],
  ['RunError', new RunError('the data are wrong'), 'the data are wrong'],
  ['RunError', new TypeError('x is undefined'), 'TypeError: x is undefined'],
])('a step throws %s, with the name and the text that it was', async (name, error, message) => {
  await expect(asStep(() => Promise.reject(error))).rejects.toMatchObject({ name, message });
});

test('a step that ends well gives what it has', async () => {
  await expect(asStep(() => Promise.resolve(7))).resolves.toBe(7);
});
