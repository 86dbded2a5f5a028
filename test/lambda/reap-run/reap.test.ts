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
import { ListExecutionsCommand, SFNClient } from '@aws-sdk/client-sfn';
import { ListTrainingJobsCommand, SageMakerClient } from '@aws-sdk/client-sagemaker';
import { beforeEach, expect, test } from '@jest/globals';
import { mockClient } from 'aws-sdk-client-mock';
import { endLostRuns } from '../../../lambda/reap-run/lost-runs.ts';
import { deleteAll, type StackDeletion } from '../../../lambda/reap-run/stack-deletion.ts';
import { OWNER, SETTINGS, leasesInMemory } from '../training-settings.ts';

const bedrock = mockClient(BedrockClient);
const sagemaker = mockClient(SageMakerClient);
const stepFunctions = mockClient(SFNClient);
mockClient(EventBridgeClient);

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
