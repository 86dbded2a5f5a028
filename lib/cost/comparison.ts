import { modelEntry } from '../catalogue/model-entry.ts';
import type { ModelCatalogue } from '../catalogue/models.ts';
import { isTrainingPath, PATHS, type PathId } from '../paths.ts';
import type { PriceBook } from '../prices/price-book.ts';
import { DEFAULTS } from './defaults.ts';
import type { PathEstimate } from './estimate.ts';
import { inferenceOf } from './estimators.ts';
import {
  countedModel,
  longestTokens,
  modelOfPath,
  nearestModel,
  obstacleTo,
  withLife,
  OWN_WEIGHTS,
  withModel,
  type Assumption,
  type ComparisonContext,
  type Obstacle,
} from './like-for-like.ts';
import { unsaidThinking } from './request.ts';
import { peopleCost } from './people-cost.ts';
import { peopleUsd, split, type PeopleCost, type Split, type SplitSide } from './split.ts';
import { peakDemand, type CacheHits, type PeakDemand } from './traffic.ts';
import { isVariation, VARIATIONS, type VariationId } from './variations.ts';
import type { Workload } from './workload.ts';

/**
 * Why a row is there. `reference`: it is that of every path. `nearest`: the path cannot take the reference model,
 * and this one of its family it can. `configured`: the path is set up with it. `untuned`: the student as it is, beside the
 * distilled one. `own-weights`: the path trains weights that no other path answers with. A variation: the path with one thing
 * done in a simpler or cheaper way.
 */
export type Basis = 'reference' | 'nearest' | 'configured' | 'untuned' | 'own-weights' | 'asked' | VariationId;

/** True of rows of a path that is set up as it is: not of the untuned student, and of no variation. */
export const isOfPath = (basis: Basis): boolean => basis !== 'untuned' && !isVariation(basis);

/** One path with one model. */
export interface Cell {
  readonly path: PathId;
  /** `null`: weights of the user's own, or a model that the workload does not name. */
  readonly modelId: string | null;
  readonly basis: Basis;
  /** False: training data replace the examples of the prompt. */
  readonly withExamples: boolean;
  /** Why the reference model, or this one, cannot be had. */
  readonly obstacle?: Obstacle;
  /** Of a prompt that is too long for the model. */
  readonly tooLong?: { readonly tokens: number; readonly windowTokens: number };
  /** Absent where the cell cannot be. */
  readonly priced?: PricedCell;
}

export interface PricedCell {
  /** As the path is priced. */
  readonly workload: Workload;
  readonly estimate: PathEstimate;
  readonly book: PriceBook;
  readonly profileScope: string | null;
  /** Months over which one-time costs are spread. */
  readonly lifeMonths: number;
  /** Labels and work, where the workload says what they cost; undefined where it does not. */
  readonly people: PeopleCost | undefined;
  /** The month and the share of one-time costs, people and labels included; `null` where a part is unknown. */
  readonly overLifeUsd: number | null;
  readonly assumptions: readonly Assumption[];
  readonly peak: readonly PeakDemand[];
  /** Where they follow from the traffic; absent where nothing is cached or the workload says its own. */
  readonly cacheHits?: CacheHits;
}

export interface Comparison {
  readonly referenceModelId: string | null;
  readonly rows: readonly Cell[];
  /** Rows, and cells of the matrix, against prompt-only on the reference model, where both have a figure. */
  readonly against: ReadonlyMap<Cell, Split>;
  /** Models across. */
  readonly columns: readonly string[];
  readonly matrix: readonly { readonly path: PathId; readonly cells: readonly Cell[] }[];
}

/** The cells of the rows and of the matrix. */
export const cellsOf = ({ rows, matrix }: Pick<Comparison, 'rows' | 'matrix'>): Cell[] => [
  ...rows,
  ...matrix.flatMap(({ cells }) => cells),
];

/** Prices a path of a workload as its model would serve it, and says with which book. */
export type PriceCell = (
  path: PathId,
  workload: Workload,
) => Pick<PricedCell, 'estimate' | 'book' | 'workload' | 'cacheHits'>;

/**
 * Every path with the same model and the same text, then as it is configured, and a matrix of paths and models.
 * @param models the columns of the matrix. Default: the configured ones, the smaller and the larger sibling of the reference
 *   model, and the cheapest active one
 */
export function compare(
  workload: Workload,
  context: ComparisonContext,
  price: PriceCell,
  models?: readonly string[],
): Comparison {
  const reference = inferenceOf(workload, 'prompt-only').modelId ?? null;
  const cell = cellMaker(workload, context, price);
  const paths = workload.paths ?? PATHS;
  const rows = paths.flatMap((path) => rowsOf(path, reference, workload, context, cell));
  const base = cell({ path: 'prompt-only', modelId: reference, basis: 'reference' });
  const columns = models ?? defaultColumns(reference, workload, context, cell);
  const matrix = paths.map((path) => ({
    path,
    cells: columns.map((modelId) => cell({ path, modelId, basis: 'asked' })),
  }));
  const against = new Map<Cell, Split>();
  for (const one of [...rows, ...matrix.flatMap(({ cells }) => cells)]) {
    if (one.priced === undefined || base.priced === undefined || isSame(one, base)) continue;
    against.set(one, split(sideOf(base.priced), sideOf(one.priced)));
  }
  return { referenceModelId: reference, rows, against, columns, matrix };
}

const isSame = (one: Cell, other: Cell): boolean =>
  one.path === other.path && one.modelId === other.modelId && !isVariation(one.basis);

const sideOf = ({ estimate, book, lifeMonths, people }: PricedCell): SplitSide => ({
  estimate,
  book,
  lifeMonths,
  people,
});

interface CellOf {
  readonly path: PathId;
  readonly modelId: string | null;
  readonly basis: Basis;
  readonly withExamples?: boolean;
  /** Why the reference model is not the one of this cell. */
  readonly instead?: Obstacle | undefined;
  /** In place of the one that is compared. */
  readonly varied?: Workload;
}

type MakeCell = (of: CellOf) => Cell;

function cellMaker(said: Workload, context: ComparisonContext, price: PriceCell): MakeCell {
  return ({ path, modelId, basis, withExamples = true, instead, varied: workload = said }) => {
    const facts = { path, modelId, basis, withExamples };
    const obstacle =
      modelId === null || basis === 'own-weights' ? undefined : obstacleTo(path, modelId, workload, context);
    // a model that the catalogue does not know may still have prices in a book of the user's own
    if (obstacle !== undefined && obstacle !== 'unknown-model') {
      return { ...facts, obstacle, ...lengthOf(path, modelId, workload, context, obstacle) };
    }
    const answering = modelId ?? ownWeightsOf(path);
    const alike =
      answering === undefined ? workload : withModel(workload, { path, modelId: answering, withExamples }, context);
    const { workload: resolved, assumptions } = withLife(alike, path, modelId, context);
    const { estimate, book, workload: served, cacheHits } = price(path, resolved);
    const lifeMonths = resolved.lifeMonths ?? DEFAULTS.lifeMonths;
    const known = modelId === null ? estimate : withThinking(estimate, modelId, resolved, context.catalogue);
    const asked = basis === 'asked' || isTrainingPath(path) ? undefined : inferenceOf(workload, path).profileScope;
    const isReplaced = asked !== undefined && asked !== inferenceOf(alike, path).profileScope;
    const whole = isReplaced ? { ...known, notes: [...known.notes, 'profile-not-offered' as const] } : known;
    const { monthly, oneTime } = whole;
    const people = peopleCost(path, resolved);
    return {
      ...facts,
      ...(instead === undefined ? {} : { obstacle: instead }),
      priced: {
        workload: served,
        estimate: whole,
        book,
        profileScope: isTrainingPath(path) ? null : (inferenceOf(served, path).profileScope ?? null),
        lifeMonths,
        people,
        overLifeUsd:
          monthly.usd === null || oneTime.usd === null
            ? null
            : monthly.usd + oneTime.usd / lifeMonths + peopleUsd({ people, lifeMonths }),
        assumptions,
        peak: peakDemand(served, whole, context.catalogue),
        ...(cacheHits === undefined ? {} : { cacheHits }),
      },
    };
  };
}

/** How long a prompt is that is too long for a model. */
function lengthOf(
  path: PathId,
  modelId: string | null,
  workload: Workload,
  { catalogue }: ComparisonContext,
  obstacle: Obstacle,
): Pick<Cell, 'tooLong'> {
  const windowTokens = modelId === null ? undefined : modelEntry(catalogue.models, modelId)?.contextWindowTokens;
  if (obstacle !== 'prompt-too-long' || modelId === null || windowTokens == null) return {};
  return { tooLong: { tokens: longestTokens(path, modelId, workload, catalogue), windowTokens } };
}

/**
 * Adds what follows from a workload that gives no thinking tokens: the estimate of a model that always thinks is unknown; for one that
 * thinks on request, or of which that is not known, no thinking is counted, with a note.
 */
export function withThinking(
  estimate: PathEstimate,
  modelId: string,
  workload: Workload,
  catalogue: ModelCatalogue,
): PathEstimate {
  const unsaid = thinkingOf(estimate.path, modelId, workload, catalogue);
  if (unsaid === undefined || unsaid === 'none') return estimate;
  if (unsaid === 'always') return withMissing(estimate, 'request.thinkingTokens');
  return { ...estimate, notes: [...estimate.notes, unsaid === null ? 'thinking-unknown' : 'thinking-on-request'] };
}

/** When the model of a path thinks; undefined where the figures say how much it does. */
function thinkingOf(
  path: PathId,
  modelId: string,
  workload: Workload,
  catalogue: ModelCatalogue,
): ReturnType<typeof unsaidThinking> {
  if (path === 'continued-pretraining') return undefined;
  const { request } = workload;
  if (request !== undefined) return unsaidThinking(request, catalogue, modelId);
  // figures in tokens are whole for the model that they were counted of, and for no other
  return countedModel(path, workload) === modelId ? undefined : unsaidThinking({}, catalogue, modelId);
}

/** The estimate without a figure of inference, for want of a field. */
function withMissing(estimate: PathEstimate, field: string): PathEstimate {
  const unknown = { usd: null, knownUsd: 0 };
  const { inference } = estimate.components;
  return {
    ...estimate,
    missing: [...estimate.missing, field],
    incomplete: [...new Set([...estimate.incomplete, 'inference' as const])],
    monthly: { usd: null, knownUsd: estimate.monthly.knownUsd - inference.monthly.knownUsd },
    firstMonth: { usd: null, knownUsd: estimate.firstMonth.knownUsd - inference.monthly.knownUsd },
    usdPer1kRequests: null,
    components: { ...estimate.components, inference: { ...inference, monthly: unknown } },
    lines: estimate.lines.filter(({ component }) => component !== 'inference'),
    flows: estimate.flows.map((flow) => ({ ...flow, millionTokens: null })),
  };
}

/** The model of the first kind of row of a path: the reference model, or the nearest of its family that the path can take. */
interface LikeForLikeChoice {
  readonly modelId: string | null;
  readonly basis: Basis;
  /** Why the reference model is not taken. */
  readonly obstacle?: Obstacle | undefined;
}

function likeForLikeChoice(path: PathId, workload: Workload, context: ComparisonContext): LikeForLikeChoice {
  if (path === 'continued-pretraining') return { modelId: modelOfPath(path, workload) ?? null, basis: 'own-weights' };
  const reference = inferenceOf(workload, 'prompt-only').modelId ?? null;
  if (reference === null) return { modelId: modelOfPath(path, workload) ?? null, basis: 'configured' };
  const obstacle = obstacleTo(path, reference, workload, context);
  if (obstacle === undefined || obstacle === 'unknown-model') return { modelId: reference, basis: 'reference' };
  const nearest = nearestModel(path, reference, workload, context);
  return nearest === undefined
    ? { modelId: null, basis: 'reference', obstacle }
    : { modelId: nearest, basis: 'nearest', obstacle };
}

/** The workload in which a path answers as in the first kind of row; as it is configured where there is none. */
export function likeForLike(path: PathId, workload: Workload, context: ComparisonContext): Workload {
  const { modelId } = likeForLikeChoice(path, workload, context);
  return answering(path, modelId ?? modelOfPath(path, workload), workload, context);
}

/** The workload in which a path answers as it is set up, with the tokens that its own model makes of the text. */
export function asConfigured(path: PathId, workload: Workload, context: ComparisonContext): Workload {
  return answering(path, modelOfPath(path, workload), workload, context);
}

/** In place of a model: what a path answers with that trains weights of the user's own. */
const ownWeightsOf = (path: PathId): string | undefined => (path === 'continued-pretraining' ? OWN_WEIGHTS : undefined);

function answering(path: PathId, model: string | undefined, workload: Workload, context: ComparisonContext): Workload {
  const modelId = model ?? ownWeightsOf(path);
  const resolved = modelId === undefined ? workload : withModel(workload, { path, modelId }, context);
  return withLife(resolved, path, model ?? null, context).workload;
}

/** The row of a path with the model that it is set up with and the whole prompt; undefined where a comparison has none. */
export function configuredRow(path: PathId, workload: Workload, rows: readonly Cell[]): Cell | undefined {
  const configured = modelOfPath(path, workload) ?? null;
  return rows.find((row) => row.path === path && row.modelId === configured && row.withExamples && isOfPath(row.basis));
}

function rowsOf(
  path: PathId,
  reference: string | null,
  workload: Workload,
  context: ComparisonContext,
  cell: MakeCell,
): Cell[] {
  const configured = modelOfPath(path, workload) ?? null;
  const { modelId: shown, basis, obstacle } = likeForLikeChoice(path, workload, context);
  // a corpus without labels replaces no examples
  if (basis === 'own-weights') return [cell({ path, modelId: configured, basis })];
  const rows: Cell[] = [];
  const add = (of: Omit<CellOf, 'path'>): void => {
    rows.push(cell({ path, ...of }));
    // training data replace examples: a tuned path is shown with them and without
    if (isTrainingPath(path) && workload.request?.examples !== undefined) {
      const without = cell({ path, ...of, withExamples: false });
      // the same obstacle is not shown twice
      if (without.priced !== undefined) rows.push(without);
    }
  };
  if (shown !== null || obstacle === undefined) add({ modelId: shown, basis, instead: obstacle });
  else rows.push({ path, modelId: reference, basis, withExamples: true, obstacle });
  // an obstacle of the reference model is not shown twice
  if (configured !== null && configured !== (shown ?? reference)) add({ modelId: configured, basis: 'configured' });
  rows.push(...variedRows(path, rows, workload, context, cell));
  // what is left of a saving when nothing is trained
  if (path === 'distillation') {
    const students = [...new Set(rows.flatMap(({ modelId, priced }) => (priced === undefined ? [] : (modelId ?? []))))];
    for (const student of students) {
      if (student !== reference) rows.push(cell({ path: 'prompt-only', modelId: student, basis: 'untuned' }));
    }
  }
  return rows;
}

/** The first row of a path with a figure, in the ways that it is not set up: of each the cheapest, where it is worth a row. */
function variedRows(
  path: PathId,
  rows: readonly Cell[],
  workload: Workload,
  context: ComparisonContext,
  cell: MakeCell,
): Cell[] {
  const row = rows.find(({ priced, modelId }) => priced !== undefined && modelId !== null);
  const { modelId = null, priced } = row ?? {};
  if (modelId === null || priced === undefined) return [];
  return VARIATIONS.flatMap(({ id, isAlways, workloads }) => {
    const varied = workloads({ path, modelId, workload, context }).map((one) =>
      cell({ path, modelId, basis: id, varied: one }),
    );
    const more = (one: Cell): number =>
      one.priced === undefined ? Infinity : (split(sideOf(priced), sideOf(one.priced)).usd ?? Infinity);
    const cheapest = varied.sort((one, other) => more(one) - more(other))[0];
    return cheapest !== undefined && (isAlways || more(cheapest) < -NOTHING_USD) ? [cheapest] : [];
  });
}

/** Rounding is no difference. */
const NOTHING_USD = 1e-9;

/** The configured models, the siblings of the reference model, and the cheapest active one that this workload could call. */
function defaultColumns(
  reference: string | null,
  workload: Workload,
  context: ComparisonContext,
  cell: MakeCell,
): string[] {
  const { models } = context.catalogue;
  const entry = reference === null ? undefined : modelEntry(models, reference);
  const configured = PATHS.filter((path) => path !== 'continued-pretraining').flatMap(
    (path) => modelOfPath(path, workload) ?? [],
  );
  const cheapest = Object.entries(models)
    .filter(([, { kind, lifecycle }]) => kind === 'text' && lifecycle.status === 'active')
    .flatMap(([modelId]) => {
      const { priced } = cell({ path: 'prompt-only', modelId, basis: 'asked' });
      const usd = priced?.estimate.components.inference.monthly.usd ?? null;
      return usd === null ? [] : [{ modelId, usd }];
    })
    .sort((one, other) => one.usd - other.usd)[0];
  const wanted = [reference, entry?.smaller, entry?.larger, cheapest?.modelId, ...configured];
  return [...new Set(wanted.filter((id): id is string => id !== null && id !== undefined))];
}
