import { CloudWatchLogsClient, FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { expect, test } from '@jest/globals';
import { mockClient } from 'aws-sdk-client-mock';
import { metricLine } from '../../lambda/shared/metrics.ts';
import { meteredSums, metricRecord, readLogGroup } from '../../lib/rehearsal/metric-lines.ts';

const answered = (usd: number | undefined, inputTokens = 100) =>
  metricLine({
    path: 'prompt-only',
    component: 'inference',
    timestampMs: 0,
    metrics: {
      InputTokens: inputTokens,
      OutputTokens: 20,
      CacheReadInputTokens: 5,
      CacheWriteInputTokens: 0,
      LatencyMs: 10,
      Retries: 1,
      ...(usd === undefined ? {} : { MeteredUsd: usd }),
    },
    properties: { outcome: 'answered' },
  });

const failed = metricLine({
  path: 'prompt-only',
  component: 'inference',
  timestampMs: 0,
  metrics: { LatencyMs: 9, Retries: 3 },
  properties: { outcome: 'throttled' },
});

const records = (...lines: string[]) => lines.flatMap((line) => metricRecord(line) ?? []);

test('the lines that the handler writes are read back', () => {
  const [record] = records(answered(0.5));
  expect(record).toMatchObject({ path: 'prompt-only', component: 'inference' });
  expect(Object.fromEntries(record?.values ?? [])).toEqual({
    InputTokens: 100,
    OutputTokens: 20,
    CacheReadInputTokens: 5,
    CacheWriteInputTokens: 0,
    LatencyMs: 10,
    Retries: 1,
    MeteredUsd: 0.5,
  });
});

test.each([
  'START RequestId: 1 Version: $LATEST',
  '{"level":"INFO"}',
  '{"_aws": broken',
  '{"_aws":{"CloudWatchMetrics":[]},"path":"another-project","component":"inference"}',
])('%s is no metric line of this project', (line) => {
  expect(metricRecord(line)).toBeUndefined();
});

test('answered requests are added up, failed ones are not', () => {
  // 100 + 300 tokens in, 2 x 20 out, 2 x 5 from the cache, $0.50 + $0.25
  expect(meteredSums(records(answered(0.5), failed, answered(0.25, 300)))).toEqual({
    requests: 2,
    inputTokens: 400,
    outputTokens: 40,
    cacheReadInputTokens: 10,
    cacheWriteInputTokens: 0,
    usd: 0.75,
    customMetrics: 7,
    retrieval: null,
  });
});

test('finding passages is added up beside the answers: it is paid in another component', () => {
  const retrieved = (usd: number | undefined) =>
    metricLine({
      path: 'rag',
      component: 'data',
      timestampMs: 0,
      metrics: { InputTokens: 12, ...(usd === undefined ? {} : { MeteredUsd: usd }) },
      properties: { outcome: 'retrieved' },
    });
  const sums = meteredSums(records(answered(0.5), retrieved(0.01), answered(0.25), retrieved(0.02)));
  // seven metrics of the answers, two of the retrieval
  expect(sums).toMatchObject({ requests: 2, inputTokens: 200, usd: 0.75, customMetrics: 9 });
  expect(sums.retrieval).toEqual({ embeddingTokens: 24, usd: expect.closeTo(0.03, 12) });
  expect(meteredSums(records(retrieved(undefined))).retrieval).toEqual({ embeddingTokens: 12, usd: null });
});

test('one answer without a price makes the sum unknown, not smaller', () => {
  expect(meteredSums(records(answered(0.5), answered(undefined))).usd).toBeNull();
});

test('a log group is read page by page, and its bytes are counted as they are billed', async () => {
  const logs = mockClient(CloudWatchLogsClient);
  logs
    .on(FilterLogEventsCommand, { logGroupName: 'group' })
    .resolves({ events: [{ message: 'START' }, { message: answered(1) }], nextToken: 'more' })
    .on(FilterLogEventsCommand, { logGroupName: 'group', nextToken: 'more' })
    .resolves({ events: [{ message: 'ü' }] });
  const usage = await readLogGroup(new CloudWatchLogsClient({}), 'group');
  expect(usage.records).toHaveLength(1);
  // 5 bytes, the line, 2 bytes for ü, and 26 for each of the three
  expect(usage.billedBytes).toBe(5 + Buffer.byteLength(answered(1)) + 2 + 3 * 26);
});
