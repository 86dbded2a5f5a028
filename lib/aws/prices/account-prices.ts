import type { Price, PriceBook } from '../../prices/price-book.ts';
import type { PrivatePrice } from '../../prices/private-prices.ts';
import { leastPiecesInPriceList, piecesInPriceList, PRICE_UNITS } from '../../prices/price-unit.ts';
import { TIER_LIMITS } from '../../prices/tier-limits.ts';
import type { AccountPrice, AccountPrices } from '../../report/price-check.ts';
import {
  DisallowedRateError,
  LINE_LIMITS,
  LINE_TEXT,
  type Calculator,
  type LineCost,
  type RateType,
  type UsageLine,
} from './usage-line-costs.ts';

/** A line of a question costs at least this much where its first tier allows: cents of rounding are then below 1e-5 of it. */
const LEAST_USD = 1000;

/** AWS may round a cost to cents. */
const ROUNDING_USD = 0.005;

const TOLERANCE = 1e-6;

/** A quantity of something free, which has no price to reckon with. */
const FREE_AMOUNT = 1e6;

/** Marketplace models: every one of them has the usage types of the others, so that no usage type names a model. */
const SHARED_USAGE_TYPES = /-MP:/;

interface Asked {
  readonly price: Price;
  readonly line: UsageLine;
}

/**
 * Asks AWS for the price of every usage type of a book, before and after the discounts of the account. Nothing is stored.
 * @param operation of every line: AWS documents none for most usage types
 * @throws UserError where AWS refuses
 */
export async function accountPrices(book: PriceBook, operation: string, { costs }: Calculator): Promise<AccountPrices> {
  const { asked, shared, unaskable } = linesOf(book, operation);
  const lines = asked.map(({ line }) => line);
  const ask = (rateType: RateType): Promise<ReadonlyMap<string, LineCost>> =>
    lines.length === 0 ? Promise.resolve(new Map()) : costs(lines, rateType);
  const before = await ask('BEFORE_DISCOUNTS');
  const after = await ask('AFTER_DISCOUNTS').catch((error: unknown) => {
    // the check of list prices holds without it
    if (error instanceof DisallowedRateError) return error.message;
    throw error;
  });
  const afterOf = (key: string): LineCost | undefined => (typeof after === 'string' ? undefined : after.get(key));
  return {
    region: book.region,
    prices: [
      ...asked.map(({ price, line }) => priceOfLine(price, line, before.get(line.key), afterOf(line.key))),
      ...shared.map((price) => unknownPrice(price, 'shared-usage-type')),
      ...unaskable.map((price) => unknownPrice(price, 'not-askable')),
    ],
    withoutUsageType: [...book.prices.values()].filter(({ usageType }) => usageType === undefined).length,
    refusedAfterDiscounts: typeof after === 'string' ? after : null,
  };
}

/** The prices to write: those of which AWS's list price is the book's, and the account's is another one. */
export function privatePricesOf({ prices }: AccountPrices, today: string): PrivatePrice[] {
  return prices.flatMap(({ id, per, state, afterUsd }) =>
    state === 'discounted' && afterUsd !== null
      ? [
          {
            id,
            usd: afterUsd,
            per,
            source: 'your account: GetUsageLinesEstimatedCost, AFTER_DISCOUNTS',
            date: today,
            confidence: 'A' as const,
          },
        ]
      : [],
  );
}

function linesOf(
  book: PriceBook,
  operation: string,
): { readonly asked: readonly Asked[]; readonly shared: readonly Price[]; readonly unaskable: readonly Price[] } {
  const byMeter = new Map<string, Price[]>();
  for (const price of book.prices.values()) {
    // a higher tier is billed under the usage type of the first, which alone is asked
    if (price.usageType === undefined || /\/tier-\d$/.test(price.id)) continue;
    const meter = `${price.service} ${price.usageType}`;
    byMeter.set(meter, [...(byMeter.get(meter) ?? []), price]);
  }
  const meters = [...byMeter.values()];
  const isShared = (prices: readonly Price[]): boolean =>
    prices.length > 1 || prices.some(({ usageType = '' }) => SHARED_USAGE_TYPES.test(usageType));
  const single = meters.filter((prices) => !isShared(prices)).flat();
  return {
    asked: single.filter(isAskable).map((price, index) => ({
      price,
      line: {
        key: `line${index}`,
        serviceCode: price.service,
        usageType: price.usageType ?? '',
        operation,
        amount: amountFor(price),
      },
    })),
    shared: meters.filter(isShared).flat(),
    unaskable: single.filter((price) => !isAskable(price)),
  };
}

function isAskable({ service, usageType = '' }: Price): boolean {
  return (
    usageType.length <= LINE_LIMITS.usageType &&
    service.length <= LINE_LIMITS.serviceCode &&
    LINE_TEXT.test(usageType) &&
    LINE_TEXT.test(service)
  );
}

/** A power of ten in the smallest unit that AWS may count in, within the first tier. */
export function amountFor({ id, usd, per }: Pick<Price, 'id' | 'usd' | 'per'>): number {
  if (usd === 0) return FREE_AMOUNT;
  const pieces = leastPiecesInPriceList(per);
  const usdOfLeast = (usd * pieces) / PRICE_UNITS[per].pieces;
  const wanted = Math.max(0, Math.ceil(Math.log10(LEAST_USD / usdOfLeast)));
  const [tierEnd = Infinity] = (TIER_LIMITS as Readonly<Record<string, readonly number[]>>)[id] ?? [];
  const most = Math.floor(Math.log10(tierEnd / pieces));
  return 10 ** Math.min(wanted, most);
}

function priceOfLine(
  price: Price,
  { amount }: UsageLine,
  before: LineCost | undefined,
  after: LineCost | undefined,
): AccountPrice {
  const { id, per, usageType = '', usd: bookUsd } = price;
  const known = { id, per, usageType, bookUsd, amount };
  const list = reading(before, price);
  const own = reading(after, price);
  const usageUnit = before !== undefined && 'usageUnit' in before ? before.usageUnit : null;
  if (!('usd' in list))
    return { ...known, usageUnit, beforeUsd: null, afterUsd: 'usd' in own ? own.usd : null, ...list };
  if (!list.same) {
    const afterUsd = 'usd' in own ? own.usd : null;
    return { ...known, usageUnit, beforeUsd: list.usd, afterUsd, state: 'list-differs', message: null };
  }
  if (!('usd' in own)) {
    // without an answer at all the rate was refused, which is told once
    const told = after === undefined ? { state: 'list-agrees' as const, message: null } : own;
    return { ...known, usageUnit, beforeUsd: list.usd, afterUsd: null, ...told };
  }
  const state = own.same ? 'agrees' : 'discounted';
  return { ...known, usageUnit, beforeUsd: list.usd, afterUsd: own.usd, state, message: null };
}

type Reading = { readonly usd: number; readonly same: boolean } | Pick<AccountPrice, 'state' | 'message'>;

/** US dollars for one `per` of the book; a unit that cannot be read makes them unknown. */
function reading(cost: LineCost | undefined, price: Price): Reading {
  if (cost === undefined) return { state: 'no-answer', message: null };
  if ('errorCode' in cost) return { state: STATES[cost.errorCode], message: cost.errorMessage };
  const { usageAmount, usageUnit, cost: usd } = cost;
  const pieces = piecesInPriceList(usageUnit, price.per);
  if (pieces === undefined || !(usageAmount > 0)) return { state: 'unit', message: null };
  const perPiece = PRICE_UNITS[price.per].pieces / (pieces * usageAmount);
  const expected = price.usd / perPiece;
  const same = Math.abs(usd - expected) <= Math.max(ROUNDING_USD, TOLERANCE * expected);
  return { usd: Number((usd * perPiece).toPrecision(12)), same };
}

const STATES = {
  BAD_REQUEST: 'bad-request',
  NOT_FOUND: 'not-found',
  CONFLICT: 'conflict',
  INTERNAL_SERVER_ERROR: 'internal-error',
  NO_ANSWER: 'no-answer',
} as const;

function unknownPrice(
  { id, per, usageType = '', usd: bookUsd }: Price,
  state: 'shared-usage-type' | 'not-askable',
): AccountPrice {
  const unknown = { usageUnit: null, beforeUsd: null, afterUsd: null, amount: null, message: null };
  return { id, per, usageType, bookUsd, ...unknown, state };
}
