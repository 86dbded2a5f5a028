import { z } from 'zod';
import { CACHE_LIFETIMES } from '../catalogue/models.ts';
import { REGION_PATTERN } from '../catalogue/region.ts';
import { UserError } from '../errors/user-error.ts';
import { READ_ONCE } from '../json/read-once.ts';
import { describeIssues } from '../json/schema-issues.ts';
import { COST_COMPONENTS } from '../meters/cost-component.ts';
import { PATH_SECTIONS, PATHS, type PathId, type PathSection } from '../paths.ts';
import { COMMITMENTS, type Commitment } from '../prices/commitment.ts';
import { PRICE_UNITS, type PriceUnit } from '../prices/price-unit.ts';
import { DEFAULTS } from './defaults.ts';
import { ragFields } from './rag/rag-fields.ts';
import { vectorStoreSchema } from './rag/stores.ts';
import { requestSchema } from './request.ts';
import {
  atLeastZero,
  modelId,
  positive,
  profileScope,
  share,
  wholeAtLeastZero,
  wholePositive,
} from './workload-fields.ts';

/** A list in which a name that stands twice would be priced twice, or say nothing. */
function eachOnce<T extends z.ZodType<string>>(name: T) {
  return z.array(name).refine((given) => new Set(given).size === given.length, { error: 'must name each only once' });
}

const inferenceSchema = z.strictObject({
  modelId: modelId.optional(),
  profileScope: profileScope.optional(),
  countedModelId: modelId
    .optional()
    .describe('the model that the tokens were counted of; absent: the one that the workload names for all paths'),
  inputTokensPerRequest: atLeastZero
    .optional()
    .describe('whole prompt of one request, cached prefix included, retrieved chunks not'),
  outputTokensPerRequest: atLeastZero.optional(),
  outputTokenCap: positive.optional().describe('max_tokens: no answer is longer'),
  cachedPrefixTokensPerRequest: atLeastZero.optional().describe('part of the prompt marked for the prompt cache'),
  cacheHitShare: share.optional().describe('share of requests that find the prefix cached; the others write it'),
  cacheMeasured: z
    .boolean()
    .optional()
    .describe('prefix and hits were counted on real calls: they are priced as they are, cheaper or not'),
  cacheTtl: z.enum(CACHE_LIFETIMES).optional(),
  batchShare: share.optional().describe('share of requests sent as batch jobs'),
  flexShare: share.optional(),
  priorityShare: share.optional(),
  latencyOptimizedShare: share.optional(),
  ultrafastShare: share.optional(),
  calls: z
    .array(
      z.strictObject({
        name: z
          .string()
          .regex(/^[a-z][a-z0-9-]*$/, { error: 'must be a word such as answer or router' })
          .describe('answer: the call that answers; any other comes before it'),
        modelId: modelId.optional().describe('absent: the model that answers'),
        profileScope: profileScope.optional(),
        callsPerRequest: atLeastZero,
        inputTokens: atLeastZero.describe('whole prompt of one such call, cached prefix included'),
        outputTokens: atLeastZero,
        cachedPrefixTokens: atLeastZero.optional(),
      }),
    )
    .min(1)
    .optional()
    .describe('every call of one request, in place of inputTokensPerRequest and outputTokensPerRequest'),
  retryShare: atLeastZero.optional().describe('repeated calls per request because an answer could not be used'),
});

const throughputSchema = z.strictObject({
  kind: z.literal('provisioned'),
  commitment: z.enum(Object.keys(COMMITMENTS) as [Commitment, ...Commitment[]]).optional(),
  modelUnits: wholePositive.optional().describe('model units bought; absent, they follow from capacity and peak'),
  tokensPerMinutePerModelUnit: positive
    .optional()
    .describe('capacity of one model unit: AWS publishes none, so there is no default'),
  peakTokensPerMinute: positive.optional(),
  peakToAverageRatio: z.number().min(1).optional().describe('busiest minute over the average minute'),
  schedule: z
    .strictObject({
      hoursPerDay: z.number().gt(0).max(24),
      daysPerMonth: z.number().gt(0).max(31),
      leadHours: atLeastZero.max(24).optional().describe('bought this long before the peak; whole hours are billed'),
      requestShare: share.describe('share of requests that fall into the scheduled hours; the others go on demand'),
    })
    .optional()
    .describe('absent: always on'),
});

const hostingSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('on-demand') }),
  throughputSchema,
  z.strictObject({
    kind: z.literal('imported'),
    customModelUnits: positive.describe('custom model units of one copy'),
    cmuVersion: z.enum(['v1', 'v2']).optional(),
    copies: positive
      .optional()
      .describe('copies running in an active window, on average; Bedrock starts and bills them as the load asks'),
    tokensPerMinutePerCopy: positive
      .optional()
      .describe('measured capacity of one copy: with peakTokensPerMinute it gives the copies at the peak'),
    peakTokensPerMinute: positive.optional(),
    activeWindowsPerMonth: wholeAtLeastZero
      .optional()
      .describe('five-minute windows with at least one call; absent: as many as calls or the month allow'),
  }),
  z.strictObject({ kind: z.literal('none') }),
]);

const guardrailPolicy = z.enum([
  'content',
  'topics',
  'sensitive-information',
  'grounding',
  'automated-reasoning',
  'words',
]);

const operationsSchema = z.strictObject({
  function: z
    .strictObject({
      memoryMb: positive,
      durationMsPerRequest: atLeastZero,
      architecture: z.enum(['arm', 'x86']).optional(),
      invocationsPerRequest: atLeastZero.optional(),
      coldStartShare: share.optional().describe('share of invocations that start a new environment'),
      initMsPerColdStart: atLeastZero
        .optional()
        .describe('INIT phase of a cold start: billed for every runtime since 2025-08-01'),
    })
    .optional(),
  apiGateway: z.enum(['http', 'rest']).optional(),
  logs: z
    .strictObject({
      bytesPerRequest: atLeastZero,
      retentionDays: atLeastZero.optional(),
      averageStoredGb: atLeastZero.optional().describe('absent: what retention keeps once it is full'),
      storedShareOfIngested: share.optional().describe('stored logs are compressed; 1 is the upper bound'),
      scannedGbPerMonth: atLeastZero.optional(),
    })
    .optional(),
  customMetrics: wholeAtLeastZero.optional(),
  alarms: wholeAtLeastZero.optional(),
  guardrail: z
    .strictObject({
      // an answer alone can be checked against a source
      inputPolicies: eachOnce(guardrailPolicy.exclude(['grounding'])).optional(),
      outputPolicies: eachOnce(guardrailPolicy).optional(),
      inputCharactersPerRequest: atLeastZero,
      outputCharactersPerRequest: atLeastZero,
      groundingCharactersPerRequest: atLeastZero.optional(),
      automatedReasoningPolicies: wholeAtLeastZero.optional(),
    })
    .optional(),
  secrets: z.strictObject({ secrets: wholeAtLeastZero, requestsPerMonth: atLeastZero.optional() }).optional(),
  athena: z
    .strictObject({
      scannedGbPerMonth: atLeastZero,
      queriesPerMonth: atLeastZero.optional().describe('at least 10 MB is billed for each'),
    })
    .optional(),
  workflow: z
    .strictObject({
      transitionsPerRun: atLeastZero.describe('state transitions of one training run'),
      otherTransitionsPerMonth: atLeastZero.optional(),
    })
    .optional(),
  evaluation: z
    .strictObject({
      runsPerMonth: atLeastZero,
      answersPerRun: atLeastZero,
      judgeModelId: modelId.optional(),
      judgeProfileScope: profileScope.optional(),
      judgeInputTokensPerAnswer: atLeastZero.optional(),
      judgeOutputTokensPerAnswer: atLeastZero.optional(),
      humanTasksPerRun: atLeastZero.optional(),
    })
    .optional(),
  costExplorer: z.strictObject({ requestsPerMonth: atLeastZero }).optional(),
});

const perPath = {
  inference: inferenceSchema.optional().describe('what this path does differently from the shared inference'),
  operations: operationsSchema.optional().describe('what this path does differently from the shared operations'),
};

const ragSchema = z.strictObject({
  ...perPath,
  hosting: throughputSchema.optional(),
  ...ragFields,
  vectorStore: vectorStoreSchema.optional(),
});

const customModel = {
  retrainingRunsPerYear: atLeastZero.optional().describe('runs after the first'),
  storedModels: atLeastZero.optional().describe('custom models kept, each billed by the month until it is deleted'),
  evaluationModelUnitHoursPerRun: atLeastZero
    .optional()
    .describe('hours of throughput without commitment bought to try a trained model'),
  hosting: hostingSchema.optional(),
};

const fineTuningSchema = z.strictObject({
  ...perPath,
  ...customModel,
  baseModelId: modelId.optional(),
  trainingExamples: atLeastZero.optional(),
  tokensPerExample: atLeastZero.optional(),
  trainingTokensPerEpoch: atLeastZero.optional().describe('instead of trainingExamples and tokensPerExample'),
  epochs: positive.optional(),
  sampledShare: share.optional().describe('share of the examples trained on'),
});

const continuedPretrainingSchema = z.strictObject({
  ...perPath,
  ...customModel,
  route: z.enum(['bedrock', 'sagemaker']).optional(),
  baseModelId: modelId.optional(),
  corpusTokens: atLeastZero.optional().describe('absent: needs.unlabelledCorpusTokens'),
  epochs: positive.optional(),
  sampledShare: share.optional(),
  parametersBillions: positive
    .optional()
    .describe('of the model that is trained; with the corpus and the instance it gives the hours of a run'),
  method: z
    .enum(['lora', 'full'])
    .optional()
    .describe('weights that are trained; absent: lora, as the training script'),
  modelFlopsUtilisation: share
    .gt(0)
    .optional()
    .describe(
      'share of the peak of the accelerators that the model makes use of; absent: assumed, as config/models.json',
    ),
  parallelAccelerators: wholePositive
    .optional()
    .describe('accelerators of each instance that compute at the same time; absent: 1, as the training script'),
  startUpHoursPerRun: atLeastZero
    .optional()
    .describe('billed hours before and after training: instance start, downloads, compilation; absent: not counted'),
  instanceType: z
    .string()
    .regex(/^ml\.[a-z0-9-]+\.[a-z0-9]+$/, { error: 'must be an instance type such as ml.g6e.12xlarge' })
    .optional(),
  instances: positive.optional(),
  volumeGb: atLeastZero.optional().describe('of each instance; billed only where the instance has no disks of its own'),
  instanceHoursPerRun: atLeastZero
    .optional()
    .describe('hours that each instance trains; absent: derived from corpus, parameters and instance'),
});

const distillationSchema = z.strictObject({
  ...perPath,
  ...customModel,
  teacherModelId: modelId.optional(),
  teacherProfileScope: profileScope.optional(),
  studentModelId: modelId.optional(),
  prompts: atLeastZero.optional(),
  tokensPerPrompt: atLeastZero.optional(),
  tokensPerTeacherAnswer: atLeastZero.optional(),
  synthesizedPrompts: wholeAtLeastZero
    .max(DEFAULTS.synthesizedPrompts)
    .optional()
    .describe('prompts after Bedrock has added its own; absent: the most it may make, 15,000'),
  reuseLoggedAnswers: z.boolean().optional().describe('answers from invocation logs: no teacher is called'),
  epochs: positive.optional(),
});

const needsSchema = z.strictObject({
  privateDocuments: z.boolean().optional().describe('answers come from documents that no model has seen'),
  citations: z.boolean().optional().describe('every answer must name its source'),
  documentUpdatesPerMonth: atLeastZero.optional(),
  strictFormat: z.boolean().optional().describe('one style or format, every time'),
  labelledExamples: wholeAtLeastZero.optional(),
  deepDomain: z.boolean().optional().describe('a field whose language general models do not know'),
  unlabelledCorpusTokens: atLeastZero.optional(),
  lowLatency: z.boolean().optional(),
  dailyPeaks: z.boolean().optional(),
  asynchronous: z.boolean().optional().describe('answers may wait for hours'),
});

const pathSections = {
  promptOnly: z.strictObject({ ...perPath, hosting: throughputSchema.optional() }).optional(),
  rag: ragSchema.optional(),
  fineTuning: fineTuningSchema.optional(),
  continuedPretraining: continuedPretrainingSchema.optional(),
  distillation: distillationSchema.optional(),
} satisfies Record<PathSection, z.ZodType>;

/** The parts of a path that can be priced alone; `model-storage` is in `training` too. */
const PARTS = ['inference', 'training', 'model-storage', 'documents', 'vector-store', 'operations'] as const;

export type Part = (typeof PARTS)[number];

const someOf = <T extends string>(names: readonly T[]) => eachOnce(z.enum(names)).min(1);

/** What a person writes to describe the work; the JSON Schema for editors is made from it. */
export const workloadSchema = z
  .strictObject({
    $schema: z.string().optional(),
    name: z.string().min(1).optional(),
    description: z.string().optional(),
    region: z.string().regex(REGION_PATTERN, { error: 'must be a Region such as us-east-1' }).optional(),
    paths: someOf(PATHS).optional().describe('absent: every path'),
    parts: someOf(PARTS)
      .optional()
      .describe('price these parts of the paths alone, and need nothing of the others; absent: every part'),
    hoursPerMonth: z.number().min(1).max(744).optional().describe('AWS itself uses 720, 730 and 744'),
    requestsPerMonth: atLeastZero.optional(),
    needs: needsSchema.optional().describe('what the answers must do: what a recommendation goes by'),
    request: requestSchema
      .optional()
      .describe('the text of a request, the same on every path: its tokens follow from it by model'),
    traffic: z
      .strictObject({
        hoursPerDay: z.number().gt(0).max(24).optional(),
        daysPerMonth: z.number().gt(0).max(31).optional(),
        peakOverAverage: z
          .number()
          .min(1)
          .optional()
          .describe('requests of the busiest minute over the average minute'),
      })
      .optional()
      .describe('when requests come'),
    lifeMonths: positive.optional().describe('months that a trained model is used: its training is spread over them'),
    attempts: wholePositive.optional().describe('training runs until one model is good enough'),
    retrainingsPerYear: atLeastZero.optional(),
    evaluation: z
      .strictObject({ questions: atLeastZero.describe('asked of the model of each attempt and each retraining') })
      .optional(),
    labels: z
      .strictObject({ usdEach: atLeastZero })
      .optional()
      .describe('what making one training example costs; absent: not counted'),
    people: z
      .strictObject({
        setUpHours: atLeastZero.optional(),
        hoursPerMonth: atLeastZero.optional(),
        usdPerHour: atLeastZero,
      })
      .optional()
      .describe('work that a tuned model makes; absent: not counted'),
    inference: inferenceSchema.optional().describe('the base model and the shape of a request, shared by all paths'),
    operations: operationsSchema
      .optional()
      .describe(
        'what runs the answers, shared by all paths; absent: assumed, as the stacks run it; what it leaves out is not run',
      ),
    ...pathSections,
    other: z
      .array(
        z.strictObject({
          name: z.string().min(1),
          component: z.enum(COST_COMPONENTS),
          kind: z.enum(['one-time', 'fixed', 'usage']),
          priceId: z.string().min(1),
          quantity: atLeastZero,
          unit: z.enum(Object.keys(PRICE_UNITS) as [PriceUnit, ...PriceUnit[]]).describe('what quantity counts'),
          paths: someOf(PATHS).optional(),
        }),
      )
      .optional()
      .describe('anything else with a price in the book'),
    freeTier: z
      .record(z.string(), atLeastZero)
      .optional()
      .describe(
        'price id -> how much of it is free each month, in the single pieces that its price counts: tokens and not millions of them, requests, GB-seconds, GB-months; nothing is free unless it stands here',
      ),
  })
  .superRefine((workload, context) => {
    for (const path of PATHS) {
      for (const { field, message } of inconsistencies(workload, path)) {
        context.addIssue({ code: 'custom', path: field, message });
      }
    }
  });

export type Workload = Readonly<z.infer<typeof workloadSchema>>;
export type Needs = NonNullable<Workload['needs']>;
export type Inference = NonNullable<Workload['inference']>;
export type Operations = NonNullable<Workload['operations']>;
export type Hosting = z.infer<typeof hostingSchema>;
export type Throughput = z.infer<typeof throughputSchema>;
export type Rag = NonNullable<Workload['rag']>;
export type VectorStore = NonNullable<Rag['vectorStore']>;
export type FineTuning = NonNullable<Workload['fineTuning']>;
export type ContinuedPretraining = NonNullable<Workload['continuedPretraining']>;
export type Distillation = NonNullable<Workload['distillation']>;

/** @throws UserError that names the file, the place in it, what was got, what is allowed. */
export function parseWorkload(json: unknown, file = 'workload'): Workload {
  const parsed = workloadSchema.safeParse(json, READ_ONCE);
  if (parsed.success) return parsed.data;
  throw new UserError(`${file} is not a valid workload:\n${describeIssues(parsed.error.issues, json, workloadSchema)}`);
}

interface Inconsistency {
  readonly field: string[];
  readonly message: string;
}

/** What no single field shows: a path's own inference laid over the shared one. */
function inconsistencies(workload: z.infer<typeof workloadSchema>, path: PathId): Inconsistency[] {
  const section = PATH_SECTIONS[path];
  const own = workload[section]?.inference;
  const hosting = workload[section]?.hosting;
  const found: Inconsistency[] = [];
  const inference = { ...workload.inference, ...own };
  const place = own === undefined ? ['inference'] : [section, 'inference'];

  const shares = (['batchShare', 'flexShare', 'priorityShare', 'latencyOptimizedShare', 'ultrafastShare'] as const).map(
    (share) => inference[share] ?? DEFAULTS[share],
  );
  const sum = shares.reduce((total, part) => total + part, 0);
  if (sum > 1 + 1e-9 && shares.every((part) => part >= 0 && part <= 1)) {
    found.push({
      field: place,
      message: `batchShare, flexShare, priorityShare, latencyOptimizedShare and ultrafastShare together must not exceed 1, they are ${Number(sum.toPrecision(6))}`,
    });
  }
  const { inputTokensPerRequest: input } = inference;
  const { cachedPrefixTokensPerRequest: prefix } = inference;
  // a negative prompt is a complaint of its own
  if (input !== undefined && input >= 0 && prefix !== undefined && prefix > input * (1 + 1e-9)) {
    const stated = (field: keyof Inference) => (own?.[field] === undefined ? 'inference' : `${section}.inference`);
    found.push({
      field: [...stated('cachedPrefixTokensPerRequest').split('.'), 'cachedPrefixTokensPerRequest'],
      message: `must not exceed ${stated('inputTokensPerRequest')}.inputTokensPerRequest, which is ${input}`,
    });
  }
  for (const [index, call] of (inference.calls ?? []).entries()) {
    if ((call.cachedPrefixTokens ?? 0) > call.inputTokens * (1 + 1e-9)) {
      found.push({
        field: [...place, 'calls', String(index), 'cachedPrefixTokens'],
        message: `must not exceed inputTokens of the call, which is ${call.inputTokens}`,
      });
    }
  }
  if (inference.calls !== undefined) {
    if (!inference.calls.some(({ name }) => name === 'answer')) {
      found.push({ field: [...place, 'calls'], message: "must have a call named 'answer': the one that answers" });
    }
    if (inference.inputTokensPerRequest !== undefined || inference.outputTokensPerRequest !== undefined) {
      found.push({
        field: [...place, 'calls'],
        message: 'says the tokens of every call: leave out inputTokensPerRequest and outputTokensPerRequest',
      });
    }
  }
  if (hosting?.kind === 'provisioned' && hosting.schedule && (hosting.commitment ?? 'none') !== 'none') {
    found.push({
      field: [section, 'hosting', 'commitment'],
      message: 'must be none with a schedule: committed throughput is billed around the clock',
    });
  }
  if (hosting?.kind === 'imported') {
    const { copies, peakTokensPerMinute, tokensPerMinutePerCopy } = hosting;
    const given = [peakTokensPerMinute, tokensPerMinutePerCopy].filter((one) => one !== undefined).length;
    if (given === 1 || (given === 2 && copies !== undefined)) {
      found.push({
        field: [section, 'hosting'],
        message: 'must say the copies in one way: copies, or peakTokensPerMinute with tokensPerMinutePerCopy',
      });
    }
  }
  if (hosting?.kind === 'provisioned') {
    const { modelUnits, peakTokensPerMinute, tokensPerMinutePerModelUnit } = hosting;
    const units = Math.ceil((peakTokensPerMinute ?? 0) / (tokensPerMinutePerModelUnit ?? Infinity));
    if (modelUnits !== undefined && modelUnits < units) {
      found.push({
        field: [section, 'hosting', 'modelUnits'],
        message: `cannot carry peakTokensPerMinute ${peakTokensPerMinute}: ${units} are needed`,
      });
    }
  }
  return found;
}
