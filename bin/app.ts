import type { App } from 'aws-cdk-lib';
import { join } from 'node:path';
import { loadConfig } from '../lib/config/config.ts';
import { bundleHandlers, mayDeploy } from '../lib/constructs/bundle-handlers.ts';
import { loadScope } from '../lib/deployment/scope-file.ts';
import { SCOPE_KEYS, type ScopeOverrides } from '../lib/deployment/scope.ts';
import { UserError } from '../lib/errors/user-error.ts';

// a rehearsal names another folder that has a config
const root = process.argv[2] ?? join(import.meta.dirname, '..');

try {
  await synthesizeStacks();
} catch (error) {
  await synthesizeSkeletons(error);
}

async function synthesizeStacks(): Promise<void> {
  const config = loadConfig(root, new Date());
  if (config.privatePrices !== undefined) process.stderr.write(`${config.privatePrices}\n`);
  // CDK is loaded while esbuild bundles: each takes a second or two
  const [{ App }, { createStacks }, { createOmittedStacks }] = await Promise.all([
    import('aws-cdk-lib'),
    import('../lib/stacks/create-stacks.ts'),
    import('../lib/stacks/skeleton-stacks.ts'),
    bundleHandlers(),
  ]);
  // a template that is only listed or destroyed must not be kept from that by a rule, and checking takes longer than making it
  const checked = mayDeploy();
  const app = new App({ autoSynth: false, builtinCloudFormationValidation: checked });
  const keys = Object.keys(contextScope(app));
  if (keys.length > 0) {
    throw new UserError(
      `the context names a deployment to list or destroy with '${keys.join("', '")}': to deploy, leave it out and set config/environment.json`,
    );
  }
  createStacks(app, config, checked);
  createOmittedStacks(app, config);
  app.synth();
}

/** Whatever keeps the stacks from being made must not keep those that are deployed from being destroyed. */
async function synthesizeSkeletons(reason: unknown): Promise<void> {
  if (!(reason instanceof UserError)) console.error(reason);
  const [{ App }, { createSkeletonStacks }] = await Promise.all([
    import('aws-cdk-lib'),
    import('../lib/stacks/skeleton-stacks.ts'),
  ]);
  const app = new App({ autoSynth: false });
  const message = reason instanceof UserError ? reason.message : String(reason);
  try {
    const scope = loadScope(root, SCOPE_KEYS, contextScope(app), (key) => `-c ${key}=${key.toUpperCase()}`);
    createSkeletonStacks(app, scope, message);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    process.stderr.write(`${message}\nTo list or destroy what is deployed: ${error.message}\n`);
    process.exit(2);
  }
  app.synth();
}

/** Returns what the context names in place of keys of the file: what is deployed, to list or destroy it. */
function contextScope(app: App): ScopeOverrides {
  return Object.fromEntries(
    SCOPE_KEYS.flatMap((key) => {
      const value: unknown = app.node.tryGetContext(key);
      return value === undefined ? [] : [[key, value]];
    }),
  );
}
