import type { RehearsedPathId } from '../paths.ts';
import type { PathRehearsal, PathStage } from './path-rehearsal.ts';
import { promptOnlyRehearsal } from './prompt-only-rehearsal.ts';
import { ragRehearsal } from './rag-rehearsal.ts';

/** What is special about each path: one that deploys does not compile until it can be rehearsed. */
export const PATH_REHEARSALS: Record<RehearsedPathId, (stage: PathStage) => PathRehearsal> = {
  'prompt-only': promptOnlyRehearsal,
  rag: ragRehearsal,
};
