import { BYTES_PER_GB } from '../../units.ts';
import type { SearchIndex } from './search-index.ts';
import type { MonthOfQuestions, StoredVectors, StoreMeter } from './vector-store.ts';

/** AWS counts storage in binary units. */

/** A vector is a four-byte number for every dimension. */
const BYTES_PER_NUMBER = 4;

/** A key as Bedrock makes it: a UUID. */
const KEY_BYTES = 36;

/** OCUs of a collection that nobody uses: half a one each for indexing and search, and as much again for a standby. */
export function idleOcus(standby: boolean): { readonly indexing: number; readonly search: number } {
  const ocus = standby ? 1 : 0.5;
  return { indexing: ocus, search: ocus };
}

/** Memory of one OCU, all of it taken for graphs: OpenSearch Serverless developer guide. */
const GB_PER_OCU = 6;

/** Vectors, and 16 links each way between them, with a tenth on top: OpenSearch documentation, memory of HNSW with faiss. */
function graphGb(vectors: number, dimensions: number): number {
  const bytesPerVector = BYTES_PER_NUMBER * dimensions + 2 * 4 * 16;
  return (vectors * bytesPerVector * 1.1) / BYTES_PER_GB;
}

const storedGb = ({ vectors, dimensions, textBytes }: StoredVectors): number =>
  (vectors * BYTES_PER_NUMBER * dimensions + textBytes) / BYTES_PER_GB;

/** What a collection bills in `hours`, however many questions come: search grows by whole OCUs with the graphs. */
export function openSearchMonth(stored: StoredVectors, standby: boolean, hours: number): StoreMeter[] {
  const idle = idleOcus(standby);
  const needed = graphGb(stored.vectors, stored.dimensions) / GB_PER_OCU;
  const search = needed <= 0.5 ? idle.search : Math.ceil(needed) * (standby ? 2 : 1);
  return [
    { priceId: 'aoss/ocu', operation: 'IndexingOCU', quantity: idle.indexing * hours },
    { priceId: 'aoss/ocu', operation: 'SearchOCU', quantity: search * hours },
    { priceId: 'aoss/storage', operation: 'Storage', quantity: storedGb(stored) },
  ];
}

export interface AuroraCapacity {
  readonly minAcus: number;
  /** While anything runs on it: nothing below half a one. */
  readonly activeAcus: number;
  /** Seconds without a connection until it pauses; undefined where it never does. */
  readonly pausesAfterSeconds: number | undefined;
}

/** Hours in which a cluster is awake when `requests` come evenly spread: each keeps it awake until the pause after it. */
export function auroraAwakeHours(capacity: AuroraCapacity, requests: number, hours: number): number {
  const { minAcus, pausesAfterSeconds } = capacity;
  if (minAcus > 0 || pausesAfterSeconds === undefined) return hours;
  if (requests === 0) return 0;
  const gapSeconds = (hours * 3600) / requests;
  return gapSeconds <= pausesAfterSeconds ? hours : (requests * pausesAfterSeconds) / 3600;
}

/** What a cluster bills in a month. Its working set fits into memory: questions read no block from storage. */
export function auroraMonth(
  stored: StoredVectors,
  capacity: AuroraCapacity,
  { instances, requests, hours }: MonthOfQuestions & { readonly instances: number },
): StoreMeter[] {
  const awake = auroraAwakeHours(capacity, requests, hours);
  const acuHours = awake * capacity.activeAcus + (hours - awake) * capacity.minAcus;
  return [
    { priceId: 'aurora/acu', operation: 'CreateDBInstance:0021', quantity: instances * acuHours },
    { priceId: 'aurora/storage', operation: 'CreateDBInstance:0021', quantity: storedGb(stored) },
  ];
}

/** A write of Aurora is one I/O for every 4 KB of the row. */
const BYTES_PER_WRITE = 4096;

export function auroraWrites(stored: StoredVectors): number {
  const { vectors, dimensions, textBytes } = stored;
  if (vectors === 0) return 0;
  return vectors * Math.ceil((BYTES_PER_NUMBER * dimensions + textBytes / vectors) / BYTES_PER_WRITE);
}

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

/** What a document's own metadata adds to each of its vectors. */
export function metadataBytes(metadata: Readonly<Record<string, unknown>>): number {
  return Object.entries(metadata).reduce(
    (sum, [key, value]) =>
      sum + Buffer.byteLength(key) + Buffer.byteLength(typeof value === 'string' ? value : JSON.stringify(value)),
    0,
  );
}
