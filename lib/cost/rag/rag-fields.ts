import { z } from 'zod';
import { DEFAULTS } from '../defaults.ts';
import { atLeastZero, modelId, positive, wholePositive } from '../workload-fields.ts';

/** What the workload says of documents and retrieval, whatever the vector store. */
export const ragFields = {
  documents: z
    .strictObject({
      documents: atLeastZero,
      tokensPerDocument: positive,
      bytesPerDocument: atLeastZero.optional(),
      changedSharePerMonth: atLeastZero.optional().describe('share of the documents embedded anew in a month'),
    })
    .optional(),
  chunking: z
    .strictObject({ tokensPerChunk: positive, overlapTokens: atLeastZero.optional() })
    .refine(({ tokensPerChunk, overlapTokens = DEFAULTS.overlapTokens }) => overlapTokens < tokensPerChunk, {
      path: ['overlapTokens'],
      error: 'must be smaller than tokensPerChunk',
    })
    .optional(),
  embedding: z
    .strictObject({ modelId, dimensions: wholePositive, batch: z.boolean().optional() })
    .optional()
    .describe('a managed knowledge base needs none'),
  parsing: z
    .discriminatedUnion('kind', [
      z.strictObject({
        kind: z.literal('foundation-model'),
        modelId,
        pagesPerDocument: positive,
        inputTokensPerPage: atLeastZero,
        outputTokensPerPage: atLeastZero,
      }),
      z.strictObject({ kind: z.literal('data-automation'), pagesPerDocument: positive }),
    ])
    .optional(),
  retrieval: z
    .strictObject({
      chunksPerRequest: atLeastZero,
      contextTokensPerRequest: atLeastZero
        .optional()
        .describe('retrieved text as the model counts it; absent: the chunks by their own tokens'),
      rulesTokensPerRequest: atLeastZero
        .optional()
        .describe('what the path adds to the prompt by itself: how to answer from passages, and the marks around each'),
      queryTokensPerRequest: atLeastZero,
      rerank: z.strictObject({ modelId, candidatesPerRequest: positive }).optional(),
      structuredQueriesPerMonth: atLeastZero.optional(),
    })
    .optional(),
};

export type RagFields = Readonly<z.infer<z.ZodObject<typeof ragFields>>>;
