import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  SCOPE_KEYS,
  parseScope,
  requireAccount,
  type ScopeKey,
  type ScopeOverrides,
} from '../../lib/deployment/scope.ts';
import { UserError } from '../../lib/errors/user-error.ts';

const SCOPE = { project: 'mine', environment: 'prod', region: 'eu-west-1', account: '123456789012' };

const parse = (text: string, overrides: ScopeOverrides = {}, keys: readonly ScopeKey[] = SCOPE_KEYS) =>
  parseScope(keys, overrides, { file: 'FILE', readText: () => text, instead: (key) => `--${key} X` });

const messageOf = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    if (error instanceof UserError) return error.message;
    throw error;
  }
  throw new Error('nothing was refused');
};

test('the four keys are read, and whatever stands beside them does not matter', () => {
  const others = fc.dictionary(
    fc.string().filter((key) => !(key in SCOPE) && key !== '__proto__'),
    fc.jsonValue(),
  );
  fc.assert(
    fc.property(others, (rest) => {
      expect(parse(JSON.stringify({ ...rest, ...SCOPE }))).toEqual(SCOPE);
    }),
  );
});

test('of any text either the four keys are read or a person is told what to mend', () => {
  const texts = fc.oneof(
    fc.string(),
    fc.json(),
    fc.record({ region: fc.jsonValue() }).map((value) => JSON.stringify(value)),
  );
  fc.assert(
    fc.property(texts, (text) => {
      const message = messageOf(() => parse(text));
      expect(message).toContain('FILE');
      expect(message).toMatch(/--project X --environment X/);
      expect(message).not.toMatch(/[\u0000-\u0009\u000B-\u001F\u007F-\u009F]/);
    }),
  );
});

test('the account may be left out', () => {
  const { account, ...rest } = SCOPE;
  expect(account).toBeDefined();
  expect(parse(JSON.stringify(rest)).account).toBeUndefined();
});

test('a byte order mark at the beginning of the file is passed over', () => {
  expect(parse(`\uFEFF${JSON.stringify(SCOPE)}`)).toEqual(SCOPE);
});

test('an override wins over its key alone', () => {
  expect(parse(JSON.stringify(SCOPE), { region: 'us-east-1' })).toEqual({ ...SCOPE, region: 'us-east-1' });
  expect(parse(JSON.stringify({ ...SCOPE, region: 5 }), { region: 'us-east-1' }).region).toBe('us-east-1');
});

test('the file is not read where every key but the account is overridden', () => {
  const { account, ...required } = SCOPE;
  const never = (): string => {
    throw new Error('it was read');
  };
  const read = (overrides: ScopeOverrides, keys: readonly ScopeKey[] = SCOPE_KEYS) =>
    parseScope(keys, overrides, { file: 'FILE', readText: never, instead: String });
  expect(read(required)).toEqual(required);
  expect(read(SCOPE)).toEqual({ ...required, account });
  expect(read({ region: 'us-east-1' }, ['region'])).toEqual({ region: 'us-east-1' });
  expect(() => read({ project: 'mine', environment: 'prod' })).toThrow('it was read');
});

test('only the keys that are asked for are read', () => {
  expect(parse('{"region":"us-east-1","project":5}', {}, ['region'])).toEqual({ region: 'us-east-1' });
});

describe('a refusal names the file, the key, the value, what is allowed, and what to say instead', () => {
  test.each<[string, string, ScopeOverrides, string]>([
    [
      'a wrong key',
      JSON.stringify({ ...SCOPE, region: 'Frankfurt', account: 12 }),
      {},
      'FILE does not say which deployment is meant:\n  region: must be a Region such as us-east-1, got "Frankfurt"\n  account: must be a string, got 12\nMend it, or say it with: --region X --account X',
    ],
    [
      'a missing key',
      '{"project":"mine","region":"us-east-1"}',
      {},
      'FILE does not say which deployment is meant:\n  environment: must be a string, got nothing\nMend it, or say it with: --environment X',
    ],
    [
      'a text that is no JSON',
      '{',
      { environment: 'prod' },
      "FILE is not JSON: Expected property name or '}' in JSON at position 1. Mend it, or name the deployment without it: --project X --region X [--account X]",
    ],
    [
      'an empty text',
      ' \n',
      { ...SCOPE, account: undefined, region: undefined },
      'FILE is empty. Mend it, or name the deployment without it: --region X [--account X]',
    ],
    [
      'a list',
      '["mine"]',
      {},
      'FILE must hold one JSON object, got ["mine"]. Mend it, or name the deployment without it: --project X --environment X --region X [--account X]',
    ],
    [
      'a key that is there twice',
      '{"region":"us-east-1","a":1,"a":2,"reg\\u0069on":"us-west-2"}',
      {},
      'FILE has the key "reg\\u0069on" twice. Mend it, or name the deployment without it: --project X --environment X --region X [--account X]',
    ],
    [
      'a wrong override',
      '{}',
      { project: 'A B', account: '' },
      'these values cannot name a deployment:\n  project: must be words of lower-case letters and digits with one hyphen between them, the first character a letter, got "A B"\n  account: must be 12 digits, got ""',
    ],
  ])('%s', (_, text, overrides, message) => {
    expect(messageOf(() => parse(text, overrides)).replace(/ \(line \d+ column \d+\)/, '')).toBe(message);
  });

  test('a key of a section may be there twice: it says nothing about the deployment', () => {
    expect(parse(JSON.stringify(SCOPE).replace(/\}$/, ',"rag":{"region":1,"region":2}}'))).toEqual(SCOPE);
  });
});

test('credentials of another account are refused, and of any where none is named', () => {
  expect(() => requireAccount('123456789012', SCOPE)).not.toThrow();
  expect(() => requireAccount('999999999999', {})).not.toThrow();
  for (const other of ['999999999999', undefined]) {
    expect(messageOf(() => requireAccount(other, SCOPE))).toContain(
      `are those of account ${other ?? 'unknown'}, but the deployment is in account 123456789012`,
    );
  }
});
