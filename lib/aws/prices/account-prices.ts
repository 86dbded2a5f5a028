import { MODEL_SERVICES, type PriceMeter, type PriceService } from '../../meters/price-meters.ts';
import { regionPrefixes, usageTypesIn } from '../../meters/region-prefixes.ts';
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

/** A price with the service and usage type to ask for. */
type AskedPrice = Price & { readonly usageType: string };

interface Asked {
  readonly price: AskedPrice;
  readonly line: UsageLine;
}

/**
 * Asks AWS for the price of every usage type of a book, before and after the discounts of the account. Nothing is stored.
 * @param operation of every line: AWS documents none for most usage types
 * @param meters give the usage type of a price that has none in the book
 * @throws UserError where AWS refuses
 */
export async function accountPrices(
  book: PriceBook,
  operation: string,
  { costs }: Calculator,
  meters: ReadonlyMap<string, PriceMeter>,
): Promise<AccountPrices> {
  const { asked, shared, unaskable, untyped } = linesOf(book, operation, meters);
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
    withoutUsageType: untyped,
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

interface Lines {
  readonly asked: readonly Asked[];
  readonly shared: readonly AskedPrice[];
  readonly unaskable: readonly AskedPrice[];
  /** How many prices have no usage type in the book, and not exactly one by the meters. */
  readonly untyped: number;
}

// a higher tier is billed under the usage type of the first, which alone is asked
const isHigherTier = (id: string): boolean => /\/tier-\d$/.test(id);

function linesOf({ region, prices }: PriceBook, operation: string, meters: ReadonlyMap<string, PriceMeter>): Lines {
  const owners = new Map<string, number>();
  for (const [id, meter] of meters) {
    if (isHigherTier(id)) continue;
    for (const type of usageTypesIn(region, meter.usageTypes)) owners.set(type, (owners.get(type) ?? 0) + 1);
  }
  const byMeter = new Map<string, AskedPrice[]>();
  let untyped = 0;
  for (const price of prices.values()) {
    const usageType = price.usageType ?? onlyUsageType(price, meters.get(price.id), region);
    if (usageType === undefined) untyped += 1;
    if (usageType === undefined || isHigherTier(price.id)) continue;
    const meter = `${price.service} ${usageType}`;
    byMeter.set(meter, [...(byMeter.get(meter) ?? []), { ...price, usageType }]);
  }
  const groups = [...byMeter.values()];
  const isShared = (group: readonly AskedPrice[]): boolean =>
    group.length > 1 ||
    group.some(
      ({ id, usageType }) =>
        SHARED_USAGE_TYPES.test(usageType) ||
        // that of the book was seen, and is this price's whatever else a meter could find by it
        (prices.get(id)?.usageType === undefined && (owners.get(usageType) ?? 0) > 1),
    );
  const single = groups.filter((group) => !isShared(group)).flat();
  return {
    untyped,
    asked: single.filter(isAskable).map((price, index) => ({
      price,
      line: {
        key: `line${index}`,
        serviceCode: price.service,
        usageType: price.usageType,
        operation,
        amount: amountFor(price),
      },
    })),
    shared: groups.filter(isShared).flat(),
    unaskable: single.filter((price) => !isAskable(price)),
  };
}

/** The one usage type that a meter can be billed under in a Region; undefined where there are several spellings. */
function onlyUsageType({ service }: Price, meter: PriceMeter | undefined, region: string): string | undefined {
  if (meter?.services.some((code) => code === service) !== true) return undefined;
  // only services older than the prefixes leave them out in the first Region
  const types = MODEL_SERVICES.includes(service as PriceService)
    ? regionPrefixes(region).flatMap((prefix) => meter.usageTypes.map((type) => type.replaceAll('{P}', prefix)))
    : [...usageTypesIn(region, meter.usageTypes)];
  return types.length === 1 ? types[0] : undefined;
}

function isAskable({ service, usageType }: AskedPrice): boolean {
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
  price: AskedPrice,
  { amount }: UsageLine,
  before: LineCost | undefined,
  after: LineCost | undefined,
): AccountPrice {
  const { id, per, usageType, usd: bookUsd } = price;
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
  // nothing, or more than the list: a free tier, or a slip, and no price to reckon with
  const isDiscount = own.usd > 0 && own.usd <= list.usd;
  const state = own.same ? 'agrees' : isDiscount ? 'discounted' : 'no-discount';
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
  { id, per, usageType, usd: bookUsd }: AskedPrice,
  state: 'shared-usage-type' | 'not-askable',
): AccountPrice {
  const unknown = { usageUnit: null, beforeUsd: null, afterUsd: null, amount: null, message: null };
  return { id, per, usageType, bookUsd, ...unknown, state };
}
