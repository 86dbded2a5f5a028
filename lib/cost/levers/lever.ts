import type { CostComponent } from '../../meters/cost-component.ts';
import type { PathId, PathSection, TrainingPath } from '../../paths.ts';
import { DEFAULTS } from '../defaults.ts';
import { withField } from '../field.ts';
import type { Hosting, Inference, Operations, Workload } from '../workload.ts';

/** One thing that can be done about a cost. */
export interface Lever {
  /** The component it acts on. */
  readonly component: CostComponent;
  /** Pulls it as far as one would try first, or returns undefined where there is nothing to pull. */
  readonly pull: (position: Position) => Pulled | undefined;
}

/** A path as a workload describes it, before a lever is pulled. */
export interface Position {
  readonly workload: Workload;
  readonly path: PathId;
  /** Where the workload describes the path. */
  readonly section: PathSection;
  /** What the path does, its own settings laid over the shared ones. */
  readonly inference: Inference;
  readonly operations: Operations;
  readonly hosting: Hosting | undefined;
  /** The path if it trains a model of its own. */
  readonly training: TrainingPath | undefined;
  /** True if answers are paid by the token. */
  readonly onTokens: boolean;
  /** A smaller model of the family of the one that answers. */
  readonly smallerModelId: string | undefined;
}

export interface Change {
  readonly field: string;
  readonly from: number | string | boolean | null;
  readonly to: number | string | boolean;
}

export interface Pulled {
  readonly workload: Workload;
  readonly change: Change;
}

/** A working day's peak: nine to five, on the working days of a month, with most of the traffic in it. */
export const PEAK = { hoursPerDay: 8, daysPerMonth: 22, leadHours: DEFAULTS.leadHours, requestShare: 0.8 };

/**
 * Sets a field.
 * @param value differs from `to` where the change is told in other words than the field is written in
 */
export function set(
  workload: Workload,
  field: string,
  from: Change['from'],
  to: Change['to'],
  value: unknown = to,
): Pulled {
  return { workload: withField(workload, field, value), change: { field, from, to } };
}

/** Multiplies a number; there is nothing to pull where it is absent or zero. */
export function scale(workload: Workload, field: string, from: number | undefined, by: number): Pulled | undefined {
  return from === undefined || from === 0 ? undefined : set(workload, field, from, from * by);
}
