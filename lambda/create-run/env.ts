export type { TrainingEnv as CreateRunEnv } from '../shared/training-settings.ts';
