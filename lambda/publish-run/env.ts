export type { TrainingEnv as PublishRunEnv } from '../shared/training-settings.ts';
