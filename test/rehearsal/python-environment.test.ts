import { beforeEach, expect, test } from '@jest/globals';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { UserError } from '../../lib/errors/user-error.ts';
import { makeOwnedFolder } from '../../lib/owned-folder.ts';
import { ChildError, type ChildProcesses } from '../../lib/rehearsal/child-processes.ts';
import { EMULATOR, pythonEnvironment } from '../../lib/rehearsal/python-environment.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const parent = temporaryFolder();
let base: string;
let commands: string[];

beforeEach(() => {
  base = mkdtempSync(join(parent, 'base-'));
  commands = [];
});

type Spec = Parameters<ChildProcesses['run']>[0];

/** A machine on which everything works, but for what `answers` says of a command by its name. */
const machine =
  (answers: Readonly<Record<string, (spec: Spec) => string>> = {}): ChildProcesses['run'] =>
  async (spec) => {
    const code = spec.args.join(' ');
    const name = code.includes('version_info') ? 'version' : code.includes('ensurepip') ? 'ensurepip' : spec.name;
    commands.push(name);
    const answer = answers[name];
    if (answer !== undefined) return await Promise.resolve(answer(spec));
    if (name === 'version') return '3 12\n';
    if (name === 'venv') mkdirSync(join(spec.args.at(-1) ?? '', 'bin'), { recursive: true });
    return name === 'python-check' ? `${EMULATOR.version}\n` : '';
  };

const fails = (output: string) => (): never => {
  throw new ChildError(`it ended with status 1. The end of its output:\n${output}`, output);
};

const environment = (run: ChildProcesses['run'], more: Partial<Parameters<typeof pythonEnvironment>[0]> = {}) =>
  pythonEnvironment({
    base,
    run,
    env: { PATH: '/usr/bin' },
    temporaryFolder: base,
    onInstall: () => commands.push('onInstall'),
    ...more,
  });

test('the first time, the pinned version is installed, beside, and put in its place when whole', async () => {
  let installed: readonly string[] = [];
  const run = machine({
    pip: ({ args }) => {
      installed = args;
      expect(existsSync(join(base, 'venv'))).toBe(false);
      return '';
    },
  });
  expect(await environment(run)).toEqual({ python: join(base, 'venv', 'bin', 'python'), made: true });
  expect(installed).toContain('ministack==1.5.33');
  expect(commands).toEqual(['version', 'ensurepip', 'onInstall', 'venv', 'pip']);
  expect(readdirSync(base)).toEqual(['venv']);
});

test('the second time nothing is installed', async () => {
  await environment(machine());
  commands = [];
  expect(await environment(machine())).toMatchObject({ made: false });
  expect(commands).toEqual(['python-check']);
});

test.each([
  ['has no marker', () => rmSync(join(base, 'venv', 'fmpaths-environment.json'))],
  ['has the marker of another version', () => writeFileSync(join(base, 'venv', 'fmpaths-environment.json'), '{}')],
])('an environment that %s is made anew', async (_, damage) => {
  await environment(machine());
  damage();
  expect(await environment(machine())).toMatchObject({ made: true });
});

test.each([
  ['has lost its interpreter', fails('spawn python ENOENT')],
  ['holds another version than its marker says', () => '1.4.21\n'],
])('an environment that %s is made anew', async (_, check) => {
  await environment(machine());
  let again: boolean | undefined;
  const made = await environment(machine({ 'python-check': check }), { onInstall: (value) => (again = value) });
  expect(made).toMatchObject({ made: true });
  expect(again).toBe(true);
});

test('what a killed installation left is removed', async () => {
  const name = basename(makeOwnedFolder(base, 'venv-'));
  const abandoned = join(base, name.replace(`-${process.pid}-`, '-999999999-'));
  mkdirSync(abandoned);
  await environment(machine());
  expect(existsSync(abandoned)).toBe(false);
});

test('an environment that another rehearsal finished meanwhile is used', async () => {
  const other = mkdtempSync(join(parent, 'other-'));
  await environment(machine(), { base: other });
  writeFileSync(join(other, 'venv', 'of-the-other'), '');
  const slow = machine({
    pip: () => {
      renameSync(join(other, 'venv'), join(base, 'venv'));
      return '';
    },
  });
  expect(await environment(slow)).toMatchObject({ python: join(base, 'venv', 'bin', 'python') });
  expect(existsSync(join(base, 'venv', 'of-the-other'))).toBe(true);
  expect(readdirSync(base)).toEqual(['venv']);
});

test.each([
  [
    'no python3',
    { version: fails('spawn python3 ENOENT') },
    'python3 was not found on the PATH: the local AWS emulator is a Python package. Install Python 3.10 or newer (Debian, Ubuntu: apt-get install python3 python3-venv; macOS: brew install python3) and run again',
  ],
  [
    'an old python3',
    { version: () => '3 9\n' },
    'the local AWS emulator needs Python 3.10 or newer, got 3.9 as python3: put a newer one first on the PATH',
  ],
  ['a broken python3', { version: fails('dyld: not loaded') }, 'python3 does not work: dyld: not loaded'],
  [
    'a silent python3',
    { version: fails('') },
    'python3 does not work: it failed without a word. Try it: python3 --version',
  ],
  [
    'no venv',
    { ensurepip: fails("Traceback\nModuleNotFoundError: No module named 'ensurepip'") },
    "python3 cannot make virtual environments (ModuleNotFoundError: No module named 'ensurepip'): install the missing part (Debian, Ubuntu: apt-get install python3-venv) and run again",
  ],
  [
    'no way to PyPI',
    { pip: fails('ERROR: No matching distribution found for ministack==1.5.33') },
    'pip could not install ministack 1.5.33 from PyPI: check that this machine reaches the package index (behind a proxy set HTTPS_PROXY, with a mirror PIP_INDEX_URL) and run again. pip said:\nERROR: No matching distribution found for ministack==1.5.33',
  ],
])('a machine with %s is told what to do', async (_, answers: Record<string, () => string>, message) => {
  await expect(environment(machine(answers))).rejects.toMatchObject({ name: 'UserError', message });
  expect(readdirSync(base)).toEqual([]);
});

test('a mirror is named without its password', async () => {
  const env = { PIP_INDEX_URL: 'https://me:secret@mirror.example/simple' };
  await expect(environment(machine({ pip: fails('403') }), { env })).rejects.toThrow(
    'from PIP_INDEX_URL=https://mirror.example/simple: check',
  );
});

test('a disk that is nearly full is noticed before pip fills it', async () => {
  await expect(environment(machine(), { freeMegabytes: 120.7 })).rejects.toThrow(
    new UserError(
      `the rehearsal needs 300 MB of disk for the emulator, got 120 MB free where ${base} is: free some space and run again`,
    ),
  );
});
