import { expect, test } from '@jest/globals';
import type { ModelCatalogue } from '../../lib/catalogue/models.ts';
import type { CutAnswer } from '../../lib/cost/cut-answer.ts';
import { estimatePath } from '../../lib/cost/estimate.ts';
import type { ContinuedPretraining, Workload } from '../../lib/cost/workload.ts';
import { searchPrices } from '../../lib/meters/price-search.ts';
import { priceBook, type Price } from '../../lib/prices/price-book.ts';
import { comparedEstimate } from '../../lib/report/compared-estimate.ts';
import { estimateFacts } from '../../lib/report/estimate.ts';
import { ESTIMATE_MESSAGES } from '../../lib/report/words/estimate.ts';
import { LANGUAGES, type Language } from '../../lib/report/words/languages.ts';
import { MODEL } from '../support/example-config.ts';
import { TRAINING_FACTS } from '../support/training-facts.ts';
import { inventedPrice } from '../support/workloads.ts';

const BOOK = priceBook('us-east-1', []);

const MODELS = {
  ...TRAINING_FACTS,
  models: { ...TRAINING_FACTS.models, 'a.long': { ...MODEL, longPromptAboveTokens: 100_000 } },
  named: Object.fromEntries(
    (['ended', 'preview', 'limited', 'one-source'] as const).map((reason) => [
      `a.${reason}`,
      {
        name: reason,
        kind: 'text' as const,
        reason,
        endOfLife: reason === 'ended' ? '2026-10-01' : null,
        sources: MODEL.sources,
      },
    ]),
  ),
};

function facts(
  workload: Workload,
  path: 'prompt-only' | 'continued-pretraining' | 'fine-tuning',
  language: Language = 'en',
  book = BOOK,
  catalogue: ModelCatalogue = MODELS,
  cutAnswer?: CutAnswer,
): string[] {
  const estimate = estimatePath(path, workload, book, catalogue);
  const wanted = estimate.unknownPriceIds.filter((id) => !estimate.notOffered.includes(id));
  const maybe = estimate.offerUnsaid.map(({ priceId }) => priceId);
  const report = {
    workload,
    region: 'us-east-1',
    today: '2026-12-01',
    paths: [
      {
        estimate,
        answering: comparedEstimate('workload', estimate, workload, catalogue),
        choice: { region: 'us-east-1' },
        cutAnswer,
        workload,
        unknownPrices: searchPrices(catalogue, wanted, maybe),
      },
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
    'continued-pretraining: the model does not fit: it needs at least 373 GiB of accelerator memory, activations not counted, and one instance has 320 GiB.',
  );
  expect(facts(training({ instanceType: 'ml.other.xlarge' }), 'continued-pretraining')).toContain(
    'continued-pretraining: the training script does not use Other, it would train on the processors: the hours hold for a script of your own.',
  );
});

test('several instances are told to need a script of your own', () => {
  const told = (instances?: number) =>
    facts(training({ instances }), 'continued-pretraining').filter((fact) => fact.includes('more than one instance'));
  expect(told(2)).toEqual([
    'continued-pretraining: the training script refuses more than one instance: the hours hold for a script of your own that shares the work between 2.',
  ]);
  expect([...told(), ...told(1)]).toEqual([]);
});

test('an instance that nobody knows is told as that, with those of nearly its name', () => {
  const told = (instanceType: string) => facts(training({ instanceType }), 'continued-pretraining').join('\n');
  expect(told('ml.fast.4xlarge')).toContain(
    'continued-pretraining: the instance ml.fast.4xlarge is not in config/models.json, so its speed is not known. Nearly the same name: ml.fast.xlarge, ml.fast.48xlarge. Choose one of trainingInstances there, or set continuedPretraining.instanceHoursPerRun.',
  );
  expect(told('ml.fast.4xlarge')).not.toContain('does not say');
  expect(told('ml.plain.large')).toContain('the workload does not say continuedPretraining.instanceHoursPerRun');
});

const asked = (modelId: string, inputTokensPerRequest = 1): Workload => ({
  parts: ['inference'],
  requestsPerMonth: 1e6,
  inference: { modelId, inputTokensPerRequest, outputTokensPerRequest: 1 },
});

test.each([
  ['ended', 'is past its end of life (2026-10-01) and calls to it fail. Choose an active model.'],
  ['preview', 'is a preview that AWS opens to some accounts only. Choose an active model.'],
  ['limited', 'is offered to some accounts only. Choose an active model.'],
  ['one-source', 'is known from one source only. Choose an active model, or add it to models in config/models.json'],
])('a model known by name only is told with its reason, and no refresh is advised: %s', (reason, text) => {
  const told = facts(asked(`a.${reason}`), 'prompt-only').join('\n');
  expect(told).toContain(`no price in us-east-1 for a.${reason}/input, a.${reason}/output: a.${reason} ${text}`);
  expect(told).not.toMatch(/refresh|priceList/i);
});

test('a long prompt is told with the tokens above which it is one', () => {
  expect(facts(asked('a.long', 100_001), 'prompt-only')).toContain(
    'prompt-only: a prompt has more than 100,000 tokens: above that the model bills every token of it at the price of a long prompt (longPromptAboveTokens in config/models.json; not the context window).',
  );
});

test('shares under an unknown total are told as those of its known part', () => {
  const price = { ...inventedPrice('a.unbatched/input', '1M tokens'), usd: 2, confidence: 'C' as const };
  const told = (prices: readonly Price[]) =>
    facts(asked('a.unbatched'), 'prompt-only', 'en', priceBook('us-east-1', prices)).filter((fact) =>
      fact.includes('C 100 %'),
    );
  // 1e6 x 1 token at $2 a million
  expect(told([price])).toEqual([
    'prompt-only, of the known $2.00 a month: C 100 %; 0 % on prices older than 90 days. The total is unknown.',
  ]);
  expect(told([price, { ...price, id: 'a.unbatched/output' }])).toEqual([
    'prompt-only, $4.00 a month: C 100 %; 0 % on prices older than 90 days.',
  ]);
});

test.each([
  ['en', 'it is not known whether AWS offers them: models.a.reserved.customization.batch of config/models.json'],
  ['ja', 'AWS が提供しているかどうかも不明です。config/models.json の models.a.reserved.customization.batch'],
  ['zh', '不知道 AWS 是否提供：config/models.json 的 models.a.reserved.customization.batch'],
] as const)('what nobody knows to be sold is told with the field that would say it: %s', (language, sentence) => {
  const workload: Workload = {
    parts: ['inference'],
    requestsPerMonth: 10,
    inference: { inputTokensPerRequest: 1, outputTokensPerRequest: 1, batchShare: 1 },
    fineTuning: { baseModelId: 'a.reserved', hosting: { kind: 'on-demand' } },
  };
  const customization = { types: ['FINE_TUNING' as const], tuningId: null, regions: ['us-east-1'] };
  const models = { ...MODELS.models, 'a.reserved': { ...MODEL, hosting: ['on-demand' as const], customization } };
  const catalogue = { ...MODELS, models };
  const told = facts(workload, 'fine-tuning', language, BOOK, catalogue);
  expect(told.join('\n')).toContain(sentence);
  expect(told.join('\n')).not.toMatch(/priceList|config\/prices/);
});

test.each([
  [
    'en',
    'prompt-only: answers of 700 tokens are longer than maxTokens 512 of config/environment.json: they are priced whole; deployed, they are cut.',
  ],
  ['ja', 'maxTokens 512 より長く'],
  ['zh', '超过 config/environment.json 的 maxTokens 512'],
] as const)('an answer that would be cut when deployed is told: %s', (language, sentence) => {
  const cutAnswer = { answerTokens: 700, maxTokens: 512 };
  expect(facts(asked('a.long'), 'prompt-only', language, BOOK, MODELS, cutAnswer).join('\n')).toContain(sentence);
  expect(facts(asked('a.long'), 'prompt-only', language).join('\n')).not.toContain('maxTokens');
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
    training({ instances: 2 }),
    training({ instanceType: 'ml.fast.4xlarge' }),
    training({ instanceType: 'constructor' }),
  ];
  for (const workload of workloads) {
    for (const fact of facts(workload, 'continued-pretraining', language)) expect(fact).not.toMatch(/[{}]/);
  }
  for (const model of ['a.ended', 'a.preview', 'a.limited', 'a.one-source', 'a.long']) {
    for (const fact of facts(asked(model, 100_001), 'prompt-only', language)) expect(fact).not.toMatch(/[{}]/);
  }
});
