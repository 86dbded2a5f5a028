import type { Route } from './api.ts';
import type { Call, ResourceType } from './resource-type.ts';
import type { Leftover, SimulatedResource } from './usage.ts';

/** One idea of what is simulated: its operations, what they leave behind, and the CloudFormation types made through them. */
export interface SimulatedService {
  readonly routes: readonly Route[];
  /** Everything that exists. @default it keeps nothing */
  readonly resources?: () => readonly SimulatedResource[];
  /** What a resource bills although nobody uses it; `null` where a price is missing. @default nothing */
  readonly usdPerDay?: (resource: SimulatedResource) => number | null;
  /** By type, such as `AWS::Bedrock::KnowledgeBase`. @default none */
  readonly resourceTypes?: (call: Call) => Readonly<Record<string, ResourceType>>;
}

export function leftoversOf({ resources, usdPerDay }: SimulatedService): Leftover[] {
  return (resources?.() ?? []).map((resource) => ({
    ...resource,
    usdPerDay: usdPerDay === undefined ? 0 : usdPerDay(resource),
  }));
}
