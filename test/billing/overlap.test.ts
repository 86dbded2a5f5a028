import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { resolveOverlaps, type Candidate, type OverlapOption, type SharedLines } from '../../lib/billing/overlap.ts';

const file = (name: string, rows: number, over: Partial<Candidate> = {}): Candidate => ({
  name,
  rows,
  versionTime: null,
  monthFolder: null,
  isVersion: false,
  manifest: null,
  modifiedMs: 0,
  ...over,
});

const lines = (rows: number, over: Partial<SharedLines> = {}): SharedLines => ({
  rows,
  wholeRows: rows,
  ownRows: 0,
  numberedRows: 0,
  usd: rows,
  atStakeUsd: rows,
  comparable: true,
  ...over,
});

function decide(first: Candidate, second: Candidate, shared: SharedLines | undefined, option?: OverlapOption): string {
  const { kept, leftOut } = resolveOverlaps([first, second], () => shared, option);
  const names = kept.map(({ name }) => name).sort();
  return [names.join(' + '), ...leftOut.map((each) => `${each.candidate.name} out by ${each.because}`)].join(', ');
}

const A = file('a', 3);
const B = file('b', 10);

test.each<[string, Candidate, Candidate, SharedLines | undefined, string]>([
  ['no line in common: parts', A, B, undefined, 'a + b'],
  ['lines in common that cost nothing: parts, the money is the same', A, B, lines(3, { atStakeUsd: 0 }), 'a + b'],
  ['all lines of a part, each of a resource: a copy', A, B, lines(3, { ownRows: 3 }), 'b, a out by rows'],
  ['all lines of a part, each with its number: a copy', A, B, lines(3, { numberedRows: 3 }), 'b, a out by rows'],
  ['all lines of a part, most of a resource: a copy', A, B, lines(3, { ownRows: 2 }), 'b, a out by rows'],
  [
    'equal files that cost nothing: a copy, for their quantities',
    file('a', 3),
    file('b', 3),
    lines(3, { atStakeUsd: 0 }),
    'a, b out by rows',
  ],
  ['all lines of both: a copy', file('a', 3), file('b', 3), lines(3), 'a, b out by rows'],
  [
    'all lines of both, of which the newer counts',
    file('a', 3, { modifiedMs: 1 }),
    file('b', 3, { modifiedMs: 2 }),
    lines(3),
    'b, a out by rows',
  ],
])('%s', (_, first, second, shared, decision) => {
  expect(decide(first, second, shared)).toBe(decision);
});

test.each<[string, Candidate, Candidate, SharedLines]>([
  ['lines that nothing identifies can be equal by chance', A, B, lines(3)],
  ['one line of a resource proves nothing of the others', A, B, lines(3, { ownRows: 1 })],
  ['some lines and not the rest', A, B, lines(2, { ownRows: 2 })],
  ['lines of a resource that differ in another column', A, B, lines(3, { wholeRows: 0 })],
  [
    'equal files whose lines have numbers of their own, or no time',
    file('a', 3),
    file('b', 3),
    lines(3, { comparable: false }),
  ],
  ['equal money, and another column differs', file('a', 3), file('b', 3), lines(3, { wholeRows: 0 })],
])('%s: refused with both names and the option', (_, first, second, shared) => {
  expect(() => decide(first, second, shared)).toThrow(
    `these files are neither surely parts of one export nor surely copies:
  b (${second.rows} lines) and the newer a (${first.rows} lines) have ${shared.rows} in common, $${shared.rows}.00
Say '--overlap parts' to count all of them, or '--overlap copies' to count of two only the newer.`,
  );
  expect(decide(first, second, shared, 'parts')).toBe('a + b');
});

test('of two that the lines do not decide, --overlap copies counts the newer by the name of its folder, else by its time', () => {
  const named = file('named', 3, { versionTime: '20260806T010203Z', modifiedMs: 9e15 / 10_000 });
  const older = file('older', 3, { versionTime: '20260805T010203Z', modifiedMs: 9e15 / 1_000 });
  expect(decide(older, named, lines(1), 'copies')).toBe('named, older out by option');
  const [first, second] = [file('first', 3, { modifiedMs: 1 }), file('second', 3, { modifiedMs: 2 })];
  expect(decide(first, second, lines(1), 'copies')).toBe('second, first out by option');
  expect(() => decide(file('x', 3), file('y', 3), lines(1), 'copies')).toThrow(
    "'--overlap copies' counts the newer of two files, and x and y are of the same time: remove one of them",
  );
});

test('what is left out is replaced by what is counted, through a chain of ever larger files', () => {
  const chain = [file('small', 1), file('middle', 2), file('large', 3)];
  const shared = (first: Candidate, second: Candidate) => lines(Math.min(first.rows, second.rows), { ownRows: 9 });
  const { kept, leftOut } = resolveOverlaps(chain, shared, undefined);
  expect(kept.map(({ name }) => name)).toEqual(['large']);
  expect(leftOut.map(({ candidate, keptInstead }) => [candidate.name, keptInstead.name])).toEqual([
    ['middle', 'large'],
    ['small', 'large'],
  ]);
});

test('every file counts or is left out for one that counts, whatever they share', () => {
  const shared = fc.record({
    rows: fc.integer({ min: 1, max: 4 }),
    ownRows: fc.integer({ min: 0, max: 4 }),
    comparable: fc.boolean(),
    atStakeUsd: fc.constantFrom(0, 1),
  });
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 6 }),
      fc.array(fc.option(shared, { nil: undefined }), { minLength: 36, maxLength: 36 }),
      fc.constantFrom<OverlapOption | undefined>('parts', 'copies', undefined),
      (sizes, table, option) => {
        const files = sizes.map((rows, index) => ({ ...file(`f${index}`, rows, { modifiedMs: index + 1 }), index }));
        const sharedBy = (a: (typeof files)[number], b: (typeof files)[number]) => {
          const found = table[Math.min(a.index, b.index) * 6 + Math.max(a.index, b.index)];
          return found === undefined ? undefined : lines(Math.min(found.rows, a.rows, b.rows), found);
        };
        let resolution;
        try {
          resolution = resolveOverlaps(files, sharedBy, option);
        } catch (error) {
          expect(option).toBeUndefined();
          expect(String(error)).toContain('--overlap parts');
          return;
        }
        const { kept, leftOut } = resolution;
        expect([...kept, ...leftOut.map(({ candidate }) => candidate)].map(({ name }) => name).sort()).toEqual(
          files.map(({ name }) => name),
        );
        for (const { candidate, keptInstead, because } of leftOut) {
          // one left out by rows may be replaced by one that an option leaves out; its own replacement counts
          if (because === 'option') expect(kept).toContain(keptInstead);
          expect(sharedBy(candidate, keptInstead)).toBeDefined();
        }
        if (option === 'parts') expect(kept).toHaveLength(files.length);
      },
    ),
  );
});

test.each<[string, Partial<Candidate>, Partial<Candidate>]>([
  ['two versions of which none is known to be the later', { isVersion: true }, { isVersion: true }],
  ['a version, and a file beside the folders of versions', { isVersion: true }, {}],
  ['a file that the manifest beside it does not name', { manifest: 'x-Manifest.json' }, {}],
])('%s: refused although they share no line', (_, first, second) => {
  const place = { monthFolder: 'BILLING_PERIOD=2026-08' };
  const [one, other] = [file('a', 3, { ...place, ...first }), file('b', 3, { ...place, ...second })];
  expect(() => decide(one, other, undefined)).toThrow("Say '--overlap parts'");
  expect(decide(one, other, undefined, 'parts')).toBe('a + b');
  // in another month's folder they are another month's
  expect(decide(one, { ...other, monthFolder: 'BILLING_PERIOD=2026-09' }, undefined)).toBe('a + b');
});
