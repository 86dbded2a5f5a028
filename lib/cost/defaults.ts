import { MOST_DISTILLATION_PROMPTS } from '../catalogue/distillation.ts';
import type { PathId } from '../paths.ts';
import { HOURS_PER_MONTH } from '../units.ts';

/** Where a workload describes a path. */
export const PATH_SECTIONS = {
  'prompt-only': 'promptOnly',
  rag: 'rag',
  'fine-tuning': 'fineTuning',
  'continued-pretraining': 'continuedPretraining',
  distillation: 'distillation',
} as const satisfies Record<PathId, string>;

/** What a workload means where it says nothing. Nothing here is a price or a capacity. */
export const DEFAULTS = {
  hoursPerMonth: HOURS_PER_MONTH,
  synthesizedPrompts: MOST_DISTILLATION_PROMPTS,
  leadHours: 1,
  /** Of each training instance; the stack asks for as much. */
  trainingVolumeGb: 200,
  /** A UUID as text. */
  keyBytesPerVector: 36,
  /** The most that one PutVectors call takes. */
  vectorsPerPut: 500,
  /** English prose; used only where a document's size in bytes is not given. */
  bytesPerToken: 4,
  logRetentionDays: 30,
} as const;
