import { UserError } from '../errors.ts';
import type { PathId } from '../paths.ts';
import type { Crossing } from './crossings.ts';
import { crossingsOf } from './crossings.ts';
import type { PathEstimate } from './estimate.ts';
import { numberAt, withField } from './field.ts';
import type { ThroughputFacts } from './line-sheet.ts';
import type { Workload } from './workload.ts';

export interface BreakEvenQuestion {
  readonly between: readonly [PathId, PathId];
  /** Dotted path of the field that varies, `requestsPerMonth` for one. */
  readonly over: string;
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  /** Months over which one-time costs are spread; they are left out where it is not given. */
  readonly months?: number | undefined;
}

/** Which of two paths is cheaper where. `null` of `answer` is unknown: a price or a field is missing. */
export interface BreakEven {
  readonly between: readonly [PathId, PathId];
  readonly over: string;
  readonly from: number;
  readonly to: number;
  readonly months: number | null;
  /** `never`: the first is never cheaper than the second. `always`: it always is. */
  readonly answer: 'always' | 'never' | 'same' | 'crossings' | null;
  readonly crossings: readonly (Crossing & { readonly monthlyUsd: readonly [number, number] })[];
  readonly stretches: readonly { readonly from: number; readonly to: number; readonly cheaper: PathId | null }[];
  /** Ids of missing prices, by path. */
  readonly unknownPriceIds: readonly string[];
  /** Fields that the workload does not say. */
  readonly missing: readonly string[];
  /** What throughput on either path comes to at the workload's own value. */
  readonly throughput: readonly { readonly path: PathId; readonly facts: ThroughputFacts }[];
}

/** Values a thousand times the workload's own are looked at unless the question says otherwise. */
const TIMES_ITS_OWN = 1000;

/**
 * Every value of a field at which two paths cost the same a month, or one jumps past the other.
 * @param price prices one path of a workload
 * @throws UserError where the range cannot be told or makes no sense
 */
export function breakEven(
  workload: Workload,
  question: BreakEvenQuestion,
  price: (path: PathId, workload: Workload) => PathEstimate,
): BreakEven {
  const { between, over, months } = question;
  const { from, to } = rangeOf(workload, question);
  const unknown = new Set<string>();
  const missing = new Set<string>();
  const costOf =
    (path: PathId) =>
    (x: number): number => {
      const { monthly, oneTime, unknownPriceIds, missing: fields } = price(path, withField(workload, over, x));
      const spread = months === undefined ? 0 : oneTime.usd === null ? null : oneTime.usd / months;
      if (monthly.usd !== null && spread !== null) return monthly.usd + spread;
      for (const id of unknownPriceIds) unknown.add(id);
      for (const field of fields) missing.add(field);
      throw new Unknown();
    };
  const [first, second] = between;
  const given: Pick<BreakEven, 'between' | 'over' | 'from' | 'to' | 'months' | 'throughput'> = {
    between,
    over,
    from,
    to,
    months: months ?? null,
    throughput: between.flatMap((path) => {
      const facts = price(path, workload).throughput;
      return facts === null ? [] : [{ path, facts }];
    }),
  };
  try {
    const [one, other] = [costOf(first), costOf(second)];
    const { crossings, stretches } = crossingsOf(one, other, from, to);
    return {
      ...given,
      answer: answerOf(stretches.map(({ cheaper }) => cheaper)),
      crossings: crossings.map((crossing) => ({ ...crossing, monthlyUsd: [one(crossing.at), other(crossing.at)] })),
      stretches: stretches.map(({ cheaper, ...stretch }) => ({
        ...stretch,
        cheaper: cheaper === 'neither' ? null : cheaper === 'first' ? first : second,
      })),
      unknownPriceIds: [],
      missing: [],
    };
  } catch (error) {
    if (!(error instanceof Unknown)) throw error;
    // at the first value looked at, usually nothing, many a line is still missing
    for (const path of between) {
      const end = price(path, withField(workload, over, to));
      for (const id of end.unknownPriceIds) unknown.add(id);
      for (const field of end.missing) missing.add(field);
    }
    return {
      ...given,
      answer: null,
      crossings: [],
      stretches: [],
      unknownPriceIds: [...unknown],
      missing: [...missing],
    };
  }
}

class Unknown extends Error {}

const ONE_STRETCH = { first: 'always', second: 'never', neither: 'same' } as const;

function answerOf(cheaper: readonly ('first' | 'second' | 'neither')[]): BreakEven['answer'] {
  if (cheaper.length > 1) return 'crossings';
  return ONE_STRETCH[cheaper[0] ?? 'neither'];
}

function rangeOf(workload: Workload, { over, from, to }: BreakEvenQuestion): { from: number; to: number } {
  const own = numberAt(workload, over);
  const share = over.endsWith('Share');
  const end = to ?? (share ? 1 : own === undefined || own === 0 ? undefined : own * TIMES_ITS_OWN);
  if (end === undefined) {
    throw new UserError(`the workload says nothing of '${over}' to start from: give the range with --from and --to`);
  }
  const start = from ?? 0;
  if (start >= end) throw new UserError(`the range of '${over}' must go up, got ${start} to ${end}`);
  return { from: start, to: end };
}
