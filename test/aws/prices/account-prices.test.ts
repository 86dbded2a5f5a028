import { describe, expect, test } from '@jest/globals';
import { accountPrices, amountFor, privatePricesOf } from '../../../lib/aws/prices/account-prices.ts';
import {
  DisallowedRateError,
  type Calculator,
  type LineCost,
  type RateType,
  type UsageLine,
} from '../../../lib/aws/prices/usage-line-costs.ts';
import { priceMeters, type PriceMeter } from '../../../lib/meters/price-meters.ts';
import { priceBook, type Price } from '../../../lib/prices/price-book.ts';
import type { AccountPrice } from '../../../lib/report/price-check.ts';
import { MODEL } from '../../support/example-config.ts';

const price = (id: string, more: Partial<Price> = {}): Price => ({
  id,
  usd: 3,
  per: '1M tokens',
  service: 'AmazonBedrock',
  usageType: `USE1-${id.replace('/', '-')}-tokens`,
  source: 'a page',
  date: '2026-11-01',
  confidence: 'C',
  ...more,
});

const NO_METERS = new Map<string, PriceMeter>();

type Costs = Readonly<Record<RateType, (line: UsageLine) => LineCost>>;

const answering = (costs: Costs, asked: UsageLine[] = []): Calculator => ({
  costs: (lines, rateType) => {
    asked.push(...lines);
    return Promise.resolve(new Map(lines.map((line) => [line.key, costs[rateType](line)])));
  },
});

/** Counts in thousands of tokens. */
const at =
  (usdPer1K: number, usageUnit = '1K tokens') =>
  ({ amount }: UsageLine): LineCost => ({ usageAmount: amount, usageUnit, cost: amount * usdPer1K });

const check = async (
  prices: readonly Price[],
  before: Costs['BEFORE_DISCOUNTS'],
  after = before,
): Promise<AccountPrice[]> => {
  const calculator = answering({ BEFORE_DISCOUNTS: before, AFTER_DISCOUNTS: after });
  return [...(await accountPrices(priceBook('us-east-1', prices), '', calculator, NO_METERS)).prices];
};

test("AWS's unit is converted to the book's, by name", async () => {
  // $3 a million is $0.003 a thousand; 10 % less is $2.70 a million
  const [found] = await check([price('a.b/input')], at(0.003), at(0.0027));
  expect(found).toMatchObject({ bookUsd: 3, beforeUsd: 3, afterUsd: 2.7, usageUnit: '1K tokens', state: 'discounted' });
});

test.each(['Units', 'Quantity', 'images'])("'%s' says nothing about tokens: the price is unknown", async (unit) => {
  const [found] = await check([price('a.b/input')], at(0.003, unit));
  expect(found).toMatchObject({ beforeUsd: null, afterUsd: null, state: 'unit', usageUnit: unit });
});

test('costs rounded to cents are no discount', async () => {
  const rounded = ({ amount }: UsageLine): LineCost => ({
    usageAmount: amount,
    usageUnit: '1K tokens',
    cost: Math.round(amount * 0.0000825 * 100) / 100 + 0.004,
  });
  const [found] = await check([price('a.b/input', { usd: 0.0825 })], at(0.0000825), rounded);
  expect(found?.state).toBe('agrees');
});

test.each([
  // nothing, less than nothing, and more than the list price of $3 a million, of which $0.0027 a thousand is 90 %
  [0, 'no-discount'],
  [-0.001, 'no-discount'],
  [0.0031, 'no-discount'],
  [0.000001, 'discounted'],
  [0.0027, 'discounted'],
  [0.003, 'agrees'],
])('a price of %d after discounts: %s', async (usdPer1K, state) => {
  const prices = await check([price('a.b/input')], at(0.003), at(usdPer1K));
  expect(prices[0]).toMatchObject({ state, beforeUsd: 3 });
  const own = privatePricesOf(
    { region: 'us-east-1', prices, withoutUsageType: 0, refusedAfterDiscounts: null },
    '2026-11-30',
  );
  expect(own).toHaveLength(state === 'discounted' ? 1 : 0);
});

test("where AWS's list price is not the book's, nothing is taken for a price of one's own", async () => {
  const prices = await check([price('a.b/input')], at(0.004), at(0.002));
  expect(prices[0]).toMatchObject({ beforeUsd: 4, afterUsd: 2, state: 'list-differs' });
  expect(
    privatePricesOf({ region: 'us-east-1', prices, withoutUsageType: 0, refusedAfterDiscounts: null }, '2026-11-30'),
  ).toEqual([]);
});

test('a line that is priced before discounts only stays unknown', async () => {
  const failed = (): LineCost => ({ errorCode: 'INTERNAL_SERVER_ERROR', errorMessage: 'Try again.' });
  expect((await check([price('a.b/input')], at(0.003), failed))[0]).toMatchObject({
    beforeUsd: 3,
    afterUsd: null,
    state: 'internal-error',
    message: 'Try again.',
  });
  expect((await check([price('a.b/input')], failed, at(0.003)))[0]).toMatchObject({ beforeUsd: null, afterUsd: 3 });
});

test('an account that may not see prices after discounts still checks the list prices', async () => {
  const list = answering({ BEFORE_DISCOUNTS: at(0.003), AFTER_DISCOUNTS: at(0.003) });
  const calculator: Calculator = {
    costs: (lines, rateType) =>
      rateType === 'AFTER_DISCOUNTS' ? Promise.reject(new DisallowedRateError('no')) : list.costs(lines, rateType),
  };
  const found = await accountPrices(priceBook('us-east-1', [price('a.b/input')]), '', calculator, NO_METERS);
  expect(found.refusedAfterDiscounts).toBe('no');
  expect(found.prices[0]).toMatchObject({ beforeUsd: 3, afterUsd: null, state: 'list-agrees' });
});

test('what is written is grade A, of today, and only what is the own price', async () => {
  const before = at(0.003);
  const prices = await check([price('a.b/input'), price('a.b/output')], before, (line) =>
    line.usageType.includes('input') ? at(0.0027)(line) : before(line),
  );
  expect(
    privatePricesOf({ region: 'us-east-1', prices, withoutUsageType: 0, refusedAfterDiscounts: null }, '2026-11-30'),
  ).toEqual([
    {
      id: 'a.b/input',
      usd: 2.7,
      per: '1M tokens',
      source: 'your account: GetUsageLinesEstimatedCost, AFTER_DISCOUNTS',
      date: '2026-11-30',
      confidence: 'A',
    },
  ]);
});

describe('what is asked', () => {
  test('one line for each usage type that one price has: no tier, and no usage type that models share', async () => {
    const asked: UsageLine[] = [];
    const book = priceBook('us-east-1', [
      price('a.b/input', { usageType: 'USE1-MP:USE1_InputTokenCount-Units' }),
      price('c.d/input', { usageType: 'USE1-shared' }),
      price('e.f/input', { usageType: 'USE1-shared' }),
      price('g.h/input', { usageType: 'USE1-a%b' }),
      price('i.j/input', { usageType: undefined }),
      price('lambda/gb-second-arm', { usd: 0.00001, per: 'GB-second', service: 'AWSLambda', usageType: 'GB-Second' }),
      price('lambda/gb-second-arm/tier-2', { per: 'GB-second', service: 'AWSLambda', usageType: 'GB-Second' }),
    ]);
    const calculator = answering({ BEFORE_DISCOUNTS: at(1), AFTER_DISCOUNTS: at(1) }, asked);
    const { prices, withoutUsageType } = await accountPrices(book, 'Invoke', calculator, NO_METERS);
    // before and after discounts
    expect(asked.map(({ usageType }) => usageType)).toEqual(['GB-Second', 'GB-Second']);
    expect(asked[0]).toEqual({
      key: 'line0',
      serviceCode: 'AWSLambda',
      usageType: 'GB-Second',
      operation: 'Invoke',
      amount: 1e8,
    });
    expect(prices.map(({ id, state }) => [id, state])).toEqual([
      ['lambda/gb-second-arm', 'unit'],
      ['a.b/input', 'shared-usage-type'],
      ['c.d/input', 'shared-usage-type'],
      ['e.f/input', 'shared-usage-type'],
      ['g.h/input', 'not-askable'],
    ]);
    expect(withoutUsageType).toBe(1);
  });

  test('the usage type that the meter of a price has, where it is one, and of that price alone', async () => {
    const text = { ...MODEL, endpoint: 'mantle' as const };
    const meters = priceMeters({
      models: {
        'acme.open': { ...text, priceList: { naming: 'mantle', name: 'acme.open' } },
        'acme.twin-a': { ...text, priceList: { naming: 'mantle', name: 'acme.twin' } },
        'acme.twin-b': { ...text, priceList: { naming: 'mantle', name: 'acme.twin' } },
        'acme.offered': { ...text, priceList: { naming: 'marketplace-standard', name: 'Acme Offered' } },
      },
    });
    const bare = (id: string, more: Partial<Price> = {}) => price(id, { usageType: undefined, ...more });
    const prices = [
      bare('acme.open/output/flex'),
      // two spellings: nobody knows which is billed
      bare('acme.open/cache-write'),
      // one usage type for two models of the catalogue, of which the book has one
      bare('acme.twin-a/input'),
      bare('acme.offered/input', { service: 'AmazonBedrockFoundationModels' }),
      // not the service of the meter
      bare('acme.open/input', { service: 'AWSLambda' }),
      bare('lambda/gb-second-arm', { per: 'GB-second', service: 'AWSLambda' }),
      bare('acme.unheard/input'),
    ];
    const ask = async (region: string) => {
      const asked: UsageLine[] = [];
      const calculator = answering({ BEFORE_DISCOUNTS: at(0.003), AFTER_DISCOUNTS: at(0.0027) }, asked);
      const found = await accountPrices(priceBook(region, prices), '', calculator, meters);
      return {
        asked: [...new Set(asked.map(({ usageType }) => usageType))],
        states: found.prices.map(({ id, state }) => `${id} ${state}`),
        untyped: found.withoutUsageType,
      };
    };
    expect(await ask('eu-central-1')).toEqual({
      asked: ['EUC1-acme.open-mantle-output-tokens-flex', 'EUC1-Lambda-GB-Second-ARM'],
      states: [
        'acme.open/output/flex discounted',
        'lambda/gb-second-arm unit',
        'acme.twin-a/input shared-usage-type',
        'acme.offered/input shared-usage-type',
      ],
      // the cache write, that of another service and the model in no catalogue
      untyped: 3,
    });
    // Ireland has two prefixes; the first Region leaves it out in older services than those of models
    expect((await ask('eu-west-1')).asked).toEqual([]);
    expect((await ask('us-east-1')).asked).toEqual(['USE1-acme.open-mantle-output-tokens-flex']);
  });

  test('nothing where no price has a usage type', async () => {
    const asked: UsageLine[] = [];
    const calculator = answering({ BEFORE_DISCOUNTS: at(1), AFTER_DISCOUNTS: at(1) }, asked);
    const { prices } = await accountPrices(
      priceBook('eu-west-1', [price('a.b/input', { usageType: undefined })]),
      '',
      calculator,
      NO_METERS,
    );
    expect([asked, prices]).toEqual([[], []]);
  });

  test.each([
    // $0.003 for the least unit of 1K tokens: 10^6 of them are $3,000
    [{ id: 'a.b/input', usd: 3, per: '1M tokens' }, 1e6],
    [{ id: 'lambda/request', usd: 0.2, per: '1M requests' }, 1e10],
    [{ id: 'sagemaker/ml.big/training', usd: 63, per: 'instance-hour' }, 100],
    [{ id: 'big/thing', usd: 5000, per: 'model-unit-hour' }, 1],
    // 10^5 GB would be $2,300, but the first tier ends at 51,200
    [{ id: 's3/storage', usd: 0.023, per: 'GB-month' }, 1e4],
    [{ id: 'a.b/cache-write', usd: 0, per: '1M tokens' }, 1e6],
  ] as const)('%j: so much that cents do not hide the price, within the first tier', (of, amount) => {
    expect(amountFor(of)).toBe(amount);
  });
});
