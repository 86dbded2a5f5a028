import { expect, test } from '@jest/globals';
import { componentOfUsageType } from '../../../lib/components.ts';
import { priceBook, type Price, type PriceBook } from '../../../lib/cost/price-book.ts';
import { billedUsageType } from '../../../lib/rehearsal/simulator/usage-type.ts';

const price = (id: string, service: string, usageType?: string): Price => ({
  id,
  usd: 1,
  per: '1M tokens',
  service,
  usageType,
  source: 'test',
  date: '2026-11-01',
  confidence: 'A',
});

const BOOK: PriceBook = priceBook('ap-northeast-1', [
  price('acme.small-v1:0/input', 'AmazonBedrock', 'APN1-AcmeSmall-input-tokens'),
]);

test('a usage type that the book knows is billed as it is', () => {
  expect(billedUsageType(price('lambda/request', 'AWSLambda', 'Request-ARM'), BOOK)).toEqual({
    usageType: 'Request-ARM',
    synthetic: false,
  });
});

test.each([
  ['acme.small-v1:0/cache-read', 'AmazonBedrock', 'APN1-AcmeSmall-cache-read-input-token-count', 'inference'],
  ['acme.small-v1:0/output/flex', 'AmazonBedrock', 'APN1-AcmeSmall-output-tokens-flex', 'inference'],
  [
    'acme.small-v1:0/input/batch/global',
    'AmazonBedrock',
    'APN1-AcmeSmall-input-tokens-cross-region-global-batch',
    'inference',
  ],
  ['acme.other-v1:0/input', 'AmazonBedrock', 'APN1-acme.other-v1:0-input-tokens', 'inference'],
  ['logs/archive', 'AmazonCloudWatch', 'APN1-TimedStorage-ByteHrs', 'operations'],
  ['lambda/request', 'AWSLambda', 'APN1-Request', 'operations'],
  ['guardrail/words', 'AmazonBedrock', 'APN1-Guardrail-WordPolicyUnitsConsumed', 'operations'],
])(
  '%s without a usage type is made up after its neighbours, and belongs to its component',
  (id, service, usageType, component) => {
    expect(billedUsageType(price(id, service), BOOK)).toEqual({ usageType, synthetic: true });
    expect(componentOfUsageType(usageType, service)).toBe(component);
  },
);

test('what has no neighbour keeps its id', () => {
  expect(billedUsageType(price('bda/page', 'AmazonBedrock'), priceBook('eu-west-1', [])).usageType).toBe(
    'eu-west-1-bda-page',
  );
});
