import { beforeAll, expect, test } from '@jest/globals';
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '../support/temporary-folder.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const project = temporaryFolder();

// a copy of the project: other tests build theirs at the same time
beforeAll(() => {
  for (const name of ['.config', 'bin', 'config', 'lambda', 'lib', 'package.json', 'tsconfig.json']) {
    cpSync(join(ROOT, name), join(project, name), { recursive: true });
  }
  symlinkSync(join(ROOT, 'node_modules'), join(project, 'node_modules'));
  execFileSync(process.execPath, ['.config/build-cli.mjs'], { cwd: project });
});

const MODELS = 'config/models.json';
const BOOK = 'config/prices/us-east-1.json';

interface Ended {
  readonly status: number | null;
  readonly stderr: string;
}

function estimate(): Ended {
  const args = ['.build/fmpaths.mjs', 'estimate', '--region', 'us-east-1'];
  const { status, stderr } = spawnSync(process.execPath, args, { cwd: project, encoding: 'utf8' });
  return { status, stderr };
}

/** Runs the built command with a key too many in a file of the project, in its copy as well or not. */
function withUnknownKey(file: string, inCopy: boolean): Ended {
  const places = [join(project, file), ...(inCopy ? [join(project, '.build', 'checked', file)] : [])];
  const shipped = readFileSync(join(ROOT, file), 'utf8');
  for (const place of places) writeFileSync(place, shipped.replace('{', '{ "colour": "red",'));
  try {
    return estimate();
  } finally {
    for (const place of places) writeFileSync(place, shipped);
  }
}

test.each([
  [MODELS, 'config/models.json is not a valid configuration:\n  colour: unknown key'],
  [BOOK, 'config/prices/us-east-1.json is not a valid price book:\n  colour: unknown key'],
])('the built command checks %s where somebody changed it, and refuses it in the same words', (file, message) => {
  expect(withUnknownKey(file, false)).toEqual({ status: 2, stderr: expect.stringContaining(message) });
});

test.each([MODELS, BOOK])('%s as it was built with is not checked again', (file) => {
  expect(withUnknownKey(file, true)).toEqual({ status: 0, stderr: '' });
});
