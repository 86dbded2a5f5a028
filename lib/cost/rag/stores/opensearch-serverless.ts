import { z } from 'zod';
import { BYTES_PER_GB } from '../../../units.ts';
import { addLine, needed, note, type LineSpec } from '../../line-sheet.ts';
import { atLeastZero, positive } from '../../workload-fields.ts';
import { vectorCount } from '../documents.ts';
import type { StoreCost, StoreUse } from '../store-cost.ts';
import { addStorage, data, storageSpecs } from '../store-lines.ts';

/** Memory of one OCU (OpenSearch Serverless developer guide): the most that vector graphs can have of it. */
const VECTOR_MEMORY_GB_PER_OCU = 6;

const schema = z.strictObject({
  kind: z.literal('opensearch-serverless'),
  standbyReplicas: z.boolean().optional().describe('absent: on, as AWS has it; doubles every OCU'),
  indexingOcus: positive.optional().describe('billed OCUs, standby included; absent: the floor'),
  searchOcus: positive.optional().describe('billed OCUs, standby included; absent: what the vectors need'),
  vectorMemoryGbPerOcu: z
    .number()
    .gt(0)
    .max(VECTOR_MEMORY_GB_PER_OCU)
    .optional()
    .describe('memory of an OCU that holds vector graphs'),
  vectors: atLeastZero.optional(),
  storedGb: atLeastZero.optional(),
});

type Store = z.infer<typeof schema>;

/** Default number of links of a node in OpenSearch's HNSW graphs. */
const HNSW_LINKS = 16;

const GRAPH_GB = `1.1 × (4 × embedding.dimensions + 8 × ${HNSW_LINKS}) × vectors ÷ ${BYTES_PER_GB}`;

const STORAGE = storageSpecs('OpenSearch Serverless storage');

const OCU = 'aoss/ocu';

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

/** Half an OCU each for indexing and search; standby replicas run a second of each. */
const ocuFloor = ({ standbyReplicas }: Pick<Store, 'standbyReplicas'>): number => (standbyReplicas === false ? 0.5 : 1);

function addLines(use: StoreUse<Store>): void {
  const { sheet, store, hoursPerMonth: hours } = use;
  const floor = ocuFloor(store);
  if (store.indexingOcus === undefined) addLine(sheet, INDEXING_FLOOR, OCU, floor * hours);
  else addLine(sheet, INDEXING_GIVEN, OCU, Math.max(floor, store.indexingOcus) * hours);

  if (store.searchOcus !== undefined) {
    addLine(sheet, SEARCH_GIVEN, OCU, Math.max(floor, store.searchOcus) * hours);
  } else {
    const gb = graphGb(use);
    const ocus = gb === undefined ? undefined : gb / (store.vectorMemoryGbPerOcu ?? VECTOR_MEMORY_GB_PER_OCU);
    // first half an OCU, then whole ones (AWS Big Data blog on half OCUs)
    if (ocus !== undefined && ocus <= 0.5) addLine(sheet, SEARCH_FLOOR, OCU, floor * hours);
    if (ocus !== undefined && ocus > 0.5) {
      addLine(sheet, SEARCH_GROWN, OCU, Math.ceil(ocus) * 2 * floor * hours);
    }
    if (store.vectorMemoryGbPerOcu === undefined) note(sheet, 'ocu-lower-bound');
  }
  addStorage(use, STORAGE, 'aoss/storage');
}

/** Memory of the vector graphs, or `undefined` after noting what it hangs on and is not said. */
function graphGb({ sheet, rag, store }: StoreUse<Store>): number | undefined {
  const counted = vectorCount(rag, store) ?? (store.storedGb === 0 ? 0 : undefined);
  const vectors = needed(sheet, 'data', counted, 'rag.vectorStore.vectors');
  if (vectors === 0) return 0;
  const dimensions = needed(sheet, 'data', rag.embedding?.dimensions, 'rag.embedding.dimensions');
  if (vectors === undefined || dimensions === undefined) return undefined;
  return (1.1 * (4 * dimensions + 8 * HNSW_LINKS) * vectors) / BYTES_PER_GB;
}

/** Capacity by the hour from its creation on, used or not. */
export const OPENSEARCH_SERVERLESS = {
  schema,
  billsByHour: true,
  readsDocuments: false,
  secrets: [],
  idleCapacity: ({ sheet: { lines } }) => ({
    priceId: OCU,
    hoursPerMonth: lines
      .filter(({ priceId }) => priceId === OCU)
      .reduce((sum, { quantity }) => sum + (quantity ?? 0), 0),
  }),
  moved: ({ vectors, storedGb }) => ({
    kind: 'opensearch-serverless',
    standbyReplicas: false,
    ...(vectors === undefined ? {} : { vectors }),
    ...(storedGb === undefined ? {} : { storedGb }),
  }),
  addLines,
  fieldNames: {
    vectorMemoryGbPerOcu: { field: 'vectorStore.vectorMemoryGbPerOcu', absent: VECTOR_MEMORY_GB_PER_OCU },
  },
  derivedNames: {},
  values: (store) => ({ ocuFloor: ocuFloor(store) }),
  levers: {
    'no-standby': ({ store }) =>
      store.kind === 'opensearch-serverless' && store.standbyReplicas !== false
        ? { setting: 'standbyReplicas', from: true, to: false }
        : undefined,
  },
} as const satisfies StoreCost<Store>;
