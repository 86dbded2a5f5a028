import { DEPLOYED_STORES, type DeployedStore } from '../../catalogue/stores.ts';
import { aurora } from './aurora.ts';
import { openSearchServerless } from './opensearch-serverless.ts';
import { s3Vectors } from './s3-vectors.ts';
import type { SimulatedVectorStore, StoreEnvironment } from './vector-store.ts';

const STORES: Record<DeployedStore, (environment: StoreEnvironment) => SimulatedVectorStore> = {
  'opensearch-serverless': openSearchServerless,
  'aurora-serverless-v2': aurora,
  's3-vectors': s3Vectors,
};

/** Simulates every store that can be deployed. */
export function vectorStores(environment: StoreEnvironment): SimulatedVectorStore[] {
  return DEPLOYED_STORES.map((kind) => STORES[kind](environment));
}
