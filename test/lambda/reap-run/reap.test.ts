import {
  BedrockClient,
  ListCustomModelDeploymentsCommand,
  ListCustomModelsCommand,
  ListImportedModelsCommand,
  ListModelCustomizationJobsCommand,
  ListModelImportJobsCommand,
  ListProvisionedModelThroughputsCommand,
  ListTagsForResourceCommand,
} from '@aws-sdk/client-bedrock';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { S3Client } from '@aws-sdk/client-s3';
import { ListTrainingJobsCommand, SageMakerClient } from '@aws-sdk/client-sagemaker';
import { ListExecutionsCommand, SFNClient, StopExecutionCommand } from '@aws-sdk/client-sfn';
import { beforeEach, expect, test } from '@jest/globals';
import { mockClient } from 'aws-sdk-client-mock';
import { endLostRuns } from '../../../lambda/reap-run/lost-runs.ts';
import { reap, reportFailure, unhost, type RunFailure } from '../../../lambda/reap-run/reap.ts';
import { deleteAll, type StackDeletion } from '../../../lambda/reap-run/stack-deletion.ts';
import type { Lease, LeaseStore } from '../../../lib/lifecycle/leases.ts';
import type { PublishedModel } from '../../../lib/training/published-model.ts';
import type { RunState } from '../../../lib/training/run-state.ts';
import { account, arnOf, error, type Account, type Thing } from '../../support/account.ts';
import { OWNER, RUN, SETTINGS, leasesInMemory } from '../../support/training-settings.ts';

const bedrock = mockClient(BedrockClient);
const sagemaker = mockClient(SageMakerClient);
const stepFunctions = mockClient(SFNClient);
const events = mockClient(EventBridgeClient);

const NOW = new Date('2026-11-01T09:00:00Z');

let deletion: StackDeletion;

beforeEach(() => {
  [bedrock, sagemaker, stepFunctions].forEach((mock) => mock.reset());
  bedrock
    .on(ListModelCustomizationJobsCommand)
    .resolves({})
    .on(ListModelImportJobsCommand)
    .resolves({})
    .on(ListCustomModelDeploymentsCommand)
    .resolves({})
    .on(ListProvisionedModelThroughputsCommand)
    .resolves({})
    .on(ListCustomModelsCommand)
    .resolves({})
    .on(ListImportedModelsCommand)
    .resolves({});
  sagemaker.on(ListTrainingJobsCommand).resolves({ TrainingJobSummaries: [] });
  stepFunctions.on(ListExecutionsCommand).resolves({ executions: [] });
  deletion = {
    settings: SETTINGS,
    clients: {
      bedrock: new BedrockClient({}),
      sagemaker: new SageMakerClient({}),
      events: new EventBridgeClient({}),
      leases: leasesInMemory(),
      registry: { read: () => Promise.resolve({ hosted: [] }), write: () => Promise.resolve() },
    },
    s3: new S3Client({}),
    stepFunctions: new SFNClient({}),
    stateMachineArn: 'arn:machine',
    startingRules: [],
    now: () => NOW,
    sleep: () => Promise.resolve(),
  };
});

const execution = (name: string, status: 'RUNNING' | 'ABORTED' | 'PENDING_REDRIVE') => ({
  executionArn: `arn:${name}`,
  stateMachineArn: 'arn:machine',
  name,
  status,
  startDate: NOW,
});

test('a run whose execution was stopped is ended although no event has told of it', async () => {
  const { leases } = deletion.clients;
  for (const runId of ['stopped', 'running', 'redriven', 'just-begun']) {
    await leases.openRun({ runId, expiresAt: '2026-11-02T09:00:00Z' });
  }
  stepFunctions
    .on(ListExecutionsCommand)
    .resolves({ executions: [execution('running', 'RUNNING'), execution('of-before', 'ABORTED')], nextToken: 'more' })
    .on(ListExecutionsCommand, { nextToken: 'more' })
    .resolves({ executions: [execution('stopped', 'ABORTED'), execution('redriven', 'PENDING_REDRIVE')] });
  await endLostRuns(deletion);
  const { runs } = await leases.all();
  expect(runs.filter(({ revokedAt }) => revokedAt !== undefined).map(({ runId }) => runId)).toEqual(['stopped']);
});

test('a run of peak hours, whose execution EventBridge has named, is found by that name', async () => {
  const { leases } = deletion.clients;
  await leases.openRun({ runId: 'event-1', execution: 'event-1_x', expiresAt: '2026-11-02T09:00:00Z' });
  stepFunctions.on(ListExecutionsCommand).resolves({ executions: [execution('event-1_x', 'ABORTED')] });
  await endLostRuns(deletion);
  expect((await leases.run('event-1'))?.revokedAt).toBe(NOW.toISOString());
});

test('executions are not asked for where no run is under way', async () => {
  await deletion.clients.leases.openRun({ runId: 'long-ago', expiresAt: '2026-10-01T09:00:00Z' });
  await endLostRuns(deletion);
  expect(stepFunctions.calls()).toEqual([]);
});

test('a commitment keeps the stack, and the failure says until when and for how much', async () => {
  bedrock.on(ListProvisionedModelThroughputsCommand).resolves({
    provisionedModelSummaries: [
      {
        provisionedModelName: 'acme-dev-fine-tuning-model',
        provisionedModelArn: 'arn:host',
        modelArn: 'arn:model',
        desiredModelArn: 'arn:model',
        foundationModelArn: 'arn:base',
        modelUnits: 2,
        desiredModelUnits: 2,
        status: 'InService',
        commitmentDuration: 'OneMonth',
        commitmentExpirationTime: new Date('2026-11-11T09:00:00Z'),
        creationTime: NOW,
        lastModifiedTime: NOW,
      },
    ],
  });
  bedrock.on(ListTagsForResourceCommand).resolves({ tags: [{ key: 'fmpaths-owner', value: OWNER }] });
  // 2 model units x $10 an hour x 240 hours of 10 days
  expect(await deleteAll(deletion, undefined, 800_000)).toEqual({
    done: false,
    failed:
      'still there and billing, so the stack is kept: throughput acme-dev-fine-tuning-model (its commitment cannot be ended before 2026-11-11T09:00:00.000Z). A commitment bills to its end whatever is deleted: acme-dev-fine-tuning-model at $20.00 an hour, $4800.00 for the 240 hours that are left. Delete the stack again after it.',
  });
});

test('what carries another owner, or one that only begins like this stack, is never asked to go', async () => {
  const names = ['1', '2', '3'];
  bedrock.on(ListCustomModelDeploymentsCommand).resolves({
    modelDeploymentSummaries: names.map((name) => ({
      customModelDeploymentArn: `arn:${name}`,
      customModelDeploymentName: `acme-dev-fine-tuning-model${name}`,
      modelArn: 'arn:model',
      createdAt: NOW,
      status: 'Active',
    })),
  });
  const owners: Record<string, string | undefined> = { '1': `${OWNER}c`, '2': OWNER.slice(0, -1), '3': undefined };
  for (const name of names) {
    const value = owners[name];
    bedrock
      .on(ListTagsForResourceCommand, { resourceARN: `arn:${name}` })
      .resolves({ tags: value === undefined ? [] : [{ key: 'fmpaths-owner', value }] });
  }
  const asked: string[] = [];
  await deleteAll({ ...deletion, s3: { send: () => Promise.resolve({}) } as never }, undefined, 800_000);
  for (const call of bedrock.calls()) asked.push(call.args[0].constructor.name);
  expect(asked.filter((name) => /^(?:Delete|Stop|Update)/.test(name))).toEqual([]);
});

const called = (): string[] => events.calls().map(({ args: [{ constructor }] }) => constructor.name);

const HOST: Thing = { kind: 'throughput', name: 'acme-dev-fine-tuning-model' };
const MODEL: Thing = { kind: 'custom-model', name: 'acme-dev-fine-tuning-run' };
const lease = (thing: Thing, more: Partial<Lease> = {}): Lease => ({
  kind: thing.kind,
  name: thing.name,
  runId: 'run',
  writtenAt: NOW.toISOString(),
  published: true,
  ...more,
});
const hosted: PublishedModel = {
  kind: 'provisioned',
  modelArn: arnOf(HOST),
  customModelArn: arnOf(MODEL),
  runId: 'run',
  publishedAt: NOW.toISOString(),
};

/** The same account with these things in it, on a clock that waiting moves. */
function within(...things: Thing[]): { readonly cloud: Account; readonly deletion: StackDeletion } {
  const cloud = account(...things);
  let now = NOW;
  return {
    cloud,
    deletion: {
      ...deletion,
      clients: { ...deletion.clients, ...cloud.clients },
      s3: { send: () => Promise.resolve({}) } as never,
      now: () => now,
      sleep: (milliseconds) => {
        now = new Date(now.getTime() + milliseconds);
        return Promise.resolve();
      },
    },
  };
}

test('a registry that cannot be read keeps nothing from being removed, and is told afterwards', async () => {
  const { cloud, deletion: reaper } = within(HOST);
  const registry = {
    read: () => Promise.reject(error('ParameterNotFound')),
    write: () => Promise.reject(error('ParameterNotFound')),
  };
  const broken = { ...reaper, clients: { ...reaper.clients, registry } };
  await expect(reap(broken, 60_000)).rejects.toMatchObject({ name: 'ParameterNotFound' });
  expect(cloud.things()).toEqual([]);
  // with its stack it is to go anyway
  expect(await deleteAll(broken, undefined, 800_000)).toEqual({ done: true });
});

test('what a run is about to publish is not hosted again after it was unhosted', async () => {
  const { cloud, deletion: reaper } = within(HOST, MODEL);
  const { leases } = reaper.clients;
  let registered: readonly PublishedModel[] = [];
  const registry = {
    read: () => Promise.resolve({ hosted: registered }),
    write: ({ hosted: models }: { hosted: readonly PublishedModel[] }) => {
      registered = models;
      return Promise.resolve();
    },
  };
  // cut off right after it was decided
  const publication = { leases: [lease(HOST), lease(MODEL)], hosted, replaces: false };
  await leases.openRun({ runId: 'run', expiresAt: '2026-11-02T09:00:00Z', revokedAt: NOW.toISOString(), publication });
  await unhost({ ...reaper, clients: { ...reaper.clients, registry } }, false, 60_000);
  expect(cloud.things()).toEqual([arnOf(MODEL)]);
  expect(registered).toEqual([]);
});

test.each([
  [false, [arnOf(MODEL)]],
  [true, []],
])('unhost with the models deleted: %s', async (deleteModels, left) => {
  const imported: Thing = { kind: 'imported-model', name: 'acme-dev-fine-tuning-imported' };
  const { cloud, deletion: reaper } = within(HOST, MODEL, imported);
  // an imported model is its own hosting, whatever the stack trains with today
  for (const thing of [HOST, MODEL, imported]) await reaper.clients.leases.put(lease(thing));
  await unhost(reaper, deleteModels, 60_000);
  expect(cloud.things()).toEqual(left);
});

test('what cannot be looked at is looked at again: the rule is enabled before the error is told', async () => {
  const { cloud, deletion: reaper } = within();
  cloud.failing.set('ListCustomModels', error('ThrottlingException'));
  events.reset();
  await expect(reap(reaper, 60_000)).rejects.toMatchObject({ name: 'ThrottlingException' });
  expect(called()).toEqual(['EnableRuleCommand']);
});

const JOB = {
  kind: 'customization-job',
  name: 'the-job',
  arn: 'arn:job',
  startedAt: '2026-11-01T08:00:00Z',
  deadline: '2026-11-01T08:59:00Z',
} as const;
const RUNNING: RunState = { ...RUN, job: JOB };

test.each<[string, Partial<RunFailure>, string]>([
  [
    'says what its step said',
    { failure: { Error: 'RunError', Cause: '{"errorMessage":"the data are wrong"}' } },
    'the data are wrong.',
  ],
  [
    'says what the workflow put into it',
    { run: { ...RUNNING, failure: { Error: 'Passing', Cause: '{"errorMessage":"SyntaxError: <html>"}' } } },
    'SyntaxError: <html>.',
  ],
  [
    'whose look failed itself to the deadline says since when, and what is known of the training',
    {
      run: {
        ...RUNNING,
        watch: { status: 'waiting', detail: 'training NotStarted', seenAt: '2026-11-01T08:10:00Z', trains: false },
        unseen: { Error: 'Sandbox.Timedout', Cause: '{"errorMessage":"Task timed out after 60.00 seconds"}' },
      },
    },
    'the customization job the-job is not done by 2026-11-01T08:59:00Z (AWS could not be asked since 2026-11-01T08:10:00Z, it last answered at 2026-11-01T08:10:00Z: training NotStarted; last error: Sandbox.Timedout: Task timed out after 60.00 seconds): it is stopped so that it cannot bill without end. Nothing was trained when AWS last answered; it may have been since.',
  ],
  [
    'that was never looked at says so',
    { run: { ...RUNNING, unseen: { Error: 'Runtime.ExitError' } } },
    'since 2026-11-01T08:00:00Z, it never answered; last error: Runtime.ExitError): it is stopped so that it cannot bill without end. It is not known whether anything was trained.',
  ],
])('a run that failed %s', async (_, failed, said) => {
  const { deletion: reaper } = within();
  await expect(reportFailure(reaper, { runId: 'run', ...failed }, 60_000)).rejects.toMatchObject({
    name: 'RunError',
    message: expect.stringContaining(`${said} Nothing had to be removed. Nothing of this run bills.`),
  });
});

const TRAINED_MODEL: Thing = { kind: 'custom-model', name: `acme-dev-fine-tuning-${RUN.runId}` };
const UNHOSTED: RunState = {
  ...RUNNING,
  customModelArn: arnOf(TRAINED_MODEL),
  failure: { Error: 'RunError', Cause: '{"errorMessage":"ServiceQuotaExceededException: no deployment is left"}' },
};

async function failedIn(run: RunState, lease: { revokedAt?: string; isFenced?: boolean } = {}) {
  const { cloud, deletion: reaper } = within(TRAINED_MODEL);
  const { leases } = reaper.clients;
  const { revokedAt, isFenced } = lease;
  await leases.openRun({
    runId: RUN.runId,
    expiresAt: '2026-11-02T09:00:00Z',
    ...(revokedAt === undefined ? {} : { revokedAt }),
  });
  await leases.put({ ...TRAINED_MODEL, runId: RUN.runId, writtenAt: '2026-11-01T08:00:00Z' });
  if (isFenced === true) await leases.fence(NOW);
  const report = () => reportFailure(reaper, { runId: RUN.runId, run }, 60_000);
  return { cloud, leases, report };
}

test('a trained model whose hosting could not begin is kept, and the failure says how to host it, however often it is told', async () => {
  const { cloud, leases, report } = await failedIn(UNHOSTED);
  for (let attempt = 0; attempt < 2; attempt++) {
    await expect(report()).rejects.toMatchObject({
      name: 'RunError',
      message: expect.stringContaining(
        `no deployment is left. Its trained model ${arnOf(TRAINED_MODEL)} is kept, not hosted, and bills its storage: 'npx fmpaths host fine-tuning --model ${arnOf(TRAINED_MODEL)}' hosts it without training again`,
      ),
    });
  }
  expect(cloud.things()).toEqual([arnOf(TRAINED_MODEL)]);
  expect(await leases.get('custom-model', TRAINED_MODEL.name)).toMatchObject({ published: true });
});

test.each<[string, RunState, { revokedAt?: string; isFenced?: boolean }]>([
  ['whose run was stopped', UNHOSTED, { revokedAt: '2026-11-01T08:59:00Z' }],
  ['whose stack is being deleted', UNHOSTED, { isFenced: true }],
  [
    'that was hosted and cannot answer',
    { ...UNHOSTED, host: { kind: 'deployment', name: 'x', arn: 'arn:host', deadline: '2026-11-01T12:00:00Z' } },
    {},
  ],
])('a trained model %s is not kept', async (_, run, lease) => {
  const { cloud, report } = await failedIn(run, lease);
  await expect(report()).rejects.toThrow('no deployment is left. Removed: custom-model');
  expect(cloud.things()).toEqual([]);
});

test('where nothing can be looked at, a failed run says why it failed all the same, and that it may bill', async () => {
  const { cloud, deletion: reaper } = within();
  cloud.failing.set('ListCustomModels', error('InternalFailure'));
  const failure = { Error: 'RunError', Cause: '{"errorMessage":"the job failed"}' };
  await expect(reportFailure(reaper, { runId: 'run', failure }, 60_000)).rejects.toThrow(
    /failed: the job failed\. IT IS NOT KNOWN WHETHER ANYTHING OF IT BILLS \(InternalFailure: not all could be looked at/,
  );
});

test('where not even the lease can be ended, the workflow asks again, and has the cause', async () => {
  const { deletion: reaper } = within();
  const leases = { ...reaper.clients.leases, changeRun: () => Promise.reject(error('SlowDown')) };
  const failure = { Error: 'RunError', Cause: '{"errorMessage":"the job failed"}' };
  await expect(
    reportFailure({ ...reaper, clients: { ...reaper.clients, leases } }, { runId: 'run', failure }, 60_000),
  ).rejects.toMatchObject({
    name: 'Passing',
    message: expect.stringContaining('the job failed. The reaper cannot end'),
  });
});

test('a model that the list shows stays in the registry, whatever the look-up says', async () => {
  const { cloud, deletion: reaper } = within(HOST, MODEL);
  let registered: readonly PublishedModel[] = [hosted];
  const registry = {
    read: () => Promise.resolve({ hosted: registered }),
    write: (next: { readonly hosted: readonly PublishedModel[] }) => {
      registered = next.hosted;
      return Promise.resolve();
    },
  };
  // the model goes, for it has no lease; its host is listed, and a look at it finds nothing
  await reaper.clients.leases.put(lease(HOST));
  cloud.failing.set(`GetProvisionedModelThroughput ${arnOf(HOST)}`, error('ResourceNotFoundException'));
  await reap({ ...reaper, clients: { ...reaper.clients, registry } }, 60_000);
  expect(cloud.things()).toEqual([arnOf(HOST)]);
  expect(registered).toEqual([hosted]);
});

test('what is unhosted goes even where the attempt is cut off: the rule is enabled before anything is ended', async () => {
  const { deletion: reaper } = within(HOST);
  const { leases } = reaper.clients;
  await leases.put(lease(HOST));
  const cutOff = { ...leases, put: () => Promise.reject(new Error('cut off')) };
  events.reset();
  await expect(unhost({ ...reaper, clients: { ...reaper.clients, leases: cutOff } }, false, 60_000)).rejects.toThrow(
    'cut off',
  );
  expect(called()).toEqual(['EnableRuleCommand']);
});

test('the rule stays on where nobody can say whether a run has begun since', async () => {
  const { deletion: reaper } = within();
  const { leases } = reaper.clients;
  let reads = 0;
  const failing: LeaseStore = {
    ...leases,
    // after the look and what follows from it
    all: () => (++reads > 3 ? Promise.reject(new Error('S3 is away')) : leases.all()),
  };
  events.reset();
  await reap({ ...reaper, clients: { ...reaper.clients, leases: failing } }, 60_000);
  expect(called()).toEqual(['DisableRuleCommand', 'EnableRuleCommand']);
});

test('after a job that ended, the deletion waits until its model would be seen', async () => {
  const { deletion: stack } = within({ kind: 'customization-job', name: MODEL.name });
  expect(await deleteAll(stack, undefined, 800_000)).toEqual({ done: true });
  // five minutes in which nothing turns up
  expect(stack.now().getTime() - NOW.getTime()).toBeGreaterThanOrEqual(5 * 60_000);
});

test('a stack in which nothing was made is deleted without waiting', async () => {
  const { deletion: stack } = within();
  expect(await deleteAll(stack, undefined, 800_000)).toEqual({ done: true });
  expect(stack.now()).toEqual(NOW);
});

test('what has begun since the fence is stopped before the fence goes with the bucket', async () => {
  const { deletion: stack } = within();
  stepFunctions
    .on(ListExecutionsCommand)
    .resolvesOnce({ executions: [] })
    .resolves({ executions: [execution('late', 'RUNNING')] });
  const order: string[] = [];
  stepFunctions.on(StopExecutionCommand).callsFake(() => {
    order.push('stop');
    return {};
  });
  const s3 = {
    send: () => {
      order.push('empty the bucket');
      return Promise.resolve({});
    },
  } as never;
  expect(await deleteAll({ ...stack, s3 }, undefined, 800_000)).toEqual({ done: true });
  expect(order).toEqual(['stop', 'empty the bucket']);
});
