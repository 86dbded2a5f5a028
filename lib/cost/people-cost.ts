import { isTrainingPath, type PathId } from '../paths.ts';
import type { PeopleCost } from './split.ts';
import type { Workload } from './workload.ts';

/**
 * What labels and people cost that a tuned model takes, as far as the workload says; nothing is assumed. Only fine-tuning
 * learns from labelled examples: a teacher answers for distillation, and a corpus has no labels.
 */
export function peopleCost(path: PathId, { people, labels, fineTuning }: Workload): PeopleCost | undefined {
  if (!isTrainingPath(path) || (people === undefined && labels === undefined)) return undefined;
  const { setUpHours = 0, hoursPerMonth = 0, usdPerHour = 0 } = people ?? {};
  const examples = path === 'fine-tuning' ? (fineTuning?.trainingExamples ?? 0) : 0;
  return {
    onceUsd: setUpHours * usdPerHour + examples * (labels?.usdEach ?? 0),
    monthlyUsd: hoursPerMonth * usdPerHour,
  };
}
