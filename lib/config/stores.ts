import { z } from 'zod';
import { DEPLOYED_STORES, STORE_FACTS, type DeployedStore, type StoreKind } from '../catalogue/stores.ts';
import { STORES as STORE_COSTS } from '../cost/rag/stores.ts';
import type { VectorStore } from '../cost/workload.ts';
import type { PriceBook } from '../prices/price-book.ts';
import type { PriceUnit } from '../prices/price-unit.ts';
import { usdPer } from '../prices/usd-per.ts';
import { BYTES_PER_GB, HOURS_PER_MONTH } from '../units.ts';

const openSearchSchema = z.strictObject({
  kind: z.literal('opensearch-serverless'),
  standbyReplicas: z
    .boolean()
    .default(false)
    .describe('A second copy of every OCU in another zone: doubles the idle cost. Default: false.'),
  maxOcus: z
    .strictObject({
      indexing: z.int().min(1).max(1_696).default(2),
      search: z.int().min(1).max(1_696).default(2),
    })
    .prefault({})
    .describe(
      'Most OCUs that indexing and search may each scale to, billed by the OCU-hour: the upper bound of what the store costs. Default: 2 each.',
    ),
  network: z
    .enum(['public', 'bedrock-only'])
    .default('public')
    .describe(
      "Who may reach the collection's endpoint. public: anybody may connect, and only the knowledge base's role and the deployment's role are let in (IAM and the collection's own access policy). bedrock-only: Bedrock alone may connect. That it keeps CloudFormation from creating the index is reported and unconfirmed, so create the stack with public and change to bedrock-only afterwards; change back before whatever replaces the index. Costs nothing. Default: public.",
    ),
  experimental: z
    .enum(['nextgen'])
    .optional()
    .describe(
      'nextgen: OpenSearch Serverless NextGen, which scales to zero. Unconfirmed: one report says that a knowledge base over it takes documents but every Retrieve fails with 403; whether its index takes the mapping that Bedrock needs; what its first request after a pause waits for (10 to 30 s are reported). Ask it something right after the first sync. Default: Classic.',
    ),
});

const auroraSchema = z.strictObject({
  kind: z.literal('aurora-serverless-v2'),
  minAcus: z
    .number()
    .min(0)
    .max(256)
    .multipleOf(0.5)
    .default(0)
    .describe(
      'Fewest ACUs, billed by the hour. 0: the cluster pauses, and the first question after a pause waits about 15 s for it. Default: 0.',
    ),
  maxAcus: z
    .number()
    .min(1)
    .max(256)
    .multipleOf(0.5)
    .default(2)
    .describe('Most ACUs, billed by the hour: the upper bound of what the cluster costs. Default: 2.'),
  pauseAfterMinutes: z
    .int()
    .min(5)
    .max(1_440)
    .default(5)
    .describe('Minutes without a query until the cluster pauses; it bills until then. Default: 5.'),
});

const s3VectorsSchema = z.strictObject({ kind: z.literal('s3-vectors') });

const SCHEMAS = {
  'opensearch-serverless': openSearchSchema,
  'aurora-serverless-v2': auroraSchema,
  's3-vectors': s3VectorsSchema,
} as const satisfies Record<DeployedStore, z.ZodType>;

type Schema = (typeof SCHEMAS)[DeployedStore];

/** A store as the configuration has it, by its kind. */
export type StoreOf = { readonly [K in DeployedStore]: z.infer<(typeof SCHEMAS)[K]> };

/** A store of one kind, which the compiler knows from the store itself. */
export type StoreOfKind<K extends DeployedStore> = StoreOf[K] & { readonly kind: K };

export const STORE_SCHEMAS = DEPLOYED_STORES.map((kind): Schema => SCHEMAS[kind]) as [Schema, ...Schema[]];

/** What a stack costs while idle. */
export interface IdleCost {
  /** `null` where a price is unknown. Without what the documents' own storage costs, which depends on how many there are. */
  readonly usdPerMonth: number | null;
  /** What it is made of, and what is paid besides. */
  readonly reason: string;
}

/** The settings of the stack that not every store goes with. */
interface StoreNeighbours {
  readonly search: 'semantic' | 'hybrid';
  readonly chunking: string;
  readonly dimensions: number;
}

interface StoreVerdict {
  readonly errors: readonly string[];
  readonly warnings: readonly string[];
}

/** What a deployed knowledge base and its month were measured to be. */
export interface StoreMeasurement {
  readonly vectors: number;
  readonly textBytes: number;
  readonly dimensions: number;
  /** Of a cluster. */
  readonly instances: number;
  /** Pieces that the month used of a price. */
  readonly used: (priceId: string) => number;
}

/** Everything that the configuration knows of one kind of store. */
interface ConfiguredStore<Store> {
  /** Sentence of the store for the schema. */
  readonly about: string;
  readonly idle: (store: Store, prices: IdlePrices) => IdleCost;
  /** Finds settings that cannot work with it. @default none */
  readonly judge?: (store: Store, neighbours: StoreNeighbours) => StoreVerdict;
  /** The store before anything is deployed, as a workload describes it; undefined where that takes more than the configuration. */
  readonly planned: (store: Store) => VectorStore | undefined;
  /** The store of a deployed stack as a workload describes it. */
  readonly workload: (store: Store, measured: StoreMeasurement) => VectorStore;
}

interface IdlePrices {
  readonly priced: (quantity: number, id: string, per: PriceUnit) => number | null;
  /** A clause that names the ids without a price; empty if there is none. */
  readonly missing: (...ids: string[]) => string;
}

/** https://github.com/pgvector/pgvector: HNSW indexes of type vector. */
const MAX_INDEXED_DIMENSIONS = 2_000;

/** ACUs of an instance that is awake with nothing to do. */
const LEAST_ACTIVE_ACUS = 0.5;

const STORES: { readonly [K in DeployedStore]: ConfiguredStore<StoreOf[K]> } = {
  'opensearch-serverless': {
    about: 'opensearch-serverless costs about $175 a month idle (1 OCU), searches by meaning and by words.',
    idle: ({ experimental, standbyReplicas }, { priced, missing }) => {
      if (experimental === 'nextgen') {
        return { usdPerMonth: 0, reason: 'NextGen scales to 0 OCUs, which is unconfirmed; storage by the GB' };
      }
      const ocus = standbyReplicas ? 2 : 1;
      return {
        usdPerMonth: priced(ocus * HOURS_PER_MONTH, 'aoss/ocu', 'OCU-hour'),
        reason: `${ocus} OCU × ${HOURS_PER_MONTH} hours from its creation on; storage by the GB${missing('aoss/ocu')}`,
      };
    },
    planned: ({ kind, standbyReplicas, experimental }) =>
      experimental === undefined ? { kind, standbyReplicas } : undefined,
    workload: ({ kind, standbyReplicas }, measured) => ({
      kind,
      standbyReplicas,
      vectors: measured.vectors,
      storedGb: storedGb(measured),
    }),
  },
  'aurora-serverless-v2': {
    about: 'aurora-serverless-v2 pauses: idle it costs two secrets ($0.80 a month) and storage.',
    idle: ({ kind, minAcus }, { priced, missing }) => {
      const { length: secrets } = STORE_COSTS[kind].secrets;
      const acus = priced(minAcus * HOURS_PER_MONTH, 'aurora/acu', 'ACU-hour');
      const secretsUsd = priced(secrets, 'secrets/secret', 'secret-month');
      const compute = minAcus === 0 ? 0 : acus;
      return {
        usdPerMonth: compute === null || secretsUsd === null ? null : compute + secretsUsd,
        reason: `${secrets} secrets and ${minAcus === 0 ? 'no ACU while paused' : `${minAcus} ACU × ${HOURS_PER_MONTH} hours`}; storage by the GB${missing('secrets/secret', ...(minAcus === 0 ? [] : ['aurora/acu']))}`,
      };
    },
    judge: ({ minAcus, maxAcus }, { dimensions }) => ({
      errors: [
        ...(minAcus > maxAcus ? [`store.minAcus: must be at most maxAcus (${maxAcus}), got ${minAcus}`] : []),
        ...(dimensions > MAX_INDEXED_DIMENSIONS
          ? [
              `embedding.dimensions: pgvector indexes vectors of at most ${MAX_INDEXED_DIMENSIONS} dimensions, got ${dimensions}`,
            ]
          : []),
      ],
      warnings: [],
    }),
    planned: ({ kind, minAcus }) => ({ kind, minAcus, acusWhenActive: Math.max(minAcus, LEAST_ACTIVE_ACUS) }),
    workload: ({ kind, minAcus }, measured) => {
      const acusWhenActive = Math.max(minAcus, LEAST_ACTIVE_ACUS);
      const activeHoursPerMonth = measured.used('aurora/acu') / measured.instances / acusWhenActive;
      return {
        kind,
        minAcus,
        acusWhenActive,
        ...(minAcus === 0 ? { activeHoursPerMonth } : {}),
        instances: measured.instances,
        ioRequestsPerMonth: measured.used('aurora/io'),
        vectors: measured.vectors,
        storedGb: storedGb(measured),
      };
    },
  },
  's3-vectors': {
    about: 's3-vectors costs nothing idle but storage, searches by meaning only.',
    idle: () => ({ usdPerMonth: 0, reason: 'storage by the GB only' }),
    judge: (_, { chunking }) => ({
      errors: [],
      warnings:
        chunking === 'hierarchical'
          ? [
              `chunking: AWS advises against hierarchical chunks in s3-vectors: a vector takes 40 KB of metadata, and the parent's text is part of it`,
            ]
          : [],
    }),
    planned: ({ kind }) => ({ kind }),
    workload: ({ kind }, { vectors, textBytes }) => ({
      kind,
      vectors,
      nonFilterableMetadataBytesPerVector: textBytes / vectors,
    }),
  },
};

const storedGb = ({ vectors, dimensions, textBytes }: StoreMeasurement): number =>
  (vectors * 4 * dimensions + textBytes) / BYTES_PER_GB;

/** A sentence for each store that can be chosen. */
export const STORE_SENTENCES: readonly string[] = DEPLOYED_STORES.map((kind) => STORES[kind].about);

/** Stores that do not search by words. */
export const MEANING_ONLY: readonly StoreKind[] = DEPLOYED_STORES.filter((kind) => !STORE_FACTS[kind].searchesByWords);

/** Finds what cannot work, or not well, with the store that is chosen. */
export function judgeStore<K extends DeployedStore>(store: StoreOfKind<K>, neighbours: StoreNeighbours): StoreVerdict {
  const kind: K = store.kind;
  const byWords =
    neighbours.search === 'hybrid' && !STORE_FACTS[kind].searchesByWords
      ? [`retrieval.search: ${kind} searches by meaning only; take 'semantic', or another store for 'hybrid'`]
      : [];
  const { errors, warnings } = STORES[kind].judge?.(store, neighbours) ?? { errors: [], warnings: [] };
  return { errors: [...byWords, ...errors], warnings };
}

/** What a store costs while nobody asks and nothing changes. */
export function idleCostOf<K extends DeployedStore>(store: StoreOfKind<K>, book: PriceBook): IdleCost {
  return STORES[store.kind].idle(store, {
    priced: (quantity, id, per) => {
      const usd = usdPer(book.prices, id, per);
      return usd === null ? null : quantity * usd;
    },
    missing: (...ids) => {
      const unknown = ids.filter((id) => !book.prices.has(id));
      return unknown.length === 0 ? '' : `, no price for ${unknown.join(', ')} in config/prices/${book.region}.json`;
    },
  });
}

/** Describes a store that is configured and not measured; undefined where what it costs hangs on more than its settings. */
export function plannedStore<K extends DeployedStore>(store: StoreOfKind<K>): VectorStore | undefined {
  return STORES[store.kind].planned(store);
}

/** Describes the store of a deployed stack as a workload does, from what was measured. */
export function storeWorkload<K extends DeployedStore>(store: StoreOfKind<K>, measured: StoreMeasurement): VectorStore {
  return STORES[store.kind].workload(store, measured);
}
