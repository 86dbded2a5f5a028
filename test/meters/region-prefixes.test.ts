import { expect, test } from '@jest/globals';
import { localUsageType, PRICED_REGIONS, regionPrefixes, usageTypesIn } from '../../lib/meters/region-prefixes.ts';

test.each([
  ['USE1-NovaLite-input-tokens', 'NovaLite-input-tokens'],
  ['EU-TimedStorage-ByteHrs', 'TimedStorage-ByteHrs'],
  ['EUW1-StateTransition', 'StateTransition'],
  ['APN1-MP:APN1_InputTokenCount-Units', 'MP:APN1_InputTokenCount-Units'],
  // Regions whose prices are not fetched
  ['APS4-SearchOCU', 'SearchOCU'],
  ['CAN2-Request-ARM', 'Request-ARM'],
  ['CAW1-Request-ARM', 'Request-ARM'],
  ['ILC1-Request', 'Request'],
  ['UGW1-Request', 'Request'],
  // a number of a known series that has no Region yet
  ['EUC3-Request', 'Request'],
  // no Region at all
  ['Lambda-GB-Second', 'Lambda-GB-Second'],
  ['OpenSearch-Vectors-TimedStorage-ByteHrs', 'OpenSearch-Vectors-TimedStorage-ByteHrs'],
  ['EUX1-Request', 'EUX1-Request'],
  ['USE-Request', 'USE-Request'],
])('%s is %s in every Region', (usageType, local) => {
  expect(localUsageType(usageType)).toBe(local);
});

test('prices are fetched for eighteen Regions, and for no other that a bill may name', () => {
  expect(PRICED_REGIONS).toHaveLength(18);
  expect(regionPrefixes('eu-west-1')).toEqual(['EU', 'EUW1']);
  expect(() => regionPrefixes('ap-southeast-3')).toThrow(
    "no usage-type prefix is known for region 'ap-southeast-3'. Regions: us-east-1, us-east-2,",
  );
});

test('the usage types of every priced Region lose their prefix again', () => {
  const template = ['{P}-NovaLite-input-tokens'];
  const local = PRICED_REGIONS.flatMap((region) => [...usageTypesIn(region, template)].map(localUsageType));
  expect(new Set(local)).toEqual(new Set(['NovaLite-input-tokens']));
  // us-east-1 and eu-west-1 have two spellings each
  expect(local).toHaveLength(20);
});
