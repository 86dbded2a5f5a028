import { expect, test } from '@jest/globals';
import { componentOfUsageType, servicesOfUsageType } from '../../lib/meters/components.ts';

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
