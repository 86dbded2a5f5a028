import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { knownRegions, modelCatalogueSchema, type ModelCatalogue } from '../catalogue/models.ts';
import { SCOPE_FIELDS, type DeploymentScope } from '../deployment/scope.ts';
import { isMissingFile, unreadable } from '../errors/file-errors.ts';
import { describeIssues } from '../json/schema-issues.ts';
import type { PathId } from '../paths.ts';
import { parsePriceBook } from '../prices/price-book.ts';
import { promptOnlySchema, resolveAnswering, type AnsweringConfig } from './answering.ts';
import { comparisonSchema, type ComparisonConfig } from './comparison.ts';
import { ragSchema, resolveRag, type RagConfig } from './rag.ts';
import { ConfigError, configError, readJson, type ConfigSources, type SectionContext } from './sources.ts';
import {
  continuedPretrainingSchema,
  distillationSchema,
  fineTuningSchema,
  resolveContinuedPretraining,
  resolveDistillation,
  resolveFineTuning,
  type TrainingConfig,
} from './training.ts';

/** What `config/environment.json` holds; the JSON Schema for editors is made from it. */
export const environmentSchema = z.strictObject({
  $schema: z.string().optional(),
  ...SCOPE_FIELDS,
  promptOnly: promptOnlySchema.describe('The stack prompt-only: costs nothing while nobody asks.'),
  rag: ragSchema
    .optional()
    .describe(
      'The stack rag: answers from your documents, with citations. Its vector store costs money while idle unless it is s3-vectors. Default: every setting at its default.',
    ),
  fineTuning: fineTuningSchema
    .optional()
    .describe(
      'The stack fine-tuning: deployed, it costs nothing until a run begins; a trained model costs its storage. Default: every setting at its default.',
    ),
  continuedPretraining: continuedPretrainingSchema
    .optional()
    .describe(
      'The stack continued-pretraining: deployed, it costs nothing until a run begins; SageMaker bills its instances by the hour, and an imported model its storage. Default: every setting at its default.',
    ),
  distillation: distillationSchema
    .optional()
    .describe(
      'The stack distillation: deployed, it costs nothing until a run begins; the teacher is billed for every prompt, and a trained model costs its storage. Default: every setting at its default.',
    ),
  comparison: comparisonSchema
    .optional()
    .describe(
      'The stack comparison, in us-east-1, which no path needs: dashboard, budgets, anomaly monitors, cost category, and a CUR 2.0 export that Athena reads. Idle it costs $3 a month for the dashboard beyond the three that are free in each account, and storage of the export (S3, $0.023 a GB and month). Budgets, monitors, cost category, export and table are free; a query costs $5 a TB, at least 10 MB. What CloudWatch charges for looking at a dashboard is unknown. CloudTrail needs no setting and none is offered: InvokeModel and Converse, with or without a stream, are management events, of which Event history keeps 90 days for nothing and a first trail delivers a copy for nothing. Retrieve, RenderPrompt and ApplyGuardrail are data events, which only a trail of your own records, at $0.10 per 100,000 and the storage. The dashboard shows the metrics of the account that the stack is in. Cost Explorer must have been opened once in the account. Default: no such stack.',
    ),
});

export type EnvironmentInput = z.input<typeof environmentSchema>;

/** The whole configuration, checked: what the stacks are made from. */
export interface Config extends DeploymentScope {
  readonly promptOnly: AnsweringConfig;
  /** Undefined where nobody wrote the section and its defaults cannot work: see `omitted`. */
  readonly rag?: RagConfig | undefined;
  /** The three training paths; undefined as `rag` is. */
  readonly fineTuning?: TrainingConfig | undefined;
  readonly continuedPretraining?: TrainingConfig | undefined;
  readonly distillation?: TrainingConfig | undefined;
  /** Paths that no stack is made for, and why. */
  readonly omitted: Readonly<Partial<Record<PathId, string>>>;
  /** Undefined where no stack compares the paths. */
  readonly comparison?: ComparisonConfig | undefined;
}

/** @throws ConfigError that names every wrong key, its value and what is allowed. */
export function parseConfig(json: unknown, sources: ConfigSources, file = 'config/environment.json'): Config {
  const parsed = environmentSchema.safeParse(json);
  if (!parsed.success) throw configError(file, describeIssues(parsed.error.issues, json, environmentSchema));
  const { project, environment, region, account, promptOnly, rag, comparison } = parsed.data;
  const { fineTuning, continuedPretraining, distillation } = parsed.data;
  const regions = knownRegions(sources.catalogue);
  if (!regions.includes(region)) {
    throw configError(
      file,
      `  region: no model of config/models.json is known in '${region}'; allowed: ${regions.join(', ')}`,
    );
  }
  const context = (section: string, path: PathId): SectionContext => ({ sources, section, path, region, file });
  const omitted: Partial<Record<PathId, string>> = {};
  const unlessOmitted = <T>(section: object | undefined, path: PathId, resolve: () => T): T | undefined => {
    try {
      return resolve();
    } catch (error) {
      if (section !== undefined || !(error instanceof ConfigError)) throw error;
      omitted[path] = error.message;
      return undefined;
    }
  };
  return {
    project,
    environment,
    region,
    account,
    promptOnly: resolveAnswering(promptOnly, context('promptOnly', 'prompt-only')),
    rag: unlessOmitted(rag, 'rag', () => resolveRag(rag ?? ragSchema.parse({}), promptOnly, context('rag', 'rag'))),
    fineTuning: unlessOmitted(fineTuning, 'fine-tuning', () =>
      resolveFineTuning(fineTuning ?? fineTuningSchema.parse({}), promptOnly, context('fineTuning', 'fine-tuning')),
    ),
    continuedPretraining: unlessOmitted(continuedPretraining, 'continued-pretraining', () =>
      resolveContinuedPretraining(
        continuedPretraining ?? continuedPretrainingSchema.parse({}),
        promptOnly,
        context('continuedPretraining', 'continued-pretraining'),
      ),
    ),
    distillation: unlessOmitted(distillation, 'distillation', () =>
      resolveDistillation(
        distillation ?? distillationSchema.parse({}),
        promptOnly,
        context('distillation', 'distillation'),
      ),
    ),
    omitted,
    comparison,
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

/**
 * Returns the text without the byte order mark that editors on Windows put first; `null` where there is no such file.
 * @throws ConfigError where there is something that is no readable file
 */
function readTextFile(root: string, path: string): string | null {
  try {
    return readFileSync(join(root, path), 'utf8').replace(/^\uFEFF/, '');
  } catch (error) {
    if (isMissingFile(error)) return null;
    throw new ConfigError(`cannot read ${path}: ${unreadable(error)}`);
  }
}
