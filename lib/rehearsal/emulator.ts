import { setTimeout as sleep } from 'node:timers/promises';
import { childEnvironment } from './child-environment.ts';
import { lastLines, type Child, type ChildProcesses } from './child-processes.ts';
import { freePort, requireLoopback } from './loopback.ts';
import type { RunFolder } from './run-folder.ts';
import { simulatorEndpoints } from './simulator/services.ts';

export interface EmulatorInput {
  readonly start: ChildProcesses['start'];
  readonly python: string;
  readonly folder: RunFolder;
  readonly parentEnv: Readonly<Record<string, string | undefined>>;
  readonly region: string;
  readonly accountId: string;
  /** Endpoint of every simulated service, for the handlers. */
  readonly simulatorUrl: string;
  /** CommonJS file that every handler's process loads first. */
  readonly handlerPreload: string;
  /** @default a free one */
  readonly port?: number | undefined;
}

export interface Emulator {
  readonly url: string;
  readonly port: number;
  readonly process: Child;
}

/**
 * Ends the emulator's process group once its own standard input ends: the watchdog that holds the other end was killed. And lets no
 * stack delete a bucket with anything in it, as AWS does not: the emulator would, and hide that a stack does not empty its bucket.
 */
const BOOT = `
import os, signal, sys, threading
def end():
    sys.stdin.buffer.read()
    os.killpg(0, signal.SIGKILL)
threading.Thread(target=end, daemon=True).start()
from ministack.app import main
from ministack.services import s3
from ministack.services.cloudformation.provisioners import _RESOURCE_HANDLERS
bucket = _RESOURCE_HANDLERS["AWS::S3::Bucket"]
delete = bucket["delete"]
def delete_empty(name, properties):
    if name in s3._buckets and (s3._buckets[name]["objects"] or s3._bucket_has_versions(name)):
        raise ValueError("BucketNotEmpty: the bucket " + name + " is not empty")
    delete(name, properties)
bucket["delete"] = delete_empty
sys.argv = ["ministack"]
main()
`;

/** State machines and handlers wait for what takes hours on AWS and, on the virtual clock, no time: a minute is 0.6 s. */
const WAIT_SCALE = 0.01;

const READY_WITHIN_MS = 30_000;
const PORT_ATTEMPTS = 3;

/** Starts the local AWS emulator on loopback and waits until it answers. */
export async function startEmulator(input: EmulatorInput): Promise<Emulator> {
  for (let attempt = 1; ; attempt++) {
    const port = await freePort(input.port);
    const child = startOn(port, input);
    const url = `http://127.0.0.1:${port}`;
    const ready = await isReady(url, child);
    if (ready) return { url, port, process: child };
    child.kill();
    const output = child.output();
    // somebody took the port between our asking and the emulator's binding
    if (output.includes('already in use') && attempt < PORT_ATTEMPTS) continue;
    throw new Error(
      `the emulator did not answer at ${url}. If its Python packages are damaged, delete .rehearsal/venv and run again. The end of its output:\n${lastLines(output)}`,
    );
  }
}

function startOn(port: number, input: EmulatorInput): Child {
  const { folder, region, accountId, handlerPreload } = input;
  const simulatorUrl = requireLoopback(input.simulatorUrl, 'the endpoint of the simulated services').href;
  return input.start({
    name: 'emulator',
    command: input.python,
    args: ['-c', BOOT],
    cwd: folder.temporary,
    // handlers inherit this environment
    env: childEnvironment(input.parentEnv, {
      home: folder.home,
      temporaryFolder: folder.temporary,
      region,
      extra: {
        GATEWAY_PORT: String(port),
        BIND_HOST: '127.0.0.1',
        MINISTACK_HOST: '127.0.0.1',
        MINISTACK_REGION: region,
        MINISTACK_ACCOUNT_ID: accountId,
        LAMBDA_EXECUTOR: 'local',
        SFN_WAIT_SCALE: String(WAIT_SCALE),
        FMPATHS_WAIT_SCALE: String(WAIT_SCALE),
        FMPATHS_CLOCK_START: String(Date.now()),
        // both listen on every interface otherwise
        IOT_MTLS_ENABLED: '0',
        SFTP_ENABLED: '0',
        PYTHONDONTWRITEBYTECODE: '1',
        ...simulatorEndpoints(simulatorUrl),
        NODE_OPTIONS: `--require ${JSON.stringify(handlerPreload)}`,
      },
    }),
  });
}

async function isReady(url: string, child: Child): Promise<boolean> {
  const giveUpMs = Date.now() + READY_WITHIN_MS;
  while (Date.now() < giveUpMs && !child.hasExited()) {
    try {
      const response = await fetch(`${url}/_ministack/ready`, { redirect: 'error' });
      if (response.ok && !child.hasExited()) return true;
    } catch {
      // not listening yet
    }
    await sleep(50);
  }
  return false;
}
