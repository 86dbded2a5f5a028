export type { TrainingEnv as CheckRunEnv } from '../shared/training-settings.ts';
