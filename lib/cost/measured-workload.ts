import type { Operations, Workload } from './workload.ts';

/** What real calls of a path used, on average over the calls. */
export interface MeasuredCalls {
  readonly name: string;
  readonly requestsPerMonth: number;
  readonly hoursPerMonth: number;
  readonly modelId: string;
  readonly profileScope: string;
  /** As Converse reports them: `inputTokens` leaves out what the cache served or stored. Repeated calls are in. */
  readonly inputTokensPerRequest: number;
  readonly outputTokensPerRequest: number;
  readonly cacheReadInputTokensPerRequest: number;
  readonly cacheWriteInputTokensPerRequest: number;
  readonly tier?: 'standard' | 'flex' | 'priority' | 'latency-optimized';
  readonly function: NonNullable<Operations['function']>;
  readonly logs: NonNullable<Operations['logs']>;
  readonly customMetrics: number;
}

/** The workload of `prompt-only` in which every average is a measurement: what a rehearsed or metered month is checked against. */
export function measuredWorkload(measured: MeasuredCalls): Workload {
  const { cacheReadInputTokensPerRequest: read, cacheWriteInputTokensPerRequest: write } = measured;
  const prefix = read + write;
  return {
    name: measured.name,
    paths: ['prompt-only'],
    hoursPerMonth: measured.hoursPerMonth,
    requestsPerMonth: measured.requestsPerMonth,
    inference: {
      modelId: measured.modelId,
      profileScope: measured.profileScope,
      inputTokensPerRequest: measured.inputTokensPerRequest + prefix,
      outputTokensPerRequest: measured.outputTokensPerRequest,
      cachedPrefixTokensPerRequest: prefix,
      cacheHitShare: prefix === 0 ? 0 : read / prefix,
      cacheMeasured: true,
      ...tierShare(measured.tier),
    },
    operations: { function: measured.function, logs: measured.logs, customMetrics: measured.customMetrics },
  };
}

function tierShare(tier: MeasuredCalls['tier']): Partial<NonNullable<Workload['inference']>> {
  switch (tier) {
    case 'flex':
      return { flexShare: 1 };
    case 'priority':
      return { priorityShare: 1 };
    case 'latency-optimized':
      return { latencyOptimizedShare: 1 };
    case 'standard':
    case undefined:
      return {};
  }
}
