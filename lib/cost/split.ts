import type { PathId } from '../paths.ts';
import type { PriceBook } from '../prices/price-book.ts';
import { tokenPriceId } from '../prices/token-pricing.ts';
import { usdPer } from '../prices/usd-per.ts';
import { sumUsd } from '../sums.ts';
import type { CostLine } from './cost-line.ts';
import type { PathEstimate } from './estimate.ts';
import { TOKEN_CLASSES, type TokenFlow, type TokenSeller, type TokenTerms } from './token-flow.ts';

/**
 * What can make one figure differ from another. `unitPrice`: model, profile and length of the prompt. `terms`: tier, batch,
 * cache, and tokens that capacity serves. `capacity`: what is paid by the hour or month. `training`: spread over its life, with
 * its repetition. `data`: one-time data, spread likewise.
 */
export const SPLIT_PARTS = [
  'unitPrice',
  'terms',
  'promptTokens',
  'answerTokens',
  'requests',
  'capacity',
  'training',
  'data',
] as const;

export type SplitPart = (typeof SPLIT_PARTS)[number];

/** A figure to be compared, with the prices that it was made of. */
export interface SplitSide {
  readonly estimate: PathEstimate;
  readonly book: PriceBook;
  /** Months over which one-time costs are spread. */
  readonly lifeMonths: number;
  /** Labels and work that training takes, as the workload says: AWS bills none of it. @default none */
  readonly people?: PeopleCost | undefined;
}

export interface PeopleCost {
  readonly onceUsd: number;
  readonly monthlyUsd: number;
}

/** What `to` costs more than `from` a month, one-time costs spread over their life. `null` is unknown. */
export interface Split {
  readonly usd: number | null;
  readonly parts: Readonly<Record<SplitPart, number | null>>;
}

/**
 * Splits the difference of two figures. Price and quantity are parted by the midpoint, so that the split of the way back is
 * the negative of this one, the parts sum to the difference, and a part is exactly zero where its inputs are the same. An
 * unknown part leaves the others known.
 */
export function split(from: SplitSide, to: SplitSide): Split {
  const parts: Record<SplitPart, number | null> = {
    unitPrice: 0,
    terms: 0,
    promptTokens: 0,
    answerTokens: 0,
    requests: 0,
    capacity: 0,
    training: 0,
    data: 0,
  };
  const add = (part: SplitPart, usd: number | null): void => {
    const before = parts[part];
    parts[part] = before === null || usd === null ? null : before + usd;
  };
  const calls = new Set([from, to].flatMap(({ estimate }) => estimate.flows.map(({ call }) => call)));
  for (const call of calls) {
    for (const tokenClass of TOKEN_CLASSES) {
      const isOfIt = (flow: TokenFlow) => flow.call === call && flow.tokenClass === tokenClass;
      const [before, after] = [from, to].map(({ estimate }) => estimate.flows.filter(isOfIt));
      const tokens = splitTokens(sold(before ?? [], from.book), sold(after ?? [], to.book));
      add('unitPrice', tokens.unitPrice);
      add('terms', tokens.terms);
      add(tokenClass === 'prompt' ? 'promptTokens' : 'answerTokens', tokens.quantity);
      // how much of a prompt is cached is a term of its sale, as what caching saves is
      const saved = splitTokens(saving(before ?? [], from.book), saving(after ?? [], to.book));
      add('unitPrice', saved.unitPrice);
      add('terms', saved.terms);
      add('terms', saved.quantity);
    }
  }
  // a free allowance is a term of sale: lines are less than tokens times prices by it
  add('terms', minus(allowance(to), allowance(from)));
  const others = withoutCommon(from, to);
  for (const part of ['requests', 'capacity', 'training', 'data'] as const) {
    add(part, isUnknown(from, to, part) ? null : minus(monthlyUsd(others.to, part), monthlyUsd(others.from, part)));
  }
  add('training', peopleUsd(to) - peopleUsd(from));
  const known = SPLIT_PARTS.map((part) => parts[part]);
  return { usd: known.includes(null) ? null : sumUsd(known.map((usd) => usd ?? 0)), parts };
}

/** Splits what one monthly figure is more than another. */
export type MonthlySplit = (from: PathEstimate, to: PathEstimate) => Split;

/**
 * @param bookOf the prices that a path is priced by
 * @param lifeMonths months over which what is paid once is spread. Default: without end, so that it is nothing a month
 */
export const monthlySplit =
  (bookOf: (path: PathId) => PriceBook, lifeMonths = Infinity): MonthlySplit =>
  (from, to) => {
    const side = (estimate: PathEstimate): SplitSide => ({
      estimate,
      book: bookOf(estimate.path),
      lifeMonths,
    });
    return split(side(from), side(to));
  };

/** What people and labels come to a month, over the life of what they make. */
export const peopleUsd = ({ people, lifeMonths }: Pick<SplitSide, 'people' | 'lifeMonths'>): number =>
  people === undefined ? 0 : people.monthlyUsd + people.onceUsd / lifeMonths;

const minus = (one: number | null, other: number | null): number | null =>
  one === null || other === null ? null : one - other;

/** The tokens of one kind of call, and what a million of them costs in every way in which some of them are sold. */
interface Sold {
  readonly millionTokens: number | null;
  readonly sellers: readonly TokenSeller[];
  readonly ways: ReadonlyMap<
    string,
    { readonly terms: TokenTerms; readonly share: number; readonly usd: number | null }
  >;
  /** The price of the same way where none of the tokens is sold in it. */
  readonly usdOf: (terms: TokenTerms) => number | null;
}

/** What a million tokens cost that are sold in a way. */
function usdAt({ prices: book }: PriceBook, seller: TokenSeller, { meter, tier, cacheTtl }: TokenTerms): number | null {
  const { modelId, scope, band, meters } = seller;
  const prefix = meters === 'custom' ? { prefix: 'custom-' as const } : {};
  return usdPer(book, tokenPriceId({ modelId, scope, band, tier, cacheTtl, ...prefix }, meter), '1M tokens');
}

const sold = (flows: readonly TokenFlow[], book: PriceBook): Sold =>
  soldAt(flows, (seller, terms) => usdAt(book, seller, terms));

/** The cached tokens of flows, each at what it costs more or less than one that is not. */
const saving = (flows: readonly TokenFlow[], book: PriceBook): Sold =>
  soldAt(
    flows.flatMap(({ cached, ...flow }) => (cached === undefined ? [] : [{ ...flow, ...cached }])),
    (seller, terms) => minus(usdAt(book, seller, terms), usdAt(book, seller, { ...terms, meter: 'input' })),
  );

/**
 * Several flows of one call are those of prompts on either side of a model's limit: their prices are averaged.
 * @param usdOf what a million tokens cost; `null`: no price is known
 */
function soldAt(flows: readonly TokenFlow[], usdOf: (seller: TokenSeller, terms: TokenTerms) => number | null): Sold {
  const whole = flows.some(({ millionTokens }) => millionTokens === null)
    ? null
    : sumUsd(flows.map(({ millionTokens }) => millionTokens ?? 0));
  const sellers = flows.flatMap(({ seller }) => seller ?? []);
  const weight = ({ millionTokens }: TokenFlow): number =>
    flows.length === 1 ? 1 : whole === null || whole === 0 ? 0 : (millionTokens ?? 0) / whole;
  const ways = new Map<string, { terms: TokenTerms; share: number; weighted: number | null; usd: number | null }>();
  for (const flow of flows) {
    for (const { share, ...terms } of flow.sold) {
      const key = wayOf(terms);
      const usd = flow.seller === null ? null : usdOf(flow.seller, terms);
      const part = share * weight(flow);
      const before = ways.get(key) ?? { terms, share: 0, weighted: 0, usd };
      const weighted = before.weighted === null || usd === null ? null : before.weighted + part * usd;
      const all = before.share + part;
      // one price stays itself: an average of equal prices would differ in its last digit
      const average = before.usd === usd ? usd : weighted === null || all === 0 ? null : weighted / all;
      ways.set(key, { terms, share: all, weighted, usd: average });
    }
  }
  return {
    millionTokens: whole,
    sellers,
    ways,
    usdOf: (terms) => {
      const [seller] = sellers;
      return seller === undefined ? null : usdOf(seller, terms);
    },
  };
}

const wayOf = ({ meter, tier, cacheTtl }: TokenTerms): string =>
  meter === 'cacheWrite' ? `${meter} ${tier} ${cacheTtl}` : `${meter} ${tier}`;

interface TokenSplit {
  readonly unitPrice: number | null;
  readonly terms: number | null;
  readonly quantity: number | null;
}

/**
 * With Q million tokens of which the share m of each way is sold at the price p, the cost is Q × Σ m p. By the midpoint,
 * Δ(Q × P) = ΔQ × P̄ + Q̄ × ΔP and ΔP = Σ (Δp × m̄ + Δm × p̄).
 */
function splitTokens(from: Sold, to: Sold): TokenSplit {
  const [before, after] = [from.millionTokens, to.millionTokens];
  // who sends no tokens has no way of selling them: only the quantity differs
  const ways = new Map([...from.ways, ...to.ways].map(([key, { terms }]) => [key, terms]));
  let perMillion: number | null = 0;
  let unitPrice: number | null = 0;
  let terms: number | null = 0;
  for (const [key, way] of ways) {
    const here = from.ways.get(key);
    const there = to.ways.get(key);
    const [shareHere, shareThere] = [
      before === 0 ? (there?.share ?? 0) : (here?.share ?? 0),
      after === 0 ? (here?.share ?? 0) : (there?.share ?? 0),
    ];
    const [usdHere, usdThere] = prices(
      before === 0 ? null : (here?.usd ?? null),
      after === 0 ? null : (there?.usd ?? null),
      { from, to, way, sold: [here !== undefined && before !== 0, there !== undefined && after !== 0] },
    );
    const meanShare = (shareHere + shareThere) / 2;
    const meanUsd = usdHere === null || usdThere === null ? null : (usdHere + usdThere) / 2;
    const moreUsd = minus(usdThere, usdHere);
    const moreShare = shareThere - shareHere;
    unitPrice = plus(unitPrice, meanShare === 0 ? 0 : times(moreUsd, meanShare));
    terms = plus(terms, moreShare === 0 ? 0 : times(meanUsd, moreShare));
    const [costHere, costThere] = [
      shareHere === 0 ? 0 : times(usdHere, shareHere),
      shareThere === 0 ? 0 : times(usdThere, shareThere),
    ];
    perMillion = plus(perMillion, times(plus(costHere, costThere), 0.5));
  }
  if (before === null || after === null) return { unitPrice: null, terms: null, quantity: null };
  const meanQuantity = (before + after) / 2;
  return {
    unitPrice: unitPrice === 0 || meanQuantity === 0 ? 0 : times(unitPrice, meanQuantity),
    terms: terms === 0 || meanQuantity === 0 ? 0 : times(terms, meanQuantity),
    quantity: after === before ? 0 : times(perMillion, after - before),
  };
}

const plus = (one: number | null, other: number | null): number | null =>
  one === null || other === null ? null : one + other;

const times = (one: number | null, other: number): number | null => (one === null ? null : one * other);

/**
 * The price of a way on both sides. Where one side sells nothing in it, its own price for it parts model from terms; where
 * it has none, the other side's does, for any price leaves the sum as it is.
 */
function prices(
  here: number | null,
  there: number | null,
  { from, to, way, sold: [soldHere, soldThere] }: { from: Sold; to: Sold; way: TokenTerms; sold: [boolean, boolean] },
): readonly [number | null, number | null] {
  if (soldHere && soldThere) return [here, there];
  if (soldHere) return [here, from.millionTokens === 0 || to.millionTokens === 0 ? here : (to.usdOf(way) ?? here)];
  if (soldThere)
    return [from.millionTokens === 0 || to.millionTokens === 0 ? there : (from.usdOf(way) ?? there), there];
  return [0, 0];
}

const isTokenLine = ({ component, unit }: CostLine): boolean => component === 'inference' && unit === '1M tokens';

/** What the token lines are less than tokens times prices: nothing but for a free allowance. */
function allowance({ estimate, book }: SplitSide): number | null {
  const { lines, flows } = estimate;
  if (!lines.some(({ assumption }) => assumption.endsWith('less the free tier'))) return 0;
  const whole = sumUsdOrNull(
    flows.flatMap((flow) =>
      [sold([flow], book), saving([flow], book)].map(({ millionTokens, ways }) =>
        millionTokens === null
          ? null
          : sumUsdOrNull(
              [...ways.values()].map(({ share, usd }) => (usd === null ? null : millionTokens * share * usd)),
            ),
      ),
    ),
  );
  return minus(sumUsdOrNull(lines.filter(isTokenLine).map(({ usd }) => usd)), whole);
}

const sumUsdOrNull = (values: readonly (number | null)[]): number | null =>
  values.includes(null) ? null : sumUsd(values.map((usd) => usd ?? 0));

type OtherPart = Exclude<SplitPart, 'unitPrice' | 'terms' | 'promptTokens' | 'answerTokens'>;

/** Which part a line that is no token of an answer belongs to. */
function partOf({ component, kind, priceId }: CostLine): OtherPart {
  if (component === 'training' && !priceId.endsWith('/storage')) return 'training';
  if (kind === 'one-time') return component === 'data' ? 'data' : 'training';
  // an imported model runs by windows of time, whatever opens them
  return kind === 'fixed' || priceId.startsWith('cmi/') ? 'capacity' : 'requests';
}

/** Parts that a missing field of a component leaves unknown. */
const UNKNOWN_PARTS = {
  inference: [],
  training: ['training'],
  data: ['requests', 'capacity', 'data'],
  operations: ['requests', 'capacity'],
} as const satisfies Record<CostLine['component'], readonly OtherPart[]>;

/** True where a field that only one side misses, or each another one, leaves a part unknown. */
function isUnknown({ estimate: from }: SplitSide, { estimate: to }: SplitSide, part: OtherPart): boolean {
  const incomplete = ({ incomplete: components }: PathEstimate): boolean =>
    components.some((component) => (UNKNOWN_PARTS[component] as readonly OtherPart[]).includes(part));
  if (!incomplete(from) && !incomplete(to)) return false;
  return from.missing.join() !== to.missing.join();
}

interface SpreadLines {
  readonly lines: readonly CostLine[];
  readonly lifeMonths: number;
}

/** The lines that are no tokens of answers, less those that both sides have: known or not, they make no difference. */
function withoutCommon(from: SplitSide, to: SplitSide): { readonly from: SpreadLines; readonly to: SpreadLines } {
  const left = new Map<string, number>();
  const isSameSale = from.estimate.region === to.estimate.region;
  const keyOf = ({ kind, name, priceId, quantity, usd }: CostLine, lifeMonths: number): string =>
    JSON.stringify([kind, name, priceId, quantity, usd, kind === 'one-time' ? lifeMonths : 0]);
  const others = ({ estimate: { lines } }: SplitSide) => lines.filter((line) => !isTokenLine(line));
  for (const line of others(from)) {
    const key = keyOf(line, from.lifeMonths);
    left.set(key, (left.get(key) ?? 0) + 1);
  }
  const common = new Map<string, number>();
  const ofTo = others(to).filter((line) => {
    const key = keyOf(line, to.lifeMonths);
    const count = left.get(key) ?? 0;
    if (!isSameSale || count === 0) return true;
    left.set(key, count - 1);
    common.set(key, (common.get(key) ?? 0) + 1);
    return false;
  });
  const ofFrom = others(from).filter((line) => {
    const key = keyOf(line, from.lifeMonths);
    const count = common.get(key) ?? 0;
    if (count === 0) return true;
    common.set(key, count - 1);
    return false;
  });
  return {
    from: { lines: ofFrom, lifeMonths: from.lifeMonths },
    to: { lines: ofTo, lifeMonths: to.lifeMonths },
  };
}

function monthlyUsd({ lines, lifeMonths }: SpreadLines, part: OtherPart): number | null {
  return sumUsdOrNull(
    lines
      .filter((line) => partOf(line) === part)
      // spread over a time without end, what is paid once is nothing, known or not
      .filter(({ kind }) => kind !== 'one-time' || lifeMonths !== Infinity)
      .map(({ usd, kind }) => (usd === null ? null : kind === 'one-time' ? usd / lifeMonths : usd)),
  );
}

/** Rounds parts to cents so that they add up to the rounded difference: the largest remainders take what is over. */
export function partsInCents({ usd, parts }: Split): Readonly<Record<SplitPart, number | null>> {
  if (usd === null) {
    return mapParts(parts, (part) => (part === null ? null : Math.round(part * 100) / 100));
  }
  const whole = Math.round(usd * 100);
  const cents = mapParts(parts, (part) => Math.trunc((part ?? 0) * 100));
  let over = whole - SPLIT_PARTS.reduce((sum, part) => sum + (cents[part] ?? 0), 0);
  const remainder = (part: SplitPart): number => (parts[part] ?? 0) * 100 - (cents[part] ?? 0);
  const step = Math.sign(over);
  // what is nothing stays nothing
  const byRemainder = SPLIT_PARTS.filter((part) => parts[part] !== 0).sort(
    (one, other) => step * (remainder(other) - remainder(one)),
  );
  for (const part of byRemainder) {
    if (over === 0) break;
    cents[part] = (cents[part] ?? 0) + step;
    over -= step;
  }
  return mapParts(cents, (count) => (count ?? 0) / 100);
}

function mapParts(
  parts: Readonly<Record<SplitPart, number | null>>,
  to: (usd: number | null) => number | null,
): Record<SplitPart, number | null> {
  return Object.fromEntries(SPLIT_PARTS.map((part) => [part, to(parts[part])])) as Record<SplitPart, number | null>;
}
