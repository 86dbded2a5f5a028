import { CostExplorerClient } from '@aws-sdk/client-cost-explorer';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { DeployedPath } from '../billing/attribution.ts';
import type { Bill } from '../billing/bill.ts';
import type { Window } from '../billing/days.ts';
import { readCostExplorer } from '../billing/sources/cost-explorer.ts';
import { readCur } from '../billing/sources/cur.ts';
import type { LedgerTotal, Tagging } from '../simulator/bill.ts';
import type { SimulatorControl } from '../simulator/simulator.ts';
import { sumUsd } from '../sums.ts';

export interface MonthBillsInput {
  /** `YYYY-MM`. */
  readonly month: string;
  readonly window: Window;
  readonly deployed: readonly DeployedPath[];
  readonly now: Date;
  /** Folder for the exports. */
  readonly folder: string;
  readonly simulator: { readonly url: string; readonly control: Pick<SimulatorControl, 'ledger' | 'showTags'> };
}

export interface MonthBills {
  /** Read from the export, with the lines untagged that nobody has confirmed AWS to tag. */
  readonly bill: Bill;
  readonly rows: number;
  /** Where a bill does not say what the ledger does. */
  readonly disagreements: readonly string[];
}

const TAGGINGS = ['confirmed', 'all'] as const satisfies readonly Tagging[];

/** Reads a month's bill from an export and from Cost Explorer, as AWS may tag its lines and as it would if it tagged all of them. */
export async function readMonthBills(input: MonthBillsInput): Promise<MonthBills> {
  const { month, folder, simulator } = input;
  const { control, url } = simulator;
  const client = new CostExplorerClient({
    region: 'us-east-1',
    endpoint: url,
    credentials: { accessKeyId: 'rehearsal', secretAccessKey: 'rehearsal' },
  });
  const disagreements: string[] = [];
  let first: { readonly bill: Bill; readonly rows: number } | undefined;
  try {
    for (const tagging of TAGGINGS) {
      const place = join(folder, tagging === 'all' ? 'bill-all-tagged' : 'bill');
      await mkdir(place, { recursive: true });
      const { rows } = await control.ledger.writeParquet(place, { months: [month], tagging });
      control.showTags(tagging);
      const request = { window: input.window, deployed: input.deployed, now: input.now, simulated: true };
      const bill = await readCur({ ...request, path: place });
      const explored = await readCostExplorer({ ...request, client, owner: url, cache: null, maxUsd: Infinity });
      const totals = control.ledger.totals(month, tagging);
      disagreements.push(...ledgerDisagreements(bill, totals), ...ledgerDisagreements(explored, totals));
      first ??= { bill, rows };
    }
  } finally {
    control.showTags('confirmed');
    client.destroy();
  }
  if (first === undefined) throw new Error('no bill was read');
  return { ...first, disagreements };
}

/** Half of the tenth decimal, the last one that Cost Explorer writes. */
const LAST_DECIMAL_USD = 0.5e-10;

/** Every path by tag, every component whoever caused it, and the whole: each to the last decimal. */
export function ledgerDisagreements({ source, rows }: Bill, totals: readonly LedgerTotal[]): string[] {
  const differing = (what: string, billed: readonly number[], counted: readonly number[]): string[] => {
    const billedUsd = sumUsd(billed);
    const countedUsd = sumUsd(counted);
    return Math.abs(billedUsd - countedUsd) < LAST_DECIMAL_USD
      ? []
      : [`${what}: the bill read from ${source} says $${billedUsd}, the simulator's ledger $${countedUsd}`];
  };
  const cells = totals.flatMap(({ path, component, taggedUsd }) =>
    path === null
      ? []
      : differing(
          `${path}, ${component}, by tag`,
          rows
            .filter((row) => row.attribution === 'tag' && row.path === path && row.component === component)
            .map(usdOf),
          [taggedUsd],
        ),
  );
  const components = [...new Set(totals.map(({ component }) => component))].flatMap((component) =>
    differing(
      `${component} of all paths`,
      rows.filter((row) => row.component === component).map(usdOf),
      totals.filter((total) => total.component === component).map(({ knownUsd }) => knownUsd),
    ),
  );
  const whole = differing(
    'the whole month',
    rows.map(usdOf),
    totals.map(({ knownUsd }) => knownUsd),
  );
  return [...cells, ...components, ...whole];
}

const usdOf = ({ usd }: { readonly usd: number }): number => usd;
