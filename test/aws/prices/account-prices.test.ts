import { describe, expect, test } from '@jest/globals';
import { accountPrices, amountFor, privatePricesOf } from '../../../lib/aws/prices/account-prices.ts';
import {
  DisallowedRateError,
  type Calculator,
  type LineCost,
  type RateType,
  type UsageLine,
} from '../../../lib/aws/prices/usage-line-costs.ts';
import { priceBook, type Price } from '../../../lib/prices/price-book.ts';
import type { AccountPrice } from '../../../lib/report/price-check.ts';

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
  return [...(await accountPrices(priceBook('us-east-1', prices), '', calculator)).prices];
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
  const found = await accountPrices(priceBook('us-east-1', [price('a.b/input')]), '', calculator);
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
    const { prices, withoutUsageType } = await accountPrices(book, 'Invoke', calculator);
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

  test('nothing where no price has a usage type', async () => {
    const asked: UsageLine[] = [];
    const calculator = answering({ BEFORE_DISCOUNTS: at(1), AFTER_DISCOUNTS: at(1) }, asked);
    const { prices } = await accountPrices(
      priceBook('eu-west-1', [price('a.b/input', { usageType: undefined })]),
      '',
      calculator,
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
