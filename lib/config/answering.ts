import { modelEntry } from '../catalogue/model-entry.ts';
import { z } from 'zod';
import {
  PROFILE_SCOPES,
  SERVICE_TIERS,
  judgeModel,
  judgeSampling,
  type ModelChoice,
  type ModelEntry,
  type ModelTarget,
} from '../catalogue/models.ts';
import { tokensOfText } from '../catalogue/text-tokens.ts';
import { describeIssues } from '../json/schema-issues.ts';
import type { PathId } from '../paths.ts';
import type { PriceBook } from '../prices/price-book.ts';
import { tokenPrices, type TokenPrices } from '../prices/token-pricing.ts';
import { bookOf, configError, readJson, type ConfigSources, type SectionContext } from './sources.ts';

/** The retentions that CloudWatch Logs offers, in days. */
const LOG_RETENTION_DAYS = [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192] as const;

const words = z.string().regex(/\S/, { error: 'must hold more than white space' });

/** The base model that answers, and where it is run. */
export const modelFields = {
  model: z
    .string()
    .describe(
      'Model id as in config/models.json, without a profile prefix. Decides the price of every token: compare with `npx fmpaths estimate`.',
    ),
  profileScope: z
    .enum(PROFILE_SCOPES)
    .describe(
      'Where calls may be served: in the Region itself, in the Regions of a geography, or anywhere (global). For most newer models global costs about 10 % less; data then leaves the geography.',
    ),
};

/** How questions are answered, whichever model does: the same on every path. */
export const answeringFields = {
  prompt: z
    .string()
    .regex(/^[a-z0-9-]+\/v[0-9]+$/, { error: 'must be <name>/v<number>, a folder under config/prompts' })
    .describe(
      'Prompt and version: a folder under config/prompts with system.md and, optionally, examples.json. Its tokens are paid in every request.',
    ),
  temperature: z.number().min(0).max(1).optional().describe("Randomness. Costs nothing. Default: the model's own."),
  topP: z.number().min(0).max(1).optional().describe("Nucleus sampling. Costs nothing. Default: the model's own."),
  maxTokens: z
    .int()
    .min(1)
    .max(100_000)
    .default(512)
    .describe(
      'Longest answer, in tokens: the upper bound of what one answer costs, and the quota that each request reserves. Default: 512.',
    ),
  stopSequences: z
    .array(words)
    .max(4)
    .default([])
    .describe('Texts that end an answer early, which saves output tokens. Default: none.'),
  promptCaching: z
    .boolean()
    .default(false)
    .describe(
      "Cache what is the same in every request: system prompt and examples. Reading it costs a fortieth to a quarter of the input price, by model; writing it costs nothing, a quarter more than input, or twice input. Prompts shorter than the model's minimum are silently not cached. Default: false.",
    ),
  serviceTier: z
    .enum(SERVICE_TIERS)
    .default('standard')
    .describe(
      'flex costs about half and may be slow or refused when busy; priority costs about 1.75 times. Default: standard.',
    ),
  structuredOutput: z
    .string()
    .regex(/^[a-z0-9-]+(?:\/[a-z0-9-]+)*\.json$/, { error: 'must be a .json file under config' })
    .optional()
    .describe(
      'JSON Schema file, relative to config, that every answer must satisfy. Its tokens may be paid as input. Default: free text.',
    ),
  guardrail: z
    .strictObject({
      id: z.string().regex(/^[a-z0-9]{1,64}$/, { error: 'must be the id of a guardrail, not its ARN' }),
      version: z.string().regex(/^(?:[1-9][0-9]{0,7}|DRAFT)$/, { error: 'must be a version number or DRAFT' }),
    })
    .optional()
    .describe(
      'An existing guardrail of the account and Region. Billed by text unit for question and answer, also when nothing is blocked; what an answer says it cost is its tokens, without that. Default: none.',
    ),
  logPrompts: z
    .boolean()
    .default(false)
    .describe(
      'Write questions and answers into the log: personal data may end up there, and log ingestion is paid by the GB. Default: false.',
    ),
  logRetentionDays: z
    .literal([...LOG_RETENTION_DAYS])
    .default(30)
    .describe('Days that logs are kept; storage is paid by the GB and month. Default: 30.'),
  requestDeadlineSeconds: z
    .int()
    .min(1)
    .max(840)
    .default(25)
    .describe(
      'Time for one answer, retries included. The function ends 5 seconds later; it bills while it waits. Default: 25.',
    ),
  memoryMegabytes: z
    .int()
    .min(128)
    .max(10_240)
    .default(512)
    .describe(
      'Memory of the function, billed by GB-second. It mostly waits, so more memory shortens only the cold start. Default: 512.',
    ),
  maxConcurrency: z
    .int()
    .min(1)
    .max(10_000)
    .optional()
    .describe(
      'Most requests answered at the same time; further ones are refused with 429. It bounds how fast the stack can spend, and costs nothing. AWS takes it out of the concurrency of the account, of which 100 must stay unreserved: in a new account, which has as few as 10 in all, any value makes the deployment fail. Default: what the account allows.',
    ),
  maxQuestionCharacters: z
    .int()
    .min(1)
    .max(100_000)
    .default(4_000)
    .describe(
      'Longest question that is accepted: with maxTokens, the upper bound of what one request costs. Default: 4000.',
    ),
};

const examplesSchema = z.array(z.strictObject({ question: words, answer: words })).max(20);

/** The model and answering settings of one path as written, with every default filled in. */
export const promptOnlySchema = z.strictObject({ ...modelFields, ...answeringFields });

/** Every answering setting, defaults filled in. */
export type PromptOnlySettings = z.infer<typeof promptOnlySchema>;

type Inheriting<S extends z.ZodRawShape> = {
  [K in keyof S]: z.ZodOptional<S[K] extends z.ZodDefault<infer Inner> ? Inner : S[K]>;
};

/**
 * The same settings for another path: each may be left out and is then that of `promptOnly`, so that paths differ only in what
 * somebody wrote down.
 */
export function inheriting<S extends z.ZodRawShape>(fields: S): Inheriting<S> {
  const entries = Object.entries(fields).map(([key, field]) => {
    const inner = field instanceof z.ZodDefault ? field.unwrap() : field;
    const described = z.globalRegistry.get(field as z.ZodType)?.description ?? '';
    const description = `${described.replace(/ Default: .*$/, '')} Default: that of promptOnly.`;
    return [key, z.optional(inner).describe(description)];
  });
  return Object.fromEntries(entries) as Inheriting<S>;
}

/** `own` where it is written, else `base`. */
export function inherit<Base extends object>(
  base: Base,
  own: { readonly [K in keyof Base]?: Base[K] | undefined },
): Base {
  const written = Object.fromEntries(Object.entries(own).filter(([, value]) => value !== undefined));
  return { ...base, ...written };
}

/**
 * Leaves out a temperature or topP that a path inherits and its model refuses: the setting is right for the model that it was
 * written for. What the path says itself stays, and is refused.
 *
 * @param model undefined where nothing is known of it
 */
export function withoutRefusedSampling<Settings extends Pick<PromptOnlySettings, 'temperature' | 'topP'>>(
  id: string | undefined,
  model: ModelEntry | undefined,
  inherited: Settings,
  written: { readonly temperature?: number | undefined; readonly topP?: number | undefined },
  section: string,
): { readonly settings: Settings; readonly warnings: readonly string[] } {
  let settings = inherited;
  const warnings: string[] = [];
  if (id === undefined || model === undefined) return { settings, warnings };
  // of two that do not go together, temperature stays
  for (const setting of ['topP', 'temperature'] as const) {
    const isInherited = written[setting] === undefined && settings[setting] !== undefined;
    if (!isInherited || judgeSampling(id, model, settings).errors.length === 0) continue;
    warnings.push(`${section}.${setting}: '${id}' does not take that of promptOnly, so none is sent`);
    settings = { ...settings, [setting]: undefined };
  }
  return { settings, warnings };
}

/** A prompt as the model gets it: the content of one folder under `config/prompts`. */
export interface PromptFile {
  readonly id: string;
  readonly system: string;
  readonly examples: readonly { readonly question: string; readonly answer: string }[];
  readonly outputSchema?: { readonly name: string; readonly schema: object } | undefined;
}

/** The settings of one path that answers with a base model, checked against catalogue, prompts and prices. */
export interface AnsweringConfig extends Omit<PromptOnlySettings, 'model' | 'prompt' | 'structuredOutput'> {
  readonly modelId: string;
  readonly target: ModelTarget;
  readonly prompt: PromptFile;
  /** Prices of the chosen model, scope and tier. Unknown ones are `null`, and what they meter is then unknown. */
  readonly tokenPrices: TokenPrices;
  /** What works but should be known before deploying. */
  readonly warnings: readonly string[];
}

/** @throws ConfigError that names every setting that does not fit the model. */
export function resolveAnswering(input: PromptOnlySettings, context: SectionContext): AnsweringConfig {
  const { sources, section, path } = context;
  const { model, prompt, structuredOutput, ...rest } = input;
  const warnings: string[] = [];
  const target = resolveTarget({ ...rest, model, structuredOutput: structuredOutput !== undefined }, context, warnings);
  const book = bookOf(context);
  const { models } = sources.catalogue;
  const entry = modelEntry(models, model);
  const prices = tokenPrices(
    book,
    {
      modelId: model,
      scope: rest.profileScope === 'global' ? 'global' : 'regional',
      tier: rest.serviceTier,
      // a call asks for no lifetime: it gets the model's usual one
      cacheTtl: entry?.promptCaching?.lifetimes?.[0] ?? '5m',
    },
    entry?.longPromptAboveTokens,
  );
  const promptFile = readPrompt(prompt, structuredOutput, context);
  return {
    ...rest,
    modelId: model,
    target,
    prompt: promptFile,
    tokenPrices: prices,
    warnings: [
      ...warnings,
      ...(rest.promptCaching ? cacheWarnings(section, promptFile, entry) : []),
      ...priceWarnings(prices, book, rest.promptCaching, path),
    ],
  };
}

/**
 * What a base model is called through. Adds to `warnings`.
 *
 * @throws ConfigError that names every setting that does not fit the model.
 */
export function resolveTarget(
  choice: Pick<ModelChoice, 'model' | 'profileScope' | 'maxTokens'> & Partial<ModelChoice>,
  { sources, section, region, file }: SectionContext,
  warnings: string[],
): ModelTarget {
  const whole = { serviceTier: 'standard', promptCaching: false, structuredOutput: false, ...choice, region } as const;
  const { target, errors, warnings: found } = judgeModel(sources.catalogue, whole, sources.today);
  if (target === undefined) {
    throw configError(file, errors.map(({ setting, message }) => `  ${section}.${setting}: ${message}`).join('\n'));
  }
  warnings.push(...found.map(({ setting, message }) => `${section}.${setting}: ${message}`));
  return target;
}

/** @throws ConfigError where the prompt, its examples or the schema of its answers is missing or wrong. */
export function readPrompt(
  id: string,
  structuredOutput: string | undefined,
  {
    sources: { readText },
    section,
    file,
  }: Pick<SectionContext, 'section' | 'file'> & { readonly sources: Pick<ConfigSources, 'readText'> },
): PromptFile {
  const folder = `prompts/${id}`;
  const system = readText(`${folder}/system.md`);
  if (system === null || system.trim() === '') {
    throw configError(
      file,
      `  ${section}.prompt: config/${folder}/system.md is missing or empty: write it, or name another prompt`,
    );
  }
  const examplesFile = `${folder}/examples.json`;
  const examplesJson: unknown = readText(examplesFile) === null ? [] : readJson(examplesFile, readText);
  const examples = examplesSchema.safeParse(examplesJson);
  if (!examples.success) {
    throw configError(`config/${examplesFile}`, describeIssues(examples.error.issues, examplesJson, examplesSchema));
  }
  return {
    id,
    system: system.trim(),
    examples: examples.data,
    outputSchema:
      structuredOutput === undefined ? undefined : readOutputSchema(structuredOutput, readText, section, file),
  };
}

function readOutputSchema(
  path: string,
  readText: ConfigSources['readText'],
  section: string,
  file: string,
): PromptFile['outputSchema'] {
  if (readText(path) === null) {
    throw configError(
      file,
      `  ${section}.structuredOutput: config/${path} is missing: write it, or leave the setting out`,
    );
  }
  const schema = readJson(path, readText);
  if (typeof schema !== 'object' || schema === null || Array.isArray(schema) || !('type' in schema)) {
    throw configError(`config/${path}`, "  (root): must be a JSON Schema, an object with a 'type'");
  }
  return { name: (path.split('/').at(-1) ?? path).replace(/\.json$/, ''), schema };
}

/** A shorter prompt is silently paid in full. Tokens are counted by the model alone, so this is a guess, on the high side. */
function cacheWarnings(section: string, { system, examples }: PromptFile, model: ModelEntry | undefined): string[] {
  const minimum = model?.promptCaching?.minimumTokens ?? 0;
  const tokens = tokensOfText([system, ...examples.flatMap(({ question, answer }) => [question, answer])].join(''));
  return tokens >= minimum
    ? []
    : [
        `${section}.promptCaching: system prompt and examples are about ${tokens} tokens, and the model caches none shorter than ${minimum}: every request will pay for them in full`,
      ];
}

/** What a request costs besides its tokens: the function, its log line, the metrics of both. */
const OPERATIONS_PRICE_IDS = [
  'lambda/request',
  'lambda/gb-second-arm',
  'logs/ingest',
  'logs/archive',
  'cloudwatch/custom-metric',
] as const;

function priceWarnings(
  { usdPerMillionTokens, priceIds }: TokenPrices,
  book: PriceBook,
  caching: boolean,
  path: PathId,
): string[] {
  const needed = caching ? (['input', 'output', 'cacheRead', 'cacheWrite'] as const) : (['input', 'output'] as const);
  const warning = (missing: readonly string[], then: string): string[] =>
    missing.length === 0 ? [] : [`no price for ${missing.join(', ')} in config/prices/${book.region}.json: ${then}`];
  return [
    ...warning(
      needed.filter((meter) => usdPerMillionTokens[meter] === null).map((meter) => priceIds[meter]),
      'what these tokens cost will be metered as unknown',
    ),
    ...warning(
      OPERATIONS_PRICE_IDS.filter((id) => !book.prices.has(id)),
      `the estimate of ${path} will be unknown`,
    ),
  ];
}
