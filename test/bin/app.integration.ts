import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..', '..');

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'fmpaths-app-'));
  for (const name of ['bin', 'lib', 'lambda', 'config', 'package.json', 'tsconfig.json']) {
    cpSync(join(ROOT, name), join(root, name), { recursive: true });
  }
  symlinkSync(join(ROOT, 'node_modules'), join(root, 'node_modules'));
});

afterEach(() => rmSync(root, { recursive: true }));

test('a configuration that cannot work ends with status 2 and its message alone, and nothing is synthesized', () => {
  const file = join(root, 'config', 'environment.json');
  const environment = JSON.parse(readFileSync(file, 'utf8')) as object;
  writeFileSync(file, JSON.stringify({ ...environment, modelID: 'x' }));
  const outdir = join(root, 'out');
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--import', 'tsx', 'bin/app.ts'], {
    cwd: root,
    encoding: 'utf8',
    env: { PATH: process.env['PATH'], CDK_OUTDIR: outdir },
  });
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  const lines = stderr.trim().split('\n');
  expect(lines).toHaveLength(2);
  expect(lines[0]).toBe('config/environment.json is not a valid configuration:');
  expect(lines[1]).toContain('modelID: unknown key');
  expect(existsSync(outdir)).toBe(false);
});
