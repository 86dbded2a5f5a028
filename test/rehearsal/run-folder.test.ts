import { expect, test } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { UserError } from '../../lib/errors/user-error.ts';
import { createRunFolder } from '../../lib/rehearsal/run-folder.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const base = temporaryFolder();

/** The id of a process that has ended. */
const ended = spawnSync(process.execPath, ['-e', '']).pid;

test('a run has folders that only its owner may read, and leaves nothing', () => {
  const run = createRunFolder(base);
  for (const folder of [run.temporary, run.home, run.logs]) expect(statSync(folder).mode & 0o777).toBe(0o700);
  writeFileSync(join(run.temporary, 'file'), '');
  run.remove();
  expect(existsSync(run.path)).toBe(false);
});

test('a new run removes what killed runs left, and nothing of runs that live', () => {
  const living = createRunFolder(base);
  const abandoned = join(base, 'runs', basename(living.path).replace(`-${process.pid}-`, `-${ended}-`));
  mkdirSync(abandoned);
  const foreign = join(base, 'runs', 'notes');
  mkdirSync(foreign);
  const run = createRunFolder(base);
  expect(existsSync(abandoned)).toBe(false);
  expect(existsSync(living.path)).toBe(true);
  expect(existsSync(foreign)).toBe(true);
  for (const each of [living, run]) each.remove();
  expect(readdirSync(join(base, 'runs'))).toEqual(['notes']);
});

test('scripts in the folder are CommonJS although the project around it is not', () => {
  const run = createRunFolder(base);
  const script = join(run.temporary, 'script.js');
  writeFileSync(script, "process.stdout.write(typeof require('node:fs'))");
  expect(spawnSync(process.execPath, [script], { encoding: 'utf8' }).stdout).toBe('object');
  run.remove();
});

test('a place that cannot be written to is said to be so', () => {
  const file = join(base, 'file');
  writeFileSync(file, '');
  let thrown: unknown;
  try {
    createRunFolder(file);
  } catch (error) {
    thrown = error;
  }
  expect(thrown).toBeInstanceOf(UserError);
  expect(thrown).toMatchObject({
    message: `the rehearsal cannot write to ${join(file, 'runs')} (ENOTDIR): make the folder writable, or free space on its disk`,
  });
});
