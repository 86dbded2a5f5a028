import type { ApiCommitment } from '../prices/commitment.ts';
import { HOURS_PER_DAY } from '../units.ts';

/** Ways to serve a trained model. `none` keeps it unserved: it bills its storage only. */
export const HOSTING_KINDS = ['none', 'on-demand', 'provisioned', 'imported'] as const;

type HostingKind = (typeof HOSTING_KINDS)[number];

/** How a model is served once it is. */
export type ServedKind = Exclude<HostingKind, 'none'>;

/** How a trained model is to be served: as a run, a configuration or a command asks for it. */
export type HostingChoice =
  | { readonly kind: Exclude<HostingKind, 'provisioned'> }
  | {
      readonly kind: 'provisioned';
      readonly modelUnits: number;
      /** Hours after which the throughput is deleted, whatever happens. */
      readonly maxHours: number;
      readonly commitment?: ApiCommitment | undefined;
      /** A commitment bills to its end and cannot be deleted before: it must be asked for twice. */
      readonly acceptCommitment?: boolean | undefined;
    };

/** The most hours that throughput without a commitment may be asked for: a month. */
export const MOST_HOSTING_HOURS = 31 * HOURS_PER_DAY;

/** Where the training data lie, in the bucket of the stack. */
export type TrainingData =
  | { readonly trainUri: string; readonly validationUri?: string | undefined }
  /** Distillation only: prompts, and with `reuseLoggedAnswers` also the teacher's answers, from invocation logs. */
  | { readonly invocationLogsUri: string; readonly reuseLoggedAnswers: boolean };

export const ACTIONS = ['train', 'import', 'host'] as const;

/** Input of the state machine. */
export interface RunRequest {
  /** `import` makes a model of weights that exist, without training; `host` serves a model that exists. */
  readonly action: (typeof ACTIONS)[number];
  /** Also the name of the execution, but for peak hours: `YYYYMMDDhhmmss-<6 hex digits>`. */
  readonly runId: string;
  readonly dataset?: TrainingData | undefined;
  /** Folder of the weights, in the bucket of the stack; only with `import`. */
  readonly weightsUri?: string | undefined;
  /** The custom or imported model to host; only with `host`. */
  readonly customModelArn?: string | undefined;
  /** The run does not begin where its upper bound is higher. */
  readonly maxUsd: number;
  readonly hosting: HostingChoice;
  readonly hyperParameters?: Readonly<Record<string, string>> | undefined;
}
