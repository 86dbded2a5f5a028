import { describe, expect, test } from '@jest/globals';
import type { ModelCatalogue } from '../../lib/catalogue/models.ts';
import { parseQuotas, quotaOf, quotasText, type Quotas } from '../../lib/cost/quotas.ts';
import { MODEL, MODEL_ID } from '../support/example-config.ts';

const FILE: Quotas = {
  account: '123456789012',
  region: 'us-east-1',
  date: '2026-11-30',
  quotas: {
    [MODEL_ID]: { geographic: { tokensPerMinute: 20_000, from: 'account' } },
    'acme.closed-v1:0': { global: { tokensPerMinute: 0, from: 'account' } },
  },
};

/** In the Region 100,000 by default (70,000 in us-east-1), through the profile `us` 400,000. */
const CATALOGUE: ModelCatalogue = {
  models: {
    [MODEL_ID]: {
      ...MODEL,
      inRegion: ['us-east-1', 'us-east-2'],
      profiles: { us: { from: ['us-east-1', 'us-west-2'], spans: ['us-east-1', 'us-west-2'] } },
      defaultQuotas: {
        'in-region': { tokensPerMinute: 100_000, except: { 'us-east-1': 70_000 } },
        geographic: { tokensPerMinute: 400_000 },
      },
    },
  },
};

const DEMAND = { modelId: MODEL_ID, scope: 'regional', meters: 'base', profileScope: 'us' } as const;

describe('a quota', () => {
  test("is the account's own, and where that is not in the file what AWS publishes", () => {
    expect(quotaOf(FILE, CATALOGUE, DEMAND, 'us-east-1')).toEqual({ tokensPerMinute: 20_000, from: 'account' });
    expect(quotaOf(undefined, CATALOGUE, DEMAND, 'us-east-1')).toEqual({ tokensPerMinute: 400_000, from: 'default' });
    const inRegion = { ...DEMAND, profileScope: 'in-region' };
    expect(quotaOf(FILE, CATALOGUE, inRegion, 'us-east-1')).toEqual({ tokensPerMinute: 70_000, from: 'default' });
    expect(quotaOf(undefined, CATALOGUE, inRegion, 'us-east-2')).toEqual({ tokensPerMinute: 100_000, from: 'default' });
  });

  test('of nothing is a quota, not an unknown one', () => {
    const closed = { ...DEMAND, modelId: 'acme.closed-v1:0', scope: 'global', profileScope: 'global' } as const;
    expect(quotaOf(FILE, CATALOGUE, closed, 'us-east-1')).toEqual({ tokensPerMinute: 0, from: 'account' });
  });

  test('that nobody names is not known', () => {
    const global = { ...DEMAND, scope: 'global', profileScope: 'global' } as const;
    expect(quotaOf(FILE, CATALOGUE, global, 'us-east-1')).toBeUndefined();
    expect(quotaOf(FILE, CATALOGUE, { ...DEMAND, modelId: 'acme.other-v1:0' }, 'us-east-1')).toBeUndefined();
    expect(quotaOf(FILE, CATALOGUE, { ...DEMAND, modelId: 'constructor' }, 'us-east-1')).toBeUndefined();
  });

  test('of a base model is none of a tuned one, whose deployment has its own', () => {
    expect(quotaOf(FILE, CATALOGUE, { ...DEMAND, meters: 'custom' }, 'us-east-1')).toBeUndefined();
  });

  test('is the lower one where it is not said how the model is called', () => {
    const unsaid = { ...DEMAND, profileScope: undefined };
    // in the Region 70,000, through the profile 20,000 of the account or 400,000
    expect(quotaOf(FILE, CATALOGUE, unsaid, 'us-east-1')).toEqual({ tokensPerMinute: 20_000, from: 'account' });
    expect(quotaOf(undefined, CATALOGUE, unsaid, 'us-east-1')).toEqual({ tokensPerMinute: 70_000, from: 'default' });
    // only the profile reaches us-west-2, and none reaches us-east-2
    expect(quotaOf(undefined, CATALOGUE, unsaid, 'us-west-2')?.tokensPerMinute).toBe(400_000);
    expect(quotaOf(undefined, CATALOGUE, unsaid, 'us-east-2')?.tokensPerMinute).toBe(100_000);
  });

  test('is not known where it is not said how the model is called and one of two is not', () => {
    const entry = { ...CATALOGUE.models[MODEL_ID], ...MODEL, inRegion: ['us-east-1'], defaultQuotas: {} };
    const { profiles = {} } = CATALOGUE.models[MODEL_ID] ?? {};
    const half = { models: { [MODEL_ID]: { ...entry, profiles } } };
    expect(quotaOf(FILE, half, { ...DEMAND, profileScope: undefined }, 'us-east-1')).toBeUndefined();
  });

  test('of another Region limits nothing here, and the command that writes the right one is named', () => {
    expect(() => quotaOf(FILE, CATALOGUE, DEMAND, 'us-west-2')).toThrow(
      "the quotas are those of account 123456789012 in us-east-1, not in us-west-2: write those with 'npx fmpaths doctor --save-quotas quotas-us-west-2.json --region us-west-2'",
    );
  });
});

describe('the file', () => {
  test('is written with a model a line, sorted, and read back as it was', () => {
    const text = quotasText(FILE);
    expect(text.split('\n')[5]).toBe(
      '    "acme.closed-v1:0": { "global": { "tokensPerMinute": 0, "from": "account" } },',
    );
    expect(parseQuotas(JSON.parse(text), 'F')).toEqual(FILE);
  });

  test("written by hand, a quota is the account's", () => {
    const quotas = { [MODEL_ID]: { global: { tokensPerMinute: 5 } } };
    expect(parseQuotas({ ...FILE, quotas }, 'F').quotas[MODEL_ID]?.global?.from).toBe('account');
  });

  test.each([
    ['no account', { account: '1234' }, 'account: must be an account id of 12 digits'],
    ['no Region', { region: 'mars' }, 'region: must be a Region such as us-east-1'],
    ['no day', { date: 'yesterday' }, 'date'],
    ['another scope', { quotas: { [MODEL_ID]: { us: { tokensPerMinute: 1 } } } }, 'us'],
    ['half a token', { quotas: { [MODEL_ID]: { global: { tokensPerMinute: 0.5 } } } }, 'tokensPerMinute'],
    ['less than nothing', { quotas: { [MODEL_ID]: { global: { tokensPerMinute: -1 } } } }, 'tokensPerMinute'],
    ['a profile prefix', { quotas: { [`us.${MODEL_ID}`]: {} } }, 'profileScope'],
    ['an unknown key', { regions: [] }, 'regions: unknown key; did you mean region?'],
  ])('is refused with %s, and the command that writes it is named', (_, changed, place) => {
    const parse = (): Quotas => parseQuotas({ ...FILE, ...changed }, 'q.json');
    expect(parse).toThrow(
      "q.json is not a valid file of quotas: delete it, and write one with 'npx fmpaths doctor --save-quotas quotas.json'",
    );
    expect(parse).toThrow(place);
  });
});
