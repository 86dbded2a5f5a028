export type { TrainingEnv as WatchRunEnv } from '../shared/training-settings.ts';
