import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { simulatorEndpoints } from '../simulator/services.ts';
import type { Template } from './assembly.ts';
import { childEnvironment } from './child-environment.ts';
import type { DeployedPath } from './deployed-path.ts';
import type { Session } from './session.ts';

/** When the parts of a streamed answer were written, after the start of the request. */
export interface StreamedParts {
  readonly parts: number;
  readonly firstMs: number;
  readonly lastMs: number;
}

export interface StreamInput {
  readonly session: Session;
  readonly parentEnv: Readonly<Record<string, string | undefined>>;
  readonly region: string;
  readonly simulatorUrl: string;
  readonly emulatorUrl: string;
  readonly deployed: DeployedPath;
  /** Folder of the cloud assembly, and the id of its stack. */
  readonly assembly: string;
  readonly stackId: string;
  readonly question: string;
}

/** A limit for what hangs. */
const TIMEOUT_SECONDS = 600;

/** Runs the deployed bundle with the deployed settings in a process of its own, where its answer can be seen growing. */
export async function streamInProcess(input: StreamInput): Promise<StreamedParts> {
  const { session, deployed, region, simulatorUrl, emulatorUrl } = input;
  const event = {
    requestContext: { http: { method: 'POST' } },
    headers: { accept: 'text/event-stream' },
    body: JSON.stringify({ question: input.question }),
  };
  const output = await session.processes.run({
    name: 'stream-answer',
    command: process.execPath,
    args: [session.scripts.streamAnswer, await bundleOf(input), JSON.stringify(event)],
    env: childEnvironment(input.parentEnv, {
      home: session.folder.home,
      temporaryFolder: session.folder.temporary,
      region,
      endpointUrl: emulatorUrl,
      extra: { ...deployed.environment, ...simulatorEndpoints(simulatorUrl) },
    }),
    timeoutSeconds: TIMEOUT_SECONDS,
  });
  const times = partTimes(output);
  const [firstMs, lastMs] = [times.at(0), times.at(-1)];
  if (firstMs === undefined || lastMs === undefined) throw new Error(`the streamed answer had no part: ${output}`);
  return { parts: times.length, firstMs, lastMs };
}

/** The handler's own log line is in the output too. */
function partTimes(output: string): number[] {
  return [...output.matchAll(/^\{"atMs":(\d+),/gm)].map(([, atMs]) => Number(atMs));
}

/** The file that the deployed function was made from. */
async function bundleOf({ assembly, stackId, deployed }: StreamInput): Promise<string> {
  const template = JSON.parse(await readFile(join(assembly, `${stackId}.template.json`), 'utf8')) as Template;
  const logicalId = deployed.functionTags['aws:cloudformation:logical-id'] ?? '';
  const code = template.Resources?.[logicalId]?.Properties?.['Code'] as { readonly S3Key?: string } | undefined;
  if (code?.S3Key === undefined) throw new Error(`the template has no code for the function ${deployed.functionName}`);
  return join(assembly, `asset.${code.S3Key.replace(/\.zip$/, '')}`, 'index.mjs');
}
