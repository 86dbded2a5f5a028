import { expect, test } from '@jest/globals';
import { z } from 'zod';
import { inherit, inheriting } from '../../lib/config/answering.ts';

test('a setting of another path may be left out, keeps its limits, and says that it is then that of promptOnly', () => {
  const fields = inheriting({
    maxTokens: z.int().min(1).default(512).describe('Longest answer. Default: 512.'),
    prompt: z.string().describe('Prompt and version.'),
    topP: z.number().optional().describe("Nucleus sampling. Default: the model's own."),
  });
  const schema = z.strictObject(fields);
  expect(schema.parse({})).toEqual({});
  expect(schema.safeParse({ maxTokens: 0 }).success).toBe(false);
  expect(z.toJSONSchema(schema, { io: 'input' }).properties).toMatchObject({
    maxTokens: { description: 'Longest answer. Default: that of promptOnly.', minimum: 1 },
    prompt: { description: 'Prompt and version. Default: that of promptOnly.' },
    topP: { description: 'Nucleus sampling. Default: that of promptOnly.' },
  });
});

test('what is written wins over what is inherited, also where it is false or zero', () => {
  expect(inherit({ a: 1, b: true, c: 'x' }, { a: 0, b: false, c: undefined })).toEqual({ a: 0, b: false, c: 'x' });
});
