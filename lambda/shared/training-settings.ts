import type { TrainingSettings } from '../../lib/training/settings.ts';
import { requireEnv } from './env.ts';

export interface TrainingEnv {
  readonly TRAINING: string;
}

export function trainingSettings(env: Readonly<Record<string, string | undefined>>): TrainingSettings {
  return JSON.parse(requireEnv(env, 'TRAINING' satisfies keyof TrainingEnv)) as TrainingSettings;
}
