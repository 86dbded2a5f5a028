import { comparisonGroups, FAMILY_GROUPS, type ComparisonGroups } from '../meters/comparison-groups.ts';
import { COST_COMPONENTS, type CostComponent } from '../meters/cost-component.ts';
import { familyOfUsageType } from '../meters/meters.ts';
import { localUsageType } from '../meters/region-prefixes.ts';
import { PATHS, type PathId } from '../paths.ts';
import { parseBilledUnit } from '../prices/price-unit.ts';
import { groupBy, sumUsd } from '../sums.ts';
import type { Bill, BilledRow, BillReading } from './bill.ts';
import type { Window } from './days.ts';
import {
  asBilled,
  monthsOf,
  notDue,
  scaled,
  type Estimated,
  type EstimatedBefore,
  type EstimatedLine,
  type Months,
} from './estimated.ts';
import { distinctNotes, note, type Note } from './notes.ts';

/** One day as the paths metered it: token counts of the answers times the price book. */
export interface MeteredRow {
  readonly path: PathId;
  readonly component: CostComponent;
  readonly day: string;
  readonly requests: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly cacheReadInputTokens: number;
  readonly cacheWriteInputTokens: number;
  /** Null where a call used a meter that has no price. */
  readonly usd: number | null;
}

export interface Metered extends Window {
  readonly source: 'cloudwatch' | 'rehearsal';
  readonly rows: readonly MeteredRow[];
}

export interface CompareInput {
  readonly estimated: Estimated | null;
  /** Where `estimated` was made of what was measured: the estimate that was made before. A path without one is unknown. */
  readonly before?: readonly EstimatedBefore[];
  readonly metered: Metered | null;
  readonly bill: Bill | null;
  /** Paths to lay side by side. @default those that were metered or billed; where none was, those that were estimated */
  readonly paths?: readonly PathId[];
}

/** Actual minus estimated. The three parts add up to `usd`. */
interface Variance {
  readonly against: 'billed' | 'metered';
  readonly usd: number;
  /** More or fewer units than estimated, at the estimated price. */
  readonly volumeUsd: number;
  /** Another price a unit than estimated, at the actual number of units. */
  readonly priceUsd: number;
  /** What the bill has and the estimate has not, or cannot be set against it. */
  readonly unexplainedUsd: number;
  readonly reasons: readonly Note[];
}

/** `null` is unknown or not measured, never zero. */
export interface ComparisonCell {
  readonly path: PathId;
  /** `total` is the whole path; null is billed usage that no component is known for. */
  readonly component: CostComponent | 'total' | null;
  /** Absent where no estimate was made before the one that is compared. */
  readonly estimatedBeforeUsd?: number | null;
  readonly estimatedUsd: number | null;
  readonly meteredUsd: number | null;
  readonly taggedUsd: number | null;
  readonly inferredUsd: number | null;
  readonly usdPer1kRequests: {
    readonly estimatedBefore?: number | null;
    readonly estimated: number | null;
    readonly metered: number | null;
    readonly tagged: number | null;
    readonly inferred: number | null;
  };
  /** Columns that are null because nothing was measured there; a null in another column is an unknown price. */
  readonly notMeasured: readonly ('estimated' | 'metered' | 'billed')[];
  readonly variance: Variance | null;
}

interface ComparedRequests {
  readonly path: PathId;
  readonly estimated: number | null;
  readonly metered: number | null;
}

export interface Comparison {
  readonly simulated: boolean;
  /** Of a rehearsal, the paths whose figures must not be used. @default it is none */
  readonly failedPaths?: readonly PathId[];
  /** The days that every column covers whole; null where there is none, and then there is no variance. */
  readonly window: Window | null;
  /** How the window came about. */
  readonly windowReasons: readonly Note[];
  readonly sources: {
    readonly estimated: boolean;
    readonly metered: Metered['source'] | null;
    readonly billed: Bill['source'] | null;
  };
  readonly requests: readonly ComparedRequests[];
  readonly cells: readonly ComparisonCell[];
  /** Everything that was read for the bill; null if there is no bill. */
  readonly billRead: BillReading | null;
  /** In the bill, and in no column and no remainder. */
  readonly billedElsewhere: { readonly otherDaysUsd: number; readonly otherPathsUsd: number };
  /** Billed in the same days and given to no path. */
  readonly remainder: readonly { readonly component: CostComponent | null; readonly usd: number }[];
  readonly notes: readonly Note[];
}

/** Lays estimated, metered and billed money side by side over the days that all of them cover. Pure. */
export function compare(input: CompareInput): Comparison {
  const { estimated, metered, bill } = input;
  const { window, reasons } = comparableWindow(input);
  const inWindow = (day: string | null) =>
    day === null || window === null || (day >= window.from && day <= window.until);
  const billed = bill?.rows.filter(({ day }) => inWindow(day)) ?? null;
  const meteredRows = metered?.rows.filter(({ day }) => inWindow(day)) ?? null;
  const months = window === null || estimated === null ? null : monthsOf(window, estimated.hoursPerMonth);
  const notes: Note[] = [];

  const paths = input.paths ?? usedPaths(estimated, meteredRows, billed);
  const tagKnown = bill?.tagSpellings.some(({ role }) => role === 'path') ?? false;
  const requests = paths.map((path): ComparedRequests => {
    const counted = meteredRows?.filter((row) => row.path === path);
    return {
      path,
      estimated: months === null || estimated === null ? null : estimated.requestsPerMonth * months.byCalendar,
      metered:
        counted === undefined || counted.length === 0 ? null : counted.reduce((sum, row) => sum + row.requests, 0),
    };
  });

  const cells = paths.flatMap((path) => {
    const side = sideOf(path, {
      estimated,
      before: input.before,
      months,
      metered: meteredRows,
      billed,
      tagKnown,
      variance: window !== null,
    });
    notes.push(...side.notes);
    const counts = requests.find((row) => row.path === path);
    return side.cells.map((cell): ComparisonCell => {
      const per1k = (usd: number | null, count: number | null | undefined) =>
        usd === null || count == null || count === 0 ? null : (usd / count) * 1000;
      return {
        path,
        ...cell,
        usdPer1kRequests: {
          ...(cell.estimatedBeforeUsd === undefined
            ? {}
            : { estimatedBefore: per1k(cell.estimatedBeforeUsd, estimated?.requestsPerMonth) }),
          estimated: per1k(cell.estimatedUsd, counts?.estimated),
          metered: per1k(cell.meteredUsd, counts?.metered),
          tagged: per1k(cell.taggedUsd, counts?.metered),
          inferred: per1k(cell.inferredUsd, counts?.metered),
        },
      };
    });
  });

  return {
    simulated: (bill?.simulated ?? false) || metered?.source === 'rehearsal',
    window,
    windowReasons: reasons,
    sources: { estimated: estimated !== null, metered: metered?.source ?? null, billed: bill?.source ?? null },
    requests,
    cells,
    billRead: bill?.read ?? null,
    billedElsewhere: {
      otherDaysUsd: usdOf(bill?.rows ?? [], ({ day }) => !inWindow(day)),
      otherPathsUsd: usdOf(billed ?? [], ({ path }) => path !== null && !paths.includes(path)),
    },
    remainder: remainderOf(billed ?? []),
    notes: distinctNotes([...(bill?.notes ?? []), ...notes]),
  };
}

function usdOf(rows: readonly BilledRow[], where: (row: BilledRow) => boolean): number {
  return sumUsd(rows.filter(where).map(({ usd }) => usd));
}

function usedPaths(
  estimated: Estimated | null,
  metered: readonly MeteredRow[] | null,
  billed: readonly BilledRow[] | null,
): PathId[] {
  const used = new Set([...(metered ?? []), ...(billed ?? [])].map(({ path }) => path));
  const found = PATHS.filter((path) => used.has(path));
  return found.length > 0 ? found : PATHS.filter((path) => estimated?.paths.some((row) => row.path === path));
}

/**
 * The days on which the columns may be set against one another: settled in the bill, counted by the meters, and not before
 * the tag was active (what was used earlier is billed without it).
 */
function comparableWindow({ metered, bill }: CompareInput): { window: Window | null; reasons: Note[] } {
  if (bill === null && metered === null) return { window: null, reasons: [note('nothing-measured')] };
  const reasons: Note[] = [];
  let from = bill?.from ?? metered?.from ?? '';
  let until = bill?.until ?? metered?.until ?? '';
  if (bill !== null) {
    const { completeUntil, settlingDays } = bill.completeness;
    if (completeUntil === null) {
      return {
        window: null,
        reasons: [note('all-settling', { from: bill.from, until: bill.until })],
      };
    }
    if (settlingDays.length > 0) {
      until = completeUntil;
      reasons.push(note('until-settled', { day: completeUntil }));
    }
    let firstTagged: string | undefined;
    for (const { attribution, day } of bill.rows) {
      if (attribution === 'tag' && day !== null && (firstTagged === undefined || day < firstTagged)) firstTagged = day;
    }
    const usedBefore = metered?.rows.some(({ day }) => isBefore(day, firstTagged)) ?? true;
    if (firstTagged !== undefined && firstTagged > from && usedBefore) {
      from = firstTagged;
      reasons.push(note('from-first-tag', { day: firstTagged }));
    }
    if (bill.rows.some(({ day }) => day === null)) reasons.push(note('undated-rows'));
  }
  if (metered !== null && metered.from > from) {
    from = metered.from;
    reasons.push(note('from-metering', { day: from }));
  }
  if (metered !== null && metered.until < until) {
    until = metered.until;
    reasons.push(note('until-metering', { day: until }));
  }
  if (from > until) return { window: null, reasons: [...reasons, note('no-common-day')] };
  return { window: { from, until }, reasons };
}

const isBefore = (day: string, first: string | undefined): boolean => first !== undefined && day < first;

interface PathInput {
  readonly estimated: Estimated | null;
  readonly before: CompareInput['before'];
  readonly months: Months | null;
  readonly metered: readonly MeteredRow[] | null;
  readonly billed: readonly BilledRow[] | null;
  readonly tagKnown: boolean;
  readonly variance: boolean;
}

type Cell = Omit<ComparisonCell, 'path' | 'usdPer1kRequests'>;

function sideOf(path: PathId, input: PathInput): { cells: Cell[]; notes: Note[] } {
  const notes: Note[] = [];
  const billed = input.billed?.filter((row) => row.path === path) ?? null;
  const metered = input.metered?.filter((row) => row.path === path) ?? null;
  const ofPath = input.estimated?.paths.find((row) => row.path === path);
  const lacks = ofPath?.missing ?? [];
  if (lacks.length > 0) notes.push(note('estimate-lacks', { path, fields: lacks.join(', ') }));
  const monthly = lacks.length > 0 ? null : (ofPath?.lines ?? null);
  const { months } = input;
  const inWindow = monthly === null || months === null ? null : monthly.map((line) => scaled(line, months));
  const groups = comparisonGroups(inWindow ?? [], billed ?? []);
  const left = notDue(inWindow ?? [], billed ?? [], groups);
  if (left.length > 0) {
    notes.push(note('one-time-left-out', { path, components: listed(left.map(({ component }) => component)) }));
  }
  const due = inWindow?.filter((line) => !left.includes(line)) ?? null;
  // the meters have no components: what is compared with them stays where the estimate has it
  const lines = due === null || billed === null || !input.tagKnown ? due : asBilled(due, billed, groups);
  const before = input.before === undefined ? undefined : beforeOf(path, input.before, input);
  const moved = [
    ...(lines?.filter((line, index) => line.component !== due?.[index]?.component) ?? []),
    ...(before?.moved ?? []),
  ];
  if (moved.length > 0) {
    notes.push(
      note('compared-as-billed', {
        path,
        lines: listed(moved.map(({ name }) => name)),
        components: listed(moved.map(({ component }) => component)),
      }),
    );
  }

  const componentOf = (component: CostComponent | null): Cell | null => {
    const parts = {
      lines: lines?.filter((line) => line.component === component) ?? null,
      metered: metered?.filter((row) => row.component === component) ?? null,
      billed: billed?.filter((row) => row.component === component) ?? null,
    };
    const beforeUsd = before?.usdOf(component);
    const empty = [parts.lines, parts.metered, parts.billed].every((part) => (part ?? []).length === 0);
    if (empty && (component === null || before === undefined || !before.has(component))) return null;
    return {
      component,
      ...(beforeUsd === undefined ? {} : { estimatedBeforeUsd: beforeUsd }),
      estimatedUsd: component === null || parts.lines === null ? null : knownSum(parts.lines.map(({ usd }) => usd)),
      meteredUsd: (parts.metered ?? []).length === 0 ? null : knownSum((parts.metered ?? []).map(({ usd }) => usd)),
      ...billedSums(parts.billed, input.tagKnown),
      notMeasured: [
        ...(component === null || (parts.lines === null && lacks.length === 0) ? (['estimated'] as const) : []),
        ...((parts.metered ?? []).length === 0 ? (['metered'] as const) : []),
        ...(parts.billed === null ? (['billed'] as const) : []),
      ],
      variance: input.variance ? varianceOf(parts, groups, input) : null,
    };
  };
  const cells = [...COST_COMPONENTS, null].flatMap((component) => componentOf(component) ?? []);
  if (cells.length === 0) return { cells, notes };
  const total = totalOf(cells, lines !== null);
  const totalBefore = before === undefined ? {} : { estimatedBeforeUsd: before.totalUsd };
  return { cells: [...cells, { ...total, ...totalBefore }], notes };
}

/** An estimate that was made before, by component. */
interface Before {
  readonly usdOf: (component: CostComponent | null) => number | null;
  readonly has: (component: CostComponent) => boolean;
  readonly totalUsd: number | null;
  /** Lines that the bill has under another component. */
  readonly moved: readonly EstimatedLine[];
}

function beforeOf(path: PathId, all: readonly EstimatedBefore[], { billed, tagKnown }: PathInput): Before {
  const made = all.find((one) => one.path === path);
  if (made === undefined) return { usdOf: () => null, has: () => false, totalUsd: null, moved: [] };
  const { lines: own, incomplete } = made;
  const rows = billed?.filter((row) => row.path === path) ?? [];
  const lines = billed === null || !tagKnown ? own : asBilled(own, rows, comparisonGroups(own, rows));
  const sumOf = (some: readonly EstimatedLine[]): number | null => knownSum(some.map(({ usd }) => usd));
  return {
    usdOf: (component) =>
      component === null || incomplete.includes(component)
        ? null
        : sumOf(lines.filter((line) => line.component === component)),
    has: (component) => incomplete.includes(component) || lines.some((line) => line.component === component),
    totalUsd: incomplete.length > 0 ? null : sumOf(lines),
    moved: lines.filter((line, index) => line.component !== own[index]?.component),
  };
}

function billedSums(rows: readonly BilledRow[] | null, tagKnown: boolean): Pick<Cell, 'taggedUsd' | 'inferredUsd'> {
  if (rows === null) return { taggedUsd: null, inferredUsd: null };
  const of = (attribution: BilledRow['attribution']) =>
    sumUsd(rows.filter((row) => row.attribution === attribution).map(({ usd }) => usd));
  return { taggedUsd: tagKnown ? of('tag') : null, inferredUsd: of('inferred') };
}

const listed = (words: readonly string[]): string => [...new Set(words)].join(', ');

/** A sum with an unknown part is unknown. */
function knownSum(values: readonly (number | null)[]): number | null {
  return values.every((value) => value !== null) ? sumUsd(values) : null;
}

function totalOf(cells: readonly Cell[], estimated: boolean): Cell {
  // a component that only the bill knows was estimated at nothing: its whole amount is unexplained, not unknown
  const estimates = cells.filter(({ component }) => component !== null).map(({ estimatedUsd }) => estimatedUsd);
  const sums = (key: 'taggedUsd' | 'inferredUsd') => knownSum(cells.map((cell) => cell[key]));
  // a sum that leaves a component out is no total
  const meteredWhole = cells.every(({ notMeasured }) => !notMeasured.includes('metered'));
  const variances = cells.map(({ variance }) => variance);
  const billed = variances.filter((variance) => variance?.against === 'billed');
  const whole = billed.length === cells.length;
  const part = (key: 'usd' | 'volumeUsd' | 'priceUsd' | 'unexplainedUsd') =>
    sumUsd(billed.map((row) => row?.[key] ?? 0));
  return {
    component: 'total',
    estimatedUsd: estimated ? knownSum(estimates) : null,
    meteredUsd: meteredWhole ? knownSum(cells.map(({ meteredUsd }) => meteredUsd)) : null,
    taggedUsd: sums('taggedUsd'),
    inferredUsd: sums('inferredUsd'),
    notMeasured: [
      ...(cells.every((cell) => cell.notMeasured.includes('estimated')) ? (['estimated'] as const) : []),
      ...(meteredWhole ? [] : (['metered'] as const)),
      ...(cells.every((cell) => cell.notMeasured.includes('billed')) ? (['billed'] as const) : []),
    ],
    variance: whole
      ? {
          against: 'billed',
          usd: part('usd'),
          volumeUsd: part('volumeUsd'),
          priceUsd: part('priceUsd'),
          unexplainedUsd: part('unexplainedUsd'),
          reasons: [],
        }
      : null,
  };
}

interface Parts {
  readonly lines: readonly EstimatedLine[] | null;
  readonly metered: readonly MeteredRow[] | null;
  readonly billed: readonly BilledRow[] | null;
}

/** Units of one group, in pieces (tokens, hours…), and what they cost. */
interface Counted {
  readonly pieces: number | null;
  readonly of: string | null;
  readonly usd: number;
}

/** Against the bill where there is one (by tag and inferred together), else against the meters. */
function varianceOf(parts: Parts, groups: ComparisonGroups, { billed, tagKnown }: PathInput): Variance | null {
  if (parts.lines?.every(({ usd }) => usd !== null) !== true) return null;
  if (billed !== null && tagKnown && parts.billed !== null) {
    return explain(countLines(parts.lines, groups), countBilled(parts.billed, groups), 'billed', elsewhere(billed));
  }
  const meteredUsd = knownSum((parts.metered ?? []).map(({ usd }) => usd));
  if ((parts.metered ?? []).length === 0 || meteredUsd === null) return null;
  // the meters count tokens of a kind, whatever model and tier they are of
  const estimated = countLines(parts.lines, FAMILY_GROUPS);
  const estimatedUsd = sumUsd([...estimated.values()].map(({ usd }) => usd));
  return explainTokens(estimated, estimatedUsd, parts.metered ?? [], meteredUsd);
}

/** Families and usage types that occur among charges of no path: what is missing from a path may be there. */
function elsewhere(billed: readonly BilledRow[]): ReadonlySet<string> {
  const usageTypes = new Set(billed.filter(({ path }) => path === null).map(({ usageType }) => usageType));
  return new Set([...usageTypes].flatMap((usageType) => [familyOfUsageType(usageType), localUsageType(usageType)]));
}

function countLines(lines: readonly EstimatedLine[], groups: ComparisonGroups): Map<string, Counted> {
  return counted(lines.map((line) => ({ ...line, group: groups.ofLine(line), usd: line.usd ?? 0 })));
}

function countBilled(rows: readonly BilledRow[], groups: ComparisonGroups): Map<string, Counted> {
  return counted(
    rows.map((row) => {
      const { usageType, quantity, unit, usd } = row;
      return { group: groups.ofRow(row), usageType, quantity, unit, usd };
    }),
  );
}

interface Countable {
  readonly group: string;
  readonly usageType: string | null;
  readonly quantity: number | null;
  readonly unit: string | null;
  readonly usd: number;
}

function counted(items: readonly Countable[]): Map<string, Counted> {
  return new Map(
    [...groupBy(items, ({ group }) => group)].map(([group, members]) => {
      const units = members.map(({ unit, usageType }) => parseBilledUnit(unit, usageType ?? ''));
      const of = units[0]?.of ?? null;
      const alike =
        of !== null && units.every((unit) => unit?.of === of) && members.every(({ quantity }) => quantity !== null);
      const pieces = alike
        ? members.reduce((sum, { quantity }, index) => sum + (quantity ?? 0) * (units[index]?.pieces ?? 0), 0)
        : null;
      return [group, { pieces, of: alike ? of : null, usd: sumUsd(members.map(({ usd }) => usd)) }];
    }),
  );
}

function explain(
  estimated: ReadonlyMap<string, Counted>,
  actual: ReadonlyMap<string, Counted>,
  against: Variance['against'],
  untagged: ReadonlySet<string>,
): Variance {
  const volume: number[] = [];
  const price: number[] = [];
  const unexplained: number[] = [];
  const reasons: Note[] = [];
  for (const family of new Set([...estimated.keys(), ...actual.keys()])) {
    const before = estimated.get(family);
    const after = actual.get(family);
    if (before === undefined) {
      unexplained.push(after?.usd ?? 0);
      if ((after?.usd ?? 0) !== 0) reasons.push(note('billed-not-estimated', { family }));
    } else if (after === undefined) {
      if (before.usd === 0) continue;
      if (untagged.has(family)) {
        unexplained.push(-before.usd);
        reasons.push(note('estimated-in-remainder', { family }));
      } else {
        volume.push(-before.usd);
        reasons.push(note('estimated-not-billed', { family }));
      }
    } else if (before.pieces === null || before.pieces === 0 || after.pieces === null || before.of !== after.of) {
      unexplained.push(after.usd - before.usd);
      reasons.push(note('units-differ', { family }));
    } else {
      const atEstimatedPrice = after.pieces * (before.usd / before.pieces);
      volume.push(difference(atEstimatedPrice, before.usd));
      price.push(difference(after.usd, atEstimatedPrice));
    }
  }
  const [volumeUsd, priceUsd, unexplainedUsd] = [sumUsd(volume), sumUsd(price), sumUsd(unexplained)];
  return { against, usd: sumUsd([...volume, ...price, ...unexplained]), volumeUsd, priceUsd, unexplainedUsd, reasons };
}

/** Below this share of what is compared, a difference comes from adding doubles and is no money. */
const NO_DIFFERENCE = 1e-9;

function difference(usd: number, other: number): number {
  const left = usd - other;
  return Math.abs(left) <= NO_DIFFERENCE * Math.max(Math.abs(usd), Math.abs(other)) ? 0 : left;
}

const TOKEN_FAMILIES = {
  'input tokens': 'inputTokens',
  'output tokens': 'outputTokens',
  'cache read tokens': 'cacheReadInputTokens',
  'cache write tokens': 'cacheWriteInputTokens',
} as const satisfies Record<string, keyof MeteredRow>;

/** Meters count tokens by kind and dollars only in sum, so the price part is what the token counts leave. */
function explainTokens(
  estimated: ReadonlyMap<string, Counted>,
  estimatedUsd: number,
  rows: readonly MeteredRow[],
  meteredUsd: number,
): Variance {
  let atEstimatedPrices = 0;
  const reasons: Note[] = [];
  let comparable = true;
  const families = new Map<string, keyof MeteredRow>(Object.entries(TOKEN_FAMILIES));
  for (const [family, meter] of families) {
    const tokens = rows.reduce((sum, row) => sum + Number(row[meter]), 0);
    const before = estimated.get(family);
    if (tokens === 0) continue;
    if (before?.pieces == null || before.pieces === 0 || before.of !== 'token') {
      comparable = false;
      reasons.push(note('metered-not-estimated', { family }));
    } else {
      atEstimatedPrices += (before.usd / before.pieces) * tokens;
    }
  }
  for (const family of estimated.keys()) {
    if (!families.has(family)) {
      comparable = false;
      reasons.push(note('estimated-not-metered', { family }));
    }
  }
  const usd = difference(meteredUsd, estimatedUsd);
  return comparable
    ? {
        against: 'metered',
        usd,
        volumeUsd: difference(atEstimatedPrices, estimatedUsd),
        priceUsd: difference(meteredUsd, atEstimatedPrices),
        unexplainedUsd: 0,
        reasons,
      }
    : { against: 'metered', usd, volumeUsd: 0, priceUsd: 0, unexplainedUsd: usd, reasons };
}

function remainderOf(billed: readonly BilledRow[]): Comparison['remainder'] {
  const rest = billed.filter(({ path }) => path === null);
  return [...COST_COMPONENTS, null].flatMap((component) => {
    const rows = rest.filter((row) => row.component === component);
    return rows.length === 0 ? [] : [{ component, usd: sumUsd(rows.map(({ usd }) => usd)) }];
  });
}
