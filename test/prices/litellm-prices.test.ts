import { describe, expect, test } from '@jest/globals';
import { PROFILE_SCOPES, type ModelCatalogue } from '../../lib/catalogue/models.ts';
import { litellmHolds, parseLitellmPrices, type PublicPrices } from '../../lib/prices/litellm-prices.ts';
import { checkPrices } from '../../lib/prices/price-check.ts';
import { priceBook, type Price } from '../../lib/prices/price-book.ts';
import { CATALOGUE, MODEL } from '../support/simulator.ts';

const LOCAL = 'acme.local-v1:0';
const REGIONS = ['us-east-1', 'us-west-2', 'eu-west-1', 'ap-northeast-1'];

const entryOf = (id: string) => {
  const entry = CATALOGUE.models[id];
  if (entry === undefined) throw new Error(`no model ${id}`);
  return entry;
};

/** The invented models, one of them with long prompts and a cache of half an hour, one on the other endpoint, one by name only. */
const MODELS: ModelCatalogue = {
  models: {
    ...CATALOGUE.models,
    'acme.long-v1:0': {
      ...entryOf(LOCAL),
      longPromptAboveTokens: 200_000,
      promptCaching: { minimumTokens: null, lifetimes: ['30m'] },
    },
    'acme.mantle': { ...entryOf(LOCAL), endpoint: 'mantle' },
  },
  named: { 'acme.ended-v1:0': { name: 'Ended', kind: 'text', reason: 'ended', endOfLife: '2026-01-01', sources: [] } },
};

const bedrock = (costs: object) => ({ litellm_provider: 'bedrock_converse', ...costs });

const read = (file: object): PublicPrices => parseLitellmPrices(file, 'prices.json', MODELS, REGIONS);

const figures = (file: object): string[] => read(file).prices.map(({ region, id, usd }) => `${region} ${id} ${usd}`);

describe('an entry holds for', () => {
  test('the Region that it names', () => {
    expect(figures({ [`bedrock/eu-west-1/${LOCAL}`]: bedrock({ input_cost_per_token: 3e-6 }) })).toEqual([
      `eu-west-1 ${LOCAL}/input 3`,
    ]);
  });

  test('the Regions that the profile can be called from', () => {
    expect(figures({ [`us.${MODEL}`]: bedrock({ output_cost_per_token: 5e-6 }) })).toEqual([
      `us-east-1 ${MODEL}/output 5`,
      `us-west-2 ${MODEL}/output 5`,
    ]);
  });

  test.each(PROFILE_SCOPES.filter((scope) => scope !== 'in-region'))(
    'a model behind the prefix of the profile %s',
    (scope) => {
      const reasons = read({ [`${scope}.${MODEL}`]: bedrock({ input_cost_per_token: 1e-6 }) }).unread.map(
        ({ reason }) => reason,
      );
      expect(reasons).not.toContain('unknown-model');
    },
  );

  test('every Region where its profile is the global one', () => {
    expect(figures({ [`global.${MODEL}`]: bedrock({ input_cost_per_token: 1e-6 }) })).toEqual(
      REGIONS.map((region) => `${region} ${MODEL}/input/global 1`),
    );
  });

  test('the global profile where a model that has one stands without a prefix', () => {
    expect(figures({ [MODEL]: bedrock({ input_cost_per_token: 1e-6 }) })).toEqual(
      REGIONS.map((region) => `${region} ${MODEL}/input/global 1`),
    );
  });

  test('the Regions of the United States where a model without a global profile stands without a prefix', () => {
    expect(figures({ [LOCAL]: bedrock({ input_cost_per_token: 1e-6 }) })).toEqual([
      `us-east-1 ${LOCAL}/input 1`,
      `us-west-2 ${LOCAL}/input 1`,
    ]);
  });

  test('the same Regions where the file gives the global profile another price', () => {
    const file = {
      [MODEL]: bedrock({ input_cost_per_token: 1.1e-6 }),
      [`global.${MODEL}`]: bedrock({ input_cost_per_token: 1e-6 }),
    };
    expect(figures(file)).toContain(`us-east-1 ${MODEL}/input 1.1`);
    expect(figures(file)).toContain(`us-east-1 ${MODEL}/input/global 1`);
    expect(figures(file)).toHaveLength(2 + REGIONS.length);
  });

  test('the more exact place where two entries have a price for one', () => {
    const file = {
      [`bedrock/us-east-1/${MODEL}`]: bedrock({ input_cost_per_token: 2e-6 }),
      [`us.${MODEL}`]: bedrock({ input_cost_per_token: 3e-6 }),
    };
    expect(figures(file)).toEqual([`us-east-1 ${MODEL}/input 2`, `us-west-2 ${MODEL}/input 3`]);
  });
});

test('a field is a meter, a band, a tier and a lifetime of the cache', () => {
  const file = {
    'bedrock/us-east-1/acme.long-v1:0': bedrock({
      input_cost_per_token_batches: 1e-6,
      output_cost_per_token_above_200k_tokens: 2e-6,
      cache_read_input_token_cost_above_200k_tokens_flex: 3e-6,
      cache_creation_input_token_cost: 4e-6,
      cache_creation_input_token_cost_above_1hr_above_200k_tokens: 5e-6,
      cache_creation_input_token_cost_priority: 6e-6,
      input_cost_per_token_ultrafast: 7e-6,
    }),
    'bedrock/us-east-1/acme.embed-v1:0': bedrock({ input_cost_per_token: 8e-6, output_cost_per_token: 0 }),
    'bedrock/us-east-1/acme.rerank-v1:0': bedrock({ input_cost_per_query: 0.002, input_cost_per_token: 0 }),
  };
  expect(figures(file)).toEqual([
    'us-east-1 acme.long-v1:0/input/batch 1',
    'us-east-1 acme.long-v1:0/output/long-context 2',
    'us-east-1 acme.long-v1:0/cache-read/long-context/flex 3',
    'us-east-1 acme.long-v1:0/cache-write-30m 4',
    'us-east-1 acme.long-v1:0/cache-write-1h/long-context 5',
    'us-east-1 acme.long-v1:0/cache-write-30m/priority 6',
    'us-east-1 acme.long-v1:0/input/ultrafast 7',
    'us-east-1 acme.embed-v1:0/embedding 8',
    // 0.002 x 1,000 queries
    'us-east-1 acme.rerank-v1:0/rerank 2',
  ]);
});

test('everything that has no place in a book is named, with the reason', () => {
  const { unread, otherFields, prices } = read({
    'acme.unheard-of': bedrock({}),
    'acme.ended-v1:0': bedrock({}),
    [`bedrock/sa-east-1/${LOCAL}`]: bedrock({}),
    [`bedrock/us-east-1/1-month-commitment/${LOCAL}`]: bedrock({}),
    'acme.mantle': bedrock({}),
    [MODEL]: bedrock({ input_cost_per_token: 1e-6 }),
    [`global.${MODEL}`]: bedrock({ input_cost_per_token: 1e-6 }),
    'acme.long-v1:0': bedrock({ input_cost_per_token_above_272k_tokens: 1e-6, input_cost_per_image: 1, mode: 'chat' }),
    'another/provider': { litellm_provider: 'elsewhere', input_cost_per_token: 'free' },
  });
  expect(unread).toEqual([
    { key: 'acme.unheard-of', reason: 'unknown-model' },
    { key: 'acme.ended-v1:0', reason: 'named-only' },
    { key: `bedrock/sa-east-1/${LOCAL}`, reason: 'region' },
    { key: `bedrock/us-east-1/1-month-commitment/${LOCAL}`, reason: 'form' },
    { key: 'acme.mantle', reason: 'endpoint' },
    { key: MODEL, reason: 'profile' },
    { key: 'acme.long-v1:0.input_cost_per_token_above_272k_tokens', reason: 'band' },
  ]);
  expect(otherFields).toEqual(['input_cost_per_image']);
  expect(prices).toHaveLength(REGIONS.length);
});

test('the other endpoint has entries of its own', () => {
  expect(
    figures({ 'bedrock_mantle/acme.mantle': { litellm_provider: 'bedrock_mantle', input_cost_per_token: 1e-6 } }),
  ).toEqual(['us-east-1 acme.mantle/input 1', 'us-west-2 acme.mantle/input 1']);
});

test.each([
  ['a list', []],
  ['a price book', { region: 'us-east-1', prices: {} }],
  ['prices of other providers', { 'some/model': { litellm_provider: 'elsewhere' } }],
])('%s is another format: what is expected is said', (_, file) => {
  expect(() => read(file)).toThrow(
    /^'prices\.json' has no price of Bedrock in LiteLLM's format: expected an object of entries such as .*litellm_provider/,
  );
});

test.each([['6e-8'], [-1e-6], [null]])('a cost that is %p is refused with its place', (cost) => {
  expect(() => read({ [LOCAL]: bedrock({ input_cost_per_token: cost }) })).toThrow(
    `'prices.json' is not in LiteLLM's format: ${LOCAL}.input_cost_per_token must be US dollars for one token or query`,
  );
});

test('the format has fields for tokens, and none for hosting, training or other services', () => {
  const held = (meter: string): boolean => litellmHolds(`${LOCAL}/${meter}`, MODELS);
  expect(['input', 'output/batch/global', 'cache-write-1h/long-context', 'rerank'].map(held)).not.toContain(false);
  expect(
    ['training', 'custom-input', 'storage', 'input/latency-optimized', 'input/reserved-1-month'].map(held),
  ).toEqual(Array(5).fill(false));
  expect(litellmHolds('lambda/request', MODELS)).toBe(false);
});

describe('held against a book', () => {
  const price = (id: string, usd: number, more: Partial<Price> = {}): Price => ({
    id,
    usd,
    per: '1M tokens',
    service: 'AmazonBedrock',
    source: 'a page',
    date: '2026-11-01',
    confidence: 'B',
    ...more,
  });

  test('a price agrees within a millionth, in whatever unit, and else differs by a percentage', () => {
    const book = priceBook('us-east-1', [
      price(`${LOCAL}/input`, 0.0011, { per: '1K tokens' }),
      price(`${LOCAL}/output`, 4),
      price(`${LOCAL}/output/batch`, 2.000001),
      price(`${LOCAL}/cache-read`, 0.1),
      price(`${LOCAL}/training`, 9),
      price('lambda/request', 0.2, { per: '1M requests' }),
    ]);
    const published = parseLitellmPrices(
      {
        [`bedrock/us-east-1/${LOCAL}`]: bedrock({
          // 1.1e-6 x 1,000 = 0.0011
          input_cost_per_token: 1.1e-6,
          output_cost_per_token: 5e-6,
          output_cost_per_token_batches: 2e-6,
          output_cost_per_token_flex: 2e-6,
        }),
      },
      'prices.json',
      MODELS,
      ['us-east-1'],
    );
    expect(checkPrices([book], published, MODELS)).toEqual({
      compared: 3,
      agree: 2,
      differing: [
        {
          region: 'us-east-1',
          id: `${LOCAL}/output`,
          per: '1M tokens',
          bookUsd: 4,
          fileUsd: 5,
          percent: 25,
          source: 'a page',
          date: '2026-11-01',
          confidence: 'B',
          key: `bedrock/us-east-1/${LOCAL}`,
        },
      ],
      onlyInBook: [{ region: 'us-east-1', id: `${LOCAL}/cache-read` }],
      onlyInFile: [{ region: 'us-east-1', id: `${LOCAL}/output/flex`, key: `bedrock/us-east-1/${LOCAL}` }],
      notInFormat: 2,
      unread: [],
      otherFields: [],
    });
  });

  test('a price for something else, and one against a price of nothing, have no percentage', () => {
    const book = priceBook('us-east-1', [
      price(`${LOCAL}/input`, 1, { per: '1M requests' }),
      price(`${LOCAL}/output`, 0),
    ]);
    const costs = bedrock({ input_cost_per_token: 1e-6, output_cost_per_token: 1e-6 });
    const published = parseLitellmPrices({ [LOCAL]: costs }, 'prices.json', MODELS, ['us-east-1']);
    const { differing } = checkPrices([book], published, MODELS);
    expect(differing.map(({ fileUsd, percent }) => [fileUsd, percent])).toEqual([
      [null, null],
      [1, null],
    ]);
  });
});
