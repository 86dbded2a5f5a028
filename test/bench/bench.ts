import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundle } from '../../lib/constructs/bundle-handlers.ts';
import { CATALOGUE } from '../support/catalogue.ts';
import { printRatios, processRatio, sizeRatio } from './ratio.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const folder = mkdtempSync(join(tmpdir(), 'fmpaths-bench-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

/** Starting a module in a fresh process that already runs, as Lambda's init phase does; the rest of the process is in the floor too. */
const importing = (file: string) => ({
  command: process.execPath,
  args: ['--input-type=module', '-e', `await import(${JSON.stringify(file)})`],
  env: { PATH: process.env['PATH'], ...HANDLER_ENV },
});

const HANDLER_ENV = {
  PATH_ID: 'prompt-only',
  MODEL_ARN: 'arn:aws:bedrock:us-east-1:111122223333:application-inference-profile/bench',
  SETTINGS: '{}',
  PROMPT_FILE: 'prompt.json',
  AWS_REGION: 'us-east-1',
  // what the runtime gives a response-streaming function
  NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent('globalThis.awslambda = { streamifyResponse: (handler) => handler }')}`,
};

const cdk = (command: readonly string[], app: string) => ({
  command: process.execPath,
  args: [
    'node_modules/aws-cdk/bin/cdk',
    ...command,
    '--app',
    `node --import tsx ${app}`,
    '--output',
    join(folder, app.replaceAll(/\W/g, '-')),
  ],
});

/** Six of which every part of the table has figures. */
const SIX_MODELS = Object.entries(CATALOGUE.models)
  .filter(
    ([, { kind, endpoint, lifecycle, inRegion, thinking, unpriced }]) =>
      kind === 'text' &&
      endpoint === 'runtime' &&
      lifecycle.status === 'active' &&
      // its tokens would have to be given
      thinking !== 'always' &&
      unpriced === undefined &&
      inRegion?.includes('us-east-1') === true,
  )
  .map(([id]) => id)
  .slice(0, 6);

process.chdir(ROOT);
const ours = join(folder, 'ours.mjs');
const bare = join(folder, 'bare.mjs');
writeFileSync(join(folder, 'prompt.json'), '{}');
const bundles = await bundle({ ours: 'lambda/answer/handler.ts', bare: 'test/bench/bare-handler.ts' });
writeFileSync(ours, bundles.get('ours') ?? '');
writeFileSync(bare, bundles.get('bare') ?? '');

printRatios([
  sizeRatio('Lambda bundle, against a handler of the bare SDK', 1.15, statSync(ours).size, statSync(bare).size),
  processRatio('Lambda init, against a handler of the bare SDK', 1.15, 15, importing(ours), importing(bare)),
  processRatio(
    'fmpaths estimate of six models, against node -e 0',
    4,
    30,
    { command: process.execPath, args: ['.build/fmpaths.mjs', 'estimate', '--models', SIX_MODELS.join(',')] },
    { command: process.execPath, args: ['-e', '0'] },
  ),
  processRatio(
    'cdk synth, against an empty app, both validated',
    2,
    3,
    cdk(['synth', '--quiet'], 'bin/app.ts'),
    cdk(['synth', '--quiet'], 'test/bench/empty-app.ts'),
  ),
  processRatio(
    'cdk ls, against a plain app of five empty stacks',
    1.5,
    3,
    cdk(['ls'], 'bin/app.ts'),
    cdk(['ls'], 'test/bench/empty-app.ts 5 plain'),
  ),
]);
