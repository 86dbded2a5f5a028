import { Validations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/**
 * Says why a policy names more than one thing: AwsSolutions-IAM5 wants a reason for every wildcard, and so does a reader.
 * @param findings what the rule puts into its brackets, such as `Action::s3:List*` or `Resource::*`
 */
export function acknowledgeWildcards(scope: IConstruct, reason: string, findings: readonly string[]): void {
  for (const finding of findings) {
    Validations.of(scope).acknowledge({ id: `AwsSolutions::AwsSolutions-IAM5[${finding}]`, reason });
  }
}
