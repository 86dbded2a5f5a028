import { expect, test } from '@jest/globals';
import { searchPrices } from '../../lib/meters/price-search.ts';
import { MODEL } from '../support/example-config.ts';

const CATALOGUE = {
  models: {
    'acme.listed-v1:0': { ...MODEL, priceList: { naming: 'mantle' as const, name: 'acme.listed' } },
    'acme.unnamed-v1:0': MODEL,
  },
};

test.each(['ended', 'preview', 'limited', 'one-source'] as const)(
  'of a model that is known by name only the reason is told, found in the list or not: %s',
  (reason) => {
    const entry = { name: 'Acme Old', kind: 'text' as const, reason, sources: MODEL.sources };
    const named = {
      'acme.old-v1:0': {
        ...entry,
        endOfLife: '2026-01-01',
        priceList: { naming: 'mantle' as const, name: 'acme.old' },
      },
      'acme.older-v1:0': { ...entry, endOfLife: null },
    };
    const ids = ['acme.old-v1:0/input', 'acme.older-v1:0/input', 'acme.old-v1:0/rerank'];
    expect(searchPrices({ ...CATALOGUE, named }, ids)).toEqual([
      { reason: `named-${reason}`, model: 'acme.old-v1:0', endOfLife: '2026-01-01', ids: [ids[0], ids[2]] },
      { reason: `named-${reason}`, model: 'acme.older-v1:0', endOfLife: undefined, ids: [ids[1]] },
    ]);
  },
);

test('nobody is asked to add a price that there may not be', () => {
  const ids = ['acme.unnamed-v1:0/custom-input/batch', 'acme.listed-v1:0/input', 'acme.unnamed-v1:0/input'];
  expect(searchPrices(CATALOGUE, ids, ids.slice(0, 2))).toEqual([
    // a refresh tells whether there is one
    { reason: 'listed', ids: ['acme.listed-v1:0/input'] },
    { reason: 'unnamed-model', model: 'acme.unnamed-v1:0', ids: ['acme.unnamed-v1:0/input'] },
  ]);
});

test('each id is sorted by what can find its price', () => {
  const ids = [
    'acme.listed-v1:0/input',
    'acme.unnamed-v1:0/input',
    'acme.listed-v1:0/cache-read/global',
    'acme.listed-v1:0/rerank',
    'acme.unnamed-v1:0/output',
    'acme.listd-v1:0/input',
    'else.other-v1:0/input',
    'lambda/request',
    's3-vectors/query',
  ];
  expect(searchPrices(CATALOGUE, ids)).toEqual([
    { reason: 'listed', ids: ['acme.listed-v1:0/input', 'acme.listed-v1:0/cache-read/global', 'lambda/request'] },
    {
      reason: 'unnamed-model',
      model: 'acme.unnamed-v1:0',
      ids: ['acme.unnamed-v1:0/input', 'acme.unnamed-v1:0/output'],
    },
    { reason: 'by-hand', ids: ['acme.listed-v1:0/rerank', 's3-vectors/query'] },
    {
      reason: 'unknown-model',
      model: 'acme.listd-v1:0',
      meant: 'acme.listed-v1:0',
      ids: ['acme.listd-v1:0/input'],
    },
    { reason: 'unknown-model', model: 'else.other-v1:0', meant: undefined, ids: ['else.other-v1:0/input'] },
  ]);
});
