import { BedrockRuntimeClient, ConverseCommand } from '@aws-sdk/client-bedrock-runtime';
import { beforeEach, expect, test } from '@jest/globals';
import { mockClient } from 'aws-sdk-client-mock';
import { publishRun, smokeTest, type PublishClients } from '../../../lambda/publish-run/publish.ts';
import type { PublishedModel } from '../../../lib/training/published-model.ts';
import type { RunState } from '../../../lib/training/run-state.ts';
import { account, arnOf, error, type Account, type Thing } from '../../support/account.ts';
import { sdkError, virtualPace } from '../../support/pace.ts';
import { OWNER, RUN, SETTINGS, leasesInMemory } from '../../support/training-settings.ts';

const runtime = mockClient(BedrockRuntimeClient);

const NOW = new Date('2026-11-01T09:00:00Z');
const HOST: Thing = { kind: 'deployment', name: 'acme-dev-fine-tuning-model' };
const MODEL: Thing = { kind: 'custom-model', name: `acme-dev-fine-tuning-${RUN.runId}` };
const OLD: Thing = { kind: 'custom-model', name: 'acme-dev-fine-tuning-20261001090000-000000' };
const TRAINED: RunState = {
  ...RUN,
  customModelArn: arnOf(MODEL),
  host: { kind: 'deployment', name: HOST.name, arn: arnOf(HOST), deadline: '2026-11-01T12:00:00Z' },
};

let cloud: Account;
let clients: PublishClients;
let registered: readonly PublishedModel[];

async function present(...things: Thing[]): Promise<void> {
  cloud = account(...things);
  registered = [];
  clients = {
    ...cloud.clients,
    runtime: new BedrockRuntimeClient({}),
    leases: leasesInMemory(),
    registry: {
      read: () => Promise.resolve({ hosted: registered }),
      write: ({ hosted }) => {
        registered = hosted;
        return Promise.resolve();
      },
    },
  };
  await clients.leases.openRun({ runId: RUN.runId, expiresAt: '2026-11-02T09:00:00Z' });
}

beforeEach(async () => {
  runtime.reset();
  await present(MODEL, HOST);
});

const leaseOf = ({ kind, name }: Thing) => clients.leases.get(kind, name);

async function publishedBefore(old: Thing, hosted?: PublishedModel): Promise<void> {
  const { kind, name } = old;
  await clients.leases.put({ kind, name, runId: 'before', writtenAt: '2026-10-01T09:00:00Z', published: true });
  if (hosted !== undefined) registered = [hosted];
}

test('model and deployment stay, the answering function finds them, and the run may create nothing more', async () => {
  await publishRun(TRAINED, SETTINGS, clients, NOW);
  expect(await leaseOf(MODEL)).toMatchObject({ published: true, runId: RUN.runId });
  expect(await leaseOf(HOST)).toMatchObject({ published: true, modelArn: arnOf(MODEL) });
  expect(registered).toEqual([
    {
      kind: 'on-demand',
      modelArn: arnOf(HOST),
      customModelArn: arnOf(MODEL),
      runId: RUN.runId,
      publishedAt: NOW.toISOString(),
    },
  ]);
  expect(await clients.leases.run(RUN.runId)).toMatchObject({
    revokedAt: NOW.toISOString(),
    publication: { finishedAt: NOW.toISOString() },
  });
});

test('throughput keeps its end when it is published', async () => {
  const until = '2026-11-01T12:40:00Z';
  const host = { ...TRAINED.host, kind: 'throughput', name: HOST.name, until } as never;
  const hosting = { kind: 'provisioned', modelUnits: 1, maxHours: 4 } as const;
  await publishRun({ ...TRAINED, hosting, host }, SETTINGS, clients, NOW);
  expect(await leaseOf({ ...HOST, kind: 'throughput' })).toMatchObject({ published: true, until });
  expect(registered[0]).toMatchObject({ kind: 'provisioned', until });
});

test('a model that is not to be hosted stays all the same, and nobody is sent to it', async () => {
  await publishRun({ ...TRAINED, host: undefined, hosting: { kind: 'none' } }, SETTINGS, clients, NOW);
  expect(await leaseOf(MODEL)).toMatchObject({ published: true });
  expect(registered).toEqual([]);
});

test.each([
  ['was stopped', { runId: RUN.runId, expiresAt: '2026-11-02T09:00:00Z', revokedAt: '2026-11-01T08:00:00Z' }],
  ['has come to its end', { runId: RUN.runId, expiresAt: '2026-11-01T09:00:00Z' }],
])('a run that %s publishes nothing', async (_, run) => {
  await clients.leases.changeRun(RUN.runId, () => run);
  await expect(publishRun(TRAINED, SETTINGS, clients, NOW)).rejects.toThrow(
    `the run ${RUN.runId} has ended or was stopped: its model is not published`,
  );
  expect(await leaseOf(MODEL)).toBeNull();
  expect(registered).toEqual([]);
});

test.each(['train', 'import'] as const)(
  '%s: the models of runs before lose their leave to exist, and the newest keeps its own',
  async (action) => {
    await present(MODEL, HOST, OLD);
    await publishedBefore(OLD);
    await publishRun({ ...TRAINED, action }, SETTINGS, clients, NOW);
    expect(await leaseOf(OLD)).toMatchObject({ published: true, until: NOW.toISOString() });
    expect((await leaseOf(MODEL))?.until).toBeUndefined();
  },
);

test.each([
  ['goes with it', '2026-11-01T12:40:00Z'],
  ['stays where that has no end', undefined],
])('a model that something else still serves is not taken away from under it: it %s', async (_, until) => {
  await present(MODEL, HOST, OLD);
  const hosted = { kind: 'provisioned', modelArn: 'arn:peak', customModelArn: arnOf(OLD), until } as const;
  await publishedBefore(OLD, { ...hosted, runId: 'before', publishedAt: '2026-10-01T09:00:00Z' });
  await publishRun(TRAINED, SETTINGS, clients, NOW);
  expect((await leaseOf(OLD))?.until).toBe(until);
  expect(registered.map(({ kind }) => kind)).toEqual(['provisioned', 'on-demand']);
});

test('hosting a model that exists takes none of the others away', async () => {
  await present(MODEL, HOST, OLD);
  await publishedBefore(OLD);
  await publishRun({ ...TRAINED, action: 'host' }, SETTINGS, clients, NOW);
  expect((await leaseOf(OLD))?.until).toBeUndefined();
});

test('a model of somebody else may be hosted, and never becomes this stack’s to remove', async () => {
  await present({ ...MODEL, owner: `${OWNER}2` }, HOST);
  await publishRun({ ...TRAINED, action: 'host' }, SETTINGS, clients, NOW);
  expect(await leaseOf(MODEL)).toBeNull();
  expect(registered).toHaveLength(1);
});

test('a trained model that is gone, or is not its own, is not published', async () => {
  // what was just made, or its tags, may not be seen yet
  const cases: [Thing[], string][] = [
    [[HOST], 'Passing'],
    [[{ ...MODEL, owner: undefined }, HOST], 'Passing'],
    [[{ ...MODEL, owner: `${OWNER}2` }, HOST], 'RunError'],
  ];
  for (const [things, name] of cases) {
    await present(...things);
    await expect(publishRun(TRAINED, SETTINGS, clients, NOW)).rejects.toMatchObject({
      name,
      message: expect.stringContaining('is gone, or was created by something else'),
    });
  }
  expect(await leaseOf(HOST)).toBeNull();
});

test('what a run before has published and not finished comes first: it cannot take the newer model away later', async () => {
  await present(MODEL, HOST, OLD);
  const { kind, name } = OLD;
  const old = { kind, name, runId: 'before', writtenAt: '2026-10-01T09:00:00Z', published: true } as const;
  await clients.leases.openRun({
    runId: 'before',
    expiresAt: '2026-11-02T09:00:00Z',
    revokedAt: '2026-11-01T08:59:00Z',
    publication: { leases: [old], replaces: true },
  });
  await publishRun(TRAINED, SETTINGS, clients, NOW);
  expect((await clients.leases.run('before'))?.publication?.finishedAt).toBe(NOW.toISOString());
  expect((await leaseOf(OLD))?.until).toBe(NOW.toISOString());
  expect((await leaseOf(MODEL))?.until).toBeUndefined();
});

test('a publication that is cut off is done when it is tried again', async () => {
  const { registry } = clients;
  const away = { ...registry, write: () => Promise.reject(error('ThrottlingException')) };
  await expect(publishRun(TRAINED, SETTINGS, { ...clients, registry: away }, NOW)).rejects.toThrow('Throttling');
  await publishRun(TRAINED, SETTINGS, clients, NOW);
  expect(registered).toHaveLength(1);
});

const answering = (text: string) => ({
  output: { message: { role: 'assistant' as const, content: [{ text }] } },
  stopReason: 'end_turn' as const,
  usage: undefined,
  metrics: undefined,
});

test('the hosted model is asked one short question, and again while it is not ready', async () => {
  runtime.on(ConverseCommand).rejectsOnce(error('ModelNotReadyException')).resolves(answering('yes'));
  await smokeTest(TRAINED, SETTINGS, clients, virtualPace());
  const calls = runtime.commandCalls(ConverseCommand).map(({ args: [{ input }] }) => input);
  expect(calls).toHaveLength(2);
  expect(calls[0]).toMatchObject({ modelId: arnOf(HOST), inferenceConfig: { maxTokens: 16 } });
});

test('a model that is not hosted is asked nothing', async () => {
  await smokeTest({ ...TRAINED, host: undefined }, SETTINGS, clients, virtualPace());
  expect(runtime.calls()).toEqual([]);
});

test('a model that is not ready after ten minutes fails the run', async () => {
  const clock = virtualPace();
  runtime.on(ConverseCommand).rejects(error('ModelNotReadyException'));
  await expect(smokeTest(TRAINED, SETTINGS, clients, clock)).rejects.toThrow(
    `the hosted model ${arnOf(HOST)} does not answer`,
  );
  // the function has 15 minutes
  const waitedMs = clock.waits.reduce((sum, wait) => sum + wait, 0);
  expect(waitedMs).toBeGreaterThan(9 * 60_000);
  expect(waitedMs).toBeLessThanOrEqual(10 * 60_000);
});

test.each([
  ['cannot be found yet', sdkError('ResourceNotFoundException', 404)],
  ['has no valid identifier yet', sdkError('ValidationException', 400, 'The provided model identifier is invalid.')],
  ['may not be asked until its tags are in force', sdkError('AccessDeniedException', 403)],
  ['is behind a gateway that fails', sdkError('SyntaxError', 503)],
  ['failed in a way that AWS says to try again', sdkError('ModelErrorException', 424)],
])('a model that %s is asked again', async (_, refusal) => {
  runtime.on(ConverseCommand).rejectsOnce(refusal).rejectsOnce(refusal).resolves(answering('yes'));
  await expect(smokeTest(TRAINED, SETTINGS, clients, virtualPace())).resolves.toBe(TRAINED);
});

test('where AWS cannot be asked about a model that only training brings back, the workflow asks again', async () => {
  runtime.on(ConverseCommand).rejects(sdkError('SyntaxError', 503, '<html>'));
  await expect(smokeTest(TRAINED, SETTINGS, clients, virtualPace())).rejects.toMatchObject({
    name: 'Passing',
    message: expect.stringContaining('does not answer: SyntaxError: <html>'),
  });
});

test('an imported model, whose copies bill while they are asked, is given up and its weights are named', async () => {
  runtime.on(ConverseCommand).rejects(sdkError('SyntaxError', 503, '<html>'));
  const host = { kind: 'imported-model', name: 'x', arn: 'arn:imported', deadline: '2026-11-01T12:00:00Z' } as const;
  const importJob = { name: 'x', arn: 'arn:import', deadline: host.deadline, weightsUri: 's3://training/output/w/' };
  await expect(smokeTest({ ...TRAINED, host, importJob }, SETTINGS, clients, virtualPace())).rejects.toMatchObject({
    name: 'RunError',
    message: expect.stringContaining(
      "'npx fmpaths host continued-pretraining --weights s3://training/output/w/' imports them without training again",
    ),
  });
});

test('a used up quota of the day says nothing of the model: it is asked once, published and the run says so', async () => {
  runtime.on(ConverseCommand).rejects(sdkError('ThrottlingException', 429, 'Too many tokens per day, please wait.'));
  const { warnings } = await smokeTest({ ...TRAINED, warnings: ['before'] }, SETTINGS, clients, virtualPace());
  expect(warnings).toEqual(['before', expect.stringMatching(/published without having been asked.*tokens per day/)]);
  expect(runtime.calls()).toHaveLength(1);
});

test.each([
  [
    'cannot be asked by Converse',
    () =>
      runtime
        .on(ConverseCommand)
        .rejects(error('ValidationException', "This action doesn't support the model that you provided.")),
    'Converse cannot ask this model',
  ],
  [
    'answers with nothing',
    () => runtime.on(ConverseCommand).resolves(answering(' ')),
    'answered a question with nothing',
  ],
])('a model that %s is not asked again', async (_, answer, reason) => {
  answer();
  await expect(smokeTest(TRAINED, SETTINGS, clients, virtualPace())).rejects.toThrow(reason);
  expect(runtime.calls()).toHaveLength(1);
});

const DENIAL = 'User: x is not authorized to perform: bedrock';

test.each([
  [
    'a denial by the organisation',
    sdkError(
      'AccessDeniedException',
      403,
      `${DENIAL}:InvokeModel on resource: y with an explicit deny in a service control policy`,
    ),
    /service control policy.*AccessDeniedException, HTTP 403/,
  ],
  [
    'a denied guardrail',
    sdkError('AccessDeniedException', 403, `${DENIAL}:ApplyGuardrail on resource: y`),
    /guardrail.*AccessDeniedException/,
  ],
  [
    'an account that is not open',
    sdkError('AccessDeniedException', 403, 'Your account is not authorized to invoke this API operation.'),
    /AWS Support/,
  ],
  [
    'a denial of unknown meaning',
    sdkError('AccessDeniedException', 403, 'no'),
    /AWS refused the question.*AccessDeniedException, HTTP 403/,
  ],
  ['a 403 of another name', sdkError('SomethingNew', 403, 'no'), /SomethingNew, HTTP 403/],
  ['a missing subscription', sdkError('AccessDeniedException', 403, 'aws-marketplace:Subscribe'), /Marketplace/],
  [
    'a missing form',
    sdkError('ResourceNotFoundException', 404, 'Model use case details have not been submitted'),
    /use case form/,
  ],
  ['an error of the model that lasts', sdkError('ModelErrorException', 424, 'no'), /ModelErrorException, HTTP 424/],
  ['a model that is not seen', sdkError('ResourceNotFoundException', 404, 'no'), /ResourceNotFoundException, HTTP 404/],
  ['a rejection of unknown meaning', sdkError('ValidationException', 400, 'no'), /ValidationException, HTTP 400/],
])(
  '%s does not cost the trained model: it is published, and a warning says why and how to ask it',
  async (_, refusal, reason) => {
    runtime.on(ConverseCommand).rejects(refusal);
    for (const kind of ['deployment', 'throughput'] as const) {
      const host = { name: HOST.name, arn: arnOf(HOST), deadline: '2026-11-01T12:00:00Z', kind };
      const { warnings } = await smokeTest({ ...TRAINED, host }, SETTINGS, clients, virtualPace());
      expect(warnings).toEqual([expect.stringMatching(reason)]);
      expect(warnings?.[0]).toContain(`the hosted model ${arnOf(HOST)} is published without having been asked`);
      expect(warnings?.[0]).toContain(
        `npx fmpaths run ${SETTINGS.path} --dataset config/datasets/cdk-questions.jsonl --limit 1`,
      );
    }
  },
);

test('a refusal that is no fault of an imported model fails its run as before, because its weights stay', async () => {
  runtime.on(ConverseCommand).rejects(sdkError('ValidationException', 400, 'no'));
  const host = { kind: 'imported-model', name: 'x', arn: 'arn:imported', deadline: '2026-11-01T12:00:00Z' } as const;
  await expect(smokeTest({ ...TRAINED, host }, SETTINGS, clients, virtualPace())).rejects.toMatchObject({
    name: 'RunError',
  });
});
