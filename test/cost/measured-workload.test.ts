import { expect, test } from '@jest/globals';
import { estimatePath } from '../../lib/cost/estimate.ts';
import { measuredWorkload, type MeasuredCalls } from '../../lib/cost/measured-workload.ts';
import { parseWorkload } from '../../lib/cost/workload.ts';
import { meteredUsd, tokenPrices } from '../../lib/prices/token-pricing.ts';
import { bookFor } from '../support/workloads.ts';

const MEASURED: MeasuredCalls = {
  name: 'rehearsal',
  requestsPerMonth: 12_345,
  hoursPerMonth: 744,
  modelId: 'a.base',
  profileScope: 'us',
  inputTokensPerRequest: 812.37,
  outputTokensPerRequest: 143.9,
  cacheReadInputTokensPerRequest: 301.2,
  cacheWriteInputTokensPerRequest: 17.4,
  function: { memoryMb: 512, durationMsPerRequest: 1830, architecture: 'arm' },
  logs: { bytesPerRequest: 911, averageStoredGb: 0.005 },
  customMetrics: 7,
};

test.each(['standard', 'flex', 'priority', 'latency-optimized'] as const)(
  'the estimate of measured calls is the metered price of the average call, times the calls (%s)',
  (tier) => {
    const workload = measuredWorkload({ ...MEASURED, tier });
    const book = bookFor(workload);
    const perCall = meteredUsd(
      {
        inputTokens: 812.37,
        outputTokens: 143.9,
        cacheReadInputTokens: 301.2,
        cacheWriteInputTokens: 17.4,
      },
      tokenPrices(book, { modelId: 'a.base', scope: 'regional', tier }),
    );
    const { components } = estimatePath('prompt-only', parseWorkload(workload), book);
    expect(perCall).not.toBeNull();
    expect(components.inference.monthly.usd).toBeCloseTo((perCall ?? NaN) * 12_345, 8);
  },
);

test('without a cache nothing is cached', () => {
  const workload = measuredWorkload({
    ...MEASURED,
    cacheReadInputTokensPerRequest: 0,
    cacheWriteInputTokensPerRequest: 0,
  });
  const names = estimatePath('prompt-only', workload, bookFor(workload)).lines.map(({ name }) => name);
  expect(names.filter((name) => name.startsWith('Cache'))).toEqual([]);
  expect(names).toContain('CloudWatch Logs storage');
});
