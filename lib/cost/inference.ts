import { CACHE_LIFETIMES, type CacheLifetime } from '../catalogue/models.ts';
import { COMMITMENTS, commitmentMeter, type Commitment } from '../prices/commitment.ts';
import { priceIdOf } from '../prices/price-id.ts';
import type { PriceUnit } from '../prices/price-unit.ts';
import {
  PRICE_TIERS,
  PROMPT_BANDS,
  TOKEN_METERS,
  tokenMeterIds,
  type PriceTier,
  type PromptBand,
  type TokenMeter,
} from '../prices/token-pricing.ts';
import { usdPer } from '../prices/usd-per.ts';
import { DEFAULTS } from './defaults.ts';
import { addLine, needed, note, type LineSheet, type LineSpec, type ThroughputFacts } from './line-sheet.ts';
import { promptBand } from './prompt-band.ts';
import { IMPORT_WINDOW_MINUTES } from './run-items.ts';
import type { Hosting, Inference, Throughput } from './workload.ts';

/** The tokens of one average call, by meter. */
type CallTokens = Readonly<Record<TokenMeter, number>>;

/** What a path asks of its model. */
export interface Demand {
  /** Section of the workload that the path is described in. */
  readonly section: string;
  readonly requestsPerMonth: number | undefined;
  readonly hoursPerMonth: number;
  readonly inference: Inference;
  /** Retrieved chunks that the path adds to every prompt. */
  readonly contextTokensPerRequest: number;
  /** Fields without which those are not known. */
  readonly contextMissing: readonly string[];
  /** Base models and tuned models have their own token prices. */
  readonly meters: 'base' | 'custom';
  /** Undefined where the workload does not say, or no price depends on it. */
  readonly modelId: string | undefined;
  readonly hosting: Hosting | undefined;
}

interface NamedDemand extends Demand {
  readonly modelId: string;
}

/** How often a model is called, and with what on average. */
interface Calls {
  readonly callsPerMonth: number;
  readonly tokens: CallTokens;
}

function each<K extends string, V>(keys: readonly K[], of: (key: K) => V): Record<K, V> {
  return Object.fromEntries(keys.map((key) => [key, of(key)])) as Record<K, V>;
}

const METER_NAMES: Record<TokenMeter, string> = {
  input: 'Input tokens',
  output: 'Output tokens',
  cacheRead: 'Cache read tokens',
  cacheWrite: 'Cache write tokens',
};

const METER_COUNTS: Record<TokenMeter, string> = {
  input: 'uncachedInputTokensPerCall',
  output: 'outputTokensPerCall',
  cacheRead: 'cacheReadTokensPerCall',
  cacheWrite: 'cacheWriteTokensPerCall',
};

const METER_ASSUMPTIONS: Record<TokenMeter, string> = {
  input: 'every retry repeats the whole call; retrieved chunks count as input',
  output: 'no answer is longer than the output cap',
  cacheRead: 'calls that find the prefix in the cache',
  cacheWrite: 'calls that do not find the prefix write it',
};

const SHARE_NAMES: Record<PriceTier, string> = {
  standard: 'standardShare',
  batch: 'batchShare',
  flex: 'flexShare',
  priority: 'priorityShare',
  'latency-optimized': 'latencyOptimizedShare',
  ultrafast: 'ultrafastShare',
};

/** A long prompt stands in brackets as a tier does: `Input tokens (long prompt) (batch)`. */
function meterName(band: PromptBand, tier: PriceTier, meter: TokenMeter): string {
  const brackets = [...(band === 'usual' ? [] : ['long prompt']), ...(tier === 'standard' ? [] : [tier])];
  return [METER_NAMES[meter], ...brackets.map((text) => `(${text})`)].join(' ');
}

function tokenSpec(band: PromptBand, tier: PriceTier, meter: TokenMeter): LineSpec {
  const onDemand = tier === 'batch' ? '' : ' × onDemandShare';
  const count = tier === 'batch' && meter === 'input' ? 'inputTokensPerCall' : METER_COUNTS[meter];
  return {
    component: 'inference',
    kind: 'usage',
    name: meterName(band, tier, meter),
    unit: '1M tokens',
    assumption: tier === 'batch' ? 'batch jobs use no prompt cache and no throughput' : METER_ASSUMPTIONS[meter],
    formula: `requestsPerMonth × (1 + retryShare) × ${SHARE_NAMES[tier]}${onDemand} × ${count}`,
  };
}

const TOKEN_SPECS = each(PROMPT_BANDS, (band) =>
  each(PRICE_TIERS, (tier) => each(TOKEN_METERS, (meter) => tokenSpec(band, tier, meter))),
);

type MeterIds = Record<PromptBand, Record<PriceTier, Record<CacheLifetime, Record<TokenMeter, string>>>>;

/** Every spelling once: estimating a path makes no text. */
const meterIds = (scope: 'regional' | 'global', prefix?: 'custom-'): MeterIds =>
  each(PROMPT_BANDS, (band) =>
    each(PRICE_TIERS, (tier) =>
      each(CACHE_LIFETIMES, (cacheTtl) => tokenMeterIds({ tier, scope, band, cacheTtl, ...(prefix && { prefix }) })),
    ),
  );

const BASE_METERS = meterIds('regional');
const GLOBAL_METERS = meterIds('global');
const CUSTOM_METERS = meterIds('regional', 'custom-');

function modelUnitSpec(commitment: string, units: string, hours: string, assumption: string): LineSpec {
  return {
    component: 'inference',
    kind: 'fixed',
    name: `Model units (${commitment})`,
    unit: 'model-unit-hour',
    assumption,
    formula: `${units} × ${hours}`,
  };
}

const UNIT_FORMULAS = {
  bought: { units: 'hosting.modelUnits', assumption: 'model units as given' },
  peak: {
    units: 'ceil(hosting.peakTokensPerMinute ÷ hosting.tokensPerMinutePerModelUnit)',
    assumption: 'enough whole model units for the given peak',
  },
  ratio: {
    units:
      'ceil(requestsPerMonth × (1 + retryShare) × (1 − batchShare) × scheduledShare × tokensPerCall × hosting.peakToAverageRatio ÷ (trafficHours × 60) ÷ hosting.tokensPerMinutePerModelUnit)',
    assumption: 'enough whole model units for the busiest minute: the average minute times peakToAverageRatio',
  },
  unknown: { units: 'modelUnits', assumption: 'capacity of a model unit is unknown: AWS publishes none' },
} as const;

const HOUR_FORMULAS = {
  always: 'hoursPerMonth',
  scheduled:
    'min(hoursPerMonth, hosting.schedule.daysPerMonth × min(24, ceil(hosting.schedule.hoursPerDay + leadHours)))',
} as const;

const MODEL_UNIT_SPECS = new Map(
  (Object.keys(COMMITMENTS) as Commitment[]).flatMap((commitment) =>
    (Object.keys(UNIT_FORMULAS) as (keyof typeof UNIT_FORMULAS)[]).flatMap((units) =>
      (Object.keys(HOUR_FORMULAS) as (keyof typeof HOUR_FORMULAS)[]).map((hours) => [
        `${commitment} ${units} ${hours}`,
        modelUnitSpec(
          commitment === 'none' ? 'no commitment' : `${commitment} commitment`,
          UNIT_FORMULAS[units].units,
          HOUR_FORMULAS[hours],
          UNIT_FORMULAS[units].assumption,
        ),
      ]),
    ),
  ),
);

const IMPORT_WINDOWS_PER_HOUR = 60 / IMPORT_WINDOW_MINUTES;

const IMPORT_ASSUMPTIONS = {
  given: {
    formula: `hosting.activeWindowsPerMonth × ${IMPORT_WINDOW_MINUTES} × hosting.customModelUnits × copies`,
    assumption: 'billed in five-minute windows with at least one call',
  },
  bound: {
    formula: `min(requestsPerMonth × (1 + retryShare), hoursPerMonth × ${IMPORT_WINDOWS_PER_HOUR}) × ${IMPORT_WINDOW_MINUTES} × hosting.customModelUnits × copies`,
    assumption: 'upper bound: every call opens a five-minute window of its own until all windows of the month are open',
  },
} as const;

const importSpec = (kind: keyof typeof IMPORT_ASSUMPTIONS): LineSpec => ({
  component: 'inference',
  kind: 'usage',
  name: 'Custom model units',
  unit: 'CMU-minute' satisfies PriceUnit,
  ...IMPORT_ASSUMPTIONS[kind],
});

const IMPORT_SPECS = { given: importSpec('given'), bound: importSpec('bound') };

/** The average call, cached prefix apart. */
function callTokens(
  {
    cachedPrefixTokensPerRequest: prefix = DEFAULTS.cachedPrefixTokensPerRequest,
    cacheHitShare: hits = DEFAULTS.cacheHitShare,
    outputTokenCap,
  }: Inference,
  inputTokensPerRequest: number,
  outputTokensPerRequest: number,
  contextTokensPerRequest: number,
): CallTokens {
  return {
    input: Math.max(0, inputTokensPerRequest - prefix) + contextTokensPerRequest,
    output: outputTokenCap === undefined ? outputTokensPerRequest : Math.min(outputTokensPerRequest, outputTokenCap),
    cacheRead: prefix * hits,
    cacheWrite: prefix * (1 - hits),
  };
}

/** Every call with its tokens, or `undefined` where the workload does not say. */
function callsOf({ requestsPerMonth, inference, contextTokensPerRequest, contextMissing }: Demand): Calls | undefined {
  const { inputTokensPerRequest, outputTokensPerRequest, retryShare = DEFAULTS.retryShare } = inference;
  if (
    requestsPerMonth === undefined ||
    inputTokensPerRequest === undefined ||
    outputTokensPerRequest === undefined ||
    contextMissing.length > 0
  ) {
    return undefined;
  }
  return {
    callsPerMonth: requestsPerMonth * (1 + retryShare),
    tokens: callTokens(inference, inputTokensPerRequest, outputTokensPerRequest, contextTokensPerRequest),
  };
}

/** Notes every field that keeps the calls from being known. */
function needCalls(sheet: LineSheet, { requestsPerMonth, inference, contextMissing }: Demand): void {
  needed(sheet, 'inference', requestsPerMonth, 'requestsPerMonth');
  needed(sheet, 'inference', inference.inputTokensPerRequest, 'inference.inputTokensPerRequest');
  needed(sheet, 'inference', inference.outputTokensPerRequest, 'inference.outputTokensPerRequest');
  for (const field of contextMissing) needed(sheet, 'inference', undefined, field);
}

/** Adds what answering costs: tokens by tier, and model units or custom model units where a model is hosted on them. */
export function addInference(sheet: LineSheet, demand: Demand): void {
  const { hosting, inference } = demand;
  if (hosting?.kind === 'none') {
    note(sheet, 'no-hosting');
    return;
  }
  if (hosting?.kind === 'imported') {
    addImportedModel(sheet, demand, hosting);
    return;
  }
  const calls = callsOf(demand);
  const onDemandShare = 1 - scheduledShare(hosting);
  const byTheToken = onDemandShare > 0 || (inference.batchShare ?? DEFAULTS.batchShare) > 0;
  if (byTheToken && calls === undefined) needCalls(sheet, demand);
  if (demand.modelId === undefined) return;
  const named = { ...demand, modelId: demand.modelId };
  if (hosting?.kind === 'provisioned') addThroughput(sheet, named, hosting, calls);
  if (byTheToken && calls !== undefined) addTokens(sheet, named, calls, onDemandShare);
}

/** The share of the calls outside batch that throughput serves. */
function scheduledShare(hosting: Hosting | undefined): number {
  if (hosting?.kind !== 'provisioned') return 0;
  return hosting.schedule?.requestShare ?? DEFAULTS.scheduledRequestShare;
}

function addTokens(
  sheet: LineSheet,
  demand: NamedDemand,
  { callsPerMonth: calls, tokens }: Calls,
  onDemandShare: number,
) {
  const { inference } = demand;
  const batch = inference.batchShare ?? DEFAULTS.batchShare;
  const flex = inference.flexShare ?? DEFAULTS.flexShare;
  const priority = inference.priorityShare ?? DEFAULTS.priorityShare;
  const latencyOptimized = inference.latencyOptimizedShare ?? DEFAULTS.latencyOptimizedShare;
  // shares that add up to one but for the last bit leave no standard call
  const ultrafast = inference.ultrafastShare ?? DEFAULTS.ultrafastShare;
  const rest = 1 - batch - flex - priority - latencyOptimized - ultrafast;
  const standard = rest > 1e-12 ? rest : 0;

  addTier(sheet, demand, 'standard', calls * standard * onDemandShare, tokens);
  if (flex > 0) addTier(sheet, demand, 'flex', calls * flex * onDemandShare, tokens);
  if (priority > 0) addTier(sheet, demand, 'priority', calls * priority * onDemandShare, tokens);
  if (latencyOptimized > 0) {
    addTier(sheet, demand, 'latency-optimized', calls * latencyOptimized * onDemandShare, tokens);
  }
  if (ultrafast > 0) addTier(sheet, demand, 'ultrafast', calls * ultrafast * onDemandShare, tokens);
  if (batch > 0) {
    addTier(sheet, demand, 'batch', calls * batch, {
      input: tokens.input + tokens.cacheRead + tokens.cacheWrite,
      output: tokens.output,
      cacheRead: 0,
      cacheWrite: 0,
    });
  }
}

function addTier(sheet: LineSheet, demand: NamedDemand, tier: PriceTier, calls: number, tokens: CallTokens): void {
  const { modelId, meters, inference } = demand;
  const band =
    meters === 'custom'
      ? 'usual'
      : promptBand(sheet.catalogue, modelId, tokens.input + tokens.cacheRead + tokens.cacheWrite);
  if (band === 'long-context') note(sheet, 'long-prompt');
  const specs = TOKEN_SPECS[band][tier];
  // tuned models are called in their own Region: no profile stands before them
  const ids = meters === 'custom' ? CUSTOM_METERS : inference.profileScope === 'global' ? GLOBAL_METERS : BASE_METERS;
  const { input, output, cacheRead, cacheWrite } = ids[band][tier][inference.cacheTtl ?? '5m'];
  addLine(sheet, specs.input, priceIdOf(modelId, input), calls * tokens.input);
  addLine(sheet, specs.output, priceIdOf(modelId, output), calls * tokens.output);
  if (tokens.cacheRead > 0) {
    addLine(sheet, specs.cacheRead, priceIdOf(modelId, cacheRead), calls * tokens.cacheRead);
  }
  if (tokens.cacheWrite > 0) {
    addLine(sheet, specs.cacheWrite, priceIdOf(modelId, cacheWrite), calls * tokens.cacheWrite);
  }
}

function addThroughput(sheet: LineSheet, demand: NamedDemand, hosting: Throughput, calls: Calls | undefined): void {
  const { section, modelId } = demand;
  const hours = throughputHours(hosting, demand.hoursPerMonth);
  const { units, basis } = modelUnits(demand, hosting, calls);
  if (units === null) {
    note(sheet, 'capacity-unknown');
    needed(sheet, 'inference', hosting.tokensPerMinutePerModelUnit, `${section}.hosting.tokensPerMinutePerModelUnit`);
    needed(sheet, 'inference', hosting.peakToAverageRatio, `${section}.hosting.peakToAverageRatio`);
    if (calls === undefined) needCalls(sheet, demand);
  }
  const commitment = hosting.commitment ?? 'none';
  if (demand.meters === 'base' && commitment === 'none') note(sheet, 'base-model-no-commitment');
  const priceId = priceIdOf(modelId, commitmentMeter(commitment));
  const spec = MODEL_UNIT_SPECS.get(
    `${commitment} ${basis} ${hosting.schedule === undefined ? 'always' : 'scheduled'}`,
  );
  if (spec !== undefined) addLine(sheet, spec, priceId, units === null ? null : units * hours);

  const usdPerModelUnitHour = usdPer(sheet.book.prices, priceId, 'model-unit-hour');
  const onDemand = onDemandTokenPrice(sheet, demand, calls?.tokens);
  const equalCost = usdPerModelUnitHour === null || onDemand === null ? null : usdPerModelUnitHour / onDemand.usd;
  const capacity = hosting.tokensPerMinutePerModelUnit;
  sheet.throughput = {
    priceId,
    modelUnits: units,
    billedHoursPerMonth: hours,
    usdPerModelUnitHour,
    equalCostTokensPerHour: equalCost,
    equalCostAt: equalCost === null ? null : (onDemand?.at ?? null),
    breakEvenUtilisation: equalCost === null || capacity === undefined ? null : equalCost / (capacity * 60),
  };
}

/** Hours a month that model units are billed for: whole hours from the lead time before each peak, or the whole month. */
function throughputHours({ schedule }: Throughput, hoursPerMonth: number): number {
  if (schedule === undefined) return hoursPerMonth;
  const hoursPerDay = Math.min(24, Math.ceil(schedule.hoursPerDay + (schedule.leadHours ?? DEFAULTS.leadHours)));
  return Math.min(hoursPerMonth, schedule.daysPerMonth * hoursPerDay);
}

/** Hours a month in which throughput is called: it is bought earlier and billed for longer. */
function trafficHours({ schedule }: Throughput, hoursPerMonth: number): number {
  return schedule === undefined ? hoursPerMonth : Math.min(hoursPerMonth, schedule.daysPerMonth * schedule.hoursPerDay);
}

function modelUnits(
  demand: Demand,
  hosting: Throughput,
  calls: Calls | undefined,
): { units: number | null; basis: keyof typeof UNIT_FORMULAS } {
  if (hosting.modelUnits !== undefined) return { units: hosting.modelUnits, basis: 'bought' };
  const capacity = hosting.tokensPerMinutePerModelUnit;
  if (capacity !== undefined && hosting.peakTokensPerMinute !== undefined) {
    return { units: Math.ceil(hosting.peakTokensPerMinute / capacity), basis: 'peak' };
  }
  if (capacity !== undefined && hosting.peakToAverageRatio !== undefined && calls !== undefined) {
    const { batchShare = DEFAULTS.batchShare } = demand.inference;
    const served = calls.callsPerMonth * (1 - batchShare) * scheduledShare(hosting) * tokensOf(calls.tokens);
    const peak = (served * hosting.peakToAverageRatio) / (trafficHours(hosting, demand.hoursPerMonth) * 60);
    return { units: Math.ceil(peak / capacity), basis: 'ratio' };
  }
  return { units: null, basis: 'unknown' };
}

const tokensOf = (tokens: CallTokens): number => tokens.input + tokens.output + tokens.cacheRead + tokens.cacheWrite;

/**
 * What one token of the average call costs on demand; for a tuned model that has no such prices, what it costs of its
 * base model. `null` where a price is unknown, or the call.
 */
function onDemandTokenPrice(
  sheet: LineSheet,
  demand: NamedDemand,
  tokens: CallTokens | undefined,
): { usd: number; at: NonNullable<ThroughputFacts['equalCostAt']> } | null {
  if (tokens === undefined || tokensOf(tokens) === 0) return null;
  const usdOf = (meters: Demand['meters']): number => {
    const alone: LineSheet = { ...sheet, lines: [] };
    addTier(alone, { ...demand, meters }, 'standard', 1, tokens);
    // an unknown price makes the sum no number
    return alone.lines.reduce((usd, line) => usd + (line.usd ?? NaN), 0) / tokensOf(tokens);
  };
  const own = usdOf(demand.meters);
  if (own > 0) return { usd: own, at: 'own-prices' };
  const base = usdOf('base');
  return base > 0 ? { usd: base, at: 'base-model-prices' } : null;
}

function addImportedModel(sheet: LineSheet, demand: Demand, hosting: Extract<Hosting, { kind: 'imported' }>): void {
  const given = hosting.activeWindowsPerMonth;
  const requests =
    given === undefined ? needed(sheet, 'inference', demand.requestsPerMonth, 'requestsPerMonth') : undefined;
  if (given === undefined) note(sheet, 'import-upper-bound');
  if (given === undefined && requests === undefined) return;
  const calls = (requests ?? 0) * (1 + (demand.inference.retryShare ?? DEFAULTS.retryShare));
  const windows = given ?? Math.min(calls, demand.hoursPerMonth * IMPORT_WINDOWS_PER_HOUR);
  addLine(
    sheet,
    given === undefined ? IMPORT_SPECS.bound : IMPORT_SPECS.given,
    hosting.cmuVersion === 'v2' ? 'cmi/cmu-v2' : 'cmi/cmu-v1',
    windows * IMPORT_WINDOW_MINUTES * hosting.customModelUnits * (hosting.copies ?? DEFAULTS.copies),
  );
}
