import type { CostComponent } from '../meters/cost-component.ts';
import type { Confidence } from '../prices/price-book.ts';
import type { PriceUnit } from '../prices/price-unit.ts';

/** When a line falls due: once, every month whatever the traffic, or with the traffic. */
export type CostKind = 'one-time' | 'fixed' | 'usage';

/** One line of an estimated bill. Nothing in it is rounded; `null` is unknown and never counts as zero. */
export interface CostLine {
  readonly component: CostComponent;
  readonly kind: CostKind;
  /** As on the AWS price page: `Input tokens (batch)`. */
  readonly name: string;
  /** How many of `unit`: in all for a one-time line, a month for the others. */
  readonly quantity: number | null;
  readonly unit: PriceUnit;
  readonly unitPriceUsd: number | null;
  readonly usd: number | null;
  readonly priceId: string;
  /** True if there can be no price, because AWS does not sell this. @default the price is only not known */
  readonly notOffered?: true;
  /** Field of the catalogue that would say whether AWS sells this, of a line without a price. @default it is sold, or is not */
  readonly offerUnsaid?: string;
  /** What AWS bills it as, where the price book knows. */
  readonly usageType: string | null;
  readonly source: string | null;
  readonly date: string | null;
  readonly confidence: Confidence | null;
  /** What the quantity supposes. */
  readonly assumption: string;
  /** How many single pieces the quantity counts, in the names of the workload's fields. */
  readonly formula: string;
}

/** A sum in which unknown is not zero. */
export interface Total {
  /** `null` as soon as one part is unknown. */
  readonly usd: number | null;
  /** The sum of the known parts. */
  readonly knownUsd: number;
}
