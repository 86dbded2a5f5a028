import { z } from 'zod';
import { tokenPriceIds } from '../../../prices/token-pricing.ts';
import { or } from '../../derived-name.ts';
import { addLine, needed, type LineSheet, type LineSpec } from '../../line-sheet.ts';
import { bandSpec, notedBand } from '../../prompt-band.ts';
import { atLeastZero, modelId, positive, profileScope, share } from '../../workload-fields.ts';
import { storedGb } from '../documents.ts';
import type { StoreCost, StoreUse } from '../store-cost.ts';
import { data } from '../store-lines.ts';

const AGENTIC_SHARE = 0;

/** Of AWS's own example (Bedrock pricing page, July 2026); the least iterations that a request may ask for are two as well. */
const RETRIEVES_PER_AGENTIC_RETRIEVE = 2;

const schema = z.strictObject({
  kind: z.literal('managed'),
  indexGb: atLeastZero,
  retrievesPerMonth: atLeastZero.optional().describe('absent: one a request'),
  agenticShare: share.optional().describe('share of retrieves that are agentic'),
  retrievesPerAgenticRetrieve: atLeastZero
    .optional()
    .describe('retrieves that one agentic retrieve makes, each billed beside it; absent: 2'),
  agenticModel: z
    .strictObject({
      modelId,
      profileScope: profileScope.optional(),
      callsPerRetrieve: positive.describe('plans, judgements of what was found, and the answer if it writes one'),
      inputTokensPerCall: atLeastZero,
      outputTokensPerCall: atLeastZero,
    })
    .optional()
    .describe('a model of your own that plans agentic retrieves; absent: the managed one, taken to be in their price'),
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
  assumption: 'the share of retrieves that is agentic; the managed model that plans them is taken to be in the price',
  formula: 'retrievesPerMonth × agenticShare',
});
const MANAGED_WITHIN_AGENTIC = data({
  kind: 'usage',
  name: 'Managed knowledge base retrieves (within agentic ones)',
  unit: '1K requests',
  assumption: 'each agentic retrieve makes several, billed beside it: 2 unless given, as in the example of AWS',
  formula: 'retrievesPerMonth × agenticShare × retrievesPerAgenticRetrieve',
});
const MODEL = 'vectorStore.agenticModel';
const PLANNING = {
  input: planningSpec('Agentic retrieval input tokens', 'inputTokensPerCall'),
  output: planningSpec('Agentic retrieval output tokens', 'outputTokensPerCall'),
};

function planningSpec(name: string, tokens: 'inputTokensPerCall' | 'outputTokensPerCall'): LineSpec {
  return data({
    kind: 'usage',
    name,
    unit: '1M tokens',
    assumption: 'all calls of the given model, on demand; prompts of average length',
    formula: `retrievesPerMonth × agenticShare × ${MODEL}.callsPerRetrieve × ${MODEL}.${tokens}`,
  });
}

function addLines({ sheet, store, requestsPerMonth }: StoreUse<Store>): void {
  addLine(sheet, MANAGED_INDEX, 'managed-kb/index', store.indexGb);
  const retrieves = needed(sheet, 'data', store.retrievesPerMonth ?? requestsPerMonth, 'requestsPerMonth');
  if (retrieves === undefined) return;
  const agentic = store.agenticShare ?? AGENTIC_SHARE;
  addLine(sheet, MANAGED_RETRIEVE, 'managed-kb/retrieve', retrieves * (1 - agentic));
  addLine(sheet, MANAGED_AGENTIC, 'managed-kb/agentic-retrieve', retrieves * agentic);
  const within = store.retrievesPerAgenticRetrieve ?? RETRIEVES_PER_AGENTIC_RETRIEVE;
  addLine(sheet, MANAGED_WITHIN_AGENTIC, 'managed-kb/retrieve', retrieves * agentic * within);
  if (store.agenticModel !== undefined) addPlanning(sheet, store.agenticModel, retrieves * agentic);
}

function addPlanning(sheet: LineSheet, model: NonNullable<Store['agenticModel']>, agenticRetrieves: number): void {
  const { modelId, profileScope, callsPerRetrieve, inputTokensPerCall, outputTokensPerCall } = model;
  const band = notedBand(sheet, modelId, inputTokensPerCall);
  const scope = profileScope === 'global' ? 'global' : 'regional';
  const { input, output } = tokenPriceIds({ modelId, scope, tier: 'standard', band });
  const calls = agenticRetrieves * callsPerRetrieve;
  addLine(sheet, bandSpec(PLANNING.input, band), input, calls * inputTokensPerCall);
  addLine(sheet, bandSpec(PLANNING.output, band), output, calls * outputTokensPerCall);
}

/** The knowledge base that AWS runs itself, its index by the GB: parsing, embedding and reranking are included. */
export const MANAGED = {
  schema,
  billsByHour: false,
  readsDocuments: true,
  secrets: [],
  addLines,
  fieldNames: {
    agenticShare: { field: 'vectorStore.agenticShare', absent: AGENTIC_SHARE },
    retrievesPerAgenticRetrieve: {
      field: 'vectorStore.retrievesPerAgenticRetrieve',
      absent: RETRIEVES_PER_AGENTIC_RETRIEVE,
    },
  },
  derivedNames: { retrievesPerMonth: or('vectorStore.retrievesPerMonth', 'requestsPerMonth') },
  levers: {
    'managed-knowledge-base': ({ rag, store }) => {
      const indexGb = store.kind === 'managed' ? undefined : storedGb(rag, store);
      return indexGb === undefined ? undefined : { moveTo: { kind: 'managed', indexGb } };
    },
  },
} as const satisfies StoreCost<Store>;
