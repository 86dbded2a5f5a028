import { expect, test } from '@jest/globals';
import { TAG_KEYS, costTags } from '../../lib/deployment/tags.ts';

test('a tag record has all the keys of the contract, and the stack that owns the resource', () => {
  expect(
    costTags({
      path: 'rag',
      component: 'data',
      project: 'fmpaths',
      environment: 'dev',
      owner: 'arn:aws:cloudformation:us-east-1:111122223333:stack/fmpaths-dev-rag/1234',
    }),
  ).toEqual({
    'customization-path': 'rag',
    'cost-component': 'data',
    project: 'fmpaths',
    environment: 'dev',
    'fmpaths-owner': 'arn:aws:cloudformation:us-east-1:111122223333:stack/fmpaths-dev-rag/1234',
  });
});

test('every key is one that AWS accepts in a tag and that Bedrock accepts in API-created resources', () => {
  for (const key of Object.values(TAG_KEYS)) expect(key).toMatch(/^[a-zA-Z0-9\s._:/=+@-]{1,128}$/);
});
