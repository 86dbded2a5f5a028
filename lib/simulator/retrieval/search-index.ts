import MiniSearch from 'minisearch';

/** A chunk as a vector store keeps it. */
export interface StoredChunk {
  readonly id: string;
  /** What is searched. */
  readonly text: string;
  /** What is returned. */
  readonly content: string;
  readonly uri: string;
  readonly dataSourceId: string;
  readonly metadata: Readonly<Record<string, unknown>>;
}

export interface FoundChunk {
  readonly chunk: StoredChunk;
  /** From 0 to 1: how much of what the question asks for the chunk has. */
  readonly score: number;
}

/** The chunks of one vector index or table. */
export interface SearchIndex {
  readonly add: (chunks: readonly StoredChunk[]) => void;
  /** Removes the chunks of one document of a data source. */
  readonly removeDocument: (dataSourceId: string, uri: string) => void;
  readonly removeDataSource: (dataSourceId: string) => void;
  readonly search: (query: string, matches: (chunk: StoredChunk) => boolean) => FoundChunk[];
  readonly chunks: () => readonly StoredChunk[];
}

/** Words that say nothing of what a question is about. */
const STOP_WORDS = new Set(
  'a about all also am an and any are as at be because been but by can could did do does doing for from get had has have how i if in instead into is it its just know let like may me my no not of on once one only or other our out same should so some still such than that the their them then there these they this those through to too under until up use used using want was way we were what when where whether which while who whose why will with without would you your'.split(
    ' ',
  ),
);

/**
 * Ranks by words (BM25+), because no embedding model of Bedrock is public: real text, real questions and a real ranking, but not
 * the one that AWS would make.
 */
export function createSearchIndex(): SearchIndex {
  const chunks = new Map<string, StoredChunk>();
  const search = new MiniSearch<StoredChunk>({ fields: ['text'], tokenize: wordsOf, processTerm: stemOf });

  const remove = (matches: (chunk: StoredChunk) => boolean): void => {
    for (const chunk of [...chunks.values()].filter(matches)) {
      search.remove(chunk);
      chunks.delete(chunk.id);
    }
  };

  return {
    add: (added) => {
      for (const chunk of added) chunks.set(chunk.id, chunk);
      search.addAll(added);
    },
    removeDocument: (dataSourceId, uri) => remove((chunk) => chunk.dataSourceId === dataSourceId && chunk.uri === uri),
    removeDataSource: (dataSourceId) => remove((chunk) => chunk.dataSourceId === dataSourceId),
    search: (query, matches) => {
      const terms = new Set(wordsOf(query).flatMap((word) => stemOf(word) || []));
      const found = search.search(query, {
        filter: ({ id }) => {
          const chunk = chunks.get(String(id));
          return chunk !== undefined && matches(chunk);
        },
      });
      return found.flatMap(({ id, score, queryTerms }) => {
        const chunk = chunks.get(String(id));
        if (chunk === undefined) return [];
        return [{ chunk, score: relevance(score, queryTerms.length, terms.size) }];
      });
    },
    chunks: () => [...chunks.values()],
  };
}

const HALF = 12;

/** A score of BM25 has no upper end; a store's similarity has. Never above the share of the question's words that were found. */
function relevance(score: number, foundTerms: number, askedTerms: number): number {
  return (score / (score + HALF)) * Math.sqrt(foundTerms / Math.max(1, askedTerms));
}

/** Words, and the parts of words that are written together: `grantReadWrite` is found by `grant` too. */
function wordsOf(text: string): string[] {
  const words = text.match(/[\p{L}\p{N}_]+/gu) ?? [];
  return words.flatMap((word) => {
    const parts = word.split(/_|(?<=\p{Ll})(?=\p{Lu})/u).filter((part) => part !== '');
    return parts.length > 1 ? [word, ...parts] : [word];
  });
}

/** The singular in lower case; `null` for words that say nothing. */
function stemOf(word: string): string | null {
  const lower = word.toLowerCase();
  if (STOP_WORDS.has(lower)) return null;
  return lower.length > 3 && lower.endsWith('s') && !lower.endsWith('ss') ? lower.slice(0, -1) : lower;
}
