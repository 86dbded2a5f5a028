import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundle, bundleHandlers, bundleOf } from '../../lib/constructs/bundle-handlers.ts';

const ROOT = join(import.meta.dirname, '..', '..');

/** What the Lambda runtime gives a function that streams. */
const RUN = `
import { Writable } from 'node:stream';
let text = '';
globalThis.awslambda = {
  streamifyResponse: (handler) => handler,
  HttpResponseStream: { from: (stream, { statusCode }) => ((text += statusCode + ' '), stream) },
};
const { handler } = await import(process.argv[1]);
for (const event of JSON.parse(process.argv[2])) {
  const stream = new Writable({ write: (chunk, _, done) => ((text += chunk), done()) });
  await handler(event, stream, { awsRequestId: 'r', getRemainingTimeInMillis: () => 30000 });
  text += '\\n';
}
`;

let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'fmpaths-bundle-'));
  const bundles = await bundle({ answer: join(ROOT, 'lambda', 'answer', 'handler.ts') });
  writeFileSync(join(folder, 'index.mjs'), bundles.get('answer') ?? '');
  writeFileSync(join(folder, 'prompt.json'), '{"id":"test/v1","system":"Be short.","examples":[]}');
});

afterAll(() => rmSync(folder, { recursive: true }));

test('the bundle starts as an ES module without node_modules, answers a request and logs it in one line', () => {
  const events = [{}, { requestContext: { http: { method: 'POST' } }, body: '' }];
  const log = execFileSync(
    process.execPath,
    [
      '--input-type=module',
      '--eval',
      `${RUN}process.stdout.write(text);`,
      join(folder, 'index.mjs'),
      JSON.stringify(events),
    ],
    {
      cwd: folder,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      env: {
        PATH_ID: 'prompt-only',
        MODEL_ARN: 'arn:profile',
        SETTINGS: JSON.stringify({ maxQuestionCharacters: 10, requestDeadlineSeconds: 5 }),
        PROMPT_FILE: 'prompt.json',
        AWS_REGION: 'us-east-1',
      },
    },
  );
  const lines = log.trim().split('\n');
  expect(lines.slice(0, 2).map((line) => JSON.parse(line) as object)).toMatchObject([
    { outcome: 'invalid_request', requestId: 'r', path: 'prompt-only' },
    { outcome: 'invalid_request' },
  ]);
  expect(JSON.parse(lines[2] ?? '')).toMatchObject({ statusCode: 400 });
  expect(lines[3]).toMatch(/^400 \{"statusCode":400,/);
});

test('a command that uploads no code, such as cdk ls or cdk destroy, waits for no bundle', async () => {
  // as the CDK CLI 2.1148.1 hands it to the app
  await bundleHandlers({ CDK_CONTEXT_JSON: '{"aws:cdk:enable-path-metadata":true,"aws:cdk:bundling-stacks":[]}' });
  expect(() => bundleOf('answer')).toThrow('lambda/answer is not bundled');
});

test.each([
  ['cdk synth', '{"aws:cdk:bundling-stacks":["**"]}'],
  ['an app that is started without the CLI', undefined],
  ['a context in a file', '{}'],
])('%s bundles every handler', async (_, context) => {
  await bundleHandlers(context === undefined ? {} : { CDK_CONTEXT_JSON: context });
  expect(bundleOf('answer').length).toBeGreaterThan(0);
});
