import { BYTES_PER_GB } from '../../units.ts';
import { resourceKind, members, text } from '../resource-kind.ts';
import { invalid } from '../service-error.ts';
import { createSearchIndex, type SearchIndex } from './search-index.ts';
import { BYTES_PER_NUMBER, metadataBytes, storedGb } from './store-usage.ts';
import {
  unusable,
  type PlaceRequest,
  type SimulatedVectorStore,
  type StoredVectors,
  type StoreEnvironment,
  type StoreMeter,
  type VectorPlace,
} from './vector-store.ts';

interface VectorIndex {
  readonly bucketArn: string;
  readonly dimension: number;
  readonly nonFilterable: readonly string[];
  readonly index: SearchIndex;
}

/** What Bedrock writes beside a vector: longer than what may be filterable, so an index that does not say so refuses every chunk. */
const BEDROCK_KEYS = ['AMAZON_BEDROCK_TEXT', 'AMAZON_BEDROCK_METADATA'] as const;

/** Custom metadata of a document in S3 Vectors (S3 Vectors user guide, Bedrock integration). */
const MOST_METADATA_BYTES = 1024;

/** A key as Bedrock makes it: a UUID. */
const KEY_BYTES = 36;

export function s3VectorsMonth(stored: StoredVectors): StoreMeter[] {
  const keys = stored.vectors * KEY_BYTES;
  return [
    {
      priceId: 's3-vectors/storage',
      operation: 'VectorStorage',
      quantity: storedGb(stored) + keys / BYTES_PER_GB,
    },
  ];
}

/** Most vectors of one PUT, and what it is billed for at least (S3 pricing page). */
const VECTORS_PER_PUT = 500;
const LEAST_PUT_BYTES = 128 * 1024;

export function s3VectorsPut({ vectors, dimensions, textBytes }: StoredVectors): StoreMeter[] {
  let bytes = 0;
  for (let left = vectors; left > 0; left -= VECTORS_PER_PUT) {
    const put = Math.min(left, VECTORS_PER_PUT);
    const written = put * (BYTES_PER_NUMBER * dimensions + KEY_BYTES + textBytes / vectors);
    bytes += Math.max(LEAST_PUT_BYTES, written);
  }
  return bytes === 0 ? [] : [{ priceId: 's3-vectors/put', operation: 'PutVectors', quantity: bytes / BYTES_PER_GB }];
}

/** The first 512 KB that a query returns are free (S3 pricing page). */
const FREE_RETURNED_BYTES = 512 * 1024;

/** Vectors of an index up to which each price of processed data holds. */
const PROCESSED_TIERS = [
  { upTo: 100_000, priceId: 's3-vectors/processed-tier-1' },
  { upTo: 10_000_000, priceId: 's3-vectors/processed-tier-2' },
  { upTo: Infinity, priceId: 's3-vectors/processed-tier-3' },
] as const;

/** One query reads every vector of the index with its key, but not the metadata that cannot be filtered. */
export function s3VectorsQueryUsage(
  { dimension, index }: { readonly dimension: number; readonly index: SearchIndex },
  returnedBytes: number,
): StoreMeter[] {
  const chunks = index.chunks();
  const filterable = chunks.reduce((sum, { metadata }) => sum + metadataBytes(metadata), 0);
  const bytesPerVector =
    BYTES_PER_NUMBER * dimension + KEY_BYTES + (chunks.length === 0 ? 0 : filterable / chunks.length);
  const meters: StoreMeter[] = [{ priceId: 's3-vectors/query', operation: 'QueryVectors', quantity: 1 }];
  let counted = 0;
  for (const { upTo, priceId } of PROCESSED_TIERS) {
    const inTier = Math.min(chunks.length, upTo) - counted;
    if (inTier <= 0) break;
    counted += inTier;
    // the price is for a terabyte, the pieces of which are gigabytes
    meters.push({ priceId, operation: 'QueryVectors', quantity: (inTier * bytesPerVector) / BYTES_PER_GB });
  }
  const charged = returnedBytes - FREE_RETURNED_BYTES;
  if (charged > 0) {
    meters.push({ priceId: 's3-vectors/returned', operation: 'QueryVectors', quantity: charged / BYTES_PER_GB });
  }
  return meters;
}

/** Simulates S3 Vectors as far as a knowledge base needs it. */
export function s3Vectors({ simulator }: StoreEnvironment): SimulatedVectorStore {
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
      kind: 's3-vectors',
      arn: found.made.bucketArn,
      tags: found.tags ?? {},
      index: found.made.index,
      exists: () => indexes.find(found.id) !== undefined,
      ...(filterable.length === 0 ? {} : { refuses: 'Filterable metadata must have at most 2048 bytes' }),
      refusesMetadata: (metadata) =>
        metadataBytes(metadata) > MOST_METADATA_BYTES
          ? `Its metadata exceed ${MOST_METADATA_BYTES} bytes, the most that S3 Vectors takes.`
          : undefined,
      queryUsage: (returnedBytes) => s3VectorsQueryUsage(found.made, returnedBytes),
      writeUsage: s3VectorsPut,
      monthUsage: s3VectorsMonth,
    };
  };

  const kinds = [buckets, indexes, policies] as const;
  return {
    kind: 's3-vectors',
    place,
    routes: kinds.flatMap(({ routes }) => routes),
    resources: () => kinds.flatMap((kind) => kind.resources()),
    // vectors bill by the GB, an empty bucket nothing
    usdPerDay: () => 0,
    resourceTypes: (call) => Object.fromEntries(kinds.map((kind) => [kind.type, kind.resourceType(call)])),
  };
}
