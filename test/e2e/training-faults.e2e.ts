import { InvokeCommand } from '@aws-sdk/client-lambda';
import { DescribeExecutionCommand, StartExecutionCommand, StopExecutionCommand } from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault } from '../../lib/simulator/index.ts';
import { startEmulated, type Emulated, type EmulatedApp } from '../support/emulated-stacks.ts';
import { HANGS_MS } from '../support/processes.ts';

/**
 * The deployed workflow of one path on the emulator, disturbed. The campaign plays far more cases in process; these show that what
 * is really deployed, with its bundles, roles and custom resource, ends the same way.
 */
const PATH = 'fine-tuning';
const DATASET = join(import.meta.dirname, '..', '..', 'config', 'datasets', PATH, 'train.jsonl');

let emulated: Emulated;
let app: EmulatedApp;
let outputs: Readonly<Record<string, string>>;
let cases = 0;

beforeAll(async () => {
  emulated = await startEmulated();
  app = await emulated.app('app');
  outputs = await app.deploy(PATH);
  await emulated.objects.write(
    `s3://${outputs['TrainingBucket'] ?? ''}/datasets/sample/train.jsonl`,
    await readFile(DATASET, 'utf8'),
  );
}, HANGS_MS);

afterAll(async () => {
  await emulated.end();
  process.stdout.write(`${cases} fault cases end to end\n`);
}, HANGS_MS);

/** A run takes seconds; a busy machine may take minutes. */
const STUCK_MS = 600_000;

interface Run {
  readonly runId: string;
  readonly executionArn: string;
}

async function start(): Promise<Run> {
  cases += 1;
  const { clients } = emulated;
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
  const giveUpMs = Date.now() + STUCK_MS;
  while (Date.now() < giveUpMs) {
    const found = await look();
    if (found !== undefined) return found;
    await sleep(50);
  }
  throw new Error(`after ${STUCK_MS / 60_000} minutes there is still no ${what}`);
}

const ended = ({ executionArn }: Run) =>
  until(async () => {
    const execution = await emulated.clients.stepFunctions.send(new DescribeExecutionCommand({ executionArn }));
    return execution.status === 'RUNNING' ? undefined : execution;
  }, 'end of the execution');

async function reaper(event: object): Promise<void> {
  await emulated.clients.lambda.send(
    new InvokeCommand({ FunctionName: outputs['ReaperFunctionName'], Payload: JSON.stringify(event) }),
  );
}

/** The emulator publishes no events of executions: they are replayed. */
async function stop({ runId, executionArn }: Run): Promise<void> {
  await emulated.clients.stepFunctions.send(new StopExecutionCommand({ executionArn }));
  await reaper({ 'detail-type': 'Step Functions Execution Status Change', detail: { name: runId, status: 'ABORTED' } });
}

const types = (): string[] => emulated.simulator.control.leftovers().map(({ type }) => type.split('::')[2] ?? type);
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
    emulated.simulator.control.inject(fault);
    const { status } = await ended(await start());
    if (status === 'SUCCEEDED') {
      expect(types().sort()).toEqual(['CustomModel', 'CustomModelDeployment']);
      await reaper({ action: 'unhost', deleteModels: true });
    }
    await nothingLeft();
  },
  HANGS_MS,
);

test('a run that is paid for goes on although a gateway answers twelve looks at its job', async () => {
  emulated.simulator.control.inject({ operation: 'GetModelCustomizationJob', kind: 'gateway-page', times: 12 });
  const { status, cause } = await ended(await start());
  expect([status, cause]).toEqual(['SUCCEEDED', undefined]);
  await reaper({ action: 'unhost', deleteModels: true });
  await nothingLeft();
}, 60_000);

test.each<[string, Fault, RegExp]>([
  ['its job fails', { operation: 'CreateModelCustomizationJob', kind: 'job-failure' }, /failed.*internal error/],
  ['its deployment fails', { operation: 'CreateCustomModelDeployment', kind: 'job-failure' }, /deployment.*failed/],
])(
  'a run says why it failed and leaves nothing where %s',
  async (_, fault, cause) => {
    emulated.simulator.control.inject(fault);
    const execution = await ended(await start());
    expect([execution.status, execution.cause]).toEqual(['FAILED', expect.stringMatching(cause)]);
    await nothingLeft();
  },
  HANGS_MS,
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
    if (fault !== undefined) emulated.simulator.control.inject(fault);
    await stop(run);
    await nothingLeft();
  },
  HANGS_MS,
);

test(
  'the stack that is deleted while it trains takes the job with it, and goes',
  async () => {
    await start();
    await exists('ModelCustomizationJob');
    await app.destroy(PATH);
    expect(types()).toEqual([]);
  },
  HANGS_MS,
);
