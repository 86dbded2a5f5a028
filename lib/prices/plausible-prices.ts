import type { ModelCatalogue } from '../catalogue/models.ts';
import type { Price } from './price-book.ts';
import { usdPerUnit } from './usd-per.ts';

/**
 * What no price list can mean: a long prompt that costs less than a short one, an answer that costs less than its question, a batch
 * that is not about half. Each has been a slip of a list or of whoever read it.
 */
type PairRule = 'long-context-below-usual' | 'output-below-input' | 'batch-share';

/** Two prices of a model that do not go together. */
export interface ImplausiblePair {
  readonly rule: PairRule;
  readonly id: string;
  /** The price that it is held against. */
  readonly against: string;
  /** The first price over the second. */
  readonly ratio: number;
}

/** AWS sells batch at half of standard, and rounds to cents. */
export const BATCH_SHARE = { least: 0.4, most: 0.6 } as const;

interface Comparison {
  readonly rule: PairRule;
  /** The id that a price is held against; undefined where the rule says nothing of it. */
  readonly against: (meter: string, isText: boolean) => string | undefined;
  readonly isOdd: (ratio: number) => boolean;
}

const without = (meter: string, part: string): string | undefined =>
  meter.includes(part) ? meter.replace(part, '') : undefined;

// a millionth: what unit conversion loses
const isBelow = (ratio: number): boolean => ratio < 1 - 1e-6;

const COMPARISONS: readonly Comparison[] = [
  { rule: 'long-context-below-usual', against: (meter) => without(meter, '/long-context'), isOdd: isBelow },
  {
    rule: 'output-below-input',
    against: (meter, isText) =>
      isText && /^(?:custom-)?output(?:\/|$)/.test(meter) ? meter.replace('output', 'input') : undefined,
    isOdd: isBelow,
  },
  {
    rule: 'batch-share',
    against: (meter) => without(meter, '/batch'),
    isOdd: (ratio) => ratio < BATCH_SHARE.least || ratio > BATCH_SHARE.most,
  },
];

/** Returns every pair of prices that do not go together. A pair of which one is missing or free is none. */
export function implausiblePairs(
  prices: ReadonlyMap<string, Price>,
  { models, named = {} }: Pick<ModelCatalogue, 'models' | 'named'>,
): ImplausiblePair[] {
  const isText = (model: string): boolean =>
    (Object.hasOwn(models, model) ? models[model] : named[model])?.kind === 'text';
  return [...prices.values()].flatMap((price) => {
    const slash = price.id.indexOf('/');
    const [model, meter] = [price.id.slice(0, slash), price.id.slice(slash + 1)];
    return COMPARISONS.flatMap(({ rule, against, isOdd }): ImplausiblePair[] => {
      const other = against(meter, isText(model));
      const basis = other === undefined ? undefined : prices.get(`${model}/${other}`);
      const usd = basis === undefined ? null : usdPerUnit(price, basis.per);
      if (basis === undefined || usd === null || basis.usd === 0) return [];
      const ratio = usd / basis.usd;
      return isOdd(ratio) ? [{ rule, id: price.id, against: basis.id, ratio }] : [];
    });
  });
}
