import { isStale } from '../prices/price-age.ts';
import { CONFIDENCES, type Confidence } from '../prices/price-book.ts';
import { sumUsd } from '../sums.ts';
import type { CostLine } from './cost-line.ts';

/** What a total rests on, as shares of its known part from 0 to 1; all are zero where nothing is known or it costs nothing. */
export interface PriceGrades {
  /** By what was read of the prices. */
  readonly shares: Readonly<Record<Confidence, number>>;
  /** On prices older than 90 days. */
  readonly staleShare: number;
}

/**
 * Grades a total by the prices of its lines, in dollars: a doubtful price of a small amount is a small doubt.
 * @param lines those of the total, and no others
 * @param today `YYYY-MM-DD`
 */
function priceGrades(lines: readonly CostLine[], today: string): PriceGrades {
  const known = lines.filter(({ usd }) => usd !== null && usd !== 0);
  const whole = usdOf(known);
  const share = (part: readonly CostLine[]): number => (whole === 0 ? 0 : usdOf(part) / whole);
  return {
    shares: Object.fromEntries(
      CONFIDENCES.map((grade) => [grade, share(known.filter(({ confidence }) => confidence === grade))]),
    ) as Record<Confidence, number>,
    staleShare: share(known.filter(({ date }) => date !== null && isStale(date, today))),
  };
}

const usdOf = (lines: readonly CostLine[]): number => sumUsd(lines.map(({ usd }) => usd ?? 0));

/** What the monthly and the one-time figure of a path rest on. */
export interface GradesOfPath {
  readonly monthly: PriceGrades;
  readonly oneTime: PriceGrades;
}

export const gradesOfPath = (lines: readonly CostLine[], today: string): GradesOfPath => ({
  monthly: priceGrades(
    lines.filter(({ kind }) => kind !== 'one-time'),
    today,
  ),
  oneTime: priceGrades(
    lines.filter(({ kind }) => kind === 'one-time'),
    today,
  ),
});
