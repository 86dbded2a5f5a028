export const RECORD_FORMS = ['conversation', 'prompt-completion', 'input', 'text'] as const;

/** How one record of a data set is written. */
export type RecordForm = (typeof RECORD_FORMS)[number];

/** How many records a job takes. */
export interface RecordLimits {
  readonly min: number;
  readonly max: number;
  /** Fewer are taken, and rarely teach a model anything. */
  readonly advised: number;
  readonly maxBytes: number;
  /** Source of the limits. */
  readonly source: string;
}

/** Prompts that a distillation job takes, whatever the student (Bedrock user guide, prerequisites for model distillation). */
export const DISTILLATION_LIMITS: RecordLimits = {
  min: 100,
  max: 15_000,
  advised: 100,
  maxBytes: 1024 ** 3,
  source: 'the prerequisites of model distillation',
};

/** Prompts that a job trains on at most: Bedrock may add its own to the given ones, up to as many. */
export const MOST_DISTILLATION_PROMPTS = DISTILLATION_LIMITS.max;
