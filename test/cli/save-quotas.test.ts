import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { parseQuotas } from '../../lib/cost/quotas.ts';
import { runCli, type CliResult } from '../support/run-cli.ts';
import { testSimulator } from '../support/simulator-bed.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const FOLDER = temporaryFolder();

const VARIABLES = ['AWS_ENDPOINT_URL', 'AWS_ENDPOINT_URL_SERVICE_QUOTAS', 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'];

let file: string;
let count = 0;
let account: string;
let simulator: Awaited<ReturnType<typeof testSimulator>>['simulator'];
let identity: Server;

beforeEach(async () => {
  account = '123456789012';
  file = join(FOLDER, `${count++}`, 'quotas.json');
  ({ simulator } = await testSimulator());
  identity = createServer((_, response) =>
    response
      .writeHead(200, { 'content-type': 'text/xml' })
      .end(
        `<GetCallerIdentityResponse><GetCallerIdentityResult><Account>${account}</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`,
      ),
  );
  await new Promise<void>((resolve) => identity.listen(0, '127.0.0.1', resolve));
  const [all, quotas, ...keys] = VARIABLES;
  process.env[all ?? ''] = `http://127.0.0.1:${(identity.address() as AddressInfo).port}`;
  process.env[quotas ?? ''] = simulator.url;
  for (const key of keys) process.env[key] = 'rehearsal';
});

afterEach(async () => {
  for (const name of VARIABLES) Reflect.deleteProperty(process.env, name);
  await simulator.close();
  identity.closeAllConnections();
  await new Promise((resolve) => identity.close(resolve));
});

const save = (...more: readonly string[]): Promise<CliResult> =>
  runCli(['doctor', '--save-quotas', file, '--region', 'us-east-1', ...more]);

const written = (): string => readFileSync(file, 'utf8');

describe('doctor --save-quotas', () => {
  test('writes what the account may take of each model, and names what it leaves out', async () => {
    const { status, stdout, stderr } = await save();
    expect(status).toBe(0);
    expect(written()).toBe(`{
  "account": "123456789012",
  "region": "us-east-1",
  "date": "2026-10-01",
  "quotas": {
    "amazon.nova-lite-v1:0": { "in-region": { "tokensPerMinute": 0, "from": "account" }, "geographic": { "tokensPerMinute": 100000, "from": "account" } },
    "amazon.nova-pro-v1:0": { "geographic": { "tokensPerMinute": 2000000, "from": "default" } },
    "anthropic.claude-haiku-4-5-20251001-v1:0": { "geographic": { "tokensPerMinute": 5000000, "from": "default" } },
    "anthropic.claude-sonnet-4-5-20250929-v1:0": { "global": { "tokensPerMinute": 6000000, "from": "account" } },
    "mistral.mixtral-8x7b-instruct-v0:1": { "in-region": { "tokensPerMinute": 300000, "from": "default" } }
  }
}
`);
    expect(stdout).toBe(
      `${file}: 6 quotas of 5 models in us-east-1, 3 applied to account 123456789012, 3 AWS defaults\n`,
    );
    expect(stderr).toBe(
      [
        'us-east-1: reading the quotas of Amazon Bedrock, which is free and changes nothing',
        '2 quotas on tokens a minute left out, each of no call on demand to a model of config/models.json by that name, or without a value:',
        '  Global cross-region model inference tokens per minute for Anthropic Claude Sonnet 4.5 V1 1M Context Length: 1000000',
        '  On-demand model inference tokens per minute for Meta Llama 2 70B: 300000',
        '',
      ].join('\n'),
    );
    expect(readdirSync(join(file, '..'))).toEqual(['quotas.json']);
  });

  test('replaces its own file, and no other', async () => {
    expect((await save()).status).toBe(0);
    writeFileSync(file, written().replace('2026-10-01', '2026-01-01'));
    expect((await save()).status).toBe(0);
    expect(parseQuotas(JSON.parse(written()), file).date).toBe('2026-10-01');

    const before = written();
    const elsewhere = await save('--region', 'us-west-2');
    expect(elsewhere).toMatchObject({ status: 2, stdout: '' });
    expect(elsewhere.stderr).toContain(
      `'${file}' holds the quotas of account 123456789012 in us-east-1, not of us-west-2: name another file with '--save-quotas'`,
    );
    account = '999988887777';
    const others = await save();
    expect(others.status).toBe(2);
    expect(others.stderr).toContain('not of 999988887777: name another file');
    expect(written()).toBe(before);
  });

  test.each([
    ['something else', '{ "requestsPerMonth": 1 }'],
    ['no JSON', 'a poem'],
  ])('does not replace a file that holds %s, and asks nothing', async (_, text) => {
    mkdirSync(join(file, '..'));
    writeFileSync(file, text);
    const { status, stderr } = await save();
    expect([status, stderr]).toEqual([
      2,
      `fmpaths: '${file}' exists and is no file of quotas: name another file with '--save-quotas'\n`,
    ]);
    expect(written()).toBe(text);
  });

  test('does not take a folder for a file', async () => {
    mkdirSync(file, { recursive: true });
    const { status, stderr } = await save();
    expect([status, stderr]).toEqual([2, `fmpaths: '${file}' is no file: name another file with '--save-quotas'\n`]);
  });

  test.each([
    ['access-denied', 1, 'not allowed to call servicequotas:ListAWSDefaultServiceQuotas'],
    ['throttle', 99, 'AWS still refuses servicequotas:ListAWSDefaultServiceQuotas after several retries'],
  ] as const)('writes nothing where AWS refuses half-way (%s), and says what to do', async (kind, times, said) => {
    simulator.control.inject({ operation: 'ListAWSDefaultServiceQuotas', kind, times });
    const { status, stderr } = await save();
    expect(status).toBe(2);
    expect(stderr).toContain(said);
    expect(existsSync(file)).toBe(false);
  });

  test('writes nothing where AWS lists no model of the catalogue, and ends with 1', async () => {
    const empty = createServer((_, response) => response.writeHead(200).end('{ "Quotas": [] }'));
    await new Promise<void>((resolve) => empty.listen(0, '127.0.0.1', resolve));
    process.env['AWS_ENDPOINT_URL_SERVICE_QUOTAS'] = `http://127.0.0.1:${(empty.address() as AddressInfo).port}`;
    const { status, stdout, stderr } = await save();
    empty.closeAllConnections();
    empty.close();
    expect([status, stdout]).toEqual([1, '']);
    expect(stderr).toContain(
      "nothing is written: AWS lists no quota on tokens a minute of a model of config/models.json in us-east-1. Name a Region that offers one with '--region'\n",
    );
    expect(existsSync(file)).toBe(false);
  });

  test('says that a file cannot be written before anything is asked', async () => {
    writeFileSync(join(file, '..'), 'a file where a folder should be');
    const { status, stderr } = await save();
    expect(status).toBe(2);
    expect(stderr).toContain(`cannot write '${file}': `);
    expect(stderr).toContain("To write it elsewhere, name another file with '--save-quotas'");
    expect(stderr).not.toContain('reading the quotas');
  });

  test.each([
    [['--list'], "'--save-quotas' and '--list' exclude each other: one writes a file, the other is about checks"],
    [['--billing'], "'--save-quotas' and '--billing' exclude each other: one writes a file, the other is about checks"],
    [
      ['--only', 'quotas'],
      "'--save-quotas' and '--only' exclude each other: one writes a file, the other is about checks",
    ],
    [['--format', 'json'], "'--save-quotas' takes neither '--format' nor '--lang': the file is the result"],
    [['--lang', 'ja'], "'--save-quotas' takes neither '--format' nor '--lang': the file is the result"],
  ])('takes no option of the checks: %s', async (more, complaint) => {
    expect(await save(...more)).toEqual({ status: 2, stdout: '', stderr: `fmpaths: ${complaint}\n` });
  });
});
