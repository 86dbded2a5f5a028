import { AssetHashType, DockerImage } from 'aws-cdk-lib';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundleHandlers } from './bundle-handlers.ts';

const LAMBDA = join(import.meta.dirname, '..', '..', 'lambda');

/** Folders of `lambda` that have a handler. Those of one kind of stack stand together and are bundled at once. */
const VERBS = [
  ['answer'],
  ['answer-with-documents', 'set-up-database', 'stack-lifecycle', 'sync-documents'],
  ['answer-hosted', 'check-run', 'create-run', 'publish-run', 'reap-run', 'start-run', 'watch-run'],
] as const;

export type Verb = (typeof VERBS)[number][number];

/** By verb. */
const bundles = new Map<string, Uint8Array>();

function bundleOf(verb: Verb): Uint8Array {
  if (!bundles.has(verb)) {
    const together = VERBS.find((verbs: readonly Verb[]) => verbs.includes(verb)) ?? [verb];
    const entries = together.map((each): [string, string] => [each, join(LAMBDA, each, 'handler.ts')]);
    for (const [each, bundle] of bundleHandlers(Object.fromEntries(entries))) bundles.set(each, bundle);
  }
  const bundle = bundles.get(verb);
  if (bundle === undefined) throw new Error(`lambda/${verb} was bundled under another name`);
  return bundle;
}

/**
 * The code of one handler, `lambda/<verb>/handler.ts`, with files beside it. Bundled in this process: a child process
 * for each function, as NodejsFunction starts, takes longer than the bundling.
 */
export function bundledHandler(verb: Verb, files: Readonly<Record<string, string>>): Code {
  return Code.fromAsset(join(LAMBDA, verb), {
    assetHashType: AssetHashType.OUTPUT,
    bundling: {
      image: DockerImage.fromRegistry('not-used-because-the-local-bundling-always-succeeds'),
      local: {
        tryBundle: (outputFolder) => {
          writeFileSync(join(outputFolder, 'index.mjs'), bundleOf(verb));
          for (const [name, content] of Object.entries(files)) writeFileSync(join(outputFolder, name), content);
          return true;
        },
      },
    },
  });
}
