import { fileURLToPath } from 'node:url';
import { EXIT } from '../lib/cli/command.ts';
import { main } from '../lib/cli/main.ts';
import { outliveReaders } from '../lib/cli/output.ts';

// the lock file pins an SDK that supports this Node.js: its advice on later ones would stand above every answer
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';

outliveReaders([process.stdout, process.stderr], (error) => {
  process.stderr.write(`fmpaths: the output could not be written: ${error.message}\n`);
  process.exitCode = EXIT.failed;
});

const status = await main(process.argv.slice(2), {
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
  root: fileURLToPath(new URL('..', import.meta.url)),
  now: () => new Date(),
});
process.exitCode ??= status;
