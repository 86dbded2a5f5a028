import { expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { EXIT } from '../../lib/cli/command.ts';
import { runCli } from '../support/run-cli.ts';

test('--version is the version of the package', async () => {
  const { version } = JSON.parse(readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8')) as {
    version: string;
  };
  expect(await runCli(['--version'])).toEqual({ status: EXIT.done, stdout: `${version}\n`, stderr: '' });
});

test('help COMMAND is the help of the command, also under its other name', async () => {
  const help = await runCli(['help', 'run']);
  expect(help).toMatchObject({ status: EXIT.done, stdout: expect.stringMatching(/^Usage: fmpaths run PATH/) });
  for (const args of [
    ['run', '--help'],
    ['ask', '--help'],
    ['help', 'ask'],
  ])
    expect(await runCli(args)).toEqual(help);
});

test('the overview names a command with two names once', async () => {
  const { stdout } = await runCli(['help']);
  expect(stdout.match(/^ {2}run, ask +send a dataset/gm)).toHaveLength(1);
  expect(stdout).not.toMatch(/^ {2}ask /m);
});

test.each([
  [['estimat'], "unknown command 'estimat'; did you mean estimate?"],
  [['help', 'clenup'], "unknown command 'clenup'; did you mean cleanup?"],
  [['frobnicate'], "unknown command 'frobnicate'. Commands: estimate, breakeven,"],
  [['toString'], "unknown command 'toString'"],
])('%j is refused with the command that was meant', async (args, message) => {
  const { status, stdout, stderr } = await runCli(args);
  expect([status, stdout, stderr]).toEqual([EXIT.userError, '', expect.stringContaining(message)]);
});

test('what an error repeats steers no terminal', async () => {
  const { stderr } = await runCli(['estimate', '--format', 'x\u001b]0;title\u0007\u009b2J']);
  expect(stderr).toBe("fmpaths: '--format' must be one of table, json, csv, markdown, got 'x ]0;title  2J'\n");
});
