import { BYTES_PER_GB } from '../../units.ts';
import { DEFAULTS } from '../defaults.ts';
import { addLine, needed, note, type LineSheet, type LineSpec } from '../line-sheet.ts';
import type { Rag, VectorStore } from '../workload.ts';
import { isStructuredOnly, vectorCount } from './documents-cost.ts';
import { textBytesPerVector } from './documents.ts';

type StoreOf<K extends VectorStore['kind']> = Extract<VectorStore, { kind: K }>;

const data = (spec: Omit<LineSpec, 'component'>): LineSpec => ({ component: 'data', ...spec });

/** Default number of links of a node in OpenSearch's HNSW graphs. */
const HNSW_LINKS = 16;

const GRAPH_GB = `1.1 × (4 × embedding.dimensions + 8 × ${HNSW_LINKS}) × vectors ÷ 1073741824`;

const STORED_GB = {
  given: 'vectorStore.storedGb',
  derived: 'vectors × (4 × embedding.dimensions + textBytesPerVector) ÷ 1073741824',
};

function storageSpec(name: string, kind: keyof typeof STORED_GB): LineSpec {
  return data({
    kind: 'fixed',
    name,
    unit: 'GB-month',
    assumption: kind === 'given' ? 'stored data as given' : 'four bytes a dimension, and the text of the chunk',
    formula: STORED_GB[kind],
  });
}

const storageSpecs = (name: string) => ({ given: storageSpec(name, 'given'), derived: storageSpec(name, 'derived') });

const AOSS_STORAGE = storageSpecs('OpenSearch Serverless storage');
const AURORA_STORAGE = storageSpecs('Aurora storage');

const ocu = (name: string, formula: string, assumption: string): LineSpec =>
  data({ kind: 'fixed', name, unit: 'OCU-hour', assumption, formula });

const INDEXING_FLOOR = ocu(
  'OpenSearch Serverless indexing OCUs',
  'ocuFloor × hoursPerMonth',
  'the floor of half an OCU, doubled by standby replicas: billed from creation, used or not',
);
const INDEXING_GIVEN = ocu(
  'OpenSearch Serverless indexing OCUs',
  'max(ocuFloor, vectorStore.indexingOcus) × hoursPerMonth',
  'OCUs as given, never below the floor',
);
const SEARCH_GIVEN = ocu(
  'OpenSearch Serverless search OCUs',
  'max(ocuFloor, vectorStore.searchOcus) × hoursPerMonth',
  'OCUs as given, never below the floor',
);
const SEARCH_FLOOR = ocu(
  'OpenSearch Serverless search OCUs',
  'ocuFloor × hoursPerMonth',
  'the vector graphs fit into the floor of half an OCU, doubled by standby replicas',
);
const SEARCH_GROWN = ocu(
  'OpenSearch Serverless search OCUs',
  `ceil(${GRAPH_GB} ÷ vectorMemoryGbPerOcu) × 2 × ocuFloor × hoursPerMonth`,
  'whole OCUs for the memory of the vector graphs, doubled by standby replicas',
);
const NEXTGEN_OCUS = ocu(
  'OpenSearch Serverless NextGen OCUs',
  'vectorStore.ocusWhenActive × activeHours',
  'scales to zero between active hours; use by knowledge bases is unconfirmed',
);

const acuSpec = (formula: string, assumption: string): LineSpec =>
  data({ kind: 'fixed', name: 'Aurora capacity units', unit: 'ACU-hour', assumption, formula });

const AURORA_ALWAYS = acuSpec(
  'instances × vectorStore.acusWhenActive × hoursPerMonth',
  'active the whole month: no hours of activity are given, so none is paused',
);
const AURORA_ACTIVE = acuSpec(
  'instances × (vectorStore.acusWhenActive × activeHours + minAcus × (hoursPerMonth − activeHours))',
  'at its minimum (0: paused) outside the active hours',
);
const AURORA_IO = data({
  kind: 'usage',
  name: 'Aurora I/O requests',
  unit: '1M I/O',
  assumption: 'I/O requests as given',
  formula: 'vectorStore.ioRequestsPerMonth',
});

/** Secrets of an Aurora store: one of the cluster's owner, one of the knowledge base's user. */
export const AURORA_SECRETS = 2;

const AURORA_SECRETS_KEPT: LineSpec = {
  component: 'operations',
  kind: 'fixed',
  name: 'Secrets Manager secrets',
  unit: 'secret-month',
  assumption: "one of the cluster's owner, one of the knowledge base's user, unless operations.secrets says how many",
  formula: String(AURORA_SECRETS),
};

const S3V_STORAGE = data({
  kind: 'fixed',
  name: 'S3 Vectors storage',
  unit: 'GB-month',
  assumption: 'vector data, metadata and key; 1 GB is 1,024³ bytes',
  formula: 'vectors × storedBytesPerVector ÷ 1073741824',
});
const S3V_PUT_ONCE = data({
  kind: 'one-time',
  name: 'S3 Vectors PUT (first load)',
  unit: 'GB',
  assumption: 'every vector is written once; a PUT is billed for at least 128 KB',
  formula: 'vectors × putBytesPerVector ÷ 1073741824',
});
const S3V_PUT_CHANGES = data({
  kind: 'fixed',
  name: 'S3 Vectors PUT (changed vectors)',
  unit: 'GB',
  assumption: 'vectors of changed documents are written anew; a PUT is billed for at least 128 KB',
  formula: 'vectors × rewrittenSharePerMonth × putBytesPerVector ÷ 1073741824',
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
  formula: 'queriesPerMonth × max(0, returnedBytesPerQuery − 524288) ÷ 1073741824',
});

const FIRST_TIER = 100_000;
const SECOND_TIER = 10_000_000;

const tierSpec = (tier: string, from: string, to: string): LineSpec =>
  data({
    kind: 'usage',
    name: `S3 Vectors data processed (${tier})`,
    unit: 'TB',
    assumption: 'a query processes every vector of one index, without its non-filterable metadata; 1 TB is 1,024 GB',
    formula: `queriesPerMonth × ${to === '' ? `max(0, vectorsPerIndex − ${from})` : `max(0, min(vectorsPerIndex, ${to}) − ${from})`} × processedBytesPerVector ÷ 1073741824`,
  });

const S3V_TIERS = [
  {
    spec: tierSpec('first 100K vectors of an index', '0', '100000'),
    from: 0,
    to: FIRST_TIER,
    id: 's3-vectors/processed-tier-1',
  },
  {
    spec: tierSpec('next 9.9M', '100000', '10000000'),
    from: FIRST_TIER,
    to: SECOND_TIER,
    id: 's3-vectors/processed-tier-2',
  },
  { spec: tierSpec('above 10M', '10000000', ''), from: SECOND_TIER, to: Infinity, id: 's3-vectors/processed-tier-3' },
];

const MANAGED_INDEX = data({
  kind: 'fixed',
  name: 'Managed knowledge base index',
  unit: 'GB-month',
  assumption: 'embedding, parsing and reranking are included',
  formula: 'vectorStore.indexGb',
});
const MANAGED_RETRIEVE = data({
  kind: 'usage',
  name: 'Managed knowledge base retrieves',
  unit: '1K requests',
  assumption: 'one retrieve a request unless given',
  formula: 'retrievesPerMonth × (1 − agenticShare)',
});
const MANAGED_AGENTIC = data({
  kind: 'usage',
  name: 'Managed knowledge base agentic retrieves',
  unit: '1K requests',
  assumption: 'the share of retrieves that is agentic',
  formula: 'retrievesPerMonth × agenticShare',
});

/**
 * Adds what the vector store of a knowledge base costs, idle or not.
 * @param secretsCounted whether the operations of the path say how many secrets there are, the store's among them
 */
export function addVectorStore(
  sheet: LineSheet,
  rag: Rag,
  requestsPerMonth: number | undefined,
  hoursPerMonth: number,
  secretsCounted: boolean,
): void {
  if (isStructuredOnly(rag)) return;
  const store = needed(sheet, 'data', rag.vectorStore, 'rag.vectorStore');
  switch (store?.kind) {
    case undefined:
      break;
    case 'opensearch-serverless':
      addOpenSearch(sheet, rag, store, hoursPerMonth);
      break;
    case 'opensearch-serverless-nextgen':
      addNextGen(sheet, rag, store, hoursPerMonth);
      break;
    case 'aurora-serverless-v2':
      addAurora(sheet, rag, store, hoursPerMonth);
      if (!secretsCounted) addLine(sheet, AURORA_SECRETS_KEPT, 'secrets/secret', AURORA_SECRETS);
      break;
    case 's3-vectors':
      addS3Vectors(sheet, rag, store, requestsPerMonth);
      break;
    case 'managed':
      addManaged(sheet, store, requestsPerMonth);
      break;
  }
}

function addNextGen(sheet: LineSheet, rag: Rag, store: StoreOf<'opensearch-serverless-nextgen'>, hours: number): void {
  note(sheet, 'nextgen-unconfirmed');
  addLine(sheet, NEXTGEN_OCUS, 'aoss/ocu', store.ocusWhenActive * Math.min(store.activeHoursPerMonth, hours));
  addStorage(sheet, rag, store.storedGb, AOSS_STORAGE, 'aoss/storage');
}

function addOpenSearch(sheet: LineSheet, rag: Rag, store: StoreOf<'opensearch-serverless'>, hours: number): void {
  // half an OCU each for indexing and search; standby replicas run a second of each
  const floor = store.standbyReplicas === false ? 0.5 : 1;
  if (store.indexingOcus === undefined) addLine(sheet, INDEXING_FLOOR, 'aoss/ocu', floor * hours);
  else addLine(sheet, INDEXING_GIVEN, 'aoss/ocu', Math.max(floor, store.indexingOcus) * hours);

  if (store.searchOcus !== undefined) {
    addLine(sheet, SEARCH_GIVEN, 'aoss/ocu', Math.max(floor, store.searchOcus) * hours);
  } else {
    const gb = graphGb(sheet, rag, store);
    const ocus = gb === undefined ? undefined : gb / (store.vectorMemoryGbPerOcu ?? DEFAULTS.vectorMemoryGbPerOcu);
    // first half an OCU, then whole ones (AWS Big Data blog on half OCUs)
    if (ocus !== undefined && ocus <= 0.5) addLine(sheet, SEARCH_FLOOR, 'aoss/ocu', floor * hours);
    if (ocus !== undefined && ocus > 0.5) {
      addLine(sheet, SEARCH_GROWN, 'aoss/ocu', Math.ceil(ocus) * 2 * floor * hours);
    }
    if (store.vectorMemoryGbPerOcu === undefined) note(sheet, 'ocu-lower-bound');
  }
  addStorage(sheet, rag, store.storedGb, AOSS_STORAGE, 'aoss/storage');
}

/** Memory of the vector graphs, or `undefined` after noting what it hangs on and is not said. */
function graphGb(sheet: LineSheet, rag: Rag, store: StoreOf<'opensearch-serverless'>): number | undefined {
  const counted = vectorCount(rag) ?? (store.storedGb === 0 ? 0 : undefined);
  const vectors = needed(sheet, 'data', counted, 'rag.vectorStore.vectors');
  if (vectors === 0) return 0;
  const dimensions = needed(sheet, 'data', rag.embedding?.dimensions, 'rag.embedding.dimensions');
  if (vectors === undefined || dimensions === undefined) return undefined;
  return (1.1 * (4 * dimensions + 8 * HNSW_LINKS) * vectors) / BYTES_PER_GB;
}

function addAurora(sheet: LineSheet, rag: Rag, store: StoreOf<'aurora-serverless-v2'>, hours: number): void {
  const optimized = store.storage === 'io-optimized';
  const acuId = optimized ? 'aurora/acu-io-optimized' : 'aurora/acu';
  const instances = store.instances ?? DEFAULTS.instances;
  if (store.activeHoursPerMonth === undefined) {
    addLine(sheet, AURORA_ALWAYS, acuId, instances * store.acusWhenActive * hours);
  } else {
    const active = Math.min(store.activeHoursPerMonth, hours);
    const acuHours = store.acusWhenActive * active + (store.minAcus ?? DEFAULTS.minAcus) * (hours - active);
    addLine(sheet, AURORA_ACTIVE, acuId, instances * acuHours);
  }
  addStorage(sheet, rag, store.storedGb, AURORA_STORAGE, optimized ? 'aurora/storage-io-optimized' : 'aurora/storage');
  if (optimized) return;
  const io = needed(sheet, 'data', store.ioRequestsPerMonth, 'rag.vectorStore.ioRequestsPerMonth');
  if (io !== undefined) addLine(sheet, AURORA_IO, 'aurora/io', io);
}

/** What a store holds: as given, or four bytes a dimension and the text of the chunk for every vector. */
export function storedGb(rag: Rag): number | undefined {
  const { vectorStore: store, documents, chunking, embedding } = rag;
  if (store !== undefined && 'storedGb' in store && store.storedGb !== undefined) return store.storedGb;
  const vectors = vectorCount(rag);
  if (vectors === undefined || documents === undefined || chunking === undefined || embedding === undefined) {
    return undefined;
  }
  return (vectors * (4 * embedding.dimensions + textBytesPerVector(documents, chunking))) / BYTES_PER_GB;
}

function addStorage(
  sheet: LineSheet,
  rag: Rag,
  given: number | undefined,
  specs: Record<keyof typeof STORED_GB, LineSpec>,
  priceId: string,
): void {
  const gb = needed(sheet, 'data', storedGb(rag), 'rag.vectorStore.storedGb');
  if (gb !== undefined) addLine(sheet, given === undefined ? specs.derived : specs.given, priceId, gb);
}

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

function vectorBytes(sheet: LineSheet, rag: Rag, store: StoreOf<'s3-vectors'>): VectorBytes | undefined {
  const dimensions = needed(sheet, 'data', store.dimensions ?? rag.embedding?.dimensions, 'rag.vectorStore.dimensions');
  const text = needed(
    sheet,
    'data',
    store.nonFilterableMetadataBytesPerVector ??
      (rag.documents && rag.chunking && textBytesPerVector(rag.documents, rag.chunking)),
    'rag.vectorStore.nonFilterableMetadataBytesPerVector',
  );
  if (dimensions === undefined || text === undefined) return undefined;
  const filterable = store.filterableMetadataBytesPerVector ?? DEFAULTS.filterableMetadataBytesPerVector;
  const key = store.keyBytesPerVector ?? DEFAULTS.keyBytesPerVector;
  const stored = 4 * dimensions + filterable + text + key;
  return {
    stored,
    processed: 4 * dimensions + filterable + key,
    returned: filterable + text + key,
    put: Math.max(stored, (128 * 1024) / (store.vectorsPerPut ?? DEFAULTS.vectorsPerPut)),
  };
}

function addS3Vectors(
  sheet: LineSheet,
  rag: Rag,
  store: StoreOf<'s3-vectors'>,
  requestsPerMonth: number | undefined,
): void {
  const vectors = needed(sheet, 'data', vectorCount(rag), 'rag.vectorStore.vectors');
  const bytes = vectorBytes(sheet, rag, store);
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

function addManaged(sheet: LineSheet, store: StoreOf<'managed'>, requestsPerMonth: number | undefined): void {
  addLine(sheet, MANAGED_INDEX, 'managed-kb/index', store.indexGb);
  const retrieves = needed(sheet, 'data', store.retrievesPerMonth ?? requestsPerMonth, 'requestsPerMonth');
  if (retrieves === undefined) return;
  const agentic = store.agenticShare ?? DEFAULTS.agenticShare;
  addLine(sheet, MANAGED_RETRIEVE, 'managed-kb/retrieve', retrieves * (1 - agentic));
  addLine(sheet, MANAGED_AGENTIC, 'managed-kb/agentic-retrieve', retrieves * agentic);
}
