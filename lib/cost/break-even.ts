import { UserError } from '../errors/user-error.ts';
import type { PathId } from '../paths.ts';
import type { CostLine } from './cost-line.ts';
import { crossingsOf, type CostParts, type Crossing } from './crossings.ts';
import { DEFAULTS } from './defaults.ts';
import type { PathEstimate } from './estimate.ts';
import { derivation } from './explain.ts';
import { numberAt, withField } from './field.ts';
import type { ThroughputFacts } from './line-sheet.ts';
import { isWhole, nearestValid } from './valid-range.ts';
import { parseWorkload, type Workload } from './workload.ts';

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
  /** Where a field counts whole things, `at` is the last whole number before the change. */
  readonly crossings: readonly (Crossing & { readonly monthlyUsd: readonly [number, number] })[];
  readonly stretches: readonly { readonly from: number; readonly to: number; readonly cheaper: PathId | null }[];
  /** Ids of missing prices for want of which there is no answer. */
  readonly unknownPriceIds: readonly string[];
  /** Ids of missing prices that both paths pay for the same quantity: left out on both sides. */
  readonly leftOutPriceIds: readonly string[];
  /** Fields that the workload does not say. */
  readonly missing: readonly string[];
  /** What throughput on either path comes to at the workload's own value. */
  readonly throughput: readonly { readonly path: PathId; readonly facts: ThroughputFacts }[];
}

/** Values a thousand times the workload's own are looked at unless the question says otherwise. */
const TIMES_ITS_OWN = 1000;

/** Where a field that the workload leaves out is searched for the most that it may be. */
const BEYOND_ANY_LIMIT = 1e15;

type Price = (path: PathId, workload: Workload) => PathEstimate;

/**
 * Every value of a field at which two paths cost the same a month, or one jumps past the other.
 * @param price prices one path of a workload
 * @param resolve makes of a workload the one that a path is priced by
 * @throws UserError where the range cannot be told or makes no sense
 */
export function breakEven(
  workload: Workload,
  question: BreakEvenQuestion,
  price: Price,
  resolve: (path: PathId, workload: Workload) => Workload = (_, same) => same,
): BreakEven {
  const { between, over, months } = question;
  const { from, to, whole } = rangeOf(workload, question);
  const [first, second] = between;
  const workloadAt = (x: number): Workload => withField(workload, over, whole ? Math.ceil(x) : x);
  const pathAt = (path: PathId, x: number): Workload => resolve(path, workloadAt(x));
  const estimateAt = (path: PathId, x: number): PathEstimate => price(path, pathAt(path, x));
  // the field is one of the numbers: equal at two of its values, lines are equal at all
  const [shared = NONE, sharedInside = NONE] = [to, from + (to - from) / 3].map((x) =>
    sharedLines([estimateAt(first, x), estimateAt(second, x)], (path) => pathAt(path, x)),
  );
  const leftOut = new Map([...shared].filter(([key]) => sharedInside.has(key)));
  const oneTimeShare = months === undefined ? 0 : 1 / months;

  const given = {
    between,
    over,
    from,
    to,
    months: months ?? null,
    throughput: between.flatMap((path) => {
      const facts = price(path, resolve(path, workload)).throughput;
      return facts === null ? [] : [{ path, facts }];
    }),
    leftOutPriceIds: [...new Set([...leftOut].flatMap(([, { usd, priceId }]) => (usd === null ? [priceId] : [])))],
  };
  try {
    const partsOf =
      (path: PathId): CostParts =>
      (x) =>
        costParts(estimateAt(path, x), oneTimeShare, leftOut);
    const { crossings, stretches } = crossingsOf(partsOf(first), partsOf(second), from, to);
    const monthlyUsd = (path: PathId, x: number): number => {
      const { monthly, oneTime } = estimateAt(path, x);
      return monthly.knownUsd + oneTime.knownUsd * oneTimeShare;
    };
    return {
      ...given,
      answer: answerOf(stretches.map(({ cheaper }) => cheaper)),
      crossings: crossings.map((crossing) => ({
        ...crossing,
        monthlyUsd: [monthlyUsd(first, crossing.at), monthlyUsd(second, crossing.at)],
      })),
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
    const ends = between.flatMap((path) => [estimateAt(path, from), estimateAt(path, to)]);
    const unknown = ends.flatMap(({ unknownPriceIds }) => unknownPriceIds);
    return {
      ...given,
      answer: null,
      crossings: [],
      stretches: [],
      unknownPriceIds: [...new Set(unknown)].filter((id) => !given.leftOutPriceIds.includes(id)),
      missing: [...new Set(ends.flatMap(({ missing }) => missing))],
    };
  }
}

class Unknown extends Error {}

const NONE: ReadonlyMap<string, CostLine> = new Map();

/** Tells the lines of an estimate apart. */
const keyOf = ({ priceId, kind, name }: CostLine): string => `${kind} ${priceId} ${name}`;

/**
 * Lines of two paths in one Region whose quantity comes about in both from the same numbers in the same way: they decide
 * nothing, known or not.
 */
function sharedLines(
  [first, second]: readonly [PathEstimate, PathEstimate],
  workloadOf: (path: PathId) => Workload,
): ReadonlyMap<string, CostLine> {
  // elsewhere the same price may be another, known or not
  if (first.region !== second.region) return NONE;
  const others = new Map(second.lines.map((line) => [keyOf(line), line]));
  const origin = (line: CostLine, path: PathId): string => {
    const { formula, values, pieces } = derivation(line, path, workloadOf(path));
    return pieces === null ? '' : [formula, ...values.map(({ name, value }) => `${name} ${value}`)].join('\n');
  };
  return new Map(
    first.lines.flatMap((line) => {
      const other = others.get(keyOf(line));
      const own = origin(line, first.path);
      return other !== undefined && own !== '' && own === origin(other, second.path) ? [[keyOf(line), line]] : [];
    }),
  );
}

/** The monthly cost line by line. @throws Unknown where a line has no price or a field is missing */
function costParts(
  { lines, missing }: PathEstimate,
  oneTimeShare: number,
  leftOut: ReadonlyMap<string, unknown>,
): Map<string, number> {
  if (missing.length > 0) throw new Unknown();
  const parts = new Map<string, number>();
  for (const line of lines) {
    const weight = line.kind === 'one-time' ? oneTimeShare : 1;
    const key = keyOf(line);
    if (weight === 0 || leftOut.has(key)) continue;
    if (line.usd === null) throw new Unknown();
    parts.set(key, line.usd * weight);
  }
  return parts;
}

const ONE_STRETCH = { first: 'always', second: 'never', neither: 'same' } as const;

function answerOf(cheaper: readonly ('first' | 'second' | 'neither')[]): BreakEven['answer'] {
  if (cheaper.length > 1) return 'crossings';
  return ONE_STRETCH[cheaper[0] ?? 'neither'];
}

/** The values between which the workload is still one: as asked for, or as far as it allows. */
function rangeOf(
  workload: Workload,
  { over, from, to }: BreakEvenQuestion,
): { readonly from: number; readonly to: number; readonly whole: boolean } {
  const own = numberAt(workload, over) ?? (over === 'hoursPerMonth' ? DEFAULTS.hoursPerMonth : undefined);
  const valid = own ?? to ?? from ?? 1;
  for (const value of [valid, to ?? valid, from ?? valid]) {
    parseWorkload(withField(workload, over, value), `the workload with ${value} for '${over}'`);
  }
  const furthest = own === undefined || own === 0 ? BEYOND_ANY_LIMIT : own * TIMES_ITS_OWN;
  const end = to ?? nearestValid(workload, over, valid, furthest);
  if (to === undefined && end === BEYOND_ANY_LIMIT) {
    throw new UserError(`the workload says nothing of '${over}' to start from: give the range with --from and --to`);
  }
  const start = from ?? nearestValid(workload, over, valid, 0);
  if (start >= end) throw new UserError(`the range of '${over}' must go up, got ${start} to ${end}`);
  return { from: start, to: end, whole: isWhole(workload, over, valid) };
}
