import type { EstimatedBefore } from '../billing/estimated.ts';
import type { ModelCatalogue } from '../catalogue/models.ts';
import type { AssumedField } from '../cost/assumed-operations.ts';
import type { Cell } from '../cost/comparison.ts';
import type { PathEstimate } from '../cost/estimate.ts';
import { split, type Split, type SplitSide } from '../cost/split.ts';
import type { Workload } from '../cost/workload.ts';
import type { PathId } from '../paths.ts';
import type { PriceBook } from '../prices/price-book.ts';
import { comparedEstimate, type ComparedEstimate } from '../report/compared-estimate.ts';

/** What `estimate` shows of the paths as they are configured, made before anything is deployed or asked. */
export interface EstimateBefore {
  /** The file that it is made from. */
  readonly workload: string;
  /** What stands in it and nobody said. */
  readonly assumed: readonly AssumedField[];
  /** A path that cannot be estimated has none, or one without figures. */
  readonly rows: readonly Cell[];
}

/** A path with the estimate made of what its answers used. */
export interface MeasuredEstimate {
  readonly workload: Workload;
  readonly estimate: PathEstimate;
}

export interface TwoEstimates {
  readonly estimates: readonly ComparedEstimate[];
  /** What the second estimate of a path is more than the first, a month. */
  readonly differences: readonly (Split & { readonly path: PathId })[];
  /** The first, for the columns of a comparison. */
  readonly before: readonly EstimatedBefore[];
}

/** Lays the estimate that was made before anything was asked beside the one of what was measured. */
export function twoEstimates(
  { rows }: Pick<EstimateBefore, 'rows'>,
  measured: readonly MeasuredEstimate[],
  catalogue: ModelCatalogue,
  book: PriceBook,
): TwoEstimates {
  const priced = rows.flatMap((row) => (row.priced === undefined ? [] : [row.priced]));
  return {
    estimates: [
      ...priced.map(({ estimate, workload }) => comparedEstimate('workload', estimate, workload, catalogue)),
      ...measured.map(({ estimate, workload }) => comparedEstimate('measured', estimate, workload, catalogue)),
    ],
    differences: measured.flatMap(({ estimate }) => {
      const first = priced.find((one) => one.estimate.path === estimate.path);
      if (first === undefined) return [];
      const from = sideOf(first.estimate, first.book);
      return [{ path: estimate.path, ...split(from, sideOf(estimate, book)) }];
    }),
    before: priced.map(({ estimate: { path, lines, incomplete } }) => ({
      path,
      lines: lines.filter(({ kind }) => kind !== 'one-time'),
      incomplete,
    })),
  };
}

/** A month alone: what is paid once was paid before it, and spread without end it is nothing a month. */
const sideOf = (estimate: PathEstimate, book: PriceBook): SplitSide => ({ estimate, book, lifeMonths: Infinity });
