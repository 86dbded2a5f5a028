import type { CostComponent } from '../../components.ts';
import { UserError } from '../../errors.ts';
import type { PathId } from '../../paths.ts';
import { TAG_KEYS } from '../../tags.ts';
import { writeCurFiles } from './cur-files.ts';
import { curRows, piecesOf, type BillInput } from './cur-rows.ts';
import type { Meter, RecordedUsage } from './meter.ts';
import type { Ledger, LedgerTotal, WriteOptions, WrittenBill } from './types.ts';

/** The owner is a stack's id: nobody groups money by it. */
const ACTIVE_TAG_KEYS = Object.values(TAG_KEYS).filter((key) => key !== TAG_KEYS.owner);

export function createLedger(meter: Meter, input: Pick<BillInput, 'accountId' | 'prices' | 'models'>): Ledger {
  const { prices } = input.prices;
  const usageOf = (months: readonly string[] | undefined): RecordedUsage[] =>
    meter.usage().filter(({ at }) => months === undefined || months.includes(at.toISOString().slice(0, 7)));
  const unknown = (usage: readonly RecordedUsage[]): string[] =>
    [...new Set(usage.map(({ priceId }) => priceId))].filter((id) => !prices.has(id)).sort();

  const usdOfPieces = (priceId: string, pieces: number): number | null => {
    const price = prices.get(priceId);
    return price === undefined ? null : (pieces / piecesOf(price.per)) * price.usd;
  };
  const usdOf = ({ priceId, quantity }: RecordedUsage): number | null => usdOfPieces(priceId, quantity);

  const write = async (folder: string, options: WriteOptions): Promise<WrittenBill> => {
    const usage = usageOf(options.months);
    const missing = unknown(usage);
    if (missing.length > 0) {
      throw new UserError(
        `the simulated bill needs prices that the price book of ${input.prices.region} does not have: ${missing.join(', ')}. Add them with their source, or rehearse without what they meter`,
      );
    }
    const rows = curRows(usage, {
      ...input,
      tagging: options.tagging ?? 'confirmed',
      activeTagKeys: options.activeTagKeys ?? ACTIVE_TAG_KEYS,
    });
    return { files: await writeCurFiles(rows, folder), rows: rows.length };
  };

  return {
    usage: () => meter.usage(),
    usdOf: usdOfPieces,
    totals: (month) => totalsOf(usageOf(month === undefined ? undefined : [month]), usdOf),
    writeParquet: (folder, options = {}) => write(folder, options),
  };
}

function totalsOf(usage: readonly RecordedUsage[], usdOf: (used: RecordedUsage) => number | null): LedgerTotal[] {
  const totals = new Map<
    string,
    { path: PathId | null; component: CostComponent; usd: number | null; knownUsd: number }
  >();
  for (const used of usage) {
    const { path, component } = used;
    const key = `${path ?? ''} ${component}`;
    const total = totals.get(key) ?? { path, component, usd: 0, knownUsd: 0 };
    const usd = usdOf(used);
    totals.set(key, {
      ...total,
      usd: usd === null || total.usd === null ? null : total.usd + usd,
      knownUsd: total.knownUsd + (usd ?? 0),
    });
  }
  return [...totals.values()];
}
