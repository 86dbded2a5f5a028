import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ChildError, childProcesses, lastLines, type ChildProcesses } from '../../lib/rehearsal/child-processes.ts';
import { runtimeScripts } from '../../lib/rehearsal/runtime-scripts.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const folder = temporaryFolder();
const env = { PATH: process.env['PATH'] ?? '' };
const HANGS_SECONDS = 600;
let watchdog: string;
let processes: ChildProcesses;

beforeAll(async () => {
  ({ watchdog } = await runtimeScripts(ROOT, folder));
  processes = childProcesses(watchdog, folder);
});
afterAll(() => processes.killAll());

/** Starts a grandchild that would live for a minute, writes its process id, and goes on for a minute itself. */
const WITH_GRANDCHILD = (file: string): string =>
  `const { spawn } = require('node:child_process');
   const child = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60000)']);
   require('node:fs').writeFileSync(${JSON.stringify(file)}, String(child.pid));
   setTimeout(() => {}, 60000);`;

async function processId(file: string): Promise<number> {
  while (!existsSync(file) || readFileSync(file, 'utf8') === '') await sleep(10);
  return Number(readFileSync(file, 'utf8'));
}

/** A zombie counts as ended: it only waits for its parent to notice. */
async function ends(pid: number): Promise<boolean> {
  const giveUpMs = Date.now() + 60_000;
  while (Date.now() < giveUpMs) {
    try {
      process.kill(pid, 0);
      if (/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))) return true;
    } catch {
      return true;
    }
    await sleep(10);
  }
  return false;
}

const node = (name: string, code: string) => ({ name, command: process.execPath, args: ['-e', code], env });

test('a command that ends well gives its output', async () => {
  const output = await processes.run({
    ...node('well', "console.log('out'); console.error('err')"),
    timeoutSeconds: HANGS_SECONDS,
  });
  expect(output.split('\n').sort()).toEqual(['', 'err', 'out']);
});

test('a command that fails says with what status and how its output ended', async () => {
  const failing = processes.run({
    ...node('failing', "console.log('why'); process.exit(3)"),
    timeoutSeconds: HANGS_SECONDS,
  });
  await expect(failing).rejects.toThrow(
    new ChildError('failing ended with status 3. The end of its output:\nwhy', 'why\n'),
  );
});

test('a command that cannot be started is an error, not a crash', async () => {
  const missing = processes.run({
    name: 'missing',
    command: 'no-such-command',
    args: [],
    env,
    timeoutSeconds: HANGS_SECONDS,
  });
  await expect(missing).rejects.toThrow('spawn no-such-command ENOENT');
});

test('a command that takes too long is ended with everything it started', async () => {
  const file = join(folder, 'late.pid');
  // longer until the command has come so far as to start something, which takes a busy machine its time
  for (let timeoutSeconds = 0.5; !existsSync(file); timeoutSeconds *= 2) {
    const late = processes.run({ ...node('late', WITH_GRANDCHILD(file)), timeoutSeconds });
    await expect(late).rejects.toThrow(`late was ended after ${timeoutSeconds} s`);
  }
  expect(await ends(await processId(file))).toBe(true);
});

test('ending all children ends their children too', async () => {
  const file = join(folder, 'all.pid');
  const child = processes.start(node('all', WITH_GRANDCHILD(file)));
  const grandchild = await processId(file);
  processes.killAll();
  await child.exited;
  expect(child.hasExited()).toBe(true);
  expect(await ends(grandchild)).toBe(true);
});

test('what a command leaves running when it ends is ended', async () => {
  const file = join(folder, 'left.pid');
  const leaving = `${WITH_GRANDCHILD(file)} setTimeout(() => process.exit(0), 100);`;
  await processes.run({ ...node('leaving', leaving), timeoutSeconds: HANGS_SECONDS });
  expect(await ends(await processId(file))).toBe(true);
});

test('the watchdog ends the whole group when the pipe to its parent breaks, as it does on SIGKILL', async () => {
  const file = join(folder, 'orphan.pid');
  const orphan = spawn(process.execPath, [watchdog, process.execPath, '-e', WITH_GRANDCHILD(file)], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  const grandchild = await processId(file);
  orphan.stdin.destroy();
  const [, signal] = (await once(orphan, 'exit')) as [number | null, string | null];
  expect(signal).toBe('SIGKILL');
  expect(await ends(grandchild)).toBe(true);
});

test('the end of an output is its last lines', () => {
  expect(lastLines('a\nb\nc\n\n', 2)).toBe('b\nc');
});
