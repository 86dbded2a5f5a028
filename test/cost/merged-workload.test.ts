import { describe, expect, test } from '@jest/globals';
import { estimatePath } from '../../lib/cost/estimate.ts';
import { measuredWorkload, type MeasuredCalls } from '../../lib/cost/measured-workload.ts';
import { isMeasured, mergedWorkload } from '../../lib/cost/merged-workload.ts';
import { parseWorkload, type Workload } from '../../lib/cost/workload.ts';
import { priceBook } from '../../lib/prices/price-book.ts';
import { inventedPrice } from '../support/workloads.ts';

const CALLS: MeasuredCalls = {
  name: 'rehearsed',
  requestsPerMonth: 100_000,
  hoursPerMonth: 744,
  modelId: 'a.base',
  profileScope: 'us',
  inputTokensPerRequest: 250,
  outputTokensPerRequest: 90,
  cacheReadInputTokensPerRequest: 0,
  cacheWriteInputTokensPerRequest: 0,
  function: { memoryMb: 512, durationMsPerRequest: 900, architecture: 'arm' },
  logs: { bytesPerRequest: 1_100, retentionDays: 30 },
  customMetrics: 7,
};

const PROMPT_ONLY = measuredWorkload(CALLS);

const FINE_TUNED: Workload = {
  ...measuredWorkload({
    ...CALLS,
    modelId: 'b.base',
    profileScope: 'in-region',
    inputTokensPerRequest: 200,
    customMetrics: 9,
  }),
  paths: ['fine-tuning'],
  fineTuning: { baseModelId: 'b.base', trainingTokensPerEpoch: 10_000, epochs: 2, hosting: { kind: 'on-demand' } },
};

const ABOUT = { description: 'Measured on 2026-11-30', region: 'us-east-1' };

const price = (id: string, usd: number, per: Parameters<typeof inventedPrice>[1]) => ({
  ...inventedPrice(id, per),
  usd,
});

const BOOK = priceBook('us-east-1', [
  price('a.base/input', 1, '1M tokens'),
  price('a.base/output', 10, '1M tokens'),
  price('b.base/custom-input', 2, '1M tokens'),
  price('b.base/custom-output', 20, '1M tokens'),
  price('b.base/training', 8, '1M tokens'),
  price('b.base/storage', 1.95, 'model-month'),
]);

describe('the workload of a rehearsal', () => {
  const merged = mergedWorkload([PROMPT_ONLY, FINE_TUNED], ABOUT);

  test('has volume, hours and Region on top and what each path measured in its section', () => {
    expect(merged).toEqual({
      name: 'measured in a rehearsal',
      description: 'Measured on 2026-11-30',
      region: 'us-east-1',
      paths: ['prompt-only', 'fine-tuning'],
      hoursPerMonth: 744,
      requestsPerMonth: 100_000,
      attempts: 1,
      promptOnly: {
        inference: { ...PROMPT_ONLY.inference, countedModelId: 'a.base' },
        operations: PROMPT_ONLY.operations,
      },
      fineTuning: {
        ...FINE_TUNED.fineTuning,
        inference: {
          profileScope: 'in-region',
          countedModelId: 'b.base',
          inputTokensPerRequest: 200,
          outputTokensPerRequest: 90,
          cachedPrefixTokensPerRequest: 0,
          cacheHitShare: 0,
          cacheMeasured: true,
        },
        operations: FINE_TUNED.operations,
      },
    });
  });

  test('costs in each path what that path alone was measured at', () => {
    // 25M x $1 + 9M x $10 = $115; tuned 20M x $2 + 9M x $20 = $220
    const read = parseWorkload(JSON.parse(JSON.stringify(merged)));
    const inferenceUsd = (path: 'prompt-only' | 'fine-tuning') =>
      estimatePath(path, read, BOOK).components.inference.monthly.usd;
    expect(inferenceUsd('prompt-only')).toBeCloseTo(115, 10);
    expect(inferenceUsd('fine-tuning')).toBeCloseTo(220, 10);
    // 2 epochs x 10,000 tokens x $8 a million, once: the one run that was made
    expect(estimatePath('fine-tuning', read, BOOK).components.training.oneTime.usd).toBeCloseTo(0.16, 10);
    expect(estimatePath('fine-tuning', read, BOOK).lines).toEqual(estimatePath('fine-tuning', FINE_TUNED, BOOK).lines);
  });

  test('is told by its name from one that a person wrote', () => {
    expect(isMeasured(merged)).toBe(true);
    expect(isMeasured({ ...merged, name: 'default' })).toBe(false);
    expect(isMeasured({})).toBe(false);
  });

  test('says no attempts where nothing was trained', () => {
    expect(mergedWorkload([PROMPT_ONLY], ABOUT)).not.toHaveProperty('attempts');
  });

  test('is not made of months that differ, of several paths in one, or of nothing', () => {
    expect(() => mergedWorkload([PROMPT_ONLY, { ...FINE_TUNED, hoursPerMonth: 720 }], ABOUT)).toThrow('months');
    expect(() => mergedWorkload([{ ...PROMPT_ONLY, paths: ['prompt-only', 'rag'] }], ABOUT)).toThrow('of one path');
    expect(() => mergedWorkload([], ABOUT)).toThrow('no path');
  });
});
