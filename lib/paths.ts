/** The ways to customise a foundation model that this project compares: stack ids and values of the tag `customization-path`. */
export const PATHS = ['prompt-only', 'rag', 'fine-tuning', 'continued-pretraining', 'distillation'] as const;

export type PathId = (typeof PATHS)[number];

/** The paths whose stack exists so far: the ids that `cdk deploy` takes. */
export const DEPLOYABLE_PATHS = [
  'prompt-only',
  'rag',
  'fine-tuning',
  'continued-pretraining',
  'distillation',
] as const satisfies readonly PathId[];

export type DeployablePathId = (typeof DEPLOYABLE_PATHS)[number];

/** The paths that a rehearsal on this machine can play so far. */
export const REHEARSED_PATHS = ['prompt-only', 'rag'] as const satisfies readonly DeployablePathId[];

export type RehearsedPathId = (typeof REHEARSED_PATHS)[number];
