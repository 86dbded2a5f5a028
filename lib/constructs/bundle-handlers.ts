import { build } from 'esbuild';
import { basename, join } from 'node:path';

const ROOT = join(import.meta.dirname, '..', '..');

/** Folders of `lambda` that have a handler. */
const VERBS = [
  'answer',
  'answer-hosted',
  'answer-with-documents',
  'check-run',
  'create-run',
  'publish-run',
  'reap-run',
  'set-up-database',
  'stack-hooks',
  'start-run',
  'sync-documents',
  'watch-run',
] as const;

export type Verb = (typeof VERBS)[number];

export const handlerFolder = (verb: Verb): string => join(ROOT, 'lambda', verb);

let bundles: ReadonlyMap<string, Uint8Array> = new Map();

/**
 * Bundles every handler, in one go and in esbuild's own process, so that this one can load CDK meanwhile. Bundles nothing for a
 * command such as `cdk ls` or `cdk destroy`, which uploads no code.
 */
export async function bundleHandlers(env: NodeJS.ProcessEnv = process.env): Promise<void> {
  if (!mayDeploy(env)) return;
  bundles = await bundle(Object.fromEntries(VERBS.map((verb) => [verb, join(handlerFolder(verb), 'handler.ts')])));
}

/**
 * True unless the CDK CLI says that no stack is to be bundled, which it says for every command that neither shows nor deploys a
 * template. Read here and not from the app, which is not loaded yet; where the context is so long that the CLI hands it over in a
 * file, bundling and checking take their seconds for nothing.
 */
export function mayDeploy(env: NodeJS.ProcessEnv = process.env): boolean {
  const context: unknown = JSON.parse(env[CONTEXT_ENV] ?? '{}');
  if (typeof context !== 'object' || context === null || !(BUNDLING_STACKS in context)) return true;
  const stacks = context[BUNDLING_STACKS];
  return !Array.isArray(stacks) || stacks.length > 0;
}

/** `CONTEXT_ENV` and `BUNDLING_STACKS` of aws-cdk-lib/cx-api, which takes a tenth of a second to load. */
const CONTEXT_ENV = 'CDK_CONTEXT_JSON';
const BUNDLING_STACKS = 'aws:cdk:bundling-stacks';

/** @throws Error before `bundleHandlers` has ended: CDK asks for the code of a function at once */
export function bundleOf(verb: Verb): Uint8Array {
  const bundled = bundles.get(verb);
  if (bundled === undefined) throw new Error(`lambda/${verb} is not bundled: await bundleHandlers() before the stacks`);
  return bundled;
}

/**
 * Each entry, by the name it is given, as one minified ES module for the Lambda runtime, its SDK included. Together they take less
 * than half the time that each takes apart, because they share most of what is read.
 */
export async function bundle(entries: Readonly<Record<string, string>>): Promise<ReadonlyMap<string, Uint8Array>> {
  const { outputFiles } = await build({
    absWorkingDir: ROOT,
    entryPoints: { ...entries },
    outdir: 'bundles',
    write: false,
    bundle: true,
    minify: true,
    platform: 'node',
    format: 'esm',
    target: 'node24',
    // the CommonJS builds of the SDK's packages call require, which an ES module does not have
    mainFields: ['module', 'main'],
    legalComments: 'none',
    logLevel: 'warning',
  });
  return new Map(outputFiles.map(({ path, contents }) => [basename(path, '.js'), contents]));
}
