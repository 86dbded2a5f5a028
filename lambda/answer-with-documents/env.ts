import type { FilterTypes, FilterValue } from '../shared/contract.ts';
import type { AnsweringEnv } from '../shared/settings.ts';

/** What the construct must set. Values are strings, so `RETRIEVAL` is the JSON of `RetrievalSettings`. */
export interface DocumentsEnv extends AnsweringEnv {
  /** The application inference profile. */
  readonly MODEL_ARN: string;
  readonly KNOWLEDGE_BASE_ID: string;
  readonly RETRIEVAL: string;
}

export interface RetrievalSettings {
  readonly topK: number;
  readonly search: 'semantic' | 'hybrid';
  readonly minScore: number;
  readonly rerank?: { readonly modelArn: string; readonly candidates: number } | undefined;
  /** Attributes that every passage must have, whatever the caller asks. */
  readonly filter: Readonly<Record<string, FilterValue>>;
  readonly callerFilter: FilterTypes;
  readonly contextualGrounding: boolean;
  readonly usdPerMillionEmbeddingTokens: number | null;
  readonly usdPerThousandRerankQueries: number | null;
}
