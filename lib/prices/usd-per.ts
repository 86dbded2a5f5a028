import { isPriceUnit, unitRatio, type PriceUnit } from './price-unit.ts';

/** As much of a price as its conversion needs; `per` may be any text where it comes from a stack's own settings. */
interface UnitPrice {
  readonly usd: number;
  readonly per: string;
}

/** A price by its id: a whole book, or the few prices that a function is given. */
type PricesById = ReadonlyMap<string, UnitPrice> | Readonly<Record<string, UnitPrice>>;

/** US dollars for one `unit`, or null where the price is for something else. */
export function usdPerUnit(price: UnitPrice, unit: PriceUnit): number | null {
  if (price.per === unit) return price.usd;
  const ratio = isPriceUnit(price.per) ? unitRatio(unit, price.per) : null;
  return ratio === null ? null : price.usd * ratio;
}

/** US dollars for one `unit` of what the id prices, or null where there is no book, no such price, or one for something else. */
export function usdPer(prices: PricesById | undefined, priceId: string, unit: PriceUnit): number | null {
  const price = prices === undefined ? undefined : priceOf(prices, priceId);
  return price === undefined ? null : usdPerUnit(price, unit);
}

function priceOf(prices: PricesById, priceId: string): UnitPrice | undefined {
  if (isMap(prices)) return prices.get(priceId);
  return Object.hasOwn(prices, priceId) ? prices[priceId] : undefined;
}

const isMap = (prices: PricesById): prices is ReadonlyMap<string, UnitPrice> => prices instanceof Map;
