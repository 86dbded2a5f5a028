import type { CacheLifetime } from '../catalogue/models.ts';
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

type UsdPerMillionTokens = Readonly<Record<TokenMeter, number | null>>;

/** What a request costs that is longer than the model's limit, all of it. */
interface LongPromptPrices {
  readonly aboveTokens: number;
  readonly usdPerMillionTokens: UsdPerMillionTokens;
}

/** What the tokens of one model cost in one tier and scope. `null` is a price that the book does not have. */
export interface TokenPrices {
  readonly usdPerMillionTokens: UsdPerMillionTokens;
  readonly priceIds: Readonly<Record<TokenMeter, string>>;
  /** Absent: one price holds for any length. */
  readonly longPrompt?: LongPromptPrices;
}

/** In-Region and geographic profiles share one price; global profiles have their own on newer models. */
type PriceScope = 'regional' | 'global';

/** `standard` is what a call gets that asks for nothing; batch is a job, the others are `serviceTier` or latency settings. */
export const PRICE_TIERS = ['standard', 'batch', 'flex', 'priority', 'latency-optimized', 'ultrafast'] as const;

export type PriceTier = (typeof PRICE_TIERS)[number];

/** A request above the model's limit is billed at the prices of a long prompt as a whole. */
export const PROMPT_BANDS = ['usual', 'long-context'] as const;

export type PromptBand = (typeof PROMPT_BANDS)[number];

export interface TokenPriceKey {
  readonly modelId: string;
  readonly scope: PriceScope;
  readonly tier: PriceTier;
  /** How long written cache entries live; an hour costs more where it is offered. Five minutes unless given. */
  readonly cacheTtl?: CacheLifetime;
  /** @default 'usual' */
  readonly band?: PromptBand;
  /** Of a tuned version of the model. Default: of the model itself. */
  readonly prefix?: 'custom-';
}

/** How the id of a price ends by where the tokens may be processed. */
export const scopeSuffix = (scope: string | undefined): '' | '/global' => (scope === 'global' ? '/global' : '');

/** How the id of a cache write says how long the entry lives. */
const CACHE_WRITES: Record<CacheLifetime, string> = {
  '5m': 'cache-write',
  '30m': 'cache-write-30m',
  '1h': 'cache-write-1h',
};

/**
 * What a price id says after the model: `<meter>[/long-context][/<tier>][/global]`. Tuned models have meters of their own,
 * `custom-…`.
 */
export function tokenMeterIds({
  tier,
  scope,
  prefix = '',
  band = 'usual',
  cacheTtl = '5m',
}: Omit<TokenPriceKey, 'modelId' | 'prefix'> & { readonly prefix?: '' | 'custom-' }): Record<TokenMeter, string> {
  const suffix = (band === 'usual' ? '' : `/${band}`) + (tier === 'standard' ? '' : `/${tier}`) + scopeSuffix(scope);
  return {
    input: `${prefix}input${suffix}`,
    output: `${prefix}output${suffix}`,
    cacheRead: `${prefix}cache-read${suffix}`,
    cacheWrite: `${prefix}${CACHE_WRITES[cacheTtl]}${suffix}`,
  };
}

/** The price id of one meter. */
export function tokenPriceId({ modelId, ...key }: TokenPriceKey, meter: TokenMeter): string {
  return `${modelId}/${tokenMeterIds(key)[meter]}`;
}

/** The price ids of a model's token meters: `<model>/<meter>[/long-context][/<tier>][/global]`. */
export function tokenPriceIds({ modelId, ...key }: TokenPriceKey): Record<TokenMeter, string> {
  const { input, output, cacheRead, cacheWrite } = tokenMeterIds(key);
  return {
    input: `${modelId}/${input}`,
    output: `${modelId}/${output}`,
    cacheRead: `${modelId}/${cacheRead}`,
    cacheWrite: `${modelId}/${cacheWrite}`,
  };
}

/**
 * Picks the prices of one model, tier and scope from a book; what it does not have stays `null`.
 * @param longPromptAboveTokens the model's limit, where it has one
 */
export function tokenPrices(book: PriceBook, key: TokenPriceKey, longPromptAboveTokens?: number): TokenPrices {
  const priceIds = tokenPriceIds(key);
  return {
    usdPerMillionTokens: usdOf(book, priceIds),
    priceIds,
    ...(longPromptAboveTokens === undefined
      ? {}
      : {
          longPrompt: {
            aboveTokens: longPromptAboveTokens,
            usdPerMillionTokens: usdOf(book, tokenPriceIds({ ...key, band: 'long-context' })),
          },
        }),
  };
}

function usdOf({ prices }: PriceBook, ids: Readonly<Record<TokenMeter, string>>): UsdPerMillionTokens {
  const usd = (meter: TokenMeter): number | null => usdPer(prices, ids[meter], '1M tokens');
  return { input: usd('input'), output: usd('output'), cacheRead: usd('cacheRead'), cacheWrite: usd('cacheWrite') };
}

/** What one call cost in US dollars, by its own length; `null` where a meter that counted tokens has no price. */
export function meteredUsd(usage: TokenUsage, prices: Pick<TokenPrices, 'usdPerMillionTokens' | 'longPrompt'>) {
  const { longPrompt } = prices;
  const inputTokens = usage.inputTokens + usage.cacheReadInputTokens + usage.cacheWriteInputTokens;
  const isLong = longPrompt !== undefined && inputTokens > longPrompt.aboveTokens;
  const { usdPerMillionTokens } = isLong ? longPrompt : prices;
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
