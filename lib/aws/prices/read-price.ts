import { GLOBAL_SERVICES, type PriceMeter } from '../../meters/price-meters.ts';
import { usageTypesIn } from '../../meters/region-prefixes.ts';
import { piecesInPriceList, PRICE_UNITS } from '../../prices/price-unit.ts';
import { termsInForce, type PriceRecord, type PriceTerm } from './price-record.ts';

/** What the Price List says for one price id. */
export type PriceReading =
  | { readonly kind: 'price'; readonly usd: number; readonly usageType: string; readonly sku: string }
  | { readonly kind: 'absent' }
  | { readonly kind: 'unclear'; readonly reason: string };

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

/** True where a record is of the product that a meter means: usage types alone do not tell models apart. */
export function fits({ attributes }: PriceRecord, meter: PriceMeter, region: string): boolean {
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
  const dimensions = termsInForce(terms, today).flatMap(({ priceDimensions }) => Object.values(priceDimensions));
  const from = meter.from ?? 0;
  const tier = dimensions.filter(({ beginRange }) => Number(beginRange ?? '0') === from);
  if (tier.length === 0) return `no on-demand price that starts at quantity ${from} is in force`;

  const prices = new Set<number>();
  for (const { unit, pricePerUnit, description } of tier) {
    const usd = Number(pricePerUnit['USD'] ?? 'missing');
    if (!Number.isFinite(usd) || usd < 0) return `no price in US dollars, got ${JSON.stringify(pricePerUnit)}`;
    // a free allowance, or a placeholder: either way not what the meter costs
    if (usd === 0 && meter.mayBeFree !== true) return 'its first tier is free of charge';
    const pieces = piecesOf(unit, description, meter);
    if (pieces === undefined) return `unit '${unit}' cannot be read as ${meter.per}`;
    prices.add(Number(((usd * PRICE_UNITS[meter.per].pieces) / pieces).toPrecision(12)));
  }
  const [usd, ...others] = prices;
  if (usd === undefined || others.length > 0) return `several prices for the same quantity: ${[...prices].join(', ')}`;
  return usd;
}

function piecesOf(unit: string, description: string | undefined, { per, serviceName }: PriceMeter): number | undefined {
  // rows of reserved capacity whose unit says a million are described, and priced, by the thousand
  if (PRICE_UNITS[per].of === 'TPM-hour' && /per 1K .*TPM/i.test(description ?? '')) return 1e3;

  // marketplace offers say "Units" and mean a million tokens, even where a description says a thousand
  if (unit.trim().toLowerCase() === 'units') {
    return serviceName !== undefined && PRICE_UNITS[per].of === 'token' ? 1e6 : undefined;
  }
  return piecesInPriceList(unit, per);
}
