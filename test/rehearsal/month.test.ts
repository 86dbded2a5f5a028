import { expect, test } from '@jest/globals';
import type { DeployedPath } from '../../lib/rehearsal/deployed-path.ts';
import { billedMilliseconds, monthOfUsage, nextMonth } from '../../lib/rehearsal/month.ts';

test.each([
  ['2026-10-31T23:59:59Z', '2026-11'],
  ['2026-12-01T00:00:00Z', '2027-01'],
])('the month after %s is %s', (now, month) => {
  expect(nextMonth(new Date(now))).toBe(month);
});

const PROFILE = {
  requests: 100,
  calls: 110,
  latencyMsPerCall: 1000.1,
  tokensPerRequest: { inputTokens: 1, outputTokens: 1, cacheReadInputTokens: 0, cacheWriteInputTokens: 0 },
  usagePerRequest: [
    {
      priceId: 'm/input',
      resourceId: 'profile',
      tags: {},
      path: 'prompt-only',
      component: 'inference',
      operation: 'Converse',
      quantity: 1,
    },
  ],
} as const;

const DEPLOYED: DeployedPath = {
  functionName: 'answer',
  functionArn: 'arn:function',
  functionTags: { of: 'function' },
  memoryMegabytes: 512,
  architecture: 'arm64',
  environment: {},
  functionUrl: 'https://abc.lambda-url.us-east-1.on.aws/',
  modelArn: 'arn:profile',
  logGroup: 'group',
  logGroupArn: 'arn:group',
  logGroupTags: { of: 'group' },
  logRetentionDays: 30,
};

test('a request waits for all its calls, and Lambda bills whole milliseconds', () => {
  // 1000.1 ms x 110 calls / 100 requests = 1100.11 ms, billed as 1101
  expect(billedMilliseconds(PROFILE)).toBe(1101);
});

test('a month uses what its requests use, and what stands whatever is asked', () => {
  const month = monthOfUsage('2026-11', 1000, PROFILE, {
    path: 'prompt-only',
    deployed: DEPLOYED,
    logBytesPerRequest: 1024 ** 2,
    customMetrics: 7,
  });
  const quantities = (usages: readonly { priceId: string; resourceId: string | null; quantity: number }[] = []) =>
    usages.map(({ priceId, resourceId, quantity }) => [priceId, resourceId, quantity]);
  expect(quantities(month.usagePerRequest)).toEqual([
    ['m/input', 'profile', 1],
    ['lambda/request', 'arn:function', 1],
    // 1.101 s x 512 / 1024 GB
    ['lambda/gb-second-arm', 'arn:function', expect.closeTo(0.5505, 12)],
    // 1 MiB of 1024 MiB
    ['logs/ingest', 'arn:group', 1 / 1024],
  ]);
  expect(quantities(month.usagePerMonth)).toEqual([['cloudwatch/custom-metric', null, 7]]);
  expect(month.storagePerRequest).toMatchObject([{ priceId: 'logs/archive', quantity: 1 / 1024, retentionDays: 30 }]);
});
