import { Duration, RemovalPolicy, Validations } from 'aws-cdk-lib';
import { BlockPublicAccess, Bucket, BucketEncryption, CfnBucket } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';

export interface DocumentsBucketProps {
  readonly retain: boolean;
  readonly noncurrentDays: number;
}

/** The bucket of the documents: private, encrypted, TLS only, versioned, and telling EventBridge of every change. */
export function documentsBucket(
  scope: Construct,
  id: string,
  { retain, noncurrentDays }: DocumentsBucketProps,
): Bucket {
  const bucket = new Bucket(scope, id, {
    // keys of S3: a key of one's own costs $1 a month at idle
    encryption: BucketEncryption.S3_MANAGED,
    enforceSSL: true,
    blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
    versioned: true,
    lifecycleRules: [
      {
        noncurrentVersionExpiration: Duration.days(noncurrentDays),
        expiredObjectDeleteMarker: true,
        abortIncompleteMultipartUploadAfter: Duration.days(1),
      },
    ],
    // not even kept is it left behind, empty, by a first deployment that failed
    removalPolicy: retain ? RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE : RemovalPolicy.DESTROY,
  });
  // not the L2's eventBridgeEnabled: it adds a function that may change the notifications of any bucket
  const { defaultChild } = bucket.node;
  if (!(defaultChild instanceof CfnBucket)) throw new Error('a bucket has no resource');
  defaultChild.notificationConfiguration = { eventBridgeConfiguration: { eventBridgeEnabled: true } };
  Validations.of(bucket).acknowledge({
    id: 'AwsSolutions::AwsSolutions-S1',
    reason:
      'Access logs would need a second bucket that is kept and paid for; who changes this one is in the management events of CloudTrail, and its versions keep what was changed',
  });
  return bucket;
}
