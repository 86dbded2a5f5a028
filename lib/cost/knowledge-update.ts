import { isTrainingPath } from '../paths.ts';
import type { PricedCell } from './comparison.ts';
import { sumUsd } from '../sums.ts';

/** How new knowledge gets into the answers of a path. */
type UpdateBy = 'prompt' | 'documents' | 'training';

export interface KnowledgeUpdate {
  readonly by: UpdateBy;
  /** What one update costs: a changed prompt nothing, a changed document its embedding, a tuned model another run. */
  readonly usd: number | null;
  /** Hours of one update where they follow from the workload; `null`: AWS promises none. */
  readonly hours: number | null;
}

/** What one update of what a path knows takes. */
export function knowledgeUpdate({ estimate, workload }: PricedCell): KnowledgeUpdate {
  const { path, lines, oneTime, components } = estimate;
  if (path === 'prompt-only') return { by: 'prompt', usd: 0, hours: null };
  if (isTrainingPath(path)) {
    const attempts = workload.attempts ?? 1;
    const run = components.training.oneTime.usd;
    return {
      by: 'training',
      usd: run === null || oneTime.usd === null ? null : run / attempts,
      hours: estimate.trainingHours?.hours ?? null,
    };
  }
  const documents = workload.rag?.documents?.documents ?? 0;
  const load = lines.filter(({ component, kind }) => component === 'data' && kind === 'one-time');
  const known = load.length > 0 && documents > 0 && load.every(({ usd }) => usd !== null);
  return {
    by: 'documents',
    usd: known ? sumUsd(load.map(({ usd }) => usd ?? 0)) / documents : null,
    hours: null,
  };
}
