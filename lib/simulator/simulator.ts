import type { ModelCatalogue } from '../catalogue/models.ts';
import type { CostComponent } from '../meters/components.ts';
import type { PathId } from '../paths.ts';
import type { PriceBook } from '../prices/price-book.ts';
import type { VirtualClock } from './clock.ts';
import type { HostServices } from './retrieval/host-services.ts';
import type { KnowledgeBaseFacts, RetrievalMonth } from './retrieval/index.ts';

export interface SimulatorOptions {
  /** @default a free port */
  readonly port?: number | undefined;
  /** Secret of one run; part of the URL, so that no other process of the machine gets an answer. */
  readonly runToken: string;
  readonly region: string;
  readonly accountId: string;
  readonly clock: VirtualClock;
  /** Prices that the simulated bill is made with. */
  readonly prices: PriceBook;
  /** Models that exist in the simulated Region, with their limits. */
  readonly models: ModelCatalogue;
  /**
   * Base URL of an OpenAI-compatible server on loopback, such as `http://127.0.0.1:8080/v1`.
   * @default answers are made up here, the same for the same request
   */
  readonly llmUrl?: string | undefined;
  /** What knowledge bases read of other services. @default nothing is there */
  readonly hostServices?: HostServices | undefined;
  /** Guardrails that requests may name. @default none: naming one is refused */
  readonly guardrails?: readonly SimulatedGuardrail[] | undefined;
  /** Where jobs read data sets and weights, and leave what they make. @default an empty one: every job fails for want of data */
  readonly objects?: ObjectStore | undefined;
  /** @default what a new account that asked AWS Support for two model units has */
  readonly quotas?: Partial<TrainingQuotas> | undefined;
}

/** Amazon S3 as a service sees it. */
export interface ObjectStore {
  /** `undefined` where there is no such object. */
  readonly read: (s3Uri: string) => Promise<string | undefined>;
  /** URIs of the objects under a prefix. */
  readonly list: (s3Uri: string) => Promise<readonly string[]>;
  readonly write: (s3Uri: string, text: string) => Promise<void>;
}

/** Most of each in the account and Region. */
export interface TrainingQuotas {
  readonly customizationJobsInProgress: number;
  readonly customModels: number;
  readonly deployments: number;
  readonly deploymentsInProgress: number;
  /** Without commitment. AWS sells none until Support was asked. */
  readonly modelUnits: number;
  readonly committedModelUnits: number;
  readonly importJobsInProgress: number;
  readonly importedModels: number;
  /** Of each type, for training. */
  readonly trainingInstances: number;
}

export interface SimulatedGuardrail {
  readonly id: string;
  readonly version: string;
  /** Policies that are switched on: each bills a text unit per 1,000 characters it reads. */
  readonly policies: readonly GuardrailPolicy[];
  /** Texts that it blocks, whatever their case. */
  readonly blocks: readonly string[];
  readonly blockedMessage: string;
}

/** Grounding checks and automated reasoning are not simulated. */
export type GuardrailPolicy = 'content' | 'topics' | 'words' | 'sensitive-information';

export interface Simulator {
  /** Endpoint of every simulated service, with the run token in its path: see `simulatorEndpoints`. */
  readonly url: string;
  readonly port: number;
  readonly control: SimulatorControl;
  /** Ends every connection; waits for nothing. */
  readonly close: () => Promise<void>;
}

export interface SimulatorControl {
  readonly inject: (fault: Fault) => void;
  /** Everything that exists. */
  readonly resources: () => SimulatedResource[];
  /** Everything that exists and that nobody would want to find after a destroy, with what it would bill. */
  readonly leftovers: () => Leftover[];
  /** The answered calls so far, oldest first. */
  readonly calls: () => readonly MeteredCall[];
  /**
   * What the answered calls of a path used, spread over `requests` requests of a workload: the profile to play a month with.
   * @throws UserError where no call was answered, or `requests` is not a positive whole number
   */
  readonly measured: (measurement: Measurement) => MeasuredProfile;
  readonly knowledgeBases: () => readonly KnowledgeBaseFacts[];
  /** What a knowledge base bills in a month beside its questions. @throws UserError where there is none of that id */
  readonly knowledgeBaseMonth: (knowledgeBaseId: string, month: RetrievalMonth) => MeteredUsage[];
  /** Meters one month of one or more paths day by day and moves the clock to its end. */
  readonly playMonth: (...paths: readonly MonthOfUsage[]) => void;
  /** What every customization job trained on, oldest first. */
  readonly trainingJobs: () => readonly TrainedJob[];
  /** What one window of five minutes with a call bills, of every imported model. */
  readonly windowUsage: () => readonly MeteredUsage[];
  readonly ledger: Ledger;
  /** How Cost Explorer shows lines from now on; before, it is `confirmed`. */
  readonly showTags: (tagging: Tagging) => void;
}

export interface TrainedJob {
  readonly jobName: string;
  readonly modelId: string;
  readonly tokensPerEpoch: number;
  readonly epochs: number;
  readonly teacherModelId?: string | undefined;
  /** What a teacher was asked and answered; undefined where none was. */
  readonly teacher?:
    { readonly prompts: number; readonly inputTokens: number; readonly outputTokens: number } | undefined;
}

export const FAULT_KINDS = [
  'throttle',
  'timeout',
  '5xx',
  'model-not-ready',
  'access-denied',
  'stream-abort',
  'stream-error',
  'stuck-deletion',
  'slow-consistency',
  'quota',
  'conflict',
  'document-failure',
  'job-failure',
  'resuming',
  'lost-response',
  // faults that no service model names
  'internal-failure',
  'unavailable',
  'gateway-page',
  'empty-answer',
  'lost-connection',
  // refusals of a model
  'legacy',
  'end-of-life',
  'use-case-form',
  'no-guardrail',
  'guardrail-denied',
  'no-model-access',
  'no-subscription',
  'scp-denied',
  'on-demand-only',
] as const;

export type FaultKind = (typeof FAULT_KINDS)[number];

/** Makes an operation fail as the service would. */
export interface Fault {
  /** API operation such as `Converse` or `DeleteInferenceProfile`. */
  readonly operation: string;
  readonly kind: FaultKind;
  /** How many calls fail. @default 1 */
  readonly times?: number | undefined;
  /** How many calls succeed before. @default 0 */
  readonly after?: number | undefined;
}

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

/** Body of `POST <url>/_fmpaths/resources`: one CloudFormation resource that the emulator has no type for. */
export interface ResourceRequest {
  readonly requestType: 'Create' | 'Update' | 'Delete';
  /** Such as `AWS::Bedrock::ApplicationInferenceProfile`. */
  readonly type: string;
  readonly properties: Readonly<Record<string, unknown>>;
  /** Update and Delete: what the last answer gave. */
  readonly physicalResourceId?: string | undefined;
}

/** Answer to a `ResourceRequest`; on refusal the status is 400 and the body `{ "error": { "type", "message" } }`. */
export interface ResourceResponse {
  /** What `Ref` returns. After an update it differs where the change replaced the resource; the old one is then still there, for CloudFormation to delete. */
  readonly physicalResourceId: string;
  /** What `Fn::GetAtt` returns. */
  readonly attributes: Readonly<Record<string, unknown>>;
}
