import { AthenaClient } from '@aws-sdk/client-athena';
import {
  BedrockClient,
  DeleteProvisionedModelThroughputCommand,
  GetProvisionedModelThroughputCommand,
  ListProvisionedModelThroughputsCommand,
  ListTagsForResourceCommand,
} from '@aws-sdk/client-bedrock';
import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { GetFunctionConfigurationCommand, InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { SageMakerClient } from '@aws-sdk/client-sagemaker';
import { DescribeExecutionCommand, SFNClient, StopExecutionCommand } from '@aws-sdk/client-sfn';
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { mockClient } from 'aws-sdk-client-mock';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseCatalogue } from '../../../lib/config/config.ts';
import { SCOPE_READABLE, SCOPE_UNREADABLE, UNBROKEN, breakConfiguration } from '../../support/broken-configurations.ts';

// removing waits between two looks
jest.unstable_mockModule('node:timers/promises', () => ({ setTimeout: () => Promise.resolve() }));
const { runCli } = await import('../../support/run-cli.ts');

const ACCOUNT = '123456789012';
const RUN = '20261001000000-abcdef';
const THROUGHPUT = {
  provisionedModelArn: `arn:aws:bedrock:us-east-1:${ACCOUNT}:provisioned-model/abc`,
  provisionedModelName: 'fmpaths-dev-fine-tuning-model',
  status: 'InService',
  modelUnits: 2,
  foundationModelArn: 'arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-lite-v1:0',
} as const;

const ANSWER = {
  path: 'prompt-only',
  answer: 'so',
  citations: [],
  usage: { inputTokens: 100, outputTokens: 20, cacheReadInputTokens: 0, cacheWriteInputTokens: 0 },
  latencyMs: 50,
  meteredUsd: 0.25,
  modelArn: 'arn',
  stopReason: 'end_turn',
  retries: 0,
};

const athena = mockClient(AthenaClient);
const bedrock = mockClient(BedrockClient);
const cloudFormation = mockClient(CloudFormationClient);
const lambda = mockClient(LambdaClient);
const sagemaker = mockClient(SageMakerClient);
const ssm = mockClient(SSMClient);
const stepFunctions = mockClient(SFNClient);
const sts = mockClient(STSClient);
const MOCKS = [athena, bedrock, cloudFormation, lambda, sagemaker, ssm, stepFunctions, sts];

const named = (name: string, message: string): Error => Object.assign(new Error(message), { name });
const payload = (value: unknown) => Buffer.from(JSON.stringify(value)) as never;
const stackArn = (name: string): string =>
  `arn:aws:cloudformation:us-east-1:${ACCOUNT}:stack/${name}/11111111-2222-3333-4444-555555555555`;

const OUTPUTS = {
  ReaperFunctionName: 'reaper',
  StateMachineArn: `arn:aws:states:us-east-1:${ACCOUNT}:stateMachine:fmpaths-dev-fine-tuning`,
  ModelParameter: '/fmpaths/dev/fine-tuning/model',
  FunctionName: 'answer',
  AthenaWorkgroup: 'w',
  AthenaDatabase: 'd',
  AthenaTable: 't',
};

/** Every stack of the project is deployed with these outputs. */
function deployed(outputs: Readonly<Record<string, string>> = OUTPUTS): void {
  cloudFormation.on(DescribeStacksCommand).callsFake(({ StackName = '' }: { readonly StackName?: string }) => {
    // cleanup asks by the id that a leftover carries, for a stack that is gone
    if (StackName.startsWith('arn:')) {
      return Promise.reject(named('ValidationError', `Stack with id ${StackName} does not exist`));
    }
    return Promise.resolve({
      Stacks: [
        {
          StackName,
          StackId: stackArn(StackName),
          StackStatus: 'UPDATE_COMPLETE',
          Outputs: Object.entries(outputs).map(([OutputKey, OutputValue]) => ({ OutputKey, OutputValue })),
        },
      ],
    });
  });
}

let root: string;
let regionsLooked: string[];

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'fmpaths-broken-'));
  for (const mock of MOCKS) mock.reset();
  deployed();
  lambda.on(InvokeCommand, { FunctionName: 'reaper' }).resolves({ Payload: payload({ removed: [], left: [] }) });
  // nothing that stops may need them
  lambda.on(GetFunctionConfigurationCommand).rejects(named('AccessDeniedException', 'no settings'));
  stepFunctions.on(StopExecutionCommand).resolves({});
  stepFunctions.on(DescribeExecutionCommand).resolves({ status: 'ABORTED', input: JSON.stringify({ runId: RUN }) });
  sts.on(GetCallerIdentityCommand).resolves({ Account: ACCOUNT });
  sagemaker.onAnyCommand().resolves({ TrainingJobSummaries: [] });
  ssm.on(GetParameterCommand).resolves({
    Parameter: {
      Value: JSON.stringify({
        hosted: [
          {
            kind: 'provisioned',
            modelArn: THROUGHPUT.provisionedModelArn,
            customModelArn: 'm',
            runId: RUN,
            publishedAt: '2026-10-01',
          },
        ],
      }),
    },
  });
  let gone = false;
  regionsLooked = [];
  bedrock.onAnyCommand().resolves({});
  bedrock.on(ListProvisionedModelThroughputsCommand).callsFake(async (_, getClient: () => BedrockClient) => {
    const region = await getClient().config.region();
    regionsLooked.push(region);
    return { provisionedModelSummaries: gone || region !== 'us-east-1' ? [] : [THROUGHPUT] };
  });
  bedrock.on(GetProvisionedModelThroughputCommand).resolves(THROUGHPUT);
  bedrock
    .on(ListTagsForResourceCommand)
    .resolves({ tags: [{ key: 'fmpaths-owner', value: stackArn('fmpaths-dev-fine-tuning') }] });
  bedrock.on(DeleteProvisionedModelThroughputCommand).callsFake(() => {
    gone = true;
    return Promise.resolve({});
  });
  athena.onAnyCommand().rejects(named('AccessDeniedException', 'Athena was asked'));
});

afterEach(() => rmSync(root, { recursive: true }));

const ordersOf = (functionName: string): unknown[] =>
  lambda
    .commandCalls(InvokeCommand)
    .filter(({ args }) => args[0].input.FunctionName === functionName)
    .map(({ args }) => JSON.parse(Buffer.from(args[0].input.Payload as Uint8Array).toString()) as unknown);

const deletions = (): unknown[] =>
  bedrock.commandCalls(DeleteProvisionedModelThroughputCommand).map(({ args }) => args[0].input.provisionedModelId);

type Cli = (...args: string[]) => ReturnType<typeof runCli>;

/** What every command must do whatever else is broken, by name. */
const COMMANDS: Readonly<Record<string, (cli: Cli) => Promise<void>>> = {
  unhost: async (cli) => {
    const { status, stdout } = await cli('unhost', 'fine-tuning');
    expect([status, stdout]).toEqual([0, 'Nothing had to be removed.\n']);
    expect(ordersOf('reaper')).toEqual([{ action: 'unhost', deleteModels: false }]);
  },
  'train --stop': async (cli) => {
    expect((await cli('train', 'fine-tuning', '--stop', RUN)).status).toBe(0);
    expect(stepFunctions.commandCalls(StopExecutionCommand)[0]?.args[0].input.executionArn).toBe(
      `arn:aws:states:us-east-1:${ACCOUNT}:execution:fmpaths-dev-fine-tuning:${RUN}`,
    );
    expect(ordersOf('reaper')).toEqual([{ action: 'stop', runId: RUN }]);
  },
  'cleanup --yes': async (cli) => {
    const { status, stdout, stderr } = await cli('cleanup', '--yes', '--format', 'json');
    // said before anything is removed
    expect(stderr).toMatch(
      /Left over: 1, .* a day.*\nremoving in us-east-1: throughput .*; USD a day: .*, by the hour until it is deleted\n/,
    );
    expect(deletions()).toEqual([THROUGHPUT.provisionedModelArn]);
    expect(JSON.parse(stdout)).toMatchObject({
      removed: [{ region: 'us-east-1', name: `throughput ${THROUGHPUT.provisionedModelName}` }],
      stillThere: [],
    });
    expect(status).toBe(0);
  },
  'host --status': async (cli) => {
    const { status, stdout } = await cli('host', 'fine-tuning', '--status');
    expect([status, stdout]).toEqual([0, expect.stringContaining(THROUGHPUT.provisionedModelArn)]);
  },
  run: async (cli) => {
    lambda.on(InvokeCommand, { FunctionName: 'answer' }).resolves({ Payload: payload(ANSWER) });
    const dataset = join(root, 'questions.jsonl');
    writeFileSync(dataset, '{"id":"q","question":"Why?"}\n');
    const { status } = await cli('run', 'prompt-only', '--dataset', dataset, '--out', join(root, 'out.jsonl'));
    expect(status).toBe(0);
    expect(ordersOf('answer')).toEqual([{ question: 'Why?' }]);
  },
  'bill --source athena': async (cli) => {
    const { stderr } = await cli('bill', '--from', '2026-09-01', '--until', '2026-09-02', '--source', 'athena');
    expect(cloudFormation.commandCalls(DescribeStacksCommand)[0]?.args[0].input.StackName).toBe(
      'fmpaths-dev-comparison',
    );
    expect(stderr).toContain('Athena was asked');
  },
};

describe.each(Object.entries(COMMANDS))('%s', (_, check) => {
  test.each(SCOPE_READABLE)('works with $name', async (broken) => {
    breakConfiguration(root, broken);
    // the Region is changed after the deployment: the user says where that is
    const moved = broken.name === 'a Region without models' ? ['--region', 'us-east-1'] : [];
    await check((...args) => runCli([...args, ...moved], { root }));
  });

  test.each(SCOPE_UNREADABLE)('works with $name, where options say which deployment', async (broken) => {
    breakConfiguration(root, broken);
    const options = ['--project', 'fmpaths', '--environment', 'dev', '--region', 'us-east-1', '--account', ACCOUNT];
    await check((...args) => runCli([...args, ...options], { root }));
  });

  test('works on a day on which every model has ended', async () => {
    breakConfiguration(root, UNBROKEN);
    await check((...args) => runCli(args, { root, now: '2035-01-01T00:00:00Z' }));
  });

  test('says which options to give where the file cannot be read, and asks AWS nothing', async () => {
    let stderr = '';
    await check(async (...args) => {
      const result = await runCli(args, { root });
      stderr = result.stderr;
      return result;
    }).catch(() => undefined);
    expect(stderr).toContain('cannot read config/environment.json: there is no such file');
    expect(stderr).toContain('--project P --environment E');
    expect(MOCKS.map((mock) => mock.calls().length)).toEqual(MOCKS.map(() => 0));
  });

  test('refuses the credentials of another account than the deployment’s, and names both', async () => {
    breakConfiguration(root, UNBROKEN);
    let result = { status: 0, stderr: '' };
    await check(async (...args) => (result = await runCli([...args, '--account', '999999999999'], { root }))).catch(
      () => undefined,
    );
    expect([result.status, result.stderr]).toEqual([
      2,
      expect.stringContaining(
        `the credentials are those of account ${ACCOUNT}, but the deployment is in account 999999999999`,
      ),
    ]);
    expect([...ordersOf('reaper'), ...ordersOf('answer'), ...deletions()]).toEqual([]);
    expect([...stepFunctions.calls(), ...athena.calls()]).toEqual([]);
  });
});

test('an option replaces its key of the file alone', async () => {
  breakConfiguration(root, SCOPE_READABLE[0] as never);
  await runCli(['unhost', 'fine-tuning', '--environment', 'prod'], { root });
  expect(cloudFormation.commandCalls(DescribeStacksCommand)[0]?.args[0].input.StackName).toBe(
    'fmpaths-prod-fine-tuning',
  );
});

test('bill takes no option of a deployment for a filter', async () => {
  const { status, stderr } = await runCli(['bill', '--from', '2026-09-01', '--until', '2026-09-02', '--region', 'x']);
  expect([status, stderr]).toEqual([2, expect.stringContaining("got '--source cost-explorer'")]);
});

const PROJECT = join(import.meta.dirname, '..', '..', '..');
const CATALOGUE = parseCatalogue(JSON.parse(readFileSync(join(PROJECT, 'config', 'models.json'), 'utf8')));

test('cleanup looks in every Region of the committed catalogue while the catalogue cannot be read', async () => {
  breakConfiguration(root, SCOPE_READABLE.find(({ name }) => name === 'no catalogue') as never);
  await runCli(['cleanup', '--check', '--region', 'ca-west-1,sa-east-1'], { root });
  const customised = Object.values(CATALOGUE.models).flatMap(({ customization }) => customization?.regions ?? []);
  expect(customised).not.toEqual([]);
  // those of Custom Model Import besides, and those asked for
  const expected = [...customised, 'us-east-1', 'us-east-2', 'us-west-2', 'eu-central-1', 'ca-west-1', 'sa-east-1'];
  expect(new Set(regionsLooked)).toEqual(new Set(expected));
});

test('the Regions of cleanup come on top of the file’s, and the first stands in where it has none', async () => {
  breakConfiguration(root, SCOPE_READABLE.find(({ name }) => name === 'a Region without models') as never);
  await runCli(['cleanup', '--check', '--region', 'ca-west-1'], { root });
  expect(regionsLooked).toEqual(expect.arrayContaining(['mx-central-1', 'ca-west-1']));
  regionsLooked = [];
  rmSync(join(root, 'config', 'environment.json'));
  const options = ['--project', 'fmpaths', '--environment', 'dev', '--region', 'ca-west-1,sa-east-1'];
  await runCli(['cleanup', '--check', ...options], { root });
  expect(regionsLooked).toEqual(expect.arrayContaining(['ca-west-1', 'sa-east-1']));
  expect(regionsLooked).not.toContain('mx-central-1');
});

const UNPRICED = SCOPE_READABLE.filter(({ name }) => /^(?:a|no) .*(?:catalogue|price book)/.test(name));

test.each(UNPRICED)('dollars are unknown with $name, and the file and the reason are named', async (broken) => {
  breakConfiguration(root, broken);
  const file = broken.name.includes('catalogue') ? 'models.json' : 'us-east-1.json';
  const cleanup = await runCli(['cleanup', '--check', '--format', 'json'], { root });
  const { resources, unpriced } = JSON.parse(cleanup.stdout) as { resources: object[]; unpriced: string[] };
  expect(resources).toMatchObject([{ kind: 'throughput', usdPerDay: null, leftOver: true }]);
  expect(unpriced).toEqual([expect.stringContaining(file)]);
  const status = await runCli(['host', 'fine-tuning', '--status'], { root });
  expect(status.stdout).toMatch(/an hour while idle, estimated +unknown$/m);
  for (const { stderr } of [cleanup, status]) {
    expect(stderr).toMatch(/^warning: dollars are unknown: .*config\/.*$/m);
    expect(stderr).toContain(file);
  }
});

const RECORDS = 'config/datasets/fine-tuning/train.jsonl';
const CHECK = ['dataset', 'check', join(PROJECT, RECORDS), '--for', 'fine-tuning', '--model', 'amazon.nova-lite-v1:0'];

test.each([
  ['estimate', '--explain'],
  ['recommend', '--format', 'json'],
  ['compare', '--no-bill'],
  ['prices', 'show'],
  ['prices', 'refresh', '--region', 'us-east-1', '--dry-run'],
  ['prices', 'diff', '--from', join(PROJECT, 'config', 'prices', 'us-east-1.json')],
  CHECK,
])('%s %s takes no price book of another Region', async (...args) => {
  breakConfiguration(root, SCOPE_READABLE.find(({ name }) => name === 'a price book of another Region') as never);
  const { status, stderr } = await runCli(args, { root });
  expect([status, stderr]).toEqual([
    2,
    "fmpaths: config/prices/us-east-1.json holds the prices of 'us-west-2': its region must be us-east-1\n",
  ]);
});

test.each([
  ['dataset check', CHECK],
  ['rehearse', ['rehearse', '--quick']],
])('%s says how to fetch the price book that there is not', async (_, args) => {
  breakConfiguration(root, SCOPE_READABLE.find(({ name }) => name === 'no price book') as never);
  const { status, stderr } = await runCli(args, { root });
  expect([status, stderr]).toEqual([
    2,
    expect.stringMatching(
      /^fmpaths: there is no (?:price book )?config\/prices\/us-east-1\.json.* 'npx fmpaths prices refresh --region us-east-1'\n$/,
    ),
  ]);
});

test('a price book that begins with a byte order mark is read', async () => {
  breakConfiguration(root, UNBROKEN);
  const price = { usd: 60, per: 'model-unit-hour', service: 's', source: 't', date: '2026-01-01', confidence: 'A' };
  const book = { region: 'us-east-1', prices: { 'amazon.nova-lite-v1:0/provisioned/no-commit': price } };
  writeFileSync(join(root, 'config', 'prices', 'us-east-1.json'), `\uFEFF${JSON.stringify(book)}`);
  const { stdout, stderr } = await runCli(['host', 'fine-tuning', '--status'], { root });
  // two units at $60
  expect([stdout, stderr]).toEqual([expect.stringMatching(/an hour while idle, estimated +\$120\.00$/m), '']);
});

test('unhost gives its order first, and says that the rest could not be shown', async () => {
  ssm.on(GetParameterCommand).rejects(named('AccessDeniedException', 'no registry'));
  const { status, stdout, stderr } = await runCli(['unhost', 'fine-tuning']);
  expect(ordersOf('reaper')).toHaveLength(1);
  expect([status, stdout]).toEqual([0, 'Nothing had to be removed.\n']);
  expect(stderr).toContain('what fine-tuning serves now could not be shown: AccessDeniedException: no registry');
});

test('unhost needs no other output than the reaper', async () => {
  deployed({ ReaperFunctionName: 'reaper' });
  const { status, stderr } = await runCli(['unhost', 'fine-tuning']);
  expect([status, ordersOf('reaper').length]).toEqual([0, 1]);
  expect(stderr).toContain('could not be shown');
});

test('without its reaper, the other ways to stop are named', async () => {
  deployed({});
  const { status, stderr } = await runCli(['unhost', 'fine-tuning']);
  expect([status, stderr]).toEqual([
    2,
    expect.stringMatching(/npx cdk destroy fine-tuning.*npx fmpaths cleanup --yes/),
  ]);
});

test('a run is stopped by the name of the workflow where the stack does not say its ARN', async () => {
  deployed({ ReaperFunctionName: 'reaper' });
  await COMMANDS['train --stop']?.((...args) => runCli(args));
});

test('a run is stopped and reaped where its input cannot be read', async () => {
  stepFunctions.on(DescribeExecutionCommand).rejects(named('AccessDeniedException', 'no'));
  expect((await runCli(['train', 'fine-tuning', '--stop', 'event_name'])).status).toBe(0);
  expect(stepFunctions.commandCalls(StopExecutionCommand)).toHaveLength(1);
  // EventBridge puts the id of its event first
  expect(ordersOf('reaper')).toEqual([{ action: 'stop', runId: 'event' }]);
});

test('what a run has made is removed although its execution cannot be stopped, which is reported', async () => {
  stepFunctions.on(StopExecutionCommand).rejects(named('KmsAccessDeniedException', 'no key'));
  stepFunctions.on(DescribeExecutionCommand).resolves({ status: 'RUNNING', input: JSON.stringify({ runId: RUN }) });
  const { status, stdout } = await runCli(['train', 'fine-tuning', '--stop', RUN]);
  expect(ordersOf('reaper')).toEqual([{ action: 'stop', runId: RUN }]);
  expect([status, stdout]).toEqual([
    1,
    expect.stringMatching(/STILL RUNNING.*no key.*aws stepfunctions stop-execution/),
  ]);
});

test('a run that has ended need not be stopped, and what it has made is removed', async () => {
  stepFunctions.on(StopExecutionCommand).rejects(named('ValidationException', 'it has ended'));
  expect((await runCli(['train', 'fine-tuning', '--stop', RUN])).status).toBe(0);
  expect(ordersOf('reaper')).toHaveLength(1);
});

test('a run that does not exist is refused, and nothing is removed', async () => {
  stepFunctions.on(StopExecutionCommand).rejects(named('ExecutionDoesNotExist', 'no'));
  expect(await runCli(['train', 'fine-tuning', '--stop', RUN])).toMatchObject({ status: 2 });
  expect(ordersOf('reaper')).toEqual([]);
});

test('an order that the reaper took and did not answer is no success', async () => {
  lambda.on(InvokeCommand, { FunctionName: 'reaper' }).resolves({ Payload: Buffer.from('') as never });
  expect(await runCli(['unhost', 'fine-tuning'])).toMatchObject({
    status: 1,
    stderr: expect.stringContaining("reaper took 'unhost' and did not say what came of it"),
  });
});
