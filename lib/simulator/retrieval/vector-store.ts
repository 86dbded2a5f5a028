import type { DeployedStore } from '../../catalogue/stores.ts';
import type { Constraints } from '../constraints.ts';
import type { SimulatorContext } from '../context.ts';
import { invalid, type ServiceError } from '../service-error.ts';
import type { SimulatedService } from '../simulated-service.ts';
import type { Tags } from '../usage.ts';
import type { HostServices } from './host-services.ts';
import type { SearchIndex } from './search-index.ts';

/** The place in a vector store that a knowledge base keeps its chunks in. */
export interface VectorPlace {
  readonly kind: DeployedStore;
  /** Resource that the bill names. */
  readonly arn: string;
  readonly tags: Tags;
  readonly index: SearchIndex;
  /** Whether the place still exists: what deletes vectors needs it. */
  readonly exists: () => boolean;
  /** Why it takes no chunk of Bedrock's. @default it takes them */
  readonly refuses?: string;
  /** Why it takes no document with such metadata of its own, or undefined. @default it takes them */
  readonly refusesMetadata?: (metadata: Readonly<Record<string, unknown>>) => string | undefined;
  /** What one query bills by itself, by the bytes of what it returns. @default nothing */
  readonly queryUsage?: (returnedBytes: number) => StoreMeter[];
  /** What writing vectors bills by itself. @default nothing */
  readonly writeUsage?: (written: StoredVectors) => StoreMeter[];
  /** What it bills in a month, used or not. */
  readonly monthUsage: (stored: StoredVectors, month: MonthOfQuestions) => StoreMeter[];
}

export interface MonthOfQuestions {
  readonly requests: number;
  readonly hours: number;
}

export interface StoredVectors {
  readonly vectors: number;
  readonly dimensions: number;
  /** Of everything that is kept beside the vectors. */
  readonly textBytes: number;
}

/** One meter of a store: a price and how much of it. */
export interface StoreMeter {
  readonly priceId: string;
  readonly operation: string;
  /** In single pieces of the price's unit. */
  readonly quantity: number;
}

export interface PlaceRequest {
  /** `<kind>Configuration` of the knowledge base's storage configuration. */
  readonly configuration: Readonly<Record<string, unknown>>;
  readonly check: Constraints;
  readonly roleArn: string;
  readonly dimensions: number;
}

/** What the simulation of a store is made from. */
export interface StoreEnvironment {
  readonly simulator: SimulatorContext;
  readonly hostServices: HostServices;
  /** Price by id; `null` where it is missing. */
  readonly usd: (priceId: string) => number | null;
}

/** One kind of store, with its resources. */
export interface SimulatedVectorStore extends SimulatedService {
  readonly kind: DeployedStore;
  /** Finds the place, as the creation of a knowledge base does. @throws ServiceError where it is not as the service needs it */
  readonly place: (request: PlaceRequest) => VectorPlace | Promise<VectorPlace>;
  /** Frees what it holds of this process. @default nothing */
  readonly close?: () => Promise<void>;
}

/** What the creation of a knowledge base says of a store that is not as Bedrock needs it. */
export function unusable(reason: string): ServiceError {
  return invalid(`The knowledge base storage configuration provided is invalid... ${reason}`);
}
