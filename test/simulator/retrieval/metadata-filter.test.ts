import { expect, test } from '@jest/globals';
import { constraints } from '../../../lib/simulator/constraints.ts';
import { readFilter } from '../../../lib/simulator/retrieval/metadata-filter.ts';

const METADATA = { team: 'storage', year: 2026, public: true, tags: ['s3', 'efs'] };

function matches(filter: unknown, insideText = true): boolean {
  const check = constraints();
  const compiled = readFilter(check, 'filter', filter, insideText);
  check.finish();
  return compiled(METADATA);
}

test.each<[unknown, boolean]>([
  [{ equals: { key: 'team', value: 'storage' } }, true],
  [{ equals: { key: 'team', value: 'compute' } }, false],
  [{ notEquals: { key: 'team', value: 'compute' } }, true],
  [{ greaterThan: { key: 'year', value: 2025 } }, true],
  [{ lessThanOrEquals: { key: 'year', value: 2025 } }, false],
  // texts have no order
  [{ greaterThan: { key: 'team', value: 'a' } }, false],
  [{ in: { key: 'year', value: [2025, 2026] } }, true],
  [{ notIn: { key: 'year', value: [2025, 2026] } }, false],
  [{ listContains: { key: 'tags', value: 'efs' } }, true],
  [{ startsWith: { key: 'team', value: 'stor' } }, true],
  [{ stringContains: { key: 'tags', value: 'ef' } }, true],
  [{ andAll: [{ equals: { key: 'public', value: true } }, { equals: { key: 'year', value: 2025 } }] }, false],
  [{ orAll: [{ equals: { key: 'public', value: false } }, { equals: { key: 'year', value: 2026 } }] }, true],
  // a key that nobody has matches nothing; that it is not a value holds
  [{ equals: { key: 'unknown', value: 'x' } }, false],
  [{ equals: { key: 'constructor', value: 'x' } }, false],
  [{ notEquals: { key: 'unknown', value: 'x' } }, true],
])('%j is %p', (filter, expected) => {
  expect(matches(filter)).toBe(expected);
});

test.each<[string, unknown, RegExp]>([
  ['two operators', { equals: {}, in: {} }, /exactly one member, got 2/],
  ['no operator', {}, /exactly one member, got 0/],
  ['an unknown operator', { like: { key: 'a', value: 'b' } }, /no operator 'like'/],
  ['one part', { andAll: [{ equals: { key: 'a', value: 1 } }] }, /greater than or equal to 2/],
  ['no key', { equals: { value: 1 } }, /equals.key' failed to satisfy constraint: Member must not be null/],
  ['no value', { equals: { key: 'a' } }, /equals.value'/],
])('a filter with %s is refused', (_, filter, message) => {
  expect(() => matches(filter)).toThrow(message);
});

test('a filter may nest, but not without end; a store that knows meaning only looks into no text', () => {
  const leaf = { equals: { key: 'year', value: 2026 } };
  const nested = { andAll: [{ orAll: [leaf, leaf] }, leaf] };
  expect(matches(nested)).toBe(true);
  expect(() => matches({ andAll: [nested, leaf] })).toThrow(/nested too deeply/);
  expect(() => matches({ startsWith: { key: 'team', value: 's' } }, false)).toThrow(/startsWith is not supported/);
});
