import { modelEntry } from '../../catalogue/model-entry.ts';
import type { ModelCatalogue } from '../../catalogue/models.ts';
import { priceMeters, PRICE_SERVICES, type PriceMeter, type PriceService } from '../../meters/price-meters.ts';
import { nearestName } from '../../json/nearest-name.ts';
import { usageTypesIn } from '../../meters/region-prefixes.ts';
import { BATCH_SHARE, implausiblePairs, type ImplausiblePair } from '../../prices/plausible-prices.ts';
import type { Price, PriceBook } from '../../prices/price-book.ts';
import { usdPerUnit } from '../../prices/usd-per.ts';
import type { RefusedPrice, UnlistedModel } from '../../report/prices.ts';
import type { RefusalRule } from '../../report/words/prices.ts';
import { NoPriceListError, UnreachableError } from './download.ts';
import type { PriceListing } from './offer-file.ts';
import { isOfModel, latestStart, type PriceRecord } from './price-record.ts';
import { fits, readPrice } from './read-price.ts';
import { sortUnmatched, type Unmatched, type UnmatchedRecord } from './unmatched.ts';

/** Reads the wanted usage types of one service in one Region. Throws rather than answer in part. */
export type ReadListing = (
  service: PriceService,
  region: string,
  usageTypes: ReadonlySet<string>,
) => Promise<PriceListing>;

export interface RefreshOptions {
  /** Says how the price list names each model. */
  readonly catalogue: ModelCatalogue;
  readonly read: ReadListing;
  readonly services: readonly PriceService[];
  /** `YYYY-MM-DD` */
  readonly today: string;
  /** Take prices over that differ more than tenfold from those of the book. */
  readonly acceptJumps: boolean;
  /** Take prices over that moved by more than 30 % although the book's price is of a later day than the list. */
  readonly acceptMoves: boolean;
  readonly onService?: (service: PriceService) => void;
}

export interface RefreshedBook extends Unmatched {
  readonly book: PriceBook;
  /** Services whose price list could not be used; their prices are as they were. */
  readonly failed: readonly { readonly service: PriceService; readonly reason: string }[];
  /** Ids whose price was kept although its service answered: it is not in the list, or not clear there. */
  readonly kept: readonly { readonly id: string; readonly kind: 'absent' | 'unclear'; readonly reason: string }[];
  /** Prices of the list that are implausible; the book keeps its own. */
  readonly refused: readonly RefusedPrice[];
  /** Models with prices in the book of which no row of the list has the name that the catalogue gives. */
  readonly unlisted: readonly UnlistedModel[];
  /** Ids of the book that no price list answers. */
  readonly byHand: readonly string[];
  /** Ids that the price list gave a price for, new or confirmed. */
  readonly read: readonly string[];
}

/** A unit misread is a factor of a thousand, a price cut is not. */
const LARGEST_PLAUSIBLE_FACTOR = 10;

/** A price that moves further needs a list that is newer than the price that it replaces. */
const LARGEST_UNDATED_MOVE = 0.3;

/**
 * The book with what the price list says today. A price that is absent, unclear or implausible there stays as it is in the
 * book; nothing is ever taken from a similar usage type, another Region or another unit.
 */
export async function refreshPrices(old: PriceBook, options: RefreshOptions): Promise<RefreshedBook> {
  const { catalogue, services, today } = options;
  const meters = priceMeters(catalogue);
  const { listings, failed } = await readListings(old, meters, options);
  const records = recordsByUsageType(listings);

  const found = new Map<string, FoundPrice>();
  const kept: { id: string; kind: 'absent' | 'unclear'; reason: string }[] = [];
  for (const [id, meter] of meters) {
    const asked = meter.services.filter((code) => services.includes(code));
    // one of its services may hold another price for it: all must have answered
    if (asked.length === 0 || asked.some((code) => !listings.has(code))) continue;
    const reading = priceIn(id, meter, asked, { listings, records, region: old.region, today });
    if ('price' in reading) found.set(id, reading);
    else if (old.prices.has(id)) kept.push({ id, ...reading });
  }
  const { prices, refused } = plausible(old, found, options);
  const unmatched = sortUnmatched(unmatchedRecords(meters, records, old.region), catalogue, today);
  return {
    book: { region: old.region, prices },
    failed,
    kept,
    refused,
    read: [...found.keys()].filter((id) => prices.get(id) !== old.prices.get(id)),
    byHand: [...old.prices.keys()].filter((id) => !meters.has(id)),
    unlisted: unlistedModels(catalogue, kept, found, unmatched),
    ...unmatched,
  };
}

const modelOf = (id: string): string => id.slice(0, id.indexOf('/'));

/** Finds the models of which every price of the book was kept because the list does not have it. */
function unlistedModels(
  { models, named = {} }: ModelCatalogue,
  kept: RefreshedBook['kept'],
  found: ReadonlyMap<string, FoundPrice>,
  { unknownModels, unmatched }: Unmatched,
): UnlistedModel[] {
  const listed = new Set(
    [...found.keys(), ...kept.filter(({ kind }) => kind === 'unclear').map(({ id }) => id)].map(modelOf),
  );
  const absent = new Set(kept.map(({ id }) => modelOf(id)));
  const names = [...unknownModels, ...unmatched].map(({ name }) => name);
  return Object.entries({ ...models, ...named }).flatMap(([model, { priceList }]) => {
    if (priceList === undefined || listed.has(model) || !absent.has(model)) return [];
    return [{ model, name: priceList.name, meant: nearestName(priceList.name, names) ?? null }];
  });
}

type Listings = ReadonlyMap<PriceService, PriceListing>;
type Records = ReadonlyMap<string, readonly UnmatchedRecord[]>;

async function readListings(
  old: PriceBook,
  meters: ReadonlyMap<string, PriceMeter>,
  { read, services, onService }: RefreshOptions,
): Promise<{ listings: Listings; failed: RefreshedBook['failed'] }> {
  const { region } = old;
  const listings = new Map<PriceService, PriceListing>();
  const failed: { service: PriceService; reason: string }[] = [];
  let unreachable: string | undefined;
  for (const service of PRICE_SERVICES.filter((code) => services.includes(code))) {
    if (unreachable !== undefined) {
      failed.push({ service, reason: unreachable });
      continue;
    }
    onService?.(service);
    try {
      listings.set(service, await read(service, region, usageTypesOf(meters, service, region)));
    } catch (error) {
      if (error instanceof NoPriceListError && ![...old.prices.values()].some((price) => price.service === service)) {
        listings.set(service, { version: undefined, published: undefined, records: [] });
        continue;
      }
      const reason = error instanceof Error ? error.message : String(error);
      if (error instanceof UnreachableError) unreachable = reason;
      failed.push({ service, reason });
    }
  }
  return { listings, failed };
}

function usageTypesOf(
  meters: ReadonlyMap<string, PriceMeter>,
  service: PriceService,
  region: string,
): ReadonlySet<string> {
  const asked = [...meters.values()].filter(({ services }) => services.includes(service));
  return new Set(asked.flatMap(({ usageTypes }) => [...usageTypesIn(region, usageTypes)]));
}

function recordsByUsageType(listings: Listings): Records {
  const records = new Map<string, UnmatchedRecord[]>();
  for (const [service, listing] of listings) {
    for (const record of listing.records) {
      const usageType = String(record.attributes['usagetype']);
      records.set(usageType, [...(records.get(usageType) ?? []), { ...record, service }]);
    }
  }
  return records;
}

/** Records of models that no meter takes. */
function unmatchedRecords(
  meters: ReadonlyMap<string, PriceMeter>,
  records: Records,
  region: string,
): readonly UnmatchedRecord[] {
  const matched = new Set<PriceRecord>();
  for (const meter of meters.values()) {
    for (const type of usageTypesIn(region, meter.usageTypes)) {
      for (const record of records.get(type) ?? []) {
        if (meter.services.includes(record.service) && fits(record, meter, region)) matched.add(record);
      }
    }
  }
  return [...records.values()]
    .flat()
    .filter(
      (record) =>
        record.attributes['regionCode'] === region && isOfModel(record.service, record) && !matched.has(record),
    );
}

interface FoundPrice {
  readonly price: Price;
  /** Day of the list, `YYYY-MM-DD`: when it was published, or else from when its price holds. */
  readonly listed: string;
}

function priceIn(
  id: string,
  meter: PriceMeter,
  services: readonly PriceService[],
  { listings, records, region, today }: { listings: Listings; records: Records; region: string; today: string },
): FoundPrice | { kind: 'absent' | 'unclear'; reason: string } {
  const usageTypes = [...usageTypesIn(region, meter.usageTypes)];
  const candidates = usageTypes
    .flatMap((type) => records.get(type) ?? [])
    .filter(({ service }) => services.includes(service));
  const reading = readPrice(meter, region, candidates, today);
  if (reading.kind === 'absent') return { kind: 'absent', reason: `not in the price list: ${usageTypes.join(', ')}` };
  if (reading.kind === 'unclear') return reading;
  const record = candidates.find(({ sku }) => sku === reading.sku);
  const service = record?.service ?? services[0] ?? '';
  const { version, published } = listings.get(service as PriceService) ?? {};
  return {
    listed: published ?? latestStart(record?.terms ?? [], today) ?? '',
    price: {
      id,
      usd: reading.usd,
      per: meter.per,
      service,
      usageType: reading.usageType,
      source: `AWS Price List ${service}${version === undefined ? '' : ` version ${version}`}, ${region}, SKU ${reading.sku}`,
      date: today,
      confidence: 'A',
      ...(meter.note === undefined ? {} : { note: meter.note }),
    },
  };
}

/** Takes the prices over that can be believed, beside those of the book that go with them. */
function plausible(
  old: PriceBook,
  found: ReadonlyMap<string, FoundPrice>,
  options: RefreshOptions,
): { prices: Map<string, Price>; refused: RefusedPrice[] } {
  const { catalogue, today } = options;
  const prices = new Map(old.prices);
  const taken = new Set<string>();
  const refused: RefusedPrice[] = [];
  const refuse = (price: Price, rule: RefusalRule, why: Partial<RefusedPrice> = {}): void => {
    const { id } = price;
    const before = old.prices.get(id);
    refused.push({
      id,
      rule,
      before: before === undefined ? null : { usd: before.usd, per: before.per, date: before.date },
      after: { usd: price.usd, per: price.per },
      against: null,
      listed: null,
      bounds: null,
      endOfLife: null,
      ...why,
      flag: FLAGS[rule] ?? null,
    });
    if (before === undefined) prices.delete(id);
    else prices.set(id, before);
    taken.delete(id);
  };

  for (const [id, { price, listed }] of found) {
    const before = old.prices.get(id);
    const endOfLife = endedThough(catalogue, id, today);
    if (endOfLife !== undefined) refuse(price, 'ended', { endOfLife });
    else if (before !== undefined && !options.acceptJumps && jumps(before, price)) refuse(price, 'tenfold');
    else if (before !== undefined && !options.acceptMoves && moves(before, price) && listed <= before.date) {
      refuse(price, 'moved', { listed });
    } else {
      prices.set(id, price);
      taken.add(id);
    }
  }
  // what is refused brings the book's price back, which may not go with another new one
  for (;;) {
    const pair = implausiblePairs(prices, catalogue).find(
      ({ rule, id, against }) => rule !== 'batch-share' && (taken.has(id) || taken.has(against)),
    );
    if (pair === undefined) break;
    refusePair(pair, { prices, taken, refuse });
  }
  noteBatches(prices, taken, catalogue);
  return { prices, refused };
}

/** The option that accepts a refused price after all. */
const FLAGS: Readonly<Partial<Record<RefusalRule, string>>> = { tenfold: '--accept-jumps', moved: '--accept-moves' };

/** Refuses the new one of two prices that do not go together; of two new ones that which is held against the other. */
function refusePair(
  { rule, id, against, bounds }: ImplausiblePair,
  {
    prices,
    taken,
    refuse,
  }: {
    prices: ReadonlyMap<string, Price>;
    taken: ReadonlySet<string>;
    refuse: (price: Price, rule: RefusalRule, why: Partial<RefusedPrice>) => void;
  },
): void {
  const [one, other] = taken.has(id) ? [id, against] : [against, id];
  const [price, basis] = [prices.get(one), prices.get(other)];
  if (rule === 'batch-share' || price === undefined || basis === undefined) return;
  // held the other way round, the bounds are too
  const held = one === id ? bounds : { least: 1 / bounds.most, most: 1 / bounds.least };
  refuse(price, rule, { against: { id: other, usd: basis.usd, per: basis.per }, bounds: held });
}

/** AWS's own list may sell a batch at another share: that is a price, and worth a word. */
function noteBatches(prices: Map<string, Price>, taken: ReadonlySet<string>, catalogue: ModelCatalogue): void {
  for (const { rule, id, ratio } of implausiblePairs(prices, catalogue)) {
    const price = prices.get(id);
    if (rule !== 'batch-share' || price === undefined || !taken.has(id)) continue;
    const share = `${Number(ratio.toFixed(3))} of the standard price, where ${BATCH_SHARE.least} to ${BATCH_SHARE.most} is usual: so the price list says`;
    prices.set(id, { ...price, note: price.note === undefined ? share : `${price.note}; ${share}` });
  }
}

/** The end of life of the model of an id, where it is past and the catalogue calls the model active. */
function endedThough({ models }: ModelCatalogue, id: string, today: string): string | undefined {
  const model = modelOf(id);
  const lifecycle = modelEntry(models, model)?.lifecycle;
  if (lifecycle?.status !== 'active' || lifecycle.endOfLife === null) return undefined;
  return lifecycle.endOfLife <= today ? lifecycle.endOfLife : undefined;
}

/** How many times the price before; undefined where they are for different things, or it was free. */
function factorOf(before: Price, after: Price): number | undefined {
  const usd = usdPerUnit(after, before.per);
  return usd === null || before.usd === 0 ? undefined : usd / before.usd;
}

function jumps(before: Price, after: Price): boolean {
  if (before.usd === 0 && after.usd === 0) return false;
  const factor = factorOf(before, after);
  return factor === undefined || factor > LARGEST_PLAUSIBLE_FACTOR || factor < 1 / LARGEST_PLAUSIBLE_FACTOR;
}

function moves(before: Price, after: Price): boolean {
  const factor = factorOf(before, after);
  // a millionth: what unit conversion loses
  return factor !== undefined && Math.abs(factor - 1) > LARGEST_UNDATED_MOVE + 1e-6;
}
