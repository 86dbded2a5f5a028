import { GLOBAL_SERVICES, type PriceMeter } from '../../meters/price-meters.ts';
import { usageTypesIn } from '../../meters/region-prefixes.ts';
import { PRICE_UNITS, type PriceUnit } from '../../prices/price-unit.ts';
import type { PriceRecord, PriceTerm } from './price-record.ts';

/** What the Price List says for one price id. */
export type PriceReading =
  | { readonly kind: 'price'; readonly usd: number; readonly usageType: string; readonly sku: string }
  | { readonly kind: 'absent' }
  | { readonly kind: 'unclear'; readonly reason: string };

interface RecordUnit {
  /** `of` of the price units that it can stand for; `-hour` stands for every kind of hour. */
  readonly of: readonly string[];
  readonly pieces: number;
}

const HOUR: RecordUnit = {
  of: ['OCU-hour', 'ACU-hour', 'model-unit-hour', 'instance-hour', 'training-hour'],
  pieces: 1,
};
const GB_SECOND: RecordUnit = { of: ['GB-second'], pieces: 1 };
const REQUEST: RecordUnit = { of: ['request', 'query'], pieces: 1 };
const TEXT_UNIT: RecordUnit = { of: ['text unit'], pieces: 1 };

/** Spellings of units in the Price List, lower case. A unit that is not here is not guessed at. */
const RECORD_UNITS: Readonly<Record<string, RecordUnit>> = {
  '1k tokens': { of: ['token'], pieces: 1e3 },
  '1m tokens': { of: ['token'], pieces: 1e6 },
  '1k text units': { of: ['text unit'], pieces: 1e3 },
  'text unit': TEXT_UNIT,
  'text units': TEXT_UNIT,
  textunit: TEXT_UNIT,
  textunits: TEXT_UNIT,
  hour: HOUR,
  hours: HOUR,
  hrs: HOUR,
  'ocu-hour': { of: ['OCU-hour'], pieces: 1 },
  'ocu-hours': { of: ['OCU-hour'], pieces: 1 },
  'acu-hr': { of: ['ACU-hour'], pieces: 1 },
  'model/month': { of: ['model-month'], pieces: 1 },
  'custom model unit per min': { of: ['CMU-minute'], pieces: 1 },
  'custom model unit per month': { of: ['CMU-month'], pieces: 1 },
  gb: { of: ['GB'], pieces: 1 },
  'gb-mo': { of: ['GB-month'], pieces: 1 },
  terabytes: { of: ['GB'], pieces: 1024 },
  'lambda-gb-second': GB_SECOND,
  second: GB_SECOND,
  seconds: GB_SECOND,
  request: REQUEST,
  requests: REQUEST,
  'api requests': REQUEST,
  statetransition: { of: ['transition'], pieces: 1 },
  statetransitions: { of: ['transition'], pieces: 1 },
  ios: { of: ['I/O'], pieces: 1 },
  metrics: { of: ['metric-month'], pieces: 1 },
  alarms: { of: ['alarm-month'], pieces: 1 },
  secrets: { of: ['secret-month'], pieces: 1 },
};

/**
 * The price of one meter among the records of its services.
 * @param today day for which the price is asked, `YYYY-MM-DD`: terms that start later are not yet in force
 */
export function readPrice(
  meter: PriceMeter,
  region: string,
  records: readonly PriceRecord[],
  today: string,
): PriceReading {
  const usageTypes = usageTypesIn(region, meter.usageTypes);
  const found: { usd: number; usageType: string; sku: string }[] = [];
  for (const record of records) {
    const usageType = record.attributes['usagetype'];
    if (typeof usageType !== 'string' || !usageTypes.has(usageType) || !fits(record, meter, region)) continue;
    const usd = tierUsd(record.terms, meter, today);
    if (typeof usd === 'string') return { kind: 'unclear', reason: `${usageType} (SKU ${record.sku}): ${usd}` };
    found.push({ usd, usageType, sku: record.sku });
  }
  const [first] = found;
  if (first === undefined) return { kind: 'absent' };
  const differing = found.filter(({ usd }) => usd !== first.usd);
  if (differing.length > 0) {
    const shown = found.map(({ usageType, sku, usd }) => `${usageType} (SKU ${sku}) ${usd}`);
    return { kind: 'unclear', reason: `several prices for ${meter.per}: ${shown.join(', ')}` };
  }
  // the usage type that the meter names first, whatever the order in the file
  const preferred = [...usageTypes].find((type) => found.some(({ usageType }) => usageType === type));
  return { kind: 'price', ...(found.find(({ usageType }) => usageType === preferred) ?? first) };
}

function fits({ attributes }: PriceRecord, meter: PriceMeter, region: string): boolean {
  const global = meter.services.some((code) => GLOBAL_SERVICES.includes(code));
  if (!global && attributes['regionCode'] !== region) return false;
  if (meter.serviceName !== undefined && attributes['servicename'] !== meter.serviceName) return false;
  return Object.entries(meter.attributes ?? {}).every(([name, values]) => {
    const value = attributes[name];
    return typeof value === 'string' && values.includes(value);
  });
}

/** US dollars for one `per` of the meter in the tier that it is, or why that cannot be said. */
function tierUsd(terms: readonly PriceTerm[], meter: PriceMeter, today: string): number | string {
  const started = terms.filter(({ effectiveDate }) => effectiveDate.slice(0, 10) <= today);
  const latest = started
    .map(({ effectiveDate }) => effectiveDate)
    .sort()
    .at(-1);
  const dimensions = started
    .filter(({ effectiveDate }) => effectiveDate === latest)
    .flatMap(({ priceDimensions }) => Object.values(priceDimensions));
  const from = meter.from ?? 0;
  const tier = dimensions.filter(({ beginRange }) => Number(beginRange ?? '0') === from);
  if (tier.length === 0) return `no on-demand price that starts at quantity ${from} is in force`;

  const prices = new Set<number>();
  for (const { unit, pricePerUnit } of tier) {
    const usd = Number(pricePerUnit['USD'] ?? 'missing');
    if (!Number.isFinite(usd) || usd < 0) return `no price in US dollars, got ${JSON.stringify(pricePerUnit)}`;
    // a free allowance, or a placeholder: either way not what the meter costs
    if (usd === 0 && meter.mayBeFree !== true) return 'its first tier is free of charge';
    const pieces = piecesOf(unit, meter);
    if (pieces === undefined) return `unit '${unit}' cannot be read as ${meter.per}`;
    prices.add(Number(((usd * PRICE_UNITS[meter.per].pieces) / pieces).toPrecision(12)));
  }
  const [usd, ...others] = prices;
  if (usd === undefined || others.length > 0) return `several prices for the same quantity: ${[...prices].join(', ')}`;
  return usd;
}

function piecesOf(unit: string, { per, serviceName }: PriceMeter): number | undefined {
  const of: string = PRICE_UNITS[per satisfies PriceUnit].of;
  const spelled = unit.trim().toLowerCase();
  // marketplace offers say "Units" and mean a million tokens, even where a description says a thousand
  if (spelled === 'units') return serviceName !== undefined && of === 'token' ? 1e6 : undefined;
  const known = Object.hasOwn(RECORD_UNITS, spelled) ? RECORD_UNITS[spelled] : undefined;
  return known?.of.includes(of) === true ? known.pieces : undefined;
}
