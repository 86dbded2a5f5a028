import { modelEntry } from '../catalogue/model-entry.ts';
import type { ModelCatalogue } from '../catalogue/models.ts';
import { COST_COMPONENTS, type CostComponent } from '../meters/cost-component.ts';
import { PATHS, type PathId } from '../paths.ts';
import type { PriceBook } from '../prices/price-book.ts';
import { PRICE_UNITS } from '../prices/price-unit.ts';
import type { PromptBand } from '../prices/token-pricing.ts';
import type { CostLine, Total } from './cost-line.ts';
import { pathSheet } from './estimators.ts';
import type { IdleStore, Note, ThroughputFacts, TrainingHours, UnknownInstance } from './line-sheet.ts';
import type { TokenFlow } from './token-flow.ts';
import type { Workload } from './workload.ts';

/** One part of the seed's four, a month and once. */
interface ComponentTotal {
  readonly monthly: Total;
  readonly oneTime: Total;
}

interface UnsaidOffer {
  readonly priceId: string;
  readonly field: string;
}

/** What one path costs. `usd` of a total is `null` as soon as a line of it is unknown or the workload lacks a field. */
export interface PathEstimate {
  readonly path: PathId;
  readonly region: string;
  readonly monthly: Total;
  readonly oneTime: Total;
  /** The one-time lines and one month. */
  readonly firstMonth: Total;
  /** The monthly figure by requests. */
  readonly usdPer1kRequests: number | null;
  readonly components: Readonly<Record<CostComponent, ComponentTotal>>;
  readonly lines: readonly CostLine[];
  /** Ids of prices that the book does not have. */
  readonly unknownPriceIds: readonly string[];
  /** Those of them that can be in no book, because AWS does not sell what they price. */
  readonly notOffered: readonly string[];
  /** Those of them of which it is not known whether AWS sells them, with the field of the catalogue that would say it. */
  readonly offerUnsaid: readonly UnsaidOffer[];
  /** Fields of the workload that the path needs and does not find. */
  readonly missing: readonly string[];
  readonly notes: readonly Note[];
  readonly throughput: ThroughputFacts | null;
  /** What the calls read and write in a month, however it is billed. */
  readonly flows: readonly TokenFlow[];
  /** Components that a missing field leaves unknown. */
  readonly incomplete: readonly CostComponent[];
  readonly trainingHours: TrainingHours | null;
  readonly unknownInstance: UnknownInstance | null;
  readonly idleStore: IdleStore | null;
  /** Limits of the models of which every token has the price of a long prompt. */
  readonly longPromptAboveTokens: readonly number[];
  /** Other ways to do what the path does, named and not priced. */
  readonly elsewhere: readonly string[];
}

/**
 * Prices one path at the prices of one Region.
 * @param catalogue what is true of models and instances; what depends on it is unknown without it
 */
export function estimatePath(
  path: PathId,
  workload: Workload,
  book: PriceBook,
  catalogue?: ModelCatalogue,
): PathEstimate {
  const sheet = pathSheet(path, workload, book, catalogue);
  const lines = workload.freeTier === undefined ? sheet.lines : lessFreeTier(sheet.lines, workload.freeTier);
  const components = {
    inference: emptyTotals(),
    training: emptyTotals(),
    data: emptyTotals(),
    operations: emptyTotals(),
  };
  const unknownPriceIds: string[] = [];
  const notOffered: string[] = [];
  const offerUnsaid: UnsaidOffer[] = [];
  for (const line of lines) {
    const total = components[line.component][line.kind === 'one-time' ? 'oneTime' : 'monthly'];
    if (line.usd === null) {
      total.usd = null;
      if (line.unitPriceUsd === null && !unknownPriceIds.includes(line.priceId)) {
        unknownPriceIds.push(line.priceId);
        if (line.notOffered === true) notOffered.push(line.priceId);
        if (line.offerUnsaid !== undefined) offerUnsaid.push({ priceId: line.priceId, field: line.offerUnsaid });
      }
    } else {
      total.knownUsd += line.usd;
      if (total.usd !== null) total.usd = total.knownUsd;
    }
  }
  for (const component of sheet.incomplete) {
    components[component].monthly.usd = null;
    // answering and operating cost nothing once, whatever else is not known of them
    if (component === 'training' || component === 'data') components[component].oneTime.usd = null;
  }
  const monthly = sum(components, 'monthly');
  const oneTime = sum(components, 'oneTime');
  // a model that nobody hosts answers no request
  const requests = sheet.notes.includes('no-hosting') ? 0 : (workload.requestsPerMonth ?? 0);
  return {
    path,
    region: book.region,
    monthly,
    oneTime,
    firstMonth: {
      usd: monthly.usd === null || oneTime.usd === null ? null : monthly.usd + oneTime.usd,
      knownUsd: monthly.knownUsd + oneTime.knownUsd,
    },
    usdPer1kRequests: monthly.usd === null || requests === 0 ? null : (monthly.usd / requests) * 1000,
    components,
    lines,
    unknownPriceIds,
    notOffered,
    offerUnsaid,
    missing: sheet.missing,
    notes: sheet.notes,
    throughput: sheet.throughput,
    flows: sheet.flows,
    incomplete: sheet.incomplete,
    trainingHours: sheet.trainingHours,
    unknownInstance: sheet.unknownInstance,
    idleStore: sheet.idleStore,
    longPromptAboveTokens: longPromptLimits(sheet.lines, catalogue),
    elsewhere: sheet.elsewhere,
  };
}

function longPromptLimits(lines: readonly CostLine[], catalogue: ModelCatalogue | undefined): number[] {
  const { models = {} } = catalogue ?? {};
  const limits = new Set<number>();
  for (const { priceId } of lines) {
    if (!priceId.includes(LONG_PROMPT)) continue;
    const limit = modelEntry(models, priceId.slice(0, priceId.indexOf('/')))?.longPromptAboveTokens;
    if (limit !== undefined) limits.add(limit);
  }
  return [...limits].sort((one, other) => one - other);
}

/** How the price of a long prompt is told by its id. */
const LONG_PROMPT = `/${'long-context' satisfies PromptBand}`;

/** Prices every path that the workload asks for, each at the prices that `bookOf` gives it. */
export function estimate(
  workload: Workload,
  bookOf: (path: PathId) => PriceBook,
  catalogue?: ModelCatalogue,
): PathEstimate[] {
  return (workload.paths ?? PATHS).map((path) => estimatePath(path, workload, bookOf(path), catalogue));
}

interface MutableTotal {
  usd: number | null;
  knownUsd: number;
}

const emptyTotals = (): { monthly: MutableTotal; oneTime: MutableTotal } => ({
  monthly: { usd: 0, knownUsd: 0 },
  oneTime: { usd: 0, knownUsd: 0 },
});

function sum(components: Record<CostComponent, ComponentTotal>, due: keyof ComponentTotal): Total {
  let knownUsd = 0;
  let known = true;
  for (const component of COST_COMPONENTS) {
    const total = components[component][due];
    knownUsd += total.knownUsd;
    if (total.usd === null) known = false;
  }
  return { usd: known ? knownUsd : null, knownUsd };
}

/** Takes each month's free allowance off the monthly lines of its price, in their order. What it covers whole is no line. */
function lessFreeTier(lines: readonly CostLine[], freeTier: Readonly<Record<string, number>>): CostLine[] {
  const left = new Map(Object.entries(freeTier));
  return lines.flatMap((line) => {
    const allowance = left.get(line.priceId);
    if (allowance === undefined || line.kind === 'one-time' || line.quantity === null) return [line];
    const { pieces } = PRICE_UNITS[line.unit];
    const free = Math.min(allowance, line.quantity * pieces);
    left.set(line.priceId, allowance - free);
    const quantity = line.quantity - free / pieces;
    if (quantity === 0) return [];
    return [
      {
        ...line,
        quantity,
        usd: line.unitPriceUsd === null ? null : quantity * line.unitPriceUsd,
        assumption: `${line.assumption}; less the free tier`,
        formula: `${line.formula} − ${free}`,
      },
    ];
  });
}
