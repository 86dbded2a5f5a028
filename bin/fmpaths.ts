import { fileURLToPath } from 'node:url';
import { main } from '../lib/cli/main.ts';

// the lock file pins an SDK that supports this Node.js: its advice on later ones would stand above every answer
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';

process.exitCode = await main(process.argv.slice(2), {
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
  root: fileURLToPath(new URL('..', import.meta.url)),
  now: () => new Date(),
});
