import type { SimulatorContext } from '../context.ts';
import { resourceKind, members, text } from '../resource-kind.ts';
import { invalid } from '../service-error.ts';
import { createSearchIndex, type SearchIndex } from './search-index.ts';
import { s3VectorsMonth, s3VectorsPut, s3VectorsQueryUsage } from './store-usage.ts';
import type { PlaceRequest, VectorPlace, SimulatedVectorStore } from './vector-store.ts';

interface VectorIndex {
  readonly bucketArn: string;
  readonly dimension: number;
  readonly nonFilterable: readonly string[];
  readonly index: SearchIndex;
}

/** What Bedrock writes beside a vector: longer than what may be filterable, so an index that does not say so refuses every chunk. */
const BEDROCK_KEYS = ['AMAZON_BEDROCK_TEXT', 'AMAZON_BEDROCK_METADATA'] as const;

/** Simulates S3 Vectors as far as a knowledge base needs it. */
export function s3Vectors(simulator: SimulatorContext): SimulatedVectorStore {
  const { region, accountId } = simulator;
  const bucketArn = (name: string): string => `arn:aws:s3vectors:${region}:${accountId}:bucket/${name}`;
  let unnamed = 0;

  const buckets = resourceKind<undefined>(simulator, {
    type: 'AWS::S3Vectors::VectorBucket',
    noun: 'VectorBucket',
    service: 's3vectors',
    properties: ['VectorBucketName', 'EncryptionConfiguration', 'Tags'],
    required: [],
    tagged: true,
    inPlace: ['Tags'],
    make: (properties) => {
      const name = text(properties, 'VectorBucketName') ?? `vector-bucket-${++unnamed}`;
      if (!/^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/.test(name)) {
        throw invalid(`VectorBucketName must be 3 to 63 lower-case letters, digits and hyphens, got '${name}'.`);
      }
      const arn = bucketArn(name);
      return { id: arn, arn, name, made: undefined, attributes: { VectorBucketArn: arn } };
    },
    beforeDelete: ({ arn, name }) => {
      if (indexes.all().some(({ made }) => made.bucketArn === arn)) {
        throw invalid(`The vector bucket ${name} still has indexes: only an empty one can be deleted.`);
      }
    },
  });

  const indexes = resourceKind<VectorIndex>(simulator, {
    type: 'AWS::S3Vectors::Index',
    noun: 'VectorIndex',
    service: 's3vectors',
    properties: [
      'DataType',
      'Dimension',
      'DistanceMetric',
      'EncryptionConfiguration',
      'IndexName',
      'MetadataConfiguration',
      'Tags',
      'VectorBucketArn',
      'VectorBucketName',
    ],
    required: ['DataType', 'Dimension', 'DistanceMetric'],
    tagged: true,
    inPlace: ['Tags'],
    make: (properties) => {
      const name = text(properties, 'IndexName') ?? `index-${++unnamed}`;
      if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name)) {
        throw invalid(`IndexName must be 3 to 63 lower-case letters, digits, hyphens and dots, got '${name}'.`);
      }
      const named = text(properties, 'VectorBucketName');
      const bucket = buckets.find(text(properties, 'VectorBucketArn') ?? bucketArn(named ?? ''));
      if (bucket === undefined) throw invalid(`The vector bucket of the index ${name} does not exist.`);
      const dimension = Number(properties['Dimension']);
      if (!Number.isInteger(dimension) || dimension < 1 || dimension > 4096) {
        throw invalid(`Dimension must be a whole number from 1 to 4096, got ${String(properties['Dimension'])}.`);
      }
      if (properties['DataType'] !== 'float32') throw invalid('DataType must be float32.');
      if (!['cosine', 'euclidean'].includes(String(properties['DistanceMetric']))) {
        throw invalid(`DistanceMetric must be cosine or euclidean, got ${String(properties['DistanceMetric'])}.`);
      }
      const keys = members(properties['MetadataConfiguration'])['NonFilterableMetadataKeys'] ?? [];
      const nonFilterable = (Array.isArray(keys) ? (keys as unknown[]) : []).map(String);
      if (nonFilterable.length > 10) throw invalid('At most 10 metadata keys can be non-filterable.');
      const arn = `${bucket.arn}/index/${name}`;
      return {
        id: arn,
        arn,
        name,
        made: { bucketArn: bucket.arn, dimension, nonFilterable, index: createSearchIndex() },
        attributes: { IndexArn: arn },
      };
    },
  });

  const policies = resourceKind<undefined>(simulator, {
    type: 'AWS::S3Vectors::VectorBucketPolicy',
    noun: 'VectorBucketPolicy',
    service: 's3vectors',
    properties: ['Policy', 'VectorBucketArn', 'VectorBucketName'],
    required: ['Policy'],
    tagged: false,
    inPlace: ['Policy'],
    make: (properties) => {
      const arn = text(properties, 'VectorBucketArn') ?? bucketArn(text(properties, 'VectorBucketName') ?? '');
      if (buckets.find(arn) === undefined) throw invalid(`The vector bucket ${arn} does not exist.`);
      return { id: `${arn}/policy`, arn: `${arn}/policy`, name: 'policy', made: undefined, attributes: {} };
    },
  });

  const place = ({ configuration, check, dimensions }: PlaceRequest): VectorPlace => {
    const at = 's3VectorsConfiguration';
    const given = check.text(`${at}.indexArn`, configuration['indexArn']);
    const bucket = check.text(`${at}.vectorBucketArn`, configuration['vectorBucketArn']);
    const name = check.text(`${at}.indexName`, configuration['indexName'], { min: 3, max: 63 });
    check.finish();
    const arn = given ?? (bucket === undefined || name === undefined ? undefined : `${bucket}/index/${name}`);
    if (arn === undefined) throw unusable('either indexArn or vectorBucketArn and indexName must be given');
    const found = indexes.find(arn);
    if (found === undefined) throw unusable(`the specified index could not be found: ${arn}`);
    if (found.made.dimension !== dimensions) {
      throw unusable(`the index has dimension ${found.made.dimension}, the embedding model gives ${dimensions}`);
    }
    const filterable = BEDROCK_KEYS.filter((key) => !found.made.nonFilterable.includes(key));
    return {
      kind: 'S3_VECTORS',
      arn: found.made.bucketArn,
      tags: found.tags ?? {},
      index: found.made.index,
      hybrid: false,
      exists: () => indexes.find(found.id) !== undefined,
      ...(filterable.length === 0 ? {} : { refuses: 'Filterable metadata must have at most 2048 bytes' }),
      queryUsage: (returnedBytes) => s3VectorsQueryUsage(found.made, returnedBytes),
      writeUsage: s3VectorsPut,
      monthUsage: s3VectorsMonth,
    };
  };

  const kinds = [buckets, indexes, policies] as const;
  return {
    kind: 'S3_VECTORS',
    place,
    routes: kinds.flatMap(({ routes }) => routes),
    resources: () => kinds.flatMap((kind) => kind.resources()),
    // vectors bill by the GB, an empty bucket nothing
    usdPerDay: () => 0,
    resourceTypes: (call) => Object.fromEntries(kinds.map((kind) => [kind.type, kind.resourceType(call)])),
  };
}

function unusable(reason: string) {
  return invalid(`The knowledge base storage configuration provided is invalid... ${reason}`);
}
