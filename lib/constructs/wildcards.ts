import { Stack, Token, Validations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/**
 * Says why a policy names more than one thing: AwsSolutions-IAM5 wants a reason for every wildcard, and so does a reader.
 * @param findings what the rule puts into its brackets, such as `Action::s3:List*` or `Resource::*`, with `<AWS::Region>` and
 * `<AWS::AccountId>` for those of the stack
 */
export function acknowledgeWildcards(scope: IConstruct, reason: string, findings: readonly string[]): void {
  const { region, account } = Stack.of(scope);
  for (const finding of findings) {
    const named = finding
      .replaceAll('<AWS::Region>', Token.isUnresolved(region) ? '<AWS::Region>' : region)
      .replaceAll('<AWS::AccountId>', Token.isUnresolved(account) ? '<AWS::AccountId>' : account);
    Validations.of(scope).acknowledge({ id: `AwsSolutions::AwsSolutions-IAM5[${named}]`, reason });
  }
}
