import { expect, test } from '@jest/globals';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { hasOwnDisks, instanceFacts, trainingInstancesSchema } from '../../lib/catalogue/instances.ts';
import { CATALOGUE } from '../support/catalogue.ts';
import { TRAINING_FACTS } from '../support/training-facts.ts';

const FACTS = TRAINING_FACTS.trainingInstances;

test('an instance type comes with its accelerator; what nobody knows is no fact', () => {
  expect(instanceFacts(TRAINING_FACTS, 'ml.fast.48xlarge')).toMatchObject({
    accelerator: { name: 'Fast' },
    accelerators: 8,
    ownDisks: true,
  });
  expect(instanceFacts(TRAINING_FACTS, 'ml.plain.large')?.accelerator).toBeUndefined();
  for (const type of ['ml.unheard.of', 'constructor']) expect(instanceFacts(TRAINING_FACTS, type)).toBeUndefined();
  expect(instanceFacts(undefined, 'ml.fast.48xlarge')).toBeUndefined();
});

test('only an instance that is known to bring disks bills no volume', () => {
  const types = ['ml.fast.xlarge', 'ml.plain.large', 'ml.unheard.of'];
  expect(types.map((type) => hasOwnDisks(TRAINING_FACTS, type))).toEqual([true, false, false]);
});

test.each([
  [{ types: { 'ml.a.large': { accelerator: 'none-such', accelerators: 1, ownDisks: true } } }, 'must be one of'],
  [{ types: { 'ml.a.large': { accelerator: null, accelerators: 1, ownDisks: true } } }, 'must be 0'],
  [{ types: { 'ml.a.large': { accelerator: 'fast', accelerators: 0, ownDisks: true } } }, 'must be 0'],
  [{ utilisation: { ...FACTS?.utilisation, assumed: 0.9 } }, 'assumed must be within from and to'],
  [{ utilisation: { ...FACTS?.utilisation, assumed: 1.1 } }, 'Too big'],
])('refuses %j', (changes, message) => {
  const { success, error } = trainingInstancesSchema.safeParse({ ...FACTS, ...changes });
  expect([success, error?.message]).toEqual([false, expect.stringContaining(message)]);
});

test('every instance that a book prices for training is in the catalogue, with its accelerators', () => {
  const folder = join(import.meta.dirname, '../../config/prices');
  const priced = readdirSync(folder).flatMap((file) => {
    const { prices } = JSON.parse(readFileSync(join(folder, file), 'utf8')) as { prices: Record<string, unknown> };
    return Object.keys(prices).flatMap((id) => /^sagemaker\/(ml\..+)\/training$/.exec(id)?.[1] ?? []);
  });
  expect(priced.length).toBeGreaterThan(30);
  expect([...new Set(priced)].filter((type) => instanceFacts(CATALOGUE, type) === undefined)).toEqual([]);
});

test.each([
  // Amazon EC2 instance types, accelerated computing
  ['ml.g5.48xlarge', 8, 22_888, 70],
  ['ml.g6e.12xlarge', 4, 45_776, 362],
  ['ml.g7e.12xlarge', 2, 98_304, 500],
  ['ml.p4d.24xlarge', 8, 40_960, 312],
  ['ml.p5.48xlarge', 8, 81_920, 989],
  ['ml.p5en.48xlarge', 8, 144_384, 989],
  ['ml.trn1.32xlarge', 16, 32_768, 190],
])('%s has %d accelerators of %d MiB and %d dense TFLOPS, and disks', (type, count, memoryMib, denseBf16Tflops) => {
  expect(instanceFacts(CATALOGUE, type)).toMatchObject({
    accelerators: count,
    ownDisks: true,
    accelerator: { memoryMib, denseBf16Tflops },
  });
});
