import type { PathId } from '../paths.ts';
import { PRICE_UNITS } from '../prices/price-unit.ts';
import type { CostLine } from './cost-line.ts';
import { DEFAULTS, PATH_SECTIONS } from './defaults.ts';
import { inferenceOf, operationsOf } from './estimators.ts';
import { evaluate } from './formula.ts';
import type { Workload } from './workload.ts';

/** How a line comes to its quantity: the formula, and every value in it. */
export interface Derivation {
  readonly formula: string;
  /** Fields of the workload and the figures derived from them, in the order in which they are needed. */
  readonly values: readonly { readonly name: string; readonly value: number; readonly formula: string | null }[];
  /** Single tokens, requests, hours, …; `null` where a value is unknown. */
  readonly pieces: number | null;
  /** How many of those the line's unit is. */
  readonly piecesPerUnit: number;
}

/**
 * Derives the quantity of a line anew from its formula and the workload. It shares no arithmetic with the estimators, so
 * a test can hold the two against each other.
 */
export function derivation(line: CostLine, path: PathId, workload: Workload): Derivation {
  const { formulas, numbers } = vocabulary(path, workload);
  const values = new Map<string, { name: string; value: number; formula: string | null }>();
  const valueOf = (name: string): number => {
    const known = values.get(name);
    if (known !== undefined) return known.value;
    const formula = formulas[name] ?? null;
    const value = formula === null ? numbers.get(name) : evaluate(formula, valueOf);
    if (value === undefined) throw new UnknownName(name);
    values.set(name, { name, value, formula });
    return value;
  };
  let pieces: number | null;
  try {
    pieces = evaluate(line.formula, valueOf);
  } catch (error) {
    if (!(error instanceof UnknownName)) throw error;
    pieces = null;
  }
  return {
    formula: line.formula,
    values: [...values.values()],
    pieces,
    piecesPerUnit: PRICE_UNITS[line.unit].pieces,
  };
}

class UnknownName extends Error {}

interface Vocabulary {
  /** Derived figures, as formulas over the others. */
  readonly formulas: Readonly<Record<string, string>>;
  readonly numbers: ReadonlyMap<string, number>;
}

/** What stands for a field that the workload leaves out. */
const WHERE_ABSENT: Readonly<Record<string, number>> = {
  hoursPerMonth: DEFAULTS.hoursPerMonth,
  cachedPrefixTokensPerRequest: 0,
  cacheHitShare: 0,
  batchShare: 0,
  flexShare: 0,
  priorityShare: 0,
  latencyOptimizedShare: 0,
  retryShare: 0,
  retrainingRunsPerYear: 0,
  storedModels: 1,
  sampledShare: 1,
  epochs: 1,
  instances: 1,
  volumeGb: DEFAULTS.trainingVolumeGb,
  'documents.changedSharePerMonth': 0,
};

/** Fields that formulas call by a shorter name, with what they mean where they are absent. */
const SHORT_NAMES: Readonly<Record<string, readonly [field: string, absent: number]>> = {
  overlapTokens: ['chunking.overlapTokens', 0],
  leadHours: ['hosting.schedule.leadHours', DEFAULTS.leadHours],
  copies: ['hosting.copies', 1],
  invocationsPerRequest: ['function.invocationsPerRequest', 1],
  coldStartShare: ['function.coldStartShare', 0],
  initMsPerColdStart: ['function.initMsPerColdStart', 0],
  retentionDays: ['logs.retentionDays', DEFAULTS.logRetentionDays],
  storedShareOfIngested: ['logs.storedShareOfIngested', 1],
  otherTransitionsPerMonth: ['workflow.otherTransitionsPerMonth', 0],
  groundingCharactersPerRequest: ['guardrail.groundingCharactersPerRequest', 0],
  automatedReasoningPolicies: ['guardrail.automatedReasoningPolicies', 1],
  minAcus: ['vectorStore.minAcus', 0],
  agenticShare: ['vectorStore.agenticShare', 0],
  vectorMemoryGbPerOcu: ['vectorStore.vectorMemoryGbPerOcu', 6],
};

function vocabulary(path: PathId, workload: Workload): Vocabulary {
  const section = workload[PATH_SECTIONS[path]] ?? {};
  const numbers = new Map<string, number>(Object.entries(WHERE_ABSENT));
  collect(numbers, '', workload, ['inference', 'operations', 'freeTier', 'needs', ...Object.values(PATH_SECTIONS)]);
  collect(numbers, '', inferenceOf(workload, path));
  collect(numbers, '', operationsOf(workload, path));
  collect(numbers, '', section, ['inference', 'operations']);
  const given = (field: string): boolean => numbers.has(field);
  // a store or a model may be counted more than once; the word is the same in both places
  if (path === 'rag') numbers.set('instances', numbers.get('vectorStore.instances') ?? 1);
  for (const [name, [field, absent]] of Object.entries(SHORT_NAMES)) numbers.set(name, numbers.get(field) ?? absent);

  const floor = 'standbyReplicas' in storeOf(section) && storeOf(section)['standbyReplicas'] === false ? 0.5 : 1;
  numbers.set('ocuFloor', floor);

  const provisioned = 'hosting' in section && section.hosting?.kind === 'provisioned';
  const scheduled = given('hosting.schedule.hoursPerDay');
  const reuse = 'reuseLoggedAnswers' in section && section.reuseLoggedAnswers === true;
  const or = (field: string, otherwise: string): string => (given(field) ? field : otherwise);
  const formulas: Record<string, string> = {
    longestChunkTokens: given('documents.tokensPerDocument')
      ? 'min(chunking.tokensPerChunk, documents.tokensPerDocument)'
      : or('chunking.tokensPerChunk', '0'),
    contextTokensPerRequest: given('retrieval.chunksPerRequest')
      ? 'retrieval.chunksPerRequest × longestChunkTokens'
      : '0',
    rerankPiecesPerChunk: 'max(1, ceil(longestChunkTokens ÷ max(1, 512 − retrieval.queryTokensPerRequest)))',
    uncachedInputTokensPerCall:
      'max(0, inputTokensPerRequest − cachedPrefixTokensPerRequest) + contextTokensPerRequest',
    inputTokensPerCall: 'uncachedInputTokensPerCall + cachedPrefixTokensPerRequest',
    cacheReadTokensPerCall: 'cachedPrefixTokensPerRequest × cacheHitShare',
    cacheWriteTokensPerCall: 'cachedPrefixTokensPerRequest × (1 − cacheHitShare)',
    outputTokensPerCall: given('outputTokenCap')
      ? 'min(outputTokensPerRequest, outputTokenCap)'
      : 'outputTokensPerRequest',
    tokensPerCall: 'inputTokensPerCall + outputTokensPerCall',
    standardShare: '1 − batchShare − flexShare − priorityShare − latencyOptimizedShare',
    scheduledShare: provisioned ? or('hosting.schedule.requestShare', '1') : '0',
    onDemandShare: '1 − scheduledShare',
    trafficHours: scheduled
      ? 'min(hoursPerMonth, hosting.schedule.daysPerMonth × hosting.schedule.hoursPerDay)'
      : 'hoursPerMonth',
    chunksPerDocument:
      'max(1, ceil((documents.tokensPerDocument − overlapTokens) ÷ (chunking.tokensPerChunk − overlapTokens)))',
    embeddedTokensPerDocument: 'documents.tokensPerDocument + (chunksPerDocument − 1) × overlapTokens',
    bytesPerDocument: or('documents.bytesPerDocument', `documents.tokensPerDocument × ${DEFAULTS.bytesPerToken}`),
    textBytesPerVector:
      'embeddedTokensPerDocument ÷ chunksPerDocument × bytesPerDocument ÷ documents.tokensPerDocument',
    vectors: or('vectorStore.vectors', 'documents.documents × chunksPerDocument'),
    vectorsPerIndex: given('vectorStore.indexes') ? 'vectors ÷ vectorStore.indexes' : 'vectors',
    vectorBytes: `4 × ${or('vectorStore.dimensions', 'embedding.dimensions')}`,
    filterableBytes: or('vectorStore.filterableMetadataBytesPerVector', '0'),
    nonFilterableBytes: or(
      'vectorStore.nonFilterableMetadataBytesPerVector',
      given('documents.documents') && given('chunking.tokensPerChunk') ? 'textBytesPerVector' : '0',
    ),
    keyBytes: or('vectorStore.keyBytesPerVector', String(DEFAULTS.keyBytesPerVector)),
    storedBytesPerVector: 'vectorBytes + filterableBytes + nonFilterableBytes + keyBytes',
    processedBytesPerVector: 'vectorBytes + filterableBytes + keyBytes',
    putBytesPerVector: `max(storedBytesPerVector, 131072 ÷ ${or('vectorStore.vectorsPerPut', String(DEFAULTS.vectorsPerPut))})`,
    rewrittenSharePerMonth: or('vectorStore.rewrittenSharePerMonth', 'documents.changedSharePerMonth'),
    queriesPerMonth: or('vectorStore.queriesPerMonth', 'requestsPerMonth'),
    returnedBytesPerQuery: or(
      'vectorStore.returnedBytesPerQuery',
      given('retrieval.chunksPerRequest')
        ? 'retrieval.chunksPerRequest × (filterableBytes + nonFilterableBytes + keyBytes)'
        : '0',
    ),
    retrievesPerMonth: or('vectorStore.retrievesPerMonth', 'requestsPerMonth'),
    activeHours: 'min(hoursPerMonth, vectorStore.activeHoursPerMonth)',
    retrainingRunsPerMonth: 'retrainingRunsPerYear × hoursPerMonth ÷ 8760',
    trainedPrompts: reuse
      ? 'prompts'
      : `max(prompts, ${or('synthesizedPrompts', String(DEFAULTS.synthesizedPrompts))})`,
  };
  return { formulas, numbers };
}

function storeOf(section: object): Readonly<Record<string, unknown>> {
  return 'vectorStore' in section && typeof section.vectorStore === 'object'
    ? (section.vectorStore as Record<string, unknown>)
    : {};
}

/** Every number below `value`, by its dotted name. */
function collect(into: Map<string, number>, prefix: string, value: object, leaveOut: readonly string[] = []): void {
  for (const [key, part] of Object.entries(value) as [string, unknown][]) {
    if (leaveOut.includes(key)) continue;
    const name = prefix === '' ? key : `${prefix}.${key}`;
    if (typeof part === 'number') into.set(name, part);
    else if (typeof part === 'object' && part !== null) collect(into, name, part);
  }
}
