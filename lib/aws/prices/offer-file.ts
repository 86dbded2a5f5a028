import { createReadStream } from 'node:fs';
import { GLOBAL_SERVICES, type PriceService } from '../../meters/price-meters.ts';
import { jsonEntries } from './json-entries.ts';
import { productSchema, termsSchema, type PriceRecord } from './price-record.ts';

/** What a price list says about the wanted usage types of one service in one Region. */
export interface PriceListing {
  /** Version of the offer, where it is known. */
  readonly version: string | undefined;
  readonly records: readonly PriceRecord[];
}

/**
 * Reads the wanted products of an offer file, in two passes: a product stands far from its price.
 * @throws where the file is empty, cut off, of another service or of another Region: no part of it is to be used
 */
export async function readOfferFile(
  file: string,
  service: PriceService,
  region: string,
  usageTypes: ReadonlySet<string>,
): Promise<PriceListing> {
  const header = new Map<string, unknown>();
  const regions = new Set<string>();
  const products = new Map<string, PriceRecord>();
  for await (const { path, text } of entriesOf(file, [['offerCode'], ['version'], ['products', '*']])) {
    const [section = '', sku] = path;
    if (sku === undefined) {
      header.set(section, JSON.parse(text));
      continue;
    }
    const product = productSchema.parse(JSON.parse(text));
    const { regionCode, usagetype } = product.attributes;
    if (typeof regionCode === 'string') regions.add(regionCode);
    if (typeof usagetype === 'string' && usageTypes.has(usagetype)) products.set(sku, { ...product, terms: [] });
  }
  const offer = header.get('offerCode');
  if (offer !== service) throw new Error(`it is the offer ${JSON.stringify(offer)}, not ${service}`);
  if (!GLOBAL_SERVICES.includes(service) && !regions.has(region)) {
    throw new Error(`it has no product of ${region}, but of ${[...regions].join(', ') || 'no Region'}`);
  }

  const records: PriceRecord[] = [];
  for await (const { path, text } of entriesOf(file, [['terms', 'OnDemand', '*']])) {
    const product = products.get(path.at(-1) ?? '');
    if (product) records.push({ ...product, terms: Object.values(termsSchema.parse(JSON.parse(text))) });
  }
  const version = header.get('version');
  return { version: typeof version === 'string' ? version : undefined, records };
}

function entriesOf(file: string, wanted: readonly (readonly string[])[]) {
  return jsonEntries(createReadStream(file, { encoding: 'utf8' }) as AsyncIterable<string>, wanted);
}
