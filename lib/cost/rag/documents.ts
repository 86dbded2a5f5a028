import { BYTES_PER_GB } from '../../units.ts';
import { DEFAULTS } from '../defaults.ts';
import type { RagFields } from './rag-fields.ts';

type Documents = NonNullable<RagFields['documents']>;
type Chunking = NonNullable<RagFields['chunking']>;

/** Chunks that a document of `tokens` is cut into when each repeats the last `overlapTokens` of the one before. */
function chunksPerDocument(
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

/** What the workload says of the size of a store. */
interface GivenSize {
  readonly vectors?: number | undefined;
  readonly storedGb?: number | undefined;
}

/** Vectors in the store: as given, or one for every chunk of every document. */
export function vectorCount({ documents, chunking }: RagFields, { vectors }: GivenSize): number | undefined {
  if (vectors !== undefined) return vectors;
  if (documents === undefined || chunking === undefined) return undefined;
  return documents.documents * chunksPerDocument(documents.tokensPerDocument, chunking);
}

/** What a store holds: as given, or four bytes a dimension and the text of the chunk for every vector. */
export function storedGb(rag: RagFields, given: GivenSize): number | undefined {
  if (given.storedGb !== undefined) return given.storedGb;
  const { documents, chunking, embedding } = rag;
  const vectors = vectorCount(rag, given);
  if (vectors === undefined || documents === undefined || chunking === undefined || embedding === undefined) {
    return undefined;
  }
  return (vectors * (4 * embedding.dimensions + textBytesPerVector(documents, chunking))) / BYTES_PER_GB;
}

/** Tokens of one piece that a reranker counts, the question included (Bedrock pricing page). */
export const RERANK_PIECE_TOKENS = 512;
