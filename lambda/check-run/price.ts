import {
  LEAST_BYTES_PER_TOKEN,
  runBound,
  type BoundLine,
  type RunHosting,
  type RunTraining,
} from '../../lib/cost/run-bound.ts';
import type { RunState } from '../shared/run-state.ts';
import { RunError } from '../shared/training-run.ts';
import type { TrainingSettings } from '../shared/training-settings.ts';

/**
 * Holds the most that the run can cost against what it may cost.
 * @throws RunError where it may cost less, or where a price is unknown
 */
export function priceRun(run: RunState, settings: TrainingSettings): RunState {
  const { lines, usd, unknown } = runBound(trainingOf(run, settings), hostingOf(run, settings), settings.prices);
  if (usd === null) {
    throw new RunError(
      `what this run can cost is unknown, so it is not begun: no price of ${unknown.join(', ')} in config/prices. Find it with 'npx fmpaths prices refresh' and deploy ${settings.path} again`,
    );
  }
  if (usd > run.maxUsd) {
    throw new RunError(
      `this run can cost up to $${usd.toFixed(2)}, more than the $${run.maxUsd.toFixed(2)} that it may: ${lines.map(lineText).join(', ')}. Raise maxUsd, or train on less`,
    );
  }
  return { ...run, bound: { usd, lines } };
}

const lineText = ({ name, usd }: BoundLine): string => `${name} $${(usd ?? 0).toFixed(2)}`;

function trainingOf(run: RunState, { customization, maxTrainingHours }: TrainingSettings): RunTraining {
  if (run.action === 'host') return { kind: 'none' };
  const { data } = run;
  if (data === undefined) throw new Error('a run is priced after its data are checked');
  if (customization.route === 'sagemaker') {
    const { instanceType, instances } = customization;
    return { kind: 'instances', instanceType, instances, maxHours: maxTrainingHours };
  }
  const { baseModelId, teacher, hyperParameters, maxEpochs } = customization;
  const epochs = Number(run.hyperParameters?.['epochCount'] ?? hyperParameters['epochCount'] ?? maxEpochs);
  const tokens = Math.ceil(data.bytes / LEAST_BYTES_PER_TOKEN);
  if (teacher === undefined) return { kind: 'tokens', modelId: baseModelId, tokensPerEpoch: tokens, epochs };
  const { dataset } = run;
  const fromLogs = dataset !== undefined && 'invocationLogsUri' in dataset;
  // logs are no list of prompts: as many as a job takes, of all the text that there is
  const prompts = fromLogs ? 15_000 : data.records;
  return {
    kind: 'distillation',
    studentModelId: baseModelId,
    teacherModelId: teacher.modelId,
    teacherPriceSuffix: teacher.priceSuffix,
    prompts,
    tokensPerPrompt: prompts === 0 ? 0 : tokens / prompts,
    tokensPerAnswer: teacher.maxResponseTokens,
    epochs,
    reuseLoggedAnswers: fromLogs && dataset.reuseLoggedAnswers,
  };
}

function hostingOf({ hosting }: RunState, { customization }: TrainingSettings): RunHosting {
  if (customization.route === 'sagemaker') {
    const { customModelUnits, cmuVersion } = customization;
    return { kind: 'imported', customModelUnits, cmuVersion };
  }
  const modelId = customization.baseModelId;
  if (hosting.kind === 'provisioned') {
    const { modelUnits, maxHours, commitment } = hosting;
    return { kind: 'provisioned', modelId, modelUnits, maxHours, commitment };
  }
  return { kind: hosting.kind === 'none' ? 'none' : 'on-demand', modelId };
}
