import type { Bill } from '../billing/bill.ts';
import { compare, type MeteredRow } from '../billing/compare.ts';
import { daysInMonth } from '../billing/days.ts';
import type { Estimated } from '../billing/estimated.ts';
import type { ModelCatalogue } from '../catalogue/models.ts';
import { estimatePath, type PathEstimate } from '../cost/estimate.ts';
import type { Workload } from '../cost/workload.ts';
import { COST_COMPONENTS, type CostComponent } from '../meters/cost-component.ts';
import type { PathId } from '../paths.ts';
import type { PriceBook } from '../prices/price-book.ts';
import type { ComparedReport } from '../report/compare.ts';
import type { LedgerTotal } from '../simulator/bill.ts';
import type { VirtualClock } from '../simulator/clock.ts';
import type { Simulator } from '../simulator/simulator.ts';
import type { MonthOfUsage } from '../simulator/usage.ts';
import { sumUsd } from '../sums.ts';
import { DAY_MS, HOURS_PER_DAY } from '../units.ts';
import type { AskedPath } from './asked-path.ts';
import { readMonthBills } from './month-bills.ts';
import { billedMilliseconds, monthOfUsage } from './month.ts';
import type { MeasuredRequests } from './path-rehearsal.ts';
import { twoEstimates, type EstimateBefore } from './two-estimates.ts';

export interface MonthInput {
  /** `YYYY-MM`. */
  readonly month: string;
  /** Of each path. */
  readonly requestsPerMonth: number;
  /** The estimate that was made before anything was asked. */
  readonly before: EstimateBefore;
  readonly catalogue: ModelCatalogue;
  readonly book: PriceBook;
  readonly simulator: Pick<Simulator, 'url' | 'control'>;
  readonly clock: VirtualClock;
  /** Folder for the bill. */
  readonly folder: string;
  readonly paths: readonly AskedPath[];
}

export interface PlayedMonth {
  readonly comparison: ComparedReport;
  /** What was measured, a workload of each path alone. */
  readonly measured: readonly Workload[];
  readonly bill: Bill;
  readonly rows: number;
  /** Where two figures that must agree do not. */
  readonly disagreements: readonly string[];
}

/** AWS adds charges to a day for 72 hours: the bill is read when the whole month has settled. */
const SETTLED_AFTER_MS = 4 * DAY_MS;

/** Plays the month at the meter, writes its bill, reads the bill back by tag and lays it beside both estimates and metering. */
export async function playMonth(input: MonthInput): Promise<PlayedMonth> {
  const { month, requestsPerMonth, simulator, clock, paths, book, catalogue, before } = input;
  const { control } = simulator;
  control.playMonth(...paths.map((asked) => usageOf(asked, input)));
  clock.advanceBy(SETTLED_AFTER_MS);
  const hoursPerMonth = daysInMonth(month) * HOURS_PER_DAY;
  const window = { from: `${month}-01`, until: `${month}-${String(daysInMonth(month)).padStart(2, '0')}` };
  const { bill, rows, disagreements } = await readMonthBills({
    month,
    window,
    deployed: paths.map(({ path, deployed, rehearsal }) => ({
      path,
      resourceIds: [
        deployed.functionArn,
        deployed.logGroupArn,
        ...(deployed.modelArn === undefined ? [] : [deployed.modelArn]),
        ...(rehearsal.resourceIds?.() ?? []),
      ],
    })),
    now: clock.now(),
    folder: input.folder,
    simulator: input.simulator,
  });
  const measured = paths.map((asked) => {
    const workload = workloadOf(asked, input);
    return { workload, estimate: estimatePath(asked.path, workload, book, catalogue) };
  });
  const estimates = measured.map(({ estimate }) => estimate);
  const two = twoEstimates(before, measured, catalogue, book);
  const comparison = compare({
    estimated: { requestsPerMonth, hoursPerMonth, paths: estimates.map(estimated) },
    before: two.before,
    metered: { source: 'rehearsal', ...window, rows: paths.flatMap((asked) => meteredRows(asked, input)) },
    bill,
  });
  const totals = control.ledger.totals(month);
  return {
    comparison: { ...comparison, assumed: before.assumed, estimates: two.estimates, differences: two.differences },
    measured: measured.map(({ workload }) => workload),
    bill,
    rows,
    disagreements: [...disagreements, ...estimates.flatMap((estimate) => estimateDisagreements(estimate, totals))],
  };
}

function usageOf(asked: AskedPath, { month, requestsPerMonth }: MonthInput): MonthOfUsage {
  const { path, deployed, profile, logBytesPerRequest, metered, rehearsal } = asked;
  const operations = { path, deployed, logBytesPerRequest, customMetrics: metered.customMetrics };
  const usage = monthOfUsage(month, requestsPerMonth, profile, operations);
  const {
    usagePerRequest = [],
    usagePerMonth = [],
    storagePerRequest = [],
    usagePerWindow = [],
  } = rehearsal.standingUsage?.(month, requestsPerMonth) ?? {};
  return {
    ...usage,
    usagePerRequest: [...usage.usagePerRequest, ...usagePerRequest],
    usagePerMonth: [...(usage.usagePerMonth ?? []), ...usagePerMonth],
    storagePerRequest: [...(usage.storagePerRequest ?? []), ...storagePerRequest],
    usagePerWindow,
  };
}

/** The estimate takes the same measurements as the meter does, so that only the two ways of reckoning can differ. */
function workloadOf(asked: AskedPath, { month, requestsPerMonth }: MonthInput): Workload {
  const { deployed, profile, logBytesPerRequest, metered, rehearsal } = asked;
  const { inputTokens, outputTokens, cacheReadInputTokens, cacheWriteInputTokens } = profile.tokensPerRequest;
  const requests: MeasuredRequests = {
    name: 'rehearsed',
    requestsPerMonth,
    hoursPerMonth: daysInMonth(month) * HOURS_PER_DAY,
    inputTokensPerRequest: inputTokens,
    outputTokensPerRequest: outputTokens,
    cacheReadInputTokensPerRequest: cacheReadInputTokens,
    cacheWriteInputTokensPerRequest: cacheWriteInputTokens,
    function: {
      memoryMb: deployed.memoryMegabytes,
      durationMsPerRequest: billedMilliseconds(profile),
      architecture: deployed.architecture === 'arm64' ? 'arm' : 'x86',
    },
    logs: { bytesPerRequest: logBytesPerRequest, retentionDays: deployed.logRetentionDays },
    customMetrics: metered.customMetrics,
  };
  return rehearsal.workload(requests, profile);
}

/** What is paid once was paid before the month, when the path was made: no bill need be asked for it. */
function estimated({ path, lines }: PathEstimate): Estimated['paths'][number] {
  return { path, lines: lines.filter(({ kind }) => kind !== 'one-time') };
}

/** What the function metered on the rehearsed calls, spread over the month as the meter spreads its requests. */
function meteredRows({ path, metered }: AskedPath, { month, requestsPerMonth }: MonthInput): MeteredRow[] {
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

/** Two ways of reckoning that share nothing but the prices. */
const ALLOWED_DIFFERENCE = 0.005;

function estimateDisagreements({ path, components }: PathEstimate, totals: readonly LedgerTotal[]): string[] {
  return COST_COMPONENTS.flatMap((component): string[] => {
    const { usd } = components[component].monthly;
    const metered = meteredTotal(path, component, totals);
    if (usd === null || metered === null) {
      return [
        `${path}, ${component}: a price is missing, so that estimate and meter cannot be held against each other`,
      ];
    }
    const difference = Math.abs(usd - metered);
    if (difference <= ALLOWED_DIFFERENCE * metered) return [];
    return [
      `${path}, ${component}: estimated $${usd}, metered by the simulator $${metered}; they may differ by ${ALLOWED_DIFFERENCE * 100} %`,
    ];
  });
}

function meteredTotal(path: PathId, component: CostComponent, totals: readonly LedgerTotal[]): number | null {
  const usd = totals.filter((total) => total.path === path && total.component === component).map((total) => total.usd);
  return usd.includes(null) ? null : sumUsd(usd.map((value) => value ?? 0));
}
