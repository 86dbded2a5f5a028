import { beforeEach, expect, test } from '@jest/globals';
import { leaseStore, type Lease, type LeaseStore } from '../../lib/lifecycle/leases.ts';
import { RESOURCE_KINDS } from '../../lib/lifecycle/resource.ts';
import { isHeld, needsWatching, sweep, type SweepMode, type SweepReport } from '../../lib/lifecycle/sweep.ts';
import { account, error, type Account, type Thing } from '../support/account.ts';
import { objectStorage } from '../support/object-storage.ts';
import { OWNER } from '../support/training-settings.ts';

const START = new Date('2026-11-01T09:00:00Z');
const MINUTE_MS = 60_000;
const HOST = 'acme-dev-fine-tuning-model';

let time: Date;
let leases: LeaseStore;

beforeEach(() => {
  time = START;
  leases = leaseStore(
    objectStorage(
      () => time,
      () => undefined,
    ).client as never,
    'training',
  );
});

const after = (minutes: number): string => new Date(START.getTime() + minutes * MINUTE_MS).toISOString();

const swept = (
  { clients }: Account,
  mode: SweepMode = 'orphans',
  wait: () => void = () => undefined,
): Promise<SweepReport> =>
  sweep({
    clients,
    leases,
    owner: OWNER,
    namePrefix: 'acme-dev-fine-tuning',
    kinds: RESOURCE_KINDS,
    now: () => time,
    sleep: (milliseconds) => {
      time = new Date(time.getTime() + milliseconds);
      wait();
      return Promise.resolve();
    },
    budgetMs: 10 * MINUTE_MS,
    mode,
  });

const leased = async (thing: Pick<Thing, 'kind' | 'name'>, more: Partial<Lease> = {}): Promise<void> =>
  leases.put({ ...thing, runId: 'run', writtenAt: after(-60), ...more });

const deployment = (modelArn: string): Thing => ({ kind: 'deployment', name: HOST, modelArn });
const model = (run: string): Thing => ({ kind: 'custom-model', name: `acme-dev-fine-tuning-${run}` });
const arn = (run: string): string => `arn:custom-model/acme-dev-fine-tuning-${run}`;

test('what has no lease goes, the deployment before its model; what has one, and what others own, stays', async () => {
  const cloud = account(
    model('old'),
    deployment(arn('old')),
    { ...model('kept') },
    { ...model('of-another'), owner: `${OWNER}2` },
    { ...model('of-nobody'), owner: undefined },
  );
  await leased(model('kept'), { published: true });
  const { removed, left, watching } = await swept(cloud);
  expect(removed.map(({ name }) => name)).toEqual([HOST, 'acme-dev-fine-tuning-old']);
  expect([left, watching]).toEqual([[], false]);
  expect(cloud.things()).toEqual(['kept', 'of-another', 'of-nobody'].map(arn));
});

test('on the deletion of the stack no lease counts, and still nothing of others goes', async () => {
  const cloud = account(model('kept'), { ...model('of-another'), owner: `${OWNER}2` });
  await leased(model('kept'), { published: true });
  expect((await swept(cloud, 'all')).removed.map(({ name }) => name)).toEqual(['acme-dev-fine-tuning-kept']);
  expect(cloud.things()).toEqual([arn('of-another')]);
});

test('throughput that lists do not show yet is found by the name in its lease, and goes at its end', async () => {
  const cloud = account({ kind: 'throughput', name: HOST, unlisted: true });
  await leases.openRun({ runId: 'run', expiresAt: after(60) });
  await leased({ kind: 'throughput', name: HOST }, { published: true, until: after(0) });
  expect((await swept(cloud)).removed.map(({ kind }) => kind)).toEqual(['throughput']);
});

test('what cannot be looked at keeps nothing else from being removed, and then is an error', async () => {
  const cloud = account({ kind: 'throughput', name: HOST });
  await leased(model('unknown'));
  cloud.failing.set('ListTrainingJobs', error('AccessDeniedException', 'not allowed'));
  cloud.failing.set('GetCustomModel', error('ValidationException', 'what is that'));
  await expect(swept(cloud)).rejects.toMatchObject({
    name: 'AccessDeniedException',
    message:
      'not all could be looked at: training-job: not allowed; custom-model acme-dev-fine-tuning-unknown: what is that',
  });
  expect(cloud.things()).toEqual([]);
});

test('a swap that a failed run has left is set back, so that its model can go', async () => {
  const cloud = account(model('old'), model('failed'), deployment(arn('failed')));
  await leased(model('old'), { published: true });
  await leased(deployment(''), { published: true, modelArn: arn('old') });
  expect((await swept(cloud)).removed.map(({ name }) => name)).toEqual(['acme-dev-fine-tuning-failed']);
  expect(cloud.thing(HOST)?.modelArn).toBe(arn('old'));
});

test('a swap is not set back while a run is under way: it may be its own', async () => {
  const cloud = account(model('old'), model('new'), deployment(arn('new')));
  await leases.openRun({ runId: 'run', expiresAt: after(60) });
  await leased(model('old'), { published: true, runId: 'before' });
  await leased(model('new'));
  await leased(deployment(''), { published: true, runId: 'before', modelArn: arn('old') });
  await swept(cloud);
  expect(cloud.thing(HOST)?.modelArn).toBe(arn('new'));
});

test('a deployment of somebody else that has taken the name is not set back', async () => {
  const cloud = account({ ...deployment('arn:their-model'), owner: `${OWNER}2` });
  await leased(deployment(''), { published: true, modelArn: arn('old') });
  await swept(cloud);
  expect(cloud.calls.filter((call) => /^(?:Update|Delete)/.test(call))).toEqual([]);
});

test('a swap that cannot be set back keeps nothing else from being removed', async () => {
  const cloud = account(deployment(arn('failed')), { kind: 'throughput', name: 'acme-dev-fine-tuning-lost' });
  await leased(deployment(''), { published: true, modelArn: arn('old') });
  cloud.failing.set('UpdateCustomModelDeployment', error('AccessDeniedException', 'not allowed'));
  await expect(swept(cloud)).rejects.toThrow(`deployment ${HOST}: not allowed`);
  expect(cloud.things()).toEqual([`arn:deployment/${HOST}`]);
});

test('an import that ends after its run is watched until its model may no longer turn up', async () => {
  const job: Thing = { kind: 'import-job', name: 'acme-dev-fine-tuning-run' };
  const imported: Thing = { kind: 'imported-model', name: 'acme-dev-fine-tuning-run' };
  // stopped an hour ago, and AWS has no way to stop an import
  await leases.openRun({ runId: 'run', expiresAt: after(600), revokedAt: after(-60) });
  await leased(job);
  await leased(imported);
  expect(await swept(account(job))).toMatchObject({ left: [{ reason: 'it is still InProgress' }], watching: true });
  // completed, and the model is not seen yet
  expect(await swept(account({ ...job, status: 'Completed' }))).toMatchObject({ left: [], watching: true });
  expect((await swept(account({ ...imported, unlisted: true }))).removed.map(({ kind }) => kind)).toEqual([
    'imported-model',
  ]);
  // 30 minutes after the last that was found
  time = new Date(time.getTime() + 31 * MINUTE_MS);
  expect(await needsWatching(leases, time)).toBe(false);
  expect(await leases.all()).toEqual({ runs: [], leases: [] });
});

test('a commitment is not waited for, nor the model that it holds', async () => {
  const committedUntil = new Date(after(24 * 60));
  const cloud = account(model('a'), { kind: 'throughput', name: HOST, modelArn: arn('a'), committedUntil });
  const { left } = await swept(cloud);
  expect(left.map(({ reason }) => reason)).toEqual([
    `its commitment cannot be ended before ${committedUntil.toISOString()}`,
    'ConflictException: it is served',
  ]);
  expect(time).toEqual(START);
});

test('a commitment that ends within the sweep is asked to go until it does: AWS renews what is not deleted', async () => {
  const committedUntil = new Date(after(5));
  const cloud = account({ kind: 'throughput', name: HOST, committedUntil });
  cloud.failing.set('DeleteProvisioned', error('ValidationException', 'committed'));
  const { removed } = await swept(cloud, 'orphans', () => {
    if (time > committedUntil) cloud.failing.clear();
  });
  expect(removed.map(({ kind }) => kind)).toEqual(['throughput']);
  // the longest wait between two requests is half a minute
  expect(time.getTime() - committedUntil.getTime()).toBeLessThanOrEqual(30_000 * 2);
});

test('only commitments and the models beside them are held: anything else is waited for', () => {
  const resource = (kind: Thing['kind'], committedUntil?: Date) => ({
    kind,
    arn: 'arn',
    name: 'name',
    status: 'Active',
    owner: OWNER,
    committedUntil,
  });
  const committed = resource('throughput', new Date(after(60)));
  expect(isHeld([], START)).toBe(true);
  expect(isHeld([committed, resource('custom-model')], START)).toBe(true);
  expect(isHeld([resource('custom-model')], START)).toBe(false);
  expect(isHeld([committed, resource('deployment')], START)).toBe(false);
  expect(isHeld([committed], new Date(after(60)))).toBe(false);
});

test('what is published without an end need not be watched; what has an end must be, and so must a run', async () => {
  await leased(model('kept'), { published: true });
  expect(await needsWatching(leases, START)).toBe(false);
  await leased({ kind: 'throughput', name: HOST }, { published: true, until: after(600) });
  expect(await needsWatching(leases, START)).toBe(true);
  await leases.remove({ kind: 'throughput', name: HOST, runId: 'run', writtenAt: '' });
  await leases.openRun({ runId: 'run', expiresAt: after(60) });
  expect(await needsWatching(leases, START)).toBe(true);
});
