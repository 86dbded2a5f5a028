import type { PathId } from '../paths.ts';
import type { PriceBook } from '../prices/price-book.ts';
import { PRICE_UNITS } from '../prices/price-unit.ts';
import { DEFAULTS, PATH_SECTIONS } from './defaults.ts';
import { addInference } from './inference.ts';
import { addLine, lineSheet, needed, type LineSheet, type LineSpec } from './line-sheet.ts';
import { addOperations } from './operations.ts';
import { addDocuments, contextTokensPerRequest } from './rag/documents-cost.ts';
import { addVectorStore } from './rag/vector-store.ts';
import { addContinuedPretraining, addDistillation, addFineTuning, addModelStorage, runsPerMonth } from './training.ts';
import type { Hosting, Inference, Operations, Part, Workload } from './workload.ts';

type Estimator = (sheet: LineSheet, workload: Workload, hoursPerMonth: number) => void;

/** A new path does not compile until it is here. */
const ESTIMATORS: Record<PathId, Estimator> = {
  'prompt-only': (sheet, workload, hours) => {
    if (prices(workload, 'inference')) answerByBaseModel(sheet, workload, hours, 'prompt-only');
    if (prices(workload, 'operations')) operate(sheet, workload, hours, 'prompt-only');
  },
  rag: (sheet, workload, hours) => {
    const { rag = {}, requestsPerMonth } = workload;
    if (prices(workload, 'inference')) answerByBaseModel(sheet, workload, hours, 'rag');
    if (prices(workload, 'documents')) addDocuments(sheet, rag, requestsPerMonth);
    const secretsCounted = prices(workload, 'operations') && operationsOf(workload, 'rag').secrets !== undefined;
    if (prices(workload, 'vector-store')) addVectorStore(sheet, rag, requestsPerMonth, hours, secretsCounted);
    if (prices(workload, 'operations')) operate(sheet, workload, hours, 'rag');
  },
  'fine-tuning': (sheet, workload, hours) => {
    const { fineTuning = {} } = workload;
    const { baseModelId, hosting, retrainingRunsPerYear } = fineTuning;
    if (prices(workload, 'inference')) {
      answerByTunedModel(sheet, workload, hours, 'fine-tuning', baseModelId, 'fineTuning.baseModelId', hosting);
    }
    if (prices(workload, 'training')) addFineTuning(sheet, fineTuning, hours);
    else if (prices(workload, 'model-storage'))
      addModelStorage(sheet, fineTuning, baseModelId, 'fineTuning.baseModelId');
    if (prices(workload, 'operations')) operate(sheet, workload, hours, 'fine-tuning', 1, retrainingRunsPerYear);
  },
  'continued-pretraining': (sheet, workload, hours) => {
    const { continuedPretraining = {} } = workload;
    const { baseModelId, hosting, retrainingRunsPerYear } = continuedPretraining;
    const path = 'continued-pretraining';
    if (prices(workload, 'inference')) {
      answerByTunedModel(sheet, workload, hours, path, baseModelId, 'continuedPretraining.baseModelId', hosting);
    }
    if (prices(workload, 'training')) addContinuedPretraining(sheet, continuedPretraining, hours);
    else if (prices(workload, 'model-storage')) {
      addModelStorage(sheet, continuedPretraining, baseModelId, 'continuedPretraining.baseModelId');
    }
    if (prices(workload, 'operations')) operate(sheet, workload, hours, path, 1, retrainingRunsPerYear);
  },
  distillation: (sheet, workload, hours) => {
    const { distillation = {} } = workload;
    const { studentModelId, hosting, retrainingRunsPerYear } = distillation;
    if (prices(workload, 'inference')) {
      answerByTunedModel(
        sheet,
        workload,
        hours,
        'distillation',
        studentModelId,
        'distillation.studentModelId',
        hosting,
      );
    }
    if (prices(workload, 'training')) addDistillation(sheet, distillation, hours);
    else if (prices(workload, 'model-storage')) {
      addModelStorage(sheet, distillation, studentModelId, 'distillation.studentModelId');
    }
    if (prices(workload, 'operations')) operate(sheet, workload, hours, 'distillation', 1, retrainingRunsPerYear);
  },
};

/** Whether a part is wanted: every part, unless the workload names some. */
function prices({ parts }: Workload, part: Part): boolean {
  return parts?.includes(part) ?? true;
}

/** The lines of one path at the prices of one Region. Nothing is rounded; nothing unknown is left out. */
export function pathSheet(path: PathId, workload: Workload, book: PriceBook): LineSheet {
  const sheet = lineSheet(book);
  ESTIMATORS[path](sheet, workload, workload.hoursPerMonth ?? DEFAULTS.hoursPerMonth);
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

const MERGED = new WeakMap<object, { readonly shared: object; readonly merged: object }>();

/** Merging takes longer than pricing a path, so it is kept: volumes change far more often than these sections. */
function laidOver<T extends object>(shared: T, own: T | undefined): T {
  if (own === undefined) return shared;
  const kept = MERGED.get(own);
  if (kept?.shared === shared) return kept.merged as T;
  const merged = { ...shared, ...own };
  MERGED.set(own, { shared, merged });
  return merged;
}

function answerByBaseModel(sheet: LineSheet, workload: Workload, hours: number, path: 'prompt-only' | 'rag'): void {
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
  const inference = inferenceOf(workload, path);
  addInference(sheet, {
    section: PATH_SECTIONS[path],
    requestsPerMonth: workload.requestsPerMonth,
    hoursPerMonth: hours,
    inference,
    contextTokensPerRequest: path === 'rag' ? contextTokensPerRequest(rag) : 0,
    contextMissing,
    meters: 'base',
    modelId: needed(sheet, 'inference', inference.modelId, 'inference.modelId'),
    hosting: workload[PATH_SECTIONS[path]]?.hosting,
  });
}

function answerByTunedModel(
  sheet: LineSheet,
  workload: Workload,
  hours: number,
  path: PathId,
  tunedModelId: string | undefined,
  modelField: string,
  tunedHosting: Hosting | undefined,
): void {
  const hosting = needed(sheet, 'inference', tunedHosting, `${PATH_SECTIONS[path]}.hosting`);
  // neither an imported model is priced by its base, nor one that nobody hosts
  const priced = hosting?.kind !== 'imported' && hosting?.kind !== 'none';
  const modelId = priced ? needed(sheet, 'inference', tunedModelId, modelField) : undefined;
  addInference(sheet, {
    section: PATH_SECTIONS[path],
    requestsPerMonth: workload.requestsPerMonth,
    hoursPerMonth: hours,
    inference: inferenceOf(workload, path),
    contextTokensPerRequest: 0,
    contextMissing: [],
    meters: 'custom',
    // how it is hosted decides what is priced
    modelId: hosting === undefined ? undefined : modelId,
    hosting,
  });
}

function operate(
  sheet: LineSheet,
  workload: Workload,
  hoursPerMonth: number,
  path: PathId,
  firstRuns = 0,
  retrainingRunsPerYear = 0,
): void {
  addOperations(sheet, operationsOf(workload, path), {
    requestsPerMonth: workload.requestsPerMonth,
    hoursPerMonth,
    retryShare: inferenceOf(workload, path).retryShare ?? 0,
    firstRuns,
    retrainingRunsPerMonth: runsPerMonth(retrainingRunsPerYear, hoursPerMonth),
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
