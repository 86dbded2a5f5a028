import { AssetHashType, DockerImage } from 'aws-cdk-lib';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundleHandler } from './bundle-handler.ts';

const ROOT = join(import.meta.dirname, '..', '..');

/**
 * The code of one handler, `lambda/<verb>/handler.ts`, with files beside it. Bundled in this process: a child process
 * for each function, as NodejsFunction starts, takes longer than the bundling.
 */
export function bundledHandler(verb: string, files: Readonly<Record<string, string>>): Code {
  const folder = join(ROOT, 'lambda', verb);
  return Code.fromAsset(folder, {
    assetHashType: AssetHashType.OUTPUT,
    bundling: {
      image: DockerImage.fromRegistry('not-used-because-the-local-bundling-always-succeeds'),
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
