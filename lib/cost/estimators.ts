import type { ModelCatalogue } from '../catalogue/models.ts';
import { PATH_SECTIONS, type PathId, type TrainingPath } from '../paths.ts';
import type { PriceBook } from '../prices/price-book.ts';
import { PRICE_UNITS } from '../prices/price-unit.ts';
import { DEFAULTS } from './defaults.ts';
import { addAttemptEvaluation } from './attempt-evaluation.ts';
import { addInference } from './inference.ts';
import { addLine, lineSheet, needed, type LineSheet, type LineSpec } from './line-sheet.ts';
import { addOperations, type Activity } from './operations.ts';
import { addDocuments, contextTokensPerRequest } from './rag/documents-cost.ts';
import { addVectorStore } from './rag/vector-store.ts';
import { addContinuedPretraining, addDistillation, addFineTuning, addModelStorage, runsPerMonth } from './training.ts';
import type { FineTuning, Hosting, Inference, Operations, Part, Workload } from './workload.ts';

/** One path of a workload, on the way to its lines. */
interface PathInput {
  readonly sheet: LineSheet;
  readonly workload: Workload;
  readonly hoursPerMonth: number;
  /** The shared inference and operations with what the path does differently laid over them. */
  readonly inference: Inference;
  readonly operations: Operations;
}

type Estimator = (input: PathInput) => void;

/** A new path does not compile until it is here. */
const ESTIMATORS: Record<PathId, Estimator> = {
  'prompt-only': (input) => {
    if (prices(input, 'inference')) answerByBaseModel(input, 'prompt-only');
    if (prices(input, 'operations')) operate(input);
  },
  rag: (input) => {
    const { sheet, workload, hoursPerMonth } = input;
    const { rag = {}, requestsPerMonth } = workload;
    if (prices(input, 'inference')) answerByBaseModel(input, 'rag');
    if (prices(input, 'documents')) addDocuments(sheet, rag, requestsPerMonth);
    const secretsCounted = prices(input, 'operations') && input.operations.secrets !== undefined;
    if (prices(input, 'vector-store')) addVectorStore(sheet, rag, requestsPerMonth, hoursPerMonth, secretsCounted);
    if (prices(input, 'operations')) operate(input);
  },
  'fine-tuning': trainedModel({
    section: 'fineTuning',
    settings: ({ fineTuning = {} }) => fineTuning,
    modelField: 'baseModelId',
    addTraining: addFineTuning,
  }),
  'continued-pretraining': trainedModel({
    section: 'continuedPretraining',
    settings: ({ continuedPretraining = {}, needs }) => ({
      ...continuedPretraining,
      corpusTokens: continuedPretraining.corpusTokens ?? needs?.unlabelledCorpusTokens,
    }),
    modelField: 'baseModelId',
    addTraining: addContinuedPretraining,
  }),
  distillation: trainedModel({
    section: 'distillation',
    settings: ({ distillation = {} }) => distillation,
    modelField: 'studentModelId',
    addTraining: addDistillation,
  }),
};

/** What the paths that train a model differ in. */
interface TrainedModel<Settings, Field extends string> {
  /** Where the workload describes the path. */
  readonly section: (typeof PATH_SECTIONS)[TrainingPath];
  readonly settings: (workload: Workload) => Settings;
  /** The field that names the model which is trained. */
  readonly modelField: Field;
  readonly addTraining: (sheet: LineSheet, settings: Settings, hoursPerMonth: number) => void;
}

type TrainedSettings<Field extends string> = Pick<FineTuning, 'hosting' | 'retrainingRunsPerYear' | 'storedModels'> & {
  readonly [F in Field]?: string | undefined;
};

/** Estimates a path that trains a model: what the answers cost, the runs, and what keeping the model does. */
function trainedModel<Field extends string, Settings extends TrainedSettings<Field>>({
  section,
  settings: settingsOf,
  modelField,
  addTraining,
}: TrainedModel<Settings, Field>): Estimator {
  const field = `${section}.${modelField}`;
  return (input) => {
    const { sheet, workload, hoursPerMonth } = input;
    const settings = { retrainingRunsPerYear: workload.retrainingsPerYear, ...settingsOf(workload) };
    const model = { section, id: settings[modelField], field, hosting: settings.hosting };
    if (prices(input, 'inference')) answerByTunedModel(input, model);
    if (prices(input, 'training')) addTraining(sheet, settings, hoursPerMonth);
    if (prices(input, 'training')) {
      addAttemptEvaluation(sheet, {
        questions: workload.evaluation?.questions ?? 0,
        again: runsPerMonth(settings.retrainingRunsPerYear, hoursPerMonth),
        modelId: settings[modelField],
        hosting: settings.hosting,
        inference: input.inference,
      });
    } else if (prices(input, 'model-storage')) addModelStorage(sheet, settings, model.id, field);
    if (prices(input, 'operations')) {
      operate(input, {
        firstRuns: sheet.attempts,
        retrainingRunsPerMonth: runsPerMonth(settings.retrainingRunsPerYear, hoursPerMonth),
      });
    }
  };
}

/** True if a part is wanted: every part, unless the workload names some. */
function prices({ workload: { parts } }: PathInput, part: Part): boolean {
  return parts?.includes(part) ?? true;
}

/** The lines of one path at the prices of one Region. Nothing is rounded; nothing unknown is left out. */
export function pathSheet(path: PathId, workload: Workload, book: PriceBook, catalogue?: ModelCatalogue): LineSheet {
  const sheet = lineSheet(book, catalogue, workload.attempts);
  ESTIMATORS[path]({
    sheet,
    workload,
    hoursPerMonth: workload.hoursPerMonth ?? DEFAULTS.hoursPerMonth,
    inference: inferenceOf(workload, path),
    operations: operationsOf(workload, path),
  });
  if (workload.other !== undefined) addOther(sheet, workload.other, path);
  return sheet;
}

/** The shared inference with what the path does differently laid over it. */
export function inferenceOf(workload: Workload, path: PathId): Inference {
  return laidOver(workload.inference ?? NOTHING, workload[PATH_SECTIONS[path]]?.inference);
}

/** The shared operations with what the path does differently laid over them. */
export function operationsOf(workload: Workload, path: PathId): Operations {
  return laidOver(workload.operations ?? NOTHING, workload[PATH_SECTIONS[path]]?.operations);
}

const NOTHING = {};

/** What a path says itself, laid over what all paths share. */
function laidOver<T extends object>(shared: T, own: T | undefined): T {
  return own === undefined ? shared : { ...shared, ...own };
}

function answerByBaseModel(
  { sheet, workload, hoursPerMonth, inference }: PathInput,
  path: 'prompt-only' | 'rag',
): void {
  const { rag = {} } = workload;
  const { retrieval, chunking } = rag;
  // what is retrieved fills the prompt: without it the prompt is not known
  const contextMissing =
    path === 'prompt-only'
      ? []
      : [
          ...(retrieval === undefined ? ['rag.retrieval'] : []),
          ...(chunking === undefined && (retrieval?.chunksPerRequest ?? 1) > 0 ? ['rag.chunking'] : []),
        ];
  addInference(sheet, {
    section: PATH_SECTIONS[path],
    requestsPerMonth: workload.requestsPerMonth,
    hoursPerMonth,
    inference,
    contextTokensPerRequest: path === 'rag' ? contextTokensPerRequest(rag) : 0,
    contextMissing,
    meters: 'base',
    modelId: needed(sheet, 'inference', inference.modelId, 'inference.modelId'),
    hosting: workload[PATH_SECTIONS[path]]?.hosting,
  });
}

/** A model that a path has trained, as far as the workload says. */
interface TunedModel {
  readonly section: string;
  readonly id: string | undefined;
  /** The field that names it. */
  readonly field: string;
  readonly hosting: Hosting | undefined;
}

function answerByTunedModel({ sheet, workload, hoursPerMonth, inference }: PathInput, model: TunedModel): void {
  const hosting = needed(sheet, 'inference', model.hosting, `${model.section}.hosting`);
  // neither an imported model is priced by its base, nor one that nobody hosts
  const priced = hosting?.kind !== 'imported' && hosting?.kind !== 'none';
  const modelId = priced ? needed(sheet, 'inference', model.id, model.field) : undefined;
  addInference(sheet, {
    section: model.section,
    requestsPerMonth: workload.requestsPerMonth,
    hoursPerMonth,
    inference,
    contextTokensPerRequest: 0,
    contextMissing: [],
    meters: 'custom',
    // how it is hosted decides what is priced
    modelId: hosting === undefined ? undefined : modelId,
    hosting,
  });
}

const NO_RUNS = { firstRuns: 0, retrainingRunsPerMonth: 0 };

function operate(
  { sheet, workload, hoursPerMonth, inference, operations }: PathInput,
  runs: Pick<Activity, 'firstRuns' | 'retrainingRunsPerMonth'> = NO_RUNS,
): void {
  addOperations(sheet, operations, {
    requestsPerMonth: workload.requestsPerMonth,
    hoursPerMonth,
    retryShare: inference.retryShare ?? DEFAULTS.retryShare,
    ...runs,
  });
}

function addOther(sheet: LineSheet, other: NonNullable<Workload['other']>, path: PathId): void {
  other.forEach(({ name, component, kind, priceId, quantity, unit, paths }, index) => {
    if (paths !== undefined && !paths.includes(path)) return;
    const { pieces } = PRICE_UNITS[unit];
    const assumption = 'quantity as given';
    const formula = `other.${index}.quantity × ${pieces}`;
    const spec: LineSpec = { component, kind, name, unit, assumption, formula };
    addLine(sheet, spec, priceId, quantity * pieces);
  });
}
