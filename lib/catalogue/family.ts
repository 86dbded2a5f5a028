import { modelEntry } from './model-entry.ts';
import type { TrainingPath } from '../paths.ts';
import type { ModelCatalogue, ModelFamily } from './models.ts';
import { DISTILLATION_LIMITS, type RecordForm, type RecordLimits } from './training-records.ts';

/** Rules for the training files of one model family and one customization. */
export interface RecordRules {
  /** The usual one first. */
  readonly forms: readonly RecordForm[];
  readonly limits: RecordLimits;
  /** Texts that make a job fail wherever they are. @default none */
  readonly forbiddenTexts?: readonly string[] | undefined;
  /** Answers may hold `reasoningContent`. @default they may not */
  readonly reasoning?: true | undefined;
  /** Name of the family whose jobs do not use a validation file. @default they use it */
  readonly validationUnusedBy?: string | undefined;
}

/** A family of the catalogue with its key there. */
export type NamedFamily = ModelFamily & { readonly id: string };

/** Returns the family of a model; undefined where the catalogue does not say which, so that its records are not known. */
export function familyOf({ models, tuningFamilies = {} }: ModelCatalogue, modelId: string): NamedFamily | undefined {
  const id = modelEntry(models, modelId)?.tuningFamily;
  const family = id === undefined ? undefined : tuningFamilies[id];
  return id === undefined || family === undefined ? undefined : { id, ...family };
}

/** Returns what a family takes for a customization; undefined where it takes none. */
export function recordRules(family: ModelFamily, path: TrainingPath): RecordRules | undefined {
  const forms = path === 'continued-pretraining' ? undefined : family.records[path];
  if (forms === undefined) return undefined;
  return {
    forms,
    limits: path === 'distillation' ? DISTILLATION_LIMITS : family.tuningLimits,
    ...(family.forbiddenTexts.length === 0 ? {} : { forbiddenTexts: family.forbiddenTexts }),
    ...(family.reasoning ? { reasoning: true } : {}),
    ...(family.validation === 'unused' ? { validationUnusedBy: family.name } : {}),
  };
}
