import type { CostComponent } from '../meters/cost-component.ts';
import type { PathId } from '../paths.ts';

export type Tags = Readonly<Record<string, string>>;

export interface SimulatedResource {
  /** CloudFormation type, also of what the API created. */
  readonly type: string;
  readonly arn: string;
  readonly name: string;
  /** `null` where AWS has no tags for the type. */
  readonly tags: Tags | null;
  readonly createdAt: Date;
}

export interface Leftover extends SimulatedResource {
  /** What it bills although nobody uses it; `null` where a price is missing. */
  readonly usdPerDay: number | null;
}

export interface MeteredCall {
  readonly operation: string;
  /** Path that made the call; `null` where no tag says so. */
  readonly path: PathId | null;
  readonly at: Date;
  /** The profile that was called, or the model where none was. */
  readonly modelArn: string;
  readonly modelId: string;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly cacheReadInputTokens: number;
  readonly cacheWriteInputTokens: number;
  /** Virtual: what such an answer might have taken. */
  readonly latencyMs: number;
  readonly usage: readonly MeteredUsage[];
}

/** Something on the bill that a resource caused. */
interface Billable {
  /** Id in the price book. */
  readonly priceId: string;
  /** ARN that the bill names; `null` where AWS names none. */
  readonly resourceId: string | null;
  /** Tags of that resource. */
  readonly tags: Tags;
  /** Path and component that truly caused it, whatever the bill shows: for checking sums. */
  readonly path: PathId | null;
  readonly component: CostComponent;
  /** What the bill calls `line_item_operation`. */
  readonly operation: string;
}

export interface MeteredUsage extends Billable {
  /** In single pieces of the price's unit: tokens, requests, GB-seconds, GB-months; never thousands or millions of them. */
  readonly quantity: number;
}

export interface Measurement {
  readonly path: PathId;
  /** Requests of the workload that caused the calls: a positive whole number. */
  readonly requests: number;
  /** How many of `calls()` came before and are left out: what prepared the path is no question. @default 0 */
  readonly skip?: number | undefined;
}

export interface MeasuredProfile {
  readonly requests: number;
  readonly calls: number;
  /** Mean of the calls. */
  readonly latencyMsPerCall: number;
  /** Mean token counts of a request, as Converse reports them. */
  readonly tokensPerRequest: Readonly<
    Record<'inputTokens' | 'outputTokens' | 'cacheReadInputTokens' | 'cacheWriteInputTokens', number>
  >;
  /** Everything that one request used on average. */
  readonly usagePerRequest: readonly MeteredUsage[];
}

export interface MonthOfUsage {
  /** `YYYY-MM`, UTC; must not have begun on the virtual clock. */
  readonly month: string;
  /** Whole number; spread evenly over the days. */
  readonly requestsPerMonth: number;
  readonly usagePerRequest: readonly MeteredUsage[];
  /** What stands whatever the traffic, as an amount for the whole month (GB-months, metric-months). @default none */
  readonly usagePerMonth?: readonly MeteredUsage[] | undefined;
  /** What one window of five minutes with at least one request uses. @default nothing */
  readonly usagePerWindow?: readonly MeteredUsage[] | undefined;
  /** What every request leaves behind for some days. @default nothing */
  readonly storagePerRequest?: readonly StoredUsage[] | undefined;
}

/** Amounts that pile up: the price is per month of storage, the quantity what one request adds. */
export interface StoredUsage extends MeteredUsage {
  /** Days until it is deleted. The days before the month are taken to have been like its average day. */
  readonly retentionDays: number;
}
