import { expect, test } from '@jest/globals';
import { withConfigured, type Configured } from '../../lib/cost/configured.ts';
import type { Workload } from '../../lib/cost/workload.ts';

const CONFIGURED: Configured = {
  region: 'us-east-1',
  promptOnly: { modelId: 'a.base', profileScope: 'us', tier: { flexShare: 1 } },
  ragModel: { modelId: 'a.large', profileScope: 'global', tier: {} },
  rag: {
    chunking: { tokensPerChunk: 300, overlapTokens: 60 },
    embedding: { modelId: 'a.embed', dimensions: 1024 },
    vectorStore: { kind: 's3-vectors' },
    retrieval: { chunksPerRequest: 5 },
  },
  fineTuning: { baseModelId: 'a.base', epochs: 3, hosting: { kind: 'on-demand' } },
  continuedPretraining: {
    route: 'sagemaker',
    instanceType: 'ml.g6e.12xlarge',
    instances: 1,
    hosting: { kind: 'imported', customModelUnits: 2 },
  },
  distillation: { teacherModelId: 'a.large', teacherProfileScope: 'in-region', studentModelId: 'a.small' },
  stacks: {},
};

const laid = (said: Workload, region = 'us-east-1') => withConfigured(said, CONFIGURED, region);

test('models, profiles, tiers, stores and hosting are those of the configuration where the workload says nothing', () => {
  const { workload, taken, assumed } = laid({ requestsPerMonth: 10 });
  expect(workload).toMatchObject({
    requestsPerMonth: 10,
    inference: { modelId: 'a.base', profileScope: 'us' },
    promptOnly: { inference: { flexShare: 1 } },
    rag: {
      inference: { modelId: 'a.large', profileScope: 'global' },
      chunking: { tokensPerChunk: 300, overlapTokens: 60 },
      embedding: { modelId: 'a.embed', dimensions: 1024 },
      vectorStore: { kind: 's3-vectors' },
      // the rules, and the marks around each of five passages
      retrieval: { chunksPerRequest: 5, rulesTokensPerRequest: 122 + 5 * 8, queryTokensPerRequest: 40 },
    },
    fineTuning: { baseModelId: 'a.base', epochs: 3, hosting: { kind: 'on-demand' } },
    continuedPretraining: { route: 'sagemaker', instanceType: 'ml.g6e.12xlarge', instances: 1 },
    distillation: { teacherModelId: 'a.large', teacherProfileScope: 'in-region', studentModelId: 'a.small' },
  });
  expect(taken).toContain('inference.modelId');
  expect(taken).toContain('rag.vectorStore');
  expect(taken).not.toContain('requestsPerMonth');
  expect(assumed).toEqual([
    { field: 'rag.retrieval.queryTokensPerRequest', value: 40, paths: ['rag'] },
    // the hours of a training follow from it
    { field: 'continuedPretraining.parametersBillions', value: 8, paths: ['continued-pretraining'] },
  ]);
});

test('what the workload says itself stays, and is not said to be configured', () => {
  const said: Workload = {
    inference: { modelId: 'b.other', batchShare: 0.5 },
    rag: {
      vectorStore: { kind: 'opensearch-serverless' },
      retrieval: { chunksPerRequest: 2, queryTokensPerRequest: 9 },
    },
    fineTuning: { baseModelId: 'b.other', hosting: { kind: 'none' } },
    continuedPretraining: { hosting: { kind: 'imported', customModelUnits: 8 } },
    distillation: { teacherModelId: 'b.teacher' },
  };
  const { workload, taken, assumed } = laid(said);
  // a profile, a tier and epochs go with the model that they are configured for
  expect(workload.inference).toEqual({ modelId: 'b.other', batchShare: 0.5 });
  expect(workload.promptOnly).toBeUndefined();
  expect(workload.rag).toEqual({
    ...said.rag,
    chunking: { tokensPerChunk: 300, overlapTokens: 60 },
    embedding: { modelId: 'a.embed', dimensions: 1024 },
  });
  expect(workload.fineTuning).toEqual({ baseModelId: 'b.other', hosting: { kind: 'none' } });
  expect(workload.distillation).toEqual({ teacherModelId: 'b.teacher', studentModelId: 'a.small' });
  expect(taken.filter((field) => !field.startsWith('continuedPretraining'))).toEqual([
    'rag.chunking',
    'rag.embedding',
    'distillation.studentModelId',
  ]);
  expect(assumed).toEqual([]);
});

test('what the function marks for the prompt cache is marked in the workload', () => {
  const request = { instruction: { tokens: 5_000 }, question: { tokens: 9 }, answer: { tokens: 9 } };
  const cached: Configured = {
    ...CONFIGURED,
    promptOnly: { modelId: 'a.base', profileScope: 'us', promptCaching: true, tier: {} },
  };
  const prefixOf = (said: Workload) => withConfigured(said, cached, 'us-east-1').workload.request?.cache?.prefix;
  expect(prefixOf({ request })).toBe('instruction');
  expect(prefixOf({ request: { ...request, examples: { tokens: 100 } } })).toBe('examples');
  // it marks nothing where nothing comes before the question, and what the workload says stays
  expect(prefixOf({ request: { question: { tokens: 9 }, answer: { tokens: 9 } } })).toBeUndefined();
  expect(prefixOf({ request: { ...request, cache: { prefix: 'context' } } })).toBe('context');
  expect(laid({ request }).workload.request?.cache).toBeUndefined();
});

test('a profile is configured for one Region, and no other takes it', () => {
  const { workload } = laid({}, 'ap-northeast-1');
  expect(workload.inference).toEqual({ modelId: 'a.base' });
  expect(workload.distillation).toEqual({ teacherModelId: 'a.large', studentModelId: 'a.small' });
});

test('paths that are not asked for get nothing, and neither does another route', () => {
  const { workload } = laid({ paths: ['continued-pretraining'], continuedPretraining: { route: 'bedrock' } });
  expect(workload.continuedPretraining).toEqual({ route: 'bedrock' });
  expect(workload.rag).toBeUndefined();
  expect(workload.distillation).toBeUndefined();
});

test('a managed knowledge base needs no embedding model, and tokens of a question follow from its text', () => {
  const { workload, assumed } = laid({
    paths: ['rag'],
    // 100 characters are 25 tokens
    request: { question: { characters: 100 }, answer: { characters: 400 } },
    rag: { vectorStore: { kind: 'managed', indexGb: 1 } },
  });
  expect(workload.rag?.embedding).toBeUndefined();
  expect(workload.rag?.retrieval?.queryTokensPerRequest).toBe(25);
  expect(assumed).toEqual([]);
});

test('how many requests come in the hours of bought throughput is assumed, for nobody configures it', () => {
  const schedule = { hoursPerDay: 8, daysPerMonth: 20, leadHours: 0, requestShare: 1 };
  const peak: Configured = {
    ...CONFIGURED,
    fineTuning: { baseModelId: 'a.base', hosting: { kind: 'provisioned', modelUnits: 1, schedule } },
  };
  const { workload, assumed } = withConfigured(
    { paths: ['fine-tuning'], traffic: { hoursPerDay: 16, daysPerMonth: 25 } },
    peak,
    'us-east-1',
  );
  // 8 of the 16 hours on 20 of the 25 days in which requests come
  expect(workload.fineTuning?.hosting).toMatchObject({ schedule: { ...schedule, requestShare: 0.4 } });
  expect(assumed).toEqual([{ field: 'fineTuning.hosting.schedule.requestShare', value: 0.4, paths: ['fine-tuning'] }]);
  // what the workload says of its hosting stays
  const said = { kind: 'provisioned' as const, modelUnits: 1, schedule: { ...schedule, requestShare: 0.9 } };
  const own = withConfigured({ paths: ['fine-tuning'], fineTuning: { hosting: said } }, peak, 'us-east-1');
  expect([own.workload.fineTuning?.hosting, own.assumed]).toEqual([said, []]);
});

test('a path that the configured Region does not offer is hosted on demand where a comparison prices it, by assumption', () => {
  const elsewhere: Configured = {
    ...CONFIGURED,
    fineTuning: undefined,
    distillation: undefined,
    undeployable: ['fine-tuning', 'distillation'],
  };
  const paths: Workload['paths'] = ['fine-tuning', 'distillation'];
  const { workload, taken, assumed } = withConfigured(
    { paths, distillation: { hosting: { kind: 'none' } } },
    elsewhere,
    'us-east-1',
  );
  expect(workload).toMatchObject({
    fineTuning: { hosting: { kind: 'on-demand' } },
    distillation: { hosting: { kind: 'none' } },
  });
  expect(taken).not.toContain('fineTuning.hosting');
  expect(assumed).toEqual([{ field: 'fineTuning.hosting.kind', value: 'on-demand', paths: ['fine-tuning'] }]);
  // where nothing is known of a configuration, nothing is assumed of it
  const unknown = withConfigured({ paths }, { ...elsewhere, undeployable: [] }, 'us-east-1');
  expect(unknown.workload.fineTuning).toBeUndefined();
});
