import { findByName, type LifecycleClients } from '../../lib/lifecycle/inventory.ts';
import type { LeaseStore, RunLease } from '../../lib/lifecycle/leases.ts';
import { withModel, type Registry } from './model-registry.ts';

export interface PublicationClients extends LifecycleClients {
  readonly leases: LeaseStore;
  readonly registry: Registry;
}

/** Does what a run has decided to publish, from wherever the last attempt came to. May be repeated at any moment. */
export async function finishPublication(run: RunLease, clients: PublicationClients, now: Date): Promise<void> {
  const { publication, runId } = run;
  if (publication === undefined || publication.finishedAt !== undefined) return;
  const { leases, registry } = clients;
  for (const lease of publication.leases) await leases.put(lease);
  if (publication.hosted !== undefined) await registry.write(withModel(await registry.read(), publication.hosted));
  if (publication.replaces) await retire(run, clients, now);
  await leases.changeRun(runId, (lease) =>
    lease.publication === undefined
      ? undefined
      : { ...lease, publication: { ...lease.publication, finishedAt: now.toISOString() } },
  );
}

/** Models of earlier runs that nothing published serves any more lose their leave to exist: the reaper removes them. */
async function retire(
  { publication }: RunLease,
  { leases, registry, ...clients }: PublicationClients,
  now: Date,
): Promise<void> {
  const model = publication?.leases.find(({ kind }) => kind === 'custom-model' || kind === 'imported-model');
  if (model === undefined) return;
  const { hosted } = await registry.read();
  const serving = new Set(hosted.map(({ customModelArn }) => customModelArn));
  for (const lease of (await leases.all()).leases) {
    if (lease.kind !== model.kind || lease.name === model.name || lease.published !== true) continue;
    const old = await findByName(clients, lease.kind, lease.name);
    if (old !== null && serving.has(old.arn)) continue;
    await leases.put({ ...lease, until: lease.until ?? now.toISOString() });
  }
}
