import { describe, expect, test } from '@jest/globals';
import type { Simulator } from '../../lib/simulator/index.ts';
import { testBed } from '../support/simulator-bed.ts';

const LINE = {
  key: 'a1',
  serviceCode: 'AmazonBedrock',
  usageType: 'USE1-AcmeSmall-input-tokens',
  operation: '',
  amount: 1e6,
};

async function ask(
  { url }: Simulator,
  body: unknown,
  service = 'bcm-pricing-calculator',
): Promise<{ readonly status: number; readonly json: Readonly<Record<string, unknown>> }> {
  const response = await fetch(`${url}/`, {
    method: 'POST',
    headers: {
      'x-amz-target': 'AWSBCMPricingCalculator.GetUsageLinesEstimatedCost',
      authorization: `AWS4-HMAC-SHA256 Credential=rehearsal/20261130/us-east-1/${service}/aws4_request, SignedHeaders=host, Signature=0`,
    },
    body: JSON.stringify(body),
  });
  return { status: response.status, json: (await response.json()) as Record<string, unknown> };
}

const question = (more: object = {}, rateType = 'BEFORE_DISCOUNTS') => ({ usage: [{ ...LINE, ...more }], rateType });

test('a line costs its amount at the price of the book, less what the test says the account pays less', async () => {
  const { simulator } = await testBed();
  simulator.control.calculatorBehaves({ discounts: { [LINE.usageType]: 0.8 } });
  // 10^6 x 1K tokens at $1 a million are $1,000
  expect((await ask(simulator, question())).json).toEqual({
    rateType: 'BEFORE_DISCOUNTS',
    totalCost: 1000,
    currency: 'USD',
    lineItems: [
      {
        key: 'a1',
        serviceCode: 'AmazonBedrock',
        usageType: LINE.usageType,
        operation: '',
        estimatedCost: { usageAmount: 1e6, usageUnit: '1K tokens', cost: 1000, currency: 'USD' },
      },
    ],
    errors: [],
  });
  expect((await ask(simulator, question({}, 'AFTER_DISCOUNTS'))).json).toMatchObject({ totalCost: 800 });
});

test('a line that cannot be priced is an error inside an answer', async () => {
  const { simulator } = await testBed();
  const { status, json } = await ask(simulator, question({ usageType: 'USE1-Unheard' }));
  expect([status, json['lineItems']]).toEqual([200, []]);
  expect(json['errors']).toMatchObject([{ key: 'a1', errorCode: 'NOT_FOUND', usageType: 'USE1-Unheard' }]);
});

describe('the request is held against the model of the service', () => {
  test.each([
    ['no lines', { usage: [], rateType: 'AFTER_DISCOUNTS' }, 'usage'],
    ['more than 500 lines', { usage: Array(501).fill(LINE), rateType: 'AFTER_DISCOUNTS' }, 'usage'],
    ['no operation', question({ operation: undefined }), 'usage.1.member.operation'],
    ['a key of 11 letters', question({ key: 'abcdefghijk' }), 'usage.1.member.key'],
    ['a key with a hyphen', question({ key: 'a-b' }), 'usage.1.member.key'],
    ['an amount below zero', question({ amount: -1 }), 'usage.1.member.amount'],
    ['another rate', question({}, 'FREE'), 'rateType'],
    ['no rate', { usage: [LINE] }, 'rateType'],
    ['one key twice', { usage: [LINE, LINE], rateType: 'AFTER_DISCOUNTS' }, 'keys'],
    ['an unknown member', { ...question(), more: 1 }, 'more'],
  ])('%s', async (_, body, place) => {
    const { simulator } = await testBed();
    const { status, json } = await ask(simulator, body);
    expect(status).toBe(400);
    expect(json['message']).toContain(place);
  });

  test('as is the service that it is signed for', async () => {
    const { simulator } = await testBed();
    expect((await ask(simulator, question(), 'ce')).status).toBe(403);
  });
});
