import { expect, test } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const run = (python: string, file: string) =>
  spawnSync(python, ['-B', join(import.meta.dirname, file)], { encoding: 'utf8', timeout: 1_200_000 });

test('the parts of the training script that need no model do what they say', () => {
  const { status, stderr } = run('python3', 'pure_parts.py');
  expect([status, stderr]).toEqual([0, expect.stringMatching(/Ran 8 tests/)]);
});

/** A Python with torch, transformers and peft: some gigabytes, so nothing of this project installs it. */
const python = process.env['FMPATHS_TORCH_PYTHON'];

(python === undefined ? test.skip : test)(
  'the training script trains a tiny model on the CPU, merges adapters, and goes on at a checkpoint',
  () => {
    const { status, stderr } = run(python ?? '', 'full_run.py');
    expect([status, stderr]).toEqual([0, expect.stringMatching(/Ran 4 tests/)]);
  },
  1_200_000,
);
