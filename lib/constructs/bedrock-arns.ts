import { Arn, ArnFormat, Stack } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/** ARN of something of Bedrock in the Region and account of the stack, unless told otherwise. */
export function bedrockArn(
  scope: IConstruct,
  resource: string,
  resourceName: string,
  place: { readonly region?: string; readonly account?: string } = {},
): string {
  return Arn.format(
    { service: 'bedrock', resource, resourceName, arnFormat: ArnFormat.SLASH_RESOURCE_NAME, ...place },
    Stack.of(scope),
  );
}

export const foundationModelArn = (scope: IConstruct, modelId: string, region?: string): string =>
  bedrockArn(scope, 'foundation-model', modelId, { account: '', ...(region === undefined ? {} : { region }) });
