import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { knownRegions, modelCatalogueSchema, type ModelCatalogue } from '../catalogue/models.ts';
import { SCOPE_FIELDS, type DeploymentScope } from '../deployment/scope.ts';
import { isMissingFile, unreadable } from '../errors/file-errors.ts';
import { READ_ONCE } from '../json/read-once.ts';
import { describeIssues } from '../json/schema-issues.ts';
import { PATH_SECTIONS, type PathId } from '../paths.ts';
import { parsePriceBook } from '../prices/price-book.ts';
import { privatePricesLine, privatePricesPath, withPrivatePrices } from '../prices/private-prices.ts';
import { promptOnlySchema, resolveAnswering, type AnsweringConfig, type PromptOnlySettings } from './answering.ts';
import { comparisonSchema, type ComparisonConfig } from './comparison.ts';
import { ragSchema, resolveRag } from './rag.ts';
import { ConfigError, configError, readJson, type ConfigSources, type SectionContext } from './sources.ts';
import {
  continuedPretrainingSchema,
  distillationSchema,
  fineTuningSchema,
  resolveContinuedPretraining,
  resolveDistillation,
  resolveFineTuning,
} from './training.ts';

interface Section<Written extends z.ZodType, Resolved> {
  readonly schema: Written;
  /** What the stack costs, for whoever writes the section. */
  readonly description: string;
  readonly resolve: (written: z.infer<Written>, base: PromptOnlySettings, context: SectionContext) => Resolved;
}

/** Ties what a section resolves to what its schema lets be written. */
const section = <Written extends z.ZodType, Resolved>(of: Section<Written, Resolved>) => ({
  schema: of.schema.optional().describe(`${of.description} Default: every setting at its default.`),
  /** @param written has passed the schema */
  resolve: (written: unknown, base: PromptOnlySettings, context: SectionContext): Resolved =>
    of.resolve((written ?? of.schema.parse({}, READ_ONCE)) as z.infer<Written>, base, context),
});

/** The path whose settings the others inherit. */
const BASE = 'prompt-only' satisfies PathId;

type InheritingPath = Exclude<PathId, typeof BASE>;

/** The section of every path that inherits. A new path does not compile until it is here. */
const SECTIONS = {
  rag: section({
    schema: ragSchema,
    description:
      'The stack rag: answers from your documents, with citations. Its vector store costs money while idle unless it is s3-vectors.',
    resolve: resolveRag,
  }),
  'fine-tuning': section({
    schema: fineTuningSchema,
    description:
      'The stack fine-tuning: deployed, it costs nothing until a run begins; a trained model costs its storage.',
    resolve: resolveFineTuning,
  }),
  'continued-pretraining': section({
    schema: continuedPretrainingSchema,
    description:
      'The stack continued-pretraining: deployed, it costs nothing until a run begins; SageMaker bills its instances by the hour, and an imported model its storage.',
    resolve: resolveContinuedPretraining,
  }),
  distillation: section({
    schema: distillationSchema,
    description:
      'The stack distillation: deployed, it costs nothing until a run begins; the teacher is billed for every prompt, and a trained model costs its storage.',
    resolve: resolveDistillation,
  }),
} satisfies Record<InheritingPath, unknown>;

const INHERITING_PATHS = Object.keys(SECTIONS) as readonly InheritingPath[];

/** Makes something for the section of every path that inherits, under the section's name. */
const eachSection = (make: (path: InheritingPath) => unknown): object =>
  Object.fromEntries(INHERITING_PATHS.map((path) => [PATH_SECTIONS[path], make(path)]));

type SectionSchemas = {
  readonly [P in InheritingPath as (typeof PATH_SECTIONS)[P]]: (typeof SECTIONS)[P]['schema'];
};

/** Undefined where nobody wrote the section and its defaults cannot work: see `omitted`. */
type ResolvedSections = {
  readonly [P in InheritingPath as (typeof PATH_SECTIONS)[P]]?: ReturnType<(typeof SECTIONS)[P]['resolve']> | undefined;
};

/** What `config/environment.json` holds; the JSON Schema for editors is made from it. */
export const environmentSchema = z.strictObject({
  $schema: z.string().optional(),
  ...SCOPE_FIELDS,
  promptOnly: promptOnlySchema.describe('The stack prompt-only: costs nothing while nobody asks.'),
  ...(eachSection((path) => SECTIONS[path].schema) as SectionSchemas),
  comparison: comparisonSchema
    .optional()
    .describe(
      'The stack comparison, in us-east-1, which no path needs: dashboard, budgets, anomaly monitors, cost category, and a CUR 2.0 export that Athena reads. Idle it costs $3 a month for the dashboard beyond the three that are free in each account, and storage of the export (S3, $0.023 a GB and month). Budgets, monitors, cost category, export and table are free; a query costs $5 a TB, at least 10 MB. What CloudWatch charges for looking at a dashboard is unknown. CloudTrail needs no setting and none is offered: InvokeModel and Converse, with or without a stream, are management events, of which Event history keeps 90 days for nothing and a first trail delivers a copy for nothing. Retrieve, RenderPrompt and ApplyGuardrail are data events, which only a trail of your own records, at $0.10 per 100,000 and the storage. The dashboard shows the metrics of the account that the stack is in. Cost Explorer must have been opened once in the account. Default: no such stack.',
    ),
});

export type EnvironmentInput = z.input<typeof environmentSchema>;

/** The whole configuration, checked: what the stacks are made from. */
export interface Config extends DeploymentScope, ResolvedSections {
  readonly promptOnly: AnsweringConfig;
  /** Paths that no stack is made for, and why. */
  readonly omitted: Readonly<Partial<Record<PathId, string>>>;
  /** Undefined where no stack compares the paths. */
  readonly comparison?: ComparisonConfig | undefined;
  /** Says that prices of the deployment are the account's own. @default they are the shipped ones */
  readonly privatePrices?: string;
}

/** @throws ConfigError that names every wrong key, its value and what is allowed. */
export function parseConfig(json: unknown, sources: ConfigSources, file = 'config/environment.json'): Config {
  const parsed = environmentSchema.safeParse(json, READ_ONCE);
  if (!parsed.success) throw configError(file, describeIssues(parsed.error.issues, json, environmentSchema));
  const { project, environment, region, account, promptOnly, comparison } = parsed.data;
  const regions = knownRegions(sources.catalogue);
  if (!regions.includes(region)) {
    throw configError(
      file,
      `  region: no model of config/models.json is known in '${region}'; allowed: ${regions.join(', ')}`,
    );
  }
  const context = (path: PathId): SectionContext => ({ sources, section: PATH_SECTIONS[path], path, region, file });
  const omitted: Partial<Record<PathId, string>> = {};
  const resolved = (path: InheritingPath): unknown => {
    const written = parsed.data[PATH_SECTIONS[path]];
    try {
      return SECTIONS[path].resolve(written, promptOnly, context(path));
    } catch (error) {
      if (written !== undefined || !(error instanceof ConfigError)) throw error;
      omitted[path] = error.message;
      return undefined;
    }
  };
  const book = sources.priceBook(region);
  const privatePrices = book === null ? undefined : privatePricesLine(book);
  return {
    project,
    environment,
    region,
    account,
    promptOnly: resolveAnswering(promptOnly, context(BASE)),
    ...(eachSection(resolved) as ResolvedSections),
    omitted,
    comparison,
    ...(privatePrices === undefined ? {} : { privatePrices }),
  };
}

/** Reads and checks everything under `<root>/config`. `now` is the clock. */
export function loadConfig(root: string, now: Date): Config {
  const readText = (path: string): string | null => readTextFile(root, `config/${path}`);
  return parseConfig(readJson('environment.json', readText), {
    catalogue: parseCatalogue(readJson('models.json', readText)),
    priceBook: (region) => {
      const file = `prices/${region}.json`;
      if (readText(file) === null) return null;
      const book = parsePriceBook(readJson(file, readText), `config/${file}`);
      if (book.region !== region) {
        throw new ConfigError(`config/${file} holds the prices of '${book.region}': its region must be ${region}`);
      }
      const own = privatePricesPath(region);
      return readText(own) === null ? book : withPrivatePrices(book, readJson(own, readText), `config/${own}`);
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

/**
 * Returns the text without the byte order mark that editors on Windows put first; `null` where there is no such file.
 * @throws ConfigError where there is something that is no readable file
 */
export function readTextFile(root: string, path: string): string | null {
  try {
    return readFileSync(join(root, path), 'utf8').replace(/^\uFEFF/, '');
  } catch (error) {
    if (isMissingFile(error)) return null;
    throw new ConfigError(`cannot read ${path}: ${unreadable(error)}`);
  }
}
