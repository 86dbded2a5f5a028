import { COMMITMENTS, committedHours, type ApiCommitment, type Commitment } from '../prices/commitment.ts';
import { PRICE_UNITS, type PriceUnit } from '../prices/price-unit.ts';
import { usdPer } from '../prices/usd-per.ts';
import {
  RUN_ITEMS,
  distillationItems,
  importStorage,
  instanceItems,
  modelStorage,
  modelUnits,
  smokeTest,
  trainingTokens,
  type RunItem,
  type RunItemId,
} from './run-items.ts';

/** The few prices that a run needs: what a function can be given without the whole book. */
export type RunPrices = Readonly<Record<string, { readonly usd: number; readonly per: string }>>;

export interface BoundLine {
  readonly name: string;
  readonly quantity: number;
  readonly unit: PriceUnit;
  readonly priceId: string;
  /** `null` where the price is unknown. */
  readonly usd: number | null;
}

export interface RunBound {
  readonly lines: readonly BoundLine[];
  /** `null` where a price is unknown: such a run is refused, however high the limit. */
  readonly usd: number | null;
  /** Ids of the prices that are unknown. */
  readonly unknown: readonly string[];
}

/**
 * A token is hardly ever shorter than three bytes of text: what cannot be counted is taken as so many.
 * (English has about four characters a token; a Chinese or Japanese character has three bytes and is about one.)
 */
export const LEAST_BYTES_PER_TOKEN = 3;

/** A throughput is removed at the first look after its end; a begun hour is billed whole. */
const LATEST_REMOVAL_HOURS = 1;

/** The most hours that such a throughput is billed, its removal included; those of a commitment are owed from its first. */
export function throughputHours({
  commitment,
  maxHours,
}: {
  readonly commitment?: ApiCommitment | undefined;
  readonly maxHours: number;
}): number {
  return commitment === undefined
    ? Math.ceil(maxHours) + LATEST_REMOVAL_HOURS
    : Math.max(Math.ceil(maxHours), committedHours(commitment));
}

/** Billed for as long as the model exists: the bound has a month of it. */
const MONTHLY: readonly RunItemId[] = ['modelStorage', 'importStorage'];

/**
 * The most that one run can cost: training, a month of storage, and hosting for its maximum hours. What answering questions costs
 * afterwards is paid by the request and not in it.
 */
export function runBound(items: readonly RunItem[], prices: RunPrices): RunBound {
  const lines: BoundLine[] = [];
  for (const { id, priceId, pieces } of items) {
    const { unit } = RUN_ITEMS[id];
    const name = MONTHLY.includes(id) ? `${RUN_ITEMS[id].name}, a month` : RUN_ITEMS[id].name;
    // not a number would be compared with a limit, and found to be below it
    if (!(pieces >= 0 && Number.isFinite(pieces)))
      throw new RangeError(`${name}: how many is not known, got ${pieces}`);
    if (pieces === 0) continue;
    const quantity = pieces / PRICE_UNITS[unit].pieces;
    const unitPriceUsd = usdPer(prices, priceId, unit);
    lines.push({ name, quantity, unit, priceId, usd: unitPriceUsd === null ? null : quantity * unitPriceUsd });
  }
  const unknown = lines.filter(({ usd }) => usd === null).map(({ priceId }) => priceId);
  return { lines, usd: unknown.length > 0 ? null : lines.reduce((all, { usd }) => all + (usd ?? 0), 0), unknown };
}

/** Ids of every price that such a run may need. */
export function runPriceIds(models: {
  readonly trained: string;
  readonly teacher?: string | undefined;
  readonly instanceType?: string | undefined;
}): string[] {
  const { trained, teacher, instanceType } = models;
  const distilled = { studentModelId: undefined, prompts: 1, tokensPerPrompt: 1, tokensPerAnswer: 1, epochs: 1 };
  const items: RunItem[] = [
    trainingTokens(trained, 1),
    modelStorage(trained, 1),
    ...(Object.keys(COMMITMENTS) as Commitment[]).map((commitment) => modelUnits(trained, commitment, 1)),
    ...(teacher === undefined
      ? []
      : (['', '/global'] as const).flatMap((priceSuffix) =>
          distillationItems({ ...distilled, teacher: { modelId: teacher, priceSuffix } }),
        )),
    ...(instanceType === undefined
      ? []
      : [
          ...instanceItems({ instanceType, instances: 1, volumeGb: 1 }, 1),
          importStorage(1),
          smokeTest(1, 'v1'),
          smokeTest(1, 'v2'),
        ]),
  ];
  return items.map(({ priceId }) => priceId);
}
