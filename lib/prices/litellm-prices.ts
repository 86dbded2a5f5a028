import { modelEntry } from '../catalogue/model-entry.ts';
import { z } from 'zod';
import { PROFILE_SCOPES, type ModelCatalogue, type ModelEntry } from '../catalogue/models.ts';
import { UserError } from '../errors/user-error.ts';
import { describeIssues } from '../json/schema-issues.ts';
import { priceIdOf } from './price-id.ts';
import type { PriceUnit } from './price-unit.ts';

/** A figure of a file in LiteLLM's format, at its place in the book of a Region. */
interface PublicPrice {
  readonly region: string;
  readonly id: string;
  readonly usd: number;
  readonly per: PriceUnit;
  /** Entry of the file. */
  readonly key: string;
}

/**
 * Why an entry or one of its figures has no place in a book. `form`: neither a model, a profile nor a model in a Region.
 * `profile`: a model without a prefix whose global profile has an entry of its own. `band`: another limit of long prompts than that
 * of the catalogue.
 */
export const UNREAD_REASONS = ['unknown-model', 'named-only', 'region', 'endpoint', 'form', 'profile', 'band'] as const;

type UnreadReason = (typeof UNREAD_REASONS)[number];

export interface UnreadEntry {
  readonly key: string;
  readonly reason: UnreadReason;
}

export interface PublicPrices {
  readonly prices: readonly PublicPrice[];
  readonly unread: readonly UnreadEntry[];
  /** Names of fields with costs that no price of a book corresponds to, such as those by image. */
  readonly otherFields: readonly string[];
}

/** Provider of an entry -> the endpoint of the catalogue that it prices. */
const ENDPOINTS: Readonly<Record<string, ModelEntry['endpoint']>> = {
  bedrock: 'runtime',
  bedrock_converse: 'runtime',
  bedrock_mantle: 'mantle',
};

const PROVIDERS = Object.keys(ENDPOINTS);

const FIELD =
  /^(input_cost_per_token|output_cost_per_token|cache_read_input_token_cost|cache_creation_input_token_cost|input_cost_per_query)(_above_1hr)?(?:_above_(\d+)k_tokens)?(?:_(batches|flex|priority|ultrafast))?$/;

const fileSchema = z.record(z.string(), z.unknown());

const entrySchema = z.looseObject({ litellm_provider: z.string() });

/** US dollars for one token or query. */
const costSchema = z.number().min(0).max(1000);

/** Returns an entry of Bedrock; undefined for any other. */
function bedrockEntry(value: unknown): (z.infer<typeof entrySchema> & Record<string, unknown>) | undefined {
  const parsed = entrySchema.safeParse(value);
  return parsed.success && PROVIDERS.includes(parsed.data.litellm_provider) ? parsed.data : undefined;
}

/**
 * Reads the prices of Bedrock's models out of a file in LiteLLM's format. An entry for a Region precedes one for a profile, and that
 * one a model without a prefix.
 * @param regions those whose books the figures are for
 * @throws UserError for a file of another form, and for a cost that is no number
 */
export function parseLitellmPrices(
  json: unknown,
  file: string,
  catalogue: ModelCatalogue,
  regions: readonly string[],
): PublicPrices {
  const parsed = fileSchema.safeParse(json);
  const entries = Object.entries(parsed.success && !Array.isArray(json) ? parsed.data : {}).flatMap(([key, value]) => {
    const entry = bedrockEntry(value);
    return entry === undefined ? [] : [{ key, entry }];
  });
  if (entries.length === 0) {
    throw new UserError(
      `'${file}' has no price of Bedrock in LiteLLM's format: expected an object of entries such as {"PROVIDER.MODEL": {"litellm_provider": "bedrock_converse", "input_cost_per_token": 6e-8}}, as in model_prices_and_context_window.json of LiteLLM`,
    );
  }
  const inputCosts = new Map(entries.map(({ key, entry }) => [key, entry['input_cost_per_token']]));
  const unread: UnreadEntry[] = [];
  const otherFields = new Set<string>();
  const found = new Map<string, { rank: number; prices: PublicPrice[] }>();
  for (const { key, entry } of entries) {
    const place = placeOf(key, ENDPOINTS[entry.litellm_provider], catalogue, inputCosts, regions);
    if ('reason' in place) {
      unread.push({ key, reason: place.reason });
      continue;
    }
    for (const [field, value] of Object.entries(entry)) {
      const figure = figureOf(field, place.model);
      if (figure === 'other' || figure === 'band') {
        if (figure === 'other' && /_cost/.test(field)) otherFields.add(field);
        if (figure === 'band') unread.push({ key: `${key}.${field}`, reason: 'band' });
        continue;
      }
      const usd = costOf(value, `${key}.${field}`, file) * figure.pieces;
      for (const region of place.regions) {
        const id = `${priceIdOf(place.modelId, figure.meter)}${place.suffix}`;
        const at = `${region} ${id}`;
        const known = found.get(at) ?? { rank: 0, prices: [] };
        if (place.rank < known.rank) continue;
        const others = place.rank > known.rank ? [] : known.prices.filter((price) => price.usd !== usd);
        found.set(at, { rank: place.rank, prices: [...others, { region, id, usd, per: figure.per, key }] });
      }
    }
  }
  return {
    prices: [...found.values()].flatMap(({ prices }) => prices),
    unread,
    otherFields: [...otherFields].sort(),
  };
}

function costOf(value: unknown, place: string, file: string): number {
  const cost = costSchema.safeParse(value);
  if (cost.success) return cost.data;
  throw new UserError(
    `'${file}' is not in LiteLLM's format: ${place} must be US dollars for one token or query\n${describeIssues(cost.error.issues, value, costSchema)}`,
  );
}

interface Place {
  readonly modelId: string;
  readonly model: ModelEntry;
  readonly regions: readonly string[];
  /** What the price id ends in. */
  readonly suffix: '' | '/global';
  /** The more exactly an entry says where its price holds, the higher. */
  readonly rank: number;
}

function placeOf(
  key: string,
  endpoint: ModelEntry['endpoint'] | undefined,
  { models, named = {} }: ModelCatalogue,
  inputCosts: ReadonlyMap<string, unknown>,
  regions: readonly string[],
): Place | { readonly reason: UnreadReason } {
  const parts = /^(?:(?:bedrock|bedrock_mantle)\/(?:([a-z]{2}(?:-[a-z]+)+-\d)\/)?)?([^/]+)$/.exec(key);
  if (parts === null) return { reason: 'form' };
  const [, region, name = ''] = parts;
  const { modelId, scope } = withoutScope(name, models);
  const model = modelEntry(models, modelId);
  if (model === undefined) {
    return { reason: Object.hasOwn(named, modelId) ? 'named-only' : 'unknown-model' };
  }
  if (model.endpoint !== endpoint) return { reason: 'endpoint' };
  const at = (where: readonly string[], suffix: Place['suffix'], rank: number): Place | { reason: UnreadReason } =>
    where.length === 0 ? { reason: 'region' } : { modelId, model, regions: where, suffix, rank };
  if (region !== undefined) return at(regions.includes(region) ? [region] : [], '', 3);
  const { profiles } = model;
  const from = (profile: keyof typeof profiles): string[] =>
    regions.filter((each) => profiles[profile]?.from?.includes(each) ?? profile === 'global');
  if (scope === 'global') return at(from('global'), '/global', 2);
  if (scope !== undefined) return at(from(scope), '', 2);
  // an entry without a prefix has the price of the global profile, or where the model has none that of the United States
  const globalKey = `global.${modelId}`;
  const isGlobal = inputCosts.has(globalKey)
    ? inputCosts.get(globalKey) === inputCosts.get(key)
    : profiles.global !== undefined;
  if (!isGlobal) return at(regions.filter(isOfUnitedStates), '', 1);
  return inputCosts.has(globalKey) ? { reason: 'profile' } : at(from('global'), '/global', 1);
}

const isOfUnitedStates = (region: string): boolean => region.startsWith('us-');

type Scope = keyof ModelEntry['profiles'];

function withoutScope(
  name: string,
  models: ModelCatalogue['models'],
): { readonly modelId: string; readonly scope?: Scope } {
  const scope = PROFILE_SCOPES.find((each): each is Scope => each !== 'in-region' && name.startsWith(`${each}.`));
  if (scope === undefined || Object.hasOwn(models, name)) return { modelId: name };
  return { modelId: name.slice(scope.length + 1), scope };
}

interface Figure {
  readonly meter: string;
  readonly per: PriceUnit;
  readonly pieces: number;
}

/** Field of the format -> meter of a price id, by kind of model. */
const METERS: Readonly<Partial<Record<ModelEntry['kind'], Readonly<Record<string, string>>>>> = {
  text: {
    input_cost_per_token: 'input',
    output_cost_per_token: 'output',
    cache_read_input_token_cost: 'cache-read',
    cache_creation_input_token_cost: 'cache-write',
  },
  embedding: { input_cost_per_token: 'embedding' },
  rerank: { input_cost_per_query: 'rerank' },
};

function figureOf(field: string, model: ModelEntry): Figure | 'other' | 'band' {
  const [, base = '', hour, above, tier] = FIELD.exec(field) ?? [];
  const meter = METERS[model.kind]?.[base];
  if (meter === undefined) return 'other';
  if (above !== undefined && Number(above) * 1000 !== model.longPromptAboveTokens) return 'band';
  const lifetime =
    meter !== 'cache-write'
      ? ''
      : hour !== undefined
        ? '-1h'
        : model.promptCaching?.lifetimes?.[0] === '30m'
          ? '-30m'
          : '';
  const band = above === undefined ? '' : '/long-context';
  const terms = tier === undefined ? '' : `/${tier === 'batches' ? 'batch' : tier}`;
  const priced: Pick<Figure, 'per' | 'pieces'> =
    base === 'input_cost_per_query' ? { per: '1K queries', pieces: 1e3 } : { per: '1M tokens', pieces: 1e6 };
  return { meter: `${meter}${lifetime}${band}${terms}`, ...priced };
}

const HELD =
  /^(?:input|output|cache-read|cache-write(?:-30m|-1h)?|embedding|rerank)(?:\/long-context)?(?:\/(?:batch|flex|priority|ultrafast))?(?:\/global)?$/;

/** True if the format has a field for the price: it has none for hosting, training, storage and other services. */
export function litellmHolds(id: string, { models }: ModelCatalogue): boolean {
  const slash = id.indexOf('/');
  return Object.hasOwn(models, id.slice(0, slash)) && HELD.test(id.slice(slash + 1));
}
