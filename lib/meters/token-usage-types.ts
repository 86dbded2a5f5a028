import { CACHE_LIFETIMES, type PriceListName } from '../catalogue/models.ts';
import { PRICE_TIERS, PROMPT_BANDS, tokenMeterIds, type PriceTier, type PromptBand } from '../prices/token-pricing.ts';
import { localUsageType } from './region-prefixes.ts';

/** How the AWS Price List names a model: a value of `priceList.naming` in the catalogue. */
export type Naming = PriceListName['naming'];

type Scope = 'regional' | 'global';

/** What a token counts, as a price id says it. */
type Meter = 'input' | 'output' | 'cache-read' | 'cache-write' | 'cache-write-30m' | 'cache-write-1h';

/** Spellings of one thing; all that are in the Price List must show the same price. */
type Spellings = readonly string[];

/**
 * How one naming writes the tail of a usage type, in this order: meter, length of the prompt, terms. Nothing that is not here is
 * guessed at.
 */
interface Grammar {
  readonly meters: Readonly<Partial<Record<Meter, Spellings>>>;
  readonly bands: Readonly<Record<PromptBand, string>>;
  /** Tier and scope are one table: their order differs by tier. */
  readonly terms: Readonly<Partial<Record<PriceTier, Readonly<Partial<Record<Scope, Spellings>>>>>>;
  /** Tokens a minute kept free for months: the tails by price id. */
  readonly reserved: Readonly<Record<string, Spellings>>;
  /** Whole tails that follow no pattern, by price id. */
  readonly others?: Readonly<Record<string, Spellings>>;
}

const RESERVED_MONTHS = [1, 3] as const;

/** Both directions and both terms of reserved capacity. Geographic profiles have the price of the Region. */
function reserved(spell: (direction: 'input' | 'output', months: number, scope: '' | 'geo' | 'global') => string) {
  const rows = (['input', 'output'] as const).flatMap((direction) =>
    RESERVED_MONTHS.flatMap((months): [string, Spellings][] => {
      const id = `${direction}/reserved-${months}-month`;
      return [
        [id, [spell(direction, months, ''), spell(direction, months, 'geo')]],
        [`${id}/global`, [spell(direction, months, 'global')]],
      ];
    }),
  );
  return Object.fromEntries(rows);
}

const kebabReserved = reserved(
  (direction, months, scope) =>
    `reserved-${months}-month-${direction}-tokens-per-minute${scope === '' ? '' : `-cross-region-${scope}`}`,
);

const SCOPE_NAMES = { '': '', geo: '_Geo', global: '_Global' } as const;

const marketplaceReserved = reserved(
  (direction, months, scope) =>
    `Reserved_${months}Month_${direction === 'input' ? 'Input' : 'Output'}TPM${SCOPE_NAMES[scope]}`,
);

/** Every tier that the newer namings write out, with the scope before it. */
function writtenOut(join: string): Grammar['terms'] {
  const tiers = ['standard', 'batch', 'flex', 'priority', 'ultrafast'] as const;
  return Object.fromEntries(
    tiers.map((tier) => [tier, { regional: [`${join}${tier}`], global: [`${join}global${join}${tier}`] }]),
  );
}

/**
 * Seen in public code that reads the Price List, July to October 2026, and in bills. A cache write that names no lifetime lives for
 * five minutes.
 */
const GRAMMARS: Readonly<Record<Naming, Grammar>> = {
  'usage-type': {
    meters: {
      input: ['input-tokens', 'text-input-tokens'],
      output: ['output-tokens', 'text-output-tokens'],
      'cache-read': ['cache-read-input-token-count'],
      'cache-write': ['cache-write-input-token-count'],
      'cache-write-1h': ['cache-write-input-token-count-1-hour'],
    },
    bands: { usual: '', 'long-context': '-long-context' },
    terms: {
      standard: { regional: ['', '-cross-region-geo'], global: ['-cross-region-global'] },
      batch: { regional: ['-batch'], global: ['-cross-region-global-batch'] },
      flex: { regional: ['-flex'], global: ['-flex-cross-region-global', '-cross-region-global-flex'] },
      priority: { regional: ['-priority'], global: ['-priority-cross-region-global', '-cross-region-global-priority'] },
      'latency-optimized': { regional: ['-latency-optimized'] },
    },
    reserved: kebabReserved,
    others: {
      'custom-input': ['input-tokens-custom-model'],
      'custom-output': ['output-tokens-custom-model'],
      'custom-cache-read': ['cache-read-input-token-count-custom-model'],
      'custom-cache-write': ['cache-write-input-token-count-custom-model'],
    },
  },
  mantle: {
    meters: {
      input: ['input-tokens'],
      output: ['output-tokens'],
      'cache-read': ['cache-read-tokens'],
      'cache-write': ['cache-write-tokens', 'cache-write-tokens-5m'],
      'cache-write-30m': ['cache-write-tokens-30m'],
      'cache-write-1h': ['cache-write-tokens-1h'],
    },
    bands: { usual: '', 'long-context': '-long-ctx' },
    terms: writtenOut('-'),
    reserved: kebabReserved,
  },
  'marketplace-counts': {
    meters: {
      input: ['InputTokenCount'],
      output: ['OutputTokenCount'],
      'cache-read': ['CacheReadInputTokenCount'],
      'cache-write': ['CacheWriteInputTokenCount', 'CacheWrite5mInputTokenCount'],
      'cache-write-1h': ['CacheWrite1hInputTokenCount'],
    },
    bands: { usual: '', 'long-context': '_LCtx' },
    terms: {
      standard: { regional: ['', '_Geo'], global: ['_Global'] },
      batch: { regional: ['_Batch'], global: ['_Global_Batch'] },
      'latency-optimized': { regional: ['_LatencyOptimized'] },
    },
    reserved: marketplaceReserved,
    others: { 'input/batch': ['MillionBatchInputTokens'], 'output/batch': ['MillionBatchOutputTokens'] },
  },
  'marketplace-standard': {
    meters: {
      input: ['input_tokens'],
      output: ['output_tokens'],
      'cache-read': ['cache_read_tokens', 'cached_input_tokens'],
      'cache-write': ['cache_write_tokens', 'cache_write_tokens_5m'],
      'cache-write-30m': ['cache_write_tokens_30m'],
      'cache-write-1h': ['cache_write_tokens_1h'],
    },
    bands: { usual: '', 'long-context': '_long_ctx' },
    terms: writtenOut('_'),
    reserved: marketplaceReserved,
  },
};

/** Price id behind the model, such as `input/batch/global` -> the tails of usage types that it is billed under. */
type Tails = ReadonlyMap<string, Spellings>;

function tailsOf({ meters, bands, terms, reserved, others = {} }: Grammar): Tails {
  const tails = new Map<string, string[]>();
  const add = (id: string, spellings: Spellings): void => {
    tails.set(id, [...(tails.get(id) ?? []), ...spellings]);
  };
  for (const band of PROMPT_BANDS) {
    for (const tier of PRICE_TIERS) {
      for (const scope of ['regional', 'global'] as const) {
        const ends = (terms[tier]?.[scope] ?? []).map((end) => bands[band] + end);
        for (const [meter, id] of meterIds(band, tier, scope)) {
          add(
            id,
            (meters[meter] ?? []).flatMap((start) => ends.map((end) => start + end)),
          );
        }
      }
    }
  }
  for (const [id, spellings] of Object.entries({ ...reserved, ...others })) add(id, spellings);
  return new Map([...tails].filter(([, spellings]) => spellings.length > 0));
}

function meterIds(band: PromptBand, tier: PriceTier, scope: Scope): [Meter, string][] {
  const { input, output, cacheRead } = tokenMeterIds({ band, tier, scope });
  const writes = CACHE_LIFETIMES.map((cacheTtl) => tokenMeterIds({ band, tier, scope, cacheTtl }).cacheWrite);
  return [input, output, cacheRead, ...writes].map((id) => [id.split('/')[0] as Meter, id]);
}

/** A value for every naming. */
const perNaming = <Value>(make: (naming: Naming) => Value): Readonly<Record<Naming, Value>> => ({
  'usage-type': make('usage-type'),
  mantle: make('mantle'),
  'marketplace-counts': make('marketplace-counts'),
  'marketplace-standard': make('marketplace-standard'),
});

const TAILS = perNaming((naming) => tailsOf(GRAMMARS[naming]));

/** The inverse: tail -> price id behind the model. */
const IDS = perNaming(
  (naming) => new Map([...TAILS[naming]].flatMap(([id, spellings]) => spellings.map((tail) => [tail, id] as const))),
);

const MANTLE = '-mantle-';

/** Usage types of a tail, with `{P}` for the Region's prefix. */
const FRAMES: Readonly<Record<Naming, (name: string, tail: string) => string>> = {
  'usage-type': (name, tail) => `{P}-${name}-${tail}`,
  mantle: (name, tail) => `{P}-${name}${MANTLE}${tail}`,
  'marketplace-counts': (_, tail) => `{P}-MP:{P}_${tail}-Units`,
  'marketplace-standard': (_, tail) => `{P}-MP:{P}_${tail}-Units`,
};

/** The usage types of every token price that a naming can write: price id behind the model -> usage types with `{P}`. */
export function tokenUsageTypes(naming: Naming, name: string): ReadonlyMap<string, Spellings> {
  return new Map([...TAILS[naming]].map(([id, tails]) => [id, tails.map((tail) => FRAMES[naming](name, tail))]));
}

/** Usage types of an offer of AWS Marketplace, with `{P}`. */
export const marketplaceUsageType = (tail: string): string => FRAMES['marketplace-counts']('', tail);

/** What the usage type of a token price says. */
export interface TokenUsageType {
  readonly naming: Naming;
  /** Undefined in an offer of AWS Marketplace: there the name of the product tells models apart. */
  readonly name: string | undefined;
  /** Price id behind the model; undefined where no naming has this tail. */
  readonly meter: string | undefined;
}

/** Reads a usage type by the same tables; undefined where it is none of a model's tokens, as far as these know. */
export function parseTokenUsageType(usageType: string): TokenUsageType | undefined {
  const local = localUsageType(usageType);
  const offered = /^MP:[A-Z0-9]+_(.+)-Units$/.exec(local)?.[1];
  if (offered !== undefined) {
    const naming = IDS['marketplace-counts'].has(offered) ? 'marketplace-counts' : 'marketplace-standard';
    return { naming, name: undefined, meter: IDS[naming].get(offered) };
  }
  const at = local.lastIndexOf(MANTLE);
  if (at > 0) {
    const tail = local.slice(at + MANTLE.length);
    return { naming: 'mantle', name: local.slice(0, at), meter: IDS.mantle.get(tail) };
  }
  // the longest tail: a model's name may end in a word that begins a shorter one
  for (let dash = local.indexOf('-'); dash > 0; dash = local.indexOf('-', dash + 1)) {
    const meter = IDS['usage-type'].get(local.slice(dash + 1));
    if (meter !== undefined) return { naming: 'usage-type', name: local.slice(0, dash), meter };
  }
  return undefined;
}
