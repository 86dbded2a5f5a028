import { expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { chunksOf, DEFAULT_CHUNKING, type SimulatedChunking } from '../../../lib/simulator/retrieval/chunking.ts';
import { createSearchIndex } from '../../../lib/simulator/retrieval/search-index.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');

interface Question {
  readonly question: string;
  readonly document: string;
  readonly quote: string;
}

/**
 * Share of every third question whose proof is in one of the first five chunks, over the documents that these are about. The
 * rehearsal reports it for all.
 */
function recall(chunking: SimulatedChunking): number {
  const questions = readFileSync(join(ROOT, 'config/datasets/cdk-questions.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Question)
    .filter((_, number) => number % 3 === 0);
  const index = createSearchIndex();
  for (const document of new Set(questions.map((question) => question.document))) {
    const text = readFileSync(join(ROOT, 'node_modules/aws-cdk-lib', document), 'utf8');
    index.add(
      chunksOf(text, chunking).map((part, number) => ({
        id: `${document}#${number}`,
        text: part.text,
        content: part.parent ?? part.text,
        uri: document,
        dataSourceId: 'one',
        metadata: {},
      })),
    );
  }
  const plain = (text: string): string => text.replace(/\s+/g, ' ');
  const proved = questions.filter(({ question, quote }) =>
    index
      .search(question, () => true)
      .slice(0, 5)
      .some((found) => plain(found.chunk.content).includes(plain(quote))),
  );
  return proved.length / questions.length;
}

test('the proof of nine questions in ten is found among real documents, and a broken chunker shows', () => {
  expect(recall(DEFAULT_CHUNKING)).toBeGreaterThan(0.9);
  expect(recall({ strategy: 'FIXED_SIZE', maxTokens: 30, overlapPercentage: 1 })).toBeLessThan(0.5);
});
