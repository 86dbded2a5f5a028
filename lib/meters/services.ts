/**
 * Names under which Cost Explorer and FOCUS show a service -> its Price List service code, which CUR 2.0 uses.
 * Source: `servicename` and `servicecode` of AWS Price List products, and public Cost Explorer and FOCUS samples.
 */
const CODE_OF_NAME: Readonly<Record<string, string>> = {
  'Amazon Bedrock': 'AmazonBedrock',
  'Amazon Bedrock Service': 'AmazonBedrock',
  'Amazon Bedrock Foundation Models': 'AmazonBedrock',
  'Amazon Bedrock AgentCore': 'AmazonBedrockAgentCore',
  'Amazon OpenSearch Service': 'AmazonES',
  'Amazon OpenSearch Serverless': 'AmazonES',
  'Amazon Relational Database Service': 'AmazonRDS',
  'Amazon Simple Storage Service': 'AmazonS3',
  'AWS Lambda': 'AWSLambda',
  'AWS Step Functions': 'AmazonStates',
  AmazonCloudWatch: 'AmazonCloudWatch',
  'Amazon CloudWatch': 'AmazonCloudWatch',
  'Amazon SageMaker': 'AmazonSageMaker',
  'Amazon SageMaker AI': 'AmazonSageMaker',
  'AWS Secrets Manager': 'AWSSecretsManager',
  'AWS Key Management Service': 'awskms',
  'AWS Cost Explorer': 'AWSCostExplorer',
  'Amazon Athena': 'AmazonAthena',
  'AWS Glue': 'AWSGlue',
  'AWS CloudTrail': 'AWSCloudTrail',
  'Amazon API Gateway': 'AmazonApiGateway',
  'Amazon EventBridge': 'AWSEvents',
  'CloudWatch Events': 'AWSEvents',
  'Amazon Virtual Private Cloud': 'AmazonVPC',
  'Amazon Simple Queue Service': 'AWSQueueService',
  'Amazon Simple Notification Service': 'AmazonSNS',
};

/** Bedrock bills under four offers, and third-party models under a Marketplace product of their own. */
const BEDROCK_CODES = new Set([
  'AmazonBedrock',
  'AmazonBedrockService',
  'AmazonBedrockFoundationModels',
  // managed knowledge bases
  'AmazonBedrockAgentCore',
]);

export function isBedrock(service: string): boolean {
  return BEDROCK_CODES.has(service) || /\(Amazon Bedrock Edition\)/i.test(service);
}

/** One spelling for a service from any source; a name that is not known stays as it is. */
export function serviceCode(nameOrCode: string): string {
  return CODE_OF_NAME[nameOrCode] ?? nameOrCode;
}
