import { expect, test } from '@jest/globals';
import { CFN_TAGS, createVectorIndex, DIMENSIONS, knowledgeBaseBed } from '../../support/simulated-knowledge-base.ts';
import { errorOf } from '../../support/simulator-bed.ts';

const BUCKET_TYPE = 'AWS::S3Vectors::VectorBucket';
const INDEX_TYPE = 'AWS::S3Vectors::Index';

test('Ref and GetAtt are ARNs, and neither bucket nor index bills anything while it is empty', async () => {
  const bed = await knowledgeBaseBed();
  const { bucket, index } = await createVectorIndex(bed);
  expect(bucket).toEqual({
    physicalResourceId: expect.stringMatching(/^arn:aws:s3vectors:us-east-1:\d{12}:bucket\/vectors$/),
    attributes: { VectorBucketArn: bucket.physicalResourceId },
  });
  expect(index.attributes['IndexArn']).toBe(`${bucket.physicalResourceId}/index/chunks`);
  expect(bed.simulator.control.leftovers().map(({ usdPerDay }) => usdPerDay)).toEqual([0, 0]);
});

test('a bucket goes only when its indexes are gone', async () => {
  const bed = await knowledgeBaseBed();
  const { bucket, index } = await createVectorIndex(bed);
  const early = await errorOf(bed.resource(BUCKET_TYPE, 'Delete', {}, bucket.physicalResourceId));
  expect(early.message).toMatch(/still has indexes/);
  await bed.resource(INDEX_TYPE, 'Delete', {}, index.physicalResourceId);
  await bed.resource(BUCKET_TYPE, 'Delete', {}, bucket.physicalResourceId);
  expect(bed.simulator.control.leftovers()).toEqual([]);
});

test.each<[string, object, RegExp]>([
  ['5,000 dimensions', { Dimension: 5_000 }, /Dimension must be a whole number from 1 to 4096, got 5000/],
  ['whole numbers', { DataType: 'int8' }, /DataType must be float32/],
  ['another distance', { DistanceMetric: 'dot' }, /must be cosine or euclidean, got dot/],
  [
    'eleven keys',
    { MetadataConfiguration: { NonFilterableMetadataKeys: Array(11).fill('k') } },
    /At most 10 metadata keys/,
  ],
  [
    'no bucket',
    { VectorBucketArn: undefined, VectorBucketName: 'none' },
    /vector bucket of the index chunks-2 does not exist/,
  ],
  ['no tags', { Tags: [] }, /denies s3vectors:CreateVectorIndex/],
  ['a name with capitals', { IndexName: 'Chunks' }, /IndexName must be/],
])('an index with %s is refused', async (_, changed, message) => {
  const bed = await knowledgeBaseBed();
  const { bucket } = await createVectorIndex(bed);
  const properties = {
    VectorBucketArn: bucket.physicalResourceId,
    IndexName: 'chunks-2',
    DataType: 'float32',
    Dimension: DIMENSIONS,
    DistanceMetric: 'cosine',
    Tags: CFN_TAGS,
  };
  expect((await errorOf(bed.resource(INDEX_TYPE, 'Create', { ...properties, ...changed }))).message).toMatch(message);
});

test('other tags are an update in place, another dimension a new index', async () => {
  const bed = await knowledgeBaseBed();
  const { index } = await createVectorIndex(bed);
  const properties = {
    VectorBucketName: 'vectors',
    IndexName: 'chunks',
    DataType: 'float32',
    Dimension: DIMENSIONS,
    DistanceMetric: 'cosine',
    MetadataConfiguration: { NonFilterableMetadataKeys: ['AMAZON_BEDROCK_TEXT', 'AMAZON_BEDROCK_METADATA'] },
    Tags: CFN_TAGS,
  };
  const named = {
    ...properties,
    VectorBucketName: undefined,
    VectorBucketArn: index.physicalResourceId.split('/index/')[0],
  };
  const tags = [...CFN_TAGS, { Key: 'new', Value: '1' }];
  const updated = await bed.resource(INDEX_TYPE, 'Update', { ...named, Tags: tags }, index.physicalResourceId);
  expect(updated.physicalResourceId).toBe(index.physicalResourceId);
  const replaced = await bed.resource(
    INDEX_TYPE,
    'Update',
    { ...named, Tags: tags, Dimension: 512, IndexName: 'chunks-512' },
    index.physicalResourceId,
  );
  expect(replaced.physicalResourceId).not.toBe(index.physicalResourceId);
});
