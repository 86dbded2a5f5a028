import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { parsePriceBook, type PriceBook } from './cost/price-book.ts';
import { describeIssues } from './cost/schema-issues.ts';
import { tokenPrices, type TokenPrices } from './cost/token-pricing.ts';
import { UserError } from './errors.ts';
import {
  PROFILE_SCOPES,
  REGION_PATTERN,
  SERVICE_TIERS,
  judgeModel,
  knownRegions,
  modelCatalogueSchema,
  type ModelCatalogue,
  type ModelEntry,
  type ModelTarget,
} from './models.ts';
import type { PathId } from './paths.ts';

/** What the user wrote in `config/` cannot be deployed; nothing is synthesized. */
export class ConfigError extends UserError {
  override readonly name = 'ConfigError';
}

/** The retentions that CloudWatch Logs offers, in days. */
const LOG_RETENTION_DAYS = [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192] as const;

/** Part of stack, bucket and database names, so it takes what all of them take. */
const name = z
  .string()
  .max(16)
  .regex(/^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/, {
    error: 'must be words of lower-case letters and digits with one hyphen between them, the first character a letter',
  });

const words = z.string().regex(/\S/, { error: 'must hold more than white space' });

const promptOnlySchema = z.strictObject({
  model: z
    .string()
    .describe(
      'Model id as in config/models.json, without a profile prefix. Decides the price of every token: compare with `npx fmpaths estimate`.',
    ),
  profileScope: z
    .enum(PROFILE_SCOPES)
    .describe(
      'Where calls may be served: in the Region itself, in the Regions of a geography, or anywhere (global). From Claude 4.5 and Nova 2 on, global costs about 10 % less; data then leaves the geography.',
    ),
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
      "Cache what is the same in every request: system prompt and examples. Reads cost about a quarter of input on Nova, a tenth on Claude; Claude charges a quarter more for writes. Prompts shorter than the model's minimum are silently not cached. Default: false.",
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
      'An existing guardrail of the account and Region. Billed by text unit for question and answer, also when nothing is blocked. Default: none.',
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
});

const monthlyUsd = z.number().positive().max(1_000_000);

const pathBudget = monthlyUsd.default(50).describe('USD a month. Default: 50.');

const comparisonSchema = z.strictObject({
  alertEmail: z
    .email()
    .describe('Who is told when a budget is crossed or spending looks unusual. AWS sends the mail; free.'),
  accountRole: z
    .enum(['payer', 'member'])
    .describe(
      'payer: the management account of an organization, or an account that belongs to none. member: any other account of an organization; it gets neither cost category nor tag monitors, because AWS gives it no access to cost allocation tags.',
    ),
  guardBudgetUsd: monthlyUsd.describe(
    'Limit of the guard budget, USD a month: all charges of the account, whatever their tags; for the payer of an organization, of all its accounts. It needs no tag to be active, so it is the one budget that works from the first day.',
  ),
  monthlyBudgetUsd: z
    .strictObject({
      'prompt-only': pathBudget,
      rag: pathBudget,
      'fine-tuning': pathBudget,
      'continued-pretraining': pathBudget,
      distillation: pathBudget,
    } satisfies Record<PathId, z.ZodType>)
    .prefault({})
    .describe(
      'Limit of the budget of each path, USD a month. A budget reads $0 until the tag customization-path is active in the payer account (npx fmpaths tags activate), and never counts what was used before. Budgets without actions are free. Default: 50 each.',
    ),
  anomalyThresholdUsd: monthlyUsd
    .default(10)
    .describe('Unusual spending below this many USD sends no mail. Anomaly detection is free. Default: 10.'),
  scanLimitGb: z
    .int()
    .min(1)
    .max(1_000)
    .default(10)
    .describe(
      'Most that one Athena query may read, in GB; a longer one is cancelled and what it read is paid. At $5 a TB, 10 GB are 5 cents. Default: 10.',
    ),
  exportRetentionDays: z
    .int()
    .min(35)
    .max(3_650)
    .default(400)
    .describe(
      'Days that a billing period stays in the bucket after its last refresh; storage is paid by the GB and month. Destroying the stack keeps the bucket, and this empties it. Default: 400.',
    ),
});

/** What `config/environment.json` holds; the JSON Schema for editors is made from it. */
export const environmentSchema = z.strictObject({
  $schema: z.string().optional(),
  project: name.describe('Value of the tag project. Never change it after a deployment: it names stacks and bills.'),
  environment: name.describe('Value of the tag environment, such as dev or prod. Never change it after a deployment.'),
  region: z
    .string()
    .regex(REGION_PATTERN, { error: 'must be a Region such as us-east-1' })
    .describe('Region of every stack. Prices differ by Region: config/prices has those that are known.'),
  account: z
    .string()
    .regex(/^\d{12}$/, { error: 'must be 12 digits' })
    .optional()
    .describe('Only this account may be deployed to. Default: the account of the credentials in use.'),
  promptOnly: promptOnlySchema.describe('The stack prompt-only: costs nothing while nobody asks.'),
  comparison: comparisonSchema
    .optional()
    .describe(
      'The stack comparison, in us-east-1, which no path needs: dashboard, budgets, anomaly monitors, cost category, and a CUR 2.0 export that Athena reads. Idle it costs $3 a month for the dashboard beyond the three that are free in each account, and storage of the export (S3, $0.023 a GB and month). Budgets, monitors, cost category, export and table are free; a query costs $5 a TB, at least 10 MB. What CloudWatch charges for looking at a dashboard is unknown. CloudTrail needs no setting and none is offered: InvokeModel and Converse, with or without a stream, are management events, of which Event history keeps 90 days for nothing and a first trail delivers a copy for nothing. Retrieve, RenderPrompt and ApplyGuardrail are data events, which only a trail of your own records, at $0.10 per 100,000 and the storage. The dashboard shows the metrics of the account that the stack is in. Cost Explorer must have been opened once in the account. Default: no such stack.',
    ),
});

export type EnvironmentInput = z.input<typeof environmentSchema>;

type Environment = z.infer<typeof environmentSchema>;

const examplesSchema = z.array(z.strictObject({ question: words, answer: words })).max(20);

/** A prompt as the model gets it: the content of one folder under `config/prompts`. */
interface PromptFile {
  readonly id: string;
  readonly system: string;
  readonly examples: readonly { readonly question: string; readonly answer: string }[];
  readonly outputSchema?: { readonly name: string; readonly schema: object } | undefined;
}

interface PromptOnlyConfig extends Omit<Environment['promptOnly'], 'model' | 'prompt' | 'structuredOutput'> {
  readonly modelId: string;
  readonly target: ModelTarget;
  readonly prompt: PromptFile;
  /** Prices of the chosen model, scope and tier. Unknown ones are `null`, and what they meter is then unknown. */
  readonly tokenPrices: TokenPrices;
}

export type ComparisonConfig = z.infer<typeof comparisonSchema>;

/** The whole configuration, checked: what the stacks are made from. */
export interface Config {
  readonly project: string;
  readonly environment: string;
  readonly region: string;
  readonly account?: string | undefined;
  readonly promptOnly: PromptOnlyConfig;
  /** Undefined where no stack compares the paths. */
  readonly comparison?: ComparisonConfig | undefined;
  /** What works but should be known before deploying. */
  readonly warnings: readonly string[];
}

/** What the configuration is checked against. */
export interface ConfigSources {
  readonly catalogue: ModelCatalogue;
  /** `null` where there is no price book for the Region. */
  readonly priceBook: (region: string) => PriceBook | null;
  /** Text of a file under `config`; `null` where there is none. */
  readonly readText: (path: string) => string | null;
  /** `YYYY-MM-DD`: ends of life are reckoned from it. */
  readonly today: string;
}

/** @throws ConfigError that names every wrong key, its value and what is allowed. */
export function parseConfig(json: unknown, sources: ConfigSources, file = 'config/environment.json'): Config {
  const parsed = environmentSchema.safeParse(json);
  if (!parsed.success) throw configError(file, describeIssues(parsed.error.issues, json, environmentSchema));
  const { project, environment, region, account, promptOnly, comparison } = parsed.data;
  const regions = knownRegions(sources.catalogue);
  if (!regions.includes(region)) {
    throw configError(
      file,
      `  region: no model of config/models.json is known in '${region}'; allowed: ${regions.join(', ')}`,
    );
  }
  const { model, prompt, structuredOutput, ...rest } = promptOnly;
  const verdict = judgeModel(
    sources.catalogue,
    { ...rest, model, region, structuredOutput: structuredOutput !== undefined },
    sources.today,
  );
  if (verdict.target === undefined) {
    throw configError(
      file,
      verdict.errors.map(({ setting, message }) => `  promptOnly.${setting}: ${message}`).join('\n'),
    );
  }
  const book = sources.priceBook(region) ?? { region, prices: new Map() };
  const prices = tokenPrices(book, {
    modelId: model,
    scope: rest.profileScope === 'global' ? 'global' : 'regional',
    tier: rest.serviceTier,
  });
  const promptFile = readPrompt(prompt, structuredOutput, sources, file);
  return {
    project,
    environment,
    region,
    account,
    promptOnly: { ...rest, modelId: model, target: verdict.target, prompt: promptFile, tokenPrices: prices },
    comparison,
    warnings: [
      ...verdict.warnings.map(({ setting, message }) => `promptOnly.${setting}: ${message}`),
      ...(rest.promptCaching ? cacheWarnings(promptFile, sources.catalogue.models[model]) : []),
      ...priceWarnings(prices, book, rest.promptCaching),
    ],
  };
}

/** Reads and checks everything under `<root>/config`. `now` is the clock. */
export function loadConfig(root: string, now: Date): Config {
  const readText = (path: string): string | null => readTextFile(join(root, 'config', path));
  return parseConfig(readJson('environment.json', readText), {
    catalogue: parseCatalogue(readJson('models.json', readText)),
    priceBook: (region) => {
      const file = `prices/${region}.json`;
      if (readText(file) === null) return null;
      const book = parsePriceBook(readJson(file, readText), `config/${file}`);
      if (book.region === region) return book;
      throw new ConfigError(`config/${file} holds the prices of '${book.region}': its region must be ${region}`);
    },
    readText,
    today: now.toISOString().slice(0, 10),
  });
}

/** @throws ConfigError that names every wrong key of the catalogue. */
export function parseCatalogue(json: unknown, file = 'config/models.json'): ModelCatalogue {
  const parsed = modelCatalogueSchema.safeParse(json);
  if (!parsed.success) throw configError(file, describeIssues(parsed.error.issues, json, modelCatalogueSchema));
  return parsed.data;
}

function readPrompt(
  id: string,
  structuredOutput: string | undefined,
  { readText }: ConfigSources,
  file: string,
): PromptFile {
  const folder = `prompts/${id}`;
  const system = readText(`${folder}/system.md`);
  if (system === null || system.trim() === '') {
    throw configError(
      file,
      `  promptOnly.prompt: config/${folder}/system.md is missing or empty: write it, or name another prompt`,
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
    outputSchema: structuredOutput === undefined ? undefined : readOutputSchema(structuredOutput, readText, file),
  };
}

function readOutputSchema(path: string, readText: ConfigSources['readText'], file: string): PromptFile['outputSchema'] {
  if (readText(path) === null) {
    throw configError(
      file,
      `  promptOnly.structuredOutput: config/${path} is missing: write it, or leave the setting out`,
    );
  }
  const schema = readJson(path, readText);
  if (typeof schema !== 'object' || schema === null || Array.isArray(schema) || !('type' in schema)) {
    throw configError(`config/${path}`, "  (root): must be a JSON Schema, an object with a 'type'");
  }
  return { name: (path.split('/').at(-1) ?? path).replace(/\.json$/, ''), schema };
}

/** A shorter prompt is silently paid in full. Tokens are counted by the model alone, so this is a guess, on the high side. */
function cacheWarnings({ system, examples }: PromptFile, model: ModelEntry | undefined): string[] {
  const minimum = model?.promptCaching?.minimumTokens ?? 0;
  const tokens = guessedTokens([system, ...examples.flatMap(({ question, answer }) => [question, answer])].join(''));
  return tokens >= minimum
    ? []
    : [
        `promptOnly.promptCaching: system prompt and examples are about ${tokens} tokens, and the model caches none shorter than ${minimum}: every request will pay for them in full`,
      ];
}

/** A token is about 4 characters of English, and about one of Chinese or Japanese. */
function guessedTokens(text: string): number {
  const ascii = text.replace(/[^\0-\x7f]/gu, '').length;
  return Math.ceil(ascii / 4) + (Array.from(text).length - ascii);
}

/** What a request costs besides its tokens: the function, its log line, the metrics of both. */
const OPERATIONS_PRICE_IDS = [
  'lambda/request',
  'lambda/gb-second-arm',
  'logs/ingest',
  'logs/archive',
  'cloudwatch/custom-metric',
] as const;

function priceWarnings({ usdPerMillionTokens, priceIds }: TokenPrices, book: PriceBook, caching: boolean): string[] {
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
      'the estimate of prompt-only will be unknown',
    ),
  ];
}

const readTextFile = (path: string): string | null => (existsSync(path) ? readFileSync(path, 'utf8') : null);

function readJson(path: string, readText: ConfigSources['readText']): unknown {
  const text = readText(path);
  if (text === null) throw new ConfigError(`config/${path} is missing`);
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new ConfigError(`config/${path} is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function configError(file: string, lines: string): ConfigError {
  return new ConfigError(`${file} is not a valid configuration:\n${lines}`);
}
