import { setTimeout as sleep } from 'node:timers/promises';
import { freePort, requireLoopback } from '../errors/loopback.ts';
import { simulatorEndpoints } from '../simulator/services.ts';
import { childEnvironment } from './child-environment.ts';
import { lastLines, type Child, type ChildProcesses } from './child-processes.ts';
import type { RunFolder } from './run-folder.ts';

export interface EmulatorInput {
  readonly start: ChildProcesses['start'];
  readonly python: string;
  readonly folder: RunFolder;
  readonly parentEnv: Readonly<Record<string, string | undefined>>;
  readonly region: string;
  readonly accountId: string;
  /** Asked for in front of every path. */
  readonly runSecret: string;
  /** Endpoint of every simulated service, for the handlers. */
  readonly simulatorUrl: string;
  /** Python file that serves the emulator. */
  readonly boot: string;
  /** CommonJS file that every handler's process loads first. */
  readonly handlerPreload: string;
  /** @default a free one */
  readonly port?: number | undefined;
}

export interface Emulator {
  /** With the secret of the run: an endpoint for clients, not for messages. */
  readonly url: string;
  readonly port: number;
  readonly process: Child;
}

/** State machines and handlers wait for what takes hours on AWS and, on the virtual clock, no time: a minute is 0.6 s. */
const WAIT_SCALE = 0.01;

/** A limit for what hangs: on a busy machine the emulator has taken ten seconds. */
const READY_WITHIN_MS = 180_000;

/** Starts the local AWS emulator on loopback and waits until it answers. @throws UserError where the wanted port is taken */
export async function startEmulator(input: EmulatorInput): Promise<Emulator> {
  // for its message: the emulator binds the port itself, and tells no secret to another that has taken it
  if (input.port !== undefined) await freePort(input.port);
  const child = start(input);
  const giveUpMs = Date.now() + READY_WITHIN_MS;
  while (Date.now() < giveUpMs && !child.hasExited()) {
    const port = Number(/^fmpaths: port (\d+)$/m.exec(child.output())?.[1]);
    const url = `http://127.0.0.1:${port}/t/${input.runSecret}`;
    if (port > 0 && (await isReady(url))) return { url, port, process: child };
    await sleep(50);
  }
  const ended = child.hasExited();
  child.kill();
  throw new Error(
    `the emulator ${ended ? 'ended before it answered' : `did not answer within ${READY_WITHIN_MS / 1000} s`}. If its Python packages are damaged, delete .rehearsal/venv and run again. The end of its output:\n${lastLines(child.output())}`,
  );
}

function start(input: EmulatorInput): Child {
  const { folder, region, accountId, handlerPreload } = input;
  const simulatorUrl = requireLoopback(input.simulatorUrl, 'the endpoint of the simulated services').href;
  return input.start({
    name: 'emulator',
    command: input.python,
    args: [input.boot],
    cwd: folder.temporary,
    // handlers inherit this environment
    env: childEnvironment(input.parentEnv, {
      home: folder.home,
      temporaryFolder: folder.temporary,
      region,
      extra: {
        FMPATHS_RUN_SECRET: input.runSecret,
        ...(input.port === undefined ? {} : { FMPATHS_PORT: String(input.port) }),
        MINISTACK_HOST: '127.0.0.1',
        MINISTACK_REGION: region,
        MINISTACK_ACCOUNT_ID: accountId,
        LAMBDA_EXECUTOR: 'local',
        SFN_WAIT_SCALE: String(WAIT_SCALE),
        FMPATHS_WAIT_SCALE: String(WAIT_SCALE),
        FMPATHS_CLOCK_START: String(Date.now()),
        FMPATHS_END_OF_LOG: 'fmpaths: end of log',
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

async function isReady(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/_ministack/ready`, { redirect: 'error' })).ok;
  } catch {
    // not listening yet
    return false;
  }
}
