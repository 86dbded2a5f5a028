/** The four parts every cost is split into: values of the tag `cost-component`. */
export const COST_COMPONENTS = ['inference', 'training', 'data', 'operations'] as const;

export type CostComponent = (typeof COST_COMPONENTS)[number];

interface Meter {
  readonly component: CostComponent;
  /** CloudFormation types whose tagged instances cause this usage. */
  readonly resourceTypes?: readonly string[];
  /** AWS Price List service code, needed where services share a usage type. */
  readonly service?: string;
  /** Billed usage types without their Region prefix. */
  readonly usageType?: RegExp;
  /** Where the usage type was seen. */
  readonly source: string;
}
