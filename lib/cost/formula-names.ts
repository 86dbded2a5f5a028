import { HOURS_PER_YEAR } from '../units.ts';
import { DEFAULTS } from './defaults.ts';
import { or, textOf, type DerivedName, type FieldName } from './derived-name.ts';
import { RERANK_PIECE_TOKENS } from './rag/documents.ts';
import { STORE_DERIVED_NAMES, STORE_FIELD_NAMES } from './rag/stores.ts';
import { OPERATIONS_PER_PARAMETER_AND_TOKEN } from './training-hours.ts';

/** The names of formulas that are numbers of the workload; any other field goes by its own name and has no default. */
export const FIELD_NAMES: Readonly<Record<string, FieldName>> = {
  hoursPerMonth: { absent: DEFAULTS.hoursPerMonth },

  cachedPrefixTokensPerRequest: { absent: DEFAULTS.cachedPrefixTokensPerRequest },
  cacheHitShare: { absent: DEFAULTS.cacheHitShare },
  batchShare: { absent: DEFAULTS.batchShare },
  flexShare: { absent: DEFAULTS.flexShare },
  priorityShare: { absent: DEFAULTS.priorityShare },
  latencyOptimizedShare: { absent: DEFAULTS.latencyOptimizedShare },
  ultrafastShare: { absent: DEFAULTS.ultrafastShare },
  retryShare: { absent: DEFAULTS.retryShare },
  leadHours: { field: 'hosting.schedule.leadHours', absent: DEFAULTS.leadHours },
  copies: { field: 'hosting.copies', absent: DEFAULTS.copies },

  retrainingsPerYear: { absent: DEFAULTS.retrainingRunsPerYear },
  attempts: { absent: 1 },
  storedModels: { absent: DEFAULTS.storedModels },
  sampledShare: { absent: DEFAULTS.sampledShare },
  epochs: { absent: DEFAULTS.epochs },
  parallelAccelerators: { absent: DEFAULTS.parallelAccelerators },
  startUpHoursPerRun: { absent: DEFAULTS.startUpHoursPerRun },
  volumeGb: { absent: DEFAULTS.trainingVolumeGb },
  // a store's instances or those that train: no path has both
  instances: { field: 'vectorStore.instances', absent: DEFAULTS.instances },

  'documents.changedSharePerMonth': { absent: DEFAULTS.changedSharePerMonth },
  overlapTokens: { field: 'chunking.overlapTokens', absent: DEFAULTS.overlapTokens },
  ...STORE_FIELD_NAMES,

  invocationsPerRequest: { field: 'function.invocationsPerRequest', absent: DEFAULTS.invocationsPerRequest },
  coldStartShare: { field: 'function.coldStartShare', absent: DEFAULTS.coldStartShare },
  initMsPerColdStart: { field: 'function.initMsPerColdStart', absent: DEFAULTS.initMsPerColdStart },
  retentionDays: { field: 'logs.retentionDays', absent: DEFAULTS.logRetentionDays },
  storedShareOfIngested: { field: 'logs.storedShareOfIngested', absent: DEFAULTS.storedShareOfIngested },
  otherTransitionsPerMonth: { field: 'workflow.otherTransitionsPerMonth', absent: DEFAULTS.otherTransitionsPerMonth },
  groundingCharactersPerRequest: {
    field: 'guardrail.groundingCharactersPerRequest',
    absent: DEFAULTS.groundingCharactersPerRequest,
  },
  automatedReasoningPolicies: {
    field: 'guardrail.automatedReasoningPolicies',
    absent: DEFAULTS.automatedReasoningPolicies,
  },
};

/** The names of formulas that are derived from others. */
export const DERIVED_NAMES: Readonly<Record<string, DerivedName>> = {
  longestChunkTokens: (facts) =>
    facts.given('documents.tokensPerDocument')
      ? 'min(chunking.tokensPerChunk, documents.tokensPerDocument)'
      : textOf(or('chunking.tokensPerChunk', 0), facts),
  contextTokensPerRequest: ({ given }) => {
    const context = given('retrieval.contextTokensPerRequest')
      ? 'retrieval.contextTokensPerRequest'
      : given('retrieval.chunksPerRequest')
        ? 'retrieval.chunksPerRequest × longestChunkTokens'
        : '0';
    return given('retrieval.rulesTokensPerRequest') ? `${context} + retrieval.rulesTokensPerRequest` : context;
  },
  rerankPiecesPerChunk: `max(1, ceil(longestChunkTokens ÷ max(1, ${RERANK_PIECE_TOKENS} − retrieval.queryTokensPerRequest)))`,

  uncachedInputTokensPerCall: 'max(0, inputTokensPerRequest − cachedPrefixTokensPerRequest) + contextTokensPerRequest',
  inputTokensPerCall: 'uncachedInputTokensPerCall + cachedPrefixTokensPerRequest',
  cacheReadTokensPerCall: 'cachedPrefixTokensPerRequest × cacheHitShare',
  cacheWriteTokensPerCall: 'cachedPrefixTokensPerRequest × (1 − cacheHitShare)',
  outputTokensPerCall: ({ given }) =>
    given('outputTokenCap') ? 'min(outputTokensPerRequest, outputTokenCap)' : 'outputTokensPerRequest',
  tokensPerCall: 'inputTokensPerCall + outputTokensPerCall',
  standardShare: '1 − batchShare − flexShare − priorityShare − latencyOptimizedShare − ultrafastShare',
  scheduledShare: (facts) =>
    facts.provisioned ? textOf(or('hosting.schedule.requestShare', DEFAULTS.scheduledRequestShare), facts) : '0',
  onDemandShare: '1 − scheduledShare',
  trafficHours: ({ given }) =>
    given('hosting.schedule.hoursPerDay')
      ? 'min(hoursPerMonth, hosting.schedule.daysPerMonth × hosting.schedule.hoursPerDay)'
      : 'hoursPerMonth',

  chunksPerDocument:
    'max(1, ceil((documents.tokensPerDocument − overlapTokens) ÷ (chunking.tokensPerChunk − overlapTokens)))',
  embeddedTokensPerDocument: 'documents.tokensPerDocument + (chunksPerDocument − 1) × overlapTokens',
  bytesPerDocument: or('documents.bytesPerDocument', `documents.tokensPerDocument × ${DEFAULTS.bytesPerToken}`),
  textBytesPerVector: 'embeddedTokensPerDocument ÷ chunksPerDocument × bytesPerDocument ÷ documents.tokensPerDocument',
  vectors: or('vectorStore.vectors', 'documents.documents × chunksPerDocument'),
  ...STORE_DERIVED_NAMES,

  retrainingRunsPerMonth: ({ given }) =>
    `${given('retrainingRunsPerYear') ? 'retrainingRunsPerYear' : 'retrainingsPerYear'} × hoursPerMonth ÷ ${HOURS_PER_YEAR}`,
  trainedCorpusTokens: or('corpusTokens', 'needs.unlabelledCorpusTokens'),
  trainingOperations: ({ fullTraining }) =>
    `${OPERATIONS_PER_PARAMETER_AND_TOKEN[fullTraining ? 'full' : 'lora']} × parametersBillions × 1e9 × trainedCorpusTokens × sampledShare × epochs`,
  trainedPrompts: (facts) =>
    facts.reuse ? 'prompts' : `max(prompts, ${textOf(or('synthesizedPrompts', DEFAULTS.synthesizedPrompts), facts)})`,
};
