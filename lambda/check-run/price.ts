import { LEAST_BYTES_PER_TOKEN, type BoundLine } from '../../lib/cost/run-bound.ts';
import { RunError } from '../../lib/errors/run-error.ts';
import { TRAINING_VOLUME_PRICE_ID } from '../../lib/prices/training-volume.ts';
import { plannedBound, type PlannedRun } from '../../lib/training/planned-run.ts';
import type { RunState } from '../../lib/training/run-state.ts';
import type { TrainingSettings } from '../../lib/training/settings.ts';

/**
 * Holds the most that the run can cost against what it may cost.
 * @throws RunError where it may cost less, or where a price is unknown
 */
export function priceRun(run: RunState, settings: TrainingSettings): RunState {
  const { lines, usd, unknown } = plannedBound(plannedRun(run, settings), settings.customization, settings.prices);
  if (usd === null) {
    throw new RunError(
      `what this run can cost is unknown, so it is not begun: no price of ${unknown.join(', ')} in config/prices. Find it with 'npx fmpaths prices refresh' and deploy ${settings.path} again${unknown.includes(TRAINING_VOLUME_PRICE_ID) ? ', or set continuedPretraining.instanceType to one with disks of its own, such as ml.g6e.12xlarge, which bills no volume' : ''}`,
    );
  }
  if (usd > run.maxUsd) {
    throw new RunError(
      `this run can cost up to $${usd.toFixed(2)}, more than the $${run.maxUsd.toFixed(2)} that it may: ${lines.map(lineText).join(', ')}. Raise maxUsd, or train on less`,
    );
  }
  return { ...run, bound: { usd, lines } };
}

/** A part that rounds to nothing is not nothing; where one is unknown, nothing begins and this is not asked. */
const lineText = ({ name, usd }: BoundLine): string =>
  `${name} ${usd === null ? 'unknown' : usd > 0 && usd < 0.01 ? 'less than $0.01' : `$${usd.toFixed(2)}`}`;

/** Tokens by the bytes: only the service can count them. */
function plannedRun(
  { action, hosting, dataset, data, hyperParameters }: RunState,
  { maxTrainingHours }: TrainingSettings,
): PlannedRun {
  if (action !== 'train') return { hosting };
  if (data === undefined) throw new Error('a run is priced after its data are checked');
  return {
    hosting,
    training: {
      records: data.records,
      tokens: Math.ceil(data.bytes / LEAST_BYTES_PER_TOKEN),
      hyperParameters,
      maxHours: maxTrainingHours,
      ...(dataset !== undefined && 'invocationLogsUri' in dataset
        ? { logs: { reuseAnswers: dataset.reuseLoggedAnswers } }
        : {}),
    },
  };
}
