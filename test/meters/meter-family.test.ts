import { expect, test } from '@jest/globals';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

import { familyOfPrice, familyOfUsageType, parseUnit } from '../../lib/meters/meter-family.ts';
import { parsePriceBook } from '../../lib/prices/price-book.ts';

const FOLDER = join(import.meta.dirname, '../../config/prices');

test('every price of every book is of the family of its usage type, so that estimate and bill meet', () => {
  const typed = readdirSync(FOLDER).flatMap((name) => {
    const { region, prices } = parsePriceBook(JSON.parse(readFileSync(join(FOLDER, name), 'utf8')), name);
    return [...prices.values()].flatMap(({ id, usageType }) =>
      usageType === undefined ? [] : [{ region, id, usageType }],
    );
  });
  expect(typed.length).toBeGreaterThan(300);
  const odd = typed
    .filter(({ id, usageType }) => familyOfPrice(id, usageType) !== familyOfUsageType(usageType))
    .map(({ region, id, usageType }) => `${region} ${id} ${usageType}`);
  expect(odd).toEqual([]);
});

test.each([
  ['sagemaker/ml.g6.xlarge/training', 'APN1-Train:ml.g6.xlarge', 'training instance hours'],
  ['sagemaker/ml.g6.xlarge/training', 'EU-Train:ml.g6.xlarge', 'training instance hours'],
  ['amazon.nova-micro-v1:0/training', 'USE1-NovaMicro-Customization-Training', 'training tokens'],
  ['cmi/storage', 'USW2-OSS-CustomModelImport-Storage-v2:0', 'stored imported models'],
  ['cmi/storage', 'USE1-Llama-CustomModelImport-Storage', 'stored imported models'],
  ['amazon.nova-micro-v1:0/storage', 'USE1-NovaMicro-Customization-Storage', 'stored custom models'],
])('%s and %s are %s', (priceId, usageType, family) => {
  expect(familyOfPrice(priceId, null)).toBe(family);
  expect(familyOfUsageType(usageType)).toBe(family);
});

test.each([
  ['instance-hour', 'Hrs'],
  ['OCU-hour', 'OCU-Hours'],
  ['ACU-hour', 'ACU-Hr'],
  ['model-unit-hour', 'Hours'],
  ['model-month', 'Model/Month'],
  ['CMU-minute', 'Custom Model Unit per Min'],
  ['CMU-month', 'Custom Model Unit per Month'],
  ['GB-month', 'GB-Mo'],
  ['GB-second', 'Lambda-GB-Second'],
  ['GB-second', 'Seconds'],
  ['metric-month', 'Metrics'],
  ['alarm-month', 'Alarms'],
  ['secret-month', 'Secrets'],
  ['1 request', 'API Requests'],
  ['TB', 'Terabytes'],
])('the %s of a price book is the %s of the Price List', (estimated, billed) => {
  expect(parseUnit(billed)).toEqual(parseUnit(estimated));
  expect(parseUnit(billed)).not.toBeNull();
});
