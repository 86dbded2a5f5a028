import { priceIdOf } from '../prices/price-id.ts';
import type { CostKind } from './cost-line.ts';
import { DEFAULTS } from './defaults.ts';
import { addLine, needed, note, type LineSheet, type LineSpec } from './line-sheet.ts';
import { TRAINING_VOLUME_PRICE_ID, volumeGbMonths } from './training-volume.ts';
import type { ContinuedPretraining, Distillation, FineTuning, Hosting } from './workload.ts';

/** What every path that trains a model says about its runs. */
interface Runs {
  readonly retrainingRunsPerYear?: number | undefined;
  readonly storedModels?: number | undefined;
  readonly evaluationModelUnitHoursPerRun?: number | undefined;
  readonly hosting?: Hosting | undefined;
}

type Spec = Omit<LineSpec, 'component' | 'kind'>;

interface RunSpecs {
  readonly first: LineSpec;
  readonly again: LineSpec;
}

const HOURS_PER_YEAR = 8760;

/** A cost of one run, as the one-time line of the first and the monthly line of those that follow. */
function runSpecs(spec: Spec): RunSpecs {
  const line = (kind: CostKind, name: string, formula: string): LineSpec => ({
    ...spec,
    component: 'training',
    kind,
    name,
    formula,
  });
  return {
    first: line('one-time', spec.name, spec.formula),
    again: line('fixed', `${spec.name} (retraining)`, `${spec.formula} × retrainingRunsPerMonth`),
  };
}

const EXAMPLE_TOKENS = runSpecs({
  name: 'Training tokens',
  unit: '1M tokens',
  assumption: 'billed by tokens times epochs, however long the job runs',
  formula: 'trainingExamples × tokensPerExample × sampledShare × epochs',
});
const EPOCH_TOKENS = runSpecs({
  name: 'Training tokens',
  unit: '1M tokens',
  assumption: 'billed by tokens times epochs, however long the job runs',
  formula: 'trainingTokensPerEpoch × sampledShare × epochs',
});
const CORPUS_TOKENS = runSpecs({
  name: 'Training tokens',
  unit: '1M tokens',
  assumption: 'billed by corpus tokens times epochs, however long the job runs',
  formula: 'corpusTokens × sampledShare × epochs',
});
const INSTANCE_HOURS = runSpecs({
  name: 'SageMaker training instance hours',
  unit: 'instance-hour',
  assumption: 'every instance is billed for the whole run',
  formula: 'instances × instanceHoursPerRun',
});
const VOLUME = runSpecs({
  name: 'SageMaker training volumes',
  unit: 'GB-month',
  assumption: 'kept while the instances train; instances with disks of their own have none',
  formula: 'instances × volumeGb × instanceHoursPerRun ÷ hoursPerMonth',
});
const TEACHER_INPUT = runSpecs({
  name: 'Teacher input tokens',
  unit: '1M tokens',
  assumption: 'the teacher answers every prompt once, at its on-demand price',
  formula: 'trainedPrompts × tokensPerPrompt',
});
const TEACHER_OUTPUT = runSpecs({
  name: 'Teacher output tokens',
  unit: '1M tokens',
  assumption: 'the teacher answers every prompt once, at its on-demand price',
  formula: 'trainedPrompts × tokensPerTeacherAnswer',
});
const STUDENT_TOKENS = runSpecs({
  name: 'Student training tokens',
  unit: '1M tokens',
  assumption: 'the student learns every prompt with its answer, epochs times',
  formula: 'trainedPrompts × (tokensPerPrompt + tokensPerTeacherAnswer) × epochs',
});
const EVALUATION_UNITS = runSpecs({
  name: 'Model units to try the model (no commitment)',
  unit: 'model-unit-hour',
  assumption: 'one model unit, bought by the hour and deleted',
  formula: 'evaluationModelUnitHoursPerRun',
});

const MODEL_STORAGE: LineSpec = {
  component: 'training',
  kind: 'fixed',
  name: 'Custom model storage',
  unit: 'model-month',
  assumption: 'billed until the custom model is deleted, called or not',
  formula: 'storedModels',
};
const IMPORT_STORAGE: LineSpec = {
  component: 'training',
  kind: 'fixed',
  name: 'Imported model storage',
  unit: 'CMU-month',
  assumption: 'billed for each custom model unit until the imported model is deleted',
  formula: 'storedModels × hosting.customModelUnits',
};

/** Retraining runs in one month of `hoursPerMonth`. */
export function runsPerMonth(runsPerYear: number | undefined, hoursPerMonth: number): number {
  return ((runsPerYear ?? 0) * hoursPerMonth) / HOURS_PER_YEAR;
}

function addRuns(sheet: LineSheet, specs: RunSpecs, priceId: string, pieces: number, again: number): void {
  addLine(sheet, specs.first, priceId, pieces);
  addLine(sheet, specs.again, priceId, pieces * again);
}

/** Adds what keeping a trained model costs, called or not. */
export function addModelStorage(sheet: LineSheet, runs: Runs, baseModelId: string | undefined, field: string): void {
  const stored = runs.storedModels ?? 1;
  if (runs.hosting?.kind === 'imported') {
    addLine(sheet, IMPORT_STORAGE, 'cmi/storage', stored * runs.hosting.customModelUnits);
    return;
  }
  const modelId = needed(sheet, 'training', baseModelId, field);
  if (modelId !== undefined) addLine(sheet, MODEL_STORAGE, priceIdOf(modelId, 'storage'), stored);
}

/** Adds what trying a freshly trained model costs. */
function addTrial(sheet: LineSheet, runs: Runs, modelId: string | undefined, again: number): void {
  const hours = runs.evaluationModelUnitHoursPerRun ?? 0;
  if (modelId !== undefined) {
    addRuns(sheet, EVALUATION_UNITS, priceIdOf(modelId, 'provisioned/no-commit'), hours, again);
  }
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
    const tokens = examples * perExample * (tuning.sampledShare ?? 1) * epochs;
    const specs = byEpoch === undefined ? EXAMPLE_TOKENS : EPOCH_TOKENS;
    addRuns(sheet, specs, priceIdOf(modelId, 'training'), tokens, again);
  }
  addTrial(sheet, tuning, modelId, again);
  addModelStorage(sheet, tuning, modelId, 'fineTuning.baseModelId');
}

export function addContinuedPretraining(sheet: LineSheet, training: ContinuedPretraining, hoursPerMonth: number): void {
  const again = runsPerMonth(training.retrainingRunsPerYear, hoursPerMonth);
  if (training.route === 'sagemaker') {
    const { instances = 1, volumeGb = DEFAULTS.trainingVolumeGb } = training;
    const type = needed(sheet, 'training', training.instanceType, 'continuedPretraining.instanceType');
    const hours = needed(sheet, 'training', training.instanceHoursPerRun, 'continuedPretraining.instanceHoursPerRun');
    if (type !== undefined && hours !== undefined) {
      addRuns(sheet, INSTANCE_HOURS, priceIdOf('sagemaker', `${type}/training`), instances * hours, again);
      const gbMonths = volumeGbMonths({ instanceType: type, instances, volumeGb }, hours, hoursPerMonth);
      addRuns(sheet, VOLUME, TRAINING_VOLUME_PRICE_ID, gbMonths, again);
    }
  } else {
    note(sheet, 'no-cpt-on-bedrock');
    const modelId = needed(sheet, 'training', training.baseModelId, 'continuedPretraining.baseModelId');
    const tokens = needed(sheet, 'training', training.corpusTokens, 'continuedPretraining.corpusTokens');
    if (modelId !== undefined && tokens !== undefined) {
      const trained = tokens * (training.sampledShare ?? 1) * (training.epochs ?? 1);
      addRuns(sheet, CORPUS_TOKENS, priceIdOf(modelId, 'training'), trained, again);
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
    const trained = trainedPrompts(distillation, prompts);
    if (!reuse && distillation.synthesizedPrompts === undefined) note(sheet, 'distillation-upper-bound');
    if (teacher !== undefined) {
      const scope = distillation.teacherProfileScope === 'global' ? '/global' : '';
      addRuns(sheet, TEACHER_INPUT, priceIdOf(teacher, `input${scope}`), trained * perPrompt, again);
      addRuns(sheet, TEACHER_OUTPUT, priceIdOf(teacher, `output${scope}`), trained * perAnswer, again);
    }
    if (student !== undefined) {
      const tokens = trained * (perPrompt + perAnswer) * (distillation.epochs ?? 1);
      addRuns(sheet, STUDENT_TOKENS, priceIdOf(student, 'training'), tokens, again);
    }
  }
  addTrial(sheet, distillation, student, again);
  addModelStorage(sheet, distillation, student, 'distillation.studentModelId');
}

/** Prompts that a job trains on: the given ones, and those that Bedrock may add to them unless answers are reused. */
function trainedPrompts({ reuseLoggedAnswers, synthesizedPrompts }: Distillation, prompts: number): number {
  if (reuseLoggedAnswers === true) return prompts;
  return Math.max(prompts, synthesizedPrompts ?? DEFAULTS.synthesizedPrompts);
}
