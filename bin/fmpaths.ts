import { fileURLToPath } from 'node:url';
import { main } from '../lib/cli/main.ts';

process.exitCode = await main(process.argv.slice(2), {
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
  root: fileURLToPath(new URL('..', import.meta.url)),
  now: () => new Date(),
});
