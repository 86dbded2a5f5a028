import { modelEntry } from './model-entry.ts';
import { z } from 'zod';
import { didYouMean } from '../json/nearest-name.ts';
import { customModelImportSchema } from './custom-model-import.ts';
import { trainingInstancesSchema } from './instances.ts';
import { lifecycleRulesSchema, lifecycleSchema, lifecycleWarnings, phaseOn } from './lifecycle.ts';
import { REGION_PATTERN, regionSchema as region } from './region.ts';
import { sourcesSchema } from './sources.ts';
import { RECORD_FORMS } from './training-records.ts';

/**
 * Where a call may be served: the Region that it is sent to, the Regions of a geography, or any commercial Region.
 * The prefixes of the system-defined inference profiles.
 */
export const PROFILE_SCOPES = ['in-region', 'us', 'eu', 'apac', 'jp', 'au', 'ca', 'in', 'us-gov', 'global'] as const;

type ProfileScope = (typeof PROFILE_SCOPES)[number];

/** Tiers that a call can ask for without an agreement. */
export const SERVICE_TIERS = ['standard', 'flex', 'priority'] as const;

type ServiceTier = (typeof SERVICE_TIERS)[number];

/** Tiers that a model can be sold in; the last two are no setting of a call here: one is an agreement, one has no documented one. */
const SOLD_TIERS = [...SERVICE_TIERS, 'reserved', 'ultrafast'] as const;

/** How long an entry of the prompt cache lives after its last use; each lifetime has a price of its own for writing. */
export const CACHE_LIFETIMES = ['5m', '30m', '1h'] as const;

export type CacheLifetime = (typeof CACHE_LIFETIMES)[number];

/** When an answer is preceded by thinking, whose tokens are billed as output. */
const THINKING = ['always', 'on-request', 'none'] as const;

/** What a quota on tokens a minute is of: calls in the Region, through a profile of a geography, or through the global one. */
export const QUOTA_SCOPES = ['in-region', 'geographic', 'global'] as const;

export type QuotaScope = (typeof QUOTA_SCOPES)[number];

/** What a model makes of temperature and topP: takes both in one call, one of them, or refuses every call that has either. */
const SAMPLING = ['both', 'one-of', 'none'] as const;

/** Held to the pattern as a whole: the catalogue names Regions twenty thousand times. */
const regionList = z
  .array(z.string())
  .refine((names) => names.every((name) => REGION_PATTERN.test(name)), { error: 'must be Regions such as us-east-1' });

const profileSchema = z.strictObject({
  from: regionList.min(1).nullable().describe('Regions that the profile can be called from; null: not known'),
  spans: z
    .union([regionList.min(1), z.literal('every-commercial-region')])
    .nullable()
    .describe('Regions that the profile may send a call to: what a policy must allow; null: not known'),
  spansBySource: z
    .array(z.strictObject({ from: regionList.min(1), spans: regionList.min(1) }))
    .min(1)
    .optional()
    .describe('the same by the Region that calls, where it is not the same for all of them'),
});

const modelIdSchema = z.string().regex(/^[a-z0-9]+\.[a-z0-9.:-]+$/);

const kindSchema = z.enum(['text', 'embedding', 'rerank', 'image']);

const smallerSchema = modelIdSchema
  .optional()
  .describe('a cheaper active model of the family, the nearest by price; absent: none is known');

const tokensPerCountedSchema = z
  .strictObject({
    factor: z.number().positive(),
    confidence: z
      .enum(['A', 'B', 'C', 'D'])
      .describe("B: measured with the model's own tokenizer. C: with that of a relative. D: derived"),
    source: z.string().min(1),
    date: z.iso.date(),
  })
  .describe('tokens that the model makes of a text, over what tokenCount counts; absent: 1, assumed');

const errorSchema = z
  .strictObject({ low: z.number().positive(), high: z.number().positive() })
  .refine(({ low, high }) => low <= high, { error: 'low must be at most high' });

const tokenCountSchema = z
  .strictObject({
    charactersPerToken: z.number().positive().describe('of ASCII text; the counter gives other scripts more'),
    error: errorSchema.describe('true tokens over the counted ones, for a model without tokensPerCounted'),
    errorAfterFactor: errorSchema.describe('the same over the counted ones times the factor of the model'),
    sources: sourcesSchema,
  })
  .describe(
    'how tokens are counted where nobody counts them, and how far that is off: the least and the most of a kind of text',
  );

const priceListSchema = z
  .strictObject({
    naming: z
      .enum(['usage-type', 'mantle', 'marketplace-counts', 'marketplace-standard'])
      .describe(
        'usage-type: the name is a part of the usage types of AmazonBedrock. mantle: the name stands before -mantle- in them, as the endpoint bedrock-mantle bills. marketplace-…: the name is that of an offer of AWS Marketplace, whose usage types say InputTokenCount (counts) or input_tokens_standard (standard)',
      ),
    name: z.string().min(1).describe('what the Price List calls the model'),
    meters: z
      .array(z.string().min(1))
      .optional()
      .describe('further usage types of an offer of AWS Marketplace that bill the same input'),
  })
  .describe('how the AWS Price List names it: prices refresh finds its prices by this');

const recordForms = z.array(z.enum(RECORD_FORMS)).min(1);

const familySchema = z
  .strictObject({
    name: z.string().min(1),
    epochs: z.strictObject({
      usual: z.int().positive().nullable().describe('where a job does not say how many; null: not known'),
      most: z.int().positive().describe('what the upper bound of a run reckons with'),
    }),
    records: z
      .strictObject({ 'fine-tuning': recordForms.optional(), distillation: recordForms.optional() })
      .describe('forms of record that a customization takes, the usual one first; absent: it takes none'),
    tuningLimits: z
      .strictObject({
        min: z.int().min(1),
        max: z.int().min(1),
        advised: z.int().min(1).describe('fewer are taken, and rarely teach a model anything'),
        maxBytes: z.int().min(1),
        source: z.string().min(1).describe('named in the messages of dataset check'),
      })
      .describe('records of a training file for fine-tuning'),
    forbiddenTexts: z.array(z.string().min(1)).describe('texts that make a job fail wherever they are'),
    reasoning: z.boolean().describe('answers may hold reasoningContent'),
    validation: z.enum(['used', 'unused']).describe('what a job does with a validation file'),
    sources: sourcesSchema,
  })
  .describe('models whose jobs take the same records and epochs');

const modelSchema = z
  .strictObject({
    name: z.string().min(1),
    provider: z.string().min(1),
    lifecycle: lifecycleSchema,
    kind: kindSchema,
    family: z
      .string()
      .min(1)
      .optional()
      .describe('models of one maker and name: smaller and larger ones of it are compared'),
    released: z.iso.date().nullable().describe('day on which Bedrock offered it first; null: not known'),
    tuningFamily: z
      .string()
      .min(1)
      .optional()
      .describe('a key of tuningFamilies; absent: its training records and epochs are not known'),
    smaller: smallerSchema,
    larger: modelIdSchema
      .optional()
      .describe('a dearer active model of the family, the nearest by price; absent: none is known'),
    endpoint: z
      .enum(['runtime', 'mantle'])
      .describe(
        'runtime: Converse answers. mantle: it answers on the endpoint bedrock-mantle alone, which is not called here',
      ),
    inRegion: z
      .array(region)
      .nullable()
      .describe('Regions where the model answers on demand without a cross-Region profile; null: not known'),
    profiles: z
      .partialRecord(z.enum(PROFILE_SCOPES).exclude(['in-region']), profileSchema)
      .describe('cross-Region profiles; the profile id is the scope, a dot and the model id'),
    contextWindowTokens: z.int().positive().nullable().describe('prompt and answer together; null: not known'),
    longPromptAboveTokens: z
      .int()
      .positive()
      .optional()
      .describe(
        'a request with more input tokens, cached ones included, is billed at the prices …/long-context as a whole; absent: one price holds for any length',
      ),
    maxOutputTokens: z.int().positive().nullable(),
    embeddingDimensions: z
      .array(z.int().positive())
      .min(1)
      .optional()
      .describe('sizes of vector that an embedding model makes; absent: it is none, or they are not known'),
    defaultEmbeddingDimensions: z
      .int()
      .positive()
      .optional()
      .describe('the size that it makes where a call names none; absent: not known'),
    maxInputTokens: z
      .int()
      .positive()
      .optional()
      .describe('most tokens that an embedding model takes at once; absent: not known'),
    promptCaching: z
      .strictObject({
        minimumTokens: z
          .int()
          .positive()
          .nullable()
          .describe('shorter prefixes are silently not cached; null: not known'),
        maximumTokens: z
          .int()
          .positive()
          .optional()
          .describe('AWS promises to cache no longer prefix; absent: no such limit is known'),
        lifetimes: z.array(z.enum(CACHE_LIFETIMES)).min(1).nullable().describe('the usual one first; null: not known'),
      })
      .nullable()
      .describe('null: the model does not cache, or it is not known that it does'),
    serviceTiers: z.array(z.enum(SOLD_TIERS)).min(1).describe('tiers that AWS sells it in; another one is not offered'),
    batch: z.boolean().nullable().describe('batch jobs take it; null: not known'),
    structuredOutput: z.boolean().nullable().describe('answers held to a JSON schema; null: not known'),
    sampling: z
      .enum(SAMPLING)
      .nullable()
      .describe(
        'temperature and topP: both may be set in one call, one of them, or none, which refuses a call that has either; null: not known',
      ),
    thinking: z
      .enum(THINKING)
      .nullable()
      .describe(
        'always: a call that says nothing of it is answered with thinking, billed as output; some models let a call turn it off. on-request: only where the call asks for it. null: not known, or no text model',
      ),
    tokensPerCounted: tokensPerCountedSchema.optional(),
    quotaBurndown: z
      .strictObject({ output: z.number().positive() })
      .optional()
      .describe(
        'tokens that one token of output takes from the quota on tokens a minute, one of input takes one; absent: not known, or the endpoint has a quota of its own for output',
      ),
    defaultQuotas: z
      .partialRecord(
        z.enum(QUOTA_SCOPES),
        z.strictObject({
          tokensPerMinute: z.int().positive(),
          except: z.record(region, z.int().positive()).optional().describe('Regions that have another'),
        }),
      )
      .optional()
      .describe('what AWS publishes for an account by default, new ones may have less; a missing scope is not known'),
    quotaName: z
      .string()
      .min(1)
      .optional()
      .describe('what Service Quotas calls the model; absent: by its name, with or without the provider before it'),
    customization: z
      .strictObject({
        types: z.array(z.enum(['FINE_TUNING', 'CONTINUED_PRE_TRAINING', 'DISTILLATION', 'REINFORCEMENT_FINE_TUNING'])),
        tuningId: z
          .string()
          .min(1)
          .nullable()
          .describe('the id that a customization job takes: not the id that is called'),
        regions: regionList,
        batch: z.boolean().optional().describe('batch jobs take a customised version; absent: not known'),
        serviceTiers: z
          .array(z.enum(SOLD_TIERS))
          .min(1)
          .optional()
          .describe('tiers that a customised version is sold in; absent: not known'),
      })
      .nullable()
      .describe('null: nothing is known to customise it'),
    teaches: z
      .array(z.string().min(1))
      .optional()
      .describe('models that learn from this one in a distillation job; absent: none is known to'),
    hosting: z.array(z.enum(['on-demand', 'provisioned', 'imported'])).describe('ways to host a customised version'),
    priceList: priceListSchema.optional(),
    unpriced: z.string().min(1).optional().describe('why no price book has a price of it'),
    sources: sourcesSchema,
  })
  .describe('one model, keyed by the id that inference calls use, without a profile prefix');

const namedSchema = z
  .strictObject({
    name: z.string().min(1),
    kind: kindSchema,
    reason: z
      .enum(['ended', 'preview', 'limited', 'one-source'])
      .describe(
        'ended: calls fail. preview, limited: not offered to every account. one-source: nobody confirms what one source says',
      ),
    endOfLife: z.iso.date().nullable().describe('day from which calls fail; null: none is known'),
    priceList: priceListSchema.optional(),
    sources: sourcesSchema,
  })
  .describe('one model, keyed by the id that inference calls use');

/** What `config/models.json` holds; the JSON Schema for editors is made from it. */
export const modelCatalogueSchema = z
  .strictObject({
    $schema: z.string().optional(),
    defaults: z
      .strictObject({
        tuned: modelIdSchema.optional(),
        teacher: modelIdSchema.optional(),
        student: modelIdSchema.optional(),
        embedding: modelIdSchema.optional(),
      })
      .optional()
      .describe('models that a configuration means where it names none'),
    tokenCount: tokenCountSchema.optional(),
    lifecycleRules: lifecycleRulesSchema.optional(),
    customModelImport: customModelImportSchema.optional(),
    tuningFamilies: z.record(z.string(), familySchema).optional(),
    trainingInstances: trainingInstancesSchema.optional(),
    continuedPretrainingElsewhere: z
      .array(z.strictObject({ says: z.string().min(1), sources: sourcesSchema }))
      .optional()
      .describe(
        'ways to pre-train a model further that are named with what they take, neither deployed nor priced here',
      ),
    models: z.record(modelIdSchema, modelSchema),
    named: z
      .record(modelIdSchema, namedSchema)
      .optional()
      .describe('models that are known by name only: a configuration may not name them, and nothing proposes them'),
  })
  .superRefine(({ defaults = {}, tuningFamilies = {}, models, named = {} }, context) => {
    const refuse = (path: string[], message: string): void => context.addIssue({ code: 'custom', path, message });
    for (const [role, id] of Object.entries(defaults)) {
      if (!Object.hasOwn(models, id)) refuse(['defaults', role], 'must be one of models');
    }
    for (const [id, entry] of Object.entries(models)) {
      const { tuningFamily, embeddingDimensions, defaultEmbeddingDimensions: usual } = entry;
      if (usual !== undefined && embeddingDimensions?.includes(usual) !== true) {
        refuse(['models', id, 'defaultEmbeddingDimensions'], 'must be one of embeddingDimensions');
      }
      if (tuningFamily !== undefined && !Object.hasOwn(tuningFamilies, tuningFamily)) {
        refuse(
          ['models', id, 'tuningFamily'],
          `must be one of tuningFamilies: ${Object.keys(tuningFamilies).join(', ') || 'there is none'}`,
        );
      }
      if (Object.hasOwn(named, id)) refuse(['named', id], 'is in models already: remove it here');
      for (const sibling of ['smaller', 'larger'] as const) {
        const other = entry[sibling];
        if (other !== undefined && !Object.hasOwn(models, other)) {
          refuse(['models', id, sibling], 'must be one of models');
        }
      }
    }
  });

export type ModelCatalogue = z.infer<typeof modelCatalogueSchema>;

export type ModelEntry = z.infer<typeof modelSchema>;

export type NamedModel = z.infer<typeof namedSchema>;

export type ModelFamily = z.infer<typeof familySchema>;

export type PriceListName = z.infer<typeof priceListSchema>;

/** Model -> the smaller one to try first, where there is one. */
export type SmallerModels = ReadonlyMap<string, string>;

export function smallerModels({ models }: ModelCatalogue): SmallerModels {
  return new Map(
    Object.entries(models).flatMap(([id, { smaller }]) => (smaller === undefined ? [] : [[id, smaller] as const])),
  );
}

/** What a configuration asks of a model. */
export interface ModelChoice {
  readonly model: string;
  readonly profileScope: ProfileScope;
  readonly region: string;
  readonly maxTokens: number;
  readonly serviceTier: ServiceTier;
  readonly promptCaching: boolean;
  readonly structuredOutput: boolean;
  readonly temperature?: number | undefined;
  readonly topP?: number | undefined;
}

/** What a call is sent to, and which models a policy must therefore allow. */
export interface ModelTarget {
  readonly modelId: string;
  /** Id of the system-defined profile; undefined where the model is called in its Region. */
  readonly systemProfileId?: string | undefined;
  /** Regions in which the model may be run. */
  readonly regions: readonly string[] | 'every-commercial-region';
}

interface ModelFinding {
  /** The setting that is wrong, as the user knows it. */
  readonly setting: keyof ModelChoice;
  readonly message: string;
}

export interface ModelVerdict {
  /** Undefined where there is an error. */
  readonly target?: ModelTarget | undefined;
  readonly errors: readonly ModelFinding[];
  readonly warnings: readonly ModelFinding[];
}

/** Whether the catalogue lets this choice work on the day `today` (`YYYY-MM-DD`), and what it then calls. */
export function judgeModel(catalogue: ModelCatalogue, choice: ModelChoice, today: string): ModelVerdict {
  const { models } = catalogue;
  // 'constructor' is a key of every object
  const entry = modelEntry(models, choice.model);
  if (entry === undefined)
    return { errors: [{ setting: 'model', message: unknownModel(catalogue, choice.model, today) }], warnings: [] };
  const errors: ModelFinding[] = [];
  const warnings: ModelFinding[] = [];
  judgeKindAndLife(catalogue, entry, choice, today, errors, warnings);
  if (entry.endpoint === 'mantle') {
    errors.push({
      setting: 'model',
      message: `'${choice.model}' answers on the endpoint bedrock-mantle alone: the stacks call Converse on bedrock-runtime`,
    });
  }
  const target = targetOf(entry, choice, errors, warnings);
  judgeSettings(entry, choice, errors, warnings);
  return { target: errors.length === 0 ? target : undefined, errors, warnings };
}

const NAMED_REASONS: Record<NamedModel['reason'], string> = {
  ended: 'is past its end of life: calls to it fail',
  preview: 'is a preview that AWS opens to some accounts only',
  limited: 'is offered to some accounts only',
  'one-source': 'is known from one source only',
};

const MOST_LISTED = 12;

/** Some of the models, those of the same maker first: all of them fill a screen. */
function listed(models: readonly string[], id: string): string {
  const maker = `${id.split('.')[0] ?? ''}.`;
  const sorted = [
    ...models.filter((each) => each.startsWith(maker)),
    ...models.filter((each) => !each.startsWith(maker)),
  ];
  const more = sorted.length - MOST_LISTED;
  return more > 0
    ? `${sorted.slice(0, MOST_LISTED).join(', ')} and ${more} more in config/models.json`
    : sorted.join(', ') || 'none';
}

/** Why a model cannot be chosen that has no full entry, and which ones can. */
export function unknownModel(catalogue: ModelCatalogue, id: string, today: string): string {
  const { models } = catalogue;
  const callable = Object.entries(models)
    .filter(
      ([, entry]) =>
        entry.kind === 'text' && entry.endpoint === 'runtime' && phaseOn(entry, catalogue, today).phase === 'active',
    )
    .map(([known]) => known);
  const reason = namedReason(catalogue, id);
  if (reason !== undefined) return `'${id}' ${reason}; choose an active one: ${listed(callable, id)}`;
  return `'${id}' is not in config/models.json${prefixHint(models, id) || didYouMean(id, Object.keys(models))}; known text models: ${listed(callable, id)}`;
}

/** Why a model is known by name only; undefined for any other. */
function namedReason({ named = {} }: ModelCatalogue, id: string): string | undefined {
  const name = Object.hasOwn(named, id) ? named[id] : undefined;
  if (name === undefined) return undefined;
  return `${NAMED_REASONS[name.reason]}${name.endOfLife === null ? '' : ` (end of life ${name.endOfLife})`}`;
}

/** A model that does not answer but helps to: called in its Region, without a profile. */
export interface HelperChoice {
  readonly model: string;
  readonly kind: 'embedding' | 'rerank';
  readonly region: string;
}

export interface HelperVerdict {
  /** Undefined where the catalogue does not have the model. */
  readonly entry?: ModelEntry | undefined;
  readonly errors: readonly string[];
  readonly warnings: readonly string[];
}

/** Whether the catalogue lets this model help in this Region on the day `today`. */
export function judgeHelper(catalogue: ModelCatalogue, choice: HelperChoice, today: string): HelperVerdict {
  const { models } = catalogue;
  const { model, kind, region } = choice;
  const entry = modelEntry(models, model);
  if (entry?.kind !== kind) {
    const known = Object.keys(models).filter((id) => models[id]?.kind === kind);
    const problem =
      entry === undefined ? (namedReason(catalogue, model) ?? 'is not in config/models.json') : `is no ${kind} model`;
    return {
      errors: [`'${model}' ${problem}; known ${kind} models: ${known.join(', ') || 'none'}`],
      warnings: [],
    };
  }
  const phase = phaseOn(entry, catalogue, today);
  const errors: string[] = [];
  const warnings = lifecycleWarnings(model, phase, today);
  if (phase.phase === 'ended') {
    errors.push(`'${model}' ${endedSince(phase.endOfLife)}: calls to it fail; choose an active one`);
  }
  if (entry.inRegion === null) {
    warnings.push(`it is not known whether '${model}' is offered in ${region}`);
  } else if (!entry.inRegion.includes(region)) {
    errors.push(`'${model}' is offered in ${entry.inRegion.join(', ') || 'no Region'}, not in ${region}`);
  }
  return { entry, errors, warnings };
}

function judgeKindAndLife(
  catalogue: ModelCatalogue,
  entry: ModelEntry,
  { model }: ModelChoice,
  today: string,
  errors: ModelFinding[],
  warnings: ModelFinding[],
): void {
  const setting = 'model' as const;
  const { kind } = entry;
  if (kind !== 'text') {
    errors.push({
      setting,
      message: `'${model}' is ${kind === 'rerank' ? 'a' : 'an'} ${kind} model: it does not answer questions`,
    });
  }
  const phase = phaseOn(entry, catalogue, today);
  if (phase.phase === 'ended') {
    errors.push({
      setting,
      message: `'${model}' ${endedSince(phase.endOfLife)}: calls to it fail; choose an active one`,
    });
  }
  warnings.push(...lifecycleWarnings(model, phase, today).map((message) => ({ setting, message })));
}

export const endedSince = (endOfLife: string | null): string =>
  `is past its end of life${endOfLife === null ? '' : ` since ${endOfLife}`}`;

function targetOf(
  entry: ModelEntry,
  { model, profileScope, region }: ModelChoice,
  errors: ModelFinding[],
  warnings: ModelFinding[],
): ModelTarget | undefined {
  if (profileScope === 'in-region') {
    if (entry.inRegion === null) {
      warnings.push({
        setting: 'profileScope',
        message: `it is not known whether '${model}' answers in ${region} without a cross-Region profile`,
      });
    } else if (!entry.inRegion.includes(region)) {
      const where = entry.inRegion.length === 0 ? 'in no Region' : `only in ${entry.inRegion.join(', ')}`;
      errors.push({
        setting: 'profileScope',
        message: `'${model}' answers without a cross-Region profile ${where}, not in ${region}; ${scopesFor(entry, region)}`,
      });
    }
    return { modelId: model, regions: [region] };
  }
  const profile = Object.hasOwn(entry.profiles, profileScope) ? entry.profiles[profileScope] : undefined;
  if (profile === undefined) {
    errors.push({
      setting: 'profileScope',
      message: `'${model}' has no '${profileScope}' profile; ${scopesFor(entry, region)}`,
    });
    return undefined;
  }
  if (profile.from === null) {
    warnings.push({
      setting: 'profileScope',
      message: `it is not known whether the profile ${profileScope}.${model} can be called from ${region}`,
    });
  } else if (!profile.from.includes(region)) {
    errors.push({
      setting: 'profileScope',
      message: `the profile ${profileScope}.${model} can be called from ${profile.from.join(', ')}, not from ${region}; ${scopesFor(entry, region)}`,
    });
  }
  const spans = profile.spansBySource?.find(({ from }) => from.includes(region))?.spans ?? profile.spans;
  if (spans === null) {
    errors.push({
      setting: 'profileScope',
      message: `it is not known which Regions the profile ${profileScope}.${model} spans, so no least-privilege policy can be written; add them to config/models.json from 'aws bedrock get-inference-profile'`,
    });
    return undefined;
  }
  return { modelId: model, systemProfileId: `${profileScope}.${model}`, regions: spans };
}

function judgeSettings(entry: ModelEntry, choice: ModelChoice, errors: ModelFinding[], warnings: ModelFinding[]): void {
  const { model } = choice;
  if (entry.maxOutputTokens !== null && choice.maxTokens > entry.maxOutputTokens) {
    errors.push({
      setting: 'maxTokens',
      message: `'${model}' writes at most ${entry.maxOutputTokens} tokens, got ${choice.maxTokens}`,
    });
  }
  if (!entry.serviceTiers.includes(choice.serviceTier)) {
    errors.push({
      setting: 'serviceTier',
      message: `'${model}' is not known to offer the tier '${choice.serviceTier}'; allowed: ${entry.serviceTiers.join(', ')}`,
    });
  }
  if (choice.promptCaching && entry.promptCaching === null) {
    errors.push({
      setting: 'promptCaching',
      message: `'${model}' is not known to cache prompts: only false is allowed`,
    });
  }
  if (choice.structuredOutput && entry.structuredOutput !== true) {
    const finding = { setting: 'structuredOutput' } as const;
    if (entry.structuredOutput === false) {
      errors.push({
        ...finding,
        message: `'${model}' cannot hold its answers to a JSON schema: leave the setting out`,
      });
    } else {
      warnings.push({
        ...finding,
        message: `it is not known whether '${model}' can hold its answers to a JSON schema: it may refuse every call`,
      });
    }
  }
  const sampling = judgeSampling(model, entry, choice);
  errors.push(...sampling.errors);
  warnings.push(...sampling.warnings);
}

type Sampling = Pick<ModelChoice, 'temperature' | 'topP'>;

interface SamplingFinding {
  readonly setting: keyof Sampling;
  readonly message: string;
}

/** Returns what a model makes of temperature and topP: AWS refuses every call that has one it does not take. */
export function judgeSampling(
  id: string,
  { sampling }: Pick<ModelEntry, 'sampling'>,
  { temperature, topP }: Sampling,
): { readonly errors: readonly SamplingFinding[]; readonly warnings: readonly SamplingFinding[] } {
  const set = { temperature, topP };
  if (sampling === 'none') {
    const refused = (['temperature', 'topP'] as const).filter((setting) => set[setting] !== undefined);
    return {
      errors: refused.map((setting) => ({
        setting,
        message: `'${id}' refuses every call that sets ${setting}: leave it out`,
      })),
      warnings: [],
    };
  }
  if (temperature === undefined || topP === undefined || sampling === 'both') return { errors: [], warnings: [] };
  return sampling === 'one-of'
    ? {
        errors: [{ setting: 'topP', message: `'${id}' takes either temperature or topP, not both: leave one out` }],
        warnings: [],
      }
    : {
        errors: [],
        warnings: [
          {
            setting: 'topP',
            message: `it is not known whether '${id}' takes temperature and topP together: it may refuse every call`,
          },
        ],
      };
}

/** The scopes that would work from this Region. */
function scopesFor({ inRegion, profiles }: ModelEntry, region: string): string {
  const scopes = [
    ...(inRegion?.includes(region) === true ? ['in-region'] : []),
    ...Object.entries(profiles)
      .filter(([, { from, spans }]) => spans !== null && (from === null || from.includes(region)))
      .map(([scope]) => scope),
  ];
  return scopes.length === 0
    ? `nothing is known to reach it from ${region}`
    : `allowed in ${region}: ${scopes.join(', ')}`;
}

function prefixHint(models: ModelCatalogue['models'], id: string): string {
  const [scope = '', ...rest] = id.split('.');
  const base = rest.join('.');
  return Object.hasOwn(models, base) ? ` (write it without the prefix '${scope}.' and set profileScope instead)` : '';
}

/** Every Region that the catalogue knows to answer, in alphabetical order. */
export function knownRegions({ models }: ModelCatalogue): string[] {
  const regions = Object.values(models).flatMap(({ inRegion, profiles }) => [
    ...(inRegion ?? []),
    ...Object.values(profiles).flatMap(({ from }) => from ?? []),
  ]);
  return [...new Set(regions)].sort();
}
