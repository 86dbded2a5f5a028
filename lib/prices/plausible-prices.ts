import type { ModelCatalogue } from '../catalogue/models.ts';
import type { Price } from './price-book.ts';
import type { PriceTier } from './token-pricing.ts';
import { usdPerUnit } from './usd-per.ts';

/**
 * What no price list can mean, each the slip of a list or of whoever read it: a long prompt that costs less than a short one, an
 * answer that costs less than its question, a cache, tier, scope or tuned version far off its model's own price.
 */
export const IMPLAUSIBLE_RULES = [
  'long-context-below-usual',
  'output-below-input',
  'cache-write-share',
  'cache-read-share',
  'tier-share',
  'global-share',
  'custom-share',
  'standard-share',
] as const;

/** A batch at another share than usual is rare and true. */
type PairRule = (typeof IMPLAUSIBLE_RULES)[number] | 'batch-share';

/** Times of another price that a price may be. */
export interface Bounds {
  readonly least: number;
  readonly most: number;
}

/** Two prices of a model that do not go together. */
export interface ImplausiblePair {
  readonly rule: PairRule;
  readonly id: string;
  /** The price that it is held against. */
  readonly against: string;
  /** The first price over the second. */
  readonly ratio: number;
  /** Where the ratio had to be. */
  readonly bounds: Bounds;
}

/** AWS sells batch at half of standard, and rounds to cents. */
export const BATCH_SHARE: Bounds = { least: 0.4, most: 0.6 };

/*
 * Wide on purpose. In the books of November 2026 a cache write is 1.25 or 2 times the input, a cache read 0.025 to 0.25, a long prompt
 * 1.5 to 5 times a usual one, output 1 to 10 times the input, batch 0.42 to 0.75, flex 0.43 to 0.6, priority 1.7 to 1.86,
 * latency-optimized 1.25 and ultrafast 6 times standard, global 0.91 to 1, a tuned version 0.91 to 1.33 times its base.
 */
const CACHE_WRITE: Bounds = { least: 0.9, most: 4 };
const CACHE_READ: Bounds = { least: 0.005, most: 1 };
const LONG_CONTEXT: Bounds = { least: 1, most: 10 };
const OUTPUT: Bounds = { least: 1, most: 50 };
const GLOBAL: Bounds = { least: 0.5, most: 1.1 };
const CUSTOM: Bounds = { least: 0.5, most: 4 };
const TIERS: Readonly<Record<Exclude<PriceTier, 'standard'>, Bounds>> = {
  batch: { least: 0.2, most: 1 },
  flex: { least: 0.2, most: 1 },
  priority: { least: 1, most: 4 },
  'latency-optimized': { least: 1, most: 4 },
  ultrafast: { least: 1, most: 12 },
};

const METER =
  /^(custom-)?(input|output|cache-read|cache-write(?:-30m|-1h)?)(\/long-context)?(?:\/(batch|flex|priority|latency-optimized|ultrafast))?(\/global)?$/;

/** A rule that holds one price of tokens against another of its model. */
interface Comparison {
  readonly rule: PairRule;
  /** The meter of the other one. */
  readonly against: string;
  readonly bounds: Bounds;
}

const isCacheWrite = (meter: string): boolean => /^(?:custom-)?cache-write/.test(meter);

/** The comparisons of a meter of text: each with the price that differs from it in one thing alone. */
function neighbours(meter: string): Comparison[] {
  const [, custom, tokens = '', band, tier, global] = METER.exec(meter) ?? [];
  if (tokens === '') return [];
  const instead = (part: string, by: string): string => meter.replace(part, by);
  const ofInput = instead(tokens, 'input');
  const found: Comparison[] = [];
  if (tokens === 'output') found.push({ rule: 'output-below-input', against: ofInput, bounds: OUTPUT });
  if (tokens === 'cache-read') found.push({ rule: 'cache-read-share', against: ofInput, bounds: CACHE_READ });
  if (isCacheWrite(tokens)) found.push({ rule: 'cache-write-share', against: ofInput, bounds: CACHE_WRITE });
  if (band !== undefined) {
    found.push({ rule: 'long-context-below-usual', against: instead(band, ''), bounds: LONG_CONTEXT });
  }
  if (tier !== undefined) {
    const bounds = TIERS[tier as keyof typeof TIERS];
    found.push({ rule: 'tier-share', against: instead(`/${tier}`, ''), bounds });
  }
  if (global !== undefined) found.push({ rule: 'global-share', against: instead(global, ''), bounds: GLOBAL });
  if (custom !== undefined) found.push({ rule: 'custom-share', against: instead(custom, ''), bounds: CUSTOM });
  return found;
}

/** Where no neighbour has a price: the standard price of the same tokens, or else of input, by all factors that lie between. */
function standards(meter: string): Comparison[] {
  const between = neighbours(meter);
  const times = (comparisons: readonly Comparison[]): Bounds => ({
    least: comparisons.reduce((product, { bounds }) => product * bounds.least, 1),
    most: comparisons.reduce((product, { bounds }) => product * bounds.most, 1),
  });
  const tokens = METER.exec(meter)?.[2];
  if (tokens === undefined) return [];
  const sameTokens = between.filter(({ against }) => against.includes(tokens));
  return [
    { rule: 'standard-share', against: tokens, bounds: times(sameTokens) },
    { rule: 'standard-share', against: 'input', bounds: times(between) },
  ];
}

const without = (meter: string, part: string): string | undefined =>
  meter.includes(part) ? meter.replace(part, '') : undefined;

// a millionth: what unit conversion loses
const isWithin = (ratio: number, { least, most }: Bounds): boolean =>
  ratio >= least * (1 - 1e-6) && ratio <= most * (1 + 1e-6);

/** Returns every pair of prices that do not go together. A pair of which one is missing, or the other is free, is none. */
export function implausiblePairs(
  prices: ReadonlyMap<string, Price>,
  { models, named = {} }: Pick<ModelCatalogue, 'models' | 'named'>,
): ImplausiblePair[] {
  const kindOf = (model: string): string | undefined =>
    [models, named].map((known) => (Object.hasOwn(known, model) ? known[model]?.kind : undefined)).find(Boolean);
  return [...prices.values()].flatMap((price) => {
    const slash = price.id.indexOf('/');
    const [model, meter] = [price.id.slice(0, slash), price.id.slice(slash + 1)];
    const pairs = (comparisons: readonly Comparison[]): (ImplausiblePair & { readonly isOdd: boolean })[] =>
      comparisons.flatMap(({ rule, against, bounds }) => {
        const basis = against === meter ? undefined : prices.get(`${model}/${against}`);
        const usd = basis === undefined ? null : usdPerUnit(price, basis.per);
        if (basis === undefined || usd === null || basis.usd === 0) return [];
        const ratio = usd / basis.usd;
        // what is written to a cache may be free, beside any input
        const mayBeFree = isCacheWrite(meter) && !isCacheWrite(against);
        const isOdd = !isWithin(ratio, bounds) && !(price.usd === 0 && mayBeFree);
        return [{ rule, id: price.id, against: basis.id, ratio, bounds, isOdd }];
      });
    const near = kindOf(model) === 'text' ? pairs(neighbours(meter)) : [];
    const held = near.length > 0 || kindOf(model) !== 'text' ? near : pairs(standards(meter)).slice(0, 1);
    const standard = without(meter, '/batch');
    const batch =
      standard === undefined ? [] : pairs([{ rule: 'batch-share', against: standard, bounds: BATCH_SHARE }]);
    return [...held, ...batch].flatMap(({ isOdd, ...pair }) => (isOdd ? [pair] : []));
  });
}
