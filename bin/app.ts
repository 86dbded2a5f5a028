import { join } from 'node:path';
import { loadConfig } from '../lib/config.ts';
import { ConfigError } from '../lib/config/sources.ts';
import { bundleHandlers } from '../lib/constructs/bundle-handlers.ts';

try {
  // a rehearsal names another folder that has a config
  const root = process.argv[2] ?? join(import.meta.dirname, '..');
  // first, because an App already makes its output folder
  const config = loadConfig(root, new Date());
  // CDK is loaded while esbuild bundles: each takes a second or two
  const [{ App }, { createStacks }] = await Promise.all([
    import('aws-cdk-lib'),
    import('../lib/stacks/create-stacks.ts'),
    bundleHandlers(),
  ]);
  createStacks(new App(), config);
} catch (error) {
  if (!(error instanceof ConfigError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exit(2);
}
