import type { TrainingEnv } from '../shared/training-settings.ts';

export interface ReapRunEnv extends TrainingEnv {
  readonly STATE_MACHINE_ARN: string;
  /** JSON list of the names of rules that begin runs. */
  readonly STARTING_RULES: string;
}
