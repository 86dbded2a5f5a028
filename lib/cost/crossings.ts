import { UserError } from '../errors.ts';

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

type Cost = (x: number) => number;

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

const MOST_LOOKS = 600_000;

interface Look {
  readonly x: number;
  readonly difference: number;
  /** Size of the costs compared, for judging what is rounding. */
  readonly size: number;
}

/**
 * Every crossing of two costs between `from` and `to`, exact where they are linear piece by piece, with or without
 * steps: a piece that is straight at all looks is solved, any other is halved until it is straight or a step.
 * @throws UserError where the two cross so often that the range has to be narrowed
 */
export function crossingsOf(first: Cost, second: Cost, from: number, to: number): Crossings {
  let looks = 0;
  const look = (x: number): Look => {
    looks += 1;
    if (looks > MOST_LOOKS) {
      throw new UserError(
        `the costs run too close together between ${from} and ${to} to tell every crossing: narrow the range`,
      );
    }
    const [one, other] = [first(x), second(x)];
    return { x, difference: one - other, size: Math.max(Math.abs(one), Math.abs(other)) };
  };
  const found: Crossing[] = [];
  const edges = piecesOf(from, to).map(look);
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

/** A wide range is looked at decade by decade, so that what happens at small values is not stepped over. */
function piecesOf(from: number, to: number): number[] {
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
  const rounding = ROUNDING * Math.max(...all.map(({ size }) => size));
  const bend = Math.max(
    ...inner.map(({ x, difference }) =>
      Math.abs(difference - (low.difference + ((x - low.x) / width) * (high.difference - low.difference))),
    ),
  );
  if (bend <= rounding) {
    const [before, after] = [sign(low), sign(high)];
    if (before === after) return;
    if (before === 0) found.push({ at: low.x, kind: 'equal' });
    else if (after === 0) found.push({ at: high.x, kind: 'equal' });
    else found.push({ at: low.x + (width * low.difference) / (low.difference - high.difference), kind: 'equal' });
    return;
  }
  const nearest = Math.min(...all.map(({ difference }) => Math.abs(difference)));
  const signs = new Set(all.map(sign));
  // far apart in proportion to how uneven they are
  if (signs.size === 1 && nearest > 4 * bend) return;
  const between = look(middle);
  search(low, between, look, found, narrowest);
  search(between, high, look, found, narrowest);
}

/** 0 where the difference is no more than rounding. */
function sign({ difference, size }: Look): number {
  return Math.abs(difference) <= ROUNDING * size ? 0 : Math.sign(difference);
}

const CHEAPER = { '-1': 'first', '0': 'neither', '1': 'second' } as const;

function withStretches(found: readonly Crossing[], from: number, to: number, look: (x: number) => Look): Crossings {
  const stretches: Stretch[] = [];
  const edges = [from, ...found.map(({ at }) => at), to];
  for (let index = 1; index < edges.length; index++) {
    const [start = from, end = to] = [edges[index - 1], edges[index]];
    if (end <= start) continue;
    const cheaper = CHEAPER[String(sign(look(start + (end - start) * 0.5))) as keyof typeof CHEAPER];
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
