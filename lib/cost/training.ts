import { familyOf } from '../catalogue/family.ts';
import { instanceFacts, type InstanceFacts } from '../catalogue/instances.ts';
import { nearestNames } from '../json/nearest-name.ts';
import { scopeSuffix, type PromptBand } from '../prices/token-pricing.ts';
import { HOURS_PER_YEAR } from '../units.ts';
import type { CostKind } from './cost-line.ts';
import { DEFAULTS } from './defaults.ts';
import {
  addLine,
  needed,
  note,
  type LineSheet,
  type LineSpec,
  type TrainingHours,
  type UnknownInstance,
} from './line-sheet.ts';
import { bandSpec, notedBand } from './prompt-band.ts';
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
import { derivedHours, hoursAssumption, hoursFormula } from './training-hours.ts';
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
  return {
    first: line('one-time', '', ' × attempts'),
    again: line('fixed', ' (retraining)', ' × retrainingRunsPerMonth'),
  };
}

const BY_TOKENS = 'billed by tokens times epochs, however long the job runs';

/** How the tokens of an epoch follow from the workload, by what it says of its data. */
const TOKENS_PER_EPOCH = {
  examples: 'trainingExamples × tokensPerExample × sampledShare',
  epochs: 'trainingTokensPerEpoch × sampledShare',
  corpus: 'trainedCorpusTokens × sampledShare',
};

const STUDENT_TOKENS_PER_EPOCH = 'trainedPrompts × (tokensPerPrompt + tokensPerTeacherAnswer)';

/** How often a job goes through its data. */
interface Epochs {
  readonly count: number;
  /** Stands in the formula of a line. */
  readonly formula: string;
  /** Stands behind its assumption. */
  readonly assumption: string;
}

const GIVEN_EPOCHS = { formula: 'epochs', assumption: '' };

const tokenSpecs = (data: keyof typeof TOKENS_PER_EPOCH, epochs: Omit<Epochs, 'count'>): RunSpecs =>
  runSpecs('trainingTokens', `${TOKENS_PER_EPOCH[data]} × ${epochs.formula}`, `${BY_TOKENS}${epochs.assumption}`);

const studentSpecs = (epochs: Omit<Epochs, 'count'>): RunSpecs =>
  runSpecs(
    'studentTokens',
    `${STUDENT_TOKENS_PER_EPOCH} × ${epochs.formula}`,
    `the student learns every prompt with its answer, epochs times${epochs.assumption}`,
  );

/** The specs of epochs that a workload gives, each once: estimating a path makes no text. */
const TOKEN_SPECS = {
  examples: tokenSpecs('examples', GIVEN_EPOCHS),
  epochs: tokenSpecs('epochs', GIVEN_EPOCHS),
  corpus: tokenSpecs('corpus', GIVEN_EPOCHS),
};

const STUDENT_SPECS = studentSpecs(GIVEN_EPOCHS);

const ASKED_ONCE = 'the teacher answers every prompt once, at its on-demand price';

const VOLUMES = 'kept while the instances train; instances with disks of their own have none';

const instanceSpecs = (hours: string, assumption: string): Record<'instanceHours' | 'instanceVolumes', RunSpecs> => ({
  instanceHours: runSpecs('instanceHours', `instances × ${hours}`, assumption),
  instanceVolumes: runSpecs('instanceVolumes', `instances × volumeGb × ${hours} ÷ hoursPerMonth`, VOLUMES),
});

const GIVEN_HOURS_SPECS = instanceSpecs(
  'instanceHoursPerRun',
  'hours as given, whatever the corpus; every instance is billed for the whole run',
);

const RUN_SPECS = {
  teacherInput: runSpecs('teacherInput', 'trainedPrompts × tokensPerPrompt', ASKED_ONCE),
  teacherOutput: runSpecs('teacherOutput', 'trainedPrompts × tokensPerTeacherAnswer', ASKED_ONCE),
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
  addLine(sheet, specs.first, priceId, pieces * sheet.attempts);
  addLine(sheet, specs.again, priceId, pieces * again);
}

/** Adds what keeping a trained model costs, called or not. */
export function addModelStorage(sheet: LineSheet, runs: Runs, baseModelId: string | undefined, field: string): void {
  const stored = runs.storedModels ?? DEFAULTS.storedModels;
  if (runs.hosting?.kind === 'imported') {
    addStorage(sheet, importStorage(stored * runs.hosting.customModelUnits));
    return;
  }
  const modelId = needed(sheet, 'training', baseModelId, field);
  if (modelId !== undefined) addStorage(sheet, modelStorage(modelId, stored));
}

function addStorage(sheet: LineSheet, { id, priceId, pieces }: RunItem<keyof typeof STORAGE_SPECS>): void {
  addLine(sheet, STORAGE_SPECS[id], priceId, pieces);
}

/** Adds what trying a freshly trained model costs. */
function addTrial(sheet: LineSheet, runs: Runs, modelId: string | undefined, again: number): void {
  const hours = runs.evaluationModelUnitHoursPerRun ?? 0;
  if (modelId !== undefined) addRuns(sheet, RUN_SPECS.trialUnits, trialUnits(modelId, hours), again);
}

/**
 * Epochs of a job on Bedrock: the given ones, else those of the model's family. An upper bound counts the most that a job
 * may be given, an estimate what a job has where nothing is said; the notes say which.
 */
function epochsOf(
  sheet: LineSheet,
  {
    given,
    modelId,
    field,
    isBound = false,
  }: {
    readonly given: number | undefined;
    readonly modelId: string | undefined;
    readonly field: string;
    readonly isBound?: boolean;
  },
): Epochs | undefined {
  if (given !== undefined) return { count: given, formula: GIVEN_EPOCHS.formula, assumption: GIVEN_EPOCHS.assumption };
  const { catalogue } = sheet;
  const family = catalogue === undefined || modelId === undefined ? undefined : familyOf(catalogue, modelId);
  if (family === undefined) {
    needed(sheet, 'training', undefined, field);
    return undefined;
  }
  const { usual, most } = family.epochs;
  const count = isBound ? most : (usual ?? most);
  const isMost = isBound || usual === null;
  note(sheet, isMost ? 'epochs-most' : 'epochs-usual');
  return {
    count,
    formula: String(count),
    assumption: isMost
      ? `; ${count} epochs, the most that a job of ${family.name} takes: none are given`
      : `; ${count} epochs assumed, those of a job of ${family.name} that names none`,
  };
}

export function addFineTuning(sheet: LineSheet, tuning: FineTuning, hoursPerMonth: number): void {
  const again = runsPerMonth(tuning.retrainingRunsPerYear, hoursPerMonth);
  const modelId = needed(sheet, 'training', tuning.baseModelId, 'fineTuning.baseModelId');
  const epochs = epochsOf(sheet, { given: tuning.epochs, modelId, field: 'fineTuning.epochs' });
  const byEpoch = tuning.trainingTokensPerEpoch;
  const examples = byEpoch ?? needed(sheet, 'training', tuning.trainingExamples, 'fineTuning.trainingExamples');
  const perExample =
    byEpoch === undefined ? needed(sheet, 'training', tuning.tokensPerExample, 'fineTuning.tokensPerExample') : 1;
  if (modelId !== undefined && epochs !== undefined && examples !== undefined && perExample !== undefined) {
    const tokens = examples * perExample * (tuning.sampledShare ?? DEFAULTS.sampledShare) * epochs.count;
    const data = byEpoch === undefined ? 'examples' : 'epochs';
    const specs = tuning.epochs === undefined ? tokenSpecs(data, epochs) : TOKEN_SPECS[data];
    addRuns(sheet, specs, trainingTokens(modelId, tokens), again);
    const { trainingExamples = Infinity } = tuning;
    const family = sheet.catalogue === undefined ? undefined : familyOf(sheet.catalogue, modelId);
    if (byEpoch === undefined && trainingExamples < (family?.tuningLimits.advised ?? 0)) note(sheet, 'few-examples');
  }
  addTrial(sheet, tuning, modelId, again);
  addModelStorage(sheet, tuning, modelId, 'fineTuning.baseModelId');
}

export function addContinuedPretraining(sheet: LineSheet, training: ContinuedPretraining, hoursPerMonth: number): void {
  const again = runsPerMonth(training.retrainingRunsPerYear, hoursPerMonth);
  sheet.elsewhere = (sheet.catalogue?.continuedPretrainingElsewhere ?? []).map(({ says }) => says);
  if (training.route === 'sagemaker') {
    addInstanceTraining(sheet, training, again, hoursPerMonth);
  } else {
    note(sheet, 'no-cpt-on-bedrock');
    const modelId = needed(sheet, 'training', training.baseModelId, 'continuedPretraining.baseModelId');
    const tokens = needed(sheet, 'training', training.corpusTokens, 'continuedPretraining.corpusTokens');
    const epochs = epochsOf(sheet, { given: training.epochs, modelId, field: 'continuedPretraining.epochs' });
    if (modelId !== undefined && tokens !== undefined && epochs !== undefined) {
      const trained = tokens * (training.sampledShare ?? DEFAULTS.sampledShare) * epochs.count;
      const specs = training.epochs === undefined ? tokenSpecs('corpus', epochs) : TOKEN_SPECS.corpus;
      addRuns(sheet, specs, trainingTokens(modelId, trained), again);
    }
  }
  addTrial(sheet, training, training.baseModelId, again);
  addModelStorage(sheet, training, training.baseModelId, 'continuedPretraining.baseModelId');
}

/** Adds what instances of SageMaker bill: hours as given, or those that corpus, model and instance come to. */
function addInstanceTraining(
  sheet: LineSheet,
  training: ContinuedPretraining,
  again: number,
  hoursPerMonth: number,
): void {
  const { instances = DEFAULTS.instances, volumeGb = DEFAULTS.trainingVolumeGb } = training;
  const type = needed(sheet, 'training', training.instanceType, 'continuedPretraining.instanceType');
  const facts = type === undefined ? undefined : instanceFacts(sheet.catalogue, type);
  const hours = trainingHours(sheet, training, facts);
  if (type === undefined || hours === undefined) return;
  sheet.trainingHours = hours;
  const { derivedFrom } = hours;
  const specs =
    derivedFrom === null ? GIVEN_HOURS_SPECS : instanceSpecs(hoursFormula(derivedFrom), hoursAssumption(derivedFrom));
  const run = { instanceType: type, instances, volumeGb, ownDisks: facts?.ownDisks };
  for (const item of instanceItems(run, hours.hours, hoursPerMonth)) addRuns(sheet, specs[item.id], item, again);
}

const pretrainingField = (name: keyof ContinuedPretraining): string => `continuedPretraining.${name}`;

/** The hours of a run, or undefined after noting every field for want of which they are not known. */
function trainingHours(
  sheet: LineSheet,
  training: ContinuedPretraining,
  instance: InstanceFacts | undefined,
): TrainingHours | undefined {
  const given = training.instanceHoursPerRun;
  if (given !== undefined) return { hours: given, derivedFrom: null };
  const corpusTokens = needed(sheet, 'training', training.corpusTokens, pretrainingField('corpusTokens'));
  const parametersBillions = needed(
    sheet,
    'training',
    training.parametersBillions,
    pretrainingField('parametersBillions'),
  );
  const utilisation = sheet.catalogue?.trainingInstances?.utilisation;
  const denseBf16Tflops = instance?.accelerator?.denseBf16Tflops;
  if (instance?.accelerator === undefined || typeof denseBf16Tflops !== 'number' || utilisation === undefined) {
    // of an instance whose speed is not known the hours themselves are what is missing
    if (training.instanceType !== undefined)
      needed(sheet, 'training', undefined, pretrainingField('instanceHoursPerRun'));
    if (training.instanceType !== undefined && instance === undefined) {
      sheet.unknownInstance = unknownInstance(sheet, training.instanceType);
    }
    return undefined;
  }
  if (corpusTokens === undefined || parametersBillions === undefined) return undefined;
  const accelerator = { ...instance.accelerator, denseBf16Tflops };
  return derivedHours({
    training,
    corpusTokens,
    parametersBillions,
    instance: { ...instance, accelerator },
    utilisation,
  });
}

/** Undefined facts are no fault of the name where the catalogue has no instances at all. */
function unknownInstance({ catalogue }: LineSheet, type: string): UnknownInstance | null {
  const known = Object.keys(catalogue?.trainingInstances?.types ?? {});
  return known.length === 0 ? null : { type, near: nearestNames(type, known).slice(0, 4) };
}

const distillationField = (name: keyof Distillation): string => `distillation.${name}`;

export function addDistillation(sheet: LineSheet, distillation: Distillation, hoursPerMonth: number): void {
  const again = runsPerMonth(distillation.retrainingRunsPerYear, hoursPerMonth);
  const student = needed(sheet, 'training', distillation.studentModelId, distillationField('studentModelId'));
  const prompts = needed(sheet, 'training', distillation.prompts, distillationField('prompts'));
  const perPrompt = needed(sheet, 'training', distillation.tokensPerPrompt, distillationField('tokensPerPrompt'));
  const perAnswer = needed(
    sheet,
    'training',
    distillation.tokensPerTeacherAnswer,
    distillationField('tokensPerTeacherAnswer'),
  );
  const reuse = distillation.reuseLoggedAnswers === true;
  const teacher = reuse
    ? undefined
    : needed(sheet, 'training', distillation.teacherModelId, distillationField('teacherModelId'));
  const isBound = !reuse && distillation.synthesizedPrompts === undefined;
  const epochs = epochsOf(sheet, {
    given: distillation.epochs,
    modelId: student,
    field: distillationField('epochs'),
    isBound,
  });

  if (prompts !== undefined && perPrompt !== undefined && perAnswer !== undefined) {
    if (isBound) note(sheet, 'distillation-upper-bound');
    const priceSuffix = scopeSuffix(distillation.teacherProfileScope);
    const band = teacher === undefined ? 'usual' : notedBand(sheet, teacher, perPrompt);
    const items = distillationItems({
      // without its epochs nothing is known of what the student learns
      studentModelId: epochs === undefined ? undefined : student,
      teacher: teacher === undefined ? undefined : { modelId: teacher, priceSuffix, band },
      prompts: trainedPrompts(prompts, reuse, distillation.synthesizedPrompts),
      tokensPerPrompt: perPrompt,
      tokensPerAnswer: perAnswer,
      epochs: epochs?.count ?? 0,
    });
    const studentTokens =
      distillation.epochs === undefined && epochs !== undefined ? studentSpecs(epochs) : STUDENT_SPECS;
    const specs = {
      teacherInput: runSpecsAt(RUN_SPECS.teacherInput, band),
      teacherOutput: runSpecsAt(RUN_SPECS.teacherOutput, band),
      studentTokens,
    };
    for (const item of items) addRuns(sheet, specs[item.id], item, again);
  }
  addTrial(sheet, distillation, student, again);
  addModelStorage(sheet, distillation, student, 'distillation.studentModelId');
}

const runSpecsAt = ({ first, again }: RunSpecs, band: PromptBand): RunSpecs => ({
  first: bandSpec(first, band),
  again: bandSpec(again, band),
});
