import { expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runtimeScripts } from '../../../lib/rehearsal/runtime-scripts.ts';
import { temporaryFolder } from '../temporary-folder.ts';

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
  expect(long).toBeGreaterThanOrEqual(590);
  expect(long).toBeLessThan(2_000);
  expect(short).toBeGreaterThanOrEqual(290);
});
