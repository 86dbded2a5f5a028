// Bundles the command line at install, because starting TypeScript through a loader takes about ten times as long as `node -e 0`.
import { build } from 'esbuild';
import { chmod, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { tsImport } from 'tsx/esm/api';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Leaves out the messages of zod in fifty languages: a third of what every start read, and none is ever shown. */
const englishOnly = {
  name: 'english-only',
  setup: ({ onLoad }) =>
    onLoad({ filter: /[\\/]zod[\\/]v4[\\/]locales[\\/]index\.js$/ }, ({ path }) => ({
      contents: `export { default as en } from './en.js';`,
      resolveDir: dirname(path),
    })),
};

await rm(join(root, '.build'), { recursive: true, force: true });
await build({
  absWorkingDir: root,
  entryPoints: ['bin/fmpaths.ts'],
  outdir: '.build',
  outExtension: { '.js': '.mjs' },
  bundle: true,
  splitting: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  // Native or large, and loaded only by the commands that need them.
  external: ['@duckdb/*', '@aws-sdk/*', '@electric-sql/*', 'esbuild'],
  mainFields: ['module', 'main'],
  banner: { js: '#!/usr/bin/env node' },
  minifyWhitespace: true,
  minifySyntax: true,
  plugins: [englishOnly],
  logLevel: 'warning',
});
// npx sets the executable bit only when it first links this folder, but every install writes this file again
await chmod(join(root, '.build', 'fmpaths.mjs'), 0o755);

// what is found valid here is not checked again at every start
const { copyCheckedData } = await tsImport('./copy-checked-data.ts', import.meta.url);
copyCheckedData(root, join(root, '.build', 'checked'));
