import { Duration, RemovalPolicy, Validations } from 'aws-cdk-lib';
import { BlockPublicAccess, Bucket, BucketEncryption } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';

/**
 * A private bucket whose objects disappear by themselves. It outlives its stack, because CloudFormation cannot delete a bucket with
 * objects in it; once they have expired it costs nothing.
 */
export function expiringBucket(scope: Construct, id: string, expireAfterDays: number): Bucket {
  const bucket = new Bucket(scope, id, {
    // keys of S3: a key of one's own costs $1 a month at idle
    encryption: BucketEncryption.S3_MANAGED,
    enforceSSL: true,
    blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
    lifecycleRules: [
      { expiration: Duration.days(expireAfterDays), abortIncompleteMultipartUploadAfter: Duration.days(1) },
    ],
    removalPolicy: RemovalPolicy.RETAIN,
  });
  Validations.of(bucket).acknowledge({
    id: 'AwsSolutions::AwsSolutions-S1',
    reason:
      'Access logs would need a second bucket that is kept and paid for; who changes this one is in the management events of CloudTrail',
  });
  return bucket;
}
