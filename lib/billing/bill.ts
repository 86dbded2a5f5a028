import { COST_COMPONENTS, type CostComponent } from '../meters/cost-component.ts';
import { PATHS, type PathId } from '../paths.ts';
import { groupBy, sumUsd } from '../sums.ts';
import type { Note } from './notes.ts';

export const BILL_SOURCES = ['cost-explorer', 'cur', 'focus', 'athena'] as const;

export type BillSource = (typeof BILL_SOURCES)[number];

/**
 * How a row came to its path. `tag`: AWS billed it under the path's tag. `inferred`: untagged, and only one deployed path
 * could have caused it. `none`: untagged or shared, belongs to no path as far as the bill shows.
 */
type Attribution = 'tag' | 'inferred' | 'none';

export interface BilledRow {
  readonly path: PathId | null;
  /** Null where the tag does not say it and the usage type is in no table: shown as unmapped. */
  readonly component: CostComponent | null;
  readonly componentFrom: 'tag' | 'usage-type' | 'unmapped';
  /** UTC day, `YYYY-MM-DD`; null where the source carries no dates. */
  readonly day: string | null;
  /** Price List service code, or the product's own name where AWS Marketplace bills it. */
  readonly service: string;
  readonly usageType: string;
  readonly usd: number;
  /** In `unit`; null where the source does not say. Never add up quantities of different usage types. */
  readonly quantity: number | null;
  readonly unit: string | null;
  readonly attribution: Attribution;
  readonly inferredFrom: 'resource-id' | 'usage-type' | null;
  /** What the path's tag says although it is no path of this project; null otherwise. */
  readonly foreignTagValue: string | null;
}

export const EXCLUDED_KINDS = ['credit', 'refund', 'tax'] as const;

export type ExcludedKind = (typeof EXCLUDED_KINDS)[number];

export interface TagSpelling {
  readonly role: 'path' | 'component';
  readonly column: string;
  /** Null where the tag has a column of its own. */
  readonly key: string | null;
}

/** The same dollars seen another way: shown beside the bill, never added to it. */
export interface SecondAttribution {
  readonly kind: 'resource' | 'principal' | 'principal-tag';
  readonly value: string;
  /** The path that the resource's tag gives to these dollars. */
  readonly path: PathId | null;
  readonly usd: number;
}

export interface Completeness {
  /** Last day of the window whose charges are at least 72 hours old; null where there is none. */
  readonly completeUntil: string | null;
  /** Days younger than 72 hours: AWS still adds charges to them. */
  readonly settlingDays: readonly string[];
  /** Days AWS itself marks as estimated (the month is not closed). Empty where the source does not say. */
  readonly estimatedDays: readonly string[];
  /** Days of the window without any charge of any service: probably not delivered yet, or the account was unused. */
  readonly emptyDays: readonly string[];
}

export type OutsideReason =
  | 'before-window'
  | 'after-window'
  | 'undated'
  | ExcludedKind
  | 'other-currency'
  | 'no-cost'
  | 'copy'
  | 'overlap-option'
  | 'older-version'
  | 'answers-differ';

/** Money that was read and is in no row of the bill. */
export interface OutsideItem {
  readonly reason: OutsideReason;
  /** Null where the source does not count them, or they could not be read. */
  readonly rows: number | null;
  readonly currency: string;
  /** Null is unknown: neither in the gross sum nor in the table. */
  readonly amount: number | null;
  /** Files that are outside as a whole; null for lines of files that count. */
  readonly files: string | null;
  /** Files that are counted in their place. */
  readonly keptInstead: string | null;
}

/** A file in the folder that no amount comes from. */
export interface NotRead {
  readonly file: string;
  readonly reason: 'month-outside' | 'format' | 'linked-folder' | 'no-file';
}

/** Everything that was read, in the table or outside it: `grossUsd` is `inTableUsd` plus `outsideUsd`, exactly, before each becomes a double. */
export interface BillReading {
  /** Null where the source has no files, or does not say. */
  readonly files: number | null;
  /** Answers of Cost Explorer, each a page; null for any other source. */
  readonly pages: number | null;
  readonly rows: number;
  readonly grossUsd: number;
  readonly rowsInTable: number;
  readonly inTableUsd: number;
  /** Sum of `outside` in US dollars. */
  readonly outsideUsd: number;
  readonly outside: readonly OutsideItem[];
  readonly notRead: readonly NotRead[];
}

/** What AWS billed in a window, from any source. */
export interface Bill {
  readonly source: BillSource;
  /** True where the rows come from the rehearsal and no AWS account was charged. */
  readonly simulated: boolean;
  /** First day, UTC. */
  readonly from: string;
  /** Last day, UTC, counted in. */
  readonly until: string;
  readonly currency: 'USD';
  readonly metric: 'UnblendedCost' | 'BilledCost';
  /** Paths that untagged charges may be inferred to, and who says so. */
  readonly deployed: { readonly paths: readonly PathId[]; readonly saidBy: 'caller' | 'tags' };
  readonly rows: readonly BilledRow[];
  readonly read: BillReading;
  /** Left out of every row and total. */
  readonly excluded: readonly { readonly kind: ExcludedKind; readonly usd: number }[];
  /** Charges in another currency, converted by nobody and in no total. */
  readonly otherCurrencies: readonly { readonly currency: string; readonly amount: number }[];
  readonly completeness: Completeness;
  readonly tagSpellings: readonly TagSpelling[];
  readonly secondAttributions: readonly SecondAttribution[];
  /** What asking cost; null where it is unknown, 0 for local files. */
  readonly queryUsd: number | null;
  readonly notes: readonly Note[];
}

export interface BillCell {
  readonly path: PathId | null;
  readonly component: CostComponent | null;
  readonly taggedUsd: number;
  readonly inferredUsd: number;
  /** Of no path: the untagged and shared remainder. */
  readonly remainderUsd: number;
}

/** Total of every path and component that occurs, paths first, the remainder last. */
export function billCells(rows: readonly BilledRow[]): BillCell[] {
  const paths: readonly (PathId | null)[] = [...PATHS, null];
  const components: readonly (CostComponent | null)[] = [...COST_COMPONENTS, null];
  const groups = groupBy(rows, (row) => `${row.path ?? ''}|${row.component ?? ''}`);
  return paths.flatMap((path) =>
    components.flatMap((component) => {
      const group = groups.get(`${path ?? ''}|${component ?? ''}`);
      if (group === undefined) return [];
      const of = (attribution: Attribution) =>
        sumUsd(group.filter((row) => row.attribution === attribution).map((row) => row.usd));
      return [{ path, component, taggedUsd: of('tag'), inferredUsd: of('inferred'), remainderUsd: of('none') }];
    }),
  );
}
