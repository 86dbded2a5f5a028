import { buildSync } from 'esbuild';
import { join } from 'node:path';

/** Writes a handler as one minified ES module for the Lambda runtime, its SDK included. */
export function bundleHandler(entry: string, outfile: string): void {
  buildSync({
    absWorkingDir: join(import.meta.dirname, '..', '..'),
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
