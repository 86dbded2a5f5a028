import { expect, test } from '@jest/globals';
import { estimatePath } from '../../lib/cost/estimate.ts';
import type { ContinuedPretraining, Workload } from '../../lib/cost/workload.ts';
import { searchPrices } from '../../lib/meters/price-search.ts';
import { priceBook } from '../../lib/prices/price-book.ts';
import { estimateFacts } from '../../lib/report/estimate.ts';
import { ESTIMATE_MESSAGES } from '../../lib/report/words/estimate.ts';
import { LANGUAGES, type Language } from '../../lib/report/words/languages.ts';
import { TRAINING_FACTS } from '../support/training-facts.ts';

const BOOK = priceBook('us-east-1', []);

function facts(workload: Workload, path: 'continued-pretraining' | 'fine-tuning', language: Language = 'en'): string[] {
  const estimate = estimatePath(path, workload, BOOK, TRAINING_FACTS);
  const wanted = estimate.unknownPriceIds.filter((id) => !estimate.notOffered.includes(id));
  const report = {
    workload,
    region: 'us-east-1',
    today: '2026-12-01',
    paths: [
      { estimate, choice: { region: 'us-east-1' }, workload, unknownPrices: searchPrices(TRAINING_FACTS, wanted) },
    ],
  };
  return estimateFacts(report, ESTIMATE_MESSAGES[language]);
}

const training = (changes: ContinuedPretraining): Workload => ({
  parts: ['training'],
  continuedPretraining: {
    route: 'sagemaker',
    instanceType: 'ml.fast.48xlarge',
    corpusTokens: 9e8,
    parametersBillions: 2,
    hosting: { kind: 'imported', customModelUnits: 1 },
    ...changes,
  },
});

test('derived hours are told with everything that they rest on, and with what they leave out', () => {
  const told = facts(training({}), 'continued-pretraining');
  expect(told).toContain(
    'continued-pretraining: 80 training hours derived: 900,000,000 tokens × 2 billion parameters × 4 operations (LoRA), at 0.25 (assumed; public measurements are 0.1 to 0.5; set modelFlopsUtilisation) of the 100 dense BF16 TFLOPS of Fast, 1 of them at a time in each instance. Instance start, downloads and compilation are not counted: set startUpHoursPerRun.',
  );
  expect(told.find((fact) => fact.includes('accelerators compute at a time'))).toContain('1 of 8 accelerators');
  expect(told).toContain('continued-pretraining: Acme models are trained in the basement. Not priced here.');
  expect(told.some((fact) => fact.includes('does not fit'))).toBe(false);
});

test('given hours are told as given, and what the workload says is not told as assumed', () => {
  expect(facts(training({ instanceHoursPerRun: 7 }), 'continued-pretraining')).toContain(
    'continued-pretraining: 7 training hours as given; they do not follow from the corpus.',
  );
  const told = facts(training({ modelFlopsUtilisation: 0.4, startUpHoursPerRun: 1 }), 'continued-pretraining').join();
  expect(told).toContain('at 0.4 (as given) of');
  expect(told).not.toContain('not counted');
});

test('a model that cannot fit, and accelerators that the script does not use, are told', () => {
  // 8 bytes x 50e9 parameters = 372.5 GiB; 8 x 40 GiB
  expect(facts(training({ parametersBillions: 50, method: 'full' }), 'continued-pretraining')).toContain(
    'continued-pretraining: the model does not fit: it needs at least 373 GiB of accelerator memory, activations not counted, and the instances have 320 GiB.',
  );
  expect(facts(training({ instanceType: 'ml.other.xlarge' }), 'continued-pretraining')).toContain(
    'continued-pretraining: the training script does not use Other, it would train on the processors: the hours hold for a script of your own.',
  );
});

test('what AWS does not sell is told apart from a price that may be found', () => {
  const workload: Workload = {
    parts: ['inference'],
    requestsPerMonth: 10,
    inference: { inputTokensPerRequest: 1, outputTokensPerRequest: 1, batchShare: 0.5 },
    fineTuning: { baseModelId: 'a.tuned', hosting: { kind: 'on-demand' } },
  };
  const told = facts(workload, 'fine-tuning');
  expect(told).toContain(
    'fine-tuning: AWS does not offer a.tuned/custom-input/batch, a.tuned/custom-output/batch, so there is no price to find.',
  );
  expect(told).toContain(
    'fine-tuning: no price in us-east-1 for a.tuned/custom-input, a.tuned/custom-output. A refresh cannot find them: config/models.json does not say how the AWS Price List names a.tuned. Add "priceList" to its entry, or the prices to config/prices/us-east-1.json.',
  );
});

test.each(LANGUAGES)('in %s no place of a sentence is left open', (language) => {
  const workloads = [
    training({ parametersBillions: 500, instanceType: 'ml.other.xlarge' }),
    training({ method: 'full' }),
    training({ instanceHoursPerRun: 7 }),
  ];
  for (const workload of workloads) {
    for (const fact of facts(workload, 'continued-pretraining', language)) expect(fact).not.toMatch(/[{}]/);
  }
});
