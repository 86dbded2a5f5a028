import type { ModelCatalogue } from '../catalogue/models.ts';
import type { PriceBook } from '../prices/price-book.ts';
import type { Ledger, Tagging } from './bill.ts';
import type { VirtualClock } from './clock.ts';
import type { Fault } from './faults.ts';
import type { CalculatorBehaviour } from './pricing-calculator.ts';
import type { HostServices } from './retrieval/host-services.ts';
import type { KnowledgeBaseFacts, RetrievalMonth } from './retrieval/index.ts';
import type {
  Leftover,
  MeasuredProfile,
  Measurement,
  MeteredCall,
  MeteredUsage,
  MonthOfUsage,
  SimulatedResource,
} from './usage.ts';

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
   * Base URL of a server on loopback that offers `/chat/completions`, such as `http://127.0.0.1:8080/v1`.
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
  /** How AWS Pricing Calculator answers from now on; before, it gives list prices. */
  readonly calculatorBehaves: (behaviour: CalculatorBehaviour) => void;
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
