import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { sumUsd, type Bill } from '../billing/bill.ts';
import { compare, type Comparison, type Estimated, type MeteredRow } from '../billing/compare.ts';
import { readCur } from '../billing/cur.ts';
import { COST_COMPONENTS, type CostComponent } from '../components.ts';
import { estimatePath, type PathEstimate } from '../cost/estimate.ts';
import { measuredWorkload } from '../cost/measured-workload.ts';
import type { PriceBook } from '../cost/price-book.ts';
import type { PathId } from '../paths.ts';
import type { MeteredSums } from './metric-lines.ts';
import { billedMilliseconds, daysInMonth, monthOfUsage, type MeasuredOperations } from './month.ts';
import type { VirtualClock } from './simulator/clock.ts';
import type { LedgerTotal, MeasuredProfile, SimulatorControl } from './simulator/types.ts';

export interface MonthInput {
  /** `YYYY-MM`. */
  readonly month: string;
  readonly requestsPerMonth: number;
  readonly path: PathId;
  readonly modelId: string;
  readonly profileScope: string;
  readonly tier: 'standard' | 'flex' | 'priority';
  readonly book: PriceBook;
  readonly profile: MeasuredProfile;
  readonly operations: MeasuredOperations;
  /** What the function itself counted on the rehearsed calls. */
  readonly metered: MeteredSums;
  readonly control: SimulatorControl;
  readonly clock: VirtualClock;
  /** Folder for the bill. */
  readonly folder: string;
}

export interface PlayedMonth {
  readonly comparison: Comparison;
  readonly bill: Bill;
  readonly rows: number;
  /** Where two figures that must agree do not. */
  readonly disagreements: readonly string[];
}

/** AWS adds charges to a day for 72 hours: the bill is read when the whole month has settled. */
const SETTLED_AFTER_MS = 4 * 24 * 3_600_000;

/** Plays the month at the meter, writes its bill, reads the bill back by tag and lays it beside estimate and metering. */
export async function playMonth(input: MonthInput): Promise<PlayedMonth> {
  const { month, requestsPerMonth, control, clock, path, operations } = input;
  const { deployed } = operations;
  control.playMonth(monthOfUsage(month, requestsPerMonth, input.profile, operations));
  clock.advanceBy(SETTLED_AFTER_MS);
  const folder = join(input.folder, 'bill');
  await mkdir(folder, { recursive: true });
  const written = await control.ledger.writeParquet(folder, { months: [month] });
  const window = { from: `${month}-01`, until: `${month}-${String(daysInMonth(month)).padStart(2, '0')}` };
  const bill = await readCur({
    path: folder,
    window,
    deployed: [{ path, resourceIds: [deployed.functionArn, deployed.logGroupArn, deployed.modelArn] }],
    now: clock.now(),
    simulated: true,
  });
  const estimate = estimatePath(path, workloadOf(input), input.book);
  const comparison = compare({
    estimated: estimated(estimate, input),
    metered: { source: 'rehearsal', ...window, rows: meteredRows(input) },
    bill,
  });
  const totals = control.ledger.totals(month);
  return {
    comparison,
    bill,
    rows: written.rows,
    disagreements: [...billDisagreement(bill, totals), ...estimateDisagreements(estimate, totals)],
  };
}

/** The estimate takes the same measurements as the meter does, so that only the two ways of reckoning can differ. */
function workloadOf({ month, requestsPerMonth, profile, operations, modelId, profileScope, tier }: MonthInput) {
  const { inputTokens, outputTokens, cacheReadInputTokens, cacheWriteInputTokens } = profile.tokensPerRequest;
  const { deployed } = operations;
  return measuredWorkload({
    name: 'rehearsed',
    requestsPerMonth,
    hoursPerMonth: daysInMonth(month) * 24,
    modelId,
    profileScope,
    inputTokensPerRequest: inputTokens,
    outputTokensPerRequest: outputTokens,
    cacheReadInputTokensPerRequest: cacheReadInputTokens,
    cacheWriteInputTokensPerRequest: cacheWriteInputTokens,
    tier,
    function: {
      memoryMb: deployed.memoryMegabytes,
      durationMsPerRequest: billedMilliseconds(profile),
      architecture: deployed.architecture === 'arm64' ? 'arm' : 'x86',
    },
    logs: { bytesPerRequest: operations.logBytesPerRequest, retentionDays: deployed.logRetentionDays },
    customMetrics: operations.customMetrics,
  });
}

function estimated({ path, lines }: PathEstimate, { month, requestsPerMonth, book }: MonthInput): Estimated {
  const withUsageType = lines.map((line) => ({ ...line, usageType: book.prices.get(line.priceId)?.usageType ?? null }));
  return { requestsPerMonth, hoursPerMonth: daysInMonth(month) * 24, paths: [{ path, lines: withUsageType }] };
}

/** What the function metered on the rehearsed calls, spread over the month as the meter spreads its requests. */
function meteredRows({ month, requestsPerMonth, metered, path }: MonthInput): MeteredRow[] {
  const days = daysInMonth(month);
  const perDay = (sum: number): number => (sum / metered.requests) * (requestsPerMonth / days);
  return Array.from({ length: days }, (_, index) => ({
    path,
    component: 'inference',
    day: `${month}-${String(index + 1).padStart(2, '0')}`,
    requests: requestsPerMonth / days,
    inputTokens: perDay(metered.inputTokens),
    outputTokens: perDay(metered.outputTokens),
    cacheReadInputTokens: perDay(metered.cacheReadInputTokens),
    cacheWriteInputTokens: perDay(metered.cacheWriteInputTokens),
    usd: metered.usd === null ? null : perDay(metered.usd),
  }));
}

/** Cents on the bill are of decimals that doubles only come close to. */
const SAME_SUM = 1e-9;

function billDisagreement({ rows }: Bill, totals: readonly LedgerTotal[]): string[] {
  const billedUsd = sumUsd(rows.map(({ usd }) => usd));
  const ledgerUsd = sumUsd(totals.map(({ knownUsd }) => knownUsd));
  return Math.abs(billedUsd - ledgerUsd) <= SAME_SUM * Math.max(1, ledgerUsd)
    ? []
    : [`the bill that was read back adds up to $${billedUsd}, what the meter counted to $${ledgerUsd}`];
}

/** Two ways of reckoning that share nothing but the prices. */
const ALLOWED_DIFFERENCE = 0.005;

function estimateDisagreements({ components }: PathEstimate, totals: readonly LedgerTotal[]): string[] {
  return COST_COMPONENTS.flatMap((component): string[] => {
    const { usd } = components[component].monthly;
    const metered = meteredTotal(component, totals);
    if (usd === null || metered === null) {
      return [`${component}: a price is missing, so that estimate and meter cannot be held against each other`];
    }
    const difference = Math.abs(usd - metered);
    if (difference <= ALLOWED_DIFFERENCE * metered) return [];
    return [
      `${component}: estimated $${usd}, metered by the simulator $${metered}; they may differ by ${ALLOWED_DIFFERENCE * 100} %`,
    ];
  });
}

function meteredTotal(component: CostComponent, totals: readonly LedgerTotal[]): number | null {
  const usd = totals.filter((total) => total.component === component).map((total) => total.usd);
  return usd.includes(null) ? null : sumUsd(usd.map((value) => value ?? 0));
}
