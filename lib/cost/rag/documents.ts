import { DEFAULTS } from '../defaults.ts';
import type { Rag } from '../workload.ts';

type Documents = NonNullable<Rag['documents']>;
type Chunking = NonNullable<Rag['chunking']>;

/** Chunks that a document of `tokens` is cut into when each repeats the last `overlapTokens` of the one before. */
export function chunksPerDocument(
  tokens: number,
  { tokensPerChunk, overlapTokens = DEFAULTS.overlapTokens }: Chunking,
): number {
  if (tokens <= tokensPerChunk) return 1;
  return Math.ceil((tokens - overlapTokens) / (tokensPerChunk - overlapTokens));
}

/** What embedding one document is billed for: its tokens, and the overlap once more for every chunk after the first. */
export function embeddedTokensPerDocument(tokens: number, chunking: Chunking): number {
  return tokens + (chunksPerDocument(tokens, chunking) - 1) * (chunking.overlapTokens ?? DEFAULTS.overlapTokens);
}

export function bytesPerDocument({ bytesPerDocument, tokensPerDocument }: Documents): number {
  return bytesPerDocument ?? tokensPerDocument * DEFAULTS.bytesPerToken;
}

/** Text that is stored beside one vector. */
export function textBytesPerVector(documents: Documents, chunking: Chunking): number {
  const { tokensPerDocument } = documents;
  const embedded = embeddedTokensPerDocument(tokensPerDocument, chunking);
  const bytesPerToken = bytesPerDocument(documents) / tokensPerDocument;
  return (embedded / chunksPerDocument(tokensPerDocument, chunking)) * bytesPerToken;
}
