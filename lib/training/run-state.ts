import type { BoundLine } from '../cost/run-bound.ts';
import type { RunRequest } from './run-request.ts';

/** What passes from step to step of a run: the request, and what the steps have found and made. */
export interface RunState extends RunRequest {
  /** What could not be looked at beforehand, for a person. */
  readonly warnings?: readonly string[] | undefined;
  readonly data?: { readonly records: number; readonly bytes: number; readonly estimatedTokens: number } | undefined;
  readonly bound?: { readonly usd: number; readonly lines: readonly BoundLine[] } | undefined;
  readonly job?:
    | {
        readonly kind: 'customization-job' | 'training-job';
        readonly name: string;
        readonly arn: string;
        readonly startedAt: string;
        /** When it is stopped, done or not. */
        readonly deadline: string;
      }
    | undefined;
  readonly importJob?:
    | {
        readonly name: string;
        readonly arn: string;
        /** Absent in runs of before it was recorded. */
        readonly startedAt?: string | undefined;
        readonly deadline: string;
        /** What is imported. Absent in runs of before it was recorded. */
        readonly weightsUri?: string | undefined;
      }
    | undefined;
  readonly host?:
    | {
        readonly kind: 'deployment' | 'throughput' | 'imported-model';
        readonly name: string;
        readonly arn: string;
        /** Absent in runs of before it was recorded. */
        readonly startedAt?: string | undefined;
        readonly deadline: string;
        readonly until?: string | undefined;
      }
    | undefined;
  /** The last look at what the run waits for; absent before the first. */
  readonly watch?: Watch | undefined;
  /** Set by the state machine where the function that looks failed itself: with the next look it is gone. */
  readonly unseen?: StepFailure | undefined;
  /** Set by the state machine where a step ended the run. */
  readonly failure?: StepFailure | undefined;
}

export interface Watch {
  readonly status: 'waiting' | 'done';
  /** What AWS last said; empty where it has not answered yet. */
  readonly detail: string;
  readonly losses?: Losses | undefined;
  /** When AWS last answered. */
  readonly seenAt?: string | undefined;
  /** True once the job has begun to train: from then on it may bill. */
  readonly trains?: boolean | undefined;
  /** Present while AWS cannot be asked. */
  readonly unseen?: { readonly since: string; readonly error: string } | undefined;
}

/** What Step Functions puts beside the run where a step failed. */
export interface StepFailure {
  readonly Error?: string | undefined;
  readonly Cause?: string | undefined;
}

export interface Losses {
  readonly training?: number | undefined;
  readonly validation?: readonly number[] | undefined;
}

/** One step of the state machine: it takes the run and gives it back with what it adds. */
export interface StepEvent<Step extends string> {
  readonly step: Step;
  readonly run: RunState;
  /** Name of the execution. */
  readonly execution?: string | undefined;
}
