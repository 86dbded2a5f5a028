import { expect, test } from '@jest/globals';
import { modelRegions, REGIONS_WITHOUT_CATALOGUE } from '../../../lib/cli/commands/cleanup.ts';
import { CATALOGUE } from '../../support/catalogue.ts';
import { IMPORTS, MODEL } from '../../support/example-config.ts';

test('a cleanup that cannot read the catalogue searches every Region that the shipped one has', () => {
  const known = modelRegions(CATALOGUE);
  expect(CATALOGUE.customModelImport?.regions?.length).toBeGreaterThan(0);
  expect(known.length).toBeGreaterThan(4);
  expect(known.filter((region) => !REGIONS_WITHOUT_CATALOGUE.includes(region))).toEqual([]);
});

test('a Region that the catalogue alone names is searched, for imports as for customisation', () => {
  const customModelImport = { ...IMPORTS, example: 'plain', regions: ['sa-east-1'], sources: MODEL.sources };
  const customization = { types: ['FINE_TUNING' as const], tuningId: null, regions: ['eu-west-3'] };
  expect(modelRegions({ customModelImport, models: { 'a.b': { ...MODEL, customization } } })).toEqual([
    'eu-west-3',
    'sa-east-1',
  ]);
});
