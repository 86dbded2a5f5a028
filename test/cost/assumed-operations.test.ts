import { expect, test } from '@jest/globals';
import { metricLine } from '../../lambda/shared/metrics.ts';
import { withAssumedOperations } from '../../lib/cost/assumed-operations.ts';
import { estimatePath } from '../../lib/cost/estimate.ts';
import { PATHS } from '../../lib/paths.ts';
import { priceBook } from '../../lib/prices/price-book.ts';
import { inventedPrice } from '../support/workloads.ts';

const BOOK = priceBook('us-east-1', [
  { ...inventedPrice('lambda/request', '1M requests'), usd: 0.2 },
  { ...inventedPrice('lambda/gb-second-arm', 'GB-second'), usd: 0.00001 },
  { ...inventedPrice('logs/ingest', 'GB'), usd: 0.5 },
  { ...inventedPrice('logs/archive', 'GB-month'), usd: 0.03 },
  { ...inventedPrice('cloudwatch/custom-metric', 'metric-month'), usd: 0.3 },
]);

const operationsUsd = (workload: Parameters<typeof withAssumedOperations>[0], path: 'prompt-only' | 'rag') =>
  estimatePath(path, withAssumedOperations(workload).workload, BOOK).components.operations.monthly.usd;

test('a workload without operations runs them as the stacks do, and never for nothing', () => {
  // 1M requests x $0.20/M; 1M x (2,500 ms + 1 % of 400 ms) x 0.5 GB = 1,252,000 GB-s x $0.00001; 7 metrics x $0.30
  // 1M x 1,200 bytes = 1.2e9 / 1,024^3 GB x ($0.50 + $0.03 x 30 x 24 / 730)
  const gb = 1.2e9 / 1024 ** 3;
  expect(operationsUsd({ requestsPerMonth: 1e6 }, 'prompt-only')).toBeCloseTo(
    0.2 + 12.52 + 2.1 + gb * (0.5 + (0.03 * 720) / 730),
    8,
  );
  // the second line of a path that retrieves: 450 bytes and two metrics more
  const more = (450e6 / 1024 ** 3) * (0.5 + (0.03 * 720) / 730) + 0.6;
  expect(operationsUsd({ requestsPerMonth: 1e6 }, 'rag')).toBeCloseTo(
    0.2 + 12.52 + 2.1 + gb * (0.5 + (0.03 * 720) / 730) + more,
    8,
  );
});

test('without a number of requests it is not known what operating costs, and the metrics are', () => {
  const { workload } = withAssumedOperations({});
  const { components, missing } = estimatePath('prompt-only', workload, BOOK);
  expect(components.operations.monthly).toEqual({ usd: null, knownUsd: expect.closeTo(2.1, 10) });
  expect(missing).toContain('requestsPerMonth');
});

test('operations that somebody describes stay as they are: for all paths, for one, or none at all', () => {
  for (const operations of [{}, { alarms: 3 }]) {
    expect(withAssumedOperations({ operations })).toEqual({ workload: { operations }, assumed: [] });
  }
  const { workload, assumed } = withAssumedOperations({ rag: { operations: { alarms: 3 } } });
  expect(workload.rag).toEqual({ operations: { alarms: 3 } });
  expect(assumed.flatMap(({ paths }) => paths)).not.toContain('rag');
  expect(withAssumedOperations({ parts: ['inference'] })).toEqual({ workload: { parts: ['inference'] }, assumed: [] });
  expect(withAssumedOperations({ paths: ['distillation'] }).workload).not.toHaveProperty('promptOnly');
});

test('what is assumed is named with its value, once for all paths that share it', () => {
  expect(withAssumedOperations({}).assumed).toEqual([
    { field: 'operations.function.memoryMb', value: 512, paths: PATHS },
    { field: 'operations.function.durationMsPerRequest', value: 2500, paths: PATHS },
    { field: 'operations.function.coldStartShare', value: 0.01, paths: PATHS },
    { field: 'operations.function.initMsPerColdStart', value: 400, paths: PATHS },
    { field: 'operations.logs.bytesPerRequest', value: 1200, paths: PATHS.filter((path) => path !== 'rag') },
    { field: 'operations.logs.retentionDays', value: 30, paths: PATHS },
    { field: 'operations.customMetrics', value: 7, paths: PATHS.filter((path) => path !== 'rag') },
    { field: 'operations.logs.bytesPerRequest', value: 1650, paths: ['rag'] },
    { field: 'operations.customMetrics', value: 9, paths: ['rag'] },
  ]);
});

test('memory and retention that are configured are no assumption', () => {
  const { workload, assumed } = withAssumedOperations({ paths: ['prompt-only'] }, () => ({
    memoryMb: 1024,
    logRetentionDays: 7,
  }));
  expect(workload.promptOnly?.operations).toMatchObject({ function: { memoryMb: 1024 }, logs: { retentionDays: 7 } });
  expect(assumed.map(({ field }) => field)).not.toEqual(expect.arrayContaining(['operations.function.memoryMb']));
  expect(assumed.map(({ field }) => field)).not.toEqual(expect.arrayContaining(['operations.logs.retentionDays']));
});

test('a guardrail that is configured and not described is named as not counted', () => {
  const settings = { memoryMb: 512, logRetentionDays: 30, hasGuardrail: true };
  const { assumed } = withAssumedOperations({ paths: ['prompt-only'] }, () => settings);
  expect(assumed).toContainEqual({ field: 'operations.guardrail', value: 'not counted', paths: ['prompt-only'] });
});

/** The least that Lambda writes of an invocation in plain text: START, END and REPORT with a request id of 36 characters. */
const PLATFORM_BYTES = 3 * (26 + 36) + 100;

test('the log line that is assumed holds what the function writes, and little more', () => {
  const line = (component: 'inference' | 'data', metrics: Parameters<typeof metricLine>[0]['metrics'], more: object) =>
    26 +
    metricLine({
      path: 'rag',
      component,
      timestampMs: 1_796_000_000_000,
      metrics,
      properties: { level: 'INFO', outcome: 'answered', requestId: '0'.repeat(36), ...more },
    }).length;
  const answered = line(
    'inference',
    {
      InputTokens: 1200,
      OutputTokens: 250,
      CacheReadInputTokens: 0,
      CacheWriteInputTokens: 0,
      LatencyMs: 2500,
      Retries: 0,
      MeteredUsd: 0.0010835,
    },
    { stopReason: 'end_turn', prompt: 'cdk-assistant/v1' },
  );
  const retrieved = line(
    'data',
    { InputTokens: 40, MeteredUsd: 8e-7 },
    { passages: 5, rerankQueries: 0, counts: 'measured' },
  );
  expect(answered + PLATFORM_BYTES).toBeGreaterThan(0.8 * 1200);
  expect(answered + PLATFORM_BYTES).toBeLessThanOrEqual(1200);
  expect(retrieved).toBeGreaterThan(0.9 * 450);
  expect(retrieved).toBeLessThanOrEqual(450);
});
