import { modelEntry } from '../catalogue/model-entry.ts';
import { CACHE_LIFETIMES, type CacheLifetime, type ModelEntry } from '../catalogue/models.ts';
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
import {
  addLine,
  needed,
  note,
  type LineSheet,
  type LineSpec,
  type Offer,
  type ThroughputFacts,
} from './line-sheet.ts';
import { isNearLimit, promptBand } from './prompt-band.ts';
import { IMPORT_WINDOW_MINUTES } from './run-items.ts';
import { TOKEN_CLASSES, type SoldShare, type TokenClass, type TokenSeller } from './token-flow.ts';
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

/** Calls of one kind: the same model, at the prices of the same length of prompt. */
interface CallGroup {
  readonly call: string;
  readonly modelId: string;
  readonly profileScope: string | undefined;
  readonly band: PromptBand;
  /** True if some of its prompts may be long although the average is not. */
  readonly isNearLimit: boolean;
  /** Of all its calls of one request. */
  readonly tokens: CallTokens;
  /** How the tokens of each meter come about, in the names of the workload's fields; absent: as those of a single call. */
  readonly formulas?: Readonly<Record<TokenMeter | 'batch', string>>;
}

/** How often requests come, repeated ones counted, and what each calls. */
interface Calls {
  readonly requestsPerMonth: number;
  readonly groups: readonly CallGroup[];
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
  output: 'answers as long as the workload says, and no longer than its output cap',
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

/** Model units for the busiest minute. @param tokens of one request, as a formula */
const unitsAtPeak = (tokens: string): string =>
  `ceil(requestsPerMonth × (1 + retryShare) × (1 − batchShare) × scheduledShare × ${tokens} × hosting.peakToAverageRatio ÷ (trafficHours × 60) ÷ hosting.tokensPerMinutePerModelUnit)`;

const UNIT_FORMULAS = {
  bought: { units: 'hosting.modelUnits', assumption: 'model units as given' },
  peak: {
    units: 'ceil(hosting.peakTokensPerMinute ÷ hosting.tokensPerMinutePerModelUnit)',
    assumption: 'enough whole model units for the given peak',
  },
  ratio: {
    units: unitsAtPeak('tokensPerCall'),
    assumption: 'enough whole model units for the busiest minute: the average minute times peakToAverageRatio',
  },
  unknown: { units: 'modelUnits', assumption: 'capacity of a model unit is unknown: AWS publishes none' },
} as const;

const HOUR_FORMULAS = {
  always: 'hoursPerMonth',
  scheduled:
    'min(hoursPerMonth, hosting.schedule.daysPerMonth × min(24, ceil(hosting.schedule.hoursPerDay + leadHours)))',
} as const;

const commitmentName = (commitment: Commitment): string =>
  commitment === 'none' ? 'no commitment' : `${commitment} commitment`;

const MODEL_UNIT_SPECS = new Map(
  (Object.keys(COMMITMENTS) as Commitment[]).flatMap((commitment) =>
    (Object.keys(UNIT_FORMULAS) as (keyof typeof UNIT_FORMULAS)[]).flatMap((units) =>
      (Object.keys(HOUR_FORMULAS) as (keyof typeof HOUR_FORMULAS)[]).map((hours) => [
        `${commitment} ${units} ${hours}`,
        modelUnitSpec(
          commitmentName(commitment),
          UNIT_FORMULAS[units].units,
          HOUR_FORMULAS[hours],
          UNIT_FORMULAS[units].assumption,
        ),
      ]),
    ),
  ),
);

const IMPORT_WINDOWS_PER_HOUR = 60 / IMPORT_WINDOW_MINUTES;

const CALLS_PER_MONTH = 'requestsPerMonth × (1 + retryShare)';

/** Windows of the month in which a copy runs: as given, or as many as calls and month allow. */
const IMPORT_WINDOWS = {
  given: {
    formula: () => 'hosting.activeWindowsPerMonth',
    assumption: 'billed in five-minute windows with at least one call',
  },
  open: {
    formula: (calls: string) => `min(${calls}, hoursPerMonth × ${IMPORT_WINDOWS_PER_HOUR})`,
    assumption: 'every call opens a five-minute window of its own until all windows of the month are open',
  },
} as const;

/** Copies that run in a window. Bedrock starts and bills them as the load asks: a bound holds for those that are known. */
const IMPORT_COPIES = {
  given: { formula: 'copies', isKnown: true, assumption: 'in each run the copies as given' },
  peak: {
    formula: 'ceil(hosting.peakTokensPerMinute ÷ hosting.tokensPerMinutePerCopy)',
    isKnown: true,
    assumption: 'in each run the copies that the peak needs',
  },
  // no more copies can be active in a window than calls come in it
  enough: { formula: 'copies', isKnown: true, assumption: 'a window of one call has one copy' },
  assumed: {
    formula: 'copies',
    isKnown: false,
    assumption: 'one copy assumed, so this is no upper bound: Bedrock starts more by itself under load and bills each',
  },
} as const;

const importSpec = (
  windows: keyof typeof IMPORT_WINDOWS,
  copies: keyof typeof IMPORT_COPIES,
  calls: string = CALLS_PER_MONTH,
): LineSpec => ({
  component: 'inference',
  kind: 'usage',
  name: 'Custom model units',
  unit: 'CMU-minute' satisfies PriceUnit,
  formula: `${IMPORT_WINDOWS[windows].formula(calls)} × ${IMPORT_WINDOW_MINUTES} × hosting.customModelUnits × ${IMPORT_COPIES[copies].formula}`,
  assumption: `${windows === 'open' && IMPORT_COPIES[copies].isKnown ? 'upper bound: ' : ''}${IMPORT_WINDOWS[windows].assumption}; ${IMPORT_COPIES[copies].assumption}`,
});

/** The specs of requests of one call, each once: estimating a path makes no text. */
const IMPORT_SPECS = each(Object.keys(IMPORT_WINDOWS) as (keyof typeof IMPORT_WINDOWS)[], (windows) =>
  each(Object.keys(IMPORT_COPIES) as (keyof typeof IMPORT_COPIES)[], (copies) => importSpec(windows, copies)),
);

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
function callsOf(sheet: LineSheet, demand: Demand): Calls | undefined {
  const { requestsPerMonth, inference, contextTokensPerRequest, contextMissing, modelId = '' } = demand;
  const { inputTokensPerRequest, outputTokensPerRequest, retryShare = DEFAULTS.retryShare } = inference;
  if (requestsPerMonth === undefined) return undefined;
  const repeated = requestsPerMonth * (1 + retryShare);
  if (inference.calls !== undefined) {
    if (contextMissing.length > 0) return undefined;
    return { requestsPerMonth: repeated, groups: callGroups(sheet, demand, modelId) };
  }
  if (inputTokensPerRequest === undefined || outputTokensPerRequest === undefined || contextMissing.length > 0) {
    return undefined;
  }
  const tokens = callTokens(inference, inputTokensPerRequest, outputTokensPerRequest, contextTokensPerRequest);
  const { profileScope } = inference;
  return {
    requestsPerMonth: repeated,
    groups: [{ call: ANSWER, modelId, profileScope, ...lengthOf(sheet, demand, modelId, tokens), tokens }],
  };
}

/** How long the prompt of a call is; a tuned model has one price for any. */
function lengthOf(
  { catalogue }: LineSheet,
  demand: Demand,
  modelId: string,
  tokens: CallTokens,
): Pick<CallGroup, 'band' | 'isNearLimit'> {
  if (demand.meters === 'custom' && modelId === (demand.modelId ?? '')) return { band: 'usual', isNearLimit: false };
  const average = promptTokens(tokens);
  return { band: promptBand(catalogue, modelId, average), isNearLimit: isNearLimit(catalogue, modelId, average) };
}

const ANSWER = 'answer';

/** The calls that a workload lists, those of one name at one price together. */
function callGroups(sheet: LineSheet, demand: Demand, modelId: string): CallGroup[] {
  const { inference, contextTokensPerRequest } = demand;
  const groups = new Map<string, CallGroup & { readonly formulas: Record<TokenMeter | 'batch', string> }>();
  for (const [index, call] of (inference.calls ?? []).entries()) {
    const { name, modelId: called = modelId, profileScope = inference.profileScope, callsPerRequest } = call;
    const own = {
      ...inference,
      cachedPrefixTokensPerRequest: call.cachedPrefixTokens ?? DEFAULTS.cachedPrefixTokensPerRequest,
    };
    // what is retrieved goes to the call that answers
    const context = name === ANSWER ? contextTokensPerRequest : 0;
    const each = callTokens(own, call.inputTokens, call.outputTokens, context);
    const { band, isNearLimit: isNear } = lengthOf(sheet, demand, called, each);
    const key = JSON.stringify([name, called, profileScope, band]);
    const before = groups.get(key);
    const place = `calls.${index}`;
    const plain =
      (call.cachedPrefixTokens === undefined ? '' : ` − ${place}.cachedPrefixTokens`) +
      (context === 0 ? '' : ' + contextTokensPerRequest');
    const capped = inference.outputTokenCap === undefined ? '' : 'min(outputTokenCap, ';
    const formulas: Record<TokenMeter | 'batch', string> = {
      input: `(${place}.inputTokens${plain})`,
      output: `${capped}${place}.outputTokens${capped === '' ? '' : ')'}`,
      cacheRead: `${place}.cachedPrefixTokens × cacheHitShare`,
      cacheWrite: `${place}.cachedPrefixTokens × (1 − cacheHitShare)`,
      batch: context === 0 ? `${place}.inputTokens` : `(${place}.inputTokens + contextTokensPerRequest)`,
    };
    const sumOf = (meter: TokenMeter): number => (before?.tokens[meter] ?? 0) + callsPerRequest * each[meter];
    const textOf = (meter: TokenMeter | 'batch'): string =>
      `${before === undefined ? '' : `${before.formulas[meter]} + `}${place}.callsPerRequest × ${formulas[meter]}`;
    groups.set(key, {
      call: name,
      modelId: called,
      profileScope,
      band,
      isNearLimit: isNear || before?.isNearLimit === true,
      tokens: {
        input: sumOf('input'),
        output: sumOf('output'),
        cacheRead: sumOf('cacheRead'),
        cacheWrite: sumOf('cacheWrite'),
      },
      formulas: {
        input: textOf('input'),
        output: textOf('output'),
        cacheRead: textOf('cacheRead'),
        cacheWrite: textOf('cacheWrite'),
        batch: textOf('batch'),
      },
    });
  }
  return [...groups.values()];
}

/** Notes every field that keeps the calls from being known. */
function needCalls(sheet: LineSheet, { requestsPerMonth, inference, contextMissing }: Demand): void {
  needed(sheet, 'inference', requestsPerMonth, 'requestsPerMonth');
  if (inference.calls === undefined) {
    needed(sheet, 'inference', inference.inputTokensPerRequest, 'inference.inputTokensPerRequest');
    needed(sheet, 'inference', inference.outputTokensPerRequest, 'inference.outputTokensPerRequest');
  }
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
    // windows serve every call, batch jobs there are none
    const shares = callShares({ ...inference, batchShare: 0 }, 0);
    const calls = callsOf(sheet, demand);
    addFlows(sheet, demand, calls, shares);
    if (calls !== undefined) addTokens(sheet, { ...demand, modelId: demand.modelId ?? '' }, calls, shares);
    addImportedModel(sheet, demand, hosting);
    return;
  }
  const calls = callsOf(sheet, demand);
  const onDemandShare = 1 - scheduledShare(hosting);
  const byTheToken = onDemandShare > 0 || (inference.batchShare ?? DEFAULTS.batchShare) > 0;
  if (byTheToken && calls === undefined) needCalls(sheet, demand);
  const shares = callShares(inference, onDemandShare);
  addFlows(sheet, demand, calls, shares);
  if (demand.modelId === undefined) return;
  const named = { ...demand, modelId: demand.modelId };
  if (hosting?.kind === 'provisioned') addThroughput(sheet, named, hosting, calls);
  if (calls !== undefined) addTokens(sheet, named, calls, shares);
}

/** The share of the calls outside batch that throughput serves. */
function scheduledShare(hosting: Hosting | undefined): number {
  if (hosting?.kind !== 'provisioned') return 0;
  return hosting.schedule?.requestShare ?? DEFAULTS.scheduledRequestShare;
}

/** Shares of the calls, none of them zero. */
type TierShares = readonly (readonly [PriceTier, number])[];

/** Of the path's own model, and of others: capacity serves none of those. */
interface CallShares {
  readonly own: TierShares;
  readonly others: TierShares;
}

function callShares(inference: Inference, onDemandShare: number): CallShares {
  const own = tierShares(inference, onDemandShare);
  return { own, others: onDemandShare === 1 ? own : tierShares(inference, 1) };
}

/** Shares of the calls by tier; `batch` and the standard calls that throughput does not serve among them. */
function tierShares(inference: Inference, onDemandShare: number): TierShares {
  const batch = inference.batchShare ?? DEFAULTS.batchShare;
  const flex = inference.flexShare ?? DEFAULTS.flexShare;
  const priority = inference.priorityShare ?? DEFAULTS.priorityShare;
  const latencyOptimized = inference.latencyOptimizedShare ?? DEFAULTS.latencyOptimizedShare;
  const ultrafast = inference.ultrafastShare ?? DEFAULTS.ultrafastShare;
  // shares that add up to one but for the last bit leave no standard call
  const rest = 1 - batch - flex - priority - latencyOptimized - ultrafast;
  const standard = rest > 1e-12 ? rest : 0;
  const shares: [PriceTier, number][] = [
    ['standard', standard * onDemandShare],
    ['flex', flex * onDemandShare],
    ['priority', priority * onDemandShare],
    ['latency-optimized', latencyOptimized * onDemandShare],
    ['ultrafast', ultrafast * onDemandShare],
    ['batch', batch],
  ];
  return shares.filter(([, share]) => share > 0);
}

function addTokens(
  sheet: LineSheet,
  demand: NamedDemand,
  { requestsPerMonth, groups }: Calls,
  { own, others }: CallShares,
): void {
  for (const group of groups) {
    const { tokens } = group;
    for (const [tier, share] of group.modelId === demand.modelId ? own : others) {
      // batch jobs use no cache
      const sold: CallTokens =
        tier === 'batch' ? { input: promptTokens(tokens), output: tokens.output, cacheRead: 0, cacheWrite: 0 } : tokens;
      addTier(sheet, demand, group, tier, requestsPerMonth * share, sold);
    }
  }
}

function addTier(
  sheet: LineSheet,
  { meters, modelId: own, inference }: NamedDemand,
  group: CallGroup,
  tier: PriceTier,
  requests: number,
  tokens: CallTokens,
): void {
  const { modelId, profileScope, band } = group;
  if (band === 'long-context') note(sheet, 'long-prompt');
  if (group.isNearLimit) note(sheet, 'prompt-near-limit');
  // tuned models are called in their own Region: no profile stands before them
  const ids =
    meters === 'custom' && modelId === own ? CUSTOM_METERS : profileScope === 'global' ? GLOBAL_METERS : BASE_METERS;
  const lifetime = cacheLifetime(sheet, modelId, inference);
  const meterIds = ids[band][tier][lifetime];
  const offer = offerOfTier(sheet, modelId, modelId === own ? meters : 'base', tier);
  for (const meter of TOKEN_METERS) {
    const isCached = meter === 'cacheRead' || meter === 'cacheWrite';
    if (isCached && tokens[meter] === 0) continue;
    const isLifetimeRefused = meter === 'cacheWrite' && isLifetimeNotOffered(sheet, modelId, lifetime);
    if (isLifetimeRefused) note(sheet, 'cache-lifetime-not-offered');
    const spec = TOKEN_SPECS[band][tier][meter];
    addLine(
      sheet,
      group.formulas === undefined ? spec : callSpec(spec, group.call, tier, meter, group.formulas),
      priceIdOf(modelId, meterIds[meter]),
      requests * tokens[meter],
      isLifetimeRefused ? 'refused' : offer,
    );
  }
}

/** The line of a call that the workload lists: named by it, unless it is the one that answers. */
function callSpec(
  spec: LineSpec,
  call: string,
  tier: PriceTier,
  meter: TokenMeter,
  formulas: NonNullable<CallGroup['formulas']>,
): LineSpec {
  // what answers is served by capacity where there is any, what comes before it is not
  const onDemand = tier === 'batch' || call !== ANSWER ? '' : ' × onDemandShare';
  const tokens = formulas[tier === 'batch' && meter === 'input' ? 'batch' : meter];
  return {
    ...spec,
    name: call === ANSWER ? spec.name : `${spec.name} (${call})`,
    formula: `requestsPerMonth × (1 + retryShare) × ${SHARE_NAMES[tier]}${onDemand} × (${tokens})`,
  };
}

/** The meters of a prompt: fresh, found in the cache, or written to it. */
const CACHE_METERS = ['cacheRead', 'cacheWrite'] as const satisfies readonly TokenMeter[];

/** What the calls read and write in a month, whoever serves them: a difference of two estimates is told by it. */
function addFlows(sheet: LineSheet, demand: Demand, calls: Calls | undefined, { own, others }: CallShares): void {
  if (calls === undefined) {
    for (const tokenClass of TOKEN_CLASSES) {
      sheet.flows.push({ call: ANSWER, tokenClass, millionTokens: null, seller: null, sold: [] });
    }
    return;
  }
  for (const { call, modelId, profileScope, band, tokens } of calls.groups) {
    const shares = modelId === (demand.modelId ?? '') ? own : others;
    const seller: TokenSeller = {
      modelId,
      meters: modelId === demand.modelId ? demand.meters : 'base',
      scope: profileScope === 'global' ? 'global' : 'regional',
      profileScope,
      band,
    };
    const cacheTtl = cacheLifetime(sheet, modelId, demand.inference);
    const prompt = promptTokens(tokens);
    const prefix = tokens.cacheRead + tokens.cacheWrite;
    const sold: Record<TokenClass | 'cached', SoldShare[]> = { prompt: [], cached: [], answer: [] };
    for (const [tier, share] of shares) {
      sold.answer.push({ meter: 'output', tier, cacheTtl, share });
      sold.prompt.push({ meter: 'input', tier, cacheTtl, share });
      // batch jobs use no prompt cache
      if (tier === 'batch') continue;
      for (const meter of CACHE_METERS) {
        if (tokens[meter] > 0) sold.cached.push({ meter, tier, cacheTtl, share: share * (tokens[meter] / prefix) });
      }
    }
    const { requestsPerMonth } = calls;
    const cached = prefix === 0 ? undefined : { millionTokens: (requestsPerMonth * prefix) / 1e6, sold: sold.cached };
    sheet.flows.push(
      {
        call,
        tokenClass: 'prompt',
        millionTokens: (requestsPerMonth * prompt) / 1e6,
        seller,
        sold: sold.prompt,
        ...(cached === undefined ? {} : { cached }),
      },
      {
        call,
        tokenClass: 'answer',
        millionTokens: (requestsPerMonth * tokens.output) / 1e6,
        seller,
        sold: sold.answer,
      },
    );
  }
}

/** What the catalogue says of whether AWS sells the model's tokens at a tier. */
function offerOfTier(sheet: LineSheet, modelId: string, meters: Demand['meters'], tier: PriceTier): Offer {
  const model = modelOf(sheet, modelId);
  if (model === undefined) return 'assumed';
  const said = (field: string, isSold: boolean | null | undefined): Offer =>
    isSold == null ? { unsaid: `models.${modelId}.${field}` } : isSold ? 'assumed' : 'refused';
  if (meters === 'base') {
    // the catalogue lists no latency settings among the tiers
    if (tier === 'latency-optimized') return 'assumed';
    return tier === 'batch' ? said('batch', model.batch) : said('serviceTiers', model.serviceTiers.includes(tier));
  }
  if (tier === 'batch') return said('customization.batch', model.customization?.batch);
  const hosted = offerOfHosting(modelId, model, 'on-demand');
  if (hosted !== 'assumed') return hosted;
  return said(
    'customization.serviceTiers',
    model.customization?.serviceTiers?.some((sold) => sold === tier),
  );
}

/** What the catalogue says of whether AWS hosts tuned versions of a model in a way. */
function offerOfHosting(modelId: string, { hosting }: ModelEntry, way: ModelEntry['hosting'][number]): Offer {
  if (hosting.length === 0) return { unsaid: `models.${modelId}.hosting` };
  return hosting.includes(way) ? 'assumed' : 'refused';
}

/** How long an entry of the cache lives: as the workload says, else as usual with the model. */
function cacheLifetime(sheet: LineSheet, modelId: string, { cacheTtl }: Inference): CacheLifetime {
  return cacheTtl ?? modelOf(sheet, modelId)?.promptCaching?.lifetimes?.[0] ?? '5m';
}

/** True if the model is known to keep entries, and none for so long. */
function isLifetimeNotOffered(sheet: LineSheet, modelId: string, lifetime: CacheLifetime): boolean {
  const lifetimes = modelOf(sheet, modelId)?.promptCaching?.lifetimes ?? [];
  return lifetimes.length > 0 && !lifetimes.includes(lifetime);
}

function modelOf({ catalogue }: LineSheet, modelId: string): ModelEntry | undefined {
  return catalogue === undefined ? undefined : modelEntry(catalogue.models, modelId);
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
  const billed = hosting.schedule === undefined ? 'always' : 'scheduled';
  const spec =
    basis === 'ratio' && calls !== undefined && demand.inference.calls !== undefined
      ? modelUnitSpec(
          commitmentName(commitment),
          unitsAtPeak(tokensFormula(calls, modelId)),
          HOUR_FORMULAS[billed],
          UNIT_FORMULAS.ratio.assumption,
        )
      : MODEL_UNIT_SPECS.get(`${commitment} ${basis} ${billed}`);
  const model = modelOf(sheet, modelId);
  const offer =
    demand.meters === 'base' || model === undefined ? 'assumed' : offerOfHosting(modelId, model, 'provisioned');
  if (spec !== undefined) addLine(sheet, spec, priceId, units === null ? null : units * hours, offer);

  const usdPerModelUnitHour = usdPer(sheet.book.prices, priceId, 'model-unit-hour');
  const onDemand = onDemandTokenPrice(sheet, demand, calls);
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
    const served =
      calls.requestsPerMonth *
      (1 - batchShare) *
      scheduledShare(hosting) *
      tokensPerRequest(calls, demand.modelId ?? '');
    const peak = (served * hosting.peakToAverageRatio) / (trafficHours(hosting, demand.hoursPerMonth) * 60);
    return { units: Math.ceil(peak / capacity), basis: 'ratio' };
  }
  return { units: null, basis: 'unknown' };
}

const promptTokens = ({ input, cacheRead, cacheWrite }: CallTokens): number => input + cacheRead + cacheWrite;

const tokensOf = (tokens: CallTokens): number => promptTokens(tokens) + tokens.output;

/** Tokens of the calls of one model in one request. */
const tokensPerRequest = ({ groups }: Calls, modelId: string): number =>
  groups.filter((group) => group.modelId === modelId).reduce((sum, { tokens }) => sum + tokensOf(tokens), 0);

/** The same as a formula, of the calls that a workload lists. */
function tokensFormula({ groups }: Calls, modelId: string): string {
  const own = groups.flatMap(({ modelId: called, formulas }) =>
    called === modelId && formulas !== undefined ? [`${formulas.batch} + ${formulas.output}`] : [],
  );
  return `(${own.join(' + ') || '0'})`;
}

/**
 * What one token of the average call costs on demand; for a tuned model that has no such prices, what it costs of its
 * base model. `null` where a price is unknown, or the call.
 */
function onDemandTokenPrice(
  sheet: LineSheet,
  demand: NamedDemand,
  calls: Calls | undefined,
): { usd: number; at: NonNullable<ThroughputFacts['equalCostAt']> } | null {
  const tokens = calls === undefined ? 0 : tokensPerRequest(calls, demand.modelId);
  if (calls === undefined || tokens === 0) return null;
  const usdOf = (meters: Demand['meters']): number => {
    const alone: LineSheet = { ...sheet, lines: [] };
    for (const group of calls.groups.filter(({ modelId }) => modelId === demand.modelId))
      addTier(alone, { ...demand, meters }, group, 'standard', 1, group.tokens);
    // an unknown price makes the sum no number
    return alone.lines.reduce((usd, line) => usd + (line.usd ?? NaN), 0) / tokens;
  };
  const own = usdOf(demand.meters);
  if (own > 0) return { usd: own, at: 'own-prices' };
  const base = usdOf('base');
  return base > 0 ? { usd: base, at: 'base-model-prices' } : null;
}

function addImportedModel(sheet: LineSheet, demand: Demand, hosting: Extract<Hosting, { kind: 'imported' }>): void {
  const { activeWindowsPerMonth: given, peakTokensPerMinute: peak, tokensPerMinutePerCopy: capacity } = hosting;
  if (given === undefined) needed(sheet, 'inference', demand.requestsPerMonth, 'requestsPerMonth');
  const calls = ownCalls(demand);
  const windows = given ?? (calls === undefined ? undefined : Math.min(calls.perMonth, monthWindows(demand)));
  if (windows === undefined) return;
  const copies = ((): keyof typeof IMPORT_COPIES => {
    if (hosting.copies !== undefined) return 'given';
    if (peak !== undefined && capacity !== undefined) return 'peak';
    return windows === 0 || (calls !== undefined && calls.perMonth <= windows) ? 'enough' : 'assumed';
  })();
  if (!IMPORT_COPIES[copies].isKnown) note(sheet, 'import-one-copy');
  else if (given === undefined) note(sheet, 'import-upper-bound');
  const kind = given === undefined ? 'open' : 'given';
  const running =
    copies === 'peak' ? Math.ceil((peak ?? 0) / (capacity ?? Infinity)) : (hosting.copies ?? DEFAULTS.copies);
  addLine(
    sheet,
    demand.inference.calls === undefined ? IMPORT_SPECS[kind][copies] : importSpec(kind, copies, calls?.formula),
    hosting.cmuVersion === 'v2' ? 'cmi/cmu-v2' : 'cmi/cmu-v1',
    windows * IMPORT_WINDOW_MINUTES * hosting.customModelUnits * running,
  );
}

const monthWindows = ({ hoursPerMonth }: Demand): number => hoursPerMonth * IMPORT_WINDOWS_PER_HOUR;

/** Calls a month of the path's own model: a request may be several, and some of another model. */
function ownCalls({
  requestsPerMonth,
  modelId,
  inference: { calls, retryShare = DEFAULTS.retryShare },
}: Demand): { readonly perMonth: number; readonly formula: string } | undefined {
  if (requestsPerMonth === undefined) return undefined;
  const repeated = requestsPerMonth * (1 + retryShare);
  if (calls === undefined) return { perMonth: repeated, formula: CALLS_PER_MONTH };
  const own = [...calls.entries()].filter(([, call]) => call.modelId === undefined || call.modelId === modelId);
  return {
    perMonth: repeated * own.reduce((sum, [, { callsPerRequest }]) => sum + callsPerRequest, 0),
    formula: `${CALLS_PER_MONTH} × (${own.map(([index]) => `calls.${index}.callsPerRequest`).join(' + ') || '0'})`,
  };
}
