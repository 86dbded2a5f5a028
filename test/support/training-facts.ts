import type { ModelCatalogue, ModelEntry } from '../../lib/catalogue/models.ts';
import { MODEL } from './example-config.ts';
import { FAMILIES } from './families.ts';

const SOURCES = [{ says: 'everything', source: 'this test', date: '2026-01-01' }];

/** An invented model whose customised versions answer on demand, at the standard tier and in no batch. */
const TUNABLE: ModelEntry = {
  ...MODEL,
  tuningFamily: 'plain',
  customization: {
    types: ['FINE_TUNING', 'DISTILLATION'],
    tuningId: 'a.tuned:8k',
    regions: ['us-east-1'],
    batch: false,
    serviceTiers: ['standard'],
  },
  hosting: ['on-demand'],
};

/** Invented facts of models and instances: no change of the real catalogue breaks a test. */
export const TRAINING_FACTS: ModelCatalogue = {
  tuningFamilies: FAMILIES,
  trainingInstances: {
    utilisation: { assumed: 0.25, from: 0.1, to: 0.5, sources: SOURCES },
    accelerators: {
      fast: {
        name: 'Fast',
        denseBf16Tflops: 100,
        memoryMib: 40_960,
        runsCuda: true,
        confidence: 'A',
        sources: SOURCES,
      },
      other: {
        name: 'Other',
        denseBf16Tflops: 50,
        memoryMib: 20_480,
        runsCuda: false,
        confidence: 'A',
        sources: SOURCES,
      },
      old: { name: 'Old', denseBf16Tflops: null, memoryMib: 16_384, runsCuda: true, confidence: 'C', sources: SOURCES },
    },
    types: {
      'ml.fast.xlarge': { accelerator: 'fast', accelerators: 1, ownDisks: true },
      'ml.fast.48xlarge': { accelerator: 'fast', accelerators: 8, ownDisks: true },
      'ml.other.xlarge': { accelerator: 'other', accelerators: 1, ownDisks: false },
      'ml.old.xlarge': { accelerator: 'old', accelerators: 1, ownDisks: true },
      'ml.plain.large': { accelerator: null, accelerators: 0, ownDisks: false },
    },
    sources: SOURCES,
  },
  continuedPretrainingElsewhere: [{ says: 'Acme models are trained in the basement', sources: SOURCES }],
  models: {
    'a.tuned': TUNABLE,
    'a.reserved': { ...TUNABLE, tuningFamily: 'open', hosting: ['provisioned'] },
    'a.unbatched': { ...MODEL, batch: false },
  },
};
