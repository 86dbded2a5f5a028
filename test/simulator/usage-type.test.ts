import { expect, test } from '@jest/globals';
import { componentOfUsageType } from '../../lib/meters/meters.ts';
import { priceBook, type Price, type PriceBook } from '../../lib/prices/price-book.ts';
import { billedUsageType } from '../../lib/simulator/usage-type.ts';

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
  expect(billedUsageType(price('lambda/request', 'AWSLambda', 'Request-ARM'), BOOK, 'Invoke')).toEqual({
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
  ['acme.small-v1:0/custom-output', 'AmazonBedrock', 'APN1-AcmeSmall-output-tokens-custom-model', 'inference'],
  ['acme.small-v1:0/training', 'AmazonBedrock', 'APN1-AcmeSmall-Customization-Training', 'training'],
  ['acme.small-v1:0/storage', 'AmazonBedrock', 'APN1-AcmeSmall-Customization-Storage', 'training'],
  [
    'acme.small-v1:0/provisioned/no-commit',
    'AmazonBedrock',
    'APN1-AcmeSmall-ProvisionedThroughput-NoCommit-ModelUnits',
    'inference',
  ],
  ['cmi/cmu-v1', 'AmazonBedrock', 'APN1-CustomModelImport-Inference-v1:0', 'inference'],
  ['cmi/storage', 'AmazonBedrock', 'APN1-CustomModelImport-Storage-v1:0', 'training'],
  ['sagemaker/ml.g6.2xlarge/training', 'AmazonSageMaker', 'APN1-Train:ml.g6.2xlarge', 'training'],
  ['logs/archive', 'AmazonCloudWatch', 'APN1-TimedStorage-ByteHrs', 'operations'],
  ['lambda/request', 'AWSLambda', 'APN1-Request', 'operations'],
  ['guardrail/words', 'AmazonBedrock', 'APN1-Guardrail-WordPolicyUnitsConsumed', 'operations'],
])(
  '%s without a usage type is made up after its neighbours, and belongs to its component',
  (id, service, usageType, component) => {
    expect(billedUsageType(price(id, service), BOOK, 'Use')).toEqual({ usageType, synthetic: true });
    expect(componentOfUsageType(usageType, service)).toBe(component);
  },
);

test('what has no neighbour keeps its id', () => {
  expect(billedUsageType(price('bda/page', 'AmazonBedrock'), priceBook('eu-west-1', []), 'Use').usageType).toBe(
    'eu-west-1-bda-page',
  );
});

test('one price of OCUs is billed under two usage types, as the operation says', () => {
  const ocu = price('aoss/ocu', 'AmazonES', 'USE1-SearchOCU');
  const named = (operation: string) => billedUsageType(ocu, priceBook('us-east-1', [ocu]), operation);
  expect(named('IndexingOCU')).toEqual({ usageType: 'USE1-IndexingOCU', synthetic: false });
  expect(named('SearchOCU')).toEqual({ usageType: 'USE1-SearchOCU', synthetic: false });
});
