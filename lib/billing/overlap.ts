import { UserError } from '../errors/user-error.ts';

export const OVERLAP_OPTIONS = ['parts', 'copies'] as const;

/** How to treat deliveries that share lines, if neither AWS's delivery nor the lines decide. */
export type OverlapOption = (typeof OVERLAP_OPTIONS)[number];

/** Facts about a delivery that the decision needs. */
export interface Candidate {
  readonly name: string;
  readonly rows: number;
  /** Time that AWS put into its folder's name; null where there is none. */
  readonly versionTime: string | null;
  readonly monthFolder: string | null;
  readonly isVersion: boolean;
  readonly manifest: string | null;
  readonly modifiedMs: number;
}

/** The lines that two deliveries have in common, each counted as often as both have it. */
export interface SharedLines {
  /** Same money: equal in everything that a later delivery of the line would not restate. */
  readonly rows: number;
  /** Equal in every column but AWS's number of the line, which is new in every report. */
  readonly wholeRows: number;
  readonly usd: number;
  /** Sum of the absolute amounts: 0 where counting the lines twice would change nothing. */
  readonly atStakeUsd: number;
  /** Whole lines of a resource of one account: by chance no two lines are like that. */
  readonly ownRows: number;
  /** Whole lines that also have the same number of AWS's in both. */
  readonly numberedRows: number;
  /** True if every whole line also says when it was used, and both deliveries have the same columns and no numbers of their own. */
  readonly comparable: boolean;
}

/** How one delivery relates to another that shares lines with it. */
type Relation = 'parts' | 'first-in-second' | 'second-in-first' | 'undecided';

/**
 * Decides from rows alone. No line in common: parts. All lines of one in the other, whole: a copy, provided that most of them are
 * of a resource or have AWS's number; lines that nothing identifies (a constant price, no resource ids) can be equal by chance, so
 * that only a delivery that equals the other as a whole is then taken for its copy. Some lines in common that cost nothing: parts.
 * Anything else is undecided.
 */
function relationOf(first: Candidate, second: Candidate, shared: SharedLines): Relation {
  if (shared.rows === 0) return 'parts';
  const fewer = Math.min(first.rows, second.rows);
  const isEqual = first.rows === second.rows && shared.comparable;
  const isIdentified = 2 * Math.max(shared.ownRows, shared.numberedRows) >= fewer;
  if (shared.wholeRows === fewer && (isEqual || isIdentified)) {
    return second.rows === fewer ? 'second-in-first' : 'first-in-second';
  }
  return shared.atStakeUsd === 0 ? 'parts' : 'undecided';
}

/** What the layout of a delivery says against counting two of one month together, whatever their rows are. */
function contradicts(first: Candidate, second: Candidate): boolean {
  if (first.monthFolder === null || first.monthFolder !== second.monthFolder) return false;
  // two versions of which none is known to be the later, or a version and what lies beside the versions
  if (first.isVersion || second.isVersion) return true;
  // a file that the manifest beside it does not name
  return (first.manifest === null) !== (second.manifest === null);
}

interface LeftOut<T> {
  readonly candidate: T;
  /** The delivery that is counted in its place. */
  readonly keptInstead: T;
  readonly because: 'rows' | 'option';
}

export interface Resolution<T> {
  readonly kept: readonly T[];
  readonly leftOut: readonly LeftOut<T>[];
}

/**
 * Decides which deliveries count. Pure: evidence in, decision out.
 *
 * @param shared lines that two of them have in common; undefined where they have none
 * @throws UserError where some deliveries are neither parts nor copies and no option says which
 */
export function resolveOverlaps<T extends Candidate>(
  candidates: readonly T[],
  shared: (first: T, second: T) => SharedLines | undefined,
  option: OverlapOption | undefined,
): Resolution<T> {
  if (option === 'parts') return { kept: candidates, leftOut: [] };
  const leftOut: LeftOut<T>[] = [];
  const wholes: T[] = [];
  // what holds all of another comes before it, so that the one that is kept is known
  for (const candidate of candidates.toSorted((a, b) => b.rows - a.rows || byNewest(a, b))) {
    const whole = wholes.find((kept) => {
      const lines = shared(kept, candidate);
      return lines !== undefined && relationOf(kept, candidate, lines) === 'second-in-first';
    });
    if (whole === undefined) wholes.push(candidate);
    else leftOut.push({ candidate, keptInstead: whole, because: 'rows' });
  }
  const isUndecided = (first: T, second: T): boolean => {
    const lines = shared(first, second);
    return contradicts(first, second) || (lines !== undefined && relationOf(first, second, lines) === 'undecided');
  };
  if (option === undefined) refuseUndecided(wholes, shared, isUndecided);
  const kept: T[] = [];
  for (const candidate of wholes.toSorted(byNewest)) {
    const newer = kept.find((each) => isUndecided(each, candidate));
    if (newer === undefined) kept.push(candidate);
    else {
      if (timeOf(newer) === timeOf(candidate)) {
        throw new UserError(
          `'--overlap copies' counts the newer of two files, and ${newer.name} and ${candidate.name} are of the same time: remove one of them`,
        );
      }
      leftOut.push({ candidate, keptInstead: newer, because: 'option' });
    }
  }
  return { kept, leftOut };
}

/** The time in the folder's name is AWS's own; the time of a file is when it was written, or S3's where it was fetched from there. */
function timeOf({ versionTime, modifiedMs }: Candidate): string {
  return versionTime ?? new Date(modifiedMs).toISOString().replaceAll(/[-:]/g, '');
}

function byNewest(a: Candidate, b: Candidate): number {
  return timeOf(b).localeCompare(timeOf(a)) || (a.name < b.name ? -1 : 1);
}

const MOST_PAIRS = 5;

function refuseUndecided<T extends Candidate>(
  candidates: readonly T[],
  shared: (first: T, second: T) => SharedLines | undefined,
  isUndecided: (first: T, second: T) => boolean,
): void {
  const pairs: string[] = [];
  for (const [index, first] of candidates.entries()) {
    for (const second of candidates.slice(index + 1)) {
      if (!isUndecided(first, second)) continue;
      const lines = shared(first, second) ?? { rows: 0, usd: 0 };
      const [newer, older] = byNewest(first, second) < 0 ? [first, second] : [second, first];
      const [one, other] = [`  ${older.name} (${older.rows} lines)`, `the newer ${newer.name} (${newer.rows} lines)`];
      pairs.push(
        lines.rows === 0
          ? `${one} and ${other} have no line in common, but lie in one month as versions, or as files of which AWS's delivery has only one`
          : `${one} and ${other} have ${lines.rows} in common, ${dollars(lines.usd)}`,
      );
    }
  }
  if (pairs.length === 0) return;
  const more = pairs.length > MOST_PAIRS ? [`  and ${pairs.length - MOST_PAIRS} more pairs`] : [];
  throw new UserError(
    `these files are neither surely parts of one export nor surely copies:\n${[...pairs.slice(0, MOST_PAIRS), ...more].join('\n')}\nSay '--overlap parts' to count all of them, or '--overlap copies' to count of two only the newer. Newer by the time in the name of AWS's folder, else by the time of the file`,
  );
}

function dollars(usd: number): string {
  return `$${Math.abs(usd) < 0.01 ? Number(usd.toPrecision(2)) : usd.toFixed(2)}`;
}
