import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { getProducts, pricingClient } from '../../../lib/aws/prices/get-products.ts';
import { offerListing } from '../../../lib/aws/prices/offer-listing.ts';
import { refreshPrices, type RefreshedBook, type RefreshOptions } from '../../../lib/aws/prices/refresh-prices.ts';
import type { ModelCatalogue } from '../../../lib/catalogue/models.ts';
import { MODEL_SERVICES, type PriceService } from '../../../lib/meters/price-meters.ts';
import { priceBook, type Price } from '../../../lib/prices/price-book.ts';
import { MODEL } from '../../support/example-config.ts';
import { getProductsEntries, offerFile, type OfferRow } from '../../support/offer-file.ts';
import { getProductsApi, offers, serve, type PriceListServer } from '../../support/price-list-server.ts';
import { withoutBackoff } from '../../support/without-backoff.ts';

withoutBackoff();

const [OPEN, LONG, OFFERED] = ['acme.open-v1:0', 'acme.long', 'acme.offered-v2:0'];

const CATALOGUE: ModelCatalogue = {
  models: {
    [OPEN]: { ...MODEL, priceList: { naming: 'mantle', name: 'acme.open' } },
    [LONG]: { ...MODEL, longPromptAboveTokens: 200_000, priceList: { naming: 'mantle', name: 'acme.long' } },
    [OFFERED]: { ...MODEL, name: 'Acme Offered', priceList: { naming: 'marketplace-standard', name: 'Acme Offered' } },
    'acme.known-v1:0': { ...MODEL, name: 'Known', priceList: { naming: 'usage-type', name: 'AcmeKnown' } },
    'acme.unnamed-v1:0': { ...MODEL, name: 'Acme Unnamed' },
  },
  named: {
    'acme.old-v1:0': {
      name: 'Acme Old',
      kind: 'text',
      reason: 'ended',
      endOfLife: '2026-01-01',
      sources: MODEL.sources,
    },
  },
};

/** Tokens of AmazonBedrock, by the thousand as that offer has them. */
const row = (usagetype: string, usdPerMillion: number, more: Partial<OfferRow> = {}): OfferRow => ({
  usagetype: `USE1-${usagetype}`,
  unit: '1K tokens',
  usd: (usdPerMillion / 1000).toFixed(10),
  ...more,
});

const offered = (tail: string, usd: number, name = 'Acme Offered', more: Partial<OfferRow> = {}): OfferRow => ({
  usagetype: `USE1-MP:USE1_${tail}-Units`,
  servicename: `${name} (Amazon Bedrock Edition)`,
  unit: '1M tokens',
  usd,
  ...more,
});

const old = (id: string, usd: number, more: Partial<Price> = {}): Price => ({
  id,
  usd,
  per: '1M tokens',
  service: 'AmazonBedrock',
  source: 'somebody who read it',
  date: '2026-10-15',
  confidence: 'C',
  ...more,
});

let server: PriceListServer | undefined;

afterEach(async () => {
  await server?.close();
  server = undefined;
});

type Rows = Readonly<Partial<Record<PriceService, readonly OfferRow[]>>>;

async function refresh(
  rows: Rows,
  prices: readonly Price[] = [],
  more: Partial<RefreshOptions> = {},
): Promise<RefreshedBook> {
  const files = Object.fromEntries(
    Object.entries(rows).map(([service, given]) => [service, offerFile(service, given)] as const),
  );
  server = await serve(offers(files));
  const { url } = server;
  return refreshPrices(priceBook('us-east-1', prices), {
    catalogue: CATALOGUE,
    read: (service, region, types) => offerListing(url, service, region, types),
    services: MODEL_SERVICES,
    // the offer files of the tests are published on 2026-11-01
    today: '2026-11-20',
    acceptJumps: false,
    acceptMoves: false,
    ...more,
  });
}

const usd = ({ book }: RefreshedBook) => Object.fromEntries([...book.prices].map(([id, price]) => [id, price.usd]));

describe('the catalogue alone says which models are read', () => {
  test('by the id before -mantle-, with lifetimes, bands, tiers and scopes', async () => {
    const result = await refresh({
      AmazonBedrock: [
        row('acme.long-mantle-input-tokens-standard', 2),
        row('acme.long-mantle-output-tokens-global-flex', 5),
        row('acme.long-mantle-cache-write-tokens-30m-standard', 2.5),
        row('acme.long-mantle-cache-write-tokens-1h-standard', 4),
        row('acme.long-mantle-input-tokens-long-ctx-global-priority', 8),
      ],
    });
    expect(usd(result)).toEqual({
      [`${LONG}/input`]: 2,
      [`${LONG}/output/flex/global`]: 5,
      [`${LONG}/cache-write-30m`]: 2.5,
      [`${LONG}/cache-write-1h`]: 4,
      [`${LONG}/input/long-context/priority/global`]: 8,
    });
    expect(result.unmatched).toEqual([]);
  });

  test('by the name of the product in AWS Marketplace', async () => {
    const result = await refresh({
      AmazonBedrockFoundationModels: [
        offered('input_tokens_standard', 11),
        offered('cached_input_tokens_global_standard', 1),
        offered('output_tokens_ultrafast', 330),
        offered('Reserved_1Month_InputTPM_Geo', 0.66, 'Acme Offered', {
          unit: '1M TPM Hour',
          description: 'Per Hour per 1K Input TPM Reserved 1 Month Geo',
        }),
      ],
    });
    expect(usd(result)).toEqual({
      [`${OFFERED}/input`]: 11,
      [`${OFFERED}/cache-read/global`]: 1,
      [`${OFFERED}/output/ultrafast`]: 330,
      [`${OFFERED}/input/reserved-1-month`]: 0.66,
    });
    expect(result.book.prices.get(`${OFFERED}/input/reserved-1-month`)?.per).toBe('1K TPM-hour');
  });

  test('a model that answers on bedrock-runtime is billed without the word mantle too: two prices are no price', async () => {
    const older = row('acme.open-output-tokens-flex', 3);
    expect(usd(await refresh({ AmazonBedrock: [older] }))).toEqual({ [`${OPEN}/output/flex`]: 3 });
    await server?.close();
    const both = await refresh({ AmazonBedrock: [older, row('acme.open-mantle-output-tokens-flex', 4)] }, [
      old(`${OPEN}/output/flex`, 3),
    ]);
    expect(both.kept).toEqual([
      { id: `${OPEN}/output/flex`, kind: 'unclear', reason: expect.stringContaining('several prices for 1M tokens') },
    ]);
  });
});

describe('what no meter takes is listed, never dropped', () => {
  const rows: Rows = {
    AmazonBedrock: [
      row('else.new-7b-mantle-input-tokens-standard', 0.1),
      row('else.new-7b-mantle-output-tokens-turbo', 0.4),
      row('acme.open-mantle-input-tokens-turbo', 9),
      // the older naming abbreviates: only a name of the catalogue tells where it ends
      row('AcmeKnown-input-audio-token-count', 9, { attributes: { model: 'Acme Known, for people' } }),
      row('AcmeUnnamed-input-tokens', 1, { attributes: { model: 'Acme Unnamed' } }),
      row('AcmeOld-input-tokens', 1, { attributes: { model: 'Acme Old' } }),
      row('ElseSonic-speech-input-tokens', 3),
      // long prompts of a model that has one price for any length
      row('acme.open-mantle-input-tokens-long-ctx-standard', 9),
      { usagetype: 'USE1-Guardrail-ContentPolicyUnitsConsumed', unit: 'TextUnits', usd: 0.00015 },
      row('else.far-mantle-input-tokens-standard', 1, { regionCode: 'us-west-2' }),
    ],
    AmazonBedrockFoundationModels: [
      offered('input_tokens_standard', 5, 'Else Marvel'),
      offered('Else_Embed_V9', 0.1, 'Else Embed 9 Model'),
      // no word of tokens: the service sells nothing but models
      offered('InputImageCount', 0.01, 'Else Image', { unit: 'Units' }),
      offered('Acme_Embed_V5', 0.12, 'Acme Embed V5 Model', { unit: 'Units' }),
      offered('Surprise', 7, 'Acme Offered', { unit: 'Units' }),
      { usagetype: 'USE1-MP:USE1_Nameless-Units', unit: 'Units', usd: 7 },
    ],
    AmazonBedrockService: [
      row('Acme4-output-tokens-cross-region-geo', 15),
      { usagetype: 'USE1-AcmeKnown-Capacity-Hours', unit: 'Hrs', usd: 3 },
    ],
  };

  function check({ unknownModels, unmatched, book }: RefreshedBook): void {
    // guardrails count no tokens, and have a meter
    expect([...book.prices.keys()]).toEqual(['guardrail/content']);
    expect(unknownModels.map(({ name, priceList, usageTypes }) => [name, priceList, usageTypes.length])).toEqual([
      ['Acme Embed V5 Model', { naming: 'marketplace-standard', name: 'Acme Embed V5 Model' }, 1],
      ['Else Embed 9 Model', { naming: 'marketplace-standard', name: 'Else Embed 9 Model' }, 1],
      ['Else Image', { naming: 'marketplace-standard', name: 'Else Image' }, 1],
      ['Else Marvel', { naming: 'marketplace-standard', name: 'Else Marvel' }, 1],
      ['else.new-7b', { naming: 'mantle', name: 'else.new-7b' }, 2],
    ]);
    expect(unknownModels[4]?.usageTypes).toMatchObject([
      {
        usageType: 'USE1-else.new-7b-mantle-input-tokens-standard',
        meter: 'input',
        prices: [{ usd: 0.0001, unit: '1K tokens' }],
      },
      { usageType: 'USE1-else.new-7b-mantle-output-tokens-turbo', meter: null },
    ]);
    expect(
      unmatched.map(({ name, model, priceList, usageTypes }) => [name, model, priceList, usageTypes.length]),
    ).toEqual([
      ['Acme Known, for people', 'acme.known-v1:0', null, 1],
      ['Acme Offered', OFFERED, null, 1],
      ['acme.open', OPEN, null, 2],
      ['Acme4', null, null, 1],
      ['AcmeKnown-Capacity-Hours', 'acme.known-v1:0', null, 1],
      ['AcmeOld', 'acme.old-v1:0', null, 1],
      ['AcmeUnnamed', 'acme.unnamed-v1:0', { naming: 'usage-type', name: 'AcmeUnnamed' }, 1],
      ['ElseSonic-speech', null, null, 1],
      ['MP:USE1_Nameless-Units', null, null, 1],
    ]);
  }

  test('from the offer files', async () => {
    check(await refresh(rows));
  });

  describe('through GetProducts', () => {
    const saved = { ...process.env };

    beforeEach(() => {
      Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' });
    });

    afterEach(() => {
      process.env = { ...saved };
    });

    test('the same', async () => {
      server = await serve(
        getProductsApi(({ ServiceCode }) => ({
          PriceList: getProductsEntries(ServiceCode, rows[ServiceCode as PriceService] ?? []),
        })),
      );
      const client = await pricingClient(server.url);
      check(
        await refreshPrices(priceBook('us-east-1', []), {
          catalogue: CATALOGUE,
          read: (service, region, types) => getProducts(client, service, region, types),
          services: MODEL_SERVICES,
          today: '2026-11-20',
          acceptJumps: false,
          acceptMoves: false,
        }),
      );
    });
  });

  test('a model whose usage types leave its version out is no unknown one', async () => {
    const { unknownModels, unmatched } = await refresh({
      AmazonBedrockService: [row('acme.unnamed-mantle-input-tokens-standard', 1)],
    });
    expect(unknownModels).toEqual([]);
    expect(unmatched).toMatchObject([
      { model: 'acme.unnamed-v1:0', priceList: { naming: 'mantle', name: 'acme.unnamed' } },
    ]);
  });
});

test('a name of the catalogue that no row has is told, with the nearest that is listed', async () => {
  const book = [old(`${OPEN}/input`, 2), old(`${OPEN}/output`, 4), old(`${LONG}/input`, 2), old(`${LONG}/output`, 4)];
  const { unlisted, kept } = await refresh(
    {
      AmazonBedrock: [
        row('acme.opens-mantle-input-tokens-standard', 2),
        // one price is enough: the others of this model are not sold any more
        row('acme.long-mantle-input-tokens-standard', 2),
      ],
    },
    book,
  );
  expect(unlisted).toEqual([{ model: OPEN, name: 'acme.open', meant: 'acme.opens' }]);
  expect(kept.map(({ id }) => id)).toEqual([`${OPEN}/input`, `${OPEN}/output`, `${LONG}/output`]);
});

describe('a price that nobody should believe stays as it was', () => {
  test('a long prompt below a short one, as a list of 2026-09-30 had it', async () => {
    const result = await refresh({
      AmazonBedrock: [
        row('acme.long-mantle-output-tokens-standard', 11),
        row('acme.long-mantle-output-tokens-long-ctx-standard', 2.2),
      ],
    });
    expect(usd(result)).toEqual({ [`${LONG}/output`]: 11 });
    expect(result.refused).toEqual([
      {
        id: `${LONG}/output/long-context`,
        rule: 'long-context-below-usual',
        before: null,
        after: { usd: 2.2, per: '1M tokens' },
        against: { id: `${LONG}/output`, usd: 11, per: '1M tokens' },
        bounds: { least: 1, most: 10 },
        listed: null,
        endOfLife: null,
        flag: null,
      },
    ]);
  });

  test('output below input; the price of the book does not go with the new input, which is then refused too', async () => {
    const result = await refresh(
      {
        AmazonBedrock: [
          row('acme.open-mantle-input-tokens-standard', 5),
          row('acme.open-mantle-output-tokens-standard', 4.5),
        ],
      },
      [old(`${OPEN}/input`, 4), old(`${OPEN}/output`, 4.2)],
    );
    expect(usd(result)).toEqual({ [`${OPEN}/input`]: 4, [`${OPEN}/output`]: 4.2 });
    expect(result.refused.map(({ id, rule, against }) => [id, rule, against?.usd])).toEqual([
      [`${OPEN}/output`, 'output-below-input', 5],
      [`${OPEN}/input`, 'output-below-input', 4.2],
    ]);
    expect(result.read).toEqual([]);
  });

  test('a tier, a cache and a scope that are far off the input of the same list are refused, each by its rule', async () => {
    const result = await refresh({
      AmazonBedrock: [
        row('acme.open-mantle-input-tokens-standard', 0.3),
        row('acme.open-mantle-input-tokens-priority', 0.0001),
        row('acme.open-mantle-cache-write-tokens-1h-standard', 0.2),
        row('acme.open-mantle-cache-read-tokens-standard', 0.31),
        row('acme.open-mantle-input-tokens-global-standard', 3),
        row('acme.open-mantle-input-tokens-flex', 0.15),
      ],
    });
    expect(usd(result)).toEqual({ [`${OPEN}/input`]: 0.3, [`${OPEN}/input/flex`]: 0.15 });
    expect(new Map(result.refused.map(({ id, rule }) => [id, rule]))).toEqual(
      new Map([
        [`${OPEN}/input/priority`, 'tier-share'],
        [`${OPEN}/cache-write-1h`, 'cache-write-share'],
        [`${OPEN}/cache-read`, 'cache-read-share'],
        [`${OPEN}/input/global`, 'global-share'],
      ]),
    );
  });

  test('a new input that the prices of the book do not go with is refused, with the bounds turned round', async () => {
    const result = await refresh(
      { AmazonBedrock: [row('acme.open-mantle-input-tokens-standard', 0.3)] },
      [old(`${OPEN}/cache-write-1h`, 4), old(`${OPEN}/input`, 2)],
      { acceptMoves: true },
    );
    expect(usd(result)).toEqual({ [`${OPEN}/cache-write-1h`]: 4, [`${OPEN}/input`]: 2 });
    // the write may be 0.9 to 4 times the input: the input 1/4 to 1/0.9 of the write
    expect(result.refused).toMatchObject([
      { id: `${OPEN}/input`, rule: 'cache-write-share', bounds: { least: 0.25, most: 1 / 0.9 } },
    ]);
  });

  test('a batch at another share is what AWS sells, with a note', async () => {
    const result = await refresh({
      AmazonBedrock: [
        row('acme.open-mantle-input-tokens-standard', 2),
        row('acme.open-mantle-input-tokens-batch', 1.5),
        row('acme.open-mantle-output-tokens-standard', 4),
        row('acme.open-mantle-output-tokens-batch', 2),
      ],
    });
    expect(result.refused).toEqual([]);
    // 1.5 / 2
    expect(result.book.prices.get(`${OPEN}/input/batch`)?.note).toBe(
      '0.75 of the standard price, where 0.4 to 0.6 is usual: so the price list says',
    );
    expect(result.book.prices.get(`${OPEN}/output/batch`)).not.toHaveProperty('note');
  });

  describe('a move of more than 30 %', () => {
    // 2 to 2.61 is 30.5 % up
    const rows = { AmazonBedrock: [row('acme.open-mantle-input-tokens-standard', 2.61)] };

    test('needs a list that is newer than the price', async () => {
      const result = await refresh(rows, [old(`${OPEN}/input`, 2, { date: '2026-11-01' })]);
      expect(result.refused).toMatchObject([
        {
          rule: 'moved',
          before: { usd: 2, date: '2026-11-01' },
          after: { usd: 2.61 },
          listed: '2026-11-01',
          flag: '--accept-moves',
        },
      ]);
      expect(usd(result)).toEqual({ [`${OPEN}/input`]: 2 });
    });

    test.each([
      ['the price is older than the list', '2026-10-31', false],
      ['it is asked for', '2026-11-15', true],
    ])('is taken where %s', async (_, date, acceptMoves) => {
      const result = await refresh(rows, [old(`${OPEN}/input`, 2, { date })], { acceptMoves });
      expect(usd(result)).toEqual({ [`${OPEN}/input`]: 2.61 });
    });

    test('30 % is none', async () => {
      const moved = { AmazonBedrock: [row('acme.open-mantle-input-tokens-standard', 2.6)] };
      expect(usd(await refresh(moved, [old(`${OPEN}/input`, 2, { date: '2026-11-15' })]))).toEqual({
        [`${OPEN}/input`]: 2.6,
      });
    });
  });

  test('more than tenfold is not believed of a newer list either', async () => {
    const rows = { AmazonBedrock: [row('acme.open-mantle-input-tokens-standard', 2000)] };
    const result = await refresh(rows, [old(`${OPEN}/input`, 2)], { acceptMoves: true });
    expect(result.refused).toMatchObject([{ rule: 'tenfold', flag: '--accept-jumps' }]);
  });

  test('a model past its end of life that the catalogue calls active', async () => {
    const ended: ModelCatalogue = {
      models: {
        [OPEN]: {
          ...MODEL,
          lifecycle: { status: 'active', endOfLife: '2026-11-20' },
          priceList: { naming: 'mantle', name: 'acme.open' },
        },
      },
    };
    const rows = { AmazonBedrock: [row('acme.open-mantle-input-tokens-standard', 2)] };
    const result = await refresh(rows, [old(`${OPEN}/input`, 1.9)], { catalogue: ended });
    expect(result.refused).toMatchObject([{ id: `${OPEN}/input`, rule: 'ended', endOfLife: '2026-11-20', flag: null }]);
    expect(usd(result)).toEqual({ [`${OPEN}/input`]: 1.9 });
    await server?.close();
    // a day before, it answers
    expect((await refresh(rows, [], { catalogue: ended, today: '2026-11-19' })).refused).toEqual([]);
  });

  test('reserved capacity whose unit contradicts its description is read as described, and not at all without one', async () => {
    const reserved = (description?: string) =>
      offered('Reserved_3Month_OutputTPM', 0.3, 'Acme Offered', {
        unit: '1M TPM Hour',
        ...(description === undefined ? {} : { description }),
      });
    const id = `${OFFERED}/output/reserved-3-month`;
    const book = [old(id, 0.3, { per: '1K TPM-hour' })];
    const read = await refresh({ AmazonBedrockFoundationModels: [reserved('Per Hour per 1K Output TPM')] }, book);
    expect(read.read).toEqual([id]);
    await server?.close();
    const unclear = await refresh({ AmazonBedrockFoundationModels: [reserved()] }, book);
    expect(unclear.kept).toMatchObject([{ kind: 'unclear', reason: expect.stringContaining("unit '1M TPM Hour'") }]);
  });
});
