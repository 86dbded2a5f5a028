import { expect, test } from '@jest/globals';
import { chunksOf } from '../../../lib/simulator/retrieval/chunking.ts';
import { countTokens } from '../../../lib/simulator/tokens.ts';

/** Ten tokens: each word with the space before it. */
const TEN = 'one two three four five six seven eight nine ten';

test('a fixed size is kept, and the next chunk begins with the overlap', () => {
  // 4 tokens a chunk, 25 % of them again: steps of 3 tokens
  expect(chunksOf(TEN, { strategy: 'FIXED_SIZE', maxTokens: 4, overlapPercentage: 25 })).toEqual([
    { text: 'one two three four', tokens: 4 },
    { text: ' four five six seven', tokens: 4 },
    { text: ' seven eight nine ten', tokens: 4 },
  ]);
});

test('a document that fits is one chunk, and without chunking every document is', () => {
  expect(chunksOf(TEN, { strategy: 'FIXED_SIZE', maxTokens: 10, overlapPercentage: 20 })).toHaveLength(1);
  expect(chunksOf(TEN, { strategy: 'NONE' })).toEqual([{ text: TEN, tokens: 10 }]);
});

test('hierarchical chunks are searched as children and returned as parents', () => {
  const chunks = chunksOf(TEN, { strategy: 'HIERARCHICAL', parentTokens: 6, childTokens: 3, overlapTokens: 1 });
  expect(chunks.map(({ text, parent }) => [text, parent])).toEqual([
    ['one two three', 'one two three four five six'],
    [' three four five', 'one two three four five six'],
    [' five six', 'one two three four five six'],
    [' six seven eight', ' six seven eight nine ten'],
    [' eight nine ten', ' six seven eight nine ten'],
  ]);
});

test('semantic chunks end between sentences that have little in common, and never grow too long', () => {
  const text = [
    'The queue keeps messages of the worker.',
    'The worker reads messages of the queue.',
    'Penguins swim under thick polar ice.',
    'Polar penguins swim in ice.',
  ].join(' ');
  const chunking = { strategy: 'SEMANTIC', maxTokens: 40, bufferSize: 0, breakpointPercentile: 80 } as const;
  const chunks = chunksOf(text, chunking);
  expect(chunks.map((chunk) => chunk.text.trim())).toEqual([
    'The queue keeps messages of the worker. The worker reads messages of the queue.',
    'Penguins swim under thick polar ice. Polar penguins swim in ice.',
  ]);
  for (const { tokens } of chunksOf(text, { ...chunking, maxTokens: 5 })) expect(tokens).toBeLessThanOrEqual(5);
});

test('no word of a document is lost, whatever cuts it', () => {
  for (const chunking of [
    { strategy: 'FIXED_SIZE', maxTokens: 7, overlapPercentage: 40 },
    { strategy: 'SEMANTIC', maxTokens: 7, bufferSize: 1, breakpointPercentile: 95 },
    { strategy: 'HIERARCHICAL', parentTokens: 8, childTokens: 3, overlapTokens: 2 },
  ] as const) {
    const all = chunksOf(TEN, chunking)
      .map(({ text }) => text)
      .join(' ');
    for (const word of TEN.split(' ')) expect(all).toContain(word);
  }
});

test('a chunk counts the tokens of its own text, and an empty document has none', () => {
  for (const { text, tokens } of chunksOf(TEN, { strategy: 'FIXED_SIZE', maxTokens: 4, overlapPercentage: 25 })) {
    expect(countTokens(text)).toBe(tokens);
  }
  expect(chunksOf(' \n ', { strategy: 'NONE' })).toEqual([]);
});
