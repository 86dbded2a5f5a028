import { PATH_SECTIONS, type PathId } from '../paths.ts';
import { PRICE_UNITS } from '../prices/price-unit.ts';
import type { CostLine } from './cost-line.ts';
import { DEFAULTS } from './defaults.ts';
import { textOf, type Facts } from './derived-name.ts';
import { inferenceOf, operationsOf } from './estimators.ts';
import { DERIVED_NAMES, FIELD_NAMES } from './formula-names.ts';
import { evaluate } from './formula.ts';
import { storeValues } from './rag/stores.ts';
import type { Hosting, Workload } from './workload.ts';

/** How a line comes to its quantity: the formula, and every value in it. */
export interface Derivation {
  readonly formula: string;
  /** Fields of the workload and the figures derived from them, in the order in which they are needed. */
  readonly values: readonly { readonly name: string; readonly value: number; readonly formula: string | null }[];
  /** Single tokens, requests, hours, …; `null` where a value is unknown. */
  readonly pieces: number | null;
  /** How many of those the line's unit is. */
  readonly piecesPerUnit: number;
}

/**
 * Derives the quantity of a line anew from its formula and the workload. It shares no arithmetic with the estimators, so
 * a test can hold the two against each other.
 */
export function derivation(line: CostLine, path: PathId, workload: Workload): Derivation {
  const said = numbersOf(path, workload);
  const facts = factsOf(path, workload, said);
  const values = new Map<string, { name: string; value: number; formula: string | null }>();
  const valueOf = (name: string): number => {
    const known = values.get(name);
    if (known !== undefined) return known.value;
    const derived = DERIVED_NAMES[name];
    const formula = derived === undefined ? null : textOf(derived, facts);
    const value = formula === null ? numberOf(name, said) : evaluate(formula, valueOf);
    if (value === undefined) throw new UnknownName(name);
    values.set(name, { name, value, formula });
    return value;
  };
  let pieces: number | null;
  try {
    pieces = evaluate(line.formula, valueOf);
  } catch (error) {
    if (!(error instanceof UnknownName)) throw error;
    pieces = null;
  }
  return {
    formula: line.formula,
    values: [...values.values()],
    pieces,
    piecesPerUnit: PRICE_UNITS[line.unit].pieces,
  };
}

class UnknownName extends Error {}

/** What the workload says under a name, or what it means where it says nothing. */
function numberOf(name: string, said: ReadonlyMap<string, number>): number | undefined {
  const { field = name, absent } = FIELD_NAMES[name] ?? {};
  return said.get(field) ?? said.get(name) ?? absent;
}

/** Every number that the workload has for a path: what the path says itself goes before what all paths share. */
function numbersOf(path: PathId, workload: Workload): ReadonlyMap<string, number> {
  const section = workload[PATH_SECTIONS[path]] ?? {};
  const said = new Map<string, number>();
  collect(said, '', workload, ['inference', 'operations', 'freeTier', ...Object.values(PATH_SECTIONS)]);
  collect(said, '', inferenceOf(workload, path));
  collect(said, '', operationsOf(workload, path));
  collect(said, '', section, ['inference', 'operations']);
  const store = path === 'rag' ? workload.rag?.vectorStore : undefined;
  if (store !== undefined) collect(said, '', storeValues(store.kind, store));
  return said;
}

function factsOf(path: PathId, workload: Workload, said: ReadonlyMap<string, number>): Facts {
  const hosting: Hosting | undefined = workload[PATH_SECTIONS[path]]?.hosting;
  return {
    given: (field: string) => said.has(field),
    provisioned: hosting?.kind === 'provisioned',
    reuse: path === 'distillation' && workload.distillation?.reuseLoggedAnswers === true,
    fullTraining: (workload.continuedPretraining?.method ?? DEFAULTS.method) === 'full',
  };
}

/** Every number below `value`, by its dotted name. */
function collect(into: Map<string, number>, prefix: string, value: object, leaveOut: readonly string[] = []): void {
  for (const [key, part] of Object.entries(value) as [string, unknown][]) {
    if (leaveOut.includes(key)) continue;
    const name = prefix === '' ? key : `${prefix}.${key}`;
    if (typeof part === 'number') into.set(name, part);
    else if (typeof part === 'object' && part !== null) collect(into, name, part);
  }
}
