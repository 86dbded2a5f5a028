import {
  BedrockClient,
  GetCustomModelDeploymentCommand,
  GetProvisionedModelThroughputCommand,
  ListTagsForResourceCommand,
} from '@aws-sdk/client-bedrock';
import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { GetFunctionConfigurationCommand, InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { HeadObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { SageMakerClient } from '@aws-sdk/client-sagemaker';
import {
  DescribeExecutionCommand,
  GetExecutionHistoryCommand,
  ListExecutionsCommand,
  SFNClient,
  StartExecutionCommand,
  StopExecutionCommand,
} from '@aws-sdk/client-sfn';
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { mockClient } from 'aws-sdk-client-mock';
import type { Readable } from 'node:stream';
import type { RunState } from '../../../lib/training/run-state.ts';
import type { TrainingSettings } from '../../../lib/training/settings.ts';
import { CATALOGUE } from '../../support/catalogue.ts';
import { datasetFacts } from '../../support/families.ts';
import { runCli } from '../../support/run-cli.ts';

const LITE = 'amazon.nova-lite-v1:0';
const TRAIN = 'config/datasets/fine-tuning/train.jsonl';
const VALIDATION = 'config/datasets/fine-tuning/validation.jsonl';
const MACHINE = 'arn:aws:states:us-east-1:123456789012:stateMachine:fine-tuning';
const RUN = '20261001000000-abcdef';

const SETTINGS = {
  path: 'fine-tuning',
  stackName: 'fmpaths-dev-fine-tuning',
  owner: 'stack',
  bucket: 'training-bucket',
  registry: '/fmpaths/model',
  maxTrainingHours: 24,
  customization: {
    route: 'bedrock',
    type: 'FINE_TUNING',
    baseModelId: LITE,
    tuningId: `${LITE}:300k`,
    family: 'plain',
    records: datasetFacts('fine-tuning', 'plain').rules,
    hyperParameters: {},
    maxEpochs: 5,
  },
  prices: {
    [`${LITE}/training`]: { usd: 2, per: '1M tokens' },
    [`${LITE}/storage`]: { usd: 1.95, per: 'model-month' },
    [`${LITE}/provisioned/no-commit`]: { usd: 60, per: 'model-unit-hour' },
    [`${LITE}/provisioned/1-month`]: { usd: 40, per: 'model-unit-hour' },
  },
} as unknown as TrainingSettings;

const cloudFormation = mockClient(CloudFormationClient);
const lambda = mockClient(LambdaClient);
const s3 = mockClient(S3Client);
const stepFunctions = mockClient(SFNClient);
const ssm = mockClient(SSMClient);
const bedrock = mockClient(BedrockClient);
const sts = mockClient(STSClient);

const named = (name: string, message: string): Error => Object.assign(new Error(message), { name });

function deployed(settings: object = SETTINGS): void {
  cloudFormation.on(DescribeStacksCommand).resolves({
    Stacks: [
      {
        StackName: 'fmpaths-dev-fine-tuning',
        StackStatus: 'CREATE_COMPLETE',
        CreationTime: new Date(0),
        Outputs: [
          { OutputKey: 'StateMachineArn', OutputValue: MACHINE },
          { OutputKey: 'ReaperFunctionName', OutputValue: 'reaper' },
          { OutputKey: 'ModelParameter', OutputValue: '/fmpaths/model' },
        ],
      },
    ],
  });
  lambda
    .on(GetFunctionConfigurationCommand)
    .resolves({ Environment: { Variables: { TRAINING: JSON.stringify(settings) } } });
}

beforeEach(() => {
  for (const mock of [cloudFormation, lambda, s3, stepFunctions, ssm, bedrock, sts]) mock.reset();
  deployed();
  s3.on(HeadObjectCommand).rejects(named('NotFound', 'none'));
  s3.on(PutObjectCommand).callsFake(async ({ Body }: { Body: Readable }) => {
    // what is not read would be closed by nobody
    await Body.toArray();
    return {};
  });
  stepFunctions.on(StartExecutionCommand).resolves({});
});

afterEach(() => {
  process.removeAllListeners('SIGINT');
});

const train = (...args: string[]) => runCli(['train', 'fine-tuning', ...args]);

test('a good data set within the limit is uploaded under its hash and its run started', async () => {
  const { status, stderr } = await train('--dataset', TRAIN, '--validation', VALIDATION, '--max-usd', '5', '--detach');
  expect(status).toBe(0);
  const started = stepFunctions.commandCalls(StartExecutionCommand)[0]?.args[0].input;
  const request = JSON.parse(started?.input ?? '') as { runId: string; dataset: { trainUri: string } };
  expect(started).toMatchObject({ stateMachineArn: MACHINE, name: request.runId });
  expect(request).toEqual({
    action: 'train',
    runId: expect.stringMatching(/^20261001000000-[0-9a-f]{6}$/),
    dataset: {
      trainUri: expect.stringMatching(/^s3:\/\/training-bucket\/datasets\/[0-9a-f]{16}\/train\.jsonl$/),
      validationUri: expect.stringMatching(/^s3:\/\/training-bucket\/datasets\/[0-9a-f]{16}\/validation\.jsonl$/),
    },
    hosting: { kind: 'on-demand' },
    maxUsd: 5,
  });
  expect(s3.commandCalls(PutObjectCommand)).toHaveLength(2);
  expect(stderr).toContain(`Stop it:   npx fmpaths train fine-tuning --stop ${request.runId}`);
});

test('what is there already is not sent again', async () => {
  // the size of the sample
  s3.on(HeadObjectCommand).resolves({ ContentLength: 85_214 });
  expect((await train('--dataset', TRAIN, '--max-usd', '5', '--detach')).status).toBe(0);
  expect(s3.commandCalls(PutObjectCommand)).toHaveLength(0);
});

test.each<[string, string[], string]>([
  [
    'no limit',
    ['--dataset', TRAIN],
    `this run can cost up to $2.23 (estimated bound): Training tokens $0.28, Custom model storage, a month $1.95. Nothing begins before you say that it may: npx fmpaths train fine-tuning --dataset ${TRAIN} --max-usd 2.24\n`,
  ],
  [
    'no limit for what only the workflow can price',
    ['--dataset', 's3://training-bucket/datasets/x/train.jsonl'],
    "'--max-usd' is missing",
  ],
  // 85,214 bytes / 3 five times at $2 a million, and a month of storage
  [
    'too dear',
    ['--dataset', TRAIN, '--max-usd', '2'],
    "more than '--max-usd 2': Training tokens $0.28, Custom model storage, a month $1.95. Raise it to '--max-usd 2.24', or train on less\n",
  ],
  ['faulty', ['--dataset', 'package.json', '--max-usd', '9'], 'package.json line 1: is no JSON'],
  ['missing', ['--dataset', 'none.jsonl', '--max-usd', '9'], "cannot read 'none.jsonl'"],
  ['no end', ['--dataset', TRAIN, '--max-usd', '9', '--hosting', 'provisioned'], "with '--max-hours N'"],
  [
    'a commitment asked for once',
    ['--dataset', TRAIN, '--max-usd', '9', '--hosting', 'provisioned', '--max-hours', '1', '--commitment', 'OneMonth'],
    "say '--accept-commitment' as well",
  ],
  ['imported', ['--dataset', TRAIN, '--max-usd', '9', '--hosting', 'imported'], 'on-demand'],
  ['two sources', ['--dataset', TRAIN, '--invocation-logs', 's3://b/k', '--max-usd', '9'], 'exclude each other'],
  ['no answers to reuse', ['--dataset', TRAIN, '--reuse-answers', '--max-usd', '9'], "is for '--invocation-logs'"],
])('%s: refused here, and nothing is sent', async (_, args, message) => {
  const { status, stderr } = await train(...args);
  expect([status, stderr]).toEqual([2, expect.stringContaining(message)]);
  expect([s3.commandCalls(PutObjectCommand).length, stepFunctions.commandCalls(StartExecutionCommand).length]).toEqual([
    0, 0,
  ]);
});

test('a stack of before the rules of its training files were recorded is to be deployed again', async () => {
  deployed({ ...SETTINGS, customization: { ...SETTINGS.customization, records: undefined } });
  const { status, stderr } = await train('--dataset', TRAIN, '--max-usd', '9');
  expect([status, stderr]).toEqual([2, expect.stringContaining("deploy it again with 'npx cdk deploy fine-tuning'")]);
  expect(s3.commandCalls(PutObjectCommand)).toHaveLength(0);
});

describe('a base model that AWS retires', () => {
  const [legacy = ''] =
    Object.entries(CATALOGUE.models).find(
      ([, { lifecycle, hosting }]) => lifecycle.status === 'legacy' && hosting.includes('on-demand'),
    ) ?? [];
  const [unhosted = ''] =
    Object.entries(CATALOGUE.models).find(
      ([, { lifecycle, hosting }]) =>
        lifecycle.status === 'legacy' && hosting.length > 0 && hosting.every((way) => way === 'provisioned'),
    ) ?? [];
  const LATER = { now: '2026-11-30T00:00:00Z' };
  const on = (baseModelId: string): void =>
    deployed({
      ...SETTINGS,
      customization: { ...SETTINGS.customization, baseModelId, tuningId: `${baseModelId}:8k` },
      prices: Object.fromEntries(
        Object.entries(SETTINGS.prices).map(([id, price]) => [id.replace(LITE, baseModelId), price]),
      ),
    });
  const units = ['--hosting', 'provisioned', '--max-hours', '2', '--max-usd', '900', '--detach'];
  const host = (...args: string[]) => runCli(['host', 'fine-tuning', '--model', 'arn:model', ...args], LATER);
  const started = (): number => stepFunctions.commandCalls(StartExecutionCommand).length;

  test('is told with all that comes, before its run is started', async () => {
    on(legacy);
    const { status, stderr } = await runCli(
      ['train', 'fine-tuning', '--dataset', TRAIN, '--max-usd', '5', '--detach'],
      LATER,
    );
    expect([status, started()]).toEqual([0, 1]);
    expect(stderr).toContain(`warning: '${legacy}' is Legacy since about 2026-09-30`);
    expect(stderr).toContain('may raise the price');
    expect(stderr).toContain('on 2027-03-30, in 120 days');
    expect(stderr).toContain('AWS takes no new customization job for a model that is Legacy');
  });

  test('of which nothing that is tuned could be hosted is not trained', async () => {
    on(unhosted);
    const { status, stderr } = await runCli(
      ['train', 'fine-tuning', '--dataset', TRAIN, '--max-usd', '5', '--hosting', 'none'],
      LATER,
    );
    expect([status, started(), s3.commandCalls(PutObjectCommand).length]).toEqual([2, 0, 0]);
    expect(stderr).toContain('training it would be paid for nothing; choose ');
  });

  test.each(['train', 'host'])('gets no new throughput from %s, and nothing is started', async (command) => {
    on(legacy);
    bedrock.on(GetProvisionedModelThroughputCommand).rejects(named('ResourceNotFoundException', 'none'));
    const { status, stderr } =
      command === 'host'
        ? await host(...units)
        : await runCli(['train', 'fine-tuning', '--dataset', TRAIN, ...units], LATER);
    expect([status, started(), s3.commandCalls(PutObjectCommand).length]).toEqual([2, 0, 0]);
    expect(stderr).toContain(
      `AWS sells no new Provisioned Throughput for a Legacy model, and '${legacy}' is one since about 2026-09-30: host it 'on-demand', or choose `,
    );
  });

  test('keeps the throughput that it has: another model may be put behind it', async () => {
    on(legacy);
    bedrock.on(GetProvisionedModelThroughputCommand).resolves({
      provisionedModelArn: 'arn:units',
      provisionedModelName: 'units',
      modelUnits: 1,
      status: 'InService',
    });
    bedrock.on(ListTagsForResourceCommand).resolves({ tags: [] });
    const { status, stderr } = await host(...units);
    expect([status, started()]).toEqual([0, 1]);
    expect(stderr).toContain(`'${legacy}' is Legacy`);
    expect(stderr).not.toContain('customization job');
  });

  test('is hosted on demand, where a commitment that outlives it would be named', async () => {
    on(legacy);
    expect((await host('--max-usd', '5', '--detach')).status).toBe(0);
    bedrock.on(GetProvisionedModelThroughputCommand).resolves({ provisionedModelArn: 'arn:units', modelUnits: 1 });
    bedrock.on(ListTagsForResourceCommand).resolves({ tags: [] });
    const { stderr } = await runCli(
      [
        ...['host', 'fine-tuning', '--model', 'arn:model', '--hosting', 'provisioned', '--max-hours', '2'],
        ...['--commitment', 'OneMonth', '--accept-commitment', '--max-usd', '90000', '--detach'],
      ],
      { now: '2027-03-01T00:00:00Z' },
    );
    expect(stderr).toContain('reaches its end of life on 2027-03-30, before the commitment ends on about 2027-04-01');
  });
});

test('an unknown price refuses, however high the limit', async () => {
  deployed({ ...SETTINGS, prices: {} });
  const { status, stderr } = await train('--dataset', TRAIN, '--max-usd', '100000');
  expect([status, stderr]).toEqual([2, expect.stringContaining(`no price of ${LITE}/training, ${LITE}/storage`)]);
});

test.each<[string, Error, string]>([
  [
    'not deployed',
    named('ValidationError', 'Stack with id fmpaths-dev-fine-tuning does not exist'),
    "run 'npx cdk deploy fine-tuning' first",
  ],
  ['no credentials', named('CredentialsProviderError', 'none'), 'aws sso login'],
  ['throttled', named('ThrottlingException', 'Rate exceeded'), 'Wait a minute and repeat the command'],
  [
    'not allowed',
    named('AccessDeniedException', 'no leave to cloudformation:DescribeStacks'),
    'Allow your user or role',
  ],
])('%s: says what to do', async (_, error, message) => {
  cloudFormation.reset();
  cloudFormation.onAnyCommand().rejects(error);
  const { status, stderr } = await train('--dataset', TRAIN, '--max-usd', '5');
  expect([status, stderr]).toEqual([2, expect.stringContaining(message)]);
});

const request = { action: 'train', runId: RUN, maxUsd: 5, hosting: { kind: 'on-demand' } } as const;
const bound: RunState['bound'] = {
  usd: 2.2,
  lines: [
    { name: 'Training tokens', quantity: 1, unit: '1M tokens', priceId: `${LITE}/training`, usd: 0.25 },
    { name: 'Storage', quantity: 1, unit: 'model-month', priceId: `${LITE}/storage`, usd: 1.95 },
  ],
};
const job: RunState['job'] = {
  kind: 'customization-job',
  name: 'job',
  arn: 'arn',
  startedAt: '2026-09-30T23:00:00Z',
  deadline: '2026-10-01T23:00:00Z',
};
const training: RunState = {
  ...request,
  bound,
  job,
  watch: {
    status: 'waiting',
    detail: 'data Completed, training InProgress',
    losses: { training: 1.25, validation: [1.5] },
  },
};

function running(run: RunState): void {
  stepFunctions
    .on(DescribeExecutionCommand)
    .resolves({ status: 'RUNNING', startDate: new Date('2026-09-30T22:30:00Z') });
  stepFunctions.on(GetExecutionHistoryCommand).resolves({
    events: [
      {
        id: 9,
        type: 'WaitStateEntered',
        timestamp: new Date(0),
        stateEnteredEventDetails: { name: 'WaitJob', input: JSON.stringify(run) },
      },
    ],
  });
}

test('a run is shown with phase, losses, time and cost so far; Ctrl-C says what goes on and how to stop it', async () => {
  running(training);
  const { status, stdout } = await runCli(['train', 'fine-tuning', '--watch', RUN], {
    onStdout: (text) => {
      if (text.endsWith('(estimated)\n')) process.emit('SIGINT');
    },
  });
  expect(status).toBe(1);
  expect(stdout).toContain(
    'training; data Completed, training InProgress; training loss 1.25; validation loss 1.5; 1 h 30 min elapsed; cost so far at most $0.25 (estimated)',
  );
  expect(stdout).toContain(`The run ${RUN} goes on in your account and bills`);
  expect(stdout).toContain(`--stop ${RUN}`);
});

test('what could not be looked at beforehand is said, and once', async () => {
  running({ ...training, warnings: ['the quota is not known'] });
  stepFunctions
    .on(DescribeExecutionCommand)
    .resolves({ status: 'FAILED', startDate: new Date(0), cause: 'no instances' });
  const { stderr, stdout } = await train('--watch', RUN);
  expect(stderr.match(/^warning: the quota is not known$/gm)).toHaveLength(1);
  expect(stdout).toContain('failed: no instances');
});

test('a run of peak hours is stopped by the name of its execution, and reaped by its own id', async () => {
  running({ ...training, runId: 'the-event' });
  lambda.on(InvokeCommand).resolves({ Payload: Buffer.from('{"removed":[],"left":[]}') as never });
  expect((await train('--stop', 'the-event_chosen')).status).toBe(0);
  expect(stepFunctions.commandCalls(StopExecutionCommand)[0]?.args[0].input.executionArn).toMatch(/:the-event_chosen$/);
  const order = lambda.commandCalls(InvokeCommand)[0]?.args[0].input.Payload;
  expect(JSON.parse(Buffer.from(order as Uint8Array).toString())).toEqual({ action: 'stop', runId: 'the-event' });
});

test('the newest run is shown where none is named; one that failed says why', async () => {
  stepFunctions.on(ListExecutionsCommand).resolves({
    executions: [{ executionArn: 'a', stateMachineArn: MACHINE, name: RUN, status: 'FAILED', startDate: new Date(0) }],
  });
  stepFunctions.on(DescribeExecutionCommand).resolves({
    status: 'FAILED',
    startDate: new Date(0),
    error: 'RunError',
    cause: JSON.stringify({ errorMessage: 'run failed: the job failed: bad data. Nothing of this run bills.' }),
  });
  stepFunctions.on(GetExecutionHistoryCommand).resolves({ events: [] });
  const { status, stdout } = await train('--watch');
  expect(status).toBe(1);
  expect(stdout).toContain('the job failed: bad data. Nothing of this run bills.');
});

test.each<[string, Partial<RunState>, string]>([
  [
    'AWS cannot be asked',
    {
      watch: {
        status: 'waiting',
        detail: 'training InProgress',
        unseen: { since: '2026-10-01T00:05:00Z', error: 'InternalFailure: later' },
      },
    },
    'training InProgress; AWS could not be asked since 2026-10-01T00:05:00Z (InternalFailure: later)',
  ],
  [
    'the function that looks fails',
    { unseen: { Error: 'Sandbox.Timedout' } },
    'the last look failed (Sandbox.Timedout)',
  ],
])('a run of which %s goes on, and says so', async (_, changes, said) => {
  running({ ...training, ...changes });
  const watching = train('--watch', RUN);
  await new Promise((resolve) => setTimeout(resolve, 50));
  process.emit('SIGINT');
  expect((await watching).stdout).toContain(said);
});

test('a run that succeeded says where the model is, and the one command that ends it', async () => {
  stepFunctions.on(DescribeExecutionCommand).resolves({
    status: 'SUCCEEDED',
    startDate: new Date(0),
    output: JSON.stringify({
      ...training,
      customModelArn: 'model-arn',
      host: { kind: 'deployment', name: 'n', arn: 'deployment-arn', deadline: '' },
      watch: { status: 'done', detail: 'hosted' },
    }),
  });
  const { status, stdout } = await train('--watch', RUN);
  expect(status).toBe(0);
  expect(stdout).toMatch(/^Hosted\s+deployment-arn$/m);
  expect(stdout).toMatch(/^End it\s+npx fmpaths unhost fine-tuning --delete-models$/m);
});

test('a run that does not exist is the user’s to mend', async () => {
  stepFunctions.on(DescribeExecutionCommand).rejects(named('ExecutionDoesNotExist', 'no'));
  expect(await train('--watch', 'other')).toMatchObject({
    status: 2,
    stderr: expect.stringContaining("no run 'other'"),
  });
});

test('stopping ends the execution first and then has its things removed', async () => {
  running(training);
  stepFunctions.on(StopExecutionCommand).resolves({});
  lambda.on(InvokeCommand).resolves({
    Payload: Buffer.from(JSON.stringify({ removed: ['customization-job job'], left: [] })) as never,
  });
  const { status, stdout } = await train('--stop', RUN);
  expect([status, stdout]).toEqual([0, 'removed: customization-job job\n']);
  expect(stepFunctions.commandCalls(StopExecutionCommand)[0]?.args[0].input).toMatchObject({
    executionArn: `arn:aws:states:us-east-1:123456789012:execution:fine-tuning:${RUN}`,
  });
  const order = lambda.commandCalls(InvokeCommand)[0]?.args[0].input;
  expect(JSON.parse(Buffer.from(order?.Payload as Uint8Array).toString())).toEqual({ action: 'stop', runId: RUN });
});

test('what is hosted is shown with dollars an hour, and taken out of service', async () => {
  ssm.on(GetParameterCommand).resolves({
    Parameter: {
      Value: JSON.stringify({
        hosted: [{ kind: 'on-demand', modelArn: 'dep', customModelArn: 'm', runId: RUN, publishedAt: '2026-10-01' }],
      }),
    },
  });
  bedrock.on(GetCustomModelDeploymentCommand).resolves({
    customModelDeploymentArn: 'dep',
    modelDeploymentName: 'name',
    status: 'Active',
  } as never);
  bedrock.on(ListTagsForResourceCommand).resolves({ tags: [] });
  const status = await runCli(['host', 'fine-tuning', '--status']);
  expect(status).toMatchObject({
    status: 0,
    stdout: expect.stringContaining(
      'USD an hour while idle, estimated  $0.00\nbills                              by the token, nothing while idle',
    ),
  });
  lambda.on(InvokeCommand).resolves({
    Payload: Buffer.from(JSON.stringify({ removed: [], left: ['deployment name (Conflict)'] })) as never,
  });
  const ended = await runCli(['unhost', 'fine-tuning']);
  expect([ended.status, ended.stdout]).toEqual([1, expect.stringContaining('STILL THERE')]);
});

test('a registry without a value is no proof that nothing is hosted', async () => {
  ssm.on(GetParameterCommand).resolves({ Parameter: { Name: '/fmpaths/model' } });
  const { status, stdout, stderr } = await runCli(['host', 'fine-tuning', '--status']);
  expect([status, stdout]).toEqual([1, '']);
  expect(stderr).toContain('/fmpaths/model has no value');
});

test('hosting is bounded as training is', async () => {
  const args = [
    'host',
    'fine-tuning',
    '--hosting',
    'provisioned',
    '--model-units',
    '2',
    '--max-hours',
    '3',
    '--max-usd',
  ];
  // storage, and two units for three hours and the one in which they are removed, at $60
  // and no advice to train on less, for nothing is trained
  expect(await runCli([...args, '400'])).toMatchObject({
    status: 2,
    stderr: expect.stringMatching(/up to \$481\.95, .* Raise it to '--max-usd 481\.95'\n$/),
  });
  expect(await runCli([...args, '500', '--model', 'arn:model', '--detach'])).toMatchObject({ status: 0 });
  const started = stepFunctions.commandCalls(StartExecutionCommand)[0]?.args[0].input.input;
  expect(JSON.parse(started ?? '')).toMatchObject({
    action: 'host',
    customModelArn: 'arn:model',
    maxUsd: 500,
    hosting: { kind: 'provisioned', modelUnits: 2, maxHours: 3 },
  });
});

const IMPORTING = {
  ...SETTINGS,
  customization: { route: 'sagemaker', customModelUnits: 2, cmuVersion: 'v1' },
  prices: { 'cmi/storage': { usd: 2, per: 'CMU-month' }, 'cmi/cmu-v1': { usd: 0.05, per: 'CMU-minute' } },
};
const MINE = 's3://training-bucket/weights/mine/';
const hostWeights = (...args: string[]) => runCli(['host', 'continued-pretraining', '--weights', ...args]);

test('weights in the bucket of the stack are imported within the limit, with a slash or without', async () => {
  deployed(IMPORTING);
  // 2 units x $2 a month, and 2 units x 5 minutes x $0.05
  expect(await hostWeights(MINE, '--max-usd', '4.4')).toMatchObject({
    status: 2,
    stderr: expect.stringContaining('up to $4.50'),
  });
  expect(await hostWeights(MINE.slice(0, -1), '--max-usd', '4.5', '--detach')).toMatchObject({ status: 0 });
  const started = stepFunctions.commandCalls(StartExecutionCommand)[0]?.args[0].input;
  expect(JSON.parse(started?.input ?? '')).toEqual({
    action: 'import',
    runId: started?.name,
    weightsUri: MINE,
    maxUsd: 4.5,
    hosting: { kind: 'imported' },
  });
});

test.each([
  ['elsewhere', IMPORTING, ['s3://other/weights/mine/'], "put it there with 'aws s3 cp --recursive FOLDER"],
  ['the whole bucket', IMPORTING, ['s3://training-bucket/'], "'--weights' must be a folder below"],
  ['with a model as well', IMPORTING, [MINE, '--model', 'arn'], 'exclude each other'],
  ['on a path that imports none', SETTINGS, [MINE], "route 'sagemaker', got 'fine-tuning'"],
])('weights %s: refused here, and nothing begins', async (_, settings, args, message) => {
  deployed(settings);
  const { status, stderr } = await hostWeights(...args, '--max-usd', '9');
  expect([status, stderr]).toEqual([2, expect.stringContaining(message)]);
  expect(stepFunctions.commandCalls(StartExecutionCommand)).toEqual([]);
});

test('cleanup looks in every Region where models are trained or imported, and says where it could not', async () => {
  sts.on(GetCallerIdentityCommand).resolves({ Account: '123456789012' });
  bedrock.onAnyCommand().rejects(named('AccessDeniedException', 'not here'));
  const sagemaker = mockClient(SageMakerClient);
  sagemaker.onAnyCommand().resolves({ TrainingJobSummaries: [] });
  const { status, stdout } = await runCli(['cleanup', '--check']);
  expect(status).toBe(1);
  for (const region of ['us-east-1', 'us-east-2', 'us-west-2', 'eu-central-1']) {
    expect(stdout).toContain(`NOT LOOKED AT in ${region}: custom-model: AccessDeniedException: not here`);
  }
});

test.each([[[]], [['--check', '--yes']], [['--check', '--region', 'Frankfurt']]])(
  'cleanup %j cannot be acted on',
  async (args) => {
    expect(await runCli(['cleanup', ...args])).toMatchObject({ status: 2 });
  },
);
