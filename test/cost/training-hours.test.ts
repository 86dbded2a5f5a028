import { describe, expect, test } from '@jest/globals';
import { estimatePath } from '../../lib/cost/estimate.ts';
import { derivation } from '../../lib/cost/explain.ts';
import { parseWorkload, type ContinuedPretraining, type Workload } from '../../lib/cost/workload.ts';
import { priceBook } from '../../lib/prices/price-book.ts';
import { CATALOGUE } from '../support/catalogue.ts';
import { TRAINING_FACTS } from '../support/training-facts.ts';
import { inventedPrice } from '../support/workloads.ts';

const TYPES = ['fast.xlarge', 'fast.48xlarge', 'other.xlarge', 'old.xlarge', 'plain.large', 'unheard.of'];
const BOOK = priceBook(
  'us-east-1',
  TYPES.map((type) => ({ ...inventedPrice(`sagemaker/ml.${type}/training`, 'instance-hour'), usd: 10 })),
);

const RUN: ContinuedPretraining = {
  route: 'sagemaker',
  instanceType: 'ml.fast.xlarge',
  corpusTokens: 9e8,
  parametersBillions: 2,
  storedModels: 0,
  hosting: { kind: 'imported', customModelUnits: 1 },
};

const workloadOf = (changes: ContinuedPretraining, needs: Workload['needs'] = {}): Workload => ({
  parts: ['training'],
  needs,
  continuedPretraining: { ...RUN, ...changes },
});

const trained = (changes: ContinuedPretraining = {}, needs: Workload['needs'] = {}) =>
  estimatePath('continued-pretraining', workloadOf(changes, needs), BOOK, TRAINING_FACTS);

describe('hours of continued pre-training on instances', () => {
  test('follow from corpus, model, accelerator and utilisation', () => {
    // 4 x 2e9 parameters x 9e8 tokens = 7.2e18 operations; 100e12 x 0.25 a second: 288,000 s = 80 h, at $10
    const { trainingHours, oneTime, lines } = trained();
    expect(trainingHours?.hours).toBeCloseTo(80, 9);
    expect(oneTime.usd).toBeCloseTo(800, 9);
    expect(trainingHours?.derivedFrom).toMatchObject({ utilisation: 0.25, utilisationAssumed: true });
    expect(lines[0]?.assumption).toBe(
      'LoRA: 4 operations for each parameter and token; 0.25 of the 100 dense BF16 TFLOPS of an Fast, assumed (public measurements: 0.1 to 0.5); instance start, downloads and compilation not counted; every instance is billed for the whole run',
    );
  });

  test.each<[string, ContinuedPretraining, number, number]>([
    // the gradients of the weights are two of six operations
    ['all weights', { method: 'full' }, 120, 1200],
    ['three epochs of half the corpus', { epochs: 3, sampledShare: 0.5 }, 120, 1200],
    ['half the utilisation', { modelFlopsUtilisation: 0.125 }, 160, 1600],
    ['half an hour to start', { startUpHoursPerRun: 0.5 }, 80.5, 805],
    // the same work, in half the time on twice the instances
    ['two instances', { instances: 2 }, 40, 800],
    // the training script computes on one of eight
    ['eight accelerators and the training script', { instanceType: 'ml.fast.48xlarge' }, 80, 800],
    ['a script that uses all eight', { instanceType: 'ml.fast.48xlarge', parallelAccelerators: 8 }, 10, 100],
    ['more accelerators than there are', { instanceType: 'ml.fast.48xlarge', parallelAccelerators: 80 }, 10, 100],
  ])('%s', (_, changes, hours, usd) => {
    const result = trained(changes);
    expect(result.trainingHours?.hours).toBeCloseTo(hours, 9);
    expect(result.oneTime.usd).toBeCloseTo(usd, 9);
  });

  test('a thousand times the corpus is a thousand times the hours, whichever field says it', () => {
    const hours = (tokens: number, field: 'corpusTokens' | 'needs') =>
      (field === 'needs'
        ? trained({ corpusTokens: undefined }, { unlabelledCorpusTokens: tokens })
        : trained({ corpusTokens: tokens })
      ).trainingHours?.hours ?? NaN;
    for (const field of ['corpusTokens', 'needs'] as const) {
      // 4 x 2e9 x 5e6 / (100e12 x 0.25) / 3,600
      expect(hours(5e6, field)).toBeCloseTo(0.4444444444, 9);
      expect(hours(5e9, field)).toBeCloseTo(444.4444444444, 6);
    }
  });

  test('given hours win, and say that they are given', () => {
    for (const corpusTokens of [5e6, 5e9]) {
      const { trainingHours, oneTime, lines } = trained({ instanceHoursPerRun: 7, corpusTokens });
      expect(trainingHours).toEqual({ hours: 7, derivedFrom: null });
      expect(oneTime.usd).toBe(70);
      expect(lines[0]?.assumption).toContain('hours as given, whatever the corpus');
    }
  });

  test.each<[string, ContinuedPretraining, string[]]>([
    ['no corpus', { corpusTokens: undefined }, ['corpusTokens']],
    ['no parameters', { parametersBillions: undefined }, ['parametersBillions']],
    ['an instance nobody knows', { instanceType: 'ml.unheard.of' }, ['instanceHoursPerRun']],
    ['an instance without accelerators', { instanceType: 'ml.plain.large' }, ['instanceHoursPerRun']],
    ['an accelerator whose speed is not known', { instanceType: 'ml.old.xlarge' }, ['instanceHoursPerRun']],
    [
      'nothing but the route',
      { instanceType: undefined, corpusTokens: undefined, parametersBillions: undefined },
      ['instanceType', 'corpusTokens', 'parametersBillions'],
    ],
  ])('%s leaves the cost unknown and names the field', (_, changes, fields) => {
    const { oneTime, missing, trainingHours } = trained(changes);
    expect(oneTime.usd).toBeNull();
    expect(trainingHours).toBeNull();
    expect(missing.filter((field) => !field.endsWith('baseModelId'))).toEqual(
      fields.map((field) => `continuedPretraining.${field}`),
    );
  });

  test('without a catalogue they are unknown, and so is whether the instance brings disks', () => {
    expect(estimatePath('continued-pretraining', workloadOf({}), BOOK).oneTime.usd).toBeNull();
    const given = workloadOf({ instanceHoursPerRun: 7 });
    expect(estimatePath('continued-pretraining', given, BOOK).unknownPriceIds).toEqual(['sagemaker/training-volume']);
    expect(estimatePath('continued-pretraining', given, BOOK, TRAINING_FACTS).unknownPriceIds).toEqual([]);
  });

  test('memory is counted for weights, and for gradients and optimizer where all weights are trained', () => {
    const memory = (changes: ContinuedPretraining) => {
      const { leastMemoryMib = NaN, memoryMib = NaN } = trained(changes).trainingHours?.derivedFrom ?? {};
      return [leastMemoryMib * 1024 ** 2, memoryMib];
    };
    // 2 bytes for each of 30e9 parameters; 40 GiB an accelerator
    expect(memory({ parametersBillions: 30 })).toEqual([60e9, 40_960]);
    const eight = { parametersBillions: 30, method: 'full', instanceType: 'ml.fast.48xlarge' } as const;
    expect(memory(eight)).toEqual([240e9, 8 * 40_960]);
    // the script spreads a model over one instance: a second one makes no room
    expect(memory({ ...eight, instances: 2 })).toEqual([240e9, 8 * 40_960]);
  });

  test('the formula of a line comes to the same hours, from the workload alone', () => {
    const workloads = [
      workloadOf({ method: 'full', epochs: 2, instances: 3, retrainingRunsPerYear: 4, startUpHoursPerRun: 0.25 }),
      workloadOf({ instanceType: 'ml.other.xlarge', modelFlopsUtilisation: 0.4, volumeGb: 70 }),
      workloadOf({ corpusTokens: undefined, parallelAccelerators: 5 }, { unlabelledCorpusTokens: 3e9 }),
    ];
    for (const workload of workloads) {
      const { lines } = estimatePath('continued-pretraining', workload, BOOK, TRAINING_FACTS);
      expect(lines.length).toBeGreaterThan(0);
      for (const line of lines) {
        const { pieces, piecesPerUnit } = derivation(line, 'continued-pretraining', workload);
        expect((pieces ?? NaN) / piecesPerUnit / (line.quantity ?? NaN)).toBeCloseTo(1, 9);
      }
    }
  });

  test('a LoRA run that was measured takes as long as its own utilisation says', () => {
    // QwenLM/Qwen, README: Qwen-7B (7.7e9), one A100, batches of 1, 8 accumulated, 1,024 tokens: 2.8 s a step, so that 8,192,000
    // tokens take 2,800 s. That is 0.29 of 312 TFLOPS, at 4 operations for each parameter and token.
    const { trainingHours } = estimatePath(
      'continued-pretraining',
      workloadOf({
        instanceType: 'ml.p4d.24xlarge',
        corpusTokens: 8_192_000,
        parametersBillions: 7.7,
        modelFlopsUtilisation: 0.29,
      }),
      BOOK,
      CATALOGUE,
    );
    expect((trainingHours?.hours ?? NaN) * 3600).toBeCloseTo(2800, -1.5);
  });
});

test('an instance that the catalogue does not have is told with those of nearly its name', () => {
  expect(trained({ instanceType: 'ml.fast.4xlarge' }).unknownInstance).toEqual({
    type: 'ml.fast.4xlarge',
    near: ['ml.fast.xlarge', 'ml.fast.48xlarge'],
  });
  expect(trained({ instanceType: 'constructor' }).unknownInstance).toEqual({ type: 'constructor', near: [] });
  // without accelerators, with hours given and without a catalogue nothing is wrong with the name
  expect(trained({ instanceType: 'ml.plain.large' }).unknownInstance).toBeNull();
  expect(trained({ instanceType: 'ml.fast.4xlarge', instanceHoursPerRun: 7 }).unknownInstance).toBeNull();
  expect(estimatePath('continued-pretraining', workloadOf({}), BOOK).unknownInstance).toBeNull();
});

test('a route that is named and not priced stands beside the estimate, whatever the route', () => {
  const elsewhere = ['Acme models are trained in the basement'];
  expect(trained().elsewhere).toEqual(elsewhere);
  expect(trained({ route: 'bedrock' }).elsewhere).toEqual(elsewhere);
  expect(estimatePath('prompt-only', {}, BOOK, TRAINING_FACTS).elsewhere).toEqual([]);
});

test('a utilisation of nothing, or of more than all, is refused', () => {
  for (const modelFlopsUtilisation of [0, 1.01]) {
    expect(() => parseWorkload({ continuedPretraining: { modelFlopsUtilisation } })).toThrow(
      'continuedPretraining.modelFlopsUtilisation',
    );
  }
});
