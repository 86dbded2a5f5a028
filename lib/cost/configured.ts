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
  /** True if `rag` searches by words too. @default by meaning only */
  readonly searchesByWords?: boolean;
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

/** The inputs of every layer, and the fields that layers have filled so far. */
interface Laying {
  readonly said: Workload;
  readonly configured: Configured;
  /** True in the Region that the configuration is for: a profile is configured for one, and another may not offer it. */
  readonly isThere: boolean;
  readonly taken: string[];
  readonly assumed: AssumedField[];
}

/** Adds to a workload what is configured of one part of it. */
type Layer = (workload: Workload, laying: Laying) => Workload;

/** In their order: a later one may read what an earlier one has laid. */
const LAYERS: readonly Layer[] = [
  withMarkedPrefix,
  withPromptOnly,
  withRag,
  withFineTuning,
  withContinuedPretraining,
  withParameters,
  withDistillation,
  withHosting,
];

/**
 * The workload with what is configured in every place where it says nothing. What it says itself stays.
 * @param region where it is priced
 */
export function withConfigured(said: Workload, configured: Configured, region: string): WithConfigured {
  const laying: Laying = { said, configured, isThere: region === configured.region, taken: [], assumed: [] };
  const workload = LAYERS.reduce((laid, layer) => layer(laid, laying), said);
  return { workload, taken: laying.taken, assumed: laying.assumed };
}

const has = (path: PathId, { said }: Laying): boolean => (said.paths ?? PATHS).includes(path);

/** Fills the fields that the workload leaves open from the configuration, and records which. */
function over<T extends object>(place: string, own: T | undefined, from: T, { taken }: Laying): T {
  const open = Object.entries(from).filter(
    ([key, value]) => value !== undefined && own?.[key as keyof T] === undefined,
  );
  taken.push(...open.map(([key]) => `${place}.${key}`));
  return { ...(Object.fromEntries(open) as T), ...own };
}

const isSameModel = ({ modelId }: Inference, from: ConfiguredModel): boolean =>
  modelId === undefined || modelId === from.modelId;

/** The configured model; its profile goes with it alone. */
const called = (own: Inference, from: ConfiguredModel, { isThere }: Laying): Inference => ({
  modelId: from.modelId,
  ...(isSameModel(own, from) && isThere ? { profileScope: from.profileScope } : {}),
});

/** The configured tier, which goes with its model alone, where the workload says nothing of tiers. */
const tierOf = (own: Inference, from: ConfiguredModel | undefined): Inference =>
  from !== undefined && isSameModel(own, from) && TIERS.every((share) => own[share] === undefined) ? from.tier : {};

/** The function marks everything in front of the question for the prompt cache. */
function withMarkedPrefix(workload: Workload, { configured, taken }: Laying): Workload {
  const { request } = workload;
  if (configured.promptOnly?.promptCaching !== true || request === undefined || request.cache !== undefined) {
    return workload;
  }
  const prefix = request.examples !== undefined ? 'examples' : 'instruction';
  if (request[prefix] === undefined) return workload;
  taken.push('request.cache');
  return { ...workload, request: { ...request, cache: { prefix } } };
}

/** The model of `promptOnly` answers on every path that does not name its own. */
function withPromptOnly(workload: Workload, laying: Laying): Workload {
  const { said, configured } = laying;
  const { promptOnly } = configured;
  if (promptOnly === undefined) return workload;
  const shared = said.inference ?? {};
  const laid = {
    ...workload,
    inference: over('inference', said.inference, called(shared, promptOnly, laying), laying),
  };
  const tier = tierOf({ ...shared, ...said.promptOnly?.inference }, promptOnly);
  if (!has('prompt-only', laying) || Object.keys(tier).length === 0) return laid;
  const inference = over('promptOnly.inference', said.promptOnly?.inference, tier, laying);
  return { ...laid, promptOnly: { ...said.promptOnly, inference } };
}

function withRag(workload: Workload, laying: Laying): Workload {
  const { said, configured } = laying;
  const { rag } = configured;
  if (!has('rag', laying) || rag === undefined) return workload;
  const inference = ragInference(laying);
  const { retrieval, embedding, ...others } = rag;
  const isManaged = said.rag?.vectorStore?.kind === 'managed';
  const queryTokensPerRequest =
    said.request === undefined ? QUERY_TOKENS : Math.ceil(plainTokens(said.request.question));
  assumeOfRag(laying);
  const section: Rag = {
    ...others,
    retrieval: {
      ...retrieval,
      rulesTokensPerRequest: GROUNDING.rulesTokens + retrieval.chunksPerRequest * GROUNDING.tokensPerPassage,
      queryTokensPerRequest,
    },
    ...(isManaged ? {} : { embedding }),
  };
  return {
    ...workload,
    rag: { ...over('rag', said.rag, section, laying), ...(inference === undefined ? {} : { inference }) },
  };
}

/** What `rag` says of its own model and tier. */
function ragInference(laying: Laying): Inference | undefined {
  const { said, configured } = laying;
  const { promptOnly, ragModel } = configured;
  const shared = said.inference ?? {};
  const own = { ...shared, ...said.rag?.inference };
  const differs = {
    // a model that the workload names for all paths is named for this one
    ...(ragModel !== undefined && own.modelId === undefined ? called(own, ragModel, laying) : {}),
    ...tierOf(own, ragModel ?? promptOnly),
  };
  return Object.keys(differs).length === 0
    ? said.rag?.inference
    : over('rag.inference', said.rag?.inference, withoutSaid(differs, shared), laying);
}

function assumeOfRag({ said, configured, assumed }: Laying): void {
  if (said.rag?.retrieval === undefined && said.request === undefined) {
    assumed.push({ field: 'rag.retrieval.queryTokensPerRequest', value: QUERY_TOKENS, paths: ['rag'] });
  }
  const vectorStore = configured.rag?.vectorStore;
  if (said.rag?.vectorStore === undefined && vectorStore?.kind === 'aurora-serverless-v2') {
    const { acusWhenActive: value } = vectorStore;
    assumed.push({ field: 'rag.vectorStore.acusWhenActive', value, paths: ['rag'] });
  }
}

function withFineTuning(workload: Workload, laying: Laying): Workload {
  const { said, configured } = laying;
  const { fineTuning } = configured;
  if (!has('fine-tuning', laying) || fineTuning === undefined) return workload;
  const { baseModelId } = said.fineTuning ?? {};
  const isOther = baseModelId !== undefined && baseModelId !== fineTuning.baseModelId;
  const { epochs, ...rest } = fineTuning;
  const from = isOther || epochs === undefined ? rest : { ...rest, epochs };
  return { ...workload, fineTuning: over('fineTuning', said.fineTuning, from, laying) };
}

/** Another route, or weights that are named, have nothing of what is configured. */
function withContinuedPretraining(workload: Workload, laying: Laying): Workload {
  const own = laying.said.continuedPretraining;
  const from = laying.configured.continuedPretraining;
  if (!has('continued-pretraining', laying) || from === undefined) return workload;
  if ((own?.route ?? from.route) !== from.route || own?.baseModelId !== undefined) return workload;
  return { ...workload, continuedPretraining: over('continuedPretraining', own, from, laying) };
}

/** Assumes the default number of parameters where it is not given and the custom model units are those of that size. */
function withParameters(workload: Workload, laying: Laying): Workload {
  const { continuedPretraining: pretraining } = workload;
  if (
    !has('continued-pretraining', laying) ||
    pretraining?.route !== 'sagemaker' ||
    pretraining.parametersBillions !== undefined ||
    pretraining.instanceHoursPerRun !== undefined ||
    pretraining.hosting?.kind !== 'imported' ||
    pretraining.hosting.customModelUnits !== DEFAULTS.unitsOfParameters
  ) {
    return workload;
  }
  const { parametersBillions: value } = DEFAULTS;
  laying.assumed.push({
    field: 'continuedPretraining.parametersBillions',
    value,
    paths: ['continued-pretraining'],
  });
  return { ...workload, continuedPretraining: { ...pretraining, parametersBillions: value } };
}

function withDistillation(workload: Workload, laying: Laying): Workload {
  const { said, configured, isThere } = laying;
  const { distillation } = configured;
  if (!has('distillation', laying) || distillation === undefined) return workload;
  const { teacherModelId } = said.distillation ?? {};
  const isOther = teacherModelId !== undefined && teacherModelId !== distillation.teacherModelId;
  const { teacherProfileScope, ...rest } = distillation;
  const from = isOther || !isThere || teacherProfileScope === undefined ? rest : { ...rest, teacherProfileScope };
  return { ...workload, distillation: over('distillation', said.distillation, from, laying) };
}

/** What a hosted model needs and the configuration does not say, where the workload does not say how it is hosted. */
function withHosting(workload: Workload, laying: Laying): Workload {
  const { said, configured, assumed } = laying;
  let laid = workload;
  for (const [path, section] of [
    ['fine-tuning', 'fineTuning'],
    ['distillation', 'distillation'],
  ] as const) {
    if (!has(path, laying) || said[section]?.hosting !== undefined) continue;
    const hosting = laid[section]?.hosting;
    if (hosting === undefined && configured.undeployable?.includes(path) === true) {
      // a comparison prices the path in another Region: hosted there as the stack hosts a model where nothing is written
      const kind = 'on-demand';
      laid = withField(laid, `${section}.hosting`, { kind });
      assumed.push({ field: `${section}.hosting.kind`, value: kind, paths: [path] });
    }
    if (hosting?.kind === 'provisioned' && hosting.schedule !== undefined) {
      // the hours are configured, and not how many requests come in them
      const value = scheduledRequestShare(said, hosting.schedule);
      const field = `${section}.hosting.schedule.requestShare`;
      laid = withField(laid, field, value);
      assumed.push({ field, value, paths: [path] });
    }
  }
  return laid;
}

/** Leaves out what is said for all paths: it is said for this one too. */
function withoutSaid(from: Inference, shared: Inference): Inference {
  return Object.fromEntries(Object.entries(from).filter(([key]) => shared[key as keyof Inference] === undefined));
}
