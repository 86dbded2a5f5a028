import type { ServedKind } from './run-request.ts';

/** One model that answers, as the registry of its stack has it. */
export interface PublishedModel {
  readonly kind: ServedKind;
  /** What is given to Converse as model id. */
  readonly modelArn: string;
  readonly customModelArn: string;
  readonly runId: string;
  readonly publishedAt: string;
  /** When it will be deleted; absent where it stays. */
  readonly until?: string | undefined;
}

/** Value of the registry's parameter. */
export interface ModelRegistry {
  readonly hosted: readonly PublishedModel[];
}
