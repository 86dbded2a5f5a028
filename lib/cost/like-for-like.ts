import { modelEntry } from '../catalogue/model-entry.ts';
import { phaseOn } from '../catalogue/lifecycle.ts';
import type { ModelCatalogue, ModelEntry } from '../catalogue/models.ts';
import { isTrainingPath, PATH_SECTIONS, type PathId } from '../paths.ts';
import { tokenFactor } from '../catalogue/token-factor.ts';
import { DEFAULTS } from './defaults.ts';
import { inferenceOf } from './estimators.ts';
import { withField } from './field.ts';
import { contextTokensPerRequest } from './rag/documents-cost.ts';
import { longestAnswerTokens, longestCallTokens, requestCalls, type CallOptions, type Request } from './request.ts';
import type { Inference, Workload } from './workload.ts';

/** Why a path cannot answer with a model. */
export type Obstacle =
  | 'unknown-model'
  | 'not-text'
  | 'ended'
  | 'not-for-every-account'
  | 'one-source'
  | 'not-on-this-endpoint'
  | 'not-in-this-region'
  | 'not-tunable'
  | 'no-new-tuning'
  | 'no-teacher'
  | 'not-hosted'
  | 'prompt-too-long'
  | 'answer-too-long'
  | 'other-call-too-long'
  | 'own-weights';

/** What stands in a figure that nobody said. */
export interface Assumption {
  readonly field: string;
  readonly value: number | string;
}

export interface Resolved {
  readonly workload: Workload;
  readonly assumptions: readonly Assumption[];
}

export interface ComparisonContext {
  readonly catalogue: ModelCatalogue;
  readonly region: string;
  /** `YYYY-MM-DD` */
  readonly today: string;
  /** Dollars of three million tokens of prompt and one of answer: how near models are to each other. */
  readonly blendedUsd: (modelId: string) => number | null;
  /** True if retrieval is configured to search by words too, which not every store does. @default false */
  readonly searchesByWords?: boolean;
}

/** The model that answers on a path, as the workload says: called as it is, or tuned. */
export function modelOfPath(path: PathId, workload: Workload): string | undefined {
  switch (path) {
    case 'prompt-only':
    case 'rag':
      return inferenceOf(workload, path).modelId;
    case 'fine-tuning':
      return workload.fineTuning?.baseModelId;
    case 'continued-pretraining':
      return workload.continuedPretraining?.baseModelId;
    case 'distillation':
      return workload.distillation?.studentModelId;
  }
}

/** Fields that name the model of a path. */
const MODEL_FIELDS: Record<PathId, string> = {
  'prompt-only': 'promptOnly.inference.modelId',
  rag: 'rag.inference.modelId',
  'fine-tuning': 'fineTuning.baseModelId',
  'continued-pretraining': 'continuedPretraining.baseModelId',
  distillation: 'distillation.studentModelId',
};

/** Customizations that a path asks of its model; `null`: none. */
const CUSTOMIZATIONS = {
  'prompt-only': null,
  rag: null,
  'fine-tuning': 'FINE_TUNING',
  'continued-pretraining': null,
  distillation: 'DISTILLATION',
} as const satisfies Record<PathId, string | null>;

const NAMED_OBSTACLES = {
  ended: 'ended',
  preview: 'not-for-every-account',
  limited: 'not-for-every-account',
  'one-source': 'one-source',
} as const satisfies Record<NonNullable<ModelCatalogue['named']>[string]['reason'], Obstacle>;

/** Why a path cannot answer with a model on this day; undefined where it can, or where nothing is known against it. */
export function obstacleTo(
  path: PathId,
  modelId: string,
  workload: Workload,
  { catalogue, region, today }: ComparisonContext,
): Obstacle | undefined {
  if (path === 'continued-pretraining') return 'own-weights';
  const entry = modelEntry(catalogue.models, modelId);
  if (entry === undefined) {
    const name = Object.hasOwn(catalogue.named ?? {}, modelId) ? catalogue.named?.[modelId] : undefined;
    return name === undefined ? 'unknown-model' : NAMED_OBSTACLES[name.reason];
  }
  const { lifecycle, endpoint, kind, customization } = entry;
  if (kind !== 'text') return 'not-text';
  if (lifecycle.status === 'end-of-life' || (lifecycle.endOfLife !== null && lifecycle.endOfLife <= today)) {
    return 'ended';
  }
  const type = CUSTOMIZATIONS[path];
  if (type !== null) {
    if (customization === null || !customization.types.includes(type)) return 'not-tunable';
    if (phaseOn(entry, catalogue, today).closed.includes('customization-jobs')) return 'no-new-tuning';
    if (path === 'distillation' && teacherFor(modelId, workload, catalogue) === undefined) return 'no-teacher';
    if (!canBeHosted(entry, workload, path)) return 'not-hosted';
  } else {
    if (endpoint === 'mantle') return 'not-on-this-endpoint';
    if (scopeFor(entry, inferenceOf(workload, path).profileScope, region) === undefined) return 'not-in-this-region';
  }
  if (answerTooLong(path, modelId, workload, catalogue)) return 'answer-too-long';
  if (tooLong(path, modelId, workload, catalogue)) return 'prompt-too-long';
  return otherCallTooLong(path, modelId, workload, catalogue) ? 'other-call-too-long' : undefined;
}

/** AWS sells no new throughput for a model that is Legacy (page model-lifecycle-legacy of the Bedrock user guide). */
function canBeHosted({ hosting, lifecycle }: ModelEntry, workload: Workload, path: PathId): boolean {
  const kind = workload[PATH_SECTIONS[path]]?.hosting?.kind ?? 'on-demand';
  if (kind === 'none' || kind === 'imported') return true;
  if (!hosting.includes(kind)) return false;
  return kind !== 'provisioned' || lifecycle.status !== 'legacy';
}

/** The teacher that the workload names where it teaches the student, else any that does. */
function teacherFor(studentId: string, { distillation }: Workload, { models }: ModelCatalogue): string | undefined {
  const teaches = (id: string | undefined): boolean =>
    id !== undefined && Object.hasOwn(models, id) && models[id]?.teaches?.includes(studentId) === true;
  const named = distillation?.teacherModelId;
  return teaches(named) ? named : Object.keys(models).find((id) => teaches(id));
}

/** The scope that a model is called in from a Region: the one asked for, else the nearest that it offers there. */
function scopeFor(entry: ModelEntry, asked: string | undefined, region: string): string | undefined {
  const { inRegion, profiles } = entry;
  const offered = [
    ...Object.entries(profiles)
      .filter(([scope, { from }]) => scope !== 'global' && (from === null || from.includes(region)))
      .map(([scope]) => scope),
    ...(inRegion === null || inRegion.includes(region) ? ['in-region'] : []),
    ...(profiles.global !== undefined && (profiles.global.from === null || profiles.global.from.includes(region))
      ? ['global']
      : []),
  ];
  return asked !== undefined && offered.includes(asked) ? asked : offered[0];
}

/** True if the model cannot write the answer, with what it thinks. */
function answerTooLong(path: PathId, modelId: string, workload: Workload, catalogue: ModelCatalogue): boolean {
  const most = modelEntry(catalogue.models, modelId)?.maxOutputTokens ?? Infinity;
  return most !== Infinity && mostWritten(path, modelId, workload, catalogue) > most;
}

/** Tokens of the longest call that the model writes, thought included; where the workload gives averages, they are all that is known. */
export function mostWritten(path: PathId, modelId: string, workload: Workload, catalogue: ModelCatalogue): number {
  const request = requestOf(path, workload);
  const { outputTokenCap = Infinity } = inferenceOf(workload, path);
  if (request !== undefined) {
    return Math.min(longestAnswerTokens(request, callOptions(path, modelId, workload, catalogue)), outputTokenCap);
  }
  const { calls = [], outputTokensPerRequest = 0 } = textOf(path, modelId, workload, catalogue);
  const own = calls.filter(({ modelId: called = modelId }) => called === modelId);
  const longest = Math.max(outputTokensPerRequest, ...own.map(({ outputTokens }) => outputTokens));
  return Math.min(longest, outputTokenCap);
}

function tooLong(path: PathId, modelId: string, workload: Workload, catalogue: ModelCatalogue): boolean {
  const window = modelEntry(catalogue.models, modelId)?.contextWindowTokens;
  return window != null && longestTokens(path, modelId, workload, catalogue) > window;
}

/** Prompt and answer of the longest single call; where the workload gives averages, they are all that is known. */
export function longestTokens(path: PathId, modelId: string, workload: Workload, catalogue: ModelCatalogue): number {
  const request = requestOf(path, workload);
  if (request !== undefined) return longestCallTokens(request, callOptions(path, modelId, workload, catalogue));
  const {
    calls = [],
    inputTokensPerRequest = 0,
    outputTokensPerRequest = 0,
  } = textOf(path, modelId, workload, catalogue);
  const retrieved = path === 'rag' ? contextTokensPerRequest(workload.rag ?? {}) * tokenFactor(catalogue, modelId) : 0;
  const longest = Math.max(
    inputTokensPerRequest + outputTokensPerRequest,
    ...calls
      .filter(({ modelId: called = modelId }) => called === modelId)
      .map(({ inputTokens, outputTokens }) => inputTokens + outputTokens),
  );
  return longest + retrieved;
}

/** True if a call that comes before the answer, or is of another model, is longer than its own model reads or writes. */
function otherCallTooLong(path: PathId, modelId: string, workload: Workload, catalogue: ModelCatalogue): boolean {
  const { calls = [], outputTokenCap = Infinity } = textOf(path, modelId, workload, catalogue);
  return calls.some(({ name, modelId: called = modelId, inputTokens, outputTokens }) => {
    if (name === 'answer' && called === modelId) return false;
    const { contextWindowTokens, maxOutputTokens } = modelEntry(catalogue.models, called) ?? {};
    const written = Math.min(outputTokens, outputTokenCap);
    return inputTokens + written > (contextWindowTokens ?? Infinity) || written > (maxOutputTokens ?? Infinity);
  });
}

/** The text of the requests of a path; undefined where the path has figures in tokens of its own, or no text is given. */
export function requestOf(path: PathId, { request, ...workload }: Workload): Request | undefined {
  const own = workload[PATH_SECTIONS[path]]?.inference;
  return own?.inputTokensPerRequest === undefined && own?.calls === undefined ? request : undefined;
}

const callOptions = (
  path: PathId,
  modelId: string,
  workload: Workload,
  catalogue: ModelCatalogue,
  withExamples = true,
): CallOptions => ({
  catalogue,
  modelId,
  banded: CUSTOMIZATIONS[path] === null,
  retrievedTokens: path === 'rag' ? contextTokensPerRequest(workload.rag ?? {}) : 0,
  withExamples,
});

/** The model that the figures in tokens are counts of. */
export const countedModel = (path: PathId, workload: Workload): string | undefined =>
  inferenceOf(workload, path).countedModelId ?? workload.inference?.modelId;

/** The inference of a path with the tokens that a model makes of the text. */
function textOf(
  path: PathId,
  modelId: string,
  workload: Workload,
  catalogue: ModelCatalogue,
  withExamples = true,
): Inference {
  const inference = inferenceOf(workload, path);
  const request = requestOf(path, workload);
  if (request !== undefined) {
    const calls = requestCalls(request, callOptions(path, modelId, workload, catalogue, withExamples));
    return { ...inference, calls };
  }
  const factor = tokenFactor(catalogue, modelId) / tokenFactor(catalogue, countedModel(path, workload) ?? modelId);
  if (factor === 1) return inference;
  const {
    inputTokensPerRequest: input,
    outputTokensPerRequest: output,
    cachedPrefixTokensPerRequest: prefix,
  } = inference;
  return {
    ...inference,
    ...(input === undefined ? {} : { inputTokensPerRequest: input * factor }),
    ...(output === undefined ? {} : { outputTokensPerRequest: output * factor }),
    ...(prefix === undefined ? {} : { cachedPrefixTokensPerRequest: prefix * factor }),
  };
}

/** In place of the model where a path answers with weights of the user's own: of their tokens nothing is known but the text. */
export const OWN_WEIGHTS = 'own-weights';

export interface CellQuestion {
  readonly path: PathId;
  readonly modelId: string;
  /** @default true */
  readonly withExamples?: boolean;
}

/** The workload in which one path answers with one model, with the same text as any other. */
export function withModel(
  workload: Workload,
  { path, modelId, withExamples = true }: CellQuestion,
  { catalogue, region }: ComparisonContext,
): Workload {
  const section = PATH_SECTIONS[path];
  const entry = modelEntry(catalogue.models, modelId);
  let changed = workload;
  const set = (field: string, value: unknown): void => {
    changed = withField(changed, field, value);
  };
  if (path !== 'continued-pretraining') set(MODEL_FIELDS[path], modelId);
  const inference = textOf(path, modelId, workload, catalogue, withExamples);
  const isTuned = CUSTOMIZATIONS[path] !== null || path === 'continued-pretraining';
  const scope =
    entry === undefined || isTuned ? inference.profileScope : scopeFor(entry, inference.profileScope, region);
  set(`${section}.inference`, {
    ...inference,
    ...(isTuned ? {} : { modelId }),
    ...(scope === undefined ? {} : { profileScope: scope }),
  });
  // what is retrieved was counted of the same model as the rest of the prompt, where that is said
  const { countedModelId } = inferenceOf(workload, path);
  const factor =
    tokenFactor(catalogue, modelId) / (countedModelId === undefined ? 1 : tokenFactor(catalogue, countedModelId));
  if (path === 'rag' && factor !== 1 && workload.rag?.retrieval !== undefined) {
    set('rag.retrieval', {
      ...workload.rag.retrieval,
      contextTokensPerRequest: contextTokensPerRequest(workload.rag) * factor,
      rulesTokensPerRequest: 0,
    });
  }
  if (path === 'distillation') {
    // a student that nothing is known to teach keeps the teacher that is named
    set(
      'distillation.teacherModelId',
      teacherFor(modelId, workload, catalogue) ?? workload.distillation?.teacherModelId,
    );
  }
  return changed;
}

/** The workload with what a comparison assumes of a trained model where nobody says it: attempts, and months of use. */
export function withLife(
  workload: Workload,
  path: PathId,
  modelId: string | null,
  { catalogue, today }: ComparisonContext,
): Resolved {
  if (!isTrainingPath(path) || workload[PATH_SECTIONS[path]] === undefined) return { workload, assumptions: [] };
  const entry = modelId === null ? undefined : modelEntry(catalogue.models, modelId);
  const assumed = {
    ...(workload.attempts === undefined ? { attempts: DEFAULTS.attempts } : {}),
    ...(workload.lifeMonths === undefined ? { lifeMonths: lifeMonthsOf(entry, today) } : {}),
  };
  return {
    workload: { ...workload, ...assumed },
    assumptions: Object.entries(assumed).map(([field, value]) => ({ field, value })),
  };
}

/** Whole months until the announced end of the base model, else a year. */
function lifeMonthsOf(entry: ModelEntry | undefined, today: string): number {
  const end = entry?.lifecycle.endOfLife ?? null;
  if (end === null) return DEFAULTS.lifeMonths;
  const [from, until] = [new Date(today), new Date(end)];
  const months = (until.getUTCFullYear() - from.getUTCFullYear()) * 12 + until.getUTCMonth() - from.getUTCMonth();
  const whole = until.getUTCDate() < from.getUTCDate() ? months - 1 : months;
  return Math.max(1, whole);
}

/** The model of its family that a path can take, nearest to another by price. */
export function nearestModel(
  path: PathId,
  modelId: string,
  workload: Workload,
  context: ComparisonContext,
): string | undefined {
  const family = modelEntry(context.catalogue.models, modelId)?.family;
  const own = context.blendedUsd(modelId);
  if (family === undefined) return undefined;
  const able = Object.entries(context.catalogue.models)
    .filter(([id, entry]) => entry.family === family && obstacleTo(path, id, workload, context) === undefined)
    .map(([id]) => ({ id, usd: context.blendedUsd(id) }));
  const distance = (usd: number | null): number =>
    usd === null || own === null || usd === 0 || own === 0 ? Infinity : Math.abs(Math.log(usd / own));
  return able.sort((one, other) => distance(one.usd) - distance(other.usd))[0]?.id;
}
