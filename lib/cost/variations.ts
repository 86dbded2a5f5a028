import { DEPLOYED_STORES, STORE_FACTS } from '../catalogue/stores.ts';
import { tokenFactor } from '../catalogue/token-factor.ts';
import type { PathId } from '../paths.ts';
import { DEFAULTS } from './defaults.ts';
import { inferenceOf, operationsOf } from './estimators.ts';
import { withField } from './field.ts';
import { moveVectors } from './levers/retrieval.ts';
import { countedModel, requestOf, type ComparisonContext } from './like-for-like.ts';
import { STORES } from './rag/stores.ts';
import { withCachedPrefix, withTextAhead } from './request.ts';
import type { Workload } from './workload.ts';

/**
 * The simplest things that could work. `text-in-prompt`: the documents stand in the prompt, and nothing is retrieved.
 * `cached-prefix`: what is the same in every prompt is cached. `cheaper-store`: another store holds the vectors.
 */
export const VARIATION_IDS = ['text-in-prompt', 'cached-prefix', 'cheaper-store'] as const;

export type VariationId = (typeof VARIATION_IDS)[number];

export const isVariation = (id: string): id is VariationId => (VARIATION_IDS as readonly string[]).includes(id);

interface Varied {
  readonly path: PathId;
  readonly modelId: string;
  readonly workload: Workload;
  readonly context: ComparisonContext;
}

/** A way in which a path could answer and is not set up, as other workloads that any estimate takes. */
interface Variation {
  readonly id: VariationId;
  /** True if it is shown dearer or impossible too; the others only where they cost less. */
  readonly isAlways: boolean;
  /** Every way to do it on a path; none where there is nothing to vary. */
  readonly workloads: (varied: Varied) => Workload[];
}

const HOW: Record<VariationId, Omit<Variation, 'id'>> = {
  'text-in-prompt': { isAlways: true, workloads: textInPrompt },
  'cached-prefix': { isAlways: false, workloads: cachedPrefix },
  'cheaper-store': { isAlways: false, workloads: otherStores },
};

export const VARIATIONS: readonly Variation[] = VARIATION_IDS.map((id) => ({ id, ...HOW[id] }));

/** The whole of the documents at the head of every prompt: the same each time, so that it is marked for the cache. */
function textInPrompt({ path, modelId, workload, context: { catalogue } }: Varied): Workload[] {
  const { documents } = workload.rag ?? {};
  if (path !== 'prompt-only' || documents === undefined) return [];
  const tokens = documents.documents * documents.tokensPerDocument;
  if (tokens === 0) return [workload];
  const inference = inferenceOf(workload, path);
  // hits that are given or were counted are those of a shorter prefix
  const own = { ...workload.promptOnly?.inference, cacheHitShare: undefined, cacheMeasured: undefined };
  const withOwn = (changed: object): Workload => withField(workload, 'promptOnly.inference', { ...own, ...changed });
  const request = requestOf(path, workload);
  if (request !== undefined) return [{ ...withOwn({}), request: withTextAhead(request, tokens, catalogue) }];
  const { calls, inputTokensPerRequest: input, cachedPrefixTokensPerRequest: prefix } = inference;
  if (calls !== undefined) {
    const longer = calls.map((call) => {
      const added = call.name === 'answer' ? tokens * tokenFactor(catalogue, call.modelId ?? modelId) : 0;
      const cachedPrefixTokens = (call.cachedPrefixTokens ?? DEFAULTS.cachedPrefixTokensPerRequest) + added;
      return { ...call, inputTokens: call.inputTokens + added, cachedPrefixTokens };
    });
    return [withOwn({ calls: longer })];
  }
  const added = tokens * tokenFactor(catalogue, countedModel(path, workload) ?? modelId);
  return [
    withOwn({
      ...(input === undefined ? {} : { inputTokensPerRequest: input + added }),
      cachedPrefixTokensPerRequest: (prefix ?? DEFAULTS.cachedPrefixTokensPerRequest) + added,
    }),
  ];
}

/** Of figures in tokens nobody knows what is the same in every prompt: only the text of a request says it. */
function cachedPrefix({ path, workload }: Varied): Workload[] {
  if (path !== 'prompt-only' && path !== 'rag') return [];
  const text = requestOf(path, workload);
  const request = text === undefined ? undefined : withCachedPrefix(text);
  return request === undefined ? [] : [{ ...workload, request }];
}

/** Every other store that can be deployed and searches as retrieval is configured to, where nothing but its vectors need be told. */
function otherStores({ path, workload, context: { searchesByWords = false } }: Varied): Workload[] {
  const from = path === 'rag' ? workload.rag?.vectorStore : undefined;
  if (from === undefined) return [];
  const position = { workload, operations: operationsOf(workload, path) };
  return DEPLOYED_STORES.filter((kind) => kind !== from.kind).flatMap((kind) => {
    const store = STORES[kind].moved?.(from.kind === 'managed' ? {} : sizeOf(from));
    if (store === undefined || (searchesByWords && !STORE_FACTS[kind].searchesByWords)) return [];
    return [moveVectors(position, from.kind, store).workload];
  });
}

const sizeOf = ({
  vectors,
  storedGb,
}: {
  readonly vectors?: number | undefined;
  readonly storedGb?: number | undefined;
}): { vectors?: number | undefined; storedGb?: number | undefined } => ({ vectors, storedGb });
