import type { PriceBook } from './price-book.ts';
import { usdPer } from './usd-per.ts';

/** The token meters of one call, as Converse reports them: `inputTokens` leaves out what the cache served or stored. */
export interface TokenUsage {
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly cacheReadInputTokens: number;
  readonly cacheWriteInputTokens: number;
}

export const TOKEN_METERS = ['input', 'output', 'cacheRead', 'cacheWrite'] as const;

export type TokenMeter = (typeof TOKEN_METERS)[number];

/** What the tokens of one model cost in one tier and scope. `null` is a price that the book does not have. */
export interface TokenPrices {
  readonly usdPerMillionTokens: Readonly<Record<TokenMeter, number | null>>;
  readonly priceIds: Readonly<Record<TokenMeter, string>>;
}

/** In-Region and geographic profiles share one price; global profiles have their own on newer models. */
type PriceScope = 'regional' | 'global';

/** `standard` is what a call gets that asks for nothing; batch is a job, the others are `serviceTier` or latency settings. */
export const PRICE_TIERS = ['standard', 'batch', 'flex', 'priority', 'latency-optimized'] as const;

export type PriceTier = (typeof PRICE_TIERS)[number];

export interface TokenPriceKey {
  readonly modelId: string;
  readonly scope: PriceScope;
  readonly tier: PriceTier;
  /** How long written cache entries live; an hour costs more where it is offered. Five minutes unless given. */
  readonly cacheTtl?: '5m' | '1h';
  /** Of a tuned version of the model. Default: of the model itself. */
  readonly prefix?: 'custom-';
}

/** How the id of a price ends by where the tokens may be processed. */
export const scopeSuffix = (scope: string | undefined): '' | '/global' => (scope === 'global' ? '/global' : '');

/** What a price id says after the model: `<meter>[/<tier>][/global]`. Tuned models have meters of their own, `custom-…`. */
export function tokenMeterIds(
  tier: PriceTier,
  scope: PriceScope,
  prefix: '' | 'custom-' = '',
): Record<TokenMeter | 'cacheWrite1h', string> {
  const suffix = (tier === 'standard' ? '' : `/${tier}`) + scopeSuffix(scope);
  return {
    input: `${prefix}input${suffix}`,
    output: `${prefix}output${suffix}`,
    cacheRead: `${prefix}cache-read${suffix}`,
    cacheWrite: `${prefix}cache-write${suffix}`,
    cacheWrite1h: `${prefix}cache-write-1h${suffix}`,
  };
}

/** The price ids of a model's token meters: `<model>/<meter>[/<tier>][/global]`. */
export function tokenPriceIds({ modelId, scope, tier, cacheTtl, prefix }: TokenPriceKey): Record<TokenMeter, string> {
  const { input, output, cacheRead, cacheWrite, cacheWrite1h } = tokenMeterIds(tier, scope, prefix);
  return {
    input: `${modelId}/${input}`,
    output: `${modelId}/${output}`,
    cacheRead: `${modelId}/${cacheRead}`,
    cacheWrite: `${modelId}/${cacheTtl === '1h' ? cacheWrite1h : cacheWrite}`,
  };
}

/** Picks the prices of one model, tier and scope from a book; what it does not have stays `null`. */
export function tokenPrices(book: PriceBook, key: TokenPriceKey): TokenPrices {
  const priceIds = tokenPriceIds(key);
  const usdOf = (meter: TokenMeter): number | null => usdPer(book.prices, priceIds[meter], '1M tokens');
  return {
    usdPerMillionTokens: {
      input: usdOf('input'),
      output: usdOf('output'),
      cacheRead: usdOf('cacheRead'),
      cacheWrite: usdOf('cacheWrite'),
    },
    priceIds,
  };
}

/** What one call cost in US dollars, or `null` where a meter that counted tokens has no price. */
export function meteredUsd(usage: TokenUsage, { usdPerMillionTokens }: Pick<TokenPrices, 'usdPerMillionTokens'>) {
  const counts: Record<TokenMeter, number> = {
    input: usage.inputTokens,
    output: usage.outputTokens,
    cacheRead: usage.cacheReadInputTokens,
    cacheWrite: usage.cacheWriteInputTokens,
  };
  let usd = 0;
  for (const meter of TOKEN_METERS) {
    if (counts[meter] === 0) continue;
    const price = usdPerMillionTokens[meter];
    if (price === null) return null;
    usd += (counts[meter] / 1e6) * price;
  }
  return usd;
}
