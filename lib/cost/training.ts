import { scopeSuffix } from '../prices/token-pricing.ts';
import { HOURS_PER_YEAR } from '../units.ts';
import type { CostKind } from './cost-line.ts';
import { DEFAULTS } from './defaults.ts';
import { addLine, needed, note, type LineSheet, type LineSpec } from './line-sheet.ts';
import {
  RUN_ITEMS,
  distillationItems,
  importStorage,
  instanceItems,
  modelStorage,
  trainedPrompts,
  trainingTokens,
  trialUnits,
  type RunItem,
  type RunItemId,
} from './run-items.ts';
import type { ContinuedPretraining, Distillation, FineTuning, Hosting } from './workload.ts';

/** What every path that trains a model says about its runs. */
interface Runs {
  readonly retrainingRunsPerYear?: number | undefined;
  readonly storedModels?: number | undefined;
  readonly evaluationModelUnitHoursPerRun?: number | undefined;
  readonly hosting?: Hosting | undefined;
}

interface RunSpecs {
  readonly first: LineSpec;
  readonly again: LineSpec;
}

/** A cost of one run, as the one-time line of the first and the monthly line of those that follow. */
function runSpecs(id: RunItemId, formula: string, assumption: string): RunSpecs {
  const line = (kind: CostKind, suffix: string, times: string): LineSpec => ({
    component: 'training',
    kind,
    name: `${RUN_ITEMS[id].name}${suffix}`,
    unit: RUN_ITEMS[id].unit,
    assumption,
    formula: `${formula}${times}`,
  });
  return { first: line('one-time', '', ''), again: line('fixed', ' (retraining)', ' × retrainingRunsPerMonth') };
}

const BY_TOKENS = 'billed by tokens times epochs, however long the job runs';

/** How the tokens of a run follow from the workload, by what it says of its data. */
const TOKEN_SPECS = {
  examples: runSpecs('trainingTokens', 'trainingExamples × tokensPerExample × sampledShare × epochs', BY_TOKENS),
  epochs: runSpecs('trainingTokens', 'trainingTokensPerEpoch × sampledShare × epochs', BY_TOKENS),
  corpus: runSpecs(
    'trainingTokens',
    'corpusTokens × sampledShare × epochs',
    'billed by corpus tokens times epochs, however long the job runs',
  ),
};

const ASKED_ONCE = 'the teacher answers every prompt once, at its on-demand price';

const RUN_SPECS = {
  instanceHours: runSpecs(
    'instanceHours',
    'instances × instanceHoursPerRun',
    'every instance is billed for the whole run',
  ),
  instanceVolumes: runSpecs(
    'instanceVolumes',
    'instances × volumeGb × instanceHoursPerRun ÷ hoursPerMonth',
    'kept while the instances train; instances with disks of their own have none',
  ),
  teacherInput: runSpecs('teacherInput', 'trainedPrompts × tokensPerPrompt', ASKED_ONCE),
  teacherOutput: runSpecs('teacherOutput', 'trainedPrompts × tokensPerTeacherAnswer', ASKED_ONCE),
  studentTokens: runSpecs(
    'studentTokens',
    'trainedPrompts × (tokensPerPrompt + tokensPerTeacherAnswer) × epochs',
    'the student learns every prompt with its answer, epochs times',
  ),
  trialUnits: runSpecs(
    'trialUnits',
    'evaluationModelUnitHoursPerRun',
    'one model unit, bought by the hour and deleted',
  ),
} satisfies Partial<Record<RunItemId, RunSpecs>>;

const STORAGE_SPECS: Record<'modelStorage' | 'importStorage', LineSpec> = {
  modelStorage: {
    ...RUN_ITEMS.modelStorage,
    component: 'training',
    kind: 'fixed',
    assumption: 'billed until the custom model is deleted, called or not',
    formula: 'storedModels',
  },
  importStorage: {
    ...RUN_ITEMS.importStorage,
    component: 'training',
    kind: 'fixed',
    assumption: 'billed for each custom model unit until the imported model is deleted',
    formula: 'storedModels × hosting.customModelUnits',
  },
};

/** Retraining runs in one month of `hoursPerMonth`. */
export function runsPerMonth(runsPerYear: number | undefined, hoursPerMonth: number): number {
  return ((runsPerYear ?? DEFAULTS.retrainingRunsPerYear) * hoursPerMonth) / HOURS_PER_YEAR;
}

function addRuns(sheet: LineSheet, specs: RunSpecs, { priceId, pieces }: RunItem, again: number): void {
  addLine(sheet, specs.first, priceId, pieces);
  addLine(sheet, specs.again, priceId, pieces * again);
}

/** Adds what keeping a trained model costs, called or not. */
export function addModelStorage(sheet: LineSheet, runs: Runs, baseModelId: string | undefined, field: string): void {
  const stored = runs.storedModels ?? DEFAULTS.storedModels;
  const add = ({ id, priceId, pieces }: RunItem<keyof typeof STORAGE_SPECS>): void =>
    addLine(sheet, STORAGE_SPECS[id], priceId, pieces);
  if (runs.hosting?.kind === 'imported') {
    add(importStorage(stored * runs.hosting.customModelUnits));
    return;
  }
  const modelId = needed(sheet, 'training', baseModelId, field);
  if (modelId !== undefined) add(modelStorage(modelId, stored));
}

/** Adds what trying a freshly trained model costs. */
function addTrial(sheet: LineSheet, runs: Runs, modelId: string | undefined, again: number): void {
  const hours = runs.evaluationModelUnitHoursPerRun ?? 0;
  if (modelId !== undefined) addRuns(sheet, RUN_SPECS.trialUnits, trialUnits(modelId, hours), again);
}

export function addFineTuning(sheet: LineSheet, tuning: FineTuning, hoursPerMonth: number): void {
  const again = runsPerMonth(tuning.retrainingRunsPerYear, hoursPerMonth);
  const modelId = needed(sheet, 'training', tuning.baseModelId, 'fineTuning.baseModelId');
  const epochs = needed(sheet, 'training', tuning.epochs, 'fineTuning.epochs');
  const byEpoch = tuning.trainingTokensPerEpoch;
  const examples = byEpoch ?? needed(sheet, 'training', tuning.trainingExamples, 'fineTuning.trainingExamples');
  const perExample =
    byEpoch === undefined ? needed(sheet, 'training', tuning.tokensPerExample, 'fineTuning.tokensPerExample') : 1;
  if (modelId !== undefined && epochs !== undefined && examples !== undefined && perExample !== undefined) {
    const tokens = examples * perExample * (tuning.sampledShare ?? DEFAULTS.sampledShare) * epochs;
    const specs = byEpoch === undefined ? TOKEN_SPECS.examples : TOKEN_SPECS.epochs;
    addRuns(sheet, specs, trainingTokens(modelId, tokens), again);
  }
  addTrial(sheet, tuning, modelId, again);
  addModelStorage(sheet, tuning, modelId, 'fineTuning.baseModelId');
}

export function addContinuedPretraining(sheet: LineSheet, training: ContinuedPretraining, hoursPerMonth: number): void {
  const again = runsPerMonth(training.retrainingRunsPerYear, hoursPerMonth);
  if (training.route === 'sagemaker') {
    const { instances = DEFAULTS.instances, volumeGb = DEFAULTS.trainingVolumeGb } = training;
    const type = needed(sheet, 'training', training.instanceType, 'continuedPretraining.instanceType');
    const hours = needed(sheet, 'training', training.instanceHoursPerRun, 'continuedPretraining.instanceHoursPerRun');
    if (type !== undefined && hours !== undefined) {
      for (const item of instanceItems({ instanceType: type, instances, volumeGb }, hours, hoursPerMonth)) {
        addRuns(sheet, RUN_SPECS[item.id], item, again);
      }
    }
  } else {
    note(sheet, 'no-cpt-on-bedrock');
    const modelId = needed(sheet, 'training', training.baseModelId, 'continuedPretraining.baseModelId');
    const tokens = needed(sheet, 'training', training.corpusTokens, 'continuedPretraining.corpusTokens');
    if (modelId !== undefined && tokens !== undefined) {
      const trained = tokens * (training.sampledShare ?? DEFAULTS.sampledShare) * (training.epochs ?? DEFAULTS.epochs);
      addRuns(sheet, TOKEN_SPECS.corpus, trainingTokens(modelId, trained), again);
    }
  }
  addTrial(sheet, training, training.baseModelId, again);
  addModelStorage(sheet, training, training.baseModelId, 'continuedPretraining.baseModelId');
}

export function addDistillation(sheet: LineSheet, distillation: Distillation, hoursPerMonth: number): void {
  const again = runsPerMonth(distillation.retrainingRunsPerYear, hoursPerMonth);
  const field = (name: keyof Distillation) => `distillation.${name}`;
  const student = needed(sheet, 'training', distillation.studentModelId, field('studentModelId'));
  const prompts = needed(sheet, 'training', distillation.prompts, field('prompts'));
  const perPrompt = needed(sheet, 'training', distillation.tokensPerPrompt, field('tokensPerPrompt'));
  const perAnswer = needed(sheet, 'training', distillation.tokensPerTeacherAnswer, field('tokensPerTeacherAnswer'));
  const reuse = distillation.reuseLoggedAnswers === true;
  const teacher = reuse ? undefined : needed(sheet, 'training', distillation.teacherModelId, field('teacherModelId'));

  if (prompts !== undefined && perPrompt !== undefined && perAnswer !== undefined) {
    if (!reuse && distillation.synthesizedPrompts === undefined) note(sheet, 'distillation-upper-bound');
    const priceSuffix = scopeSuffix(distillation.teacherProfileScope);
    const items = distillationItems({
      studentModelId: student,
      teacher: teacher === undefined ? undefined : { modelId: teacher, priceSuffix },
      prompts: trainedPrompts(prompts, reuse, distillation.synthesizedPrompts),
      tokensPerPrompt: perPrompt,
      tokensPerAnswer: perAnswer,
      epochs: distillation.epochs ?? DEFAULTS.epochs,
    });
    for (const item of items) addRuns(sheet, RUN_SPECS[item.id], item, again);
  }
  addTrial(sheet, distillation, student, again);
  addModelStorage(sheet, distillation, student, 'distillation.studentModelId');
}
