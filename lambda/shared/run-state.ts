import type { BoundLine } from '../../lib/cost/run-bound.ts';
import type { RunRequest } from './training-run.ts';

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
  readonly importJob?: { readonly name: string; readonly arn: string; readonly deadline: string } | undefined;
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
  readonly watch?: {
    readonly status: 'waiting' | 'done';
    readonly detail: string;
    readonly losses?: Losses | undefined;
  };
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
