import { BedrockClient, ListCustomModelsCommand, ListTagsForResourceCommand } from '@aws-sdk/client-bedrock';
import { SageMakerClient } from '@aws-sdk/client-sagemaker';
import { expect, test } from '@jest/globals';
import { mockClient } from 'aws-sdk-client-mock';
import { findByName, listCreated, unseenError } from '../../lib/lifecycle/inventory.ts';
import { RESOURCE_KINDS } from '../../lib/lifecycle/resource.ts';
import { account, error } from '../support/account.ts';
import { OWNER } from '../support/training-settings.ts';

test('every kind is listed with its owner; what the prefix does not begin is not asked for its own', async () => {
  const { clients, calls } = account(
    ...RESOURCE_KINDS.map((kind) => ({ kind, name: `acme-${kind}` })),
    { kind: 'custom-model', name: 'not-acme-model' },
    { kind: 'custom-model', name: 'acme-untagged', owner: undefined },
  );
  const { created, unseen } = await listCreated(clients, 'acme-', RESOURCE_KINDS);
  expect(created.map(({ kind, name, owner }) => [kind, name, owner])).toEqual([
    ...RESOURCE_KINDS.slice(0, 6).map((kind) => [kind, `acme-${kind}`, OWNER]),
    ['custom-model', 'acme-untagged', undefined],
    ['imported-model', 'acme-imported-model', OWNER],
  ]);
  expect(unseen).toEqual([]);
  expect(calls.filter((call) => call.includes('not-acme'))).toEqual([]);
});

test('jobs that are over are left out, and their tags are not asked for: there are more of them with every run', async () => {
  const { clients, calls } = account(
    ...['Completed', 'Failed', 'Stopped'].map((status) => ({
      kind: 'customization-job' as const,
      name: `acme-${status}`,
      status,
    })),
    { kind: 'training-job', name: 'acme-ending', status: 'Stopping' },
  );
  const { created } = await listCreated(clients, 'acme-', RESOURCE_KINDS);
  expect(created.map(({ name }) => name)).toEqual(['acme-ending']);
  expect(calls.filter((call) => call.startsWith('ListTags'))).toEqual(['ListTags arn:training-job/acme-ending']);
});

test('a list that is refused, or a tag that cannot be read, hides nothing else', async () => {
  const { clients, failing } = account(
    { kind: 'deployment', name: 'acme-a' },
    { kind: 'deployment', name: 'acme-b' },
    { kind: 'throughput', name: 'acme-c' },
  );
  failing.set('ListModelCustomizationJobs', error('AccessDeniedException'));
  failing.set('ListTagsForResource arn:deployment/acme-a', error('ThrottlingException', 'slow down'));
  const { created, unseen } = await listCreated(clients, 'acme-', RESOURCE_KINDS);
  expect(created.map(({ name }) => name)).toEqual(['acme-b', 'acme-c']);
  expect(unseen.map(({ what }) => what)).toEqual(['customization-job', 'deployment acme-a']);
  const told = unseenError(unseen);
  expect(told.name).toBe('AccessDeniedException');
  expect(told.message).toBe(
    'not all could be looked at: customization-job: AccessDeniedException; deployment acme-a: slow down',
  );
});

test('what a Region does not offer, nobody has there', async () => {
  const { clients, failing } = account({ kind: 'deployment', name: 'acme-a' });
  failing.set('ListImportedModels', error('UnknownOperationException'));
  expect((await listCreated(clients, 'acme-', RESOURCE_KINDS)).unseen).toEqual([]);
});

test('what goes between the list and the look at its tags is gone', async () => {
  const { clients, failing } = account({ kind: 'deployment', name: 'acme-a' });
  failing.set('ListTagsForResource', error('ResourceNotFoundException'));
  expect(await listCreated(clients, 'acme-', RESOURCE_KINDS)).toEqual({ created: [], unseen: [] });
});

test('all pages of a list are read, and one that repeats itself is not taken for the whole', async () => {
  const bedrock = mockClient(BedrockClient);
  const summary = (name: string) =>
    ({ modelSummaries: [{ modelArn: `arn:${name}`, modelName: name }] }) as never as Record<string, never>;
  bedrock
    .on(ListTagsForResourceCommand)
    .resolves({})
    .on(ListCustomModelsCommand)
    .resolves({ ...summary('acme-1'), nextToken: 'two' })
    .on(ListCustomModelsCommand, { nextToken: 'two' })
    .resolvesOnce(summary('acme-2'))
    .resolves({ nextToken: 'two' });
  const clients = { bedrock: new BedrockClient({}), sagemaker: new SageMakerClient({}) };
  const list = () => listCreated(clients, 'acme-', ['custom-model']);
  expect((await list()).created.map(({ name }) => name)).toEqual(['acme-1', 'acme-2']);
  expect(bedrock.commandCalls(ListCustomModelsCommand)[0]?.args[0].input).toEqual({
    nameContains: 'acme-',
    isOwned: true,
    maxResults: 1_000,
  });
  const { created, unseen } = await list();
  expect(created).toEqual([]);
  expect(unseenError(unseen).message).toContain('custom-model: a list repeats its page');
});

test.each(RESOURCE_KINDS)('a %s is found by its name before lists show it, whoever owns it', async (kind) => {
  const { clients } = account({ kind, name: 'acme-x', unlisted: true, owner: 'somebody' });
  expect((await listCreated(clients, 'acme-', [kind])).created).toEqual([]);
  expect(await findByName(clients, kind, 'acme-x')).toMatchObject({
    kind,
    arn: `arn:${kind}/acme-x`,
    name: 'acme-x',
    owner: 'somebody',
  });
  expect(await findByName(clients, kind, 'acme-y')).toBeNull();
});

test('a look-up that fails otherwise does not say that there is nothing', async () => {
  const { clients, failing } = account();
  failing.set('GetCustomModel', error('ThrottlingException', 'slow down'));
  await expect(findByName(clients, 'custom-model', 'acme-x')).rejects.toThrow('slow down');
});
