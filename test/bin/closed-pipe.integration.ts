import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { temporaryFolder } from '../support/temporary-folder.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const folder = temporaryFolder();

beforeAll(() => {
  execFileSync(process.execPath, ['.config/build-cli.mjs'], { cwd: ROOT });
});

interface Ended {
  /** Of the command itself, in front of its reader. */
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

let runs = 0;

/** Runs a pipe in a shell; `fmpaths` in it is the built command, whose status it keeps. */
async function pipe(line: string, env: Readonly<Record<string, string>> = {}): Promise<Ended> {
  runs += 1;
  const status = join(folder, `status-${runs}`);
  const script = `fmpaths() { "$NODE" .build/fmpaths.mjs "$@"; echo $? > "$STATUS"; }\n${line}`;
  const shell = spawn('sh', ['-c', script], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'], NODE: process.execPath, STATUS: status, ...env },
  });
  const [stdout, stderr] = await Promise.all([text(shell.stdout), text(shell.stderr), once(shell, 'exit')]);
  return { status: Number(readFileSync(status, 'utf8')), stdout, stderr };
}

test('the bundle can be executed again after every install, not only the first that npx has linked', () => {
  expect(statSync(join(ROOT, '.build', 'fmpaths.mjs')).mode & 0o111).toBe(0o111);
  expect(execFileSync(join(ROOT, '.build', 'fmpaths.mjs'), ['--version'], { encoding: 'utf8' })).toMatch(/^\d+\.\d+/);
});

const lines = (output: string): number => output.split('\n').length - 1;

const BILL = '--source focus --file test/fixtures/billing/focus-1.0-sample.csv --from 2024-09-01 --until 2024-09-30';

// `true` reads nothing and is gone before the first byte
test.each([
  ['fmpaths estimate | head -n 1', 0, 1],
  ['fmpaths estimate | true', 0, 0],
  ['fmpaths estimate --format json | head -n 2', 0, 2],
  ['fmpaths estimate 2>&1 | head -n 1', 0, 1],
  ['fmpaths prices show 2>/dev/null | head -n 2', 0, 2],
  ['fmpaths --help | true', 0, 0],
  ['fmpaths estimate --help | head -n 1', 0, 1],
  // written in pieces, each of which waits for its reader
  [`fmpaths bill ${BILL} --format json | head -n 1`, 0, 1],
  [`fmpaths bill ${BILL} --format csv | true`, 0, 0],
  ['fmpaths unknown-command 2>&1 | true', 2, 0],
  ['fmpaths estimate --workload /no/such/file 2>&1 | true', 2, 0],
])('%s ends quietly, with the status of what it did', async (line, status, shown) => {
  const ended = await pipe(line);
  expect({ ...ended, stdout: lines(ended.stdout) }).toEqual({ status, stdout: shown, stderr: '' });
});

test('a message whose reader has left does not spoil what is on standard output', async () => {
  const file = join(folder, 'estimate');
  const ended = await pipe(`fmpaths prices show --region us-east-1 2>&1 >"${file}" | true`);
  expect(ended).toEqual({ status: 0, stdout: '', stderr: '' });
  expect(lines(readFileSync(file, 'utf8'))).toBeGreaterThan(100);
});

/** CloudFormation knows the stack, and Lambda refuses every question. */
const server = createServer((request, response) => {
  if (request.url?.includes('/invocations') === true) {
    response.end('{"error":{"code":"refused","message":"not today"}}');
    return;
  }
  response.end(`<DescribeStacksResponse><DescribeStacksResult><Stacks><member><StackName>a</StackName><Outputs>
    <member><OutputKey>FunctionName</OutputKey><OutputValue>answer</OutputValue></member>
  </Outputs></member></Stacks></DescribeStacksResult></DescribeStacksResponse>`);
});
afterAll(() => {
  server.close();
});

test('every question of a run is asked and kept, although the reader of its progress has left', async () => {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
  const out = join(folder, 'outcomes');
  const options = `--dataset config/datasets/cdk-questions.jsonl --limit 12 --max-usd none --concurrency 1 --out "${out}"`;
  const ended = await pipe(`fmpaths run prompt-only ${options} 2>&1 | head -n 2`, {
    AWS_ENDPOINT_URL_CLOUDFORMATION: url,
    AWS_ENDPOINT_URL_LAMBDA: url,
    AWS_ACCESS_KEY_ID: 'a',
    AWS_SECRET_ACCESS_KEY: 'b',
  });
  // 1: not every question was answered
  expect({ ...ended, stdout: lines(ended.stdout) }).toEqual({ status: 1, stdout: 2, stderr: '' });
  expect(lines(readFileSync(out, 'utf8'))).toBe(12);
});

(existsSync('/dev/full') ? test : test.skip)('a disk that is full is no reader that has left', async () => {
  const ended = await pipe('fmpaths estimate > /dev/full');
  expect(ended).toMatchObject({
    status: 1,
    stderr: expect.stringMatching(/^fmpaths: the output could not be written: ENOSPC.*\n$/),
  });
});
