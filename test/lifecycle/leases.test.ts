import { beforeEach, expect, test } from '@jest/globals';
import {
  isForgotten,
  isLive,
  isRunLive,
  leaseStore,
  type Lease,
  type LeaseStore,
  type RunLease,
} from '../../lib/lifecycle/leases.ts';
import { objectStorage, type ObjectStorage } from '../support/object-storage.ts';

const NOW = new Date('2026-11-01T09:00:00Z');
const RUN: RunLease = { runId: 'run', expiresAt: '2026-11-01T10:00:00.000Z' };
const LEASE: Lease = { kind: 'throughput', name: 'acme-model', runId: 'run', writtenAt: '2026-11-01T08:00:00.000Z' };

let storage: ObjectStorage;
let leases: LeaseStore;

beforeEach(() => {
  storage = objectStorage(
    () => NOW,
    () => undefined,
  );
  leases = leaseStore(storage.client as never, 'training');
});

test('a run is opened once: what was revoked does not come to life again', async () => {
  expect(await leases.openRun(RUN)).toBe(true);
  await leases.changeRun('run', (run) => ({ ...run, revokedAt: NOW.toISOString() }));
  expect(await leases.openRun(RUN)).toBe(false);
  expect(isRunLive(await leases.run('run'), NOW)).toBe(false);
});

test('of two that change a run at once, neither is lost', async () => {
  await leases.openRun(RUN);
  const publication = { leases: [], replaces: false };
  let interrupted = false;
  await leases.changeRun('run', (run) => {
    if (!interrupted) {
      interrupted = true;
      // another writer between this read and this write
      storage.put('training', 'control/runs/run.json', JSON.stringify({ ...run, publication }));
    }
    return { ...run, revokedAt: NOW.toISOString() };
  });
  expect(await leases.run('run')).toEqual({ ...RUN, publication, revokedAt: NOW.toISOString() });
});

test('a run that never was is not made by changing it, and one that need not change is not written', async () => {
  expect(await leases.changeRun('nobody', (run) => run)).toBeNull();
  await leases.openRun(RUN);
  const versions = storage.versions('training');
  expect(await leases.changeRun('run', () => undefined)).toEqual(RUN);
  expect(storage.versions('training')).toBe(versions);
});

test('the fence stays up once it is put up', async () => {
  expect(await leases.isFenced()).toBe(false);
  await leases.fence(NOW);
  await leases.fence(NOW);
  expect(await leases.isFenced()).toBe(true);
});

test('leases of one name and two kinds are two, and are removed one by one', async () => {
  const model: Lease = { ...LEASE, kind: 'custom-model' };
  await leases.put(LEASE);
  await leases.put(model);
  await leases.remove(LEASE);
  expect(await leases.get('throughput', 'acme-model')).toBeNull();
  expect((await leases.all()).leases).toEqual([model]);
});

test('all leases are read, however many pages they fill', async () => {
  for (let index = 0; index < 1_001; index++) {
    storage.put('training', `control/runs/${index}.json`, JSON.stringify({ ...RUN, runId: String(index) }));
  }
  expect((await leases.all()).runs).toHaveLength(1_001);
});

test('a lease that cannot be read hides no other: its model stays, and what bills by the hour goes', async () => {
  await leases.put(LEASE);
  const put = (key: string): void => storage.put('training', `control/${key}`, '{"kind": "thr');
  ['leases/throughput/acme-b.json', 'leases/custom-model/acme-c.json', 'leases/notes/x.json', 'runs/x.json'].map(put);
  const { runs, leases: all } = await leases.all();
  expect(runs).toEqual([]);
  expect(all.map(({ kind, name }) => [kind, name])).toEqual([
    ['custom-model', 'acme-c'],
    ['throughput', 'acme-b'],
    ['throughput', 'acme-model'],
  ]);
  expect(all.map((lease) => isLive(lease, new Map([['run', RUN]]), NOW))).toEqual([true, false, true]);
});

test('a run whose lease cannot be read creates nothing, and the error says which object it is', async () => {
  storage.put('training', 'control/runs/run.json', 'no JSON');
  await expect(leases.run('run')).rejects.toThrow(
    's3://training/control/runs/run.json is no JSON: delete it, or restore its version before',
  );
});

test('a bucket that refuses to answer is not one without leases', async () => {
  const refused = objectStorage(
    () => NOW,
    () => 'denied',
  );
  await expect(leaseStore(refused.client as never, 'training').all()).rejects.toMatchObject({
    name: 'AccessDeniedException',
  });
});

const live = (lease: Partial<Lease>, run?: Partial<RunLease>): boolean =>
  isLive({ ...LEASE, ...lease }, new Map(run === undefined ? [] : [['run', { ...RUN, ...run }]]), NOW);
const publication = (finishedAt?: string) => ({
  publication: { leases: [LEASE], replaces: false, finishedAt },
  revokedAt: '2026-11-01T08:30:00Z',
});

test.each<[string, boolean, boolean]>([
  ['while its run may create', live({}, {}), true],
  ['not when its run is over', live({}, { revokedAt: '2026-11-01T08:30:00Z' }), false],
  ['not at the very end of its run', live({}, { expiresAt: NOW.toISOString() }), false],
  ['not of a run that nobody knows', live({}), false],
  ['when it is published, whatever became of its run', live({ published: true }), true],
  ['not at its own end, published or not', live({ published: true, until: NOW.toISOString() }), false],
  ['a second before its own end', live({ published: true, until: '2026-11-01T09:00:01Z' }), true],
  ['while its run is publishing it', live({}, publication()), true],
  ['not when its run has published something else', live({ name: 'acme-other' }, publication()), false],
  ['not by a publication that is finished: the lease says so itself then', live({}, publication('at')), false],
])('a thing may exist %s', (_, actual, expected) => {
  expect(actual).toBe(expected);
});

const forgotten = (lease: Partial<Lease>, run?: Partial<RunLease>): boolean =>
  isForgotten({ ...LEASE, ...lease }, new Map(run === undefined ? [] : [['run', { ...RUN, ...run }]]), NOW);

test.each<[string, boolean, boolean]>([
  ['30 minutes after its run ended', forgotten({}, { revokedAt: '2026-11-01T08:30:00Z' }), false],
  ['a moment later', forgotten({}, { revokedAt: '2026-11-01T08:29:59Z' }), true],
  ['while its run may go on', forgotten({}, {}), false],
  ['30 minutes after its own end', forgotten({ until: '2026-11-01T08:30:00Z' }), false],
  ['long after it was written, of a run that nobody knows', forgotten({}), true],
  [
    'shortly after something of its run was found',
    forgotten({}, { revokedAt: '2026-11-01T01:00:00Z', foundAt: '2026-11-01T08:45:00Z' }),
    false,
  ],
  ['while its run is publishing', forgotten({}, { ...publication(), revokedAt: '2026-11-01T01:00:00Z' }), false],
])('whether a name is forgotten %s', (_, actual, expected) => {
  expect(actual).toBe(expected);
});
