// Measures `fmpaths run` as a whole process against a stub on loopback: its growth over three sizes of dataset, the questions
// that it really keeps under way, and its time against a client of node:http alone. npx tsx test/bench/asking.ts
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { milliseconds, printGrowth, printRatios, processRatio, type ProcessRun } from './ratio.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const SIZES = [4_000, 8_000, 16_000];
const CONCURRENCY = 200;

process.chdir(ROOT);
const folder = mkdtempSync(join(tmpdir(), 'fmpaths-bench-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

interface Stub {
  readonly url: string;
  readonly end: () => void;
}

async function stubOf(latencyMs: number): Promise<Stub> {
  const child = spawn(process.execPath, ['--import', 'tsx', 'test/bench/asking-stub.ts', String(latencyMs)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const end = (): void => void child.kill();
  process.on('exit', end);
  const [port] = (await once(child.stdout, 'data')) as [Buffer];
  return { url: `http://127.0.0.1:${port.toString().trim()}`, end };
}

function questionsFile(count: number): string {
  const file = join(folder, `${count}.jsonl`);
  const lines = Array.from({ length: count }, (_, index) => `{"id":"q${index}","question":"why is ${index} so?"}\n`);
  writeFileSync(file, lines.join(''));
  return file;
}

const ours = ({ url }: Stub, file: string): ProcessRun => ({
  command: 'sh',
  // a run never replaces the outcomes of another: each has a file of its own
  args: [
    ...['-c', 'exec "$@" --out "$0/$$.jsonl"', folder, process.execPath, '.build/fmpaths.mjs', 'run', 'prompt-only'],
    ...['--dataset', file, '--concurrency', String(CONCURRENCY), '--max-usd', 'none'],
  ],
  env: {
    PATH: process.env['PATH'],
    AWS_ENDPOINT_URL: url,
    AWS_ACCESS_KEY_ID: 'bench',
    AWS_SECRET_ACCESS_KEY: 'bench',
  },
});

const bare = ({ url }: Stub, file: string): ProcessRun => ({
  command: process.execPath,
  args: ['--import', 'tsx', 'test/bench/bare-asker.ts', url, file, String(CONCURRENCY)],
});

const most = async ({ url }: Stub): Promise<string> => (await fetch(url)).text();

const instant = await stubOf(0);
printGrowth(
  'fmpaths run, questions that are answered at once',
  SIZES.map((size) => ({ size, run: ours(instant, questionsFile(size)) })),
);
instant.end();

const slow = await stubOf(200);
const file = questionsFile(3_000);
const ratio = processRatio(
  `3,000 questions of 200 ms, ${CONCURRENCY} at a time, against node:http`,
  3,
  3,
  ours(slow, file),
  bare(slow, file),
);
printRatios([ratio]);
await most(slow);
milliseconds(ours(slow, file));
console.log(`under way at the same time, at the stub: ${await most(slow)} of ${CONCURRENCY} asked for`);
slow.end();
