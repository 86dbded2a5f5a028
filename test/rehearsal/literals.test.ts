import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { decodeLiterals, encodeLiterals } from '../../lib/rehearsal/literals.ts';

/** What CloudFormation does to the properties of a custom resource. */
function stringified(value: unknown): unknown {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (Array.isArray(value)) return value.map(stringified);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, stringified(item)]));
}

const leaf = fc.oneof(
  fc.string(),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0),
  fc.boolean(),
  fc.string().map((text) => `json:${text}`),
);
const name = fc
  .string({ minLength: 1 })
  .filter((key) => key !== 'Ref' && !key.startsWith('Fn::') && key !== '__proto__');
const { properties } = fc.letrec((tie) => ({
  properties: fc.oneof({ maxDepth: 4 }, leaf, fc.array(tie('properties')), fc.dictionary(name, tie('properties'))),
}));

test('properties come through CloudFormation as they were, numbers and booleans too', () => {
  fc.assert(
    fc.property(properties, (value) => {
      expect(decodeLiterals(stringified(encodeLiterals(value)))).toEqual(value);
    }),
  );
});

test('the arguments of an intrinsic function stay as they are', () => {
  const value = { Name: { 'Fn::Select': [0, { 'Fn::Split': ['-', { Ref: 'AWS::StackId' }] }] }, Size: 3 };
  expect(encodeLiterals(value)).toEqual({ ...value, Size: 'json:3' });
});
