import { CloudFormationClient, CreateStackCommand, waitUntilStackCreateComplete } from '@aws-sdk/client-cloudformation';
import { InvokeCommand } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { connect as connectHttp2 } from 'node:http2';
import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../lib/errors/loopback.ts';
import { emulatorClients } from '../../lib/rehearsal/deployed-path.ts';
import { startEmulator, type Emulator } from '../../lib/rehearsal/emulator.ts';
import { emulatorInventory } from '../../lib/rehearsal/inventory.ts';
import { pythonEnvironment } from '../../lib/rehearsal/python-environment.ts';
import { newRunSecret } from '../../lib/rehearsal/run-secret.ts';
import { rehearsalFolder, withSession } from '../../lib/rehearsal/session.ts';

/** The emulator as a rehearsal starts it, and a web page, or another user of this machine, that looks for it. */
const ROOT = join(import.meta.dirname, '..', '..');
const REGION = 'us-east-1';
const SECRET = newRunSecret();
const PREFIX = `/t/${SECRET}`;

let emulator: Emulator;
let end: () => Promise<void>;

beforeAll(async () => {
  await new Promise<void>((resolve, reject) => {
    const session = withSession(
      ROOT,
      () => undefined,
      async ({ folder, scripts, processes }) => {
        const { python } = await pythonEnvironment({
          base: rehearsalFolder(ROOT),
          run: processes.run,
          env: process.env,
          temporaryFolder: folder.temporary,
          onInstall: () => undefined,
        });
        emulator = await startEmulator({
          start: processes.start,
          python,
          boot: scripts.emulatorBoot,
          folder,
          parentEnv: process.env,
          region: REGION,
          accountId: '000000000000',
          runSecret: SECRET,
          simulatorUrl: 'http://127.0.0.1:9/',
          handlerPreload: scripts.handlerPreload,
          port: await freePort(),
        });
        await new Promise<void>((finish) => {
          end = async () => {
            finish();
            await session;
          };
          resolve();
        });
      },
    );
    session.catch(reject);
  });
}, 1_800_000);

afterAll(async () => {
  await end();
});

/** What creates a function, which then runs as the user: the zip is empty, and taken all the same. */
const FUNCTION = JSON.stringify({
  FunctionName: 'attack',
  Runtime: 'nodejs22.x',
  Role: 'arn:aws:iam::000000000000:role/r',
  Handler: 'index.handler',
  Code: { ZipFile: Buffer.concat([Buffer.from('PK\u0005\u0006'), Buffer.alloc(18)]).toString('base64') },
});

interface Raw {
  readonly method?: string;
  readonly target: string;
  readonly headers: readonly string[];
}

/** Sends exactly these bytes and returns the whole answer: no client mends anything on the way. */
async function send({ method = 'POST', target, headers }: Raw): Promise<string> {
  const socket = connect(emulator.port, '127.0.0.1');
  const body = method === 'POST' ? FUNCTION : '';
  socket.end(
    [
      `${method} ${target} HTTP/1.1`,
      ...headers,
      ...(body === '' ? [] : [`Content-Length: ${Buffer.byteLength(body)}`]),
      'Connection: close',
      '',
      body,
    ].join('\r\n'),
  );
  let answer = '';
  socket.on('data', (part: Buffer) => (answer += part.toString('latin1')));
  await once(socket, 'close');
  return answer;
}

const FUNCTIONS = '/2015-03-31/functions';
const host = (): string => `Host: 127.0.0.1:${emulator.port}`;
const TEXT = 'Content-Type: text/plain';
const EVIL_ORIGIN = 'Origin: http://evil.example';

const functions = async (): Promise<string[]> =>
  (await emulatorInventory(emulator.url, REGION)).filter(({ kind }) => kind === 'function').map(({ id }) => id);

let before: string[];
beforeEach(async () => {
  before = await functions();
});

test.each<[string, () => Raw]>([
  ['a page, as it was seen to work', () => ({ target: FUNCTIONS, headers: ['Host: evil.example', EVIL_ORIGIN, TEXT] })],
  ['a page that knows the port', () => ({ target: FUNCTIONS, headers: [host(), EVIL_ORIGIN, TEXT] })],
  ['another program on this machine', () => ({ target: FUNCTIONS, headers: [host(), TEXT] })],
  ['a page that knows port and secret', () => ({ target: PREFIX + FUNCTIONS, headers: [host(), EVIL_ORIGIN, TEXT] })],
  [
    'a page in a sandbox, whose origin is null',
    () => ({ target: PREFIX + FUNCTIONS, headers: [host(), 'Origin: null', TEXT] }),
  ],
  [
    'a page whose request has no origin but says where it is from',
    () => ({ target: PREFIX + FUNCTIONS, headers: [host(), 'Sec-Fetch-Site: cross-site', TEXT] }),
  ],
  [
    'a page whose name was rebound to this machine',
    () => ({ target: PREFIX + FUNCTIONS, headers: [`Host: evil.example:${emulator.port}`, TEXT] }),
  ],
  [
    'a page at a name that only begins like this machine',
    () => ({ target: PREFIX + FUNCTIONS, headers: [`Host: 127.0.0.1.evil.example:${emulator.port}`, TEXT] }),
  ],
  [
    'a page at a name that the emulator itself would serve',
    () => ({ target: PREFIX + FUNCTIONS, headers: [`Host: bucket.localhost:${emulator.port}`, TEXT] }),
  ],
  [
    'a rebound page behind a proxy that names this machine',
    () => ({
      target: PREFIX + FUNCTIONS,
      headers: ['Host: evil.example', `X-Forwarded-Host: 127.0.0.1:${emulator.port}`, TEXT],
    }),
  ],
  ['two hosts', () => ({ target: PREFIX + FUNCTIONS, headers: [host(), 'Host: evil.example', TEXT] })],
  ['no host', () => ({ target: PREFIX + FUNCTIONS, headers: [TEXT] })],
  ['another port', () => ({ target: PREFIX + FUNCTIONS, headers: ['Host: 127.0.0.1:1', TEXT] })],
  [
    'a wrong secret of the same length',
    () => ({ target: `/t/${'0'.repeat(SECRET.length)}${FUNCTIONS}`, headers: [host(), TEXT] }),
  ],
  ['the beginning of the secret', () => ({ target: PREFIX.slice(0, -1) + FUNCTIONS, headers: [host(), TEXT] })],
  ['more than the secret', () => ({ target: `${PREFIX}0${FUNCTIONS}`, headers: [host(), TEXT] })],
  ['the secret as a query', () => ({ target: `${FUNCTIONS}?t=${SECRET}`, headers: [host(), TEXT] })],
  ['an empty segment before it', () => ({ target: `/${PREFIX}${FUNCTIONS}`, headers: [host(), TEXT] })],
  ['a way round', () => ({ target: `/x/..${PREFIX}${FUNCTIONS}`, headers: [host(), TEXT] })],
  ['an encoded way round', () => ({ target: `/x/%2e%2e${PREFIX}${FUNCTIONS}`, headers: [host(), TEXT] })],
  ['an encoded secret', () => ({ target: `/%74/${SECRET}${FUNCTIONS}`, headers: [host(), TEXT] })],
  [
    'the absolute form of the target',
    () => ({ target: `http://127.0.0.1:${emulator.port}${PREFIX}${FUNCTIONS}`, headers: [host(), TEXT] }),
  ],
  [
    'a target that a header is to replace',
    () => ({ target: '/', headers: [host(), `X-Original-URL: ${PREFIX}${FUNCTIONS}`, TEXT] }),
  ],
  [
    'the question before a request that is not simple',
    () => ({
      method: 'OPTIONS',
      target: PREFIX + FUNCTIONS,
      headers: [
        host(),
        EVIL_ORIGIN,
        'Access-Control-Request-Method: POST',
        'Access-Control-Request-Private-Network: true',
      ],
    }),
  ],
  ['a look at the health', () => ({ method: 'GET', target: '/_ministack/health', headers: [host()] })],
  ['a reset', () => ({ target: '/_ministack/reset', headers: [host(), TEXT] })],
  [
    'a WebSocket',
    () => ({
      method: 'GET',
      target: `${PREFIX}/_aws/execute-api/12345678/prod`,
      headers: [
        host(),
        EVIL_ORIGIN,
        'Upgrade: websocket',
        'Sec-WebSocket-Version: 13',
        'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
      ],
    }),
  ],
])('nothing gets in with %s, and no page may read why', async (_, request) => {
  const answer = await send(request());
  expect(answer).toMatch(/^HTTP\/1\.1 40[03] /);
  expect(answer.toLowerCase()).not.toContain('access-control-');
  expect(answer).not.toContain(SECRET);
  expect(await functions()).toEqual(before);
});

test('HTTP/2 has the same door', async () => {
  const session = connectHttp2(`http://127.0.0.1:${emulator.port}`);
  const ask = async (headers: Record<string, string>): Promise<unknown> => {
    const stream = session.request({ ':path': `${PREFIX}${FUNCTIONS}`, ...headers });
    const [answer] = (await once(stream, 'response')) as [Record<string, unknown>];
    stream.resume();
    return answer[':status'];
  };
  const authority = `127.0.0.1:${emulator.port}`;
  try {
    expect([
      await ask({ ':authority': authority }),
      await ask({ ':authority': `evil.example:${emulator.port}` }),
      await ask({ ':authority': authority, origin: 'http://evil.example' }),
      await ask({ ':authority': authority, ':path': FUNCTIONS }),
    ]).toEqual([200, 403, 403, 403]);
  } finally {
    session.destroy();
  }
});

test('the same request as the page sent, from this run, makes the function: the others failed for what they lacked', async () => {
  const answer = await send({ target: PREFIX + FUNCTIONS, headers: [host(), TEXT] });
  expect(answer).toMatch(/^HTTP\/1\.1 201 /);
  expect(answer.toLowerCase()).not.toContain('access-control-');
  expect(await functions()).toEqual([...before, 'attack']);
});

test('the emulator listens on loopback alone', async () => {
  const others = Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(({ internal, family }) => !internal && family === 'IPv4');
  for (const { address } of others) {
    const socket = connect(emulator.port, address);
    const [error] = (await once(socket, 'error')) as [NodeJS.ErrnoException];
    expect(error.code).toBe('ECONNREFUSED');
  }
});

/** So many that those who read them are behind when the answers are there, as on a busy machine. */
const LINES = 20_000;
const AT_ONCE = 8;

test('every line of a function is in its log once it has answered, and the secret is in no command line', async () => {
  const client = { endpoint: emulator.url, region: REGION, credentials: { accessKeyId: 'a', secretAccessKey: 'b' } };
  const cloudFormation = new CloudFormationClient(client);
  const code = `exports.handler = async ({ lines }) => {
    for (let line = 1; line <= lines; line++) console.log('line ' + line);
    process.stderr.write('no end of line');
    return process.env.AWS_ENDPOINT_URL;
  };`;
  const TemplateBody = JSON.stringify({
    Resources: {
      Log: { Type: 'AWS::Logs::LogGroup', Properties: { LogGroupName: 'talking' } },
      Talking: {
        Type: 'AWS::Lambda::Function',
        DependsOn: 'Log',
        Properties: {
          FunctionName: 'talking',
          Code: { ZipFile: code },
          Handler: 'index.handler',
          Runtime: 'nodejs22.x',
          Role: 'arn:aws:iam::000000000000:role/r',
          Timeout: 300,
          LoggingConfig: { LogGroup: 'talking' },
        },
      },
    },
  });
  await cloudFormation.send(new CreateStackCommand({ StackName: 'talking', TemplateBody }));
  await waitUntilStackCreateComplete(
    { client: cloudFormation, maxWaitTime: 300, minDelay: 1 },
    { StackName: 'talking' },
  );
  cloudFormation.destroy();
  const { lambda } = emulatorClients(emulator.url, REGION);
  const invoke = async (lines: number): Promise<unknown> => {
    const Payload = JSON.stringify({ lines });
    const { Payload: answer, LogResult = '' } = await lambda.send(
      new InvokeCommand({ FunctionName: 'talking', Payload, LogType: 'Tail' }),
    );
    const tail = Buffer.from(LogResult, 'base64').toString().trim().split('\n').slice(-2);
    return [JSON.parse(answer?.transformToString() ?? 'null') as unknown, ...tail];
  };
  // twice: lines that the first round lost would be in the logs of the second
  for (const lines of [LINES, 1]) {
    const answers = await Promise.all(Array.from({ length: AT_ONCE }, () => invoke(lines)));
    expect(answers).toEqual(answers.map(() => [emulator.url, `line ${lines}`, 'no end of line']));
  }
  expect(execFileSync('ps', ['-Aww', '-o', 'args='], { encoding: 'utf8', maxBuffer: 1e8 })).not.toContain(SECRET);
});
