import { App } from 'aws-cdk-lib';
import { join } from 'node:path';
import { ConfigError, loadConfig } from '../lib/config.ts';
import { createStacks } from '../lib/stacks/create-stacks.ts';

try {
  createStacks(new App(), loadConfig(join(import.meta.dirname, '..'), new Date()));
} catch (error) {
  if (!(error instanceof ConfigError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exit(2);
}
