import { TAG_KEYS } from '../deployment/tags.ts';
import { UserError } from '../errors/user-error.ts';
import { componentOfResourceType } from '../meters/meters.ts';
import { PATHS, type PathId } from '../paths.ts';
import { DAY_MS } from '../units.ts';
import type { VirtualClock } from './clock.ts';
import type { ConverseRequest } from './converse-request.ts';
import { APPLICATION_INFERENCE_PROFILE } from './inference-profiles.ts';
import type { ModelTarget } from './model-target.ts';
import type { InputTokens } from './prompt-cache.ts';
import type { MeasuredProfile, Measurement, MeteredCall, MonthOfUsage, Tags, MeteredUsage } from './usage.ts';

export interface RecordedUsage extends MeteredUsage {
  readonly at: Date;
}

/** Keeps what everything used. Independent of the estimators: it knows prices by id only, and no formula of theirs. */
export interface UsageRecorder {
  readonly recordCall: (call: MeteredCall) => void;
  /** What was used without a call that a workload makes: the embedding of documents. */
  readonly recordUsage: (usage: readonly MeteredUsage[]) => void;
  /** Adds what counts for itself, whenever the usage is read: what bills by time. */
  readonly addSource: (usage: () => readonly RecordedUsage[]) => void;
  readonly calls: () => readonly MeteredCall[];
  readonly usage: () => readonly RecordedUsage[];
  readonly measured: (measurement: Measurement) => MeasuredProfile;
  readonly playMonth: (...paths: readonly MonthOfUsage[]) => void;
}

/** Five minutes each. Requests come evenly spread, so that each has a window of its own until every window has one. */
const WINDOWS_PER_DAY = 288;

export function createMeter(clock: VirtualClock): UsageRecorder {
  const calls: MeteredCall[] = [];
  const recorded: RecordedUsage[] = [];
  const sources: (() => readonly RecordedUsage[])[] = [];
  return {
    addSource: (source) => void sources.push(source),
    recordCall: (call) => {
      calls.push(call);
      recorded.push(...call.usage.map((usage) => ({ ...usage, at: call.at })));
    },
    recordUsage: (usage) => {
      const at = clock.now();
      recorded.push(...usage.map((used) => ({ ...used, at })));
    },
    calls: () => calls,
    usage: () => [...recorded, ...sources.flatMap((source) => source())],
    measured: ({ path, requests, skip = 0 }) =>
      measuredProfile(
        calls.slice(skip).filter((call) => call.path === path),
        requests,
      ),
    playMonth: (...paths) => {
      const month = monthOf(paths);
      const start = monthStart(month);
      if (start < clock.now()) {
        throw new UserError(
          `the month ${month} has begun on the virtual clock, which is at ${clock.now().toISOString()}: play a later one`,
        );
      }
      recorded.push(...paths.flatMap(usageOfMonth));
      clock.advanceTo(nextMonth(start));
    },
  };
}

export interface TokenCall {
  readonly target: ModelTarget;
  /** As a bill calls it: streaming and not. */
  readonly billedOperation: 'InvokeModelInference' | 'InvokeModelStreamingInference';
  readonly tier: ConverseRequest['tier'];
  readonly input: InputTokens;
  readonly outputTokens: number;
}

/** The token meters that one call moves; a meter at zero leaves no trace on a bill. */
export function meteredTokens({ target, billedOperation, tier, input, outputTokens }: TokenCall): MeteredUsage[] {
  // model units and custom model units bill by time, whatever is asked of them
  if (target.hosting === 'provisioned' || target.hosting === 'imported') return [];
  // the whole request has the price of its length, what the cache served included
  const limit = target.hosting === undefined ? target.entry.longPromptAboveTokens : undefined;
  const isLong =
    limit !== undefined && input.inputTokens + input.cacheReadInputTokens + written(input.cacheDetails) > limit;
  const suffix = `${isLong ? '/long-context' : ''}${tier === 'standard' ? '' : `/${tier}`}${target.global ? '/global' : ''}`;
  const prefix = target.hosting === 'on-demand' ? 'custom-' : '';
  const counts: [meter: string, tokens: number][] = [
    [`${prefix}input`, input.inputTokens],
    [`${prefix}output`, outputTokens],
    ['cache-read', input.cacheReadInputTokens],
    ...input.cacheDetails.map(({ ttl, inputTokens }): [string, number] => [
      cacheWriteMeter(ttl, target.entry.promptCaching?.lifetimes?.[0]),
      inputTokens,
    ]),
  ];
  return counts
    .filter(([, tokens]) => tokens > 0)
    .map(([meter, tokens]) => ({
      priceId: `${target.modelId}/${meter}${suffix}`,
      quantity: tokens,
      // without a profile or a deployment, the bill names no resource
      resourceId: /:(?:application-inference-profile|custom-model-deployment)\//.test(target.arn) ? target.arn : null,
      tags: target.tags,
      path: pathOf(target.tags),
      component: componentOfResourceType(APPLICATION_INFERENCE_PROFILE),
      operation: billedOperation,
    }));
}

const written = (details: InputTokens['cacheDetails']): number =>
  details.reduce((tokens, { inputTokens }) => tokens + inputTokens, 0);

/** A call that asks for no lifetime gets the model's usual one, which is longer than five minutes for some. */
function cacheWriteMeter(ttl: '5m' | '1h', usual: string | undefined): string {
  if (ttl === '1h') return 'cache-write-1h';
  return usual === '30m' ? 'cache-write-30m' : 'cache-write';
}

export function pathOf(tags: Tags): PathId | null {
  return PATHS.find((path) => path === tags[TAG_KEYS.path]) ?? null;
}

const TOKEN_COUNTS = ['inputTokens', 'outputTokens', 'cacheReadInputTokens', 'cacheWriteInputTokens'] as const;

function measuredProfile(calls: readonly MeteredCall[], requests: number): MeasuredProfile {
  if (!Number.isInteger(requests) || requests < 1) {
    throw new UserError(`the calls must be spread over a positive whole number of requests, got ${requests}`);
  }
  if (calls.length === 0)
    throw new UserError('no call was answered yet, so there is nothing to measure: send the workload first');
  const sum = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0);
  const meters = new Map<string, MeteredUsage>();
  for (const usage of calls.flatMap((call) => call.usage)) {
    const key = JSON.stringify([usage.priceId, usage.resourceId, usage.operation]);
    const before = meters.get(key);
    meters.set(key, { ...usage, quantity: (before?.quantity ?? 0) + usage.quantity });
  }
  return {
    requests,
    calls: calls.length,
    latencyMsPerCall: sum(calls.map(({ latencyMs }) => latencyMs)) / calls.length,
    tokensPerRequest: Object.fromEntries(
      TOKEN_COUNTS.map((count) => [count, sum(calls.map((call) => call[count])) / requests]),
    ) as MeasuredProfile['tokensPerRequest'],
    usagePerRequest: [...meters.values()].map((usage) => ({ ...usage, quantity: usage.quantity / requests })),
  };
}

/** A month day by day; requests are whole, so that the days of a month differ by one at most and add up to the month. */
function usageOfMonth({
  month,
  requestsPerMonth,
  usagePerRequest,
  usagePerMonth = [],
  storagePerRequest = [],
  usagePerWindow = [],
}: MonthOfUsage): RecordedUsage[] {
  if (!Number.isInteger(requestsPerMonth) || requestsPerMonth < 0) {
    throw new UserError(`'requestsPerMonth' must be a whole number from 0, got ${requestsPerMonth}`);
  }
  const start = monthStart(month);
  const days = (nextMonth(start).getTime() - start.getTime()) / DAY_MS;
  const requestsOn = Array.from(
    { length: days },
    (_, day) => Math.floor((requestsPerMonth * (day + 1)) / days) - Math.floor((requestsPerMonth * day) / days),
  );
  return requestsOn.flatMap((requests, day) => {
    const at = new Date(start.getTime() + day * DAY_MS);
    const used = (usage: MeteredUsage, quantity: number): RecordedUsage[] =>
      quantity > 0 ? [{ ...usage, quantity, at }] : [];
    return [
      ...usagePerRequest.flatMap((usage) => used(usage, usage.quantity * requests)),
      ...usagePerMonth.flatMap((usage) => used(usage, usage.quantity / days)),
      ...usagePerWindow.flatMap((usage) => used(usage, usage.quantity * Math.min(requests, WINDOWS_PER_DAY))),
      ...storagePerRequest.flatMap(({ retentionDays, ...usage }) => {
        const keptRequests = requestsKept(requestsOn, day, retentionDays, requestsPerMonth / days);
        // one day of a month of storage
        return used(usage, (usage.quantity * keptRequests) / days);
      }),
    ];
  });
}

/** Requests of this day and of the days before it whose traces are still kept. */
function requestsKept(
  requestsOn: readonly number[],
  day: number,
  retentionDays: number,
  earlierPerDay: number,
): number {
  if (!Number.isInteger(retentionDays) || retentionDays < 1) {
    throw new UserError(`'retentionDays' must be a whole number from 1, got ${retentionDays}`);
  }
  const inMonth = requestsOn.slice(Math.max(0, day + 1 - retentionDays), day + 1);
  const earlierDays = retentionDays - inMonth.length;
  return inMonth.reduce((all, requests) => all + requests, 0) + earlierDays * earlierPerDay;
}

/** Paths are played side by side: the clock goes through a month once. */
function monthOf(paths: readonly MonthOfUsage[]): string {
  const months = [...new Set(paths.map(({ month }) => month))];
  const [month] = months;
  if (month === undefined || months.length > 1) {
    throw new UserError(`one month is played at a time, got ${months.length === 0 ? 'none' : months.join(', ')}`);
  }
  return month;
}

function monthStart(month: string): Date {
  const start = new Date(`${month}-01T00:00:00Z`);
  if (!/^\d{4}-\d{2}$/.test(month) || Number.isNaN(start.getTime())) {
    throw new UserError(`a month is written like 2026-12, got '${month}'`);
  }
  return start;
}

function nextMonth(start: Date): Date {
  return new Date(Date.UTC(start.getUTCFullYear(), start.getUTCMonth() + 1, 1));
}
