import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { requireLoopback } from '../errors/loopback.ts';
import { childEnvironment } from './child-environment.ts';
import type { ChildProcesses } from './child-processes.ts';
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
  /** Writes the cloud assembly of the app into `assembly`, with `configRoot`'s configuration. Needs no emulator. */
  readonly synth: (assembly: string, configRoot?: string) => Promise<void>;
  readonly bootstrap: (endpointUrl: string, accountId: string) => Promise<void>;
  /** Deploys side by side and returns the outputs of each stack, by its id in the assembly. */
  readonly deploy: (
    endpointUrl: string,
    assembly: string,
    stackIds: readonly string[],
  ) => Promise<ReadonlyMap<string, Readonly<Record<string, string>>>>;
  readonly destroy: (endpointUrl: string, assembly: string, stackIds: readonly string[]) => Promise<void>;
}

/** A limit for what hangs: a synthesis takes 15 s, and has taken 74 s on a busy machine. */
const TIMEOUT_SECONDS = 1_800;

/** As in cdk.json. */
const APP = 'node --import tsx bin/app.ts';

/** More at once do not end sooner where two cores share the work. */
const SIDE_BY_SIDE = ['--concurrency', '3'] as const;

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
    synth: async (assembly, configRoot) => {
      // a shell reads it
      const app = configRoot === undefined ? [] : ['--app', `${APP} ${JSON.stringify(configRoot)}`];
      await cdk('synth', ['--quiet', '--output', assembly, ...app]);
    },
    bootstrap: async (endpointUrl, accountId) =>
      // not in the project: the CLI would synthesize its app first
      await cdk('bootstrap', [`aws://${accountId}/${region}`], endpointUrl, folder.home),
    deploy: async (endpointUrl, assembly, stackIds) => {
      const outputs = join(folder.path, 'outputs.json');
      const options = ['--require-approval', 'never', '--method=direct', '--outputs-file', outputs];
      await cdk('deploy', [...stackIds, '--app', assembly, ...SIDE_BY_SIDE, ...options], endpointUrl);
      const byName = JSON.parse(await readFile(outputs, 'utf8')) as Record<string, Record<string, string>>;
      const names = await stackNames(assembly);
      return new Map(stackIds.map((id) => [id, byName[names.get(id) ?? id] ?? {}]));
    },
    destroy: async (endpointUrl, assembly, stackIds) =>
      await cdk('destroy', [...stackIds, '--app', assembly, ...SIDE_BY_SIDE, '--force'], endpointUrl),
  };
}

interface Manifest {
  readonly artifacts?: Readonly<Record<string, { readonly properties?: { readonly stackName?: string } }>>;
}

/** Names that CloudFormation knows the stacks of an assembly by. */
async function stackNames(assembly: string): Promise<Map<string, string>> {
  const { artifacts = {} } = JSON.parse(await readFile(join(assembly, 'manifest.json'), 'utf8')) as Manifest;
  return new Map(Object.entries(artifacts).map(([id, { properties }]) => [id, properties?.stackName ?? id]));
}
