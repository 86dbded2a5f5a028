import { z } from 'zod';
import { or } from '../../derived-name.ts';
import { addLine, needed } from '../../line-sheet.ts';
import { atLeastZero, share } from '../../workload-fields.ts';
import { storedGb } from '../documents.ts';
import type { StoreCost, StoreUse } from '../store-cost.ts';
import { data } from '../store-lines.ts';

const AGENTIC_SHARE = 0;

const schema = z.strictObject({
  kind: z.literal('managed'),
  indexGb: atLeastZero,
  retrievesPerMonth: atLeastZero.optional().describe('absent: one a request'),
  agenticShare: share.optional().describe('share of retrieves that are agentic'),
});

type Store = z.infer<typeof schema>;

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

function addLines({ sheet, store, requestsPerMonth }: StoreUse<Store>): void {
  addLine(sheet, MANAGED_INDEX, 'managed-kb/index', store.indexGb);
  const retrieves = needed(sheet, 'data', store.retrievesPerMonth ?? requestsPerMonth, 'requestsPerMonth');
  if (retrieves === undefined) return;
  const agentic = store.agenticShare ?? AGENTIC_SHARE;
  addLine(sheet, MANAGED_RETRIEVE, 'managed-kb/retrieve', retrieves * (1 - agentic));
  addLine(sheet, MANAGED_AGENTIC, 'managed-kb/agentic-retrieve', retrieves * agentic);
}

/** The knowledge base that AWS runs itself, its index by the GB: parsing, embedding and reranking are included. */
export const MANAGED = {
  schema,
  billsByHour: false,
  readsDocuments: true,
  secrets: [],
  addLines,
  fieldNames: { agenticShare: { field: 'vectorStore.agenticShare', absent: AGENTIC_SHARE } },
  derivedNames: { retrievesPerMonth: or('vectorStore.retrievesPerMonth', 'requestsPerMonth') },
  levers: {
    'managed-knowledge-base': ({ rag, store }) => {
      const indexGb = store.kind === 'managed' ? undefined : storedGb(rag, store);
      return indexGb === undefined ? undefined : { moveTo: { kind: 'managed', indexGb } };
    },
  },
} as const satisfies StoreCost<Store>;
