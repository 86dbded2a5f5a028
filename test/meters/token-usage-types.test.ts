import { describe, expect, test } from '@jest/globals';
import { usageTypesIn } from '../../lib/meters/region-prefixes.ts';
import { parseTokenUsageType, tokenUsageTypes, type Naming } from '../../lib/meters/token-usage-types.ts';

/** As the price list and bills have them, July to October 2026; only the makers are invented where the name is. */
const SEEN: readonly (readonly [usageType: string, naming: Naming, name: string | undefined, meter: string])[] = [
  ['USE1-AcmeSmall-input-tokens', 'usage-type', 'AcmeSmall', 'input'],
  ['USE1-Acme2.0Pro-text-input-tokens', 'usage-type', 'Acme2.0Pro', 'input'],
  ['USE1-Acme2.0Lite-output-tokens-batch', 'usage-type', 'Acme2.0Lite', 'output/batch'],
  ['USE1-Acme2.0Lite-input-tokens-cross-region-global', 'usage-type', 'Acme2.0Lite', 'input/global'],
  ['USE1-Acme2.0Lite-input-tokens-cross-region-global-batch', 'usage-type', 'Acme2.0Lite', 'input/batch/global'],
  ['USE1-Acme2.0Lite-output-tokens-flex-cross-region-global', 'usage-type', 'Acme2.0Lite', 'output/flex/global'],
  [
    'USE1-Acme2.0Pro-text-input-tokens-priority-cross-region-global',
    'usage-type',
    'Acme2.0Pro',
    'input/priority/global',
  ],
  ['USE1-AcmePro-input-tokens-latency-optimized', 'usage-type', 'AcmePro', 'input/latency-optimized'],
  ['USW2-Acme2.0Lite-cache-write-input-token-count-flex', 'usage-type', 'Acme2.0Lite', 'cache-write/flex'],
  ['USE1-Acme4-cache-write-input-token-count-1-hour', 'usage-type', 'Acme4', 'cache-write-1h'],
  ['USE1-Acme4-output-tokens-long-context-cross-region-global', 'usage-type', 'Acme4', 'output/long-context/global'],
  ['USE1-Acme2.0Lite-input-tokens-custom-model', 'usage-type', 'Acme2.0Lite', 'custom-input'],
  ['USE1-Acme4-reserved-1-month-input-tokens-per-minute', 'usage-type', 'Acme4', 'input/reserved-1-month'],
  ['USE1-acme.super-3-120b-input-tokens-flex', 'usage-type', 'acme.super-3-120b', 'input/flex'],
  ['USE1-acme.k3-mantle-input-tokens-standard', 'mantle', 'acme.k3', 'input'],
  ['USE1-acme.k3-mantle-input-tokens-global-flex', 'mantle', 'acme.k3', 'input/flex/global'],
  ['USE1-acme.g-4.3-mantle-cache-read-tokens-flex', 'mantle', 'acme.g-4.3', 'cache-read/flex'],
  [
    'USE1-acme.5.6-luna-mantle-cache-write-tokens-5m-long-ctx-flex',
    'mantle',
    'acme.5.6-luna',
    'cache-write/long-context/flex',
  ],
  [
    'UGW1-acme.5.6-mantle-cache-write-tokens-30m-long-ctx-standard',
    'mantle',
    'acme.5.6',
    'cache-write-30m/long-context',
  ],
  [
    'USE1-acme.h-5-5-mantle-output-tokens-long-ctx-global-standard',
    'mantle',
    'acme.h-5-5',
    'output/long-context/global',
  ],
  ['USE1-acme.h-4-5-mantle-cache-write-tokens-1h-standard', 'mantle', 'acme.h-4-5', 'cache-write-1h'],
  ['USW2-acme.o-4-8-mantle-cache-write-tokens-global-standard', 'mantle', 'acme.o-4-8', 'cache-write/global'],
  ['USE1-MP:USE1_InputTokenCount-Units', 'marketplace-counts', undefined, 'input'],
  ['USE1-MP:USE1_InputTokenCount_Global_Batch-Units', 'marketplace-counts', undefined, 'input/batch/global'],
  ['USE1-MP:USE1_CacheWrite1hInputTokenCount_Global-Units', 'marketplace-counts', undefined, 'cache-write-1h/global'],
  ['USW2-MP:USW2_InputTokenCount_LCtx_Global-Units', 'marketplace-counts', undefined, 'input/long-context/global'],
  ['USW2-MP:USW2_OutputTokenCount_Geo-Units', 'marketplace-counts', undefined, 'output'],
  ['USW2-MP:USW2_OutputTokenCount_LatencyOptimized-Units', 'marketplace-counts', undefined, 'output/latency-optimized'],
  ['APN1-MP:APN1_MillionBatchInputTokens-Units', 'marketplace-counts', undefined, 'input/batch'],
  ['USW2-MP:USW2_Reserved_1Month_InputTPM_Geo-Units', 'marketplace-counts', undefined, 'input/reserved-1-month'],
  [
    'USE1-MP:USE1_Reserved_3Month_OutputTPM_Global-Units',
    'marketplace-counts',
    undefined,
    'output/reserved-3-month/global',
  ],
  [
    'USE1-MP:USE1_input_tokens_long_ctx_global_standard-Units',
    'marketplace-standard',
    undefined,
    'input/long-context/global',
  ],
  [
    'USW2-MP:USW2_cache_write_tokens_30m_long_ctx_standard-Units',
    'marketplace-standard',
    undefined,
    'cache-write-30m/long-context',
  ],
  ['USE1-MP:USE1_cached_input_tokens_batch-Units', 'marketplace-standard', undefined, 'cache-read/batch'],
  ['USE1-MP:USE1_output_tokens_batch-Units', 'marketplace-standard', undefined, 'output/batch'],
];

describe('usage types that were seen', () => {
  test.each(SEEN)('%s', (usageType, naming, name, meter) => {
    expect(parseTokenUsageType(usageType)).toEqual({ naming, name, meter });
  });

  test.each(SEEN.filter(([usageType]) => usageType.startsWith('USE1')))(
    '%s is what its price is looked for under',
    (usageType, naming, name = 'any', meter) => {
      const looked = tokenUsageTypes(naming, name).get(meter) ?? [];
      expect([...usageTypesIn('us-east-1', looked)]).toContain(usageType);
    },
  );
});

test('every usage type that a naming writes is read back as the same meter', () => {
  for (const naming of ['usage-type', 'mantle', 'marketplace-counts', 'marketplace-standard'] as const) {
    const written = [...tokenUsageTypes(naming, 'acme.name-2')];
    expect(written.length).toBeGreaterThan(30);
    for (const [meter, usageTypes] of written) {
      for (const usageType of usageTypes) {
        expect(parseTokenUsageType(usageType.replaceAll('{P}', 'APN1'))?.meter).toBe(meter);
      }
    }
  }
});

test('no two meters of a naming share a usage type', () => {
  for (const naming of ['usage-type', 'mantle', 'marketplace-counts', 'marketplace-standard'] as const) {
    const all = [...tokenUsageTypes(naming, 'a').values()].flat();
    expect(new Set(all).size).toBe(all.length);
  }
});

test('a tail that nobody has seen is no meter, and is not taken for a near one', () => {
  expect(parseTokenUsageType('USE1-acme.k3-mantle-input-tokens-turbo')).toEqual({
    naming: 'mantle',
    name: 'acme.k3',
    meter: undefined,
  });
  expect(parseTokenUsageType('USE1-MP:USE1_cache_writes_tokens_standard-Units')?.meter).toBeUndefined();
  expect(parseTokenUsageType('USE1-Acme2.0Omni-input-audio-token-count')).toBeUndefined();
  expect(parseTokenUsageType('USE1-Guardrail-ContentPolicyUnitsConsumed')).toBeUndefined();
});
