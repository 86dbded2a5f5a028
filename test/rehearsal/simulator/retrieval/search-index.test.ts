import { expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { chunksOf, DEFAULT_CHUNKING, type Chunking } from '../../../../lib/rehearsal/simulator/retrieval/chunking.ts';
import { createSearchIndex, type StoredChunk } from '../../../../lib/rehearsal/simulator/retrieval/search-index.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..', '..');

const chunk = (id: string, text: string, rest: Partial<StoredChunk> = {}): StoredChunk => ({
  id,
  text,
  content: text,
  uri: `s3://documents/${id}`,
  dataSourceId: 'one',
  metadata: {},
  ...rest,
});

const all = () => true;

test('the chunk that has what is asked for comes first, and a score lies between 0 and 1', () => {
  const index = createSearchIndex();
  index.add([
    chunk('queue', 'A dead-letter queue keeps the messages that a consumer could not process.'),
    chunk('topic', 'A topic sends messages to all its subscribers.'),
    chunk('bucket', 'A bucket keeps objects.'),
  ]);
  const found = index.search('Where do messages go that a consumer cannot process?', all);
  expect(found.map((each) => each.chunk.id)).toEqual(['queue', 'topic']);
  for (const { score } of found) {
    expect(score).toBeGreaterThan(0);
    expect(score).toBeLessThan(1);
  }
  expect(index.search('penguins', all)).toEqual([]);
});

test('words written together are found by their parts, plurals by their singular', () => {
  const index = createSearchIndex();
  index.add([chunk('grants', 'Call grantReadWrite on the table.')]);
  expect(index.search('read', all)).toHaveLength(1);
  expect(index.search('tables', all)).toHaveLength(1);
});

test('chunks go with their document, and with their data source', () => {
  const index = createSearchIndex();
  index.add([
    chunk('a', 'alpha', { uri: 's3://documents/x' }),
    chunk('b', 'alpha', { uri: 's3://documents/y' }),
    chunk('c', 'alpha', { dataSourceId: 'two' }),
  ]);
  index.removeDocument('one', 's3://documents/x');
  expect(
    index
      .search('alpha', all)
      .map((found) => found.chunk.id)
      .sort(),
  ).toEqual(['b', 'c']);
  index.removeDataSource('one');
  expect(index.chunks().map(({ id }) => id)).toEqual(['c']);
});

test('a filter decides before the ranking', () => {
  const index = createSearchIndex();
  index.add([chunk('a', 'alpha', { metadata: { team: 'x' } }), chunk('b', 'alpha alpha')]);
  expect(index.search('alpha', ({ metadata }) => metadata['team'] === 'x').map((found) => found.chunk.id)).toEqual([
    'a',
  ]);
});

interface Question {
  readonly question: string;
  readonly document: string;
  readonly quote: string;
}

/**
 * Share of every third question whose proof is in one of the first five chunks, over the documents that these are about. The
 * rehearsal reports it for all.
 */
function recall(chunking: Chunking): number {
  const questions = readFileSync(join(ROOT, 'config/datasets/cdk-questions.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Question)
    .filter((_, number) => number % 3 === 0);
  const index = createSearchIndex();
  for (const document of new Set(questions.map((question) => question.document))) {
    const text = readFileSync(join(ROOT, 'node_modules/aws-cdk-lib', document), 'utf8');
    index.add(
      chunksOf(text, chunking).map((part, number) =>
        chunk(`${document}#${number}`, part.text, { content: part.parent ?? part.text }),
      ),
    );
  }
  const plain = (text: string): string => text.replace(/\s+/g, ' ');
  const proved = questions.filter(({ question, quote }) =>
    index
      .search(question, all)
      .slice(0, 5)
      .some((found) => plain(found.chunk.content).includes(plain(quote))),
  );
  return proved.length / questions.length;
}

test('the proof of nine questions in ten is found among real documents, and a broken chunker shows', () => {
  expect(recall(DEFAULT_CHUNKING)).toBeGreaterThan(0.9);
  expect(recall({ strategy: 'FIXED_SIZE', maxTokens: 30, overlapPercentage: 1 })).toBeLessThan(0.5);
});
