import { afterAll, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { emulatorHostServices, deferredHostServices } from '../../lib/rehearsal/emulator-host-services.ts';

const PAGES = [
  `<ListBucketResult><IsTruncated>true</IsTruncated><NextContinuationToken>next</NextContinuationToken>
   <Contents><Key>a.md</Key><Size>5</Size><ETag>"1"</ETag></Contents></ListBucketResult>`,
  '<ListBucketResult><Contents><Key>b.md</Key><Size>6</Size><ETag>"2"</ETag></Contents></ListBucketResult>',
];

/** Answers as S3 and Secrets Manager do. */
const server = createServer((request, response) => {
  const url = new URL(request.url ?? '/', 'http://emulator');
  const missing = (code: string): void => {
    response.writeHead(404, { 'content-type': 'application/xml' }).end(`<Error><Code>${code}</Code></Error>`);
  };
  if (request.headers['x-amz-target'] === 'secretsmanager.GetSecretValue') {
    request.on('data', (part: Buffer) => {
      const known = part.toString().includes('"arn:known"');
      response
        .writeHead(known ? 200 : 400)
        .end(JSON.stringify({ SecretString: '{"username":"master","password":"x"}' }));
    });
  } else if (url.pathname.startsWith('/gone')) missing('NoSuchBucket');
  else if (url.searchParams.has('list-type')) {
    response.writeHead(200).end(PAGES[url.searchParams.has('continuation-token') ? 1 : 0]);
  } else if (url.pathname === '/documents/a.md') response.writeHead(200).end('hello');
  else missing('NoSuchKey');
});
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const address = server.address();
const url = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
afterAll(() => {
  server.close();
  server.closeAllConnections();
});

const hostServices = emulatorHostServices(url, 'us-east-1');

test('every page of a bucket is listed; a bucket that is not there is undefined', async () => {
  expect(await hostServices.objects('documents', '')).toEqual([
    { key: 'a.md', bytes: 5, etag: '"1"' },
    { key: 'b.md', bytes: 6, etag: '"2"' },
  ]);
  expect(await hostServices.objects('gone', '')).toBeUndefined();
});

test('an object is read; one that is gone is undefined', async () => {
  expect(Buffer.from((await hostServices.read('documents', 'a.md')) ?? []).toString()).toBe('hello');
  expect(await hostServices.read('documents', 'b.md')).toBeUndefined();
});

test('a secret tells its user; one that is gone is undefined', async () => {
  expect(await hostServices.secretUser('arn:known')).toBe('master');
  expect(await hostServices.secretUser('arn:other')).toBeUndefined();
});

test('what is elsewhere is not asked, and nothing is before the emulator runs', async () => {
  expect(() => emulatorHostServices('http://10.0.0.1:4566', 'us-east-1')).toThrow('must be an address on this machine');
  const later = deferredHostServices();
  await expect(later.hostServices.secretUser('arn:known')).rejects.toThrow('before it was started');
  later.use(hostServices);
  expect(await later.hostServices.secretUser('arn:known')).toBe('master');
});
