import { pathSheet } from '../../lib/cost/estimators.ts';
import type { VectorStore, Workload } from '../../lib/cost/workload.ts';
import { PATHS } from '../../lib/paths.ts';
import { priceBook, type Price, type PriceBook } from '../../lib/prices/price-book.ts';
import { TRAINING_FACTS } from './training-facts.ts';

/** An invented price: small, different for every id, the same in every run. */
export function inventedPrice(id: string, per: Price['per']): Price {
  let hash = 7;
  for (const character of id) hash = (hash * 31 + character.charCodeAt(0)) % 9973;
  return {
    id,
    usd: (1 + hash) / 1000,
    per,
    service: 'AmazonBedrock',
    source: 'invented',
    date: '2026-11-01',
    confidence: 'A',
  };
}

const EMPTY = priceBook('us-east-1', []);

/** A book with an invented price for everything that the workloads need, at any volume. */
export function bookFor(...workloads: readonly Workload[]): PriceBook {
  const prices = new Map<string, Price>();
  for (const workload of workloads) {
    const huge = { ...workload, requestsPerMonth: 1e14 };
    for (const path of PATHS) {
      for (const { priceId, unit } of [workload, huge].flatMap(
        (one) => pathSheet(path, one, EMPTY, TRAINING_FACTS).lines,
      )) {
        if (!prices.has(priceId)) prices.set(priceId, inventedPrice(priceId, unit));
      }
    }
  }
  return priceBook('us-east-1', [...prices.values()]);
}

/** A workload in which every path has everything it needs, and most fields say something. */
export const WHOLE: Workload = {
  name: 'whole',
  hoursPerMonth: 720,
  requestsPerMonth: 250_000,
  inference: {
    modelId: 'a.base',
    profileScope: 'us',
    inputTokensPerRequest: 1500,
    outputTokensPerRequest: 400,
    outputTokenCap: 350,
    cachedPrefixTokensPerRequest: 900,
    cacheHitShare: 0.75,
    batchShare: 0.125,
    flexShare: 0.25,
    priorityShare: 0.0625,
    retryShare: 0.05,
  },
  operations: {
    function: { memoryMb: 512, durationMsPerRequest: 2345.6, architecture: 'arm' },
    apiGateway: 'http',
    logs: { bytesPerRequest: 1200, retentionDays: 90, scannedGbPerMonth: 3, storedShareOfIngested: 0.5 },
    customMetrics: 7,
    alarms: 2,
    guardrail: {
      inputPolicies: ['content', 'topics'],
      outputPolicies: ['content', 'sensitive-information', 'grounding', 'automated-reasoning'],
      inputCharactersPerRequest: 2300,
      outputCharactersPerRequest: 1800,
      groundingCharactersPerRequest: 6001,
      automatedReasoningPolicies: 2,
    },
    secrets: { secrets: 1, requestsPerMonth: 5000 },
    athena: { scannedGbPerMonth: 12 },
    workflow: { transitionsPerRun: 400, otherTransitionsPerMonth: 100 },
    evaluation: {
      runsPerMonth: 2,
      answersPerRun: 60,
      judgeModelId: 'a.judge',
      judgeProfileScope: 'global',
      judgeInputTokensPerAnswer: 900,
      judgeOutputTokensPerAnswer: 80,
      humanTasksPerRun: 5,
    },
    costExplorer: { requestsPerMonth: 60 },
  },
  promptOnly: { inference: { inputTokensPerRequest: 3000 } },
  rag: {
    inference: { profileScope: 'global', batchShare: 0 },
    documents: { documents: 4000, tokensPerDocument: 2100, bytesPerDocument: 9000, changedSharePerMonth: 0.2 },
    chunking: { tokensPerChunk: 300, overlapTokens: 45 },
    embedding: { modelId: 'a.embed', dimensions: 1024 },
    parsing: {
      kind: 'foundation-model',
      modelId: 'a.parser',
      pagesPerDocument: 4,
      inputTokensPerPage: 1600,
      outputTokensPerPage: 700,
    },
    retrieval: {
      chunksPerRequest: 5,
      queryTokensPerRequest: 40,
      rerank: { modelId: 'a.rerank', candidatesPerRequest: 120 },
      structuredQueriesPerMonth: 1000,
    },
    vectorStore: { kind: 's3-vectors' },
  },
  fineTuning: {
    inference: { inputTokensPerRequest: 500, cachedPrefixTokensPerRequest: 0, batchShare: 0, flexShare: 0 },
    baseModelId: 'a.tuned',
    trainingExamples: 3000,
    tokensPerExample: 700,
    epochs: 3,
    sampledShare: 0.8,
    retrainingRunsPerYear: 6,
    storedModels: 2,
    evaluationModelUnitHoursPerRun: 1,
    hosting: { kind: 'on-demand' },
  },
  continuedPretraining: {
    route: 'bedrock',
    baseModelId: 'a.pretrained',
    corpusTokens: 80_000_000,
    epochs: 2,
    retrainingRunsPerYear: 1,
    hosting: { kind: 'provisioned', commitment: '6-month', modelUnits: 2 },
  },
  distillation: {
    teacherModelId: 'a.teacher',
    studentModelId: 'a.student',
    prompts: 4000,
    tokensPerPrompt: 500,
    tokensPerTeacherAnswer: 300,
    synthesizedPrompts: 9000,
    epochs: 2,
    retrainingRunsPerYear: 2,
    hosting: {
      kind: 'provisioned',
      tokensPerMinutePerModelUnit: 40_000,
      peakToAverageRatio: 3,
      schedule: { hoursPerDay: 9.5, daysPerMonth: 21, requestShare: 0.7 },
    },
  },
  other: [
    {
      name: 'KMS keys',
      component: 'operations',
      kind: 'fixed',
      priceId: 'kms/key',
      quantity: 2,
      unit: 'key-month',
      paths: ['rag'],
    },
  ],
};

const withStore = (vectorStore: VectorStore): Workload => ({ ...WHOLE, rag: { ...WHOLE.rag, vectorStore } });

/** Workloads that between them take every turn an estimator can take. */
export const VARIED: readonly (readonly [name: string, workload: Workload])[] = [
  ['everything', WHOLE],
  ['nothing said', {}],
  ['classic with standby', withStore({ kind: 'opensearch-serverless' })],
  [
    'classic grown',
    withStore({ kind: 'opensearch-serverless', standbyReplicas: false, vectors: 9_000_000, vectorMemoryGbPerOcu: 3 }),
  ],
  ['classic as given', withStore({ kind: 'opensearch-serverless', indexingOcus: 3, searchOcus: 0.5, storedGb: 12 })],
  ['NextGen', withStore({ kind: 'opensearch-serverless-nextgen', activeHoursPerMonth: 900, ocusWhenActive: 2 })],
  [
    'Aurora paused at night',
    withStore({
      kind: 'aurora-serverless-v2',
      acusWhenActive: 2.5,
      activeHoursPerMonth: 300,
      instances: 2,
      ioRequestsPerMonth: 4e6,
    }),
  ],
  [
    'Aurora always on, I/O optimised',
    withStore({ kind: 'aurora-serverless-v2', storage: 'io-optimized', acusWhenActive: 1, minAcus: 0.5, storedGb: 20 }),
  ],
  [
    'S3 Vectors in full',
    withStore({
      kind: 's3-vectors',
      vectors: 30_000_000,
      indexes: 2,
      dimensions: 512,
      filterableMetadataBytesPerVector: 300,
      nonFilterableMetadataBytesPerVector: 9000,
      vectorsPerPut: 10,
      rewrittenSharePerMonth: 1.5,
      queriesPerMonth: 1e6,
      returnedBytesPerQuery: 900_000,
    }),
  ],
  ['managed', withStore({ kind: 'managed', indexGb: 50, agenticShare: 0.25 })],
  [
    'managed, planned by a model of its own',
    withStore({
      kind: 'managed',
      indexGb: 50,
      retrievesPerMonth: 5000,
      agenticShare: 0.5,
      retrievesPerAgenticRetrieve: 3,
      agenticModel: { modelId: 'a.planner', callsPerRetrieve: 3, inputTokensPerCall: 2000, outputTokensPerCall: 100 },
    }),
  ],
  [
    'data automation and batch embedding',
    {
      ...WHOLE,
      rag: {
        ...WHOLE.rag,
        parsing: { kind: 'data-automation', pagesPerDocument: 4 },
        embedding: { modelId: 'a.embed', dimensions: 256, batch: true },
        chunking: { tokensPerChunk: 5000, overlapTokens: 3000 },
        hosting: { kind: 'provisioned', modelUnits: 1 },
      },
    },
  ],
  [
    'imported, copies for the peak',
    {
      ...WHOLE,
      fineTuning: {
        ...WHOLE.fineTuning,
        hosting: { kind: 'imported', customModelUnits: 1, peakTokensPerMinute: 90_000, tokensPerMinutePerCopy: 40_000 },
      },
    },
  ],
  [
    'imported',
    {
      ...WHOLE,
      fineTuning: {
        ...WHOLE.fineTuning,
        trainingTokensPerEpoch: 123_456,
        hosting: { kind: 'imported', customModelUnits: 2, copies: 1.5 },
      },
      continuedPretraining: {
        route: 'sagemaker',
        instanceType: 'ml.p5.48xlarge',
        instances: 2,
        instanceHoursPerRun: 11,
        hosting: { kind: 'imported', customModelUnits: 8, cmuVersion: 'v2', activeWindowsPerMonth: 500 },
      },
      distillation: { ...WHOLE.distillation, reuseLoggedAnswers: true, hosting: { kind: 'none' } },
    },
  ],
  [
    'peak as given, latency optimised, an hour of cache, x86',
    {
      ...WHOLE,
      inference: { ...WHOLE.inference, batchShare: 0, latencyOptimizedShare: 0.5, cacheTtl: '1h' },
      operations: {
        function: { memoryMb: 1024, durationMsPerRequest: 100, architecture: 'x86', invocationsPerRequest: 2 },
        apiGateway: 'rest',
        logs: { bytesPerRequest: 10, averageStoredGb: 4 },
      },
      promptOnly: {
        hosting: {
          kind: 'provisioned',
          commitment: '1-month',
          tokensPerMinutePerModelUnit: 50_000,
          peakTokensPerMinute: 120_000,
        },
      },
      continuedPretraining: {
        route: 'sagemaker',
        instanceType: 'ml.m5.large',
        volumeGb: 300,
        instanceHoursPerRun: 7,
        retrainingRunsPerYear: 2,
        hosting: { kind: 'imported', customModelUnits: 1 },
      },
      distillation: { ...WHOLE.distillation, synthesizedPrompts: undefined },
    },
  ],
  [
    'hours derived from the corpus',
    {
      ...WHOLE,
      needs: { unlabelledCorpusTokens: 4e9 },
      continuedPretraining: {
        route: 'sagemaker',
        instanceType: 'ml.other.xlarge',
        parametersBillions: 3,
        method: 'full',
        retrainingRunsPerYear: 1,
        hosting: { kind: 'imported', customModelUnits: 1 },
      },
    },
  ],
  [
    'a free tier',
    {
      ...WHOLE,
      freeTier: { 'lambda/request': 100_000, 'lambda/gb-second-arm': 1e9, 'a.base/input': 5e6 },
    },
  ],
];
