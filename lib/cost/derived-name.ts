/** A number of the workload that a formula may name although the workload leaves it out. */
export interface FieldName {
  /** Where the workload has it, if not under the name itself. */
  readonly field?: string;
  readonly absent: number;
}

/** What the workload says that decides which formula holds. */
export interface Facts {
  readonly given: (field: string) => boolean;
  /** True if model units serve the path. */
  readonly provisioned: boolean;
  /** True if a distillation reuses logged answers. */
  readonly reuse: boolean;
  /** True if continued pre-training trains all weights. */
  readonly fullTraining: boolean;
}

/** A figure derived from others, as a formula over their names. */
export type DerivedName = string | ((facts: Facts) => string);

/** The field itself where the workload has it. */
export const or =
  (field: string, otherwise: DerivedName | number): DerivedName =>
  (facts) =>
    facts.given(field) ? field : typeof otherwise === 'function' ? otherwise(facts) : String(otherwise);

/** The formula that holds for a workload. */
export function textOf(derived: DerivedName, facts: Facts): string {
  return typeof derived === 'string' ? derived : derived(facts);
}
