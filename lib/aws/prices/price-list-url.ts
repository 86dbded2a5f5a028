import { isLoopback } from '../../errors/loopback.ts';
import { UserError } from '../../errors/user-error.ts';
import { GLOBAL_SERVICES, type PriceService } from '../../meters/price-meters.ts';

/** Where AWS publishes its offer files. No credentials are needed. */
export const PRICE_LIST_URL = 'https://pricing.us-east-1.amazonaws.com';

/**
 * The base of the price list to read: AWS's own, or one on this machine, so that nobody else's figures get into a book.
 * @throws UserError for any other address
 */
export function priceListUrl(base: string = PRICE_LIST_URL): URL {
  const url = URL.canParse(base) ? new URL(base) : undefined;
  const plain = url?.username === '' && url.password === '' && url.search === '' && url.hash === '';
  const fromAws = url?.origin === PRICE_LIST_URL;
  const fromHere = url !== undefined && /^https?:$/.test(url.protocol) && isLoopback(url.hostname);
  if (url === undefined || !plain || !(fromAws || fromHere)) {
    throw new UserError(
      `price list address must be ${PRICE_LIST_URL} or an http address on this machine such as http://127.0.0.1:8080, got '${base}'`,
    );
  }
  return url;
}

/** The current offer file of a service in a Region. */
export function offerFileUrl(base: URL, service: PriceService, region: string): URL {
  const file = GLOBAL_SERVICES.includes(service) ? 'index.json' : `${region}/index.json`;
  return new URL(`/offers/v1.0/aws/${service}/current/${file}`, base);
}
