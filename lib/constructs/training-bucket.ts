import { Duration, RemovalPolicy, Validations } from 'aws-cdk-lib';
import { BlockPublicAccess, Bucket, BucketEncryption } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { CONTROL_PREFIX } from '../lifecycle/names.ts';

/** Days that the output of a job stays: logs, metrics, and weights that were imported long before. */
const OUTPUT_DAYS = 90;
const NONCURRENT_DAYS = 30;

/**
 * Holds data sets, the output of jobs, and the leases of what is created. Empty it costs nothing; the reaper empties it when the stack
 * is deleted, because CloudFormation deletes no bucket that holds anything.
 */
export function trainingBucket(scope: Construct, id: string): Bucket {
  const bucket = new Bucket(scope, id, {
    encryption: BucketEncryption.S3_MANAGED,
    blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
    enforceSSL: true,
    versioned: true,
    removalPolicy: RemovalPolicy.DESTROY,
    lifecycleRules: [
      { id: 'output', prefix: 'output/', expiration: Duration.days(OUTPUT_DAYS) },
      {
        id: 'noncurrent',
        noncurrentVersionExpiration: Duration.days(NONCURRENT_DAYS),
        abortIncompleteMultipartUploadAfter: Duration.days(1),
      },
      // leases are rewritten often, and no earlier one is of any use
      { id: 'leases', prefix: CONTROL_PREFIX, noncurrentVersionExpiration: Duration.days(1) },
    ],
  });
  Validations.of(bucket).acknowledge({
    id: 'AwsSolutions::AwsSolutions-S1',
    reason:
      'Access logs need a second bucket that grows without end and costs money; CloudTrail data events of an own trail show the same.',
  });
  return bucket;
}
