import { afterEach, expect, test } from '@jest/globals';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { HANGS_MS, processesNaming } from '../support/processes.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const RUNS = join(ROOT, '.rehearsal', 'runs');
const ARGS = ['--quick', '--paths', 'prompt-only'];

/** Where these rehearsals keep temporary files outside of their own folders. */
const TMPDIR = temporaryFolder();

interface Rehearsal {
  readonly child: ChildProcess;
  readonly output: () => string;
  readonly reached: (text: string) => Promise<void>;
  readonly ended: Promise<{ readonly code: number | null; readonly signal: string | null }>;
  /** Every process of it has it in its environment; undefined before it is made and after it is removed. */
  readonly folder: () => string | undefined;
}

const runFolders = (): string[] => (existsSync(RUNS) ? readdirSync(RUNS).map((name) => join(RUNS, name)) : []);

const started: ChildProcess[] = [];

function start(command: string, args: readonly string[]): Rehearsal {
  const before = new Set(runFolders());
  const child = spawn(command, args, {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, TMPDIR },
    // a group of its own, as a shell gives it: Ctrl-C goes to all of it
    detached: true,
  });
  started.push(child);
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (part: Buffer) => (text += part.toString()));
  const ended = once(child, 'exit').then(([code, signal]: (number | string | null)[]) => ({
    code: typeof code === 'number' ? code : null,
    signal: typeof signal === 'string' ? signal : null,
  }));
  return {
    child,
    output: () => text,
    reached: async (wanted) => {
      while (!text.includes(wanted)) {
        if (child.exitCode !== null) throw new Error(`ended before '${wanted}':\n${text}`);
        await sleep(20);
      }
    },
    ended,
    // npm is another process than the one that makes it
    folder: () =>
      runFolders().find((path) => path.includes(`-${child.pid}-`)) ?? runFolders().find((path) => !before.has(path)),
  };
}

const rehearse = (...args: string[]): Rehearsal =>
  start(process.execPath, [join(ROOT, '.build', 'fmpaths.mjs'), 'rehearse', ...ARGS, ...args]);

/** To every process of the group, as a terminal does. */
const signal = ({ child }: Rehearsal, name: NodeJS.Signals): boolean => process.kill(-(child.pid ?? 0), name);

afterEach(() => {
  for (const { pid = 0, exitCode, signalCode } of started.splice(0)) {
    if (exitCode === null && signalCode === null) process.kill(-pid, 'SIGTERM');
  }
});

/** Watchdogs need a moment to see that nobody holds the other end. */
async function processesLeft(folder: string): Promise<string[]> {
  const giveUpMs = Date.now() + 60_000;
  while (Date.now() < giveUpMs && processesNaming(folder).length > 0) await sleep(100);
  return processesNaming(folder);
}

async function folderAt(rehearsal: Rehearsal, moment: string): Promise<string> {
  await rehearsal.reached(moment);
  const folder = rehearsal.folder() ?? '';
  expect(folder).not.toBe('');
  return folder;
}

const MOMENTS = [
  'Python environment',
  'Emulator and Bedrock simulator',
  'cdk synth and cdk bootstrap',
  'cdk deploy',
  'questions to the deployed prompt-only',
  'A month of',
  'cdk destroy',
];

test.each(MOMENTS)(
  'a rehearsal that is killed with SIGKILL at "%s" leaves no process',
  async (moment) => {
    const rehearsal = rehearse();
    const folder = await folderAt(rehearsal, moment);
    await sleep(300);
    rehearsal.child.kill('SIGKILL');
    expect(await rehearsal.ended).toEqual({ code: null, signal: 'SIGKILL' });
    expect(await processesLeft(folder)).toEqual([]);
  },
  HANGS_MS,
);

test.each(MOMENTS)(
  'Ctrl-C at "%s" leaves no process and no file, and says so by status 130',
  async (moment) => {
    const rehearsal = rehearse();
    const folder = await folderAt(rehearsal, moment);
    // more than once: npm hands on what the terminal has sent already, and people are impatient
    while (rehearsal.child.exitCode === null) {
      signal(rehearsal, 'SIGINT');
      await sleep(5);
    }
    expect((await rehearsal.ended).code).toBe(130);
    expect(await processesLeft(folder)).toEqual([]);
    expect(existsSync(folder)).toBe(false);
  },
  HANGS_MS,
);

test(
  'Ctrl-C under npm leaves no process and no file',
  async () => {
    const rehearsal = start('npm', ['run', 'demo', '--', ...ARGS]);
    const folder = await folderAt(rehearsal, 'cdk deploy');
    signal(rehearsal, 'SIGINT');
    await rehearsal.ended;
    // npm may be gone before what it started
    expect(await processesLeft(folder)).toEqual([]);
    expect(existsSync(folder)).toBe(false);
  },
  HANGS_MS,
);

test(
  'a rehearsal whose reader leaves ends quietly, as by SIGPIPE, and leaves no process and no file',
  async () => {
    const rehearsal = rehearse();
    const folder = await folderAt(rehearsal, 'cdk synth and cdk bootstrap');
    const shown = rehearsal.output();
    rehearsal.child.stdout?.destroy();
    expect((await rehearsal.ended).code).toBe(141);
    expect(rehearsal.output()).toBe(shown);
    expect(await processesLeft(folder)).toEqual([]);
    expect(existsSync(folder)).toBe(false);
  },
  HANGS_MS,
);

test(
  'a rehearsal that failed says so above its figures as well as below, with what to do, and marks them',
  async () => {
    const rehearsal = rehearse('--inject', 'access-denied');
    expect((await rehearsal.ended).code).toBe(1);
    const verdict =
      /\nRehearsal FAILED\. Do not use the figures of prompt-only\.\n {2}1 of 16 questions to prompt-only failed: model_access_denied 1 times\n {4}The deployed function gave up/g;
    const [above = NaN, below = NaN, ...more] = [...rehearsal.output().matchAll(verdict)].map(({ index }) => index);
    const table = rehearsal.output().indexOf('Estimated before and with measured tokens');
    expect([above < table, table < below, more]).toEqual([true, true, []]);
    expect(rehearsal.output()).toContain('\nprompt-only (FAILED)  inference');
  },
  HANGS_MS,
);

test(
  'two rehearsals at once do not disturb each other, and the next start removes what killed ones left',
  async () => {
    const killed = rehearse();
    const left = await folderAt(killed, 'cdk synth and cdk bootstrap');
    signal(killed, 'SIGKILL');
    await killed.ended;
    expect(existsSync(left)).toBe(true);

    const both = [rehearse(), rehearse()];
    for (const rehearsal of both) {
      expect({ ...(await rehearsal.ended), output: rehearsal.output() }).toMatchObject({
        code: 0,
        output: expect.stringContaining('left: nothing'),
      });
    }
    expect(runFolders()).toEqual([]);
    expect(readdirSync(TMPDIR)).toEqual([]);
  },
  HANGS_MS,
);
