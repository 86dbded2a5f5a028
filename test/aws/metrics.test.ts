import { CloudWatchClient, GetMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { expect, test } from '@jest/globals';
import { mockClient } from 'aws-sdk-client-mock';

import { readMetered } from '../../lib/aws/metrics.ts';

const cloudWatch = mockClient(CloudWatchClient);
const client = new CloudWatchClient({ region: 'us-east-1' });
const NOW = new Date('2026-08-10T12:00:00Z');
const DAY = new Date('2026-08-02T00:00:00Z');

/** Series of prompt-only, inference: the first path and the first component. */
const series = (values: Record<string, number>) =>
  Object.entries(values).map(([name, value]) => ({
    Id: `${name}0`,
    StatusCode: 'Complete' as const,
    Timestamps: [DAY],
    Values: [value],
  }));

const COUNTED = { requests: 4, pricedRequests: 4, usd: 0.5, inputTokens: 1_000, outputTokens: 200 };

test('a day of a path is its requests, tokens and metered dollars, page after page', async () => {
  cloudWatch.reset();
  const all = series(COUNTED);
  cloudWatch
    .on(GetMetricDataCommand)
    .resolvesOnce({ MetricDataResults: all.slice(0, 2), NextToken: 'more' })
    .resolves({ MetricDataResults: all.slice(2) });
  const { metered, queryUsd } = await readMetered(client, { from: '2026-08-01', until: '2026-08-05' }, NOW);
  expect(metered).toEqual({
    source: 'cloudwatch',
    from: '2026-08-01',
    until: '2026-08-05',
    rows: [
      {
        path: 'prompt-only',
        component: 'inference',
        day: '2026-08-02',
        requests: 4,
        inputTokens: 1_000,
        outputTokens: 200,
        cacheReadInputTokens: 0,
        cacheWriteInputTokens: 0,
        usd: 0.5,
      },
    ],
  });
  // 5 paths x 4 components x 7 series at $0.01 a thousand
  expect(queryUsd).toBeCloseTo(0.0014, 12);
  const [first] = cloudWatch.commandCalls(GetMetricDataCommand);
  expect(first?.args[0].input).toMatchObject({
    StartTime: new Date('2026-08-01'),
    EndTime: new Date('2026-08-06'),
    MetricDataQueries: expect.arrayContaining([
      {
        Id: 'usd0',
        MetricStat: {
          Metric: {
            Namespace: 'fmpaths',
            MetricName: 'MeteredUsd',
            Dimensions: [
              { Name: 'path', Value: 'prompt-only' },
              { Name: 'component', Value: 'inference' },
            ],
          },
          Period: 86_400,
          Stat: 'Sum',
        },
      },
    ]),
  });
});

test('a request without a price makes the day unknown, not cheaper', async () => {
  cloudWatch.reset();
  cloudWatch.on(GetMetricDataCommand).resolves({ MetricDataResults: series({ ...COUNTED, pricedRequests: 3 }) });
  const { metered } = await readMetered(client, { from: '2026-08-01', until: '2026-08-05' }, NOW);
  expect(metered.rows[0]?.usd).toBeNull();
});

test('today is not over and is left out', async () => {
  cloudWatch.reset();
  cloudWatch.on(GetMetricDataCommand).resolves({ MetricDataResults: [] });
  const { metered } = await readMetered(client, { from: '2026-08-01', until: '2026-08-31' }, NOW);
  expect(metered.until).toBe('2026-08-09');
  expect(cloudWatch.commandCalls(GetMetricDataCommand)[0]?.args[0].input.EndTime).toEqual(new Date('2026-08-10'));
});

test.each([
  ['the month so far on its first day', '2026-08-01', '2026-08-01', '2026-07-31'],
  ['today alone', '2026-08-10', '2026-08-10', '2026-08-09'],
  ['days to come', '2026-09-01', '2026-09-30', '2026-08-09'],
])('no day of %s is over: nothing is asked, and nothing was metered', async (_, from, until, lastOver) => {
  cloudWatch.reset();
  const now = from === '2026-08-01' ? new Date('2026-08-01T00:00:00Z') : NOW;
  expect(await readMetered(client, { from, until }, now)).toEqual({
    metered: { source: 'cloudwatch', from, until: lastOver, rows: [] },
    queryUsd: 0,
  });
  expect(cloudWatch.calls()).toEqual([]);
});

test('a series that CloudWatch could not read is an error, not an empty day', async () => {
  cloudWatch.reset();
  cloudWatch.on(GetMetricDataCommand).resolves({
    MetricDataResults: [{ Id: 'usd0', StatusCode: 'Forbidden', Messages: [{ Value: 'no access' }] }],
  });
  await expect(readMetered(client, { from: '2026-08-01', until: '2026-08-05' }, NOW)).rejects.toThrow(
    'CloudWatch could not read usd0: no access',
  );
});

test('requests are counted by what only an answer counts: a failed call has a latency but no tokens', async () => {
  cloudWatch.reset();
  cloudWatch.on(GetMetricDataCommand).resolves({ MetricDataResults: [] });
  await readMetered(client, { from: '2026-08-01', until: '2026-08-05' }, NOW);
  const [call] = cloudWatch.commandCalls(GetMetricDataCommand);
  const requests = call?.args[0].input.MetricDataQueries?.find(({ Id }) => Id === 'requests0');
  expect(requests?.MetricStat).toMatchObject({ Metric: { MetricName: 'InputTokens' }, Stat: 'SampleCount' });
});
