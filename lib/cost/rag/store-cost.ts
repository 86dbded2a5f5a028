import type { z } from 'zod';
import type { StoreKind } from '../../catalogue/stores.ts';
import type { DerivedName, FieldName } from '../derived-name.ts';
import type { LineSheet } from '../line-sheet.ts';
import type { RagFields } from './rag-fields.ts';

/** A vector store as a workload describes it, on the way to its lines. */
export interface StoreUse<Store> {
  readonly sheet: LineSheet;
  readonly rag: RagFields;
  readonly store: Store;
  readonly requestsPerMonth: number | undefined;
  readonly hoursPerMonth: number;
}

/** The store that a lever is pulled on. */
interface StorePosition {
  readonly rag: RagFields;
  readonly store: {
    readonly kind: StoreKind;
    readonly vectors?: number | undefined;
    readonly storedGb?: number | undefined;
    readonly standbyReplicas?: boolean | undefined;
    readonly activeHoursPerMonth?: number | undefined;
  };
  /** True if the store bills capacity by the hour, so that it could be cheaper elsewhere. */
  readonly billsByHour: boolean;
  readonly workingHoursPerMonth: number;
}

/** Another store for the vectors, or another setting of the one that they are in. */
type StoreChange =
  | { readonly moveTo: Readonly<Record<string, unknown>> & { readonly kind: StoreKind } }
  | {
      readonly setting: string;
      readonly from: number | boolean | null;
      readonly to: number | boolean;
    };

/** Returns undefined where there is nothing to pull. */
export type StoreLever = (position: StorePosition) => StoreChange | undefined;

/** Everything that an estimate knows of one kind of store. */
export interface StoreCost<Store> {
  /** Its section of the workload. */
  readonly schema: z.ZodType<Store>;
  /** True if it bills capacity by the hour. */
  readonly billsByHour: boolean;
  /** True if parsing, chunking, embedding and reranking are part of its price. */
  readonly readsDocuments: boolean;
  /** Secrets that it keeps in Secrets Manager, each by whose it is. */
  readonly secrets: readonly string[];
  /**
   * The store as it takes the vectors of another, at its least; absent: it cannot be told without its capacity or size, or is not
   * deployed here.
   */
  readonly moved?: (from: { readonly vectors?: number | undefined; readonly storedGb?: number | undefined }) => Store;
  /** Capacity that is billed although nobody asks; absent: none. */
  readonly idleCapacity?: (use: StoreUse<Store>) => { readonly priceId: string; readonly hoursPerMonth: number };
  /** Adds what it costs, idle or not; its secrets apart. */
  readonly addLines: (use: StoreUse<Store>) => void;
  /** Names in its formulas that are fields of the workload with a default, and those that are derived. */
  readonly fieldNames: Readonly<Record<string, FieldName>>;
  readonly derivedNames: Readonly<Record<string, DerivedName>>;
  /** Numbers in its formulas that the workload says by yes or no. @default none */
  readonly values?: (store: Store) => Readonly<Record<string, number>>;
  /** What can be done about a cost with this store. @default nothing */
  readonly levers?: Readonly<Record<string, StoreLever>>;
}
