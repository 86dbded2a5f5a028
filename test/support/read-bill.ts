import type { BilledRow, BillReading } from '../../lib/billing/bill.ts';
import { sumUsd } from '../../lib/sums.ts';

/** The account of one file that holds these rows and nothing else. */
export function readingOf(rows: readonly BilledRow[]): BillReading {
  const usd = sumUsd(rows.map((row) => row.usd));
  return {
    files: 1,
    pages: null,
    rows: rows.length,
    grossUsd: usd,
    rowsInTable: rows.length,
    inTableUsd: usd,
    outsideUsd: 0,
    outside: [],
    notRead: [],
  };
}
