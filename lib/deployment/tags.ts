import type { CostComponent } from '../meters/cost-component.ts';
import type { PathId } from '../paths.ts';

/** The tag keys of the contract. Values never change between deployments: a changed tag replaces some resources. */
export const TAG_KEYS = {
  path: 'customization-path',
  component: 'cost-component',
  project: 'project',
  environment: 'environment',
  owner: 'fmpaths-owner',
} as const;

/** Namespace of the CloudWatch metrics, which carry no tags: their dimensions are path and component. */
export const METRIC_NAMESPACE = 'fmpaths';

export type TagKey = (typeof TAG_KEYS)[keyof typeof TAG_KEYS];

/**
 * Value of the path's tag for what watches all paths and belongs to none (the stack `comparison`). Never a path's id: its cost is
 * this project's overhead, shown beside the paths and charged to none of them.
 */
export const OVERHEAD = 'comparison';

export interface TagInput {
  readonly path: PathId | typeof OVERHEAD;
  readonly component: CostComponent;
  readonly project: string;
  readonly environment: string;
  /** Id of the stack that created the resource (`AWS::StackId`): what a deletion must match exactly. */
  readonly owner: string;
}

/** The tags of one billable resource, for CloudFormation and for every API call that creates something. */
export function costTags(input: TagInput): Record<TagKey, string> {
  return {
    [TAG_KEYS.path]: input.path,
    [TAG_KEYS.component]: input.component,
    [TAG_KEYS.project]: input.project,
    [TAG_KEYS.environment]: input.environment,
    [TAG_KEYS.owner]: input.owner,
  };
}
