import { UserError } from '../errors/user-error.ts';

/** Where the cheaper of two costs changes. */
export interface Crossing {
  readonly at: number;
  /** `equal`: both cost the same there. `step`: one of them jumps past the other there, so they never cost the same. */
  readonly kind: 'equal' | 'step';
}

/** A stretch on which the same one is cheaper, or both cost the same. */
interface Stretch {
  readonly from: number;
  readonly to: number;
  readonly cheaper: 'first' | 'second' | 'neither';
}

export interface Crossings {
  readonly crossings: readonly Crossing[];
  readonly stretches: readonly Stretch[];
}

/** What one value costs, by parts: a part that never rises and falls again between two values keeps the search short. */
export type CostParts = (x: number) => ReadonlyMap<string, number>;

/**
 * Inner points at which a piece is looked at. Multiples of the golden ratio: no staircase of equal steps meets its own
 * chord at all of them, as one does at halves and quarters.
 */
const LOOKS = [1, 2, 3, 4, 5, 6, 7].map((index) => (index * 0.6180339887498949) % 1).sort((one, other) => one - other);

/** Rounding of a sum of some dozen lines. */
const ROUNDING = 1e-13;

/** A piece narrower than this part of its place, or of the whole range, is a step and not a slope. */
const NARROWEST = 1e-14;

/** What happens within this part of the range after its start is the difference between nothing and a first request. */
const AT_THE_START = 1e-12;

const MOST_LOOKS = 300_000;

interface Look {
  readonly x: number;
  readonly first: ReadonlyMap<string, number>;
  readonly second: ReadonlyMap<string, number>;
  readonly one: number;
  readonly other: number;
}

/**
 * Every crossing of two costs between `from` and `to`, exact where they are linear piece by piece, with or without steps.
 * A piece on which even the dearest values of the one stay below the cheapest of the other has no crossing; one on which
 * both are straight is solved; any other is halved, down to a single step.
 * @throws UserError where the two run so close together that the range has to be narrowed
 */
export function crossingsOf(first: CostParts, second: CostParts, from: number, to: number): Crossings {
  let looks = 0;
  const look = (x: number): Look => {
    looks += 1;
    if (looks > MOST_LOOKS) {
      throw new UserError(
        `the costs run too close together between ${from} and ${to} to tell every crossing: narrow the range`,
      );
    }
    const [ofFirst, ofSecond] = [first(x), second(x)];
    return { x, first: ofFirst, second: ofSecond, one: sum(ofFirst), other: sum(ofSecond) };
  };
  const found: Crossing[] = [];
  const edges = valuesToLookAt(from, to).map(look);
  for (let index = 1; index < edges.length; index++) {
    const [low, high] = [edges[index - 1], edges[index]];
    if (low !== undefined && high !== undefined) search(low, high, look, found, NARROWEST * (to - from));
  }
  const start = from + AT_THE_START * (to - from);
  return withStretches(
    found.filter(({ at }) => at > start),
    from,
    to,
    look,
  );
}

function sum(parts: ReadonlyMap<string, number>): number {
  let total = 0;
  for (const part of parts.values()) total += part;
  return total;
}

/** A wide range is looked at decade by decade, so that what happens at small values is not stepped over. */
function valuesToLookAt(from: number, to: number): number[] {
  const edges = new Set([from, to]);
  for (let decade = 0; decade < 9; decade++) {
    const top = from + (to - from) / 10 ** decade;
    for (let part = 1; part <= 9; part++) edges.add(from + ((top - from) * part) / 9);
  }
  return [...edges].sort((one, other) => one - other);
}

function search(low: Look, high: Look, look: (x: number) => Look, found: Crossing[], narrowest: number): void {
  const width = high.x - low.x;
  const middle = low.x + width / 2;
  if (width <= Math.max(narrowest, NARROWEST * Math.max(Math.abs(low.x), Math.abs(high.x)))) {
    // the last digits are where the halving stopped, not where the step is
    if (sign(low) !== sign(high)) found.push({ at: Number(middle.toPrecision(12)), kind: 'step' });
    return;
  }
  const inner = LOOKS.map((share) => look(low.x + share * width));
  const all = [low, ...inner, high];
  const rounding = ROUNDING * Math.max(...all.map(({ one, other }) => Math.max(Math.abs(one), Math.abs(other))));
  const [one, other] = [bounds(low.first, high.first), bounds(low.second, high.second)];
  const apart = one.least > other.most + rounding || other.least > one.most + rounding;
  // a part that rises and falls again in between would show as a look outside the bounds
  const within = ({ least, most }: Bounds, value: number) => value >= least - rounding && value <= most + rounding;
  if (apart && inner.every((at) => within(one, at.one) && within(other, at.other))) return;

  if (isStraight(all, 'one', rounding) && isStraight(all, 'other', rounding)) {
    const [before, after] = [sign(low), sign(high)];
    if (before === after) return;
    const [fall, rise] = [low.one - low.other, high.one - high.other];
    if (before === 0) found.push({ at: low.x, kind: 'equal' });
    else if (after === 0) found.push({ at: high.x, kind: 'equal' });
    else found.push({ at: low.x + (width * fall) / (fall - rise), kind: 'equal' });
    return;
  }
  const between = look(middle);
  search(low, between, look, found, narrowest);
  search(between, high, look, found, narrowest);
}

interface Bounds {
  readonly least: number;
  readonly most: number;
}

/** Between two looks every part lies between its values at both. */
function bounds(low: ReadonlyMap<string, number>, high: ReadonlyMap<string, number>): Bounds {
  let [least, most] = [0, 0];
  for (const [part, value] of low) {
    const end = high.get(part) ?? 0;
    least += Math.min(value, end);
    most += Math.max(value, end);
  }
  for (const [part, value] of high) {
    if (low.has(part)) continue;
    least += Math.min(value, 0);
    most += Math.max(value, 0);
  }
  return { least, most };
}

function isStraight(looks: readonly Look[], which: 'one' | 'other', rounding: number): boolean {
  const [low, high] = [looks[0], looks.at(-1)];
  if (low === undefined || high === undefined) return true;
  const slope = (high[which] - low[which]) / (high.x - low.x);
  return looks.every((at) => Math.abs(at[which] - low[which] - slope * (at.x - low.x)) <= rounding);
}

/** 0 where the difference is no more than rounding. */
function sign({ one, other }: Look): -1 | 0 | 1 {
  const difference = one - other;
  if (Math.abs(difference) <= ROUNDING * Math.max(Math.abs(one), Math.abs(other))) return 0;
  return difference < 0 ? -1 : 1;
}

const CHEAPER = { '-1': 'first', '0': 'neither', '1': 'second' } as const;

function withStretches(found: readonly Crossing[], from: number, to: number, look: (x: number) => Look): Crossings {
  const stretches: Stretch[] = [];
  const edges = [from, ...found.map(({ at }) => at), to];
  for (let index = 1; index < edges.length; index++) {
    const [start = from, end = to] = [edges[index - 1], edges[index]];
    if (end <= start) continue;
    const cheaper = CHEAPER[`${sign(look(start + (end - start) * 0.5))}`];
    const last = stretches.at(-1);
    // a touch, and an edge where both cost nothing, change nothing
    if (last !== undefined && last.cheaper === cheaper) stretches[stretches.length - 1] = { ...last, to: end };
    else stretches.push({ from: start, to: end, cheaper });
  }
  const changes = new Set(stretches.slice(1).map(({ from: start }) => start));
  const crossings = found.filter(
    ({ at }, index) => changes.has(at) && found.findIndex((one) => one.at === at) === index,
  );
  return { crossings, stretches };
}
