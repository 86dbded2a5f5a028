import type { PathId } from '../paths.ts';
import { DEFAULTS, PATH_SECTIONS } from './defaults.ts';
import { addInference, type Demand } from './inference.ts';
import { addLine, lineSheet, needed, type LineSheet, type LineSpec } from './line-sheet.ts';
import { addOperations } from './operations.ts';
import type { PriceBook } from './price-book.ts';
import { addDocuments, contextTokensPerRequest } from './rag.ts';
import { addContinuedPretraining, addDistillation, addFineTuning, runsPerMonth } from './training.ts';
import { addVectorStore } from './vector-store.ts';
import type { Inference, Operations, Workload } from './workload.ts';
import { PRICE_UNITS } from './price-unit.ts';

type Estimator = (sheet: LineSheet, workload: Workload, hoursPerMonth: number) => void;

/** A new path does not compile until it is here. */
const ESTIMATORS: Record<PathId, Estimator> = {
  'prompt-only': (sheet, workload, hours) => {
    answer(sheet, workload, hours, 'prompt-only', {
      meters: 'base',
      modelId: needed(sheet, inferenceOf(workload, 'prompt-only').modelId, 'inference.modelId'),
      hosting: workload.promptOnly?.hosting,
    });
    operate(sheet, workload, hours, 'prompt-only');
  },
  rag: (sheet, workload, hours) => {
    const { rag = {}, requestsPerMonth } = workload;
    answer(sheet, workload, hours, 'rag', {
      meters: 'base',
      modelId: needed(sheet, inferenceOf(workload, 'rag').modelId, 'inference.modelId'),
      hosting: rag.hosting,
      contextTokensPerRequest: contextTokensPerRequest(rag),
    });
    addDocuments(sheet, rag, requestsPerMonth);
    addVectorStore(sheet, rag, requestsPerMonth, hours);
    operate(sheet, workload, hours, 'rag');
  },
  'fine-tuning': (sheet, workload, hours) => {
    const { fineTuning = {} } = workload;
    answer(sheet, workload, hours, 'fine-tuning', {
      meters: 'custom',
      modelId: fineTuning.baseModelId,
      hosting: needed(sheet, fineTuning.hosting, 'fineTuning.hosting'),
    });
    addFineTuning(sheet, fineTuning, hours);
    operate(sheet, workload, hours, 'fine-tuning', 1, fineTuning.retrainingRunsPerYear);
  },
  'continued-pretraining': (sheet, workload, hours) => {
    const { continuedPretraining = {} } = workload;
    answer(sheet, workload, hours, 'continued-pretraining', {
      meters: 'custom',
      modelId: continuedPretraining.baseModelId,
      hosting: needed(sheet, continuedPretraining.hosting, 'continuedPretraining.hosting'),
    });
    addContinuedPretraining(sheet, continuedPretraining, hours);
    operate(sheet, workload, hours, 'continued-pretraining', 1, continuedPretraining.retrainingRunsPerYear);
  },
  distillation: (sheet, workload, hours) => {
    const { distillation = {} } = workload;
    answer(sheet, workload, hours, 'distillation', {
      meters: 'custom',
      modelId: distillation.studentModelId,
      hosting: needed(sheet, distillation.hosting, 'distillation.hosting'),
    });
    addDistillation(sheet, distillation, hours);
    operate(sheet, workload, hours, 'distillation', 1, distillation.retrainingRunsPerYear);
  },
};

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

type Answering = Pick<Demand, 'meters' | 'hosting'> & {
  readonly modelId: string | undefined;
  readonly contextTokensPerRequest?: number;
};

function answer(sheet: LineSheet, workload: Workload, hours: number, path: PathId, answering: Answering): void {
  const requestsPerMonth = needed(sheet, workload.requestsPerMonth, 'requestsPerMonth');
  const { modelId, meters, hosting } = answering;
  if (requestsPerMonth === undefined) return;
  // a tuned model that is hosted nowhere answers nothing; an imported one is not priced by its base
  if (meters === 'custom' && hosting === undefined) return;
  if (modelId === undefined && hosting?.kind !== 'imported') return;
  addInference(sheet, {
    section: PATH_SECTIONS[path],
    requestsPerMonth,
    hoursPerMonth: hours,
    inference: inferenceOf(workload, path),
    contextTokensPerRequest: answering.contextTokensPerRequest ?? 0,
    meters,
    modelId: modelId ?? '',
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
