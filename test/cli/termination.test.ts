import { expect, test } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const MODULE = join(import.meta.dirname, '../../lib/cli/termination.ts');

interface Ended {
  readonly status: number | null;
  readonly output: string;
}

/** A process whose work, once it has something to end, does what `work` says. */
function ended(work: string, end = `console.log('ended')`): Ended {
  const script = `import { endedWithProcess } from ${JSON.stringify(MODULE)};
    try {
      const result = await endedWithProcess({ startedByNpm: false, output: process.stdout }, async (onOpen) => {
        onOpen(() => { ${end} });
        await new Promise((done) => setTimeout(done, 1));
        ${work}
      }, (result) => result === 'failed');
      console.log('returned ' + result);
    } catch (error) {
      console.log('reported ' + error.message);
      process.exitCode = 1;
    }`;
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--import', 'tsx', '--input-type=module', '-e', script],
    { encoding: 'utf8' },
  );
  return { status, output: `${stdout}${stderr}` };
}

const signalled = (name: NodeJS.Signals): string => `process.kill(process.pid, '${name}');`;

test.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)('work that fails while %s waits to be handed out is ended by it: status %d', (signal, status) => {
  expect(ended(`${signalled(signal)} throw new Error('a child has gone')`)).toEqual({ status, output: 'ended\n' });
});

test('work that returns a failure while a signal waits is ended by the signal too', () => {
  expect(ended(`${signalled('SIGINT')} return 'failed';`)).toEqual({ status: 130, output: 'ended\n' });
});

test('a signal that comes a moment after the failure is what ended the work', () => {
  const later = `setTimeout(() => { ${signalled('SIGINT')} }, 100); throw new Error('a child has gone')`;
  expect(ended(later)).toEqual({ status: 130, output: 'ended\n' });
});

test('a loop that is late hands out the signal before it reports the failure', () => {
  // blocks past the moment that a signal is waited for, in the phase behind which timers come before signals
  const late = `setImmediate(() => {
      const until = Date.now() + 1000;
      while (Date.now() < until);
      ${signalled('SIGINT')}
    });
    throw new Error('a child has gone')`;
  expect(ended(late)).toEqual({ status: 130, output: 'ended\n' });
});

test('work that ends without a signal is reported or returned as it is', () => {
  expect(ended(`throw new Error('no disk')`)).toEqual({ status: 1, output: 'reported no disk\n' });
  expect(ended(`return 'well';`)).toEqual({ status: 0, output: 'returned well\n' });
});

test('what cannot be ended is told, and the status still says which signal came', () => {
  const { status, output } = ended(
    `${signalled('SIGINT')} await new Promise((done) => setTimeout(done, 60_000));`,
    `throw new Error('busy disk')`,
  );
  expect({ status, output }).toEqual({
    status: 130,
    output: 'fmpaths: interrupted, but not everything could be removed: Error: busy disk\n',
  });
});
