import type { ModelCatalogue } from '../catalogue/models.ts';
import { UserError } from '../errors/user-error.ts';
import type { CostComponent } from '../meters/cost-component.ts';
import type { PriceBook } from '../prices/price-book.ts';
import { PRICE_UNITS, type PriceUnit } from '../prices/price-unit.ts';
import { TIER_LIMITS, type TieredPriceId } from '../prices/tier-limits.ts';
import { usdPerUnit } from '../prices/usd-per.ts';
import type { CostKind, CostLine } from './cost-line.ts';
import type { TokenFlow } from './token-flow.ts';

/** Everything about a line that does not depend on the workload's numbers. */
export interface LineSpec {
  readonly component: CostComponent;
  readonly kind: CostKind;
  readonly name: string;
  readonly unit: PriceUnit;
  readonly assumption: string;
  /** The count behind the quantity, in the names of the workload's fields: `--explain` puts the values in. */
  readonly formula: string;
}

/** What Provisioned Throughput on a path comes to, against the same tokens on demand. */
export interface ThroughputFacts {
  readonly priceId: string;
  /** `null`: the capacity of a model unit is not known. */
  readonly modelUnits: number | null;
  readonly billedHoursPerMonth: number;
  readonly usdPerModelUnitHour: number | null;
  /** Tokens an hour, input and output in the workload's proportion, that cost as much on demand as one model unit. */
  readonly equalCostTokensPerHour: number | null;
  /** Whose token prices those are: a tuned model that nobody can call on demand is held against its base model. */
  readonly equalCostAt: 'own-prices' | 'base-model-prices' | null;
  /** Share of a model unit's capacity from which throughput is cheaper; above 1 it never is. */
  readonly breakEvenUtilisation: number | null;
}

/** Weights that continued pre-training changes: adapters beside them, or all. */
export type TrainingMethod = 'lora' | 'full';

/** Where the hours of a training run come from, and what they rest on. */
export interface TrainingHours {
  /** Of each instance, for one run. */
  readonly hours: number;
  /** `null` where the workload gives the hours. */
  readonly derivedFrom: HoursDerivation | null;
}

/** What derived hours rest on. */
export interface HoursDerivation {
  readonly tokens: number;
  readonly parametersBillions: number;
  readonly method: TrainingMethod;
  readonly operationsPerParameterAndToken: number;
  readonly utilisation: number;
  /** True if the workload does not say it. */
  readonly utilisationAssumed: boolean;
  /** Public measurements. */
  readonly utilisationRange: readonly [from: number, to: number];
  readonly accelerator: string;
  readonly denseBf16Tflops: number;
  readonly accelerators: number;
  /** Instances that share the work. */
  readonly instances: number;
  /** Of each instance: those that compute at the same time. */
  readonly parallelAccelerators: number;
  readonly startUpHours: number;
  /** False if the training script would train on the processors of the instance instead. */
  readonly scriptUsesAccelerators: boolean;
  /** The least memory for weights, gradients and optimizer; activations come on top. */
  readonly leastMemoryMib: number;
  /** Of the accelerators of one instance: the training script spreads a model over no more. */
  readonly memoryMib: number;
}

/** An instance type of the workload that the catalogue does not have. */
export interface UnknownInstance {
  readonly type: string;
  /** Those of the catalogue with nearly the same name. */
  readonly near: readonly string[];
}

/** Something the reader must know about a path's figures; the report has its sentence in each language. */
export type Note =
  | 'capacity-unknown'
  | 'distillation-upper-bound'
  | 'epochs-usual'
  | 'epochs-most'
  | 'few-examples'
  | 'profile-not-offered'
  | 'nextgen-unconfirmed'
  | 'ocu-lower-bound'
  | 'no-cpt-on-bedrock'
  | 'no-hosting'
  | 'import-upper-bound'
  | 'import-one-copy'
  | 'base-model-no-commitment'
  | 'prefix-too-short'
  | 'prefix-too-long'
  | 'prefix-minimum-unknown'
  | 'prefix-not-cached'
  | 'prefix-dearer-cached'
  | 'cache-lifetime-not-offered'
  | 'cache-lifetime-assumed'
  | 'long-prompt'
  | 'prompt-near-limit'
  | 'thinking-on-request'
  | 'thinking-unknown'
  | 'evaluation-by-time'
  | 'model-ended'
  | 'model-legacy'
  | 'legacy-no-throughput';

/** A vector store whose capacity is billed although nobody asks. */
export interface IdleStore {
  readonly kind: string;
  /** `null`: its price is not known. */
  readonly usdPerMonth: number | null;
}

/** What an estimator writes on. */
export interface LineSheet {
  readonly book: PriceBook;
  /** What is true of models and instances. Undefined where nobody says: what depends on it is unknown. */
  readonly catalogue: ModelCatalogue | undefined;
  /** Training runs until one model is good enough: each costs what the first does. */
  readonly attempts: number;
  readonly lines: CostLine[];
  /** Fields of the workload without which the path cannot be priced whole. */
  readonly missing: string[];
  /** The components that such a field leaves unknown. */
  readonly incomplete: CostComponent[];
  readonly notes: Note[];
  /** What the calls read and write, for a difference to be told by. */
  readonly flows: TokenFlow[];
  /** Other ways to do what the path does, as the catalogue tells of them: named, and not priced. */
  elsewhere: readonly string[];
  throughput: ThroughputFacts | null;
  trainingHours: TrainingHours | null;
  unknownInstance: UnknownInstance | null;
  idleStore: IdleStore | null;
}

export function lineSheet(book: PriceBook, catalogue?: ModelCatalogue, attempts = 1): LineSheet {
  return {
    book,
    catalogue,
    attempts,
    lines: [],
    missing: [],
    incomplete: [],
    notes: [],
    flows: [],
    elsewhere: [],
    throughput: null,
    trainingHours: null,
    unknownInstance: null,
    idleStore: null,
  };
}

/** What is known of whether AWS sells something: it does, as far as is known; it does not; or a field of the catalogue does not say. */
export type Offer = 'assumed' | 'refused' | { readonly unsaid: string };

/**
 * Adds one line for `pieces` single tokens, requests, hours, …: none for zero, an unknown one where the count or the
 * price is unknown.
 * @param offer tells what the book lacks apart from what nobody sells
 * @throws UserError where the book prices the id by something else than what is counted.
 */
export function addLine(
  sheet: LineSheet,
  spec: LineSpec,
  priceId: string,
  pieces: number | null,
  offer: Offer = 'assumed',
): void {
  if (pieces === 0) return;
  const { component, kind, name, unit, assumption, formula } = spec;
  const quantity = pieces === null ? null : pieces / PRICE_UNITS[unit].pieces;
  const price = sheet.book.prices.get(priceId);
  if (price === undefined) {
    sheet.lines.push({
      component,
      kind,
      name,
      quantity,
      unit,
      unitPriceUsd: null,
      usd: null,
      priceId,
      ...(offer === 'refused' ? { notOffered: true } : typeof offer === 'object' ? { offerUnsaid: offer.unsaid } : {}),
      usageType: null,
      source: null,
      date: null,
      confidence: null,
      assumption,
      formula,
    });
    return;
  }
  const unitPriceUsd = usdPerUnit(price, unit);
  if (unitPriceUsd === null) {
    throw new UserError(
      `price '${priceId}' of ${sheet.book.region} is per '${price.per}', but this project counts it in '${unit}': correct 'per' in the price book`,
    );
  }
  sheet.lines.push({
    component,
    kind,
    name,
    quantity,
    unit,
    unitPriceUsd,
    usd: quantity === null ? null : quantity * unitPriceUsd,
    priceId,
    usageType: price.usageType ?? null,
    source: price.source,
    date: price.date,
    confidence: price.confidence,
    assumption,
    formula,
  });
}

/** The part of a monthly quantity, in single pieces, that one price holds for. */
interface Tier {
  readonly priceId: string;
  readonly from: number;
  readonly to: number;
  /** The line of a quantity that ends in this tier, and of one that goes beyond it. */
  readonly ends: LineSpec;
  readonly full: LineSpec;
}

/**
 * The tiers of a quantity whose price falls with it. Every tier has a price of its own, under the id of the first with
 * `/tier-2`, `/tier-3`, … behind it.
 * @param limits single pieces up to which each tier but the last reaches
 */
export function tiers(spec: LineSpec, priceId: TieredPriceId): readonly Tier[] {
  const limits: readonly number[] = TIER_LIMITS[priceId];
  return [0, ...limits].map((from, index) => {
    const to = limits[index] ?? Infinity;
    const name = index === 0 ? spec.name : `${spec.name} (tier ${index + 1})`;
    return {
      priceId: index === 0 ? priceId : `${priceId}/tier-${index + 1}`,
      from,
      to,
      ends: { ...spec, name, formula: index === 0 ? spec.formula : `${spec.formula} − ${from}` },
      full: { ...spec, name, formula: String(to - from) },
    };
  });
}

/** Adds a line for every tier that `pieces` reach into. */
export function addTiers(sheet: LineSheet, all: readonly Tier[], pieces: number): void {
  for (const { priceId, from, to, ends, full } of all) {
    if (pieces <= from) return;
    if (pieces > to) addLine(sheet, full, priceId, to - from);
    else addLine(sheet, ends, priceId, pieces - from);
  }
}

/** The value, or `undefined` after noting which field is missing and which component is therefore unknown. */
export function needed<T>(
  sheet: LineSheet,
  component: CostComponent,
  value: T | undefined,
  field: string,
): T | undefined {
  if (value !== undefined) return value;
  if (!sheet.missing.includes(field)) sheet.missing.push(field);
  if (!sheet.incomplete.includes(component)) sheet.incomplete.push(component);
  return undefined;
}

export function note(sheet: LineSheet, code: Note): void {
  if (!sheet.notes.includes(code)) sheet.notes.push(code);
}
