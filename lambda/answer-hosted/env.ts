import type { AnsweringEnv } from '../shared/settings.ts';

export interface AnswerHostedEnv extends AnsweringEnv {
  /** Name of the parameter that says which models are hosted. */
  readonly MODEL_REGISTRY: string;
}
