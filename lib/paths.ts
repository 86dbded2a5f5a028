/**
 * The ways to customise a foundation model that this project compares: ids of stacks, as `cdk deploy` takes them, and values of the
 * tag `customization-path`.
 */
export const PATHS = ['prompt-only', 'rag', 'fine-tuning', 'continued-pretraining', 'distillation'] as const;

export type PathId = (typeof PATHS)[number];
