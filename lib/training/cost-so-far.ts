import { runBound, throughputHours } from '../cost/run-bound.ts';
import { instanceItems, modelUnits } from '../cost/run-items.ts';
import { commitmentOf } from '../prices/commitment.ts';
import { instancePriceId } from '../prices/training-volume.ts';
import { usdPer } from '../prices/usd-per.ts';
import { HOUR_MS } from '../units.ts';
import type { RunState } from './run-state.ts';
import type { TrainingSettings } from './settings.ts';

/**
 * The most that a run has cost so far, as it is estimated from the price book: what has begun counts whole.
 * `null` where a price is unknown.
 */
export function costSoFar(run: RunState | undefined, settings: TrainingSettings, now: Date): number | null {
  if (run === undefined) return 0;
  return sumOf([trainingSoFar(run, settings, now), hostingSoFar(run, settings, now)]);
}

const sumOf = (parts: readonly (number | null)[]): number | null =>
  parts.reduce<number | null>((sum, part) => (sum === null || part === null ? null : sum + part), 0);

function trainingSoFar(run: RunState, { customization, prices }: TrainingSettings, now: Date): number | null {
  const { job, watch, bound } = run;
  if (job === undefined) return 0;
  if (customization.route === 'sagemaker') {
    // a bound has no line for zero hours: what has just begun costs an unknown amount all the same
    if (usdPer(prices, instancePriceId(customization.instanceType), 'instance-hour') === null) return null;
    // a job that is over bills no more; when it ended is not in the run
    const ended = run.importJob === undefined && run.customModelArn === undefined ? now : new Date(job.deadline);
    const hours = Math.max(0, Math.min(ended.getTime(), now.getTime()) - new Date(job.startedAt).getTime()) / HOUR_MS;
    return runBound(instanceItems(customization, hours), prices).usd;
  }
  // tokens are billed as they are trained; a job that waits, or is at its data, costs nothing
  const hasBegun = watch?.trains ?? /training (?:InProgress|Completed|Stopp)/.test(watch?.detail ?? '');
  // it may have begun since AWS last answered
  const isSeen = watch?.unseen === undefined && run.unseen === undefined;
  if (run.customModelArn === undefined && watch?.status === 'waiting' && !hasBegun && isSeen) return 0;
  // of what such a run bills, training alone is counted in tokens
  return sumOf((bound?.lines ?? []).flatMap(({ unit, usd }) => (unit === '1M tokens' ? [usd] : [])));
}

function hostingSoFar(
  { host, hosting }: RunState,
  { customization, prices }: TrainingSettings,
  now: Date,
): number | null {
  if (host?.kind !== 'throughput' || hosting.kind !== 'provisioned' || customization.route !== 'bedrock') return 0;
  const { commitment, modelUnits: units } = hosting;
  const most = throughputHours(hosting);
  const priced = (hours: number): number | null =>
    runBound([modelUnits(customization.baseModelId, commitmentOf(commitment), units * hours)], prices).usd;
  // a commitment is owed whole; a run of before its start was recorded may have come to its end
  if (commitment !== undefined || host.startedAt === undefined) return priced(most);
  // a begun hour is billed whole
  const begun = Math.max(1, Math.ceil((now.getTime() - new Date(host.startedAt).getTime()) / HOUR_MS));
  return priced(Math.min(begun, most));
}
