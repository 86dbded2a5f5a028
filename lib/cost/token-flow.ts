import type { CacheLifetime } from '../catalogue/models.ts';
import type { PriceTier, PromptBand, TokenMeter } from '../prices/token-pricing.ts';

/** Whose prices tokens have: model, tuned or not, profile and length of the prompt. */
export interface TokenSeller {
  readonly modelId: string;
  readonly meters: 'base' | 'custom';
  readonly scope: 'regional' | 'global';
  /** How the model is called; `undefined`: the workload does not say. It tells quotas apart, not prices. */
  readonly profileScope: string | undefined;
  readonly band: PromptBand;
}

/** A way in which tokens are sold: as usual, read from the cache or written to it, in which tier. */
export interface TokenTerms {
  readonly meter: TokenMeter;
  readonly tier: PriceTier;
  readonly cacheTtl: CacheLifetime;
}

export const TOKEN_CLASSES = ['prompt', 'answer'] as const;

export type TokenClass = (typeof TOKEN_CLASSES)[number];

/** What one call of a path reads or writes in a month, however it is billed, and how much of it is sold in which way. */
export interface TokenFlow {
  /** `answer`, or the name of a call that comes before it. */
  readonly call: string;
  readonly tokenClass: TokenClass;
  /** `null`: not known. */
  readonly millionTokens: number | null;
  readonly seller: TokenSeller | null;
  /** Shares of the tokens, as if none were cached; what is missing to one is served by capacity that is paid by time. */
  readonly sold: readonly SoldShare[];
  /** Those of the tokens that are cached, each at what it costs more or less than one that is not. @default none */
  readonly cached?: { readonly millionTokens: number; readonly sold: readonly SoldShare[] } | undefined;
}

export type SoldShare = TokenTerms & { readonly share: number };

/** Tokens that one request reads and writes in all its calls, repeated ones included; `null`: not known. */
export function tokensPerRequest(
  flows: readonly TokenFlow[],
  requestsPerMonth: number | undefined,
): Readonly<Record<TokenClass, number | null>> {
  const of = (tokenClass: TokenClass): number | null => {
    const counts = flows.flatMap((flow) => (flow.tokenClass === tokenClass ? [flow.millionTokens] : []));
    if (requestsPerMonth === undefined || requestsPerMonth === 0 || counts.length === 0) return null;
    return counts.includes(null)
      ? null
      : (counts.reduce<number>((sum, count) => sum + (count ?? 0), 0) * 1e6) / requestsPerMonth;
  };
  return { prompt: of('prompt'), answer: of('answer') };
}
