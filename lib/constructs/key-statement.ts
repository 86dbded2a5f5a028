import { Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IConstruct } from 'constructs';

/** Leave to use a key of the account, and only through services that encrypt with it. The policy of the key must allow it too. */
export function keyStatement(
  scope: IConstruct,
  keyArn: string,
  services: readonly ('bedrock' | 'sagemaker' | 's3')[],
): PolicyStatement {
  const { region, urlSuffix } = Stack.of(scope);
  return new PolicyStatement({
    actions: ['kms:CreateGrant', 'kms:Decrypt', 'kms:DescribeKey', 'kms:GenerateDataKey'],
    resources: [keyArn],
    conditions: { StringEquals: { 'kms:ViaService': services.map((service) => `${service}.${region}.${urlSuffix}`) } },
  });
}
