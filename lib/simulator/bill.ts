import type { CostComponent } from '../meters/cost-component.ts';
import type { PathId } from '../paths.ts';
import type { MeteredUsage } from './usage.ts';

export interface LedgerTotal {
  readonly path: PathId | null;
  readonly component: CostComponent;
  /** `null` where a price is missing. */
  readonly usd: number | null;
  /** What the priced part costs. */
  readonly knownUsd: number;
  /** What of the priced part stands on lines with the tag of the path. */
  readonly taggedUsd: number;
}

/** `confirmed`: a line carries tags only where AWS is known to put them there. `all`: the line of every tagged resource does. */
export type Tagging = 'confirmed' | 'all';

export interface WriteOptions {
  /** @default confirmed */
  readonly tagging?: Tagging | undefined;
  /** Keys that are activated for cost allocation. @default every key of the tag contract but the owner */
  readonly activeTagKeys?: readonly string[] | undefined;
  /** Only these months, `YYYY-MM`. @default all */
  readonly months?: readonly string[] | undefined;
}

export interface WrittenBill {
  readonly files: readonly string[];
  readonly rows: number;
}

/** What was used, and the simulated bill made of it. */
export interface Ledger {
  readonly usage: () => readonly (MeteredUsage & { readonly at: Date })[];
  /** What so many pieces cost; `null` where the price is missing. */
  readonly usdOf: (priceId: string, pieces: number) => number | null;
  /** By path and component, over all months or one (`YYYY-MM`), as lines are tagged. */
  readonly totals: (month?: string, tagging?: Tagging) => LedgerTotal[];
  /**
   * Writes `data/BILLING_PERIOD=YYYY-MM/…snappy.parquet` under the folder.
   * @throws UserError where a price is missing: unknown is not zero
   */
  readonly writeParquet: (folder: string, options?: WriteOptions) => Promise<WrittenBill>;
}
