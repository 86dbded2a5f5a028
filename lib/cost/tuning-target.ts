import { DEFAULTS } from './defaults.ts';
import type { PricedCell } from './comparison.ts';
import { inferenceOf } from './estimators.ts';
import { sumUsd } from '../sums.ts';

/** What a tuned model must achieve beyond the untuned one, at this volume, to cost no more: any one of the three. */
export interface TuningTarget {
  /** What it costs more a month, over its life; negative: it pays already. `null`: not known. */
  readonly moreUsdPerMonth: number | null;
  /** Tokens by which every prompt must be shorter; `null`: not known, or no shortening is enough. */
  readonly promptTokensPerRequest: number | null;
  /** Share of requests that the untuned model must be asked again for; `null`: not known. */
  readonly retryShare: number | null;
  /** How many times as often its answers must be acceptable; `null`: not known. */
  readonly acceptanceRatio: number | null;
  /**
   * Months until what is paid once (training runs, set-up and labels) is paid back by what the tuned model saves a month, its
   * people paid; `null`: never, or not known.
   */
  readonly paybackMonths: number | null;
}

/**
 * Holds a tuned model against the untuned one on the same text.
 * @param untuned prompt-only on the same model
 */
export function tuningTarget(tuned: PricedCell, untuned: PricedCell): TuningTarget {
  const { estimate, overLifeUsd } = tuned;
  const base = untuned.estimate;
  const more = overLifeUsd === null || untuned.overLifeUsd === null ? null : overLifeUsd - untuned.overLifeUsd;
  const requests = tuned.workload.requestsPerMonth ?? 0;
  const retries = 1 + (inferenceOf(tuned.workload, estimate.path).retryShare ?? DEFAULTS.retryShare);
  const prompt = promptPrice(tuned);
  const shorter =
    more === null || prompt === null || requests === 0
      ? null
      : Math.max(0, more) / ((requests * retries * prompt.usdPerMillionTokens) / 1e6);
  const asked = base.components.inference.monthly.usd;
  const saved =
    base.monthly.usd === null || estimate.monthly.usd === null
      ? null
      : base.monthly.usd - estimate.monthly.usd - (tuned.people?.monthlyUsd ?? 0);
  const once = estimate.oneTime.usd === null ? null : estimate.oneTime.usd + (tuned.people?.onceUsd ?? 0);
  return {
    moreUsdPerMonth: more,
    promptTokensPerRequest:
      shorter === null || prompt === null || shorter > prompt.tokensPerRequest / retries ? null : shorter,
    retryShare: more === null || asked === null || asked === 0 ? null : Math.max(0, more) / asked,
    acceptanceRatio:
      overLifeUsd === null || untuned.overLifeUsd === null || untuned.overLifeUsd === 0
        ? null
        : Math.max(1, overLifeUsd / untuned.overLifeUsd),
    paybackMonths: once === null || saved === null || saved <= 0 ? null : once / saved,
  };
}

/** What a prompt token of the tuned model costs on average, and how many a request has. */
function promptPrice({
  estimate,
  workload,
}: PricedCell): { usdPerMillionTokens: number; tokensPerRequest: number } | null {
  const lines = estimate.lines.filter(
    ({ component, unit, priceId }) =>
      component === 'inference' && unit === '1M tokens' && !/\/(?:custom-)?output(?:\/|$)/.test(priceId),
  );
  if (lines.length === 0 || lines.some(({ usd, quantity }) => usd === null || quantity === null)) return null;
  const millions = sumUsd(lines.map(({ quantity }) => quantity ?? 0));
  const requests = workload.requestsPerMonth ?? 0;
  if (millions === 0 || requests === 0) return null;
  return {
    usdPerMillionTokens: sumUsd(lines.map(({ usd }) => usd ?? 0)) / millions,
    tokensPerRequest: (millions * 1e6) / requests,
  };
}
