import { describe, expect, test } from '@jest/globals';
import { DEPLOYED_STORES, STORE_FACTS } from '../../lib/catalogue/stores.ts';
import { STORES, STORE_LEVERS } from '../../lib/cost/rag/stores.ts';
import { componentOfResourceType, meterOfPrice } from '../../lib/meters/meters.ts';
import { PRICE_METERS } from '../support/catalogue.ts';

const PRICED = [...PRICE_METERS.keys()];

describe.each(DEPLOYED_STORES)('%s', (kind) => {
  const { billedType, prices, resourceTypes } = STORE_FACTS[kind];

  test('its resource is tagged as data, and is one of its CloudFormation types', () => {
    expect(componentOfResourceType(billedType)).toBe('data');
    expect(billedType.startsWith(resourceTypes)).toBe(true);
  });

  test('its prices are found in the AWS Price List, and each has a meter of data', () => {
    const own = PRICED.filter((id) => id.startsWith(prices));
    expect(own).not.toEqual([]);
    expect(own.filter((id) => meterOfPrice(id)?.component !== 'data')).toEqual([]);
  });
});

test('no two stores share a name, a type or the beginning of their prices', () => {
  for (const fact of ['shortName', 'storageType', 'storageMember', 'billedType', 'prices'] as const) {
    expect(new Set(DEPLOYED_STORES.map((kind) => STORE_FACTS[kind][fact])).size).toBe(DEPLOYED_STORES.length);
  }
});

test('the levers of every store are levers of the estimate', () => {
  const own = Object.values(STORES).flatMap(({ levers }) => Object.keys(levers ?? {}));
  expect(Object.keys(STORE_LEVERS).sort()).toEqual([...new Set(own)].sort());
});
