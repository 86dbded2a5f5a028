import type { ModelCatalogue } from '../catalogue/models.ts';
import type { Configured } from '../cost/configured.ts';
import { DEFAULTS } from '../cost/defaults.ts';
import type { Hosting } from '../cost/workload.ts';
import { PATH_SECTIONS, PATHS, type PathId } from '../paths.ts';
import type { AnsweringConfig } from './answering.ts';
import type { Config } from './config.ts';
import { ragSchema, type RagConfig } from './rag.ts';
import { plannedStore } from './stores.ts';
import { continuedPretrainingSchema, distillationSchema, type TrainingConfig } from './training.ts';

/** The share of a year's days that a weekday has, in days of a month. */
const DAYS_OF_A_WEEKDAY = 365 / 12 / 7;

/** What a configuration says of the things that an estimate prices. */
export function configuredOf(config: Config): Configured {
  const { region, promptOnly, rag, fineTuning, continuedPretraining, distillation } = config;
  const answers = modelOf(promptOnly);
  const ragModel = rag && modelOf(rag);
  return {
    region,
    promptOnly: answers,
    ragModel: ragModel !== undefined && JSON.stringify(ragModel) !== JSON.stringify(answers) ? ragModel : undefined,
    rag: rag && ragOf(rag, rag.embedding.modelId),
    ...(rag?.retrieval.search === 'hybrid' ? { searchesByWords: true } : {}),
    fineTuning: fineTuning && fineTuningOf(fineTuning),
    continuedPretraining:
      continuedPretraining?.customization.route === 'sagemaker'
        ? pretrainingOf(continuedPretraining.customization)
        : undefined,
    distillation: distillation && distillationOf(distillation),
    undeployable: PATHS.filter((path) => config.omitted[path] !== undefined),
    maxTokens: Object.fromEntries(
      PATHS.flatMap((path) => {
        const settings = answeringOf(config, path);
        return settings === undefined ? [] : [[path, settings.maxTokens]];
      }),
    ),
    stacks: Object.fromEntries(
      PATHS.flatMap((path) => {
        const settings = answeringOf(config, path);
        return settings === undefined
          ? []
          : [
              [
                path,
                {
                  memoryMb: settings.memoryMegabytes,
                  logRetentionDays: settings.logRetentionDays,
                  ...(settings.guardrail === undefined ? {} : { hasGuardrail: true }),
                },
              ],
            ];
      }),
    ),
  };
}

/** What the function of a path is set up with; undefined where there is no stack. */
function answeringOf(
  config: Config,
  path: PathId,
): Pick<AnsweringConfig, 'maxTokens' | 'memoryMegabytes' | 'logRetentionDays' | 'guardrail'> | undefined {
  const section = config[PATH_SECTIONS[path]];
  return section !== undefined && 'answering' in section ? section.answering : section;
}

/** The same of a configuration that nobody has written: its defaults. Which model answers has none. */
export function unconfigured({ defaults = {}, models }: ModelCatalogue): Configured {
  const hosting = (modelId: string | undefined): { hosting?: Hosting } =>
    modelId !== undefined && Object.hasOwn(models, modelId) ? onDemand(models[modelId]?.hosting ?? []) : {};
  return {
    region: undefined,
    promptOnly: undefined,
    ragModel: undefined,
    rag: ragOf(ragSchema.parse({}), defaults.embedding),
    fineTuning: { baseModelId: defaults.tuned, ...hosting(defaults.tuned) },
    continuedPretraining: pretrainingOf({ ...continuedPretrainingSchema.parse({}), instances: 1 }),
    distillation: {
      teacherModelId: defaults.teacher,
      studentModelId: defaults.student,
      ...hosting(defaults.student),
    },
    stacks: {},
  };
}

function modelOf({
  modelId,
  profileScope,
  serviceTier,
  promptCaching,
}: AnsweringConfig): NonNullable<Configured['promptOnly']> {
  return {
    modelId,
    profileScope,
    ...(promptCaching ? { promptCaching } : {}),
    tier: {
      ...(serviceTier === 'flex' ? { flexShare: 1 } : {}),
      ...(serviceTier === 'priority' ? { priorityShare: 1 } : {}),
    },
  };
}

type RagSettings = Pick<RagConfig, 'store' | 'chunking' | 'retrieval'> & {
  readonly embedding: { readonly dimensions: number };
};

function ragOf(
  { store, chunking, embedding, retrieval }: RagSettings,
  embeddingModelId: string | undefined,
): NonNullable<Configured['rag']> {
  const { topK, rerank } = retrieval;
  const vectorStore = plannedStore(store);
  return {
    ...(chunking.kind === 'none' ? {} : { chunking: chunksOf(chunking) }),
    ...(embeddingModelId === undefined
      ? {}
      : { embedding: { modelId: embeddingModelId, dimensions: embedding.dimensions } }),
    ...(vectorStore === undefined ? {} : { vectorStore }),
    retrieval: {
      chunksPerRequest: topK,
      // the model is given the parents of what was found
      ...(chunking.kind === 'hierarchical' ? { contextTokensPerRequest: topK * chunking.parentTokens } : {}),
      ...(rerank === undefined ? {} : { rerank: { modelId: rerank.model, candidatesPerRequest: rerank.candidates } }),
    },
  };
}

/** Chunks at their longest. */
function chunksOf(chunking: Exclude<RagConfig['chunking'], { kind: 'none' }>): {
  tokensPerChunk: number;
  overlapTokens?: number;
} {
  switch (chunking.kind) {
    case 'fixed':
      return {
        tokensPerChunk: chunking.maxTokens,
        overlapTokens: (chunking.maxTokens * chunking.overlapPercentage) / 100,
      };
    case 'hierarchical':
      return { tokensPerChunk: chunking.childTokens, overlapTokens: chunking.overlapTokens };
    case 'semantic':
      return { tokensPerChunk: chunking.maxTokens };
  }
}

function fineTuningOf({ customization, peakHours }: TrainingConfig): Configured['fineTuning'] {
  if (customization.route !== 'bedrock') return undefined;
  const epochs = Number(customization.hyperParameters['epochCount'] ?? NaN);
  return {
    baseModelId: customization.baseModelId,
    ...(epochs > 0 ? { epochs } : {}),
    ...hostingOf(customization.hosting, peakHours),
  };
}

function distillationOf(config: TrainingConfig): Configured['distillation'] {
  const { customization, teacherModel, peakHours, invocationLogsBucket } = config;
  if (customization.route !== 'bedrock' || teacherModel === undefined) return undefined;
  const { modelId, profileId } = teacherModel;
  const scope = profileId?.slice(0, profileId.length - modelId.length - 1) ?? 'in-region';
  const { teacherProfileScope } = distillationSchema.parse({ teacherProfileScope: scope });
  return {
    teacherModelId: modelId,
    teacherProfileScope,
    studentModelId: customization.baseModelId,
    ...(invocationLogsBucket === undefined ? {} : { reuseLoggedAnswers: true }),
    ...hostingOf(customization.hosting, peakHours),
  };
}

/** On demand all day, or throughput in the hours that are configured; nothing where the model can be called neither way. */
function hostingOf(kinds: readonly string[] = [], peak?: TrainingConfig['peakHours']): { hosting?: Hosting } {
  if (peak === undefined) return onDemand(kinds);
  const { hours, days, modelUnits } = peak;
  return {
    hosting: {
      kind: 'provisioned',
      commitment: 'none',
      modelUnits,
      // buying begins at the start hour
      schedule: {
        hoursPerDay: hours,
        daysPerMonth: days.length * DAYS_OF_A_WEEKDAY,
        leadHours: 0,
        requestShare: DEFAULTS.scheduledRequestShare,
      },
    },
  };
}

const onDemand = (kinds: readonly string[]): { hosting?: Hosting } =>
  kinds.includes('on-demand') ? { hosting: { kind: 'on-demand' } } : {};

interface PretrainingSettings {
  readonly instanceType: string;
  readonly instances: number;
  readonly volumeGb: number;
  readonly hyperParameters: Readonly<Record<string, string | number>>;
  readonly customModelUnits: number;
  readonly cmuVersion: 'v1' | 'v2';
}

function pretrainingOf(settings: PretrainingSettings): Configured['continuedPretraining'] {
  const { instanceType, instances, volumeGb, hyperParameters, customModelUnits, cmuVersion } = settings;
  const epochs = Number(hyperParameters['epochs'] ?? NaN);
  return {
    route: 'sagemaker',
    instanceType,
    instances,
    volumeGb,
    ...(epochs > 0 ? { epochs } : {}),
    hosting: { kind: 'imported', customModelUnits, cmuVersion },
  };
}
