import type { AnsweringEnv } from '../shared/settings.ts';

export interface AnswerEnv extends AnsweringEnv {
  /** The application inference profile. */
  readonly MODEL_ARN: string;
}
