import { AssetHashType, DockerImage } from 'aws-cdk-lib';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundleOf, handlerFolder, type Verb } from './bundle-handlers.ts';

/** The code of one handler, `lambda/<verb>/handler.ts`, with files beside it. */
export function bundledHandler(verb: Verb, files: Readonly<Record<string, string>>): Code {
  return Code.fromAsset(handlerFolder(verb), {
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
