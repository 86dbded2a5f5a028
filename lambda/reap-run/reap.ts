import { DisableRuleCommand, EnableRuleCommand, type EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { findByName, type LifecycleClients } from '../../lib/lifecycle/inventory.ts';
import { HOST_KINDS, type LeaseStore, type RunLease } from '../../lib/lifecycle/leases.ts';
import type { Obstacle } from '../../lib/lifecycle/remove.ts';
import type { CreatedResource, ResourceKind } from '../../lib/lifecycle/resource.ts';
import { needsWatching, sweep, type SweepReport } from '../../lib/lifecycle/sweep.ts';
import type { Registry } from '../shared/model-registry.ts';
import { finishPublications } from '../shared/publication.ts';
import { RunError, type HostedModel } from '../shared/training-run.ts';
import { namePrefix } from '../../lib/lifecycle/names.ts';
import type { TrainingSettings } from '../shared/training-settings.ts';

interface ReapClients extends LifecycleClients {
  readonly events: Pick<EventBridgeClient, 'send'>;
  readonly leases: LeaseStore;
  readonly registry: Registry;
}

export interface Reaper {
  readonly settings: TrainingSettings;
  readonly clients: ReapClients;
  readonly now: () => Date;
  readonly sleep: (milliseconds: number) => Promise<void>;
}

/** What Step Functions puts beside the run where a step failed. */
export interface StepFailure {
  readonly Error?: string | undefined;
  readonly Cause?: string | undefined;
}

const BEDROCK_KINDS: readonly ResourceKind[] = ['customization-job', 'deployment', 'throughput', 'custom-model'];
const SAGEMAKER_KINDS: readonly ResourceKind[] = ['training-job', 'import-job', 'imported-model'];

const kindsOf = ({ customization }: TrainingSettings): readonly ResourceKind[] =>
  customization.route === 'bedrock' ? BEDROCK_KINDS : SAGEMAKER_KINDS;

/** Removes what has no live lease, brings the registry in line, and stops being called where nothing is left to watch. */
export async function reap(reaper: Reaper, budgetMs: number): Promise<SweepReport> {
  const { settings, clients, now, sleep } = reaper;
  // a deletion that failed goes on: no lease counts for a stack that is to go
  const everything = await clients.leases.isFenced();
  const failures: unknown[] = [];
  // what bills is removed, whatever is wrong with the registry
  const attempt = async (upkeep: () => Promise<void>): Promise<void> => {
    try {
      await upkeep();
    } catch (error) {
      // a registry that is to go with its stack need not be in order
      if (!everything) failures.push(error);
    }
  };
  // what was published stays, however its publishing was cut off
  if (!everything) await attempt(() => finishPublications(clients, now()));
  await attempt(() => forgetEnded(reaper));
  const rule = { Name: settings.reaperRule };
  const watchOn = () => clients.events.send(new EnableRuleCommand(rule));
  const report = await sweep({
    clients,
    leases: clients.leases,
    owner: settings.owner,
    namePrefix: namePrefix(settings.stackName),
    // a changed route may have left things of the other one
    kinds: everything ? [...BEDROCK_KINDS, ...SAGEMAKER_KINDS] : kindsOf(settings),
    now,
    sleep,
    budgetMs,
    everything,
  }).catch(async (error: unknown) => {
    await watchOn();
    throw error;
  });
  if (report.removed.length > 0) await attempt(() => forgetGone(reaper));
  if (report.watching) {
    await watchOn();
  } else {
    await clients.events.send(new DisableRuleCommand(rule));
    // a run may have begun since the leases were read: it has enabled the rule before it created anything
    const again = await needsWatching(clients.leases, now()).catch(() => true);
    if (again) await watchOn();
  }
  if (failures.length > 0) throw failures[0];
  return report;
}

/**
 * Ends a run: nothing is created under it any more, and what it has made and not published is removed. May be said of a run that is
 * over, or that never was.
 */
export async function endRun({ clients: { leases }, now }: Reaper, runId: string): Promise<RunLease | null> {
  return leases.changeRun(runId, (run) =>
    run.revokedAt === undefined ? { ...run, revokedAt: now().toISOString() } : undefined,
  );
}

/**
 * Ends a run that failed; one that had published before its last step failed has succeeded.
 * @throws RunError where it failed, with what a person needs to know: it becomes the cause of the failed execution
 */
export async function reportFailure(
  reaper: Reaper,
  runId: string,
  failure: StepFailure | undefined,
  budgetMs: number,
): Promise<SweepReport> {
  const run = await endRun(reaper, runId);
  const report = await reap(reaper, budgetMs);
  if (run?.publication !== undefined) return report;
  const { removed, left } = report;
  const lines = [
    `run ${runId} of ${reaper.settings.path} failed: ${causeOf(failure)}`,
    removed.length === 0 ? 'Nothing had to be removed.' : `Removed: ${removed.map(nameOf).join(', ')}.`,
    ...(left.length === 0
      ? ['Nothing of this run bills.']
      : [
          `STILL THERE, and looked at again every 15 minutes: ${left.map(obstacleText).join('; ')}. See 'npx fmpaths cleanup --check'.`,
        ]),
  ];
  throw new RunError(lines.join(' '));
}

/** Takes models out of service; with `deleteModels` the trained models go too, and with them their storage cost. */
export async function unhost(reaper: Reaper, deleteModels: boolean, budgetMs: number): Promise<SweepReport> {
  const { clients, now, settings } = reaper;
  const { leases, registry, events } = clients;
  // what is ended here goes even where this attempt is cut off
  await events.send(new EnableRuleCommand({ Name: settings.reaperRule }));
  // or they would host again what is ended here
  await finishPublications(clients, now());
  // before anything is ended, so that nobody is sent to what is about to go
  await registry.write({ hosted: [] });
  // an imported model is its own hosting
  const ends: ResourceKind[] = ['deployment', 'throughput', 'imported-model'];
  if (deleteModels) ends.push('custom-model');
  for (const lease of (await leases.all()).leases) {
    if (ends.includes(lease.kind) && lease.published === true) {
      await leases.put({ ...lease, until: now().toISOString() });
    }
  }
  return reap(reaper, budgetMs);
}

export const nameOf = ({ kind, name }: CreatedResource): string => `${kind} ${name}`;

export const obstacleText = ({ resource, reason }: Obstacle): string => `${nameOf(resource)} (${reason})`;

/** Throughput whose end has come leaves the registry before it is deleted: what answers on demand takes over. */
async function forgetEnded({ clients: { registry }, now }: Reaper): Promise<void> {
  const before = await registry.read();
  const hosted = before.hosted.filter(({ until }) => until === undefined || new Date(until) > now());
  if (hosted.length < before.hosted.length) await registry.write({ hosted });
}

/** What was removed without having been taken out of service, as on the deletion of the stack. */
async function forgetGone({ clients }: Reaper): Promise<void> {
  const { registry } = clients;
  const before = await registry.read();
  const hosted: HostedModel[] = [];
  for (const model of before.hosted) {
    if ((await findByName(clients, HOST_KINDS[model.kind], model.modelArn)) !== null) hosted.push(model);
  }
  if (hosted.length < before.hosted.length) await registry.write({ hosted });
}

/** Lambda wraps the message of an error in JSON. */
function causeOf(failure: StepFailure | undefined): string {
  const { Error: name = 'unknown error', Cause: cause = '' } = failure ?? {};
  try {
    const { errorMessage } = JSON.parse(cause) as { readonly errorMessage?: string };
    return errorMessage ?? `${name}: ${cause}`;
  } catch {
    return cause === '' ? name : `${name}: ${cause}`;
  }
}
