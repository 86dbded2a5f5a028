import { TAG_KEYS } from '../deployment/tags.ts';
import { UserError } from '../errors/user-error.ts';
import { groupBy, sumUsd } from '../sums.ts';
import type { Ledger, LedgerTotal, WriteOptions, WrittenBill } from './bill.ts';
import type { VirtualClock } from './clock.ts';
import { writeCurFiles } from './cur-files.ts';
import { carriesTags, curRows, piecesOf, type BillInput, type CurRow } from './cur-rows.ts';
import type { UsageRecorder, RecordedUsage } from './meter.ts';

/** The owner is a stack's id: nobody groups money by it. */
export const ACTIVE_TAG_KEYS = Object.values(TAG_KEYS).filter((key) => key !== TAG_KEYS.owner);

/** The ledger, and what services that show the bill read of it. */
export interface BilledLedger extends Ledger {
  readonly lines: (tagging: BillInput['tagging']) => CurRow[];
}

export function createLedger(
  meter: UsageRecorder,
  clock: VirtualClock,
  input: Pick<BillInput, 'accountId' | 'prices' | 'models'>,
): BilledLedger {
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

  const linesOf = (usage: readonly RecordedUsage[], options: WriteOptions): CurRow[] => {
    const missing = unknown(usage);
    if (missing.length > 0) {
      throw new UserError(
        `the simulated bill needs prices that the price book of ${input.prices.region} does not have: ${missing.join(', ')}. Add them with their source, or rehearse without what they meter`,
      );
    }
    return curRows(usage, {
      ...input,
      tagging: options.tagging ?? 'confirmed',
      activeTagKeys: options.activeTagKeys ?? ACTIVE_TAG_KEYS,
    });
  };

  const write = async (folder: string, options: WriteOptions): Promise<WrittenBill> => {
    const rows = linesOf(usageOf(options.months), options);
    return { files: await writeCurFiles(rows, folder), rows: rows.length };
  };

  // a bill is read in many questions; usage is only ever added to, and what bills by time grows with the clock alone
  const read = new Map<BillInput['tagging'], { readonly asOf: string; readonly lines: CurRow[] }>();
  const lines = (tagging: BillInput['tagging']): CurRow[] => {
    const usage = usageOf(undefined);
    const asOf = `${usage.length} at ${clock.now().toISOString()}`;
    const before = read.get(tagging);
    if (before?.asOf === asOf) return before.lines;
    const now = { asOf, lines: linesOf(usage, { tagging }) };
    read.set(tagging, now);
    return now.lines;
  };

  return {
    usage: () => meter.usage(),
    usdOf: usdOfPieces,
    totals: (month, tagging = 'confirmed') =>
      totalsOf(usageOf(month === undefined ? undefined : [month]), usdOf, (used) =>
        used.tags[TAG_KEYS.path] === undefined ? false : tagging === 'all' || carriesTags(used),
      ),
    lines,
    writeParquet: (folder, options = {}) => write(folder, options),
  };
}

function totalsOf(
  usage: readonly RecordedUsage[],
  usdOf: (used: RecordedUsage) => number | null,
  isTagged: (used: RecordedUsage) => boolean,
): LedgerTotal[] {
  const charges = groupBy(usage, ({ path, component }) => `${path ?? ''} ${component}`);
  return [...charges.values()].flatMap((group): LedgerTotal[] => {
    const [first] = group;
    if (first === undefined) return [];
    const usd = group.map(usdOf);
    const known = usd.map((each) => each ?? 0);
    const knownUsd = sumUsd(known);
    return [
      {
        path: first.path,
        component: first.component,
        usd: usd.includes(null) ? null : knownUsd,
        knownUsd,
        taggedUsd: sumUsd(known.filter((_, index) => group[index] !== undefined && isTagged(group[index]))),
      },
    ];
  });
}
