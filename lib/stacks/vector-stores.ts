import type { Construct } from 'constructs';
import type { RagConfig } from '../config/rag.ts';
import type { StoreOf, StoreOfKind } from '../config/stores.ts';
import { AuroraStore } from '../constructs/aurora-store.ts';
import { OpenSearchStore } from '../constructs/opensearch-store.ts';
import { S3VectorsStore } from '../constructs/s3-vectors-store.ts';
import type { VectorStore, VectorStoreProps } from '../constructs/vector-store.ts';

type Kind = keyof StoreOf;

interface StoreProps extends VectorStoreProps {
  readonly logRetentionDays: RagConfig['logRetentionDays'];
}

/** How the stack rag deploys one kind of store. */
interface StackStore<Store> {
  readonly make: (scope: Construct, store: Store, props: StoreProps) => VectorStore;
  /** Settings that put the vectors elsewhere. A knowledge base that moves is another one, and its name is taken once. */
  readonly place: (store: Store) => readonly unknown[];
  /** A sentence that the description of the stack must say. @default none */
  readonly warning?: (store: Store) => string | undefined;
}

const STORES: { readonly [K in Kind]: StackStore<StoreOf[K]> } = {
  'opensearch-serverless': {
    make: (scope, { standbyReplicas, maxOcus, network, experimental }, { role, dimensions, fingerprint }) => {
      const generation = experimental === 'nextgen' ? 'NEXTGEN' : 'CLASSIC';
      const props = { role, dimensions, fingerprint, standbyReplicas, maxOcus, network, generation } as const;
      return new OpenSearchStore(scope, 'OpenSearch', props);
    },
    place: ({ kind, standbyReplicas, experimental }) => [kind, standbyReplicas, experimental ?? null],
    warning: ({ experimental }) =>
      experimental === 'nextgen'
        ? 'EXPERIMENTAL: that a knowledge base can search NextGen is unconfirmed, one report says that every Retrieve fails with 403.'
        : undefined,
  },
  'aurora-serverless-v2': {
    make: (scope, { minAcus, maxAcus, pauseAfterMinutes }, props) =>
      new AuroraStore(scope, 'Aurora', { ...props, minAcus, maxAcus, pauseAfterMinutes }),
    place: ({ kind }) => [kind],
  },
  's3-vectors': {
    make: (scope, _, { role, dimensions, fingerprint }) =>
      new S3VectorsStore(scope, 'Vectors', { role, dimensions, fingerprint }),
    place: ({ kind }) => [kind],
  },
};

/** Makes the store of a stack. */
export function storeConstruct<K extends Kind>(
  scope: Construct,
  store: StoreOfKind<K>,
  props: StoreProps,
): VectorStore {
  return STORES[store.kind].make(scope, store, props);
}

/** The settings of a store that put the vectors elsewhere. */
export function storePlace<K extends Kind>(store: StoreOfKind<K>): readonly unknown[] {
  return STORES[store.kind].place(store);
}

/** A sentence about the store, with a space before it, or nothing. */
export function storeWarning<K extends Kind>(store: StoreOfKind<K>): string {
  const warning = STORES[store.kind].warning?.(store);
  return warning === undefined ? '' : ` ${warning}`;
}
