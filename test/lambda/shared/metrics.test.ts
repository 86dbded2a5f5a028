import { expect, test } from '@jest/globals';
import { metricLine } from '../../../lambda/shared/metrics.ts';

const line = (metrics: Parameters<typeof metricLine>[0]['metrics'], properties = {}): unknown =>
  JSON.parse(
    metricLine({ path: 'prompt-only', component: 'inference', timestampMs: 1_800_000_000_000, metrics, properties }),
  );

test('a line has the two dimensions path and component and nothing else to be billed for', () => {
  expect(line({ InputTokens: 12, LatencyMs: 340, MeteredUsd: 0.0001 }, { outcome: 'answered' })).toEqual({
    _aws: {
      Timestamp: 1_800_000_000_000,
      CloudWatchMetrics: [
        {
          Namespace: 'fmpaths',
          Dimensions: [['path', 'component']],
          Metrics: [
            { Name: 'InputTokens', Unit: 'Count' },
            { Name: 'LatencyMs', Unit: 'Milliseconds' },
            { Name: 'MeteredUsd', Unit: 'None' },
          ],
        },
      ],
    },
    outcome: 'answered',
    path: 'prompt-only',
    component: 'inference',
    InputTokens: 12,
    LatencyMs: 340,
    MeteredUsd: 0.0001,
  });
});

test('a metric that is not known is left out, and zero is kept', () => {
  const result = line({ Retries: 0 });
  expect(result).toHaveProperty('Retries', 0);
  expect(result).not.toHaveProperty('MeteredUsd');
  expect(result).toHaveProperty('_aws.CloudWatchMetrics.0.Metrics', [{ Name: 'Retries', Unit: 'Count' }]);
});

test('a property cannot pretend to be a metric or a dimension', () => {
  expect(line({ InputTokens: 5 }, { path: 'rag', InputTokens: 1 })).toMatchObject({
    path: 'prompt-only',
    InputTokens: 5,
  });
});

test('a line is one line, whatever its properties hold', () => {
  const text = metricLine({
    path: 'prompt-only',
    component: 'inference',
    timestampMs: 0,
    metrics: {},
    properties: { question: 'one\ntwo\u2028three' },
  });
  expect(text.split('\n')).toHaveLength(1);
});
