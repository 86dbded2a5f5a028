import { expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runtimeScripts } from '../../../lib/rehearsal/runtime-scripts.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const folder = temporaryFolder();
const ROOT = join(import.meta.dirname, '..', '..', '..');

test('a handler that sleeps for a minute sleeps for a hundredth of it, one that paces itself sleeps as it says', async () => {
  const { handlerPreload } = await runtimeScripts(ROOT, folder);
  const script = join(folder, 'handler.mjs');
  writeFileSync(
    script,
    `import { setTimeout as sleep } from 'node:timers/promises';
     const took = async (ms) => { const start = performance.now(); await sleep(ms); return Math.round(performance.now() - start); };
     console.log(JSON.stringify([await took(60_000), await took(300)]));`,
  );
  const output = execFileSync(process.execPath, ['--require', handlerPreload, script], {
    env: { FMPATHS_WAIT_SCALE: '0.01' },
    encoding: 'utf8',
  });
  const [long = 0, short = 0] = JSON.parse(output) as number[];
  // 0.6 s, or what a busy machine makes of it: far from a minute
  expect(long).toBeGreaterThanOrEqual(590);
  expect(long).toBeLessThan(50_000);
  expect(short).toBeGreaterThanOrEqual(290);
});

test.each([
  ['a function of a training run', { TRAINING: '{}' }, 100],
  ['any other function', {}, 1],
])('the clock of %s goes by its sleeps', async (_, env, times) => {
  const { handlerPreload } = await runtimeScripts(ROOT, folder);
  const script = join(folder, 'clock.mjs');
  writeFileSync(
    script,
    `const real = performance.now(); const before = Date.now();
     while (performance.now() - real < 100);
     const elapsed = Date.now() - before;
     console.log(JSON.stringify([elapsed / (performance.now() - real), new Date(0).toISOString(), new Date('2026-12-01') instanceof Date]));`,
  );
  const output = execFileSync(process.execPath, ['--require', handlerPreload, script], {
    env: { FMPATHS_WAIT_SCALE: '0.01', FMPATHS_CLOCK_START: String(Date.now()), ...env },
    encoding: 'utf8',
  });
  const [speed, epoch, isDate] = JSON.parse(output) as [number, string, boolean];
  // both clocks were read one after the other, and the machine may have done something else in between
  expect(speed).toBeGreaterThan(times / 5);
  expect(speed).toBeLessThan(times * 5);
  expect([epoch, isDate]).toEqual(['1970-01-01T00:00:00.000Z', true]);
});
