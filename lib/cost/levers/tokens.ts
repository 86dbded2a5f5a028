import { DEFAULTS } from '../defaults.ts';
import { withField } from '../field.ts';
import { scale, set, type Lever } from './lever.ts';

/** Fewer tokens in each call. */
export const TOKEN_LEVERS = {
  'shorten-prompt': {
    component: 'inference',
    pull: ({ workload, section, inference }) => {
      const shorter = (inference.inputTokensPerRequest ?? 0) * 0.8;
      if (shorter < (inference.cachedPrefixTokensPerRequest ?? DEFAULTS.cachedPrefixTokensPerRequest)) return undefined;
      return scale(workload, `${section}.inference.inputTokensPerRequest`, inference.inputTokensPerRequest, 0.8);
    },
  },
  'cap-output': {
    component: 'inference',
    pull: ({ workload, section, inference }) => {
      const { outputTokensPerRequest, outputTokenCap } = inference;
      if (outputTokensPerRequest === undefined || outputTokensPerRequest === 0) return undefined;
      const cap = Math.min(outputTokensPerRequest, outputTokenCap ?? Infinity) * 0.8;
      return set(workload, `${section}.inference.outputTokenCap`, outputTokenCap ?? null, cap);
    },
  },
  'cache-prompt': {
    component: 'inference',
    pull: ({ workload, section, inference, onTokens }) => {
      const { inputTokensPerRequest = 0 } = inference;
      const cached = inference.cachedPrefixTokensPerRequest ?? DEFAULTS.cachedPrefixTokensPerRequest;
      if (!onTokens || inputTokensPerRequest === 0 || cached > 0) return undefined;
      const hitting = withField(workload, `${section}.inference.cacheHitShare`, 0.9);
      return set(hitting, `${section}.inference.cachedPrefixTokensPerRequest`, cached, inputTokensPerRequest / 2);
    },
  },
} as const satisfies Record<string, Lever>;
