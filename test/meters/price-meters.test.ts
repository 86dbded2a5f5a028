import { expect, test } from '@jest/globals';
import { priceMeters } from '../../lib/meters/price-meters.ts';
import { CATALOGUE } from '../support/catalogue.ts';
import { TRAINING_FACTS } from '../support/training-facts.ts';

const instances = (meters: ReadonlyMap<string, unknown>) =>
  [...meters.keys()].filter((id) => id.startsWith('sagemaker/ml.'));

test('the price list is asked for every instance of the catalogue that can train, and for no other', () => {
  expect(instances(priceMeters(TRAINING_FACTS))).toEqual([
    'sagemaker/ml.fast.xlarge/training',
    'sagemaker/ml.fast.48xlarge/training',
    'sagemaker/ml.other.xlarge/training',
    'sagemaker/ml.old.xlarge/training',
    'sagemaker/ml.plain.large/training',
  ]);
  expect(priceMeters(TRAINING_FACTS).get('sagemaker/ml.fast.xlarge/training')).toEqual({
    services: ['AmazonSageMaker'],
    usageTypes: ['{P}-Train:ml.fast.xlarge'],
    per: 'instance-hour',
  });
  expect(instances(priceMeters({ models: {} }))).toEqual([]);
  expect(instances(priceMeters(CATALOGUE)).length).toBeGreaterThan(40);
});
