import { MOST_DISTILLATION_PROMPTS } from '../catalogue/training-records.ts';
import { HOURS_PER_MONTH } from '../units.ts';

/** What a workload means where it says nothing: 0 is none of it, 1 one or all of it. Nothing here is a price or a capacity. */
export const DEFAULTS = {
  hoursPerMonth: HOURS_PER_MONTH,

  cachedPrefixTokensPerRequest: 0,
  cacheHitShare: 0,
  batchShare: 0,
  flexShare: 0,
  priorityShare: 0,
  latencyOptimizedShare: 0,
  ultrafastShare: 0,
  retryShare: 0,

  /** When requests come: a working day on the working days of a month, with a busiest minute of three average ones. */
  hoursPerDay: 8,
  daysPerMonth: 22,
  peakOverAverage: 3,
  distinctPrefixes: 1,
  /** Of a trained model whose base has no announced end. */
  lifeMonths: 12,
  /** Training runs until a model is good enough, where paths are compared. */
  attempts: 3,
  leadHours: 1,
  /** Of the requests outside batch: all of them come while the throughput is there. */
  scheduledRequestShare: 1,
  /** Copies of an imported model that run in an active window. */
  copies: 1,

  retrainingRunsPerYear: 0,
  storedModels: 1,
  sampledShare: 1,
  /** Of the training script on SageMaker; jobs on Bedrock have the epochs of their family. */
  epochs: 1,
  /** Of weights that nobody describes and that take two custom model units, as the setting of the stack says. */
  parametersBillions: 8,
  unitsOfParameters: 2,
  /** What the training script trains. */
  method: 'lora',
  /** The training script is one process: it spreads the layers over several accelerators, which makes room and no speed. */
  parallelAccelerators: 1,
  startUpHoursPerRun: 0,
  /** Instances that train, or that a store has. */
  instances: 1,
  synthesizedPrompts: MOST_DISTILLATION_PROMPTS,
  /** Of each training instance; the stack asks for as much. */
  trainingVolumeGb: 200,

  rulesTokensPerRequest: 0,
  changedSharePerMonth: 0,
  overlapTokens: 0,
  /** English prose; used only where a document's size in bytes is not given. */
  bytesPerToken: 4,

  invocationsPerRequest: 1,
  coldStartShare: 0,
  initMsPerColdStart: 0,
  logRetentionDays: 30,
  /** Uncompressed: the upper bound. */
  storedShareOfIngested: 1,
  groundingCharactersPerRequest: 0,
  automatedReasoningPolicies: 1,
  otherTransitionsPerMonth: 0,
} as const;
