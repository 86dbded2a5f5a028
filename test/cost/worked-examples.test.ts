import { describe, expect, test } from '@jest/globals';
import { estimatePath, type PathEstimate } from '../../lib/cost/estimate.ts';
import { parseWorkload, type Workload } from '../../lib/cost/workload.ts';
import type { CostComponent } from '../../lib/meters/cost-component.ts';
import type { PathId } from '../../lib/paths.ts';
import { parsePriceBook, type PriceBook } from '../../lib/prices/price-book.ts';

/** A book of the prices that an example prints, `id: [usd, per]`. */
function bookOf(prices: Record<string, [number, string]>): PriceBook {
  return parsePriceBook({
    region: 'us-east-1',
    prices: Object.fromEntries(
      Object.entries(prices).map(([id, [usd, per]]) => [
        id,
        { usd, per, service: 'AmazonBedrock', source: 'printed with the example', date: '2026-01-01', confidence: 'A' },
      ]),
    ),
  });
}

const price = (path: PathId, workload: Workload, prices: Record<string, [number, string]>): PathEstimate =>
  estimatePath(path, parseWorkload(workload), bookOf(prices));

const usdOf = ({ lines }: PathEstimate, name: string): number | null | undefined =>
  lines.find((line) => line.name === name)?.usd;

const componentUsd = (result: PathEstimate, component: CostComponent): number | null =>
  result.components[component].monthly.usd;

describe('examples that AWS and others published come out as they were published', () => {
  test('Bedrock pricing page, February 2025: on demand, 11,000 tokens in and 4,000 out', () => {
    const result = price(
      'prompt-only',
      {
        requestsPerMonth: 1,
        inference: { modelId: 'a.model', inputTokensPerRequest: 11_000, outputTokensPerRequest: 4000 },
      },
      { 'a.model/input': [0.008, '1K tokens'], 'a.model/output': [0.024, '1K tokens'] },
    );
    // 11 x $0.008 + 4 x $0.024 = 0.088 + 0.096
    expect(result.monthly.usd).toBeCloseTo(0.184, 12);
  });

  test('generative BI sample: 2,000 requests of 10,000 tokens in and 1,000 out at $3 and $15 a million', () => {
    const result = price(
      'prompt-only',
      {
        requestsPerMonth: 2000,
        inference: { modelId: 'a.model', inputTokensPerRequest: 10_000, outputTokensPerRequest: 1000 },
      },
      { 'a.model/input': [3, '1M tokens'], 'a.model/output': [15, '1M tokens'] },
    );
    // 20M x $3 + 2M x $15 = 60 + 30
    expect(result.monthly.usd).toBeCloseTo(90, 10);
  });

  test('S3 pricing page: ten million vectors in forty indexes, a million queries a month', () => {
    const result = price(
      'rag',
      {
        requestsPerMonth: 1_000_000,
        parts: ['vector-store'],
        rag: {
          vectorStore: {
            kind: 's3-vectors',
            vectors: 10_000_000,
            indexes: 40,
            dimensions: 1024,
            filterableMetadataBytesPerVector: 1024,
            nonFilterableMetadataBytesPerVector: 1024,
            // 0.17 KB
            keyBytesPerVector: 174.08,
            rewrittenSharePerMonth: 1 / 6,
            // the page leaves out what queries return
            returnedBytesPerQuery: 0,
          },
        },
      },
      {
        's3-vectors/storage': [0.06, 'GB-month'],
        's3-vectors/put': [0.2, 'GB'],
        's3-vectors/query': [2.5, '1M requests'],
        's3-vectors/processed-tier-1': [0.004, 'TB'],
        's3-vectors/processed-tier-2': [0.002, 'TB'],
      },
    );
    // 6.17 KB x 10M = 58.84 GB: the page rounds it up to 59 GB and its total to $11.38
    expect(usdOf(result, 'S3 Vectors storage')).toBeCloseTo(58.8417 * 0.06, 4);
    expect(usdOf(result, 'S3 Vectors PUT (changed vectors)')).toBeCloseTo((58.8417 / 6) * 0.2, 4);
    expect(usdOf(result, 'S3 Vectors query requests')).toBeCloseTo(2.5, 10);
    expect(usdOf(result, 'S3 Vectors data processed (first 100K vectors of an index)')).toBeCloseTo(1.93, 2);
    expect(usdOf(result, 'S3 Vectors data processed (next 9.9M)')).toBeCloseTo(1.44, 2);
    expect(result.monthly.usd).toBeCloseTo(11.36, 2);
  });

  test('Bedrock pricing page, July 2026: managed knowledge base of 50 GB and 100,000 retrieves', () => {
    const result = price(
      'rag',
      { requestsPerMonth: 100_000, parts: ['vector-store'], rag: { vectorStore: { kind: 'managed', indexGb: 50 } } },
      { 'managed-kb/index': [5, 'GB-month'], 'managed-kb/retrieve': [1, '1K requests'] },
    );
    // 50 x $5 + 100 x $1
    expect(result.monthly.usd).toBeCloseTo(350, 10);
  });

  test('Bedrock pricing page, July 2026: managed knowledge base of 50 GB and 100,000 agentic retrieves', () => {
    const result = price(
      'rag',
      {
        requestsPerMonth: 100_000,
        parts: ['vector-store'],
        rag: { vectorStore: { kind: 'managed', indexGb: 50, agenticShare: 1 } },
      },
      {
        'managed-kb/index': [5, 'GB-month'],
        'managed-kb/retrieve': [1, '1K requests'],
        'managed-kb/agentic-retrieve': [4, '1K requests'],
      },
    );
    // 50 x $5 + 100 x $4 + 2 x 100 x $1 = 250 + 400 + 200
    expect(result.monthly.usd).toBeCloseTo(850, 10);
  });

  const TEXT_TO_SQL: Workload = {
    requestsPerMonth: 22_000,
    inference: { inputTokensPerRequest: 800, outputTokensPerRequest: 60 },
    fineTuning: {
      baseModelId: 'amazon.nova-micro-v1:0',
      trainingExamples: 2000,
      tokensPerExample: 800,
      epochs: 5,
      hosting: { kind: 'on-demand' },
    },
  };
  const NOVA_MICRO: Record<string, [number, string]> = {
    'amazon.nova-micro-v1:0/training': [0.001, '1K tokens'],
    'amazon.nova-micro-v1:0/storage': [1.95, 'model-month'],
    'amazon.nova-micro-v1:0/custom-input': [0.000035, '1K tokens'],
    'amazon.nova-micro-v1:0/custom-output': [0.00014, '1K tokens'],
  };

  test('AWS ML blog, April 2026: text-to-SQL on Nova Micro, training', () => {
    // 2,000 x 800 x 5 = 8M tokens x $0.001/1K
    expect(price('fine-tuning', TEXT_TO_SQL, NOVA_MICRO).oneTime.usd).toBeCloseTo(8, 10);
  });

  test('the same: 22,000 questions a month on the tuned model, its storage apart', () => {
    const result = price('fine-tuning', TEXT_TO_SQL, NOVA_MICRO);
    // 17.6M x $0.035/M + 1.32M x $0.14/M = 0.616 + 0.1848
    expect(componentUsd(result, 'inference')).toBeCloseTo(0.8008, 10);
    expect(componentUsd(result, 'training')).toBeCloseTo(1.95, 10);
    expect(result.monthly.usd).toBeCloseTo(2.7508, 10);
  });

  test('Bedrock pricing page, February 2025: two model units of Titan Text Express for a month of 31 days', () => {
    const result = price(
      'prompt-only',
      {
        hoursPerMonth: 744,
        requestsPerMonth: 0,
        inference: { modelId: 'amazon.titan-text-express-v1', inputTokensPerRequest: 0, outputTokensPerRequest: 0 },
        promptOnly: { hosting: { kind: 'provisioned', commitment: '1-month', modelUnits: 2 } },
      },
      { 'amazon.titan-text-express-v1/provisioned/1-month': [18.4, 'model-unit-hour'] },
    );
    // 2 x $18.40 x 24 x 31
    expect(result.monthly.usd).toBeCloseTo(27_379.2, 8);
  });

  test('AWS ML blog, April 2026: 1.75M training tokens of Nova Micro cost $1.75, where $2.18 was printed', () => {
    const result = price(
      'fine-tuning',
      {
        parts: ['training'],
        fineTuning: {
          baseModelId: 'amazon.nova-micro-v1:0',
          // the blog gives the total over its three epochs
          trainingTokensPerEpoch: 1_750_000,
          epochs: 1,
        },
      },
      NOVA_MICRO,
    );
    expect(result.oneTime.usd).toBeCloseTo(1.75, 10);
  });

  test('Bedrock pricing page, February 2025: structured retrieval costs $14,400, where $1,440 was printed', () => {
    const result = price(
      'rag',
      {
        requestsPerMonth: 0,
        parts: ['documents'],
        rag: {
          vectorStore: { kind: 'managed', indexGb: 0 },
          // 10,000 an hour, 24 hours, 30 days
          retrieval: { chunksPerRequest: 0, queryTokensPerRequest: 0, structuredQueriesPerMonth: 10_000 * 24 * 30 },
        },
      },
      { 'kb/structured-query': [2, '1K queries'] },
    );
    expect(result.monthly.usd).toBeCloseTo(14_400, 8);
  });

  test('Bedrock pricing page, February 2025: guardrail on 1,000 questions an hour', () => {
    const result = price(
      'prompt-only',
      {
        requestsPerMonth: 1000,
        parts: ['operations'],
        operations: {
          guardrail: {
            inputPolicies: ['content', 'topics'],
            outputPolicies: ['content', 'topics'],
            inputCharactersPerRequest: 200,
            outputCharactersPerRequest: 1500,
          },
        },
      },
      { 'guardrail/content': [0.15, '1K text units'], 'guardrail/topics': [0.15, '1K text units'] },
    );
    // (1 + 2) units x 1,000 x ($0.15 + $0.15) / 1,000
    expect(result.monthly.usd).toBeCloseTo(0.9, 12);
  });

  test('S3 pricing page: 400 million vectors in forty indexes, ten million queries a month', () => {
    const result = price(
      'rag',
      {
        requestsPerMonth: 10_000_000,
        parts: ['vector-store'],
        rag: {
          vectorStore: {
            kind: 's3-vectors',
            vectors: 400_000_000,
            indexes: 40,
            dimensions: 1024,
            filterableMetadataBytesPerVector: 1024,
            nonFilterableMetadataBytesPerVector: 1024,
            keyBytesPerVector: 174.08,
            rewrittenSharePerMonth: 1 / 6,
            // the page leaves out what queries return
            returnedBytesPerQuery: 0,
          },
        },
      },
      {
        's3-vectors/storage': [0.06, 'GB-month'],
        's3-vectors/put': [0.2, 'GB'],
        's3-vectors/query': [2.5, '1M requests'],
        's3-vectors/processed-tier-1': [0.004, 'TB'],
        's3-vectors/processed-tier-2': [0.002, 'TB'],
      },
    );
    // 6.17 KB x 400M = 2,353.67 GB: $141.22 stored, a sixth of it at $0.20 $78.46 put; calls $25
    // 5.17 KB x 100K x 10M = 4,814.94 TB x $0.004 = $19.26; x 9.9M = 476,678.83 TB x $0.002 = $953.36
    expect(result.monthly.usd).toBeCloseTo(1217.29, 2);
  });

  test('Bedrock pricing page, February 2025: a model unit of Cohere Command for a month of 31 days, asked for alone', () => {
    const result = price(
      'prompt-only',
      {
        parts: ['inference'],
        hoursPerMonth: 744,
        inference: { modelId: 'cohere.command' },
        promptOnly: { hosting: { kind: 'provisioned', commitment: '1-month', modelUnits: 1 } },
      },
      { 'cohere.command/provisioned/1-month': [39.6, 'model-unit-hour'] },
    );
    // 1 x 744 x $39.60
    expect(result.monthly.usd).toBeCloseTo(29_462.4, 8);
    expect(result.missing).toEqual([]);
  });

  test('Bedrock pricing page, February 2025: two units of an imported model in two windows, and their storage, alone', () => {
    const result = price(
      'fine-tuning',
      {
        parts: ['inference', 'model-storage'],
        fineTuning: { hosting: { kind: 'imported', customModelUnits: 2, activeWindowsPerMonth: 2 } },
      },
      { 'cmi/cmu-v1': [0.0785, 'CMU-minute'], 'cmi/storage': [1.95, 'CMU-month'] },
    );
    // 2 windows x 5 minutes x 2 units x $0.0785 = $1.57; 2 x $1.95 = $3.90
    expect(usdOf(result, 'Custom model units')).toBeCloseTo(1.57, 10);
    expect(usdOf(result, 'Imported model storage')).toBeCloseTo(3.9, 10);
    expect(result).toMatchObject({ missing: [], unknownPriceIds: [] });
  });

  test('Bedrock pricing page, February 2025: summaries of 10,000 conversations without personal data', () => {
    const result = price(
      'prompt-only',
      {
        requestsPerMonth: 10_000,
        parts: ['operations'],
        operations: {
          guardrail: {
            outputPolicies: ['sensitive-information'],
            inputCharactersPerRequest: 0,
            outputCharactersPerRequest: 3500,
          },
        },
      },
      { 'guardrail/sensitive-information': [0.1, '1K text units'] },
    );
    // 4 units x 10,000 x $0.1 / 1,000
    expect(result.monthly.usd).toBeCloseTo(4, 12);
  });

  test.each([
    [50, 11.06],
    [100, 21.56],
  ])('Bedrock pricing page, February 2025: 50 prompts to two models, judged in %p human tasks', (tasks, usd) => {
    const result = price(
      'prompt-only',
      {
        requestsPerMonth: 50,
        parts: ['inference', 'operations'],
        // 5,000 tokens of prompts in all; 15,000 of answers, and 20,000 of the second model's
        inference: { modelId: 'claude.instant', inputTokensPerRequest: 100, outputTokensPerRequest: 300 },
        operations: {
          evaluation: {
            runsPerMonth: 1,
            answersPerRun: 50,
            judgeModelId: 'claude.two',
            judgeInputTokensPerAnswer: 100,
            judgeOutputTokensPerAnswer: 400,
            humanTasksPerRun: tasks,
          },
        },
      },
      {
        'claude.instant/input': [0.0008, '1K tokens'],
        'claude.instant/output': [0.0024, '1K tokens'],
        'claude.two/input': [0.008, '1K tokens'],
        'claude.two/output': [0.024, '1K tokens'],
        'evaluation/human-task': [0.21, 'task'],
      },
    );
    // 0.004 + 0.036, 0.04 + 0.48, tasks x $0.21
    expect(result.monthly.usd).toBeCloseTo(usd, 10);
  });

  test('Bedrock pricing page, February 2025: a million rerank requests of up to 100 documents, a million of up to 150', () => {
    const rerank = (candidatesPerRequest: number) =>
      price(
        'rag',
        {
          requestsPerMonth: 1_000_000,
          parts: ['documents'],
          rag: {
            documents: { documents: 0, tokensPerDocument: 400 },
            chunking: { tokensPerChunk: 400 },
            embedding: { modelId: 'an.embedding', dimensions: 1024 },
            retrieval: {
              chunksPerRequest: 5,
              queryTokensPerRequest: 0,
              rerank: { modelId: 'amazon.rerank-v1:0', candidatesPerRequest },
            },
          },
        },
        { 'amazon.rerank-v1:0/rerank': [0.001, '1 query'] },
      ).monthly.usd ?? NaN;
    // 1M x $0.001 + 1M x 2 x $0.001
    expect(rerank(100) + rerank(150)).toBeCloseTo(3000, 8);
  });

  test('Bedrock pricing page, February 2025: Llama 2 70B tuned on a million tokens, tried for an hour and kept for a month', () => {
    const result = price(
      'fine-tuning',
      {
        parts: ['training'],
        fineTuning: {
          baseModelId: 'meta.llama2-70b',
          // the page says 1,000 tokens and multiplies the price of a thousand by 1,000
          trainingTokensPerEpoch: 1_000_000,
          epochs: 1,
          evaluationModelUnitHoursPerRun: 1,
        },
      },
      {
        'meta.llama2-70b/training': [0.00799, '1K tokens'],
        'meta.llama2-70b/storage': [1.95, 'model-month'],
        'meta.llama2-70b/provisioned/no-commit': [23.5, 'model-unit-hour'],
      },
    );
    // 7.99 + 1.95 + 23.50
    expect(result.firstMonth.usd).toBeCloseTo(33.44, 10);
  });

  test('Bedrock pricing page, February 2025: three windows of an imported model cost $2.355, where $0.785 was printed', () => {
    const result = price(
      'fine-tuning',
      {
        parts: ['inference'],
        fineTuning: { hosting: { kind: 'imported', customModelUnits: 2, activeWindowsPerMonth: 3 } },
      },
      { 'cmi/cmu-v1': [0.0785, 'CMU-minute'] },
    );
    // 3 windows x 5 minutes x 2 units x $0.0785: the page multiplies by one window
    expect(result.monthly.usd).toBeCloseTo(2.355, 10);
  });

  test.each([
    [true, 350.4],
    [false, 175.2],
  ])('public tutorials, 2026: idle OpenSearch Serverless, standby %p', (standbyReplicas, usd) => {
    const result = price(
      'rag',
      {
        parts: ['vector-store'],
        rag: { vectorStore: { kind: 'opensearch-serverless', standbyReplicas, storedGb: 0 } },
      },
      { 'aoss/ocu': [0.24, 'OCU-hour'] },
    );
    // 2 or 1 OCU x $0.24 x 730
    expect(result.monthly.usd).toBeCloseTo(usd, 10);
  });
});
