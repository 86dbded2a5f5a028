import { build } from 'esbuild';
import { join } from 'node:path';

/** Files of this project that run in processes of their own. */
export interface RuntimeScripts {
  readonly watchdog: string;
  readonly handlerPreload: string;
  readonly streamAnswer: string;
  readonly bridgeHandler: string;
  /** Python, which needs no compiling. */
  readonly emulatorBoot: string;
}

/** Compiles the scripts in `lib/rehearsal/runtime` into `folder`: node of this version does not run TypeScript. */
export async function runtimeScripts(root: string, folder: string): Promise<RuntimeScripts> {
  const compiled = async (name: string, format: 'esm' | 'cjs'): Promise<string> => {
    const outfile = join(folder, `${name}.${format === 'esm' ? 'mjs' : 'cjs'}`);
    await build({
      entryPoints: [join(root, 'lib', 'rehearsal', 'runtime', `${name}.ts`)],
      outfile,
      bundle: true,
      platform: 'node',
      format,
      target: 'node20',
      minify: true,
      logLevel: 'silent',
    });
    return outfile;
  };
  const [watchdog, handlerPreload, streamAnswer, bridgeHandler] = await Promise.all([
    compiled('watchdog', 'esm'),
    // loaded by --require
    compiled('handler-preload', 'cjs'),
    compiled('stream-answer', 'esm'),
    // code written into a template runs as index.js, which is CommonJS
    compiled('bridge-handler', 'cjs'),
  ]);
  const emulatorBoot = join(root, 'lib', 'rehearsal', 'runtime', 'emulator-boot.py');
  return { watchdog, handlerPreload, streamAnswer, bridgeHandler, emulatorBoot };
}
