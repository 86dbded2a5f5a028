import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { jsonEntries } from '../../../lib/aws/prices/json-entries.ts';

// eslint-disable-next-line @typescript-eslint/require-await -- a stream that has everything at once
async function* pieces(text: string, size: number): AsyncGenerator<string> {
  for (let at = 0; at < text.length; at += size) yield text.slice(at, at + size);
}

async function read(text: string, wanted: readonly (readonly string[])[], size = 64): Promise<[string, unknown][]> {
  const found: [string, unknown][] = [];
  for await (const entry of jsonEntries(pieces(text, size), wanted)) {
    found.push([entry.path.join('/'), JSON.parse(entry.text)]);
  }
  return found;
}

const DOCUMENT = JSON.stringify(
  {
    offerCode: 'AmazonBedrock',
    count: 12.5,
    products: { A: { text: 'a "quoted" \\ brace } and [', list: [1, { deep: null }], none: {} }, 'B"b': { empty: [] } },
    terms: { OnDemand: { A: { t: [[true]] } }, Reserved: { A: { products: { X: 1 } } } },
  },
  null,
  1,
);

test.each([1, 2, 3, 7, 1000])('finds the wanted values however the text is cut into pieces (of %d)', async (size) => {
  const found = await read(DOCUMENT, [['offerCode'], ['count'], ['products', '*'], ['terms', 'OnDemand', '*']], size);
  expect(found).toEqual([
    ['offerCode', 'AmazonBedrock'],
    ['count', 12.5],
    ['products/A', { text: 'a "quoted" \\ brace } and [', list: [1, { deep: null }], none: {} }],
    ['products/B"b', { empty: [] }],
    ['terms/OnDemand/A', { t: [[true]] }],
  ]);
});

test('a text that is cut off anywhere is refused, whatever was read before', async () => {
  for (let length = 0; length < DOCUMENT.length; length++) {
    await expect(read(DOCUMENT.slice(0, length), [['products', '*']])).rejects.toThrow();
  }
});

test.each([
  ['nothing', '', 'it is empty'],
  ['a page of HTML', '<html><body>Forbidden</body></html>', "it is not JSON at '<html>"],
  ['a list', '[1, 2]', 'expected one JSON object'],
  ['two objects', '{"a": 1} {"b": 2}', 'expected one JSON object'],
  ['brackets that do not match', '{"a": [1}', "'}' closes nothing"],
  ['zeros after the object', '{"a": 1}\u0000\u0000', 'it is not JSON'],
])('%s is refused', async (_, text, message) => {
  await expect(read(text, [['a']])).rejects.toThrow(message);
});

test('reads what JSON.parse reads, for any object', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.dictionary(fc.string(), fc.jsonValue()),
      fc.integer({ min: 1, max: 20 }),
      async (object, size) => {
        const found = await read(JSON.stringify({ products: object }), [['products', '*']], size);
        expect(found.map(([, value]) => value)).toEqual(Object.values(JSON.parse(JSON.stringify(object)) as object));
      },
    ),
    { numRuns: 60 },
  );
});
