import { createReadStream } from 'node:fs';
import { GLOBAL_SERVICES, MODEL_SERVICES, type PriceService } from '../../meters/price-meters.ts';
import { jsonEntries } from './json-entries.ts';
import { isOfModel, productSchema, termsSchema, type PriceRecord } from './price-record.ts';

/**
 * The part of a price list for one service in one Region that a refresh needs: the wanted usage types, and all others that
 * belong to a model, so that none is dropped unseen.
 */
export interface PriceListing {
  /** Version of the offer, where it is known. */
  readonly version: string | undefined;
  /** Day on which the list was published, `YYYY-MM-DD`, where it is known. */
  readonly published: string | undefined;
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
  const head = [['offerCode'], ['version'], ['publicationDate']];
  for await (const { path, text } of entriesOf(file, [...head, ['products', '*']])) {
    const [section = '', sku] = path;
    if (sku === undefined) {
      header.set(section, JSON.parse(text));
      continue;
    }
    const product = productSchema.parse(JSON.parse(text));
    const { regionCode, usagetype } = product.attributes;
    if (typeof regionCode === 'string') regions.add(regionCode);
    if (typeof usagetype !== 'string') continue;
    if (usageTypes.has(usagetype)) products.set(sku, { ...product, terms: [] });
    else if (regionCode === region && MODEL_SERVICES.includes(service)) products.set(sku, namesOnly(product));
  }
  const offer = header.get('offerCode');
  if (offer !== service) throw new Error(`it is the offer ${JSON.stringify(offer)}, not ${service}`);
  if (!GLOBAL_SERVICES.includes(service) && !regions.has(region)) {
    throw new Error(`it has no product of ${region}, but of ${[...regions].join(', ') || 'no Region'}`);
  }

  const records: PriceRecord[] = [];
  for await (const { path, text } of entriesOf(file, [['terms', 'OnDemand', '*']])) {
    const product = products.get(path.at(-1) ?? '');
    if (product === undefined) continue;
    const record = { ...product, terms: Object.values(termsSchema.parse(JSON.parse(text))) };
    if (usageTypes.has(String(product.attributes['usagetype'])) || isOfModel(service, record)) records.push(record);
  }
  const [version, published] = [header.get('version'), header.get('publicationDate')];
  return {
    version: typeof version === 'string' ? version : undefined,
    published: typeof published === 'string' ? published.slice(0, 10) : undefined,
    records,
  };
}

/** The names of a product without its terms, which saves memory: most products of AmazonBedrock belong to no model and are dropped. */
function namesOnly({ sku, attributes }: Omit<PriceRecord, 'terms'>): PriceRecord {
  const { usagetype, regionCode, servicename, model } = attributes;
  return { sku, attributes: { usagetype, regionCode, servicename, model }, terms: [] };
}

function entriesOf(file: string, wanted: readonly (readonly string[])[]) {
  return jsonEntries(createReadStream(file, { encoding: 'utf8' }) as AsyncIterable<string>, wanted);
}
