import {
  CreateCustomModelDeploymentCommand,
  CreateModelCustomizationJobCommand,
  CreateProvisionedModelThroughputCommand,
  GetModelCustomizationJobCommand,
} from '@aws-sdk/client-bedrock';
import type { DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { expect, test } from '@jest/globals';
import { callerAccount, removeLeftovers, surveyRegion, type CleanupClients } from '../../lib/aws/cleanup.ts';
import { costTags } from '../../lib/deployment/tags.ts';
import { pathOfOwner, type OwnerScope } from '../../lib/lifecycle/owner.ts';
import {
  LITE,
  MINUTE_MS,
  TRAINING_PRICES,
  jobRequest,
  trainingBed,
  type TrainingBed,
} from '../support/simulated-training.ts';
import { ACCOUNT, REGION } from '../support/simulator.ts';

const UUID = '11111111-2222-3333-4444-555555555555';
const stackId = (name: string, region = REGION, account = ACCOUNT): string =>
  `arn:aws:cloudformation:${region}:${account}:stack/${name}/${UUID}`;
const OWN = stackId('fmpaths-test-fine-tuning');
const SCOPE: OwnerScope = { accountId: ACCOUNT, region: REGION, project: 'fmpaths', environment: 'test' };
const CATALOGUE = { models: { [LITE]: { customization: { tuningId: `${LITE}:300k` } } } } as never;
const PRICING = { catalogue: CATALOGUE, book: TRAINING_PRICES };

const tagsOf = (owner: string) =>
  Object.entries(
    costTags({ path: 'fine-tuning', component: 'training', project: 'fmpaths', environment: 'test', owner }),
  ).map(([key, value]) => ({ key, value }));

/** A stack's trained model, its deployment and its throughput. */
async function leaveBehind(bed: TrainingBed, name: string, owner: string): Promise<string> {
  const tags = tagsOf(owner);
  const { jobArn } = await bed.bedrock.send(
    new CreateModelCustomizationJobCommand({ ...jobRequest(name), jobTags: tags, customModelTags: tags }),
  );
  bed.clock.advanceBy(60 * MINUTE_MS);
  const { outputModelArn: modelArn } = await bed.bedrock.send(
    new GetModelCustomizationJobCommand({ jobIdentifier: jobArn }),
  );
  await bed.bedrock.send(
    new CreateCustomModelDeploymentCommand({ modelDeploymentName: `${name}-model`, modelArn, tags }),
  );
  bed.clock.advanceBy(60 * MINUTE_MS);
  return modelArn ?? '';
}

/** CloudFormation that knows stacks of these states, and a bucket with these objects. */
function clientsOf(
  bed: TrainingBed,
  stacks: Record<string, { StackStatus: string; Outputs?: object[] }> = {},
  objects: Record<string, object> = {},
): CleanupClients {
  return {
    bedrock: bed.bedrock,
    sagemaker: bed.sagemaker,
    cloudFormation: {
      send: (command: DescribeStacksCommand) => {
        const stack = stacks[command.input.StackName ?? ''];
        if (stack !== undefined) return Promise.resolve({ Stacks: [stack] });
        return Promise.reject(
          Object.assign(new Error(`Stack with id ${command.input.StackName ?? ''} does not exist`), {
            name: 'ValidationError',
          }),
        );
      },
    } as never,
    s3: {
      send: ({ input }: { input: { Prefix?: string; Key?: string } }) =>
        Promise.resolve(
          input.Prefix === undefined
            ? { Body: { transformToString: () => Promise.resolve(JSON.stringify(objects[input.Key ?? ''])) } }
            : {
                Contents: Object.keys(objects)
                  .filter((key) => key.startsWith(input.Prefix ?? ''))
                  .map((Key) => ({ Key })),
              },
        ),
    } as never,
  };
}

const survey = (bed: TrainingBed, clients: CleanupClients) => surveyRegion(clients, SCOPE, PRICING, bed.clock.now);

test('what a stack left that is gone is listed with dollars a day, removed in order and then gone', async () => {
  const bed = await trainingBed();
  const modelId = await leaveBehind(bed, 'fmpaths-test-fine-tuning-run1', OWN);
  await bed.bedrock.send(
    new CreateProvisionedModelThroughputCommand({
      provisionedModelName: 'fmpaths-test-fine-tuning-model',
      modelId,
      modelUnits: 2,
      tags: tagsOf(OWN),
    }),
  );
  bed.clock.advanceBy(60 * MINUTE_MS);
  const clients = clientsOf(bed);
  const { stacks, unseen } = await survey(bed, clients);
  expect(unseen).toEqual([]);
  const [stack] = stacks;
  expect(stack).toMatchObject({ owner: OWN, path: 'fine-tuning', state: 'gone', inService: [] });
  expect(stack?.leftovers.map(({ resource, usdPerDay }) => [resource.kind, usdPerDay])).toEqual([
    ['deployment', 0],
    // two units at $60 an hour
    ['throughput', 2 * 60 * 24],
    // $3 a month of 365 / 12 days
    ['custom-model', expect.closeTo((3 * 12) / 365)],
  ]);
  const removal = await removeLeftovers(clients, stack as never, SCOPE, {
    now: bed.clock.now,
    sleep: (milliseconds) => {
      bed.clock.advanceBy(milliseconds);
      return Promise.resolve();
    },
    budgetMs: 15 * MINUTE_MS,
  });
  expect(removal.left).toEqual([]);
  expect(removal.removed.map(({ kind }) => kind).sort()).toEqual(['custom-model', 'deployment', 'throughput']);
  expect(bed.simulator.control.leftovers()).toEqual([]);
  expect((await survey(bed, clients)).stacks).toEqual([]);
});

const LOOK_ALIKES: readonly (readonly [string, string])[] = [
  ['another project', stackId('fmpaths2-test-fine-tuning')],
  ['another environment', stackId('fmpaths-testing-fine-tuning')],
  ['a longer name', stackId('fmpaths-test-fine-tuning-2')],
  ['a path that is none', stackId('fmpaths-test-fine')],
  ['another account', stackId('fmpaths-test-fine-tuning', REGION, '999999999999')],
  ['another Region', stackId('fmpaths-test-fine-tuning', 'eu-west-1')],
  ['the name alone', 'fmpaths-test-fine-tuning'],
  ['an id that is cut', OWN.slice(0, -1)],
  ['an id with something behind it', `${OWN}x`],
  ['another service', OWN.replace('cloudformation', 'cloudfront')],
];

test.each(LOOK_ALIKES)('the owner of a look-alike is nobody of ours: %s', (_, owner) => {
  expect(pathOfOwner(OWN, SCOPE)).toBe('fine-tuning');
  expect(pathOfOwner(owner, SCOPE)).toBeUndefined();
  expect(pathOfOwner(undefined, SCOPE)).toBeUndefined();
});

test('look-alikes are neither listed nor touched when everything of ours is removed', async () => {
  const bed = await trainingBed({ quotas: { deployments: 20 } });
  for (const [index, [, owner]] of LOOK_ALIKES.entries()) {
    // the names are the very ones that a stack of ours gives
    await leaveBehind(bed, `fmpaths-test-fine-tuning-look${index}`, owner);
  }
  await leaveBehind(bed, 'fmpaths-test-fine-tuning-own1', OWN);
  const before = bed.simulator.control.leftovers().length;
  const clients = clientsOf(bed);
  const { stacks } = await survey(bed, clients);
  expect(stacks.map(({ owner }) => owner)).toEqual([OWN]);
  const [stack] = stacks;
  const { removed } = await removeLeftovers(clients, stack as never, SCOPE, {
    now: bed.clock.now,
    sleep: (milliseconds) => {
      bed.clock.advanceBy(milliseconds);
      return Promise.resolve();
    },
    budgetMs: 15 * MINUTE_MS,
  });
  expect(removed.map(({ name }) => name).sort()).toEqual([
    'fmpaths-test-fine-tuning-own1',
    'fmpaths-test-fine-tuning-own1-model',
  ]);
  expect(bed.simulator.control.leftovers()).toHaveLength(before - 2);
});

test('what the leases of a deployed stack let stay is in service, the rest is left over', async () => {
  const bed = await trainingBed();
  const name = 'fmpaths-test-fine-tuning-run1';
  await leaveBehind(bed, name, OWN);
  const lease = { kind: 'custom-model', name, runId: 'r', writtenAt: bed.clock.now().toISOString(), published: true };
  const Outputs = [
    { OutputKey: 'TrainingBucket', OutputValue: 'bucket' },
    { OutputKey: 'ReaperFunctionName', OutputValue: 'reaper' },
  ];
  const clients = clientsOf(
    bed,
    { [OWN]: { StackStatus: 'UPDATE_COMPLETE', Outputs } },
    { [`control/leases/custom-model/${name}.json`]: lease },
  );
  const { stacks } = await survey(bed, clients);
  expect(stacks).toMatchObject([
    {
      state: 'deployed',
      reaper: 'reaper',
      leftovers: [{ resource: { kind: 'deployment' } }],
      inService: [{ resource: { kind: 'custom-model' } }],
    },
  ]);
});

test.each([
  ['CREATE_IN_PROGRESS', 'deployed', 0],
  ['DELETE_IN_PROGRESS', 'deleting', 2],
  ['DELETE_FAILED', 'gone', 2],
  ['ROLLBACK_COMPLETE', 'gone', 2],
])('of a stack that is %s, which counts as %s, %d things are left over', async (StackStatus, state, count) => {
  const bed = await trainingBed();
  await leaveBehind(bed, 'fmpaths-test-fine-tuning-run1', OWN);
  const { stacks } = await survey(bed, clientsOf(bed, { [OWN]: { StackStatus } }));
  expect(stacks.map((stack) => [stack.state, stack.leftovers.length])).toEqual([[state, count]]);
});

test('a list that fails is unknown, not empty; without an identity nothing is looked at', async () => {
  const bed = await trainingBed();
  const failing = (name: string, message = 'no'): CleanupClients => ({
    ...clientsOf(bed),
    sagemaker: { send: () => Promise.reject(Object.assign(new Error(message), { name })) },
  });
  expect((await survey(bed, failing('AccessDeniedException'))).unseen).toEqual([
    { what: 'training-job', reason: 'AccessDeniedException: no' },
  ]);
  // the page of a gateway is a part of a sentence too
  expect((await survey(bed, failing('BadGateway', '<html>\n  <b>502</b>.\n'))).unseen).toEqual([
    { what: 'training-job', reason: 'BadGateway: <html> <b>502</b>' },
  ]);
  for (const name of ['ExpiredTokenException', 'CredentialsProviderError', 'InvalidSignatureException']) {
    await expect(survey(bed, failing(name))).rejects.toMatchObject({ name });
  }
});

test('what a resource costs being unknown does not hide the resource', async () => {
  const bed = await trainingBed();
  const clients = clientsOf(bed);
  const modelArn = 'arn:aws:bedrock:us-east-1:111122223333:imported-model/0123456789ab';
  const send = (command: { readonly input: object }): Promise<unknown> => {
    switch (command.constructor.name) {
      case 'ListImportedModelsCommand':
        return Promise.resolve({ modelSummaries: [{ modelArn, modelName: 'fmpaths-test-fine-tuning-a' }] });
      case 'ListTagsForResourceCommand':
        return Promise.resolve({ tags: tagsOf(OWN) });
      case 'GetImportedModelCommand':
        return Promise.reject(Object.assign(new Error('slow down'), { name: 'ThrottlingException' }));
      default:
        return bed.bedrock.send(command as never);
    }
  };
  const { stacks } = await survey(bed, { ...clients, bedrock: { send } as never });
  expect(stacks[0]?.leftovers).toMatchObject([
    {
      resource: { kind: 'imported-model', name: 'fmpaths-test-fine-tuning-a' },
      usdPerDay: null,
      bills: { code: 'unknown', values: { reason: 'ThrottlingException: slow down' } },
    },
  ]);
});

test('an unknown price is unknown and no zero', async () => {
  const bed = await trainingBed();
  await leaveBehind(bed, 'fmpaths-test-fine-tuning-run1', OWN);
  const { stacks } = await surveyRegion(clientsOf(bed), SCOPE, { catalogue: CATALOGUE }, bed.clock.now);
  expect(stacks[0]?.leftovers.map(({ resource, usdPerDay }) => [resource.kind, usdPerDay])).toEqual([
    ['deployment', 0],
    ['custom-model', null],
  ]);
});

test('credentials of another account are refused before anything is listed', async () => {
  const sts = { send: () => Promise.resolve({ Account: ACCOUNT }) } as never;
  expect(await callerAccount(sts, {})).toBe(ACCOUNT);
  await expect(callerAccount(sts, { account: '999999999999' })).rejects.toThrow(
    `the credentials are those of account ${ACCOUNT}, but the deployment is in account 999999999999`,
  );
});
