/** The four parts every cost is split into: values of the tag `cost-component`. */
export const COST_COMPONENTS = ['inference', 'training', 'data', 'operations'] as const;

export type CostComponent = (typeof COST_COMPONENTS)[number];
