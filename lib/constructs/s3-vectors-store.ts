import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { CfnIndex, CfnVectorBucket } from 'aws-cdk-lib/aws-s3vectors';
import { Construct, type IDependable } from 'constructs';
import type { VectorStore, VectorStoreProps } from './vector-store.ts';

/** What Bedrock puts beside each vector. Filterable metadata takes 2 KB at most, which a chunk of text exceeds. */
const NON_FILTERABLE_KEYS = ['AMAZON_BEDROCK_TEXT', 'AMAZON_BEDROCK_METADATA'];

/** Vectors in S3: nothing is paid while idle but storage. Searches by meaning only. */
export class S3VectorsStore extends Construct implements VectorStore {
  readonly storage;
  readonly ready: readonly IDependable[];
  readonly settleSeconds = 20;

  constructor(scope: Construct, id: string, { role, dimensions, fingerprint }: VectorStoreProps) {
    super(scope, id);
    const bucket = new CfnVectorBucket(this, 'Bucket', { encryptionConfiguration: { sseType: 'AES256' } });
    const index = new CfnIndex(this, 'Index', {
      vectorBucketArn: bucket.attrVectorBucketArn,
      indexName: `vectors-${fingerprint}`,
      dataType: 'float32',
      dimension: dimensions,
      distanceMetric: 'cosine',
      metadataConfiguration: { nonFilterableMetadataKeys: NON_FILTERABLE_KEYS },
    });
    role.addToPolicy(
      new PolicyStatement({
        actions: [
          's3vectors:GetIndex',
          's3vectors:PutVectors',
          's3vectors:GetVectors',
          's3vectors:DeleteVectors',
          's3vectors:QueryVectors',
        ],
        resources: [index.attrIndexArn],
      }),
    );
    this.storage = { type: 'S3_VECTORS', s3VectorsConfiguration: { indexArn: index.attrIndexArn } };
    this.ready = [index];
  }
}
