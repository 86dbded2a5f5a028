import { tokenize } from '../tokens.ts';

/** How a data source cuts documents, from the words of its `chunkingConfiguration`. */
export type SimulatedChunking =
  | { readonly strategy: 'NONE' }
  | { readonly strategy: 'FIXED_SIZE'; readonly maxTokens: number; readonly overlapPercentage: number }
  | {
      readonly strategy: 'HIERARCHICAL';
      readonly parentTokens: number;
      readonly childTokens: number;
      readonly overlapTokens: number;
    }
  | {
      readonly strategy: 'SEMANTIC';
      readonly maxTokens: number;
      /** Sentences on either side that are compared with it. */
      readonly bufferSize: number;
      readonly breakpointPercentile: number;
    };

/** What a data source without `chunkingConfiguration` does (Bedrock user guide, "How content chunking works"). */
export const DEFAULT_CHUNKING: SimulatedChunking = { strategy: 'FIXED_SIZE', maxTokens: 300, overlapPercentage: 20 };

export interface Chunk {
  /** What is embedded and searched. */
  readonly text: string;
  readonly tokens: number;
  /** What is returned in its place: the parent of a hierarchical chunk. @default its own text */
  readonly parent?: string;
}

/**
 * Cuts a document. Where exactly AWS cuts is not published: sizes and overlap are those of the configuration, in tokens as the
 * simulator counts them.
 */
export function chunksOf(text: string, chunking: SimulatedChunking): Chunk[] {
  if (text.trim() === '') return [];
  switch (chunking.strategy) {
    case 'NONE':
      return [{ text, tokens: tokenize(text).length }];
    case 'FIXED_SIZE': {
      const { maxTokens, overlapPercentage } = chunking;
      return windows(tokenize(text), maxTokens, Math.floor((maxTokens * overlapPercentage) / 100));
    }
    case 'HIERARCHICAL': {
      const { parentTokens, childTokens, overlapTokens } = chunking;
      return windows(tokenize(text), parentTokens, overlapTokens).flatMap((parent) =>
        windows(tokenize(parent.text), childTokens, overlapTokens).map((child) => ({ ...child, parent: parent.text })),
      );
    }
    case 'SEMANTIC':
      return semanticChunks(text, chunking);
  }
}

/** Runs of at most `size` tokens, each of which begins with the last `overlap` tokens of the one before. */
function windows(tokens: readonly string[], size: number, overlap: number): Chunk[] {
  const step = Math.max(1, size - overlap);
  const chunks: Chunk[] = [];
  for (let start = 0; ; start += step) {
    const part = tokens.slice(start, start + size);
    chunks.push({ text: part.join(''), tokens: part.length });
    if (start + size >= tokens.length) return chunks;
  }
}

const SENTENCE_END = /(?<=[.!?。！？])\s+|\n{2,}/u;

/** A sentence ends a chunk where it differs from the next more than the given share of all neighbours do. */
function semanticChunks(text: string, chunking: Extract<SimulatedChunking, { strategy: 'SEMANTIC' }>): Chunk[] {
  const { maxTokens, bufferSize, breakpointPercentile } = chunking;
  const sentences = text.split(SENTENCE_END).filter((sentence) => sentence.trim() !== '');
  const words = sentences.map((_, index) =>
    wordSet(sentences.slice(Math.max(0, index - bufferSize), index + bufferSize + 1).join(' ')),
  );
  const distances = words.slice(1).map((next, index) => 1 - overlapOf(words[index] ?? new Set(), next));
  const sorted = [...distances].sort((a, b) => a - b);
  const breakpoint = sorted[Math.floor((sorted.length * breakpointPercentile) / 100)] ?? 1;
  const chunks: Chunk[] = [];
  let open: string[] = [];
  const close = (): void => {
    if (open.length > 0) chunks.push({ text: open.join(''), tokens: open.length });
    open = [];
  };
  for (const [index, sentence] of sentences.entries()) {
    const tokens = tokenize(open.length === 0 ? sentence : ` ${sentence}`);
    if (open.length + tokens.length > maxTokens) close();
    if (tokens.length > maxTokens) chunks.push(...windows(tokens, maxTokens, 0));
    else open.push(...tokens);
    if ((distances[index] ?? 0) >= breakpoint) close();
  }
  close();
  return chunks;
}

function wordSet(text: string): Set<string> {
  return new Set(text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []);
}

/** Share of the words of either that both have. */
function overlapOf(one: ReadonlySet<string>, other: ReadonlySet<string>): number {
  const shared = [...one].filter((word) => other.has(word)).length;
  const all = one.size + other.size - shared;
  return all === 0 ? 1 : shared / all;
}
