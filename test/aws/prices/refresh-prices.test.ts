import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { RequestListener } from 'node:http';
import { DOWNLOAD_LIMITS } from '../../../lib/aws/prices/download.ts';
import { getProducts, pricingClient } from '../../../lib/aws/prices/get-products.ts';
import { offerListing } from '../../../lib/aws/prices/offer-listing.ts';
import { refreshPrices, type RefreshedBook } from '../../../lib/aws/prices/refresh-prices.ts';
import { PRICE_SERVICES, type PriceService } from '../../../lib/meters/price-meters.ts';
import { priceBook, type Price, type PriceBook } from '../../../lib/prices/price-book.ts';
import { CATALOGUE } from '../../support/catalogue.ts';
import { getProductsEntries, knownRows, offerFile, type OfferRow } from '../../support/offer-file.ts';
import { getProductsApi, offers, serve, type PriceListServer } from '../../support/price-list-server.ts';
import { withoutBackoff } from '../../support/without-backoff.ts';

withoutBackoff();

const TODAY = '2026-11-23';
const NOVA = 'amazon.nova-2-lite-v1:0';
const LIMITS = { ...DOWNLOAD_LIMITS, attempts: 3, firstBackoffMs: 1 };

const oldPrice = (id: string, more: Partial<Price> = {}): Price => ({
  id,
  usd: 0.4,
  per: '1M tokens',
  service: 'AmazonBedrock',
  source: 'an old page',
  date: '2026-01-31',
  confidence: 'B',
  ...more,
});

const BOOK = priceBook('us-east-1', [
  oldPrice(`${NOVA}/input`),
  oldPrice(`${NOVA}/output`, { usd: 2.75 }),
  oldPrice('amazon.nova-pro-v1:0/input', { usd: 0.8 }),
  oldPrice('lambda/request', { usd: 0.2, per: '1M requests', service: 'AWSLambda' }),
  oldPrice('evaluation/human-task', { usd: 0.21, per: 'task' }),
]);

const LAMBDA: OfferRow[] = [
  { usagetype: 'Request', unit: 'Requests', usd: 0.00000025 },
  { usagetype: 'Request-ARM', unit: 'Requests', usd: 0.00000025 },
];

let server: PriceListServer | undefined;

afterEach(async () => {
  await server?.close();
  server = undefined;
});

async function refreshFrom(
  listener: RequestListener,
  services: readonly PriceService[] = ['AmazonBedrock', 'AWSLambda'],
  {
    book = BOOK,
    acceptJumps = false,
    acceptMoves = false,
    limits = LIMITS,
  }: { book?: PriceBook; acceptJumps?: boolean; acceptMoves?: boolean; limits?: typeof LIMITS } = {},
): Promise<RefreshedBook> {
  server = await serve(listener);
  const { url } = server;
  return refreshPrices(book, {
    catalogue: CATALOGUE,
    read: (service, region, types) => offerListing(url, service, region, types, limits),
    services,
    today: TODAY,
    acceptJumps,
    acceptMoves,
  });
}

const priceOf = ({ book }: RefreshedBook, id: string) => book.prices.get(id);

describe('from the bulk offer files', () => {
  test('a price is replaced by what the price list says today, with SKU, version and date', async () => {
    const result = await refreshFrom(
      offers({
        AmazonBedrock: offerFile('AmazonBedrock', knownRows('AmazonBedrock')),
        AWSLambda: offerFile('AWSLambda', LAMBDA),
      }),
    );
    expect(result.failed).toEqual([]);
    // 0.00033 x 1,000
    expect(priceOf(result, `${NOVA}/input`)).toEqual({
      id: `${NOVA}/input`,
      usd: 0.33,
      per: '1M tokens',
      service: 'AmazonBedrock',
      usageType: 'USE1-Nova2.0Lite-input-tokens',
      source: expect.stringMatching(/^AWS Price List AmazonBedrock version 20261101000000, us-east-1, SKU SKU\d+$/),
      date: TODAY,
      confidence: 'A',
    });
    // 0.00000025 x 1,000,000
    expect(priceOf(result, 'lambda/request')).toMatchObject({ usd: 0.25, usageType: 'Request-ARM' });
    expect(server?.requests).toEqual([
      '/offers/v1.0/aws/AmazonBedrock/current/us-east-1/index.json',
      '/offers/v1.0/aws/AWSLambda/current/us-east-1/index.json',
    ]);
  });

  test('a price that the book did not have is added', async () => {
    const training = { usagetype: 'USE1-NovaPro-Customization-Training', unit: '1K tokens', usd: 0.008 };
    const result = await refreshFrom(offers({ AmazonBedrock: offerFile('AmazonBedrock', [training]) }), [
      'AmazonBedrock',
    ]);
    expect(priceOf(result, 'amazon.nova-pro-v1:0/training')).toMatchObject({ usd: 8, per: '1M tokens' });
  });

  test('what the price list does not say is kept and named', async () => {
    const result = await refreshFrom(
      offers({
        AmazonBedrock: offerFile('AmazonBedrock', knownRows('AmazonBedrock')),
        AWSLambda: offerFile('AWSLambda', LAMBDA),
      }),
    );
    expect(priceOf(result, 'amazon.nova-pro-v1:0/input')).toBe(BOOK.prices.get('amazon.nova-pro-v1:0/input'));
    expect(result.kept).toEqual([
      {
        id: 'amazon.nova-pro-v1:0/input',
        kind: 'absent',
        reason: expect.stringMatching(/^not in the price list: USE1-NovaPro-input-tokens/),
      },
    ]);
    expect(result.byHand).toEqual(['evaluation/human-task']);
  });

  test('every service of the price book is asked for by its own offer file', async () => {
    await refreshFrom(offers({}), PRICE_SERVICES, { book: priceBook('us-west-2', []) });
    const asked = server?.requests.map((path) => path.split('/')[4]);
    expect(asked).toEqual([...PRICE_SERVICES]);
    for (const service of [
      'AmazonBedrock',
      'AmazonBedrockFoundationModels',
      'AmazonBedrockService',
      'AmazonES',
      'AmazonRDS',
      'AmazonS3',
      'AWSLambda',
      'AmazonStates',
      'AmazonCloudWatch',
      'AmazonSageMaker',
    ]) {
      expect(server?.requests).toContain(`/offers/v1.0/aws/${service}/current/us-west-2/index.json`);
    }
    // Cost Explorer has one price for all Regions
    expect(server?.requests).toContain('/offers/v1.0/aws/AWSCostExplorer/current/index.json');
  });

  test('a tenfold jump is not believed unless asked for', async () => {
    const jumped = offers({
      AWSLambda: offerFile('AWSLambda', [{ usagetype: 'Request-ARM', unit: 'Requests', usd: 0.00025 }]),
    });
    const result = await refreshFrom(jumped, ['AWSLambda']);
    expect(priceOf(result, 'lambda/request')?.usd).toBe(0.2);
    expect(result.kept).toEqual([]);
    expect(result.refused).toMatchObject([
      {
        id: 'lambda/request',
        rule: 'tenfold',
        before: { usd: 0.2, per: '1M requests', date: '2026-01-31' },
        after: { usd: 250, per: '1M requests' },
        flag: '--accept-jumps',
      },
    ]);
    await server?.close();
    expect(priceOf(await refreshFrom(jumped, ['AWSLambda'], { acceptJumps: true }), 'lambda/request')?.usd).toBe(250);
  });
});

describe('a file that cannot be trusted replaces nothing', () => {
  const good = offerFile('AmazonBedrock', knownRows('AmazonBedrock'));

  test.each([
    ['cut off', good.slice(0, -200), /cannot be used: it is cut off/],
    ['cut off within the products', good.slice(0, good.length / 4), /cannot be used: it is/],
    ['empty', '', /cannot be used: it is empty/],
    ['a page of HTML', '<html>maintenance</html>', /cannot be used: it is not JSON/],
    [
      'the offer of another service',
      offerFile('AmazonEC2', knownRows('AmazonBedrock')),
      /it is the offer "AmazonEC2", not/,
    ],
    [
      'the file of another Region',
      offerFile('AmazonBedrock', knownRows('AmazonBedrock'), 'us-west-2').replaceAll('"us-east-1"', '"us-west-2"'),
      /it has no product of us-east-1, but of us-west-2/,
    ],
    ['without a product', offerFile('AmazonBedrock', []), /it has no product of us-east-1, but of no Region/],
    ['with a product that is none', good.replace('"attributes": {', '"attributes": "none", "x": {'), /cannot be used/],
  ])('%s', async (_, text, reason) => {
    const result = await refreshFrom(offers({ AmazonBedrock: text, AWSLambda: offerFile('AWSLambda', LAMBDA) }));
    expect(result.failed).toEqual([{ service: 'AmazonBedrock', reason: expect.stringMatching(reason) }]);
    expect(priceOf(result, `${NOVA}/input`)).toBe(BOOK.prices.get(`${NOVA}/input`));
    // the other service is as good as ever
    expect(priceOf(result, 'lambda/request')?.usd).toBe(0.25);
  });

  test('a connection that breaks off is tried again, and is no shorter file', async () => {
    const half = good.length / 2;
    const result = await refreshFrom(
      (_, response) => {
        response.writeHead(200, { 'content-length': String(Buffer.byteLength(good)) });
        response.write(good.slice(0, half), () => response.destroy());
      },
      ['AmazonBedrock'],
    );
    expect(result.failed).toEqual([{ service: 'AmazonBedrock', reason: expect.stringContaining('(attempt 3 of 3)') }]);
    expect(server?.requests).toHaveLength(3);
    expect(result.book.prices).toEqual(BOOK.prices);
  });
});

describe('a price list that is not there at once', () => {
  const lambda = offerFile('AWSLambda', LAMBDA);

  function after(failures: number, status: number): RequestListener {
    let calls = 0;
    return (_, response) => {
      calls++;
      if (calls <= failures) response.writeHead(status).end();
      else response.end(lambda);
    };
  }

  test.each([429, 500, 503])('status %d is tried again', async (status) => {
    const result = await refreshFrom(after(2, status), ['AWSLambda']);
    expect(result.failed).toEqual([]);
    expect(server?.requests).toHaveLength(3);
  });

  test('in the end it is given up, with the address and the status', async () => {
    const result = await refreshFrom(after(Infinity, 503), ['AWSLambda']);
    expect(result.failed[0]?.reason).toMatch(
      /AWSLambda\/current\/us-east-1\/index\.json: HTTP status 503 \(attempt 3 of 3\)/,
    );
  });

  test.each([400, 302])('status %d is not tried again', async (status) => {
    const result = await refreshFrom(
      (_, response) => {
        response.writeHead(status, { location: '/elsewhere' }).end();
      },
      ['AWSLambda'],
    );
    expect(result.failed[0]?.reason).toContain(`HTTP status ${status} (attempt 1 of 3)`);
    expect(server?.requests).toEqual(['/offers/v1.0/aws/AWSLambda/current/us-east-1/index.json']);
  });

  test('where nobody answers, no further service is asked', async () => {
    server = await serve(() => undefined);
    const { url } = server;
    await server.close();
    server = undefined;
    const asked: PriceService[] = [];
    const result = await refreshPrices(BOOK, {
      catalogue: CATALOGUE,
      read: (service, region, types) => offerListing(url, service, region, types, LIMITS),
      services: ['AmazonBedrock', 'AmazonES', 'AWSLambda'],
      today: TODAY,
      acceptJumps: false,
      acceptMoves: false,
      onService: (service) => asked.push(service),
    });
    expect(asked).toEqual(['AmazonBedrock']);
    expect(result.failed.map(({ service }) => service)).toEqual(['AmazonBedrock', 'AmazonES', 'AWSLambda']);
    expect(new Set(result.failed.map(({ reason }) => reason)).size).toBe(1);
    expect(result.failed[0]?.reason).toMatch(/AmazonBedrock.*ECONNREFUSED.*\(attempt 3 of 3\)/);
    expect(result.book.prices).toEqual(BOOK.prices);
  });

  test('silence is given up', async () => {
    const result = await refreshFrom(
      (_, response) => {
        response.writeHead(200);
        response.write('{');
      },
      ['AWSLambda'],
      { limits: { ...LIMITS, idleMs: 100 } },
    );
    expect(result.failed[0]?.reason).toContain('nothing came for 0.1 s (attempt 3 of 3)');
  });

  test('a file without end is given up', async () => {
    server = await serve((_, response) => response.end(' '.repeat(5000)));
    const { url } = server;
    const limits = { ...LIMITS, maxBytes: 1000 };
    await expect(offerListing(url, 'AWSLambda', 'us-east-1', new Set(), limits)).rejects.toThrow(
      'larger than 1000 bytes',
    );
  });

  test('a service that is not sold in the Region is a failure only where the book has its prices', async () => {
    const result = await refreshFrom(offers({ AWSLambda: lambda }), ['AmazonBedrockService', 'AWSLambda']);
    expect(result.failed).toEqual([]);
    await server?.close();
    const missing = await refreshFrom(offers({}), ['AWSLambda']);
    expect(missing.failed).toEqual([
      { service: 'AWSLambda', reason: expect.stringContaining('there is no http://127.0.0.1') },
    ]);
  });
});

describe('through GetProducts', () => {
  const saved = { ...process.env };

  beforeEach(() => {
    Object.assign(process.env, {
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      AWS_EC2_METADATA_DISABLED: 'true',
    });
  });

  afterEach(() => {
    process.env = { ...saved };
  });

  async function refreshThrough(listener: RequestListener, services: readonly PriceService[]): Promise<RefreshedBook> {
    server = await serve(listener);
    const client = await pricingClient(server.url);
    return refreshPrices(BOOK, {
      catalogue: CATALOGUE,
      read: (service, region, types) => getProducts(client, service, region, types),
      services,
      today: TODAY,
      acceptJumps: false,
      acceptMoves: false,
    });
  }

  test('every page is read, and the entries are the same as in the offer files', async () => {
    const entries = getProductsEntries('AmazonBedrock', knownRows('AmazonBedrock'));
    const asked: unknown[] = [];
    const viaApi = await refreshThrough(
      getProductsApi((request) => {
        asked.push([request.ServiceCode, request.Filters, request.NextToken]);
        const page = Number(request.NextToken ?? '0');
        return {
          PriceList: entries.slice(page * 5, page * 5 + 5),
          ...(page * 5 + 5 < entries.length ? { NextToken: String(page + 1) } : {}),
        };
      }),
      ['AmazonBedrock'],
    );
    // 13 rows, 5 a page
    expect(asked).toHaveLength(Math.ceil(entries.length / 5));
    expect(asked[0]).toEqual([
      'AmazonBedrock',
      [{ Field: 'regionCode', Type: 'TERM_MATCH', Value: 'us-east-1' }],
      undefined,
    ]);
    expect(viaApi.failed).toEqual([]);
    await server?.close();
    const viaBulk = await refreshFrom(
      offers({ AmazonBedrock: offerFile('AmazonBedrock', knownRows('AmazonBedrock')) }),
      ['AmazonBedrock'],
    );
    const usd = ({ book }: RefreshedBook) =>
      [...book.prices].map(([id, price]) => [id, price.usd, price.per, price.usageType]);
    expect(usd(viaApi)).toEqual(usd(viaBulk));
  });

  test('a service of thousands of products is asked by usage type', async () => {
    const asked: string[] = [];
    const result = await refreshThrough(
      getProductsApi(({ Filters }) => {
        const usageType = Filters.find(({ Field }) => Field === 'usagetype')?.Value ?? 'none';
        asked.push(usageType);
        return {
          PriceList: getProductsEntries(
            'AWSLambda',
            LAMBDA.filter((row) => row.usagetype === usageType),
          ),
        };
      }),
      ['AWSLambda'],
    );
    expect(asked).toContain('Request-ARM');
    expect(asked).not.toContain('none');
    expect(priceOf(result, 'lambda/request')?.usd).toBe(0.25);
  });

  test('a call that is throttled is made again', async () => {
    let calls = 0;
    const entries = getProductsEntries('AmazonBedrock', knownRows('AmazonBedrock'));
    const result = await refreshThrough(
      getProductsApi(() => {
        calls++;
        return calls === 1 ? { status: 400, type: 'ThrottlingException' } : { PriceList: entries };
      }),
      ['AmazonBedrock'],
    );
    expect(calls).toBe(2);
    expect(result.failed).toEqual([]);
  });

  test.each([
    ['a page that comes again for ever', () => ({ PriceList: [], NextToken: 'again' }), /gave the same page twice/],
    ['an entry that is no record', () => ({ PriceList: ['{"product": {}}'] }), /sku/],
    ['an entry that is cut off', () => ({ PriceList: ['{"product": {"sku": "A'] }), /JSON/],
    ['nothing', () => ({ PriceList: [] }), /knows none of the usage types/],
    ['a refusal', () => ({ status: 400, type: 'AccessDeniedException' }), /AccessDenied/],
  ])('%s replaces nothing', async (_, answer, reason) => {
    const result = await refreshThrough(getProductsApi(answer), ['AmazonBedrock']);
    expect(result.failed).toEqual([{ service: 'AmazonBedrock', reason: expect.stringMatching(reason) }]);
    expect(result.book.prices).toEqual(BOOK.prices);
  });
});
