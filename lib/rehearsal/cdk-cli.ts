import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { childEnvironment } from './child-environment.ts';
import type { ChildProcesses } from './child-processes.ts';
import { requireLoopback } from './loopback.ts';
import type { RunFolder } from './run-folder.ts';

export interface CdkCliInput {
  /** Project root: where cdk.json is. */
  readonly root: string;
  readonly run: ChildProcesses['run'];
  readonly folder: RunFolder;
  readonly parentEnv: Readonly<Record<string, string | undefined>>;
  readonly region: string;
}

/** The CDK's own command line, as a user runs it, but with an environment that knows only the emulator. */
export interface CdkCli {
  /** Writes the cloud assembly of the app into `assembly`. Needs no emulator. */
  readonly synth: (assembly: string) => Promise<void>;
  readonly bootstrap: (endpointUrl: string, accountId: string) => Promise<void>;
  /** Outputs of the stack. */
  readonly deploy: (endpointUrl: string, assembly: string, stackId: string) => Promise<Record<string, string>>;
  readonly destroy: (endpointUrl: string, assembly: string, stackId: string) => Promise<void>;
}

const TIMEOUT_SECONDS = 120;

export function cdkCli({ root, run, folder, parentEnv, region }: CdkCliInput): CdkCli {
  const cli = createRequire(join(root, 'package.json')).resolve('aws-cdk/bin/cdk');
  const cdk = async (command: string, args: readonly string[], endpointUrl?: string, cwd = root): Promise<void> => {
    const environment = { home: folder.home, temporaryFolder: folder.temporary, region };
    await run({
      name: `cdk-${command}`,
      command: process.execPath,
      args: [cli, command, ...args, '--no-notices', '--no-color', '--ci'],
      cwd,
      env: childEnvironment(
        parentEnv,
        endpointUrl === undefined
          ? environment
          : { ...environment, endpointUrl: requireLoopback(endpointUrl, 'the endpoint of the CDK').href },
      ),
      timeoutSeconds: TIMEOUT_SECONDS,
    });
  };
  return {
    synth: async (assembly) => await cdk('synth', ['--quiet', '--output', assembly]),
    bootstrap: async (endpointUrl, accountId) =>
      // not in the project: the CLI would synthesize its app first
      await cdk('bootstrap', [`aws://${accountId}/${region}`], endpointUrl, folder.home),
    deploy: async (endpointUrl, assembly, stackId) => {
      const outputs = join(folder.path, `${stackId}-outputs.json`);
      await cdk(
        'deploy',
        [stackId, '--app', assembly, '--require-approval', 'never', '--method=direct', '--outputs-file', outputs],
        endpointUrl,
      );
      const byStack = JSON.parse(await readFile(outputs, 'utf8')) as Record<string, Record<string, string>>;
      return Object.values(byStack)[0] ?? {};
    },
    destroy: async (endpointUrl, assembly, stackId) =>
      await cdk('destroy', [stackId, '--app', assembly, '--force'], endpointUrl),
  };
}
