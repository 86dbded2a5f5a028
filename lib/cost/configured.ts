import { PATHS, type PathId } from '../paths.ts';
import type { AssumedField, StackSettings } from './assumed-operations.ts';
import { DEFAULTS } from './defaults.ts';
import { withField } from './field.ts';
import { plainTokens } from './request.ts';
import { scheduledRequestShare } from './traffic.ts';
import type { ContinuedPretraining, Distillation, FineTuning, Inference, Rag, Workload } from './workload.ts';

/** The model that a path calls, as it is configured. */
interface ConfiguredModel {
  readonly modelId: string;
  readonly profileScope: NonNullable<Inference['profileScope']>;
  /** True if what is the same in every call is marked for the prompt cache. @default it is not */
  readonly promptCaching?: boolean;
  /** Shares of a tier that is not the standard one. */
  readonly tier: Pick<Inference, 'flexShare' | 'priorityShare'>;
}

/** What a configuration says of the things that are priced: everything but volume and text. */
export interface Configured {
  readonly region: string | undefined;
  readonly promptOnly: ConfiguredModel | undefined;
  /** Undefined where the model is that of `promptOnly`. */
  readonly ragModel: ConfiguredModel | undefined;
  readonly rag:
    | (Pick<Rag, 'chunking' | 'embedding' | 'vectorStore'> & {
        readonly retrieval: Omit<NonNullable<Rag['retrieval']>, 'queryTokensPerRequest' | 'rulesTokensPerRequest'>;
      })
    | undefined;
  readonly fineTuning: FineTuning | undefined;
  readonly continuedPretraining: ContinuedPretraining | undefined;
  readonly distillation: Distillation | undefined;
  /** Paths that nothing is written of and whose defaults cannot work in its Region: they have no stack there. @default none */
  readonly undeployable?: readonly PathId[];
  /** The most tokens that the function of a path asks for in an answer. @default none is known */
  readonly maxTokens?: Readonly<Partial<Record<PathId, number>>>;
  /** What operating a stack hangs on. */
  readonly stacks: Readonly<Partial<Record<PathId, StackSettings>>>;
}

export interface WithConfigured {
  readonly workload: Workload;
  /** Fields that are the configuration's. */
  readonly taken: readonly string[];
  readonly assumed: readonly AssumedField[];
}

/** What the function of `rag` adds to a prompt, in tokens of four characters; a test counts them on a request that it makes. */
export const GROUNDING = { rulesTokens: 122, tokensPerPassage: 8 };

/** Tokens of a question that nobody gives: embedding a million of them costs less than a dollar. */
const QUERY_TOKENS = 40;

const TIERS = [
  'batchShare',
  'flexShare',
  'priorityShare',
  'latencyOptimizedShare',
  'ultrafastShare',
] as const satisfies readonly (keyof Inference)[];

/**
 * The workload with what is configured in every place where it says nothing. What it says itself stays.
 * @param region where it is priced: a profile is configured for one Region, and another may not offer it
 */
export function withConfigured(said: Workload, configured: Configured, region: string): WithConfigured {
  const taken: string[] = [];
  const assumed: AssumedField[] = [];
  const paths = said.paths ?? PATHS;
  const has = (path: PathId): boolean => paths.includes(path);
  const isThere = region === configured.region;

  /** Lays what is said over what is configured, field by field, and remembers what is taken. */
  const over = <T extends object>(place: string, own: T | undefined, from: T): T => {
    const open = Object.entries(from).filter(
      ([key, value]) => value !== undefined && own?.[key as keyof T] === undefined,
    );
    taken.push(...open.map(([key]) => `${place}.${key}`));
    return { ...(Object.fromEntries(open) as T), ...own };
  };

  const shared = said.inference ?? {};
  /** A profile and a tier go with the model that they are configured for. */
  const called = (own: Inference, from: ConfiguredModel): Inference => {
    const same = own.modelId === undefined || own.modelId === from.modelId;
    return { modelId: from.modelId, ...(same && isThere ? { profileScope: from.profileScope } : {}) };
  };
  const tierOf = (own: Inference, from: ConfiguredModel | undefined): Inference => {
    const same = own.modelId === undefined || own.modelId === from?.modelId;
    return from !== undefined && same && TIERS.every((share) => own[share] === undefined) ? from.tier : {};
  };

  let workload = said;
  const { request } = said;
  if (configured.promptOnly?.promptCaching === true && request !== undefined && request.cache === undefined) {
    // the function marks everything in front of the question
    const prefix = request.examples !== undefined ? 'examples' : 'instruction';
    if (request[prefix] !== undefined) {
      taken.push('request.cache');
      workload = { ...said, request: { ...request, cache: { prefix } } };
    }
  }
  const { promptOnly, ragModel, rag } = configured;
  if (promptOnly !== undefined) {
    workload = { ...workload, inference: over('inference', said.inference, called(shared, promptOnly)) };
    const tier = tierOf({ ...shared, ...said.promptOnly?.inference }, promptOnly);
    if (has('prompt-only') && Object.keys(tier).length > 0) {
      const inference = over('promptOnly.inference', said.promptOnly?.inference, tier);
      workload = { ...workload, promptOnly: { ...said.promptOnly, inference } };
    }
  }
  if (has('rag') && rag !== undefined) {
    const own = { ...shared, ...said.rag?.inference };
    const answers = ragModel ?? promptOnly;
    const differs = {
      // a model that the workload names for all paths is named for this one
      ...(ragModel !== undefined && own.modelId === undefined ? called(own, ragModel) : {}),
      ...tierOf(own, answers),
    };
    const inference =
      Object.keys(differs).length === 0
        ? said.rag?.inference
        : over('rag.inference', said.rag?.inference, withoutSaid(differs, shared));
    const { retrieval, embedding, ...others } = rag;
    const isManaged = said.rag?.vectorStore?.kind === 'managed';
    const queryTokensPerRequest =
      said.request === undefined ? QUERY_TOKENS : Math.ceil(plainTokens(said.request.question));
    if (said.rag?.retrieval === undefined && said.request === undefined) {
      assumed.push({ field: 'rag.retrieval.queryTokensPerRequest', value: QUERY_TOKENS, paths: ['rag'] });
    }
    const { vectorStore } = others;
    if (said.rag?.vectorStore === undefined && vectorStore?.kind === 'aurora-serverless-v2') {
      const { acusWhenActive: value } = vectorStore;
      assumed.push({ field: 'rag.vectorStore.acusWhenActive', value, paths: ['rag'] });
    }
    const section: Rag = {
      ...others,
      retrieval: {
        ...retrieval,
        rulesTokensPerRequest: GROUNDING.rulesTokens + retrieval.chunksPerRequest * GROUNDING.tokensPerPassage,
        queryTokensPerRequest,
      },
      ...(isManaged ? {} : { embedding }),
    };
    workload = {
      ...workload,
      rag: { ...over('rag', said.rag, section), ...(inference === undefined ? {} : { inference }) },
    };
  }
  const { fineTuning, continuedPretraining, distillation } = configured;
  if (has('fine-tuning') && fineTuning !== undefined) {
    const { baseModelId } = said.fineTuning ?? {};
    const isOther = baseModelId !== undefined && baseModelId !== fineTuning.baseModelId;
    const { epochs, ...rest } = fineTuning;
    const from = isOther || epochs === undefined ? rest : { ...rest, epochs };
    workload = { ...workload, fineTuning: over('fineTuning', said.fineTuning, from) };
  }
  // another route has nothing of what is configured
  const route = said.continuedPretraining?.route ?? continuedPretraining?.route;
  if (
    has('continued-pretraining') &&
    continuedPretraining !== undefined &&
    route === continuedPretraining.route &&
    said.continuedPretraining?.baseModelId === undefined
  ) {
    workload = {
      ...workload,
      continuedPretraining: over('continuedPretraining', said.continuedPretraining, continuedPretraining),
    };
  }
  const pretraining = workload.continuedPretraining;
  if (
    has('continued-pretraining') &&
    pretraining?.route === 'sagemaker' &&
    pretraining.parametersBillions === undefined &&
    pretraining.instanceHoursPerRun === undefined &&
    pretraining.hosting?.kind === 'imported' &&
    pretraining.hosting.customModelUnits === DEFAULTS.unitsOfParameters
  ) {
    const { parametersBillions: value } = DEFAULTS;
    workload = { ...workload, continuedPretraining: { ...pretraining, parametersBillions: value } };
    assumed.push({ field: 'continuedPretraining.parametersBillions', value, paths: ['continued-pretraining'] });
  }
  if (has('distillation') && distillation !== undefined) {
    const { teacherModelId } = said.distillation ?? {};
    const isOther = teacherModelId !== undefined && teacherModelId !== distillation.teacherModelId;
    const { teacherProfileScope, ...rest } = distillation;
    const from = isOther || !isThere || teacherProfileScope === undefined ? rest : { ...rest, teacherProfileScope };
    workload = { ...workload, distillation: over('distillation', said.distillation, from) };
  }
  for (const [path, section] of [
    ['fine-tuning', 'fineTuning'],
    ['distillation', 'distillation'],
  ] as const) {
    if (!has(path) || said[section]?.hosting !== undefined) continue;
    const hosting = workload[section]?.hosting;
    if (hosting === undefined && configured.undeployable?.includes(path) === true) {
      // a comparison prices the path in another Region: hosted there as the stack hosts a model where nothing is written
      const kind = 'on-demand';
      workload = withField(workload, `${section}.hosting`, { kind });
      assumed.push({ field: `${section}.hosting.kind`, value: kind, paths: [path] });
    }
    if (hosting?.kind === 'provisioned' && hosting.schedule !== undefined) {
      // the hours are configured, and not how many requests come in them
      const value = scheduledRequestShare(said, hosting.schedule);
      const field = `${section}.hosting.schedule.requestShare`;
      workload = withField(workload, field, value);
      assumed.push({ field, value, paths: [path] });
    }
  }
  return { workload, taken, assumed };
}

/** Leaves out what is said for all paths: it is said for this one too. */
function withoutSaid(from: Inference, shared: Inference): Inference {
  return Object.fromEntries(Object.entries(from).filter(([key]) => shared[key as keyof Inference] === undefined));
}
