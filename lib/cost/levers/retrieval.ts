import type { StoreKind } from '../../catalogue/stores.ts';
import { DEFAULTS } from '../defaults.ts';
import { withField } from '../field.ts';
import type { StoreLever } from '../rag/store-cost.ts';
import { STORE_LEVERS, STORES, type StoreLeverId } from '../rag/stores.ts';
import type { Rag } from '../workload.ts';
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
  ...storeLevers(),
  'smaller-vectors': {
    component: 'data',
    pull: (position) => {
      const { dimensions = 0 } = ragOf(position)?.embedding ?? {};
      return dimensions > 256 ? scale(position.workload, 'rag.embedding.dimensions', dimensions, 0.5) : undefined;
    },
  },
} as const satisfies Record<string, Lever>;

const ragOf = ({ path, workload }: Position): Rag | undefined => (path === 'rag' ? workload.rag : undefined);

/** The levers of the stores, as levers of a workload. */
function storeLevers(): Record<StoreLeverId, Lever> {
  const levers = Object.entries<StoreLever>(STORE_LEVERS).map(([id, change]): [string, Lever] => [
    id,
    {
      component: 'data',
      pull: (position) => {
        const rag = ragOf(position);
        const store = rag?.vectorStore;
        if (rag === undefined || store === undefined) return undefined;
        const changed = change({
          rag,
          store,
          billsByHour: STORES[store.kind].billsByHour,
          workingHoursPerMonth: PEAK.hoursPerDay * PEAK.daysPerMonth,
        });
        if (changed === undefined) return undefined;
        if ('moveTo' in changed) return moveVectors(position, store.kind, changed.moveTo);
        return set(position.workload, `rag.vectorStore.${changed.setting}`, changed.from, changed.to);
      },
    },
  ]);
  return Object.fromEntries(levers) as Record<StoreLeverId, Lever>;
}

export function moveVectors(
  { workload, operations }: Pick<Position, 'workload' | 'operations'>,
  from: StoreKind,
  store: { readonly kind: StoreKind },
): Pulled {
  const moved = set(workload, 'rag.vectorStore', from, store.kind, store);
  const { secrets } = operations;
  if (secrets === undefined) return moved;
  // where secrets are counted, those of a store come and go with it
  const change = STORES[store.kind].secrets.length - STORES[from].secrets.length;
  const counted = { ...secrets, secrets: Math.max(0, secrets.secrets + change) };
  return { ...moved, workload: withField(moved.workload, 'rag.operations.secrets', counted) };
}
