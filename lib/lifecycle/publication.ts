import { findByName, type LifecycleClients } from './inventory.ts';
import { isUnfinished, type LeaseStore, type RunLease } from './leases.ts';
import { withModel, type Registry } from './model-registry.ts';

export interface PublicationClients extends LifecycleClients {
  readonly leases: LeaseStore;
  readonly registry: Registry;
}

/** Finishes whatever runs have published and was cut off: before anything newer is decided, which must not be undone by it. */
export async function finishPublications(clients: PublicationClients, now: Date): Promise<void> {
  const { runs } = await clients.leases.all();
  for (const run of runs) if (isUnfinished(run)) await finishPublication(run, clients, now);
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

/**
 * Models of earlier runs lose their leave to exist, and the reaper removes them: at once, or with the throughput that serves them to
 * the end of its hours.
 */
async function retire(
  { publication }: RunLease,
  { leases, registry, ...clients }: PublicationClients,
  now: Date,
): Promise<void> {
  const model = publication?.leases.find(({ kind }) => kind === 'custom-model' || kind === 'imported-model');
  if (model === undefined) return;
  const { hosted } = await registry.read();
  for (const lease of (await leases.all()).leases) {
    if (lease.kind !== model.kind || lease.name === model.name || lease.published !== true) continue;
    const old = await findByName(clients, lease.kind, lease.name);
    const serving = hosted.find(({ customModelArn }) => customModelArn === old?.arn);
    if (serving !== undefined && serving.until === undefined) continue;
    await leases.put({ ...lease, until: lease.until ?? serving?.until ?? now.toISOString() });
  }
}
