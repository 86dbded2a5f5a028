import { z } from 'zod';
import { STORE_KINDS, type StoreKind } from '../../catalogue/stores.ts';
import type { DerivedName, FieldName } from '../derived-name.ts';
import type { IdleStore } from '../line-sheet.ts';
import type { StoreCost, StoreUse } from './store-cost.ts';
import { AURORA_SERVERLESS_V2 } from './stores/aurora-serverless-v2.ts';
import { MANAGED } from './stores/managed.ts';
import { OPENSEARCH_NEXTGEN } from './stores/opensearch-nextgen.ts';
import { OPENSEARCH_SERVERLESS } from './stores/opensearch-serverless.ts';
import { S3_VECTORS } from './stores/s3-vectors.ts';

const COSTS = {
  'opensearch-serverless': OPENSEARCH_SERVERLESS,
  'opensearch-serverless-nextgen': OPENSEARCH_NEXTGEN,
  'aurora-serverless-v2': AURORA_SERVERLESS_V2,
  's3-vectors': S3_VECTORS,
  managed: MANAGED,
} as const satisfies Record<StoreKind, unknown>;

type Schema = (typeof COSTS)[StoreKind]['schema'];

/** A store as a workload describes it, by its kind. */
type StoreOf = { readonly [K in StoreKind]: z.infer<(typeof COSTS)[K]['schema']> };

/** What each kind of store costs. */
export const STORES: { readonly [K in StoreKind]: StoreCost<StoreOf[K]> } = COSTS;

export const vectorStoreSchema = z.discriminatedUnion(
  'kind',
  STORE_KINDS.map((kind): Schema => COSTS[kind].schema) as [Schema, ...Schema[]],
);

/** Levers of the stores. Those that save the same are listed in this order. */
export const STORE_LEVERS = {
  ...S3_VECTORS.levers,
  ...AURORA_SERVERLESS_V2.levers,
  ...MANAGED.levers,
  ...OPENSEARCH_SERVERLESS.levers,
} as const satisfies StoreCost<never>['levers'];

export type StoreLeverId = keyof typeof STORE_LEVERS;

/** Adds the lines of a store, its secrets apart. */
export function addStoreLines<K extends StoreKind>(kind: K, use: StoreUse<StoreOf[K]>): void {
  STORES[kind].addLines(use);
}

/** What a store bills a month although nobody asks, once its lines are there: `usdPerMonth` is null where it has no price. */
export function idleStore<K extends StoreKind>(kind: K, use: StoreUse<StoreOf[K]>): IdleStore | null {
  const idle = STORES[kind].idleCapacity?.(use);
  if (idle === undefined || idle.hoursPerMonth === 0) return null;
  const usd = use.sheet.book.prices.get(idle.priceId)?.usd;
  return { kind, usdPerMonth: usd === undefined ? null : usd * idle.hoursPerMonth };
}

/** Numbers of a store that formulas name and the workload says by yes or no. */
export function storeValues<K extends StoreKind>(kind: K, store: StoreOf[K]): Readonly<Record<string, number>> {
  return STORES[kind].values?.(store) ?? {};
}

const ALL = STORE_KINDS.map((kind) => STORES[kind]);

export const STORE_FIELD_NAMES: Readonly<Record<string, FieldName>> = Object.fromEntries(
  ALL.flatMap(({ fieldNames }) => Object.entries(fieldNames)),
);

export const STORE_DERIVED_NAMES: Readonly<Record<string, DerivedName>> = Object.fromEntries(
  ALL.flatMap(({ derivedNames }) => Object.entries(derivedNames)),
);
