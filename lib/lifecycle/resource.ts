import type { ApiCommitment } from '../prices/commitment.ts';

/** What the API creates on a training path, in the order in which it must be removed. */
export const RESOURCE_KINDS = [
  'customization-job',
  'training-job',
  'import-job',
  'deployment',
  'throughput',
  'custom-model',
  'imported-model',
] as const;

export type ResourceKind = (typeof RESOURCE_KINDS)[number];

/** Something that was created by an API call and that CloudFormation does not know. */
export interface CreatedResource {
  readonly kind: ResourceKind;
  readonly arn: string;
  readonly name: string;
  /** As the service calls it. */
  readonly status: string;
  /** Tag `fmpaths-owner`: the id of the stack that created it; undefined where there is none. */
  readonly owner: string | undefined;
  /** Base model, where the service says it: the price of storage and throughput. */
  readonly baseModelArn?: string | undefined;
  /** Provisioned Throughput only. */
  readonly modelUnits?: number | undefined;
  readonly commitment?: ApiCommitment | undefined;
  /** A commitment bills until then and cannot be deleted before. */
  readonly committedUntil?: Date | undefined;
}

/** Whether it ends by itself, and may leave a model when it does. */
export const isJob = (kind: ResourceKind): boolean => kind.endsWith('-job');

/** Whether it cannot be had back without being trained or imported once more. */
export const isModel = (kind: ResourceKind): boolean => kind.endsWith('-model');

/** Whether it is on its way out or has ended by itself, so that nothing is left to ask for. */
export function isEnding({ kind, status }: CreatedResource): boolean {
  // an import cannot be stopped: what it makes is removed when it is there
  if (kind === 'import-job') return true;
  return isJob(kind) ? status !== 'InProgress' : /deleting/i.test(status);
}

/** Whether it counts as gone: what has ended bills nothing and cannot be deleted. */
export function isOver({ kind, status }: Pick<CreatedResource, 'kind' | 'status'>): boolean {
  return isJob(kind) && !/^(?:InProgress|Stopping)$/.test(status);
}
