import { modelEntry } from '../catalogue/model-entry.ts';
import type { CacheLifetime, ModelCatalogue } from '../catalogue/models.ts';
import { PATH_SECTIONS, type PathId } from '../paths.ts';
import { DEFAULTS } from './defaults.ts';
import type { PathEstimate } from './estimate.ts';
import { inferenceOf } from './estimators.ts';
import { modelOfPath } from './like-for-like.ts';
import type { TokenFlow, TokenSeller } from './token-flow.ts';
import type { Throughput, Workload } from './workload.ts';

const LIFETIME_MINUTES: Record<CacheLifetime, number> = { '5m': 5, '30m': 30, '1h': 60 };

/** Minutes of a month in which requests come. */
function busyMinutes({ traffic = {} }: Workload): number {
  const { hoursPerDay = DEFAULTS.hoursPerDay, daysPerMonth = DEFAULTS.daysPerMonth } = traffic;
  return hoursPerDay * daysPerMonth * 60;
}

/**
 * Share of the requests that come while throughput is there: of those hours, as many as can be lie in the hours in which requests
 * come, and a request is as likely in one of these as in another.
 */
export function scheduledRequestShare(
  { traffic = {} }: Workload,
  { hoursPerDay, daysPerMonth }: Pick<NonNullable<Throughput['schedule']>, 'hoursPerDay' | 'daysPerMonth'>,
): number {
  const { hoursPerDay: busyHours = DEFAULTS.hoursPerDay, daysPerMonth: busyDays = DEFAULTS.daysPerMonth } = traffic;
  return Math.min(1, hoursPerDay / busyHours) * Math.min(1, daysPerMonth / busyDays);
}

/** Minutes in which calls of the path's own model go on demand: the busy ones without those in which throughput serves them. */
function onDemandMinutes(path: PathId, workload: Workload): number {
  const minutes = busyMinutes(workload);
  const hosting = workload[PATH_SECTIONS[path]]?.hosting;
  if (hosting?.kind !== 'provisioned' || hosting.schedule === undefined) return minutes;
  const left = minutes * (1 - scheduledRequestShare(workload, hosting.schedule));
  // what goes on demand all the same, as the workload says, comes at hours of which nobody knows
  return left > 0 ? left : minutes;
}

/** A share of cache hits, and what it follows from. */
export interface CacheHits {
  readonly share: number;
  /** Calls a minute for each distinct prefix, in the hours in which requests come. */
  readonly callsPerMinute: number;
  readonly lifetimeMinutes: number;
}

/**
 * Share of calls that find their prefix cached: one came within its lifetime before. Calls come at random, so the gap between
 * two is exponential: 1 − e^(−rate × lifetime).
 * @param callsPerMonth that send one of the prefixes
 */
export function cacheHits(
  workload: Workload,
  callsPerMonth: number,
  lifetime: CacheLifetime,
  distinctPrefixes: number = DEFAULTS.distinctPrefixes,
): CacheHits {
  const callsPerMinute = callsPerMonth / busyMinutes(workload) / distinctPrefixes;
  const lifetimeMinutes = LIFETIME_MINUTES[lifetime];
  // the first call of all writes: the share is near one and never one, so that a write always has a price or is unknown
  const share = Math.min(1 - Math.exp(-callsPerMinute * lifetimeMinutes), 1 - Number.EPSILON / 2);
  return { share, callsPerMinute, lifetimeMinutes };
}

/** Tokens a minute that a path needs of one quota at its peak. */
export interface PeakDemand {
  readonly modelId: string;
  readonly scope: 'regional' | 'global';
  /** `custom`: a tuned model, whose deployment has a quota of its own. */
  readonly meters: TokenSeller['meters'];
  /** How the model is called; `undefined`: the workload does not say. */
  readonly profileScope: string | undefined;
  readonly tokensPerMinute: number;
  /** What one token of output counts; `null`: not known, so that it counts as one and the figure is a lower bound. */
  readonly outputBurndown: number | null;
}

/**
 * What the calls on demand of a path take from the quotas of its models in the busiest minute: fresh input and cache writes
 * count once, cache reads not at all, output by the model's burndown rate (Amazon Bedrock user guide, "How tokens are counted").
 */
export function peakDemand(
  workload: Workload,
  { path, flows }: PathEstimate,
  { models }: ModelCatalogue,
): PeakDemand[] {
  const { traffic = {} } = workload;
  const { peakOverAverage = DEFAULTS.peakOverAverage } = traffic;
  const batch = inferenceOf(workload, path).batchShare ?? DEFAULTS.batchShare;
  const own = modelOfPath(path, workload);
  const minutes = { own: onDemandMinutes(path, workload), other: busyMinutes(workload) };
  const found = new Map<string, PeakDemand>();
  for (const flow of flows) {
    const { seller, millionTokens } = flow;
    if (seller === null || millionTokens === null || seller.modelId === '') continue;
    const entry = modelEntry(models, seller.modelId);
    const outputBurndown = entry?.quotaBurndown?.output ?? null;
    const rate = flow.tokenClass === 'answer' ? (outputBurndown ?? 1) : 1;
    const { modelId, scope, meters, profileScope } = seller;
    const during = modelId === own ? minutes.own : minutes.other;
    const perMinute = ((millionTokens * 1e6 * counted(flow, batch)) / during) * peakOverAverage * rate;
    const key = [modelId, scope, meters, profileScope].join(' ');
    const before = found.get(key);
    found.set(key, {
      modelId,
      scope,
      meters,
      profileScope,
      tokensPerMinute: (before?.tokensPerMinute ?? 0) + perMinute,
      outputBurndown,
    });
  }
  return [...found.values()];
}

/** The share of tokens that counts against the quota of calls: not what a batch job sends or the cache serves. */
function counted({ millionTokens, sold, cached }: TokenFlow, batch: number): number {
  const live = sold.filter(({ tier }) => tier !== 'batch').reduce((sum, { share }) => sum + share, 0);
  if (cached === undefined || millionTokens === null) return Math.min(live, 1 - batch);
  const read = cached.sold.filter(({ meter }) => meter === 'cacheRead').reduce((sum, { share }) => sum + share, 0);
  return Math.min(live, 1 - batch) - read * (cached.millionTokens / millionTokens);
}
