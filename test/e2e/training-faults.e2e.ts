import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { InvokeCommand } from '@aws-sdk/client-lambda';
import { DescribeExecutionCommand, StartExecutionCommand, StopExecutionCommand } from '@aws-sdk/client-sfn';
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { loadConfig, parseCatalogue } from '../../lib/config.ts';
import { parsePriceBook } from '../../lib/cost/price-book.ts';
import { bridgeAssembly } from '../../lib/rehearsal/assembly.ts';
import { cdkCli, type CdkCli } from '../../lib/rehearsal/cdk-cli.ts';
import { emulatorClients, type EmulatorClients } from '../../lib/rehearsal/deployed-path.ts';
import { emulatedObjects, objectsOfLater } from '../../lib/rehearsal/emulated-objects.ts';
import { startEmulator } from '../../lib/rehearsal/emulator.ts';
import { pythonEnvironment } from '../../lib/rehearsal/python-environment.ts';
import { rehearsalFolder, withSession } from '../../lib/rehearsal/session.ts';
import {
  startSimulator,
  virtualClock,
  type Fault,
  type Simulator,
  type VirtualClock,
} from '../../lib/rehearsal/simulator/index.ts';

/**
 * The deployed workflow of one path on the emulator, disturbed. The campaign plays far more cases in process; these show that what
 * is really deployed, with its bundles, roles and custom resource, ends the same way.
 */
const ROOT = join(import.meta.dirname, '..', '..');
const PATH = 'fine-tuning';
const ACCOUNT = '000000000000';
const NOW = new Date();

interface Deployed {
  readonly simulator: Simulator;
  readonly clock: VirtualClock;
  readonly clients: EmulatorClients;
  readonly outputs: Readonly<Record<string, string>>;
  readonly destroy: () => Promise<void>;
}

let deployed: Deployed;
let end: () => void = () => undefined;
let session: Promise<unknown>;
let ticking: NodeJS.Timeout;
let cases = 0;

beforeAll(async () => {
  deployed = await new Promise<Deployed>((resolve, reject) => {
    const ended = new Promise<void>((finish) => (end = finish));
    session = withSession(
      ROOT,
      () => undefined,
      async ({ folder, scripts, processes }) => {
        const config = loadConfig(ROOT, NOW);
        const json = async (file: string): Promise<unknown> =>
          JSON.parse(await readFile(join(ROOT, 'config', file), 'utf8'));
        const clock = virtualClock(NOW);
        const { objects, use } = objectsOfLater();
        const simulator = await startSimulator({
          runToken: randomBytes(16).toString('hex'),
          region: config.region,
          accountId: ACCOUNT,
          clock,
          prices: parsePriceBook(await json(`prices/${config.region}.json`)),
          models: parseCatalogue(await json('models.json')),
          objects,
        });
        try {
          const { python } = await pythonEnvironment({
            base: rehearsalFolder(ROOT),
            run: processes.run,
            env: process.env,
            temporaryFolder: folder.temporary,
            onInstall: () => undefined,
          });
          const emulator = await startEmulator({
            start: processes.start,
            python,
            folder,
            parentEnv: process.env,
            region: config.region,
            accountId: ACCOUNT,
            simulatorUrl: simulator.url,
            handlerPreload: scripts.handlerPreload,
          });
          const store = emulatedObjects(emulator.url, config.region);
          use(store);
          const cdk: CdkCli = cdkCli({
            root: ROOT,
            run: processes.run,
            folder,
            parentEnv: process.env,
            region: config.region,
          });
          const real = join(folder.path, 'cdk.out');
          const assembly = join(folder.path, 'bridged');
          await Promise.all([cdk.synth(real), cdk.bootstrap(emulator.url, ACCOUNT)]);
          await bridgeAssembly(real, assembly, await readFile(scripts.bridgeHandler, 'utf8'));
          const outputs = (await cdk.deploy(emulator.url, assembly, [PATH])).get(PATH) ?? {};
          await store.write(
            `s3://${outputs['TrainingBucket'] ?? ''}/datasets/sample/train.jsonl`,
            await readFile(join(ROOT, 'config', 'datasets', PATH, 'train.jsonl'), 'utf8'),
          );
          resolve({
            simulator,
            clock,
            clients: emulatorClients(emulator.url, config.region),
            outputs,
            destroy: async () => await cdk.destroy(emulator.url, assembly, [PATH]),
          });
          await ended;
        } finally {
          await simulator.close();
        }
      },
    );
    session.catch(reject);
  });
  ticking = setInterval(() => deployed.clock.advanceBy(60_000), 100);
}, 300_000);

afterAll(async () => {
  clearInterval(ticking);
  end();
  await session;
  process.stdout.write(`${cases} fault cases end to end\n`);
}, 60_000);

interface Run {
  readonly runId: string;
  readonly executionArn: string;
}

async function start(): Promise<Run> {
  cases += 1;
  const { clients, outputs } = deployed;
  const runId = `${new Date().toISOString().replace(/\D/g, '').slice(0, 14)}-${randomBytes(3).toString('hex')}`;
  const request = {
    action: 'train',
    runId,
    dataset: { trainUri: `s3://${outputs['TrainingBucket'] ?? ''}/datasets/sample/train.jsonl` },
    maxUsd: 1_000,
    hosting: { kind: 'on-demand' },
  };
  const { executionArn = '' } = await clients.stepFunctions.send(
    new StartExecutionCommand({
      stateMachineArn: outputs['StateMachineArn'],
      name: runId,
      input: JSON.stringify(request),
    }),
  );
  return { runId, executionArn };
}

async function until<T>(look: () => Promise<T | undefined> | T | undefined, what: string): Promise<T> {
  for (let attempt = 0; attempt < 600; attempt++) {
    const found = await look();
    if (found !== undefined) return found;
    await sleep(50);
  }
  throw new Error(`after 30 seconds there is still no ${what}`);
}

const ended = ({ executionArn }: Run) =>
  until(async () => {
    const execution = await deployed.clients.stepFunctions.send(new DescribeExecutionCommand({ executionArn }));
    return execution.status === 'RUNNING' ? undefined : execution;
  }, 'end of the execution');

async function reaper(event: object): Promise<void> {
  await deployed.clients.lambda.send(
    new InvokeCommand({ FunctionName: deployed.outputs['ReaperFunctionName'], Payload: JSON.stringify(event) }),
  );
}

/** The emulator publishes no events of executions: they are replayed. */
async function stop({ runId, executionArn }: Run): Promise<void> {
  await deployed.clients.stepFunctions.send(new StopExecutionCommand({ executionArn }));
  await reaper({ 'detail-type': 'Step Functions Execution Status Change', detail: { name: runId, status: 'ABORTED' } });
}

const types = (): string[] => deployed.simulator.control.leftovers().map(({ type }) => type.split('::')[2] ?? type);
const exists = (type: string) => until(() => (types().includes(type) ? true : undefined), type);
const nothingLeft = () => until(() => (types().length === 0 ? true : undefined), `end of ${types().join(', ')}`);

test.each<[string, Fault]>([
  ['a creation is throttled', { operation: 'CreateModelCustomizationJob', kind: 'throttle', times: 2 }],
  ['the answer to a creation gets lost', { operation: 'CreateModelCustomizationJob', kind: 'lost-response' }],
  ['the answer to a deployment gets lost', { operation: 'CreateCustomModelDeployment', kind: 'lost-response' }],
  ['a job is seen late', { operation: 'CreateModelCustomizationJob', kind: 'slow-consistency' }],
])(
  'a run ends well or in nothing although %s',
  async (_, fault) => {
    deployed.simulator.control.inject(fault);
    const { status } = await ended(await start());
    if (status === 'SUCCEEDED') {
      expect(types().sort()).toEqual(['CustomModel', 'CustomModelDeployment']);
      await reaper({ action: 'unhost', deleteModels: true });
    }
    await nothingLeft();
  },
  60_000,
);

test.each<[string, Fault, RegExp]>([
  ['its job fails', { operation: 'CreateModelCustomizationJob', kind: 'job-failure' }, /failed.*internal error/],
  ['its deployment fails', { operation: 'CreateCustomModelDeployment', kind: 'job-failure' }, /deployment.*failed/],
])(
  'a run says why it failed and leaves nothing where %s',
  async (_, fault, cause) => {
    deployed.simulator.control.inject(fault);
    const execution = await ended(await start());
    expect([execution.status, execution.cause]).toEqual(['FAILED', expect.stringMatching(cause)]);
    await nothingLeft();
  },
  60_000,
);

test.each<[string, string, Fault | undefined]>([
  ['training', 'ModelCustomizationJob', undefined],
  ['hosting', 'CustomModelDeployment', undefined],
  [
    'hosting, and whose model is not deleted although AWS says so',
    'CustomModelDeployment',
    { operation: 'DeleteCustomModel', kind: 'stuck-deletion', times: 2 },
  ],
])(
  'a run that is stopped while %s leaves nothing',
  async (_, type, fault) => {
    const run = await start();
    await exists(type);
    if (fault !== undefined) deployed.simulator.control.inject(fault);
    await stop(run);
    await nothingLeft();
  },
  60_000,
);

test('the stack that is deleted while it trains takes the job with it, and goes', async () => {
  await start();
  await exists('ModelCustomizationJob');
  await deployed.destroy();
  expect(types()).toEqual([]);
}, 200_000);
