import { modelEntry } from '../catalogue/model-entry.ts';
import { join } from 'node:path';
import { bookRegions, requiredPriceBook } from '../aws/prices/book-file.ts';
import { dayOf } from '../billing/days.ts';
import { smallerModels, type ModelCatalogue, type SmallerModels } from '../catalogue/models.ts';
import { withAssumedOperations } from '../cost/assumed-operations.ts';
import {
  asConfigured,
  cellsOf,
  compare,
  likeForLike,
  withThinking,
  type Cell,
  type PriceCell,
} from '../cost/comparison.ts';
import { withConfigured, type Configured } from '../cost/configured.ts';
import { cutAnswer, type CutAnswer } from '../cost/cut-answer.ts';
import { estimatePath, type PathEstimate } from '../cost/estimate.ts';
import { inferenceOf } from '../cost/estimators.ts';
import { knowledgeUpdate } from '../cost/knowledge-update.ts';
import { lifecycleNotes } from '../cost/lifecycle-notes.ts';
import { modelOfPath, type ComparisonContext } from '../cost/like-for-like.ts';
import { served } from '../cost/prompt-cache.ts';
import { quotaOf, type Quotas } from '../cost/quotas.ts';
import { regionForPath, type RegionChoice } from '../cost/region-choice.ts';
import { monthlySplit, type MonthlySplit } from '../cost/split.ts';
import { tuningTarget, type TuningTarget } from '../cost/tuning-target.ts';
import { isVariation } from '../cost/variations.ts';
import { parseWorkload, type Workload } from '../cost/workload.ts';
import { UserError } from '../errors/user-error.ts';
import { didYouMean } from '../json/nearest-name.ts';
import { searchPrices, type PriceSearch } from '../meters/price-search.ts';
import { PRICED_REGIONS } from '../meters/region-prefixes.ts';
import { isTrainingPath, PATHS, type PathId } from '../paths.ts';
import { parsePriceBook, type PriceBook } from '../prices/price-book.ts';
import { usdPer } from '../prices/usd-per.ts';
import { comparedEstimate } from '../report/compared-estimate.ts';
import type { ComparisonReport } from '../report/comparison.ts';
import type { EstimateReport, Origin } from '../report/estimate.ts';
import { shippedCatalogue } from './catalogue-file.ts';
import type { Io } from './command.ts';
import { readConfiguration } from './configuration.ts';
import { readJson } from './input-file.ts';
import { RESULT_OPTIONS, resultHelp, shownAs, type ResultOptions, type Shown } from './options.ts';
import { tellPrivatePrices } from './private-prices.ts';

/** Options of every command that prices a workload. */
export const COST_OPTIONS = {
  workload: { type: 'string' },
  region: { type: 'string' },
  prices: { type: 'string' },
  ...RESULT_OPTIONS,
} as const;

export const COST_OPTIONS_HELP = `  --workload F   the workload (default: config/workloads/default.json)
  --region R     Region of the prices (default: the workload's, else that of config/environment.json)
  --prices F     a price book of your own; every path is priced by it
${resultHelp(17)}`;

export interface CostOptions extends ResultOptions {
  readonly workload?: string | undefined;
  readonly region?: string | undefined;
  readonly prices?: string | undefined;
}

interface Priced {
  readonly book: PriceBook;
  readonly choice: RegionChoice;
}

export interface CostInputs extends Shown {
  /** With what is configured or assumed where it says nothing. */
  readonly workload: Workload;
  readonly origin: Origin;
  readonly region: string;
  readonly today: string;
  /** True if the prices are those of a book that the user names. */
  readonly hasOwnPrices: boolean;
  /** Where each path is priced, and with what. */
  readonly priced: (path: PathId) => Priced;
  /** What a path costs as it is set up, whatever the others are. */
  readonly price: (path: PathId, workload: Workload) => PathEstimate;
  /** The workload with the model and the text that all paths are compared by. */
  readonly alike: (path: PathId, workload: Workload) => Workload;
  /** What a path costs for a workload that `alike` made. */
  readonly priceAlike: (path: PathId, workload: Workload) => PathEstimate;
  /** Every path with the same model, as it is configured, and with others across. */
  readonly comparisonReport: (models?: readonly string[], quotas?: Quotas) => ComparisonReport;
  readonly catalogue: ModelCatalogue;
  /** An answer that the stack of a path would cut. */
  readonly cutAnswer: (path: PathId, modelId: string | null) => CutAnswer | undefined;
  readonly smallerModels: SmallerModels;
  /** Splits the difference of two monthly figures of paths into its parts. */
  readonly splitOf: MonthlySplit;
  /** The same with what is paid once spread over so many months. */
  readonly splitOver: (lifeMonths: number | undefined) => MonthlySplit;
  /** What is shown of some paths of the workload. */
  readonly report: (paths: readonly PathId[], alike?: boolean) => EstimateReport;
}

/**
 * Reads what a command prices.
 * @param paths those asked for, in place of the workload's
 * @throws UserError for anything in it that cannot be acted on
 */
export async function costInputs(
  options: CostOptions,
  io: Io,
  given?: Workload,
  paths?: readonly PathId[],
): Promise<CostInputs> {
  const shown = shownAs(options);
  const [read, catalogue] = await Promise.all([given ?? readWorkload(options.workload, io), shippedCatalogue(io)]);
  const said = paths === undefined ? read : { ...read, paths: [...paths] };
  const { configured, book: readBook } = await readConfiguration(catalogue, io);
  const asked = await askedRegion(options, said, configured);
  const laid = withConfigured(said, configured, asked.region);
  const operated = withAssumedOperations(laid.workload, (path) => configured.stacks[path]);
  const { workload } = operated;
  const { region, regionFrom } = asked;
  const { priced, bookFor } = await pricedPaths(asked, workload, catalogue, io, readBook);
  const { taken } = laid;
  const assumed = [...laid.assumed, ...operated.assumed];
  const origin = { assumed, taken, regionFrom };
  checkFreeTier(workload, priced);
  const today = dayOf(io.now());
  const priceWith = (path: PathId, changed: Workload, book: PriceBook): ReturnType<PriceCell> => {
    const { workload: asServed, note, cacheHits } = served(path, changed, catalogue, book);
    const estimate = estimatePath(path, asServed, book, catalogue);
    return {
      estimate: {
        ...estimate,
        notes: [
          ...estimate.notes,
          ...(note === undefined ? [] : [note]),
          ...lifecycleNotes(path, changed, catalogue, today),
        ],
      },
      book,
      workload: asServed,
      ...(cacheHits === undefined ? {} : { cacheHits }),
    };
  };
  const context: ComparisonContext = {
    catalogue,
    region,
    today,
    blendedUsd: (id) => blendedUsd(priced('prompt-only').book, id),
    ...(configured.searchesByWords === undefined ? {} : { searchesByWords: configured.searchesByWords }),
  };
  /** As a comparison prices its cells. */
  const pricePath = (path: PathId, resolved: Workload): ReturnType<PriceCell> => {
    const cell = priceWith(path, resolved, priced(path).book);
    const modelId = modelOfPath(path, resolved);
    return modelId === undefined
      ? cell
      : { ...cell, estimate: withThinking(cell.estimate, modelId, resolved, catalogue) };
  };
  const cutAnswerOf = (path: PathId, modelId: string | null): CutAnswer | undefined =>
    cutAnswer(path, modelId, workload, configured, catalogue);
  const price = (path: PathId, changed: Workload): PathEstimate =>
    pricePath(path, asConfigured(path, changed, context)).estimate;
  return {
    workload,
    origin,
    region,
    today,
    hasOwnPrices: options.prices !== undefined,
    ...shown,
    priced,
    price,
    catalogue,
    cutAnswer: cutAnswerOf,
    alike: (path, changed) => likeForLike(path, changed, context),
    priceAlike: (path, changed) => pricePath(path, changed).estimate,
    smallerModels: smallerModels(catalogue),
    splitOf: monthlySplit((path) => priced(path).book),
    splitOver: (lifeMonths) => monthlySplit((path) => priced(path).book, lifeMonths),
    comparisonReport: (models, quotas) => {
      const comparison = compare(
        workload,
        context,
        (path, changed) => priceWith(path, changed, bookFor(path, changed)),
        models,
      );
      const cells = cellsOf(comparison);
      return {
        comparison,
        catalogue,
        region,
        today,
        requestsPerMonth: workload.requestsPerMonth ?? null,
        targets: tuningTargets(cells),
        updates: new Map(cells.flatMap((cell) => (cell.priced ? [[cell, knowledgeUpdate(cell.priced)] as const] : []))),
        quotas: (demand) => quotaOf(quotas, catalogue, demand, region),
      };
    },
    report: (paths, alike = false) => ({
      workload,
      ...origin,
      region,
      today,
      paths: paths.map((path) => {
        const resolved = alike ? likeForLike(path, workload, context) : asConfigured(path, workload, context);
        const { choice } = priced(path);
        const { estimate, workload: asServed } = pricePath(path, resolved);
        return {
          estimate,
          answering: comparedEstimate('workload', estimate, asServed, catalogue),
          choice,
          cutAnswer: cutAnswerOf(path, modelOfPath(path, resolved) ?? null),
          workload: asServed,
          unknownPrices: wantedPrices(catalogue, estimate),
        };
      }),
    }),
  };
}

/**
 * A comparison is of models: without one every figure would be unknown.
 * @throws UserError where a path that calls a base model has none, or one that nothing is known of
 */
export function requireModels({ workload, catalogue, hasOwnPrices }: CostInputs): void {
  for (const path of workload.paths ?? PATHS) {
    if (isTrainingPath(path)) continue;
    const { modelId } = inferenceOf(workload, path);
    if (modelId === undefined) {
      throw new UserError(
        `no model answers on the path ${path}: name it as inference.modelId in the workload, or as promptOnly.model in config/environment.json`,
      );
    }
    const ids = [...Object.keys(catalogue.models), ...Object.keys(catalogue.named ?? {})];
    if (!hasOwnPrices && !ids.includes(modelId)) {
      throw new UserError(
        `'${modelId}', the model of the path ${path}, is not in config/models.json${didYouMean(modelId, ids)}. A price book of your own may have it: '--prices'`,
      );
    }
  }
}

/** What is shown of the rows of a comparison that have figures. */
export function estimateOfRows(
  { workload, origin, region, today, priced, catalogue, cutAnswer: cutAnswerOf }: CostInputs,
  comparison: ComparisonReport,
): EstimateReport {
  return {
    workload,
    ...origin,
    region,
    today,
    comparison,
    paths: comparison.comparison.rows.flatMap((cell) => {
      if (cell.priced === undefined) return [];
      const { estimate, workload: asServed } = cell.priced;
      const { choice } = priced(cell.path);
      return [
        {
          cell,
          estimate,
          answering: comparedEstimate('workload', estimate, asServed, catalogue),
          choice: choice.region === estimate.region ? choice : { region: estimate.region },
          cutAnswer: cutAnswerOf(cell.path, cell.modelId),
          workload: asServed,
          unknownPrices: wantedPrices(catalogue, estimate),
        },
      ];
    }),
  };
}

/** Every tuned cell against the untuned one of the same model. */
function tuningTargets(cells: readonly Cell[]): Map<Cell, TuningTarget> {
  const untuned = new Map(
    cells.flatMap(({ path, modelId, basis, priced }) =>
      path === 'prompt-only' && modelId !== null && !isVariation(basis) && priced !== undefined
        ? [[modelId, priced] as const]
        : [],
    ),
  );
  return new Map(
    cells.flatMap((cell) => {
      const base = untuned.get(cell.modelId ?? '');
      return isTrainingPath(cell.path) && cell.priced !== undefined && base !== undefined
        ? [[cell, tuningTarget(cell.priced, base)] as const]
        : [];
    }),
  );
}

/** What can be done about ids without a price that AWS sells, or may sell. */
function wantedPrices(
  catalogue: ModelCatalogue,
  { unknownPriceIds, notOffered, offerUnsaid }: PathEstimate,
): PriceSearch[] {
  const wanted = unknownPriceIds.filter((id) => !notOffered.includes(id));
  return searchPrices(
    catalogue,
    wanted,
    offerUnsaid.map(({ priceId }) => priceId),
  );
}

interface AskedRegion {
  readonly region: string;
  readonly regionFrom: Origin['regionFrom'];
  /** The book of `--prices`. */
  readonly ownBook?: PriceBook;
}

/** The Region asked for, and who says so. */
async function askedRegion(options: CostOptions, said: Workload, configured: Configured): Promise<AskedRegion> {
  if (options.prices !== undefined) {
    const ownBook = parsePriceBook(await readJson(options.prices), options.prices);
    if (options.region !== undefined && options.region !== ownBook.region) {
      throw new UserError(
        `'--region' is '${options.region}', but '${options.prices}' holds the prices of ${ownBook.region}`,
      );
    }
    return { region: ownBook.region, regionFrom: 'prices', ownBook };
  }
  if (options.region !== undefined) return { region: options.region, regionFrom: 'option' };
  if (said.region !== undefined) return { region: said.region, regionFrom: 'workload' };
  return configured.region === undefined
    ? { region: 'us-east-1', regionFrom: 'assumed' }
    : { region: configured.region, regionFrom: 'configuration' };
}

async function pricedPaths(
  { region, ownBook }: AskedRegion,
  workload: Workload,
  catalogue: ModelCatalogue,
  io: Io,
  readBook: PriceBook | undefined,
): Promise<{
  readonly priced: CostInputs['priced'];
  /** The prices of the Region in which a path can be had with the model that a workload names for it. */
  readonly bookFor: (path: PathId, workload: Workload) => PriceBook;
}> {
  if (ownBook !== undefined) {
    const priced = { book: ownBook, choice: { region } };
    return { priced: () => priced, bookFor: () => ownBook };
  }
  const regions = await bookRegions(io.root);
  if (!regions.includes(region)) {
    const others = PRICED_REGIONS.includes(region)
      ? `Fetch them with 'npx fmpaths prices refresh --region ${region}'`
      : `'npx fmpaths prices refresh --region ${PRICED_REGIONS.find((each) => !regions.includes(each)) ?? PRICED_REGIONS[0]}' fetches those of one more: ${PRICED_REGIONS.join(', ')}${didYouMean(region, PRICED_REGIONS)}`;
    throw new UserError(`no prices of Region '${region}'; there are prices of ${regions.join(', ')}. ${others}`);
  }
  const choices = PATHS.map((path) => regionForPath(path, workload, region, catalogue, regions));
  const wanted = new Set([...choices.map((choice) => choice.region), ...trainingRegions(workload, catalogue)]);
  const books = new Map(
    await Promise.all(
      [...wanted]
        .filter((name) => regions.includes(name))
        .map(
          async (name) =>
            [name, name === readBook?.region ? readBook : await requiredPriceBook(io.root, name)] as const,
        ),
    ),
  );
  tellPrivatePrices(books.values(), io);
  const byPath = new Map(
    PATHS.flatMap((path, index) => {
      const choice = choices[index];
      const book = books.get(choice?.region ?? '');
      return choice === undefined || book === undefined ? [] : [[path, { choice, book }] as const];
    }),
  );
  const priced = (path: PathId): Priced => {
    const found = byPath.get(path);
    if (found === undefined) throw new Error(`no price book for ${path}`);
    return found;
  };
  return {
    priced,
    bookFor: (path, changed) =>
      books.get(regionForPath(path, changed, region, catalogue, [...books.keys()]).region) ?? priced(path).book,
  };
}

/** Regions in which a model of the family that answers can be tuned: a comparison may be priced there. */
function trainingRegions(workload: Workload, { models }: ModelCatalogue): string[] {
  const reference = inferenceOf(workload, 'prompt-only').modelId ?? '';
  const family = modelEntry(models, reference)?.family;
  return Object.values(models)
    .filter((entry) => family !== undefined && entry.family === family)
    .flatMap(({ customization }) => customization?.regions ?? []);
}

/** Dollars of three million tokens of prompt and one million of answer; `null` where a price is not known. */
function blendedUsd({ prices }: PriceBook, modelId: string): number | null {
  const [input, output] = (['input', 'output'] as const).map(
    (meter) =>
      usdPer(prices, `${modelId}/${meter}`, '1M tokens') ?? usdPer(prices, `${modelId}/${meter}/global`, '1M tokens'),
  );
  return typeof input === 'number' && typeof output === 'number' ? 3 * input + output : null;
}

/** @throws UserError for a free allowance of a price that there is not: it would silently be none */
function checkFreeTier({ freeTier = {} }: Workload, priced: CostInputs['priced']): void {
  const books = [...new Set(PATHS.map((path) => priced(path).book))];
  const ids = books.flatMap(({ prices }) => [...prices.keys()]);
  for (const id of Object.keys(freeTier)) {
    if (ids.includes(id)) continue;
    throw new UserError(
      `freeTier.${id}: no such price in the book of ${books.map(({ region }) => region).join(', ')}${didYouMean(id, ids)}`,
    );
  }
}

/** The workload file that is priced by default. */
export const DEFAULT_WORKLOAD = 'config/workloads/default.json';

/** @throws UserError for a workload that cannot be read or priced */
export async function readWorkload(file: string | undefined, io: Pick<Io, 'root'>): Promise<Workload> {
  return parseWorkload(await readJson(file ?? join(io.root, DEFAULT_WORKLOAD)), file ?? DEFAULT_WORKLOAD);
}
