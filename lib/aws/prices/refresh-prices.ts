import { PRICE_SERVICES, type PriceMeter, type PriceService } from '../../meters/price-meters.ts';
import { usageTypesIn } from '../../meters/region-prefixes.ts';
import type { Price, PriceBook } from '../../prices/price-book.ts';
import { usdPerUnit } from '../../prices/usd-per.ts';
import { NoPriceListError, UnreachableError } from './download.ts';
import type { PriceListing } from './offer-file.ts';
import { readPrice } from './read-price.ts';

/** Reads the wanted usage types of one service in one Region. Throws rather than answer in part. */
export type ReadListing = (
  service: PriceService,
  region: string,
  usageTypes: ReadonlySet<string>,
) => Promise<PriceListing>;

export interface RefreshOptions {
  /** How each price id is found. */
  readonly meters: ReadonlyMap<string, PriceMeter>;
  readonly read: ReadListing;
  readonly services: readonly PriceService[];
  /** `YYYY-MM-DD` */
  readonly today: string;
  /** Take prices over that differ more than tenfold from those of the book. */
  readonly acceptJumps: boolean;
  readonly onService?: (service: PriceService) => void;
}

export interface RefreshedBook {
  readonly book: PriceBook;
  /** Services whose price list could not be used; their prices are as they were. */
  readonly failed: readonly { readonly service: PriceService; readonly reason: string }[];
  /** Ids whose price was kept although its service answered, and why. */
  readonly kept: readonly { readonly id: string; readonly reason: string }[];
  /** Ids of the book that no price list answers. */
  readonly byHand: readonly string[];
  /** Ids that the price list gave a price for, new or confirmed. */
  readonly read: readonly string[];
}

/** A unit misread is a factor of a thousand, a price cut is not. */
const LARGEST_PLAUSIBLE_FACTOR = 10;

/**
 * The book with what the price list says today. A price that is absent, unclear or implausible there stays as it is in the
 * book; nothing is ever taken from a similar usage type, another Region or another unit.
 */
export async function refreshPrices(old: PriceBook, options: RefreshOptions): Promise<RefreshedBook> {
  const { region } = old;
  const listings = new Map<PriceService, PriceListing>();
  const failed: { service: PriceService; reason: string }[] = [];
  let unreachable: string | undefined;
  for (const service of PRICE_SERVICES.filter((code) => options.services.includes(code))) {
    if (unreachable !== undefined) {
      failed.push({ service, reason: unreachable });
      continue;
    }
    options.onService?.(service);
    try {
      listings.set(service, await options.read(service, region, usageTypesOf(options.meters, service, region)));
    } catch (error) {
      if (error instanceof NoPriceListError && ![...old.prices.values()].some((price) => price.service === service)) {
        listings.set(service, { version: undefined, records: [] });
        continue;
      }
      const reason = error instanceof Error ? error.message : String(error);
      if (error instanceof UnreachableError) unreachable = reason;
      failed.push({ service, reason });
    }
  }

  const prices = new Map(old.prices);
  const kept: { id: string; reason: string }[] = [];
  const read: string[] = [];
  for (const [id, meter] of options.meters) {
    const before = old.prices.get(id);
    const asked = meter.services.filter((code) => options.services.includes(code));
    // one of its services may hold another price for it: all must have answered
    if (asked.length === 0 || asked.some((code) => !listings.has(code))) continue;
    const found = priceIn(meter, asked, listings, region, options.today);
    if (typeof found === 'string') {
      if (before !== undefined) kept.push({ id, reason: found });
      continue;
    }
    if (before !== undefined && !options.acceptJumps && jumps(before, found)) {
      kept.push({
        id,
        reason: `the price list says ${found.usd} per ${found.per}, the book ${before.usd} per ${before.per}`,
      });
      continue;
    }
    prices.set(id, { id, ...found });
    read.push(id);
  }
  return {
    book: { region, prices },
    failed,
    kept,
    read,
    byHand: [...old.prices.keys()].filter((id) => !options.meters.has(id)),
  };
}

function usageTypesOf(
  meters: ReadonlyMap<string, PriceMeter>,
  service: PriceService,
  region: string,
): ReadonlySet<string> {
  const asked = [...meters.values()].filter(({ services }) => services.includes(service));
  return new Set(asked.flatMap(({ usageTypes }) => [...usageTypesIn(region, usageTypes)]));
}

function priceIn(
  meter: PriceMeter,
  services: readonly PriceService[],
  listings: ReadonlyMap<PriceService, PriceListing>,
  region: string,
  today: string,
): Omit<Price, 'id'> | string {
  const records = services.flatMap((service) =>
    (listings.get(service)?.records ?? []).map((record) => ({ ...record, service })),
  );
  const reading = readPrice(meter, region, records, today);
  if (reading.kind === 'absent')
    return `not in the price list: ${[...usageTypesIn(region, meter.usageTypes)].join(', ')}`;
  if (reading.kind === 'unclear') return reading.reason;
  const service = records.find(({ sku }) => sku === reading.sku)?.service ?? services[0] ?? '';
  const version = listings.get(service as PriceService)?.version;
  return {
    usd: reading.usd,
    per: meter.per,
    service,
    usageType: reading.usageType,
    source: `AWS Price List ${service}${version === undefined ? '' : ` version ${version}`}, ${region}, SKU ${reading.sku}`,
    date: today,
    confidence: 'A',
    ...(meter.note === undefined ? {} : { note: meter.note }),
  };
}

function jumps(before: Price, after: Omit<Price, 'id'>): boolean {
  const usd = usdPerUnit(after, before.per);
  if (usd === null || before.usd === 0) return true;
  const factor = usd / before.usd;
  return factor > LARGEST_PLAUSIBLE_FACTOR || factor < 1 / LARGEST_PLAUSIBLE_FACTOR;
}
