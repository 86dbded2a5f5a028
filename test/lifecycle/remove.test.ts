import { expect, test } from '@jest/globals';
import { requestRemoval } from '../../lib/lifecycle/remove.ts';
import { RESOURCE_KINDS, type CreatedResource, type ResourceKind } from '../../lib/lifecycle/resource.ts';
import { account, error } from '../support/account.ts';
import { OWNER } from '../support/training-settings.ts';

const NOW = new Date('2026-11-01T09:00:00Z');

const resource = (kind: ResourceKind, more: Partial<CreatedResource> = {}): CreatedResource => ({
  kind,
  arn: `arn:${kind}/acme`,
  name: 'acme',
  status: kind.endsWith('-job') ? 'InProgress' : 'Active',
  owner: OWNER,
  ...more,
});

test('jobs are stopped, hosting and models are deleted, and an import can only be waited for', async () => {
  const { clients, calls } = account(...RESOURCE_KINDS.map((kind) => ({ kind, name: 'acme' })));
  for (const kind of RESOURCE_KINDS) expect(await requestRemoval(clients, resource(kind), NOW)).toBeUndefined();
  expect(calls).toEqual([
    'StopModelCustomizationJob arn:customization-job/acme',
    'StopTrainingJob acme',
    'DeleteCustomModelDeployment arn:deployment/acme',
    'DeleteProvisionedModelThroughput arn:throughput/acme',
    'DeleteCustomModel arn:custom-model/acme',
    'DeleteImportedModel arn:imported-model/acme',
  ]);
});

test.each<[ResourceKind, string]>([
  ['customization-job', 'Stopping'],
  ['training-job', 'Stopping'],
  ['custom-model', 'Deleting'],
  ['import-job', 'InProgress'],
])('a %s that is %s is not asked again', async (kind, status) => {
  const { clients, calls } = account();
  expect(await requestRemoval(clients, resource(kind, { status }), NOW)).toBeUndefined();
  expect(calls).toEqual([]);
});

test('throughput that is still being made refuses, and the reason is told', async () => {
  const { clients, failing } = account({ kind: 'throughput', name: 'acme' });
  failing.set('DeleteProvisioned', error('ConflictException', 'it is being created'));
  expect(await requestRemoval(clients, resource('throughput', { status: 'Creating' }), NOW)).toMatchObject({
    reason: 'ConflictException: it is being created',
  });
});

test('what is gone already is no obstacle', async () => {
  expect(await requestRemoval(account().clients, resource('throughput'), NOW)).toBeUndefined();
});

test.each([
  // AWS renews a commitment by itself, so it is asked from an hour before on
  ['2026-11-01T10:00:00Z', ['DeleteProvisionedModelThroughput arn:throughput/acme']],
  ['2026-11-01T10:00:01Z', []],
])('a commitment until %s is asked for %j at nine', async (end, asked) => {
  const { clients, calls } = account({ kind: 'throughput', name: 'acme' });
  const obstacle = await requestRemoval(clients, resource('throughput', { committedUntil: new Date(end) }), NOW);
  expect(calls).toEqual(asked);
  expect(obstacle === undefined).toBe(asked.length > 0);
});
