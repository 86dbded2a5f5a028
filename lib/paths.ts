/**
 * The ways to customise a foundation model that this project compares: ids of stacks, as `cdk deploy` takes them, and values of the
 * tag `customization-path`.
 */
export const PATHS = ['prompt-only', 'rag', 'fine-tuning', 'continued-pretraining', 'distillation'] as const;

export type PathId = (typeof PATHS)[number];

/** Those that train a model of their own. */
export const TRAINING_PATHS = [
  'fine-tuning',
  'continued-pretraining',
  'distillation',
] as const satisfies readonly PathId[];

export type TrainingPath = (typeof TRAINING_PATHS)[number];

/** Whether a text, a tag's value for one, is a path of this project. */
export const isPathId = (text: string | null): text is PathId => (PATHS as readonly (string | null)[]).includes(text);

export const isTrainingPath = (path: PathId): path is TrainingPath =>
  (TRAINING_PATHS as readonly PathId[]).includes(path);
