import { DEFAULTS } from '../defaults.ts';
import { withField } from '../field.ts';
import { AURORA_SECRETS, storedGb } from '../rag/vector-store.ts';
import type { Rag, VectorStore } from '../workload.ts';
import { PEAK, scale, set, type Lever, type Position, type Pulled } from './lever.ts';

/** Less text retrieved and stored, and cheaper places to store it. */
export const RETRIEVAL_LEVERS = {
  'fewer-chunks': {
    component: 'data',
    pull: (position) => {
      const chunks = ragOf(position)?.retrieval?.chunksPerRequest;
      if (chunks === undefined || chunks < 2) return undefined;
      return set(position.workload, 'rag.retrieval.chunksPerRequest', chunks, Math.ceil(chunks / 2));
    },
  },
  'smaller-chunks': {
    component: 'data',
    pull: (position) => {
      const chunking = ragOf(position)?.chunking;
      if (chunking === undefined) return undefined;
      const { tokensPerChunk, overlapTokens = DEFAULTS.overlapTokens } = chunking;
      const smaller = tokensPerChunk * 0.8;
      if (overlapTokens >= smaller) return undefined;
      return set(position.workload, 'rag.chunking.tokensPerChunk', tokensPerChunk, smaller);
    },
  },
  's3-vectors': {
    component: 'data',
    pull: (position) => {
      const store = movableStore(position);
      if (store === undefined) return undefined;
      const { kind, vectors } = store;
      return moveVectors(position, kind, { kind: 's3-vectors', ...(vectors === undefined ? {} : { vectors }) });
    },
  },
  'paused-pgvector': {
    component: 'data',
    pull: (position) => {
      const store = movableStore(position);
      if (store === undefined) return undefined;
      const activeHoursPerMonth = PEAK.hoursPerDay * PEAK.daysPerMonth;
      if (store.kind === 'aurora-serverless-v2') {
        return store.activeHoursPerMonth === undefined
          ? set(position.workload, 'rag.vectorStore.activeHoursPerMonth', null, activeHoursPerMonth)
          : undefined;
      }
      const { vectors, storedGb } = store;
      return moveVectors(position, store.kind, {
        kind: 'aurora-serverless-v2',
        // I/O is included, so that no number of requests has to be guessed
        storage: 'io-optimized',
        minAcus: 0,
        acusWhenActive: 1,
        activeHoursPerMonth,
        ...(vectors === undefined ? {} : { vectors }),
        ...(storedGb === undefined ? {} : { storedGb }),
      });
    },
  },
  'managed-knowledge-base': {
    component: 'data',
    pull: (position) => {
      const rag = ragOf(position);
      if (rag?.vectorStore === undefined || rag.vectorStore.kind === 'managed') return undefined;
      const indexGb = storedGb(rag);
      return indexGb === undefined
        ? undefined
        : moveVectors(position, rag.vectorStore.kind, { kind: 'managed', indexGb });
    },
  },
  'no-standby': {
    component: 'data',
    pull: (position) => {
      const store = ragOf(position)?.vectorStore;
      if (store?.kind !== 'opensearch-serverless' || store.standbyReplicas === false) return undefined;
      return set(position.workload, 'rag.vectorStore.standbyReplicas', true, false);
    },
  },
  'smaller-vectors': {
    component: 'data',
    pull: (position) => {
      const { dimensions = 0 } = ragOf(position)?.embedding ?? {};
      return dimensions > 256 ? scale(position.workload, 'rag.embedding.dimensions', dimensions, 0.5) : undefined;
    },
  },
} as const satisfies Record<string, Lever>;

const ragOf = ({ path, workload }: Position): Rag | undefined => (path === 'rag' ? workload.rag : undefined);

/** A store of the user's own that could still be cheaper elsewhere. */
function movableStore(position: Position): Exclude<VectorStore, { kind: 's3-vectors' | 'managed' }> | undefined {
  const store = ragOf(position)?.vectorStore;
  return store?.kind === 's3-vectors' || store?.kind === 'managed' ? undefined : store;
}

function moveVectors({ workload, operations }: Position, from: VectorStore['kind'], store: VectorStore): Pulled {
  const moved = set(workload, 'rag.vectorStore', from, store.kind, store);
  const { secrets } = operations;
  if (secrets === undefined) return moved;
  // where secrets are counted, those of an Aurora store come and go with it
  const change = AURORA_SECRETS * (Number(isAurora(store.kind)) - Number(isAurora(from)));
  const counted = { ...secrets, secrets: Math.max(0, secrets.secrets + change) };
  return { ...moved, workload: withField(moved.workload, 'rag.operations.secrets', counted) };
}

const isAurora = (kind: VectorStore['kind']): boolean => kind === 'aurora-serverless-v2';
