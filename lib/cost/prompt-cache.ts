import { modelEntry } from '../catalogue/model-entry.ts';
import type { CacheLifetime, ModelCatalogue, ModelEntry } from '../catalogue/models.ts';
import { PATH_SECTIONS, type PathId } from '../paths.ts';
import type { PriceBook } from '../prices/price-book.ts';
import { tokenPrices, type TokenPriceKey } from '../prices/token-pricing.ts';
import { DEFAULTS } from './defaults.ts';
import { inferenceOf } from './estimators.ts';
import { withField } from './field.ts';
import { modelOfPath } from './like-for-like.ts';
import type { Note } from './line-sheet.ts';
import { promptBand } from './prompt-band.ts';
import { cacheHits, type CacheHits } from './traffic.ts';
import type { Inference, Workload } from './workload.ts';

export interface Served {
  readonly workload: Workload;
  /** Why a prefix that the workload marks for the cache is priced as plain input. */
  readonly note?: Note;
  /** Where the workload gives no share of hits: the one that follows from its traffic. */
  readonly cacheHits?: CacheHits;
}

/**
 * The workload as its model would serve it. A prefix is plain input where the model that reads it caches none as short as it,
 * where it is not known to cache, and where writing costs more than reading saves, unless the hits were measured. An entry lives
 * as long as the model's usual one, and hits follow from volume, hours and lifetime, where the workload does not say.
 */
export function served(path: PathId, workload: Workload, catalogue: ModelCatalogue, book: PriceBook): Served {
  const inference = inferenceOf(workload, path);
  const modelId = modelOfPath(path, workload);
  if (!hasPrefix(inference) || modelId === undefined || inference.cacheMeasured === true) return { workload };
  const place = `${PATH_SECTIONS[path]}.inference`;
  const changed = (fields: Partial<Inference>): Workload =>
    withField(workload, place, { ...workload[PATH_SECTIONS[path]]?.inference, ...fields });

  const { note: refused, fields } = cacheable(catalogue, modelId, inference);
  const kept = { ...inference, ...fields };
  if (!hasPrefix(kept)) return { workload: changed(fields), ...(refused === undefined ? {} : { note: refused }) };
  const known = cachingOf(catalogue, modelId)?.lifetimes?.[0];
  const isAssumed = inference.cacheTtl === undefined && known === undefined;
  const note = refused ?? (isAssumed ? 'cache-lifetime-assumed' : undefined);
  const told = note === undefined ? {} : { note };
  const cacheTtl = inference.cacheTtl ?? known ?? '5m';
  const expected =
    inference.cacheHitShare === undefined
      ? cacheHits(workload, cachingCalls(workload, kept), cacheTtl, workload.request?.cache?.distinctPrefixes)
      : undefined;
  const hits = inference.cacheHitShare ?? expected?.share;
  const cached = { ...kept, cacheTtl, cacheHitShare: hits };
  const custom = path !== 'prompt-only' && path !== 'rag';
  if (costsMoreCached({ book, catalogue, modelId, custom, inference: cached, cacheTtl })) {
    return { workload: changed(withoutPrefix(inference)), note: 'prefix-dearer-cached' };
  }
  if (inference.cacheTtl !== undefined && inference.cacheHitShare !== undefined && note === undefined) {
    return { workload };
  }
  return {
    workload: changed({ ...fields, cacheTtl, cacheHitShare: hits }),
    ...told,
    ...(expected === undefined ? {} : { cacheHits: expected }),
  };
}

/** The prefixes that are cached, call by call, and why another is not. */
function cacheable(
  catalogue: ModelCatalogue,
  modelId: string,
  inference: Inference,
): { readonly note: Note | undefined; readonly fields: Partial<Inference> } {
  const { calls, cachedPrefixTokensPerRequest: own = DEFAULTS.cachedPrefixTokensPerRequest } = inference;
  if (calls === undefined) {
    const note = refusal(catalogue, modelId, own);
    return { note, fields: note === undefined ? {} : withoutPrefix(inference) };
  }
  const notes = calls.map(({ modelId: called = modelId, cachedPrefixTokens = 0 }) =>
    refusal(catalogue, called, cachedPrefixTokens),
  );
  const note = notes.find((one) => one !== undefined);
  if (note === undefined) return { note, fields: {} };
  const fields = {
    calls: calls.map((call, index) => (notes[index] === undefined ? call : { ...call, cachedPrefixTokens: 0 })),
  };
  return { note, fields };
}

/** Why a model does not cache a prefix, or undefined where it does or there is none. */
function refusal(catalogue: ModelCatalogue, modelId: string, prefix: number): Note | undefined {
  if (prefix === 0) return undefined;
  const caching = cachingOf(catalogue, modelId);
  if (caching === null) return 'prefix-not-cached';
  if (prefix > (caching?.maximumTokens ?? Infinity)) return 'prefix-too-long';
  const minimum = caching?.minimumTokens ?? undefined;
  // of a model whose smallest prefix is not known, no smaller one is sure than the largest of all
  if (prefix >= (minimum ?? largestMinimum(catalogue))) return undefined;
  return minimum === undefined ? 'prefix-minimum-unknown' : 'prefix-too-short';
}

/** Undefined of a model that is in no catalogue. */
function cachingOf({ models }: ModelCatalogue, modelId: string): ModelEntry['promptCaching'] | undefined {
  return modelEntry(models, modelId)?.promptCaching;
}

function hasPrefix({ calls, cachedPrefixTokensPerRequest: own }: Inference): boolean {
  return calls === undefined
    ? (own ?? DEFAULTS.cachedPrefixTokensPerRequest) > 0
    : calls.some(({ cachedPrefixTokens = 0 }) => cachedPrefixTokens > 0);
}

function withoutPrefix({ calls }: Inference): Partial<Inference> {
  return {
    cachedPrefixTokensPerRequest: 0,
    ...(calls === undefined ? {} : { calls: calls.map((call) => ({ ...call, cachedPrefixTokens: 0 })) }),
  };
}

/** Calls a month that send the prefix and find or write it: batch jobs use no prompt cache. */
function cachingCalls(
  { requestsPerMonth = 0 }: Workload,
  { calls, retryShare = DEFAULTS.retryShare, batchShare = DEFAULTS.batchShare }: Inference,
): number {
  const perRequest =
    calls === undefined
      ? 1
      : calls
          .filter(({ cachedPrefixTokens = 0 }) => cachedPrefixTokens > 0)
          .reduce((sum, { callsPerRequest }) => sum + callsPerRequest, 0);
  return requestsPerMonth * (1 + retryShare) * (1 - batchShare) * perRequest;
}

function largestMinimum({ models }: ModelCatalogue): number {
  let most = 0;
  for (const { promptCaching } of Object.values(models)) most = Math.max(most, promptCaching?.minimumTokens ?? 0);
  return most;
}

interface CachedPrefix {
  readonly book: PriceBook;
  readonly catalogue: ModelCatalogue;
  readonly modelId: string;
  readonly custom: boolean;
  readonly inference: Inference;
  readonly cacheTtl: CacheLifetime;
}

const longestPrompt = ({ calls = [], inputTokensPerRequest = 0 }: Inference): number =>
  Math.max(inputTokensPerRequest, ...calls.map(({ inputTokens }) => inputTokens));

/** True if an average call pays more for its prefix read and written than it would as plain input. */
function costsMoreCached({ book, catalogue, modelId, custom, inference, cacheTtl }: CachedPrefix): boolean {
  const key: TokenPriceKey = {
    modelId,
    scope: !custom && inference.profileScope === 'global' ? 'global' : 'regional',
    tier: 'standard',
    band: custom ? 'usual' : promptBand(catalogue, modelId, longestPrompt(inference)),
    cacheTtl,
    ...(custom ? { prefix: 'custom-' } : {}),
  };
  const { input, cacheRead, cacheWrite } = tokenPrices(book, key).usdPerMillionTokens;
  if (input === null || cacheRead === null || cacheWrite === null) return false;
  const hits = inference.cacheHitShare ?? DEFAULTS.cacheHitShare;
  return hits * cacheRead + (1 - hits) * cacheWrite > input;
}
