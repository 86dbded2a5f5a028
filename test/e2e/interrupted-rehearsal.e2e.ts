import { afterEach, expect, test } from '@jest/globals';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { processesNaming } from './processes.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const RUNS = join(ROOT, '.rehearsal', 'runs');

interface Rehearsal {
  readonly child: ChildProcess;
  readonly output: () => string;
  readonly reached: (text: string) => Promise<void>;
  readonly ended: Promise<{ readonly code: number | null; readonly signal: string | null }>;
  /** Every process of it has it in its environment. */
  readonly folder: () => string | undefined;
}

/** How the path of its folder begins. */
const foldersOf = (child: ChildProcess): string => join(RUNS, `${child.pid}-`);

const started: Rehearsal[] = [];

function rehearse(...args: string[]): Rehearsal {
  const child = spawn(
    process.execPath,
    [join(ROOT, '.build', 'fmpaths.mjs'), 'rehearse', '--quick', '--paths', 'prompt-only', ...args],
    {
      cwd: ROOT,
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (part: Buffer) => (text += part.toString()));
  const ended = once(child, 'exit').then(([code, signal]: (number | string | null)[]) => ({
    code: typeof code === 'number' ? code : null,
    signal: typeof signal === 'string' ? signal : null,
  }));
  const rehearsal: Rehearsal = {
    child,
    output: () => text,
    reached: async (wanted) => {
      while (!text.includes(wanted)) {
        if (child.exitCode !== null) throw new Error(`ended before '${wanted}':\n${text}`);
        await sleep(20);
      }
    },
    ended,
    folder: () => {
      const names = existsSync(RUNS) ? readdirSync(RUNS) : [];
      return names.map((name) => join(RUNS, name)).find((path) => path.startsWith(foldersOf(child)));
    },
  };
  started.push(rehearsal);
  return rehearsal;
}

afterEach(() => {
  for (const { child } of started.splice(0)) child.kill('SIGTERM');
});

/** Watchdogs need a moment to see that nobody holds the other end. */
async function processesLeft({ child }: Rehearsal): Promise<string[]> {
  const path = foldersOf(child);
  for (let attempt = 0; attempt < 50 && processesNaming(path).length > 0; attempt++) await sleep(100);
  return processesNaming(path);
}

const MOMENTS = [
  'Python environment',
  'Emulator and Bedrock simulator',
  'cdk synth and cdk bootstrap',
  'cdk deploy',
  'questions to the deployed prompt-only',
  'cdk destroy',
];

test.each(MOMENTS)(
  'a rehearsal that is killed with SIGKILL at "%s" leaves no process',
  async (moment) => {
    const rehearsal = rehearse();
    await rehearsal.reached(moment);
    await sleep(300);
    rehearsal.child.kill('SIGKILL');
    expect(await rehearsal.ended).toEqual({ code: null, signal: 'SIGKILL' });
    expect(await processesLeft(rehearsal)).toEqual([]);
  },
  180_000,
);

test.each(MOMENTS)(
  'Ctrl-C at "%s" leaves no process and no file, and says so by status 130',
  async (moment) => {
    const rehearsal = rehearse();
    await rehearsal.reached(moment);
    const folder = rehearsal.folder() ?? '';
    expect(folder).not.toBe('');
    rehearsal.child.kill('SIGINT');
    expect((await rehearsal.ended).code).toBe(130);
    expect(await processesLeft(rehearsal)).toEqual([]);
    expect(existsSync(folder)).toBe(false);
  },
  180_000,
);

test('two rehearsals at once do not disturb each other, and the next start removes what a killed one left', async () => {
  const killed = rehearse();
  await killed.reached('cdk synth and cdk bootstrap');
  const left = killed.folder() ?? '';
  killed.child.kill('SIGKILL');
  await killed.ended;
  expect(existsSync(left)).toBe(true);

  const both = [rehearse(), rehearse()];
  for (const rehearsal of both) {
    expect({ ...(await rehearsal.ended), output: rehearsal.output() }).toMatchObject({
      code: 0,
      output: expect.stringContaining('left: nothing'),
    });
  }
  expect(existsSync(left)).toBe(false);
  for (const rehearsal of both) expect(await processesLeft(rehearsal)).toEqual([]);
}, 400_000);
