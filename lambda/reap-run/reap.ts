import { DisableRuleCommand, EnableRuleCommand, type EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { errorText } from '../../lib/errors/aws-error.ts';
import { PassingError } from '../../lib/errors/passing.ts';
import { RunError } from '../../lib/errors/run-error.ts';
import { findByName, listCreated, unseenError, type LifecycleClients } from '../../lib/lifecycle/inventory.ts';
import { HOST_KINDS, isRunLive, type LeaseStore, type RunLease } from '../../lib/lifecycle/leases.ts';
import type { Registry } from '../../lib/lifecycle/model-registry.ts';
import { namePrefix, runName } from '../../lib/lifecycle/names.ts';
import { finishPublications } from '../../lib/lifecycle/publication.ts';
import type { Obstacle } from '../../lib/lifecycle/remove.ts';
import type { CreatedResource, ResourceKind } from '../../lib/lifecycle/resource.ts';
import { needsWatching, sweep, type SweepMode, type SweepReport } from '../../lib/lifecycle/sweep.ts';
import type { PublishedModel } from '../../lib/training/published-model.ts';
import type { RunState, StepFailure } from '../../lib/training/run-state.ts';
import type { TrainingSettings } from '../../lib/training/settings.ts';
import { lateText, pendingOf, unseenText } from '../shared/late-look.ts';

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

const BEDROCK_KINDS: readonly ResourceKind[] = ['customization-job', 'deployment', 'throughput', 'custom-model'];
const SAGEMAKER_KINDS: readonly ResourceKind[] = ['training-job', 'import-job', 'imported-model'];

const kindsOf = ({ customization }: TrainingSettings): readonly ResourceKind[] =>
  customization.route === 'bedrock' ? BEDROCK_KINDS : SAGEMAKER_KINDS;

/** Removes what has no live lease, brings the registry in line, and stops being called where nothing is left to watch. */
export async function reap(reaper: Reaper, budgetMs: number): Promise<SweepReport> {
  const { settings, clients, now, sleep } = reaper;
  // a deletion that failed goes on: no lease counts for a stack that is to go
  const mode: SweepMode = (await clients.leases.isFenced()) ? 'all' : 'orphans';
  const failures: unknown[] = [];
  // what bills is removed, whatever is wrong with the registry
  const attempt = async (upkeep: () => Promise<void>): Promise<void> => {
    try {
      await upkeep();
    } catch (error) {
      // a registry that is to go with its stack need not be in order
      if (mode === 'orphans') failures.push(error);
    }
  };
  // what was published stays, however its publishing was cut off
  if (mode === 'orphans') await attempt(() => finishPublications(clients, now()));
  await attempt(() => forgetEnded(reaper));
  const rule = { Name: settings.reaperRule };
  const watchOn = () => clients.events.send(new EnableRuleCommand(rule));
  const report = await sweep({
    clients,
    leases: clients.leases,
    owner: settings.owner,
    namePrefix: namePrefix(settings.stackName),
    // a changed route may have left things of the other one
    kinds: mode === 'all' ? [...BEDROCK_KINDS, ...SAGEMAKER_KINDS] : kindsOf(settings),
    now,
    sleep,
    budgetMs,
    mode,
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

/** Why a run failed, as far as the workflow knows. */
export interface RunFailure {
  readonly runId: string;
  /** What the step said that ended it. */
  readonly failure?: StepFailure | undefined;
  /** The run as it was then. Absent in executions that began under an older workflow. */
  readonly run?: RunState | undefined;
}

/**
 * Ends a run that failed; one that had published before its last step failed has succeeded. What cannot be looked at now is told
 * beside the cause and does not take its place. A trained model whose hosting could not begin is kept: it is paid for, and the failure
 * says nothing against it.
 * @throws RunError where it failed, with what a person needs to know: it becomes the cause of the failed execution
 * @throws PassingError where its lease cannot be ended now: the workflow repeats it
 */
export async function reportFailure(reaper: Reaper, failed: RunFailure, budgetMs: number): Promise<SweepReport> {
  const { runId } = failed;
  const cause = `run ${runId} of ${reaper.settings.path} failed: ${causeOf(failed).replace(/\.$/, '')}.`;
  const keeps = isTrainedUnhosted(failed.run);
  const lease = await (keeps ? endRunKeepingModel(reaper, runId) : endRun(reaper, runId)).catch((error: unknown) => {
    throw new PassingError(`${cause} The reaper cannot end it yet: ${errorText(error)}`, { cause: error });
  });
  const report = await reap(reaper, budgetMs).catch((error: unknown) => ({ unknown: errorText(error) }));
  const isKept = keeps && lease?.publication !== undefined;
  if (isKept)
    throw new RunError(`${cause} ${keptText(reaper, failed.run?.customModelArn)} ${remainsText(report, true)}`);
  if (lease?.publication !== undefined) {
    if ('unknown' in report) throw new Error(report.unknown);
    return report;
  }
  throw new RunError(`${cause} ${remainsText(report)}`);
}

/** True if a customization job has made the model that the run was to host, and the hosting was not begun. */
const isTrainedUnhosted = (run: RunState | undefined): boolean =>
  run?.job?.kind === 'customization-job' &&
  run.customModelArn !== undefined &&
  run.host === undefined &&
  run.hosting.kind !== 'none';

/** Ends a run as `endRun` does and publishes its custom model, unhosted. A run that was stopped, or whose stack is to go, keeps none. */
async function endRunKeepingModel(reaper: Reaper, runId: string): Promise<RunLease | null> {
  const { clients, settings, now } = reaper;
  if (await clients.leases.isFenced()) return endRun(reaper, runId);
  const writtenAt = now().toISOString();
  const name = runName(settings.stackName, runId);
  const model = { kind: 'custom-model', name, runId, writtenAt, published: true } as const;
  const ended = await clients.leases.changeRun(runId, (run) =>
    // what serves now goes on serving
    isRunLive(run, now())
      ? { ...run, revokedAt: writtenAt, publication: { leases: [model], replaces: false } }
      : undefined,
  );
  return ended?.revokedAt === undefined ? endRun(reaper, runId) : ended;
}

const keptText = ({ settings: { path } }: Reaper, arn = 'ARN'): string =>
  `Its trained model ${arn} is kept, not hosted, and bills its storage: 'npx fmpaths host ${path} --model ${arn}' hosts it without training again, 'npx fmpaths unhost ${path} --delete-models' deletes the models of this path.`;

function remainsText(report: SweepReport | { readonly unknown: string }, isModelKept = false): string {
  if ('unknown' in report) {
    return `IT IS NOT KNOWN WHETHER ANYTHING OF IT BILLS (${report.unknown}): the reaper looks again every 15 minutes. See 'npx fmpaths cleanup --check'.`;
  }
  const { removed, left } = report;
  return [
    removed.length === 0 ? 'Nothing had to be removed.' : `Removed: ${removed.map(nameOf).join(', ')}.`,
    ...(left.length === 0
      ? [`Nothing ${isModelKept ? 'else ' : ''}of this run bills.`]
      : [
          `STILL THERE, and looked at again every 15 minutes: ${left.map(obstacleText).join('; ')}. See 'npx fmpaths cleanup --check'.`,
        ]),
  ].join(' ');
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
async function forgetGone({ clients, settings }: Reaper): Promise<void> {
  const { registry } = clients;
  const before = await registry.read();
  const hosted: PublishedModel[] = [];
  for (const model of before.hosted) {
    if (!(await isGone(clients, settings, HOST_KINDS[model.kind], model.modelArn))) hosted.push(model);
  }
  if (hosted.length < before.hosted.length) await registry.write({ hosted });
}

/** True if the look-up finds nothing and the list, which is whole, does not show it either: what bills must stay in the registry. */
async function isGone(
  clients: ReapClients,
  { stackName }: TrainingSettings,
  kind: ResourceKind,
  arn: string,
): Promise<boolean> {
  if ((await findByName(clients, kind, arn)) !== null) return false;
  const { created, unseen } = await listCreated(clients, namePrefix(stackName), [kind]);
  if (unseen.length > 0) throw unseenError(unseen);
  return created.every((resource) => resource.arn !== arn);
}

/** Lambda wraps the message of an error in JSON. A look that failed itself until the deadline has no message of its own. */
function causeOf({ failure, run }: RunFailure): string {
  const ended = failure ?? run?.failure;
  if (ended !== undefined) return failureText(ended);
  const pending = run && pendingOf(run);
  if (pending === undefined) return 'unknown error';
  return lateText(pending, unseenText(pending, run?.watch, failureText(run?.unseen)));
}

function failureText({ Error: name = 'unknown error', Cause: cause = '' }: StepFailure = {}): string {
  try {
    const { errorMessage } = JSON.parse(cause) as { readonly errorMessage?: string };
    // a message of our own says what happened; one of Lambda's needs its name
    if (errorMessage !== undefined) return OWN_NAMES.test(name) ? errorMessage : `${name}: ${errorMessage}`;
  } catch {
    // as it is
  }
  return cause === '' ? name : `${name}: ${cause}`;
}

const OWN_NAMES = /^(?:RunError|Passing|Denied)$/;
