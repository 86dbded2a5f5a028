import { measuredWorkload, type MeasuredCalls } from '../cost/measured-workload.ts';
import type { Workload } from '../cost/workload.ts';
import type { KnowledgeBaseFacts } from '../simulator/retrieval/index.ts';
import type { MeasuredProfile, MeteredUsage } from '../simulator/usage.ts';
import { BYTES_PER_GB } from '../units.ts';
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
  readonly store:
    | { readonly kind: 'opensearch-serverless'; readonly standbyReplicas: boolean }
    | { readonly kind: 'aurora-serverless-v2'; readonly minAcus: number }
    | { readonly kind: 's3-vectors' };
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

/** ACUs of an instance that is awake with nothing to do. */
const LEAST_ACTIVE_ACUS = 0.5;

/**
 * The workload of `rag` from the same measurements as the meter's, so that only the ways of reckoning differ. What chunks repeat of
 * each other is in the tokens of a document, so that no overlap is added once more.
 */
export function ragWorkload(input: MeasuredRag): Workload {
  const { rag, measured, profile, facts, changedShare, secrets } = input;
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
      vectorStore: vectorStoreOf(input),
    },
  };
}

type VectorStore = NonNullable<NonNullable<Workload['rag']>['vectorStore']>;

function vectorStoreOf({ rag: { store }, facts, storeUsage, instances }: MeasuredRag): VectorStore {
  const { vectors, textBytes, dimensions } = facts;
  const storedGb = (vectors * 4 * dimensions + textBytes) / BYTES_PER_GB;
  const quantity = (priceId: string): number => storeUsage.find((used) => used.priceId === priceId)?.quantity ?? 0;
  switch (store.kind) {
    case 'opensearch-serverless':
      return { kind: store.kind, standbyReplicas: store.standbyReplicas, vectors, storedGb };
    case 's3-vectors':
      return { kind: store.kind, vectors, nonFilterableMetadataBytesPerVector: textBytes / vectors };
    case 'aurora-serverless-v2': {
      const acusWhenActive = Math.max(store.minAcus, LEAST_ACTIVE_ACUS);
      const activeHoursPerMonth = quantity('aurora/acu') / instances / acusWhenActive;
      return {
        kind: store.kind,
        minAcus: store.minAcus,
        acusWhenActive,
        ...(store.minAcus === 0 ? { activeHoursPerMonth } : {}),
        instances,
        ioRequestsPerMonth: quantity('aurora/io'),
        vectors,
        storedGb,
      };
    }
  }
}
