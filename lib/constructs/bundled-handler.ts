import { AssetHashType, DockerImage } from 'aws-cdk-lib';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { buildSync } from 'esbuild';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..', '..');

/**
 * The code of one handler, `lambda/<verb>/handler.ts`, as one minified ES module with files beside it.
 * Bundled in this process: a child process for each function, as NodejsFunction starts, takes longer than the bundling.
 */
export function bundledHandler(verb: string, files: Readonly<Record<string, string>>): Code {
  const folder = join(ROOT, 'lambda', verb);
  return Code.fromAsset(folder, {
    assetHashType: AssetHashType.OUTPUT,
    bundling: {
      image: DockerImage.fromRegistry('never-used-because-the-local-bundling-always-succeeds'),
      local: {
        tryBundle: (outputFolder) => {
          bundleHandler(join(folder, 'handler.ts'), join(outputFolder, 'index.mjs'));
          for (const [name, content] of Object.entries(files)) writeFileSync(join(outputFolder, name), content);
          return true;
        },
      },
    },
  });
}

/** One minified ES module for the Lambda runtime, its SDK included. */
export function bundleHandler(entry: string, outfile: string): void {
  buildSync({
    absWorkingDir: ROOT,
    entryPoints: [entry],
    outfile,
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
}
