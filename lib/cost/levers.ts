import type { SmallerModels } from '../catalogue/models.ts';
import type { CostComponent } from '../meters/cost-component.ts';
import { isTrainingPath, PATH_SECTIONS, type PathId } from '../paths.ts';
import { difference } from './difference.ts';
import type { PathEstimate } from './estimate.ts';
import { inferenceOf, operationsOf } from './estimators.ts';
import { numberFields, withField } from './field.ts';
import type { Change, Lever, Position } from './levers/lever.ts';
import { OPERATIONS_LEVERS } from './levers/operations.ts';
import { RETRIEVAL_LEVERS } from './levers/retrieval.ts';
import { SERVING_LEVERS } from './levers/serving.ts';
import { TOKEN_LEVERS } from './levers/tokens.ts';
import { TRAINING_LEVERS } from './levers/training.ts';
import type { Note } from './line-sheet.ts';
import type { MonthlySplit, Split } from './split.ts';
import { isWhole, nearestValid } from './valid-range.ts';
import type { Hosting, Workload } from './workload.ts';

/** Things that can be done about a cost: the seed's levers. Those that save the same are listed in this order. */
export const LEVERS = {
  ...TOKEN_LEVERS,
  ...SERVING_LEVERS,
  ...TRAINING_LEVERS,
  ...RETRIEVAL_LEVERS,
  ...OPERATIONS_LEVERS,
} as const satisfies Record<string, Lever>;

export type LeverId = keyof typeof LEVERS;

/** What a lever does to the monthly figure of a path. */
export interface LeverEffect {
  readonly lever: LeverId;
  readonly component: CostComponent;
  readonly path: PathId;
  readonly change: Change;
  /** Negative is a saving. `null`: a price that only the changed workload needs is unknown. */
  readonly monthlyUsd: number | null;
  /** What the difference of the monthly figure is made of. */
  readonly split: Split;
  /** The same of the one-time figure. */
  readonly oneTimeUsd: number | null;
  /** Prices and fields of the workload for want of which the effect is unknown. */
  readonly unknownPriceIds: readonly string[];
  readonly missing: readonly string[];
  /** What must be known of the path once the lever is pulled, and is not said of it as it is. */
  readonly notes: readonly Note[];
}

/**
 * The effect of every lever that can be pulled on a path, each alone, the largest saving first.
 * @param price prices a path of a workload
 * @param smallerModels what the catalogue names as the smaller one of a model
 * @param splitOf splits the difference of two of its figures
 */
export function leverEffects(
  workload: Workload,
  path: PathId,
  price: (path: PathId, workload: Workload) => PathEstimate,
  smallerModels: SmallerModels,
  splitOf: MonthlySplit,
): LeverEffect[] {
  const before = price(path, workload);
  const position = positionOf(workload, path, smallerModels);
  return (Object.entries(LEVERS) as [LeverId, Lever][])
    .flatMap(([lever, { component, pull }]) => {
      const pulled = pull(position);
      if (pulled === undefined) return [];
      const after = price(path, pulled.workload);
      // a model that is gone is not made to answer by paying less for it
      if (before.notes.includes('model-ended') && after.notes.includes('model-ended')) return [];
      // there is nothing to pull towards what AWS does not sell
      if (after.notOffered.some((id) => !before.notOffered.includes(id))) return [];
      const effect = difference(before, after);
      if (isNothing(effect.monthlyUsd) && isNothing(effect.oneTimeUsd)) return [];
      const notes = after.notes.filter((one) => !before.notes.includes(one));
      return [{ lever, component, path, change: pulled.change, ...effect, split: splitOf(before, after), notes }];
    })
    .sort(
      (one, other) =>
        (one.monthlyUsd ?? Infinity) - (other.monthlyUsd ?? Infinity) ||
        (one.oneTimeUsd ?? 0) - (other.oneTimeUsd ?? 0),
    );
}

/** Rounding is no effect. */
const isNothing = (usd: number | null): boolean => usd !== null && Math.abs(usd) < 1e-12;

function positionOf(workload: Workload, path: PathId, smallerModels: SmallerModels): Position {
  const section = PATH_SECTIONS[path];
  const inference = inferenceOf(workload, path);
  const hosting: Hosting | undefined = workload[section]?.hosting;
  const training = isTrainingPath(path) ? path : undefined;
  return {
    workload,
    path,
    section,
    inference,
    operations: operationsOf(workload, path),
    hosting,
    training,
    onTokens: hosting === undefined ? training === undefined : hosting.kind === 'on-demand',
    smallerModelId: smallerModels.get(inference.modelId ?? ''),
  };
}

/** How far the monthly figure of a path moves when one assumption is off. */
export interface Sensitivity {
  readonly field: string;
  readonly value: number;
  /** Monthly difference when the value is lower and when it is higher by `off`; `null` where unknown. */
  readonly lowerUsd: number | null;
  readonly higherUsd: number | null;
}

/**
 * The numbers of a workload by how much the monthly figure hangs on them, the most first. Numbers that change nothing
 * are left out.
 * @param off how far each is varied, as a part of its value; no further than the workload allows, whole things by whole ones
 */
export function sensitivities(
  workload: Workload,
  path: PathId,
  price: (path: PathId, workload: Workload) => PathEstimate,
  off = 0.2,
): Sensitivity[] {
  const before = price(path, workload);
  const differenceAt = (field: string, value: number): number | null =>
    difference(before, price(path, withField(workload, field, value))).monthlyUsd;
  return numberFields(workload)
    .filter(({ field, value }) => [1 - off, 1 + off].some((times) => differenceAt(field, value * times) !== 0))
    .map(({ field, value }) => {
      const whole = isWhole(workload, field, value);
      const [lower, higher] = [value * (1 - off), value * (1 + off)];
      const allowed = (wanted: number) => nearestValid(workload, field, value, wanted);
      return {
        field,
        value,
        lowerUsd: differenceAt(field, allowed(whole ? Math.floor(lower) : lower)),
        higherUsd: differenceAt(field, allowed(whole ? Math.ceil(higher) : higher)),
      };
    })
    .filter(({ lowerUsd, higherUsd }) => lowerUsd !== 0 || higherUsd !== 0)
    .sort((one, other) => swing(other) - swing(one));
}

function swing({ lowerUsd, higherUsd }: Sensitivity): number {
  return lowerUsd === null || higherUsd === null ? -1 : Math.max(Math.abs(lowerUsd), Math.abs(higherUsd));
}
