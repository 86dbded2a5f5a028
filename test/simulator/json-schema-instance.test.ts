import { expect, test } from '@jest/globals';
import { schemaInstance } from '../../lib/simulator/json-schema-instance.ts';
import { seededRandom } from '../../lib/simulator/random.ts';

const of = (schema: unknown): unknown => schemaInstance(schema, { random: seededRandom('test'), answer: 'the answer' });

test.each<[string, unknown, unknown]>([
  ['a constant', { const: 7 }, 7],
  ['an enumeration of one', { enum: ['a'] }, 'a'],
  ['a nullable text', { type: ['null', 'string'] }, 'simulated'],
  ['a number without bounds', { type: 'number' }, 0],
  ['a minimum', { type: 'integer', minimum: 5 }, 5],
  ['an exclusive minimum', { type: 'integer', exclusiveMinimum: 5 }, 6],
  ['exclusive bounds', { type: 'number', exclusiveMinimum: 2, exclusiveMaximum: 3 }, 2.5],
  ['a multiple', { type: 'integer', minimum: 5, multipleOf: 4 }, 8],
  ['a range below zero', { type: 'integer', maximum: -3 }, -3],
  ['a date', { type: 'string', format: 'date' }, '2026-01-31'],
  ['lengths', { type: 'string', minLength: 12, maxLength: 12 }, 'simulated...'],
  ['a short text', { type: 'string', maxLength: 3 }, 'sim'],
  ['a list', { type: 'array', items: { const: 1 }, minItems: 3 }, [1, 1, 1]],
  ['a list of at most none', { type: 'array', items: { const: 1 }, maxItems: 0 }, []],
  ['nothing', { type: 'null' }, null],
  ['no type but properties', { properties: { a: { const: 1 } } }, { a: 1 }],
  ['the first alternative', { anyOf: [{ const: 1 }, { const: 2 }] }, 1],
  ['all parts', { allOf: [{ properties: { a: { const: 1 } } }, { properties: { b: { const: 2 } } }] }, { a: 1, b: 2 }],
  ['a definition', { $ref: '#/$defs/x~1y', $defs: { 'x/y': { const: 3 } } }, 3],
  ['a required name without a schema', { type: 'object', required: ['a'] }, { a: 'simulated a' }],
  [
    'an answer by name',
    { properties: { summary: { type: 'string' }, sources: { type: 'array', items: { type: 'string' } } } },
    { summary: 'the answer', sources: ['simulated sources'] },
  ],
])('an instance of %s', (_, schema, expected) => {
  expect(of(schema)).toEqual(expected);
});

test('a boolean is a boolean', () => {
  expect(typeof of({ type: 'boolean' })).toBe('boolean');
});

test.each<[string, unknown, RegExp]>([
  ['a pattern', { type: 'string', pattern: '^a+$' }, /no texts for a pattern/],
  [
    'a recursive schema',
    { $ref: '#/$defs/a', $defs: { a: { properties: { a: { $ref: '#/$defs/a' } } } } },
    /recursive/,
  ],
  ['bounds that nothing fits', { type: 'integer', minimum: 3, maximum: 2 }, /finds no number/],
  ['a reference to nothing', { $ref: '#/$defs/b' }, /which it does not hold/],
  ['a reference elsewhere', { $ref: 'https://example.com/a.json' }, /which it does not hold/],
  ['a list of unique items', { type: 'array', items: {}, minItems: 2, uniqueItems: true }, /unique items/],
  ['an unknown type', { type: 'date' }, /no value of the schema type "date"/],
  ['no schema', 'string', /must be an object/],
])('%s is refused rather than answered wrongly', (_, schema, message) => {
  expect(() => of(schema)).toThrow(message);
});
