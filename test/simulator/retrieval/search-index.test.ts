import { expect, test } from '@jest/globals';
import { createSearchIndex, type StoredChunk } from '../../../lib/simulator/retrieval/search-index.ts';

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
