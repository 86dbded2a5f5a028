import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createHttp1Server, type Server } from 'node:http';
import { createServer as createHttp2Server, type Http2Server } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';
import type { ErrorResponse } from '../../../lambda/shared/contract.ts';
import type { AnswerSettings } from '../../../lambda/shared/settings.ts';
import type { FaultKind, Simulator } from '../../../lib/simulator/index.ts';
import { testSimulator } from '../../support/simulator-bed.ts';
import { ACCOUNT, REGION } from '../../support/simulator.ts';

/** The real handler, on real clients, before the simulator: it hosts what the registry says. */
const MODEL = `arn:aws:bedrock:${REGION}:${ACCOUNT}:custom-model-deployment/abcdefghijkl`;
const QUESTION = 'Why is the answer to secret-4711 not here?';

type Handler = (event: unknown, stream: PassThrough, context: object) => Promise<void>;

let folder: string;
let simulator: Simulator;
let registry: Server;
let counting: Http2Server;
let requests = 0;
let hosted: readonly object[] = [];

const portOf = (server: Server | Http2Server): number => (server.address() as AddressInfo).port;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'fmpaths-handler-'));
  writeFileSync(join(folder, 'prompt.json'), JSON.stringify({ id: 'test/v1', system: 'Be short.', examples: [] }));
  ({ simulator } = await testSimulator());
  registry = createHttp1Server((_, response) => {
    response.setHeader('content-type', 'application/x-amz-json-1.1');
    response.end(JSON.stringify({ Parameter: { Name: 'registry', Value: JSON.stringify({ hosted }) } }));
  });
  counting = createHttp2Server((_, response) => {
    requests += 1;
    response.writeHead(429, { 'content-type': 'application/json', 'x-amzn-errortype': 'ThrottlingException' });
    response.end(JSON.stringify({ message: 'Too many tokens per day, please wait before trying again.' }));
  });
  for (const server of [registry, counting]) {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  }
});

afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await simulator.close();
  await Promise.all([registry, counting].map((server) => new Promise((resolve) => server.close(resolve))));
});

const SETTINGS: AnswerSettings = {
  inference: { maxTokens: 10, stopSequences: [], serviceTier: 'standard', promptCaching: false },
  usdPerMillionTokens: { input: 1, output: 1, cacheRead: null, cacheWrite: null },
  maxQuestionCharacters: 100,
  requestDeadlineSeconds: 5,
  logPrompts: false,
};

/** Loads the handler as Lambda does, with its clients led to `endpoint`, and asks it one question. */
async function ask(endpoint: string): Promise<ErrorResponse> {
  const before = { ...process.env };
  const lambda = globalThis as { awslambda?: unknown };
  Object.assign(process.env, {
    AWS_REGION: REGION,
    AWS_ACCESS_KEY_ID: 'any',
    AWS_SECRET_ACCESS_KEY: 'any',
    AWS_ENDPOINT_URL_BEDROCK_RUNTIME: endpoint,
    AWS_ENDPOINT_URL_SSM: `http://127.0.0.1:${portOf(registry)}`,
    PATH_ID: 'fine-tuning',
    MODEL_REGISTRY: 'registry',
    SETTINGS: JSON.stringify(SETTINGS),
    PROMPT_FILE: pathToFileURL(join(folder, 'prompt.json')).href,
  });
  lambda.awslambda = { streamifyResponse: (handler: Handler) => handler };
  const log = jest.spyOn(process.stdout, 'write').mockReturnValue(true);
  try {
    loads += 1;
    const { handler } = (await import(`../../../lambda/answer-hosted/handler.ts?${loads}`)) as { handler: Handler };
    const stream = new PassThrough();
    const [answer] = await Promise.all([
      text(stream),
      handler({ question: QUESTION }, stream, { awsRequestId: 'r', getRemainingTimeInMillis: () => 60_000 }),
    ]);
    logged = log.mock.calls.map(([line]) => String(line)).join('');
    return JSON.parse(answer) as ErrorResponse;
  } finally {
    log.mockRestore();
    process.env = before;
    delete lambda.awslambda;
  }
}

let loads = 0;
let logged = '';

test.each<[FaultKind, string, RegExp]>([
  ['no-guardrail', 'model_rejected_request', /guardrail of the configuration does not exist/],
  ['legacy', 'model_rejected_request', /legacy/],
  ['end-of-life', 'model_rejected_request', /end of life/],
  ['use-case-form', 'model_access_denied', /use case form/],
  ['no-subscription', 'model_access_denied', /Marketplace/],
  ['no-model-access', 'model_access_denied', /no access to the model/],
  ['guardrail-denied', 'model_access_denied', /may not use a guardrail/],
  ['scp-denied', 'model_access_denied', /service control policy/],
  ['on-demand-only', 'model_rejected_request', /inference profile/],
  ['access-denied', 'model_access_denied', /function's log has the reason/],
  ['slow-consistency', 'model_rejected_request', /--status/],
  ['quota', 'daily_quota_exceeded', /tokens per day/],
])('%s of a hosted model is passed on and advises no training', async (kind, code, said) => {
  hosted = [{ kind: 'on-demand', modelArn: MODEL, customModelArn: 'm', runId: 'r', publishedAt: '2026-11-30' }];
  simulator.control.inject({ operation: 'Converse', kind });
  const { error } = await ask(simulator.url);
  expect([error.code, error.message]).toEqual([code, expect.stringMatching(said)]);
  expect(error.message).not.toMatch(/npx fmpaths train|--max-usd/);
  expect(error.message + logged).not.toContain('secret-4711');
  expect(logged).toContain(`"outcome":"${code}"`);
});

test('a quota of the day is asked once, by the handler and by the SDK in it', async () => {
  hosted = [{ kind: 'on-demand', modelArn: MODEL, customModelArn: 'm', runId: 'r', publishedAt: '2026-11-30' }];
  requests = 0;
  const { statusCode, error } = await ask(`http://127.0.0.1:${portOf(counting)}`);
  expect([requests, statusCode, error.code]).toEqual([1, 429, 'daily_quota_exceeded']);
});

test('a registry that lists nothing is what says to host or to train', async () => {
  hosted = [];
  requests = 0;
  const { error } = await ask(`http://127.0.0.1:${portOf(counting)}`);
  expect([requests, error.code, error.message]).toEqual([
    0,
    'no_hosted_model',
    expect.stringMatching(/npx fmpaths train/),
  ]);
});
