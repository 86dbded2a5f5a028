import type { PathId } from '../../lib/paths.ts';

/** What the construct must set. */
export interface SyncEnv {
  readonly PATH_ID: PathId;
  readonly KNOWLEDGE_BASE_ID: string;
  readonly DATA_SOURCE_ID: string;
  readonly QUEUE_URL: string;
}
