import { z } from 'zod';
import { BYTES_PER_GB } from '../../../units.ts';
import { DEFAULTS } from '../../defaults.ts';
import { or, textOf } from '../../derived-name.ts';
import { addLine, needed, type LineSpec } from '../../line-sheet.ts';
import { atLeastZero, wholePositive } from '../../workload-fields.ts';
import { textBytesPerVector, vectorCount } from '../documents.ts';
import type { StoreCost, StoreUse } from '../store-cost.ts';
import { data } from '../store-lines.ts';

const FILTERABLE_BYTES = 0;
/** A UUID as text. */
const KEY_BYTES = 36;
/** The most that one PutVectors call takes. */
const VECTORS_PER_PUT = 500;

const schema = z.strictObject({
  kind: z.literal('s3-vectors'),
  vectors: atLeastZero.optional(),
  indexes: wholePositive.optional().describe('the vectors are spread evenly; a query searches one index'),
  dimensions: wholePositive.optional(),
  filterableMetadataBytesPerVector: atLeastZero.optional(),
  nonFilterableMetadataBytesPerVector: atLeastZero.optional(),
  keyBytesPerVector: atLeastZero.optional(),
  vectorsPerPut: wholePositive.max(VECTORS_PER_PUT).optional(),
  rewrittenSharePerMonth: atLeastZero.optional(),
  queriesPerMonth: atLeastZero.optional(),
  returnedBytesPerQuery: atLeastZero.optional(),
});

type Store = z.infer<typeof schema>;

const S3V_STORAGE = data({
  kind: 'fixed',
  name: 'S3 Vectors storage',
  unit: 'GB-month',
  assumption: 'vector data, metadata and key; 1 GB is 1,024³ bytes',
  formula: `vectors × storedBytesPerVector ÷ ${BYTES_PER_GB}`,
});
const S3V_PUT_ONCE = data({
  kind: 'one-time',
  name: 'S3 Vectors PUT (first load)',
  unit: 'GB',
  assumption: 'every vector is written once; a PUT is billed for at least 128 KB',
  formula: `vectors × putBytesPerVector ÷ ${BYTES_PER_GB}`,
});
const S3V_PUT_CHANGES = data({
  kind: 'fixed',
  name: 'S3 Vectors PUT (changed vectors)',
  unit: 'GB',
  assumption: 'vectors of changed documents are written anew; a PUT is billed for at least 128 KB',
  formula: `vectors × rewrittenSharePerMonth × putBytesPerVector ÷ ${BYTES_PER_GB}`,
});
const S3V_QUERY = data({
  kind: 'usage',
  name: 'S3 Vectors query requests',
  unit: '1M requests',
  assumption: 'one query a request unless given',
  formula: 'queriesPerMonth',
});
const S3V_RETURNED = data({
  kind: 'usage',
  name: 'S3 Vectors data returned',
  unit: 'GB',
  assumption: 'metadata and keys of the retrieved chunks; the first 512 KB of a query are free',
  formula: `queriesPerMonth × max(0, returnedBytesPerQuery − 524288) ÷ ${BYTES_PER_GB}`,
});

const FIRST_TIER = 100_000;
const SECOND_TIER = 10_000_000;

const tierSpec = (tier: string, from: number, to: number): LineSpec =>
  data({
    kind: 'usage',
    name: `S3 Vectors data processed (${tier})`,
    unit: 'TB',
    assumption: 'a query processes every vector of one index, without its non-filterable metadata; 1 TB is 1,024 GB',
    formula: `queriesPerMonth × ${to === Infinity ? `max(0, vectorsPerIndex − ${from})` : `max(0, min(vectorsPerIndex, ${to}) − ${from})`} × processedBytesPerVector ÷ ${BYTES_PER_GB}`,
  });

const S3V_TIERS = [
  {
    spec: tierSpec('first 100K vectors of an index', 0, FIRST_TIER),
    from: 0,
    to: FIRST_TIER,
    id: 's3-vectors/processed-tier-1',
  },
  {
    spec: tierSpec('next 9.9M', FIRST_TIER, SECOND_TIER),
    from: FIRST_TIER,
    to: SECOND_TIER,
    id: 's3-vectors/processed-tier-2',
  },
  {
    spec: tierSpec('above 10M', SECOND_TIER, Infinity),
    from: SECOND_TIER,
    to: Infinity,
    id: 's3-vectors/processed-tier-3',
  },
];

/** Sizes of one vector in S3 Vectors, in bytes. */
interface VectorBytes {
  readonly stored: number;
  /** What a query reads: non-filterable metadata stays out. */
  readonly processed: number;
  /** Metadata and key: what a query returns for a match. */
  readonly returned: number;
  /** What writing it is billed for, on average over the vectors of a PUT. */
  readonly put: number;
}

function vectorBytes({ sheet, rag, store }: StoreUse<Store>): VectorBytes | undefined {
  const dimensions = needed(sheet, 'data', store.dimensions ?? rag.embedding?.dimensions, 'rag.vectorStore.dimensions');
  const text = needed(
    sheet,
    'data',
    store.nonFilterableMetadataBytesPerVector ??
      (rag.documents && rag.chunking && textBytesPerVector(rag.documents, rag.chunking)),
    'rag.vectorStore.nonFilterableMetadataBytesPerVector',
  );
  if (dimensions === undefined || text === undefined) return undefined;
  const filterable = store.filterableMetadataBytesPerVector ?? FILTERABLE_BYTES;
  const key = store.keyBytesPerVector ?? KEY_BYTES;
  const stored = 4 * dimensions + filterable + text + key;
  return {
    stored,
    processed: 4 * dimensions + filterable + key,
    returned: filterable + text + key,
    put: Math.max(stored, (128 * 1024) / (store.vectorsPerPut ?? VECTORS_PER_PUT)),
  };
}

function addLines(use: StoreUse<Store>): void {
  const { sheet, rag, store, requestsPerMonth } = use;
  const vectors = needed(sheet, 'data', vectorCount(rag, store), 'rag.vectorStore.vectors');
  const bytes = vectorBytes(use);
  const queries = needed(sheet, 'data', store.queriesPerMonth ?? requestsPerMonth, 'requestsPerMonth');
  if (vectors === undefined || bytes === undefined) return;

  const rewritten =
    store.rewrittenSharePerMonth ?? rag.documents?.changedSharePerMonth ?? DEFAULTS.changedSharePerMonth;
  addLine(sheet, S3V_STORAGE, 's3-vectors/storage', (vectors * bytes.stored) / BYTES_PER_GB);
  addLine(sheet, S3V_PUT_ONCE, 's3-vectors/put', (vectors * bytes.put) / BYTES_PER_GB);
  addLine(sheet, S3V_PUT_CHANGES, 's3-vectors/put', (vectors * rewritten * bytes.put) / BYTES_PER_GB);
  if (queries === undefined) return;
  addLine(sheet, S3V_QUERY, 's3-vectors/query', queries);
  const perIndex = vectors / (store.indexes ?? 1);
  for (const { spec, from, to, id } of S3V_TIERS) {
    const searched = Math.max(0, Math.min(perIndex, to) - from);
    addLine(sheet, spec, id, (queries * searched * bytes.processed) / BYTES_PER_GB);
  }
  const returned = needed(
    sheet,
    'data',
    store.returnedBytesPerQuery ?? (rag.retrieval && rag.retrieval.chunksPerRequest * bytes.returned),
    'rag.vectorStore.returnedBytesPerQuery',
  );
  if (returned === undefined) return;
  addLine(sheet, S3V_RETURNED, 's3-vectors/returned', (queries * Math.max(0, returned - 512 * 1024)) / BYTES_PER_GB);
}

const moved = ({ vectors }: { readonly vectors?: number | undefined }): Store => ({
  kind: 's3-vectors',
  ...(vectors === undefined ? {} : { vectors }),
});

/** Storage by the GB and queries by the data that they process: nothing by the hour. */
export const S3_VECTORS = {
  schema,
  billsByHour: false,
  readsDocuments: false,
  secrets: [],
  moved,
  addLines,
  fieldNames: {},
  derivedNames: {
    vectorsPerIndex: ({ given }) => (given('vectorStore.indexes') ? 'vectors ÷ vectorStore.indexes' : 'vectors'),
    vectorBytes: ({ given }) =>
      `4 × ${given('vectorStore.dimensions') ? 'vectorStore.dimensions' : 'embedding.dimensions'}`,
    filterableBytes: or('vectorStore.filterableMetadataBytesPerVector', FILTERABLE_BYTES),
    nonFilterableBytes: or('vectorStore.nonFilterableMetadataBytesPerVector', ({ given }) =>
      given('documents.documents') && given('chunking.tokensPerChunk') ? 'textBytesPerVector' : '0',
    ),
    keyBytes: or('vectorStore.keyBytesPerVector', KEY_BYTES),
    storedBytesPerVector: 'vectorBytes + filterableBytes + nonFilterableBytes + keyBytes',
    processedBytesPerVector: 'vectorBytes + filterableBytes + keyBytes',
    putBytesPerVector: (facts) =>
      `max(storedBytesPerVector, 131072 ÷ ${textOf(or('vectorStore.vectorsPerPut', VECTORS_PER_PUT), facts)})`,
    rewrittenSharePerMonth: or('vectorStore.rewrittenSharePerMonth', 'documents.changedSharePerMonth'),
    queriesPerMonth: or('vectorStore.queriesPerMonth', 'requestsPerMonth'),
    returnedBytesPerQuery: or('vectorStore.returnedBytesPerQuery', ({ given }) =>
      given('retrieval.chunksPerRequest')
        ? 'retrieval.chunksPerRequest × (filterableBytes + nonFilterableBytes + keyBytes)'
        : '0',
    ),
  },
  levers: {
    's3-vectors': ({ store, billsByHour }) => (billsByHour ? { moveTo: moved(store) } : undefined),
  },
} as const satisfies StoreCost<Store>;
