import { expect, test } from '@jest/globals';
import { z } from 'zod';
import { describeIssues } from '../../lib/json/schema-issues.ts';

const schema = z.strictObject({
  profileScope: z.enum(['global', 'in-region']).optional(),
  store: z
    .discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('s3-vectors') }),
      z.strictObject({ kind: z.literal('aurora-serverless-v2') }),
    ])
    .optional(),
});

test.each([
  [{ profileScope: 'globl' }, 'profileScope: must be one of global, in-region, got "globl"; did you mean global?'],
  [{ profileScope: 'moon' }, 'profileScope: must be one of global, in-region, got "moon"'],
  [{ profileScope: 5 }, 'profileScope: must be one of global, in-region, got 5'],
  [
    { store: { kind: 's3-vector' } },
    'store.kind: must be one of s3-vectors, aurora-serverless-v2, got "s3-vector"; did you mean s3-vectors?',
  ],
  [{ profileScop: 'global' }, 'profileScop: unknown key; did you mean profileScope?'],
])('%j: what was probably meant', (json, message) => {
  const { error } = schema.safeParse(json);
  expect(describeIssues(error?.issues ?? [], json, schema)).toBe(`  ${message}`);
});
