import { main } from '../lib/cli/main.ts';

process.exitCode = await main(process.argv.slice(2), {
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
  root: new URL('..', import.meta.url).pathname,
  now: () => new Date(),
});
