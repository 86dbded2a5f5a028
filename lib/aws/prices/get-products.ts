import { GetProductsCommand, PricingClient, type Filter } from '@aws-sdk/client-pricing';
import { UserError } from '../../errors/user-error.ts';
import { GLOBAL_SERVICES, MODEL_SERVICES, type PriceService } from '../../meters/price-meters.ts';
import { NoPriceListError } from './download.ts';
import type { PriceListing } from './offer-file.ts';
import { isOfModel, parsePriceRecord, type PriceRecord, type PublishedRecord } from './price-record.ts';

/** One Region of one service has a few thousand products at most, 100 a page. */
const MAX_PAGES = 500;

/** Services whose wanted products are so many that one list of the Region takes fewer calls than a question for each. */
const LISTED_WHOLE: readonly PriceService[] = [...MODEL_SERVICES, 'AmazonBedrockAgentCore'];

/**
 * A client for GetProducts, which AWS serves from us-east-1 for all Regions.
 * @param endpoint an address on this machine instead
 * @throws UserError where there are no AWS credentials
 */
export async function pricingClient(endpoint?: URL): Promise<PricingClient> {
  const client = new PricingClient({
    region: 'us-east-1',
    maxAttempts: 4,
    requestHandler: { connectionTimeout: 10_000, requestTimeout: 30_000 },
    ...(endpoint === undefined ? {} : { endpoint: endpoint.href }),
  });
  try {
    await client.config.credentials();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UserError(`GetProducts needs AWS credentials (${reason}); the public offer files need none: --via bulk`);
  }
  return client;
}

/** The same records as an offer file holds, through the API. @throws where a page is missing or an entry is no price record */
export async function getProducts(
  client: PricingClient,
  service: PriceService,
  region: string,
  usageTypes: ReadonlySet<string>,
): Promise<PriceListing> {
  const inRegion: Filter[] = GLOBAL_SERVICES.includes(service) ? [] : [filter('regionCode', region)];
  const questions = LISTED_WHOLE.includes(service)
    ? [inRegion]
    : [...usageTypes].map((type) => [...inRegion, filter('usagetype', type)]);
  const records: PriceRecord[] = [];
  let published: string | undefined;
  for (const filters of questions) {
    for await (const record of pages(client, service, filters)) {
      const usageType = record.attributes['usagetype'];
      const wanted = typeof usageType === 'string' && usageTypes.has(usageType);
      if (!wanted && !isOfModel(service, record)) continue;
      records.push(record);
      const day = record.published?.slice(0, 10);
      if (day !== undefined && (published === undefined || day > published)) published = day;
    }
  }
  if (records.length === 0) {
    throw new NoPriceListError(`GetProducts knows none of the usage types of ${service} in ${region}`);
  }
  return { version: undefined, published, records };
}

async function* pages(
  client: PricingClient,
  service: PriceService,
  filters: Filter[],
): AsyncGenerator<PublishedRecord> {
  const seen = new Set<string>();
  let token: string | undefined;
  for (let page = 0; page < MAX_PAGES; page++) {
    const answer = await client.send(
      new GetProductsCommand({ ServiceCode: service, Filters: filters, MaxResults: 100, NextToken: token }),
    );
    // entries are lazy JSON objects of the SDK, not plain strings
    for (const entry of answer.PriceList ?? []) yield parsePriceRecord(JSON.parse(String(entry)));
    token = answer.NextToken;
    if (token === undefined || token === '') return;
    if (seen.has(token)) throw new Error(`GetProducts of ${service} gave the same page twice`);
    seen.add(token);
  }
  throw new Error(`GetProducts of ${service} has more than ${MAX_PAGES} pages`);
}

function filter(field: string, value: string): Filter {
  return { Type: 'TERM_MATCH', Field: field, Value: value };
}
