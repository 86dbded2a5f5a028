import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { request } from 'node:http';
import { connect } from 'node:http2';
import { createApi, type Route } from '../../lib/simulator/api.ts';
import type { Simulator } from '../../lib/simulator/index.ts';
import { listen } from '../../lib/simulator/listener.ts';
import { ServiceError } from '../../lib/simulator/service-error.ts';
import { testSimulator } from '../support/simulator-bed.ts';
import { MODEL, REGION, TOKEN } from '../support/simulator.ts';

let simulator: Simulator;

beforeAll(async () => {
  ({ simulator } = await testSimulator());
});

afterAll(() => simulator.close());

const signature = (region = REGION, service = 'bedrock'): string =>
  `AWS4-HMAC-SHA256 Credential=a/20261130/${region}/${service}/aws4_request, SignedHeaders=host, Signature=0`;

interface Reply {
  readonly status: number | undefined;
  readonly type: string | undefined;
  readonly body: string;
}

/** `fetch` does not let a test choose the Host header. */
async function get(path: string, headers: Record<string, string> = {}): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const call = request({ host: '127.0.0.1', port: simulator.port, path, headers }, (response) => {
      let body = '';
      response.on('data', (part: Buffer) => (body += part.toString()));
      response.on('end', () =>
        resolve({ status: response.statusCode, type: response.headers['x-amzn-errortype']?.toString(), body }),
      );
    });
    call.on('error', reject);
    call.end();
  });
}

test('one port answers HTTP/1.1 and HTTP/2 without TLS', async () => {
  const path = `/t/${TOKEN}/inference-profiles/us.${MODEL}`;
  const one = await get(path, { authorization: signature() });
  const session = connect(`http://127.0.0.1:${simulator.port}`);
  const two = await new Promise<Reply>((resolve, reject) => {
    const stream = session.request({ ':path': path, authorization: signature() });
    let body = '';
    let status: number | undefined;
    stream.on('response', (headers) => (status = headers[':status']));
    stream.on('data', (part: Buffer) => (body += part.toString()));
    stream.on('end', () => resolve({ status, type: undefined, body }));
    stream.on('error', reject);
  });
  session.destroy();
  expect(one).toMatchObject({ status: 200, body: expect.stringContaining('"inferenceProfileName":"US Small"') });
  expect(two).toEqual(one);
});

test.each(['127.0.0.1', 'localhost'])('a request for the host %s is answered', async (name) => {
  const host = `${name}:${simulator.port}`;
  const { status } = await get(`/t/${TOKEN}/inference-profiles`, { host, authorization: signature() });
  expect(status).toBe(200);
});

test.each<Record<string, string>>([
  { origin: 'http://evil.example' },
  { origin: 'null' },
  { 'sec-fetch-site': 'cross-site' },
  { 'sec-fetch-site': 'none' },
])('a request that only a browser sends is refused, and no page may read the refusal: %j', async (headers) => {
  const response = await fetch(`${simulator.url}/inference-profiles`, {
    headers: { authorization: signature(), ...headers },
  });
  expect(response.status).toBe(403);
  expect(response.headers.get('access-control-allow-origin')).toBeNull();
});

test.each([
  'example.com',
  '127.0.0.1.example.com',
  'localhost.example.com:80',
  '10.0.0.1',
  '[::1]:8080.example.com',
  '127.0.0.1',
  'localhost:1',
])('a request for the host %s is refused: a page of the web could have sent it', async (host) => {
  const { status, type } = await get(`/t/${TOKEN}/inference-profiles`, { host, authorization: signature() });
  expect([status, type]).toEqual([403, 'AccessDeniedException']);
});

test.each([
  '/inference-profiles',
  '/t/',
  '/t/wrong-toke/inference-profiles',
  '/t/run-tokenX/inference-profiles',
  `/x/t/${TOKEN}/`,
  `/x/../t/${TOKEN}/inference-profiles`,
  `//t/${TOKEN}/inference-profiles`,
  `/%74/${TOKEN}/inference-profiles`,
  `http://127.0.0.1/t/${TOKEN}/inference-profiles`,
])('a request without the token of the run is refused: %s', async (path) => {
  const { status, body } = await get(path);
  expect(status).toBe(403);
  expect(body).not.toContain(TOKEN);
});

test('a service is called only with a signature for it and for its Region', async () => {
  const path = `/t/${TOKEN}/inference-profiles`;
  const types = [
    await get(path),
    await get(path, { authorization: 'Bearer abc' }),
    await get(path, { authorization: signature('eu-west-1') }),
    await get(path, { authorization: signature(REGION, 's3') }),
  ].map(({ status, type }) => [status, type]);
  expect(types).toEqual([
    [403, 'MissingAuthenticationTokenException'],
    [403, 'MissingAuthenticationTokenException'],
    [403, 'InvalidSignatureException'],
    [403, 'InvalidSignatureException'],
  ]);
});

test('an operation that is not simulated is named, with those that are', async () => {
  const { status, type, body } = await get(`/t/${TOKEN}/evaluation-jobs`, { authorization: signature() });
  expect([status, type]).toEqual([404, 'UnknownOperationException']);
  expect(body).toMatch(/no operation GET \/evaluation-jobs: it has .*CreateInferenceProfile/);
});

test('a body that is not JSON is refused', async () => {
  const response = await fetch(`${simulator.url}/inference-profiles`, {
    method: 'POST',
    headers: { authorization: signature() },
    body: '{"a"',
  });
  expect([response.status, response.headers.get('x-amzn-errortype')]).toEqual([400, 'SerializationException']);
  expect(response.headers.get('x-fmpaths-simulated')).toBe('true');
});

test('a taken port, and a model server that is not on this machine, are the user’s to mend', async () => {
  await expect(testSimulator({ port: simulator.port })).rejects.toThrow(
    new RegExp(`port ${simulator.port} of 127.0.0.1 cannot be used \\(EADDRINUSE\\)`),
  );
  await expect(testSimulator({ llmUrl: 'http://models.example.com/v1' })).rejects.toThrow(
    /the model server must be an address on this machine/,
  );
});

test('closing ends connections that are still open', async () => {
  const { simulator: closing } = await testSimulator();
  const session = connect(`http://127.0.0.1:${closing.port}`);
  await new Promise((resolve) => session.once('remoteSettings', resolve));
  const ended = new Promise((resolve) => session.once('close', resolve));
  await closing.close();
  await ended;
  await expect(fetch(closing.url)).rejects.toThrow();
});

test('an operation of AWS JSON 1.1 is found by its target, and refused in the words of that protocol', async () => {
  const operation = (target: string): Route => ({
    operation: target.split('.')[1] ?? '',
    service: 'sagemaker',
    method: 'POST',
    path: '/',
    target,
    handle: ({ body }) => {
      if (body === undefined) throw new ServiceError('ValidationException', 'no body');
      return { json: { target } };
    },
  });
  const api = createApi([operation('SageMaker.CreateTrainingJob'), operation('SageMaker.DescribeTrainingJob')]);
  const { port, close } = await listen({ port: undefined, runToken: TOKEN, region: REGION, api });
  const send = async (target: string, body?: string) => {
    const response = await fetch(`http://127.0.0.1:${port}/t/${TOKEN}/`, {
      method: 'POST',
      headers: { 'x-amz-target': target, authorization: signature(REGION, 'sagemaker') },
      ...(body === undefined ? {} : { body }),
    });
    return [response.status, response.headers.get('content-type'), await response.json()];
  };
  const type = 'application/x-amz-json-1.1';
  const described = await send('SageMaker.DescribeTrainingJob', '{}');
  const refused = await send('SageMaker.DescribeTrainingJob');
  const unknown = await send('SageMaker.DeleteEverything', '{}');
  await close();
  expect(described).toEqual([200, type, { target: 'SageMaker.DescribeTrainingJob' }]);
  expect(refused).toEqual([400, type, { __type: 'ValidationException', message: 'no body' }]);
  expect(unknown).toEqual([404, type, expect.objectContaining({ __type: 'UnknownOperationException' })]);
});
