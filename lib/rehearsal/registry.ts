import type { PathId } from '../paths.ts';
import type { PathRehearsal, PathStage } from './path-rehearsal.ts';
import { promptOnlyRehearsal } from './prompt-only-rehearsal.ts';
import { ragRehearsal } from './rag-rehearsal.ts';
import { trainingRehearsal } from './training-rehearsal.ts';

/** What is special about each path: a new one does not compile until it can be rehearsed. */
export const PATH_REHEARSALS: Record<PathId, (stage: PathStage) => PathRehearsal> = {
  'prompt-only': promptOnlyRehearsal,
  rag: ragRehearsal,
  'fine-tuning': trainingRehearsal,
  'continued-pretraining': trainingRehearsal,
  distillation: trainingRehearsal,
};
