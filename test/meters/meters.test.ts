import { describe, expect, test } from '@jest/globals';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import {
  componentOfUsageType,
  familyOfPrice,
  familyOfUsageType,
  meterOfPrice,
  meterOfUsageType,
  servicesOfUsageType,
  type Meter,
} from '../../lib/meters/meters.ts';
import { isBedrock } from '../../lib/meters/services.ts';
import { parsePriceBook, type Price } from '../../lib/prices/price-book.ts';
import { PRICE_UNITS } from '../../lib/prices/price-unit.ts';
import { PRICE_METERS } from '../support/catalogue.ts';

const FOLDER = join(import.meta.dirname, '../../config/prices');
const PRICES: Price[] = readdirSync(FOLDER).flatMap((name) => [
  ...parsePriceBook(JSON.parse(readFileSync(join(FOLDER, name), 'utf8')), name).prices.values(),
]);

const nameOf = ({ service, component, family, usageType }: Meter): string =>
  `${service} ${component} ${family ?? usageType.source}`;

/** A price id and a usage type are of the same meter if they count the same thing for the same component. */
function agree(priceId: string, usageType: string, service: string): boolean {
  const priced = meterOfPrice(priceId);
  const billed = meterOfUsageType(usageType, isBedrock(service) ? 'AmazonBedrock' : service);
  return priced !== undefined && billed !== undefined && nameOf(priced) === nameOf(billed);
}

describe('the table of meters and the prices cannot drift apart', () => {
  test('every price of every book is of the meter that its usage type is billed under', () => {
    const typed = PRICES.flatMap(({ id, usageType, service }) =>
      usageType === undefined ? [] : [{ id, usageType, service }],
    );
    expect(typed.length).toBeGreaterThan(300);
    const odd = typed
      .filter(({ id, usageType, service }) => !agree(id, usageType, service))
      .map(({ id, usageType }) => `${id} ${usageType}`);
    expect(odd).toEqual([]);
  });

  test('so is every usage type by which a price id is found in the Price List', () => {
    const odd = [...PRICE_METERS].flatMap(([id, { services, usageTypes }]) =>
      usageTypes
        .map((usageType) => usageType.replaceAll('{P}', 'APN1'))
        .filter((usageType) => !services.every((service) => agree(id, usageType, service)))
        .map((usageType) => `${id} ${usageType}`),
    );
    expect(PRICE_METERS.size).toBeGreaterThan(500);
    // AWS Marketplace gives every model the same usage types: only the product's name says that these embed
    const embeds = /^[^ ]+\/embedding(?:\/[a-z/]+)? APN1-MP:APN1_(?:InputTokenCount|MillionBatchInputTokens)/;
    expect(odd.filter((one) => !embeds.test(one))).toEqual([]);
    expect(odd).toContain('cohere.embed-v4:0/embedding APN1-MP:APN1_InputTokenCount-Units');
  });

  test('every price is in the kind of unit that its meter counts', () => {
    const priced = [
      ...PRICES.map(({ id, per }) => [id, per] as const),
      ...[...PRICE_METERS].map(([id, { per }]) => [id, per] as const),
    ];
    const odd = priced.filter(([id, per]) => meterOfPrice(id)?.counts !== PRICE_UNITS[per].of);
    // nobody has seen the usage type of a task of human evaluation
    expect(new Set(odd.map(([id]) => id))).toEqual(new Set(['evaluation/human-task']));
  });
});

test.each([
  ['sagemaker/ml.g6.xlarge/training', 'APN1-Train:ml.g6.xlarge', 'training instance hours'],
  ['sagemaker/ml.g6.xlarge/training', 'EU-Train:ml.g6.xlarge', 'training instance hours'],
  ['amazon.nova-micro-v1:0/training', 'USE1-NovaMicro-Customization-Training', 'training tokens'],
  ['cmi/storage', 'USW2-OSS-CustomModelImport-Storage-v2:0', 'stored imported models'],
  ['cmi/storage', 'USE1-Llama-CustomModelImport-Storage', 'stored imported models'],
  ['sagemaker/training-volume', 'USE1-Train:VolumeUsage.gp2', 'training volumes'],
  ['amazon.nova-micro-v1:0/storage', 'USE1-NovaMicro-Customization-Storage', 'stored custom models'],
  [
    'acme.small-v1:0/cache-write-30m/global',
    'USE1-acme.small-mantle-cache-write-tokens-30m-global-standard',
    'cache write tokens',
  ],
  ['acme.small-v1:0/cache-read', 'USE1-MP:USE1_cached_input_tokens_standard-Units', 'cache read tokens'],
  [
    'acme.small-v1:0/input/reserved-1-month',
    'USE1-MP:USE1_Reserved_1Month_InputTPM_Geo-Units',
    'reserved tokens a minute',
  ],
  [
    'acme.small-v1:0/output/reserved-3-month',
    'USE1-AcmeSmall-reserved-3-month-output-tokens-per-minute',
    'reserved tokens a minute',
  ],
])('%s and %s are %s', (priceId, usageType, family) => {
  expect(familyOfPrice(priceId, null)).toBe(family);
  expect(familyOfUsageType(usageType)).toBe(family);
});

test('tokens are of one family for base and custom models, whatever they are called by', () => {
  expect(familyOfPrice('amazon.nova-micro-v1:0/custom-cache-read', null)).toBe('cache read tokens');
  expect(familyOfUsageType('USE1-NovaMicro-cache-read-input-token-count-custom-model')).toBe('cache read tokens');
  expect(familyOfUsageType('USW2-MP:USW2_cache_read_tokens_standard-Units')).toBe('cache read tokens');
  expect(familyOfUsageType('USE1-NovaMicro-input-tokens-custom-model')).toBe('input tokens');
});

test('a usage type that the table does not name is a family of its own', () => {
  expect(familyOfUsageType('APN1-Lambda-GB-Second-ARM')).toBe('Lambda-GB-Second-ARM');
  expect(familyOfPrice('lambda/gb-second-arm', 'APN1-Lambda-GB-Second-ARM')).toBe('Lambda-GB-Second-ARM');
  expect(familyOfPrice('evaluation/human-task', null)).toBe('evaluation/human-task');
});

test('a line that AWS leaves untagged says what kind of path can have caused it', () => {
  const cause = (usageType: string, service = 'AmazonBedrock') => meterOfUsageType(usageType, service)?.untagged;
  expect(cause('USE1-NovaMicro-Customization-Training')).toBe('custom-model');
  expect(cause('USE1-OSS-CustomModelImport-Storage-v1:0')).toBe('custom-model');
  expect(cause('USE1-OSS-CustomModelImport-Inference-v1:0')).toBe('custom-model');
  expect(cause('USE1-NovaMicro-output-tokens-custom-model')).toBe('custom-model');
  expect(cause('USE1-NovaMicro-output-tokens')).toBe('base-model-tokens');
  expect(cause('USE1-MP:USE1_CacheReadInputTokenCount-Units')).toBe('base-model-tokens');
  expect(cause('USW2-MP:USW2_cache_read_tokens_standard-Units')).toBe('base-model-tokens');
  expect(cause('USW2-MP:USW2_cache_write_tokens_1h_standard-Units')).toBe('base-model-tokens');
  expect(cause('USE1-TitanEmbeddingV2-Text-input-tokens')).toBe('documents');
  expect(cause('USE1-SearchOCU', 'AmazonES')).toBe('documents');
  // AWS tags these
  expect(cause('USE1-NovaMicro-ProvisionedThroughput-NoCommit-ModelUnits')).toBeUndefined();
  expect(cause('USE1-Guardrail-ContentPolicyUnitsConsumed')).toBeUndefined();
  expect(cause('USE1-TimedStorage-ByteHrs', 'AmazonS3')).toBeUndefined();
});

test.each([
  ['USW2-MP:USW2_output_tokens_standard-Units', 'inference'],
  ['USE1-MP:USE1_Cohere_Embed_V4-Units', 'data'],
  ['USE1-NovaLite-output-tokens-custom-model', 'inference'],
  ['USE1-TitanText-Premier-ProvisionedThroughput-Custom-NoCommit-ModelUnits', 'inference'],
  ['USE1-OSS-CustomModelImport-Inference-v1:0', 'inference'],
  ['USE1-OSS-CustomModelImport-Storage-v1:0', 'training'],
  ['USW2-Llama3-3-70B-Customization-Training', 'training'],
  ['USW2-Train:ml.g5.12xlarge', 'training'],
  ['USE1-Train:VolumeUsage.gp2', 'training'],
  ['APN1-IndexingOCU', 'data'],
  ['USE1-SemanticSearchOCU', 'data'],
  ['USE1-BDA-Document-Standard', 'data'],
  ['Aurora:ServerlessV2Usage', 'data'],
  ['Vectors-Put-Bytes', 'data'],
  ['Lambda-GB-Second-ARM', 'operations'],
  ['Request-ARM', 'operations'],
  ['USE1-Lambda-Streaming-Response-Processed-Bytes-ARM', 'operations'],
  ['USE1-VendedLog-Bytes', 'operations'],
  ['USE1-StateTransition', 'operations'],
  ['CW:MetricMonitorUsage', 'operations'],
  ['USE1-Guardrail-TopicPolicyUnitsConsumed', 'operations'],
])('%s is %s, whether or not the source says which service billed it', (usageType, component) => {
  expect(componentOfUsageType(usageType)).toBe(component);
});

test('a usage type of one service is not taken for one of another because letters of its name occur in it', () => {
  // Bedrock Data Automation bills as BDA, which is also in Lambda
  expect(servicesOfUsageType('USW2-Lambda-GB-Second')).toEqual(['AWSLambda']);
  expect(servicesOfUsageType('USE1-TimedStorage-ByteHrs')).toEqual(['AmazonCloudWatch', 'AmazonES', 'AmazonS3']);
});

test('data sent out belong to the service that sent them', () => {
  expect(componentOfUsageType('USE1-DataTransfer-Out-Bytes', 'AWSLambda')).toBe('operations');
  expect(componentOfUsageType('USE1-DataTransfer-Out-Bytes', 'AmazonS3')).toBe('data');
  expect(componentOfUsageType('USE1-DataTransfer-Out-Bytes', 'AmazonEC2')).toBeUndefined();
});

test('what no path is known to cause has no component', () => {
  expect(componentOfUsageType('USE1-Studio:Notebk-ml.t3.medium')).toBeUndefined();
  expect(componentOfUsageType('Lambda-Provisioned-GB-Second')).toBeUndefined();
});
