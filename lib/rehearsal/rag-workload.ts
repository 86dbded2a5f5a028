import type { RagConfig } from '../config/rag.ts';
import { storeWorkload } from '../config/stores.ts';
import { measuredWorkload, type MeasuredCalls } from '../cost/measured-workload.ts';
import type { Workload } from '../cost/workload.ts';
import type { KnowledgeBaseFacts } from '../simulator/retrieval/index.ts';
import type { MeasuredProfile, MeteredUsage } from '../simulator/usage.ts';
import type { MeasuredRequests } from './path-rehearsal.ts';

/** The settings of the stack that its month depends on. */
export interface RagSettings {
  readonly modelId: string;
  readonly profileScope: string;
  readonly serviceTier: MeasuredCalls['tier'];
  readonly retrieval: {
    readonly topK: number;
    readonly rerank?: { readonly model: string; readonly candidates: number } | undefined;
  };
  readonly store: RagConfig['store'];
}

export interface MeasuredRag {
  readonly rag: RagSettings;
  readonly measured: MeasuredRequests;
  readonly profile: MeasuredProfile;
  readonly facts: KnowledgeBaseFacts;
  /** Share of the documents that change in the month. */
  readonly changedShare: number;
  /** What the month uses beside the questions: how long a cluster was awake is a measurement, as tokens are. */
  readonly storeUsage: readonly MeteredUsage[];
  /** Of a cluster. */
  readonly instances: number;
  readonly secrets: number;
}

/**
 * The workload of `rag` from the same measurements as the meter's, so that only the ways of reckoning differ. What chunks repeat of
 * each other is in the tokens of a document, so that no overlap is added once more.
 */
export function ragWorkload(input: MeasuredRag): Workload {
  const { rag, measured, profile, facts, changedShare, storeUsage, instances, secrets } = input;
  const { documents, vectors, embeddedTokens, sourceBytes, embeddingModelId, dimensions } = facts;
  const { modelId, profileScope, serviceTier, retrieval } = rag;
  const tokensPerChunk = embeddedTokens / vectors;
  const query = profile.usagePerRequest.find(({ priceId }) => priceId === `${embeddingModelId}/embedding`);
  const base = measuredWorkload({
    ...measured,
    modelId,
    profileScope,
    tier: serviceTier,
    // the estimator adds the retrieved chunks itself
    inputTokensPerRequest: Math.max(0, measured.inputTokensPerRequest - retrieval.topK * tokensPerChunk),
  });
  return {
    ...base,
    paths: ['rag'],
    operations: { ...base.operations, secrets: { secrets } },
    rag: {
      documents: {
        documents,
        tokensPerDocument: embeddedTokens / documents,
        bytesPerDocument: sourceBytes / documents,
        changedSharePerMonth: changedShare,
      },
      chunking: { tokensPerChunk },
      embedding: { modelId: embeddingModelId, dimensions },
      retrieval: {
        chunksPerRequest: retrieval.topK,
        queryTokensPerRequest: query?.quantity ?? 0,
        ...(retrieval.rerank === undefined
          ? {}
          : { rerank: { modelId: retrieval.rerank.model, candidatesPerRequest: retrieval.rerank.candidates } }),
      },
      vectorStore: storeWorkload(rag.store, {
        vectors,
        textBytes: facts.textBytes,
        dimensions,
        instances,
        used: (priceId) => storeUsage.find((used) => used.priceId === priceId)?.quantity ?? 0,
      }),
    },
  };
}
