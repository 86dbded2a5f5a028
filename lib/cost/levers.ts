import type { SmallerModels } from '../catalogue/models.ts';
import type { CostComponent } from '../meters/cost-component.ts';
import type { PathId } from '../paths.ts';
import { DEFAULTS, PATH_SECTIONS } from './defaults.ts';
import type { PathEstimate } from './estimate.ts';
import { inferenceOf, operationsOf } from './estimators.ts';
import { numberFields, withField } from './field.ts';
import type { Note } from './line-sheet.ts';
import { AURORA_SECRETS, storedGb } from './rag/vector-store.ts';
import { isWhole, nearestValid } from './valid-range.ts';
import type { Hosting, VectorStore, Workload } from './workload.ts';

/** Things that can be done about a cost: the seed's levers, by the component they act on. */
export const LEVERS = {
  'shorten-prompt': 'inference',
  'cap-output': 'inference',
  'cache-prompt': 'inference',
  batch: 'inference',
  flex: 'inference',
  'smaller-model': 'inference',
  'global-profile': 'inference',
  'stop-retries': 'inference',
  'on-demand-hosting': 'inference',
  'peak-hours-only': 'inference',
  'fewer-epochs': 'training',
  'sample-training-data': 'training',
  'retrain-less': 'training',
  'reuse-logged-answers': 'training',
  'parameter-efficient': 'training',
  'fewer-chunks': 'data',
  'smaller-chunks': 'data',
  's3-vectors': 'data',
  'paused-pgvector': 'data',
  'managed-knowledge-base': 'data',
  'no-standby': 'data',
  'smaller-vectors': 'data',
  'keep-logs-shorter': 'operations',
  'fewer-metrics': 'operations',
  'evaluate-less': 'operations',
  'guard-prompts-only': 'operations',
} as const satisfies Record<string, CostComponent>;

export type LeverId = keyof typeof LEVERS;

interface Change {
  readonly field: string;
  readonly from: number | string | boolean | null;
  readonly to: number | string | boolean;
}

/** What a lever does to the monthly figure of a path. */
export interface LeverEffect {
  readonly lever: LeverId;
  readonly component: CostComponent;
  readonly path: PathId;
  readonly change: Change;
  /** Negative is a saving. `null`: a price that only the changed workload needs is unknown. */
  readonly monthlyUsd: number | null;
  /** The same of the one-time figure. */
  readonly oneTimeUsd: number | null;
  /** Prices and fields of the workload for want of which the effect is unknown. */
  readonly unknownPriceIds: readonly string[];
  readonly missing: readonly string[];
  /** What must be known of the path once the lever is pulled, and is not said of it as it is. */
  readonly notes: readonly Note[];
}

/** A working day's peak: nine to five, on the working days of a month, with most of the traffic in it. */
export const PEAK = { hoursPerDay: 8, daysPerMonth: 22, leadHours: DEFAULTS.leadHours, requestShare: 0.8 };

/**
 * The effect of every lever that can be pulled on a path, each alone, the largest saving first.
 * @param price prices a path of a workload
 * @param smallerModels what the catalogue names as the smaller one of a model
 */
export function leverEffects(
  workload: Workload,
  path: PathId,
  price: (path: PathId, workload: Workload) => PathEstimate,
  smallerModels: SmallerModels,
): LeverEffect[] {
  const before = price(path, workload);
  return (Object.keys(LEVERS) as LeverId[])
    .flatMap((lever) => {
      const pulled = pull(lever, workload, path, smallerModels);
      if (pulled === undefined) return [];
      const after = price(path, pulled.workload);
      const effect = difference(before, after);
      if (effect.monthlyUsd === 0 && effect.oneTimeUsd === 0) return [];
      const notes = after.notes.filter((one) => !before.notes.includes(one));
      return [{ lever, component: LEVERS[lever], path, change: pulled.change, ...effect, notes }];
    })
    .sort(
      (one, other) =>
        (one.monthlyUsd ?? Infinity) - (other.monthlyUsd ?? Infinity) ||
        (one.oneTimeUsd ?? 0) - (other.oneTimeUsd ?? 0),
    );
}

export interface Difference {
  readonly monthlyUsd: number | null;
  readonly oneTimeUsd: number | null;
  readonly unknownPriceIds: readonly string[];
  readonly missing: readonly string[];
}

/**
 * What changed between two estimates, of one path or of two. Unknown lines that both have in the same quantity and
 * Region leave it known, and so does a field that one path misses before and after.
 */
export function difference(before: PathEstimate, after: PathEstimate): Difference {
  const ids = new Set([...before.unknownPriceIds, ...after.unknownPriceIds]);
  const unknownPriceIds = [...ids].filter(
    // elsewhere the same price may be another
    (id) => before.region !== after.region || unknownQuantity(after, id) !== unknownQuantity(before, id),
  );
  const fields = new Set([...before.missing, ...after.missing]);
  const missing = [...fields].filter(
    (field) => before.path !== after.path || !(before.missing.includes(field) && after.missing.includes(field)),
  );
  const known = unknownPriceIds.length === 0 && missing.length === 0 && !capacityChanged(before, after);
  return {
    monthlyUsd: known ? after.monthly.knownUsd - before.monthly.knownUsd : null,
    oneTimeUsd: known ? after.oneTime.knownUsd - before.oneTime.knownUsd : null,
    unknownPriceIds,
    missing,
  };
}

/** Whether one of them hangs on a capacity that is not known and the other does not. */
function capacityChanged(before: PathEstimate, after: PathEstimate): boolean {
  const unknown = ({ lines }: PathEstimate) => lines.filter(({ quantity }) => quantity === null).length;
  return unknown(before) !== unknown(after);
}

function unknownQuantity({ lines }: PathEstimate, id: string): string {
  return lines.flatMap(({ priceId, quantity, kind }) => (priceId === id ? [`${kind} ${String(quantity)}`] : [])).join();
}

interface Pulled {
  readonly workload: Workload;
  readonly change: Change;
}

/** The workload with a lever pulled as far as one would try first, or undefined where there is nothing to pull. */
function pull(lever: LeverId, workload: Workload, path: PathId, smallerModels: SmallerModels): Pulled | undefined {
  const section = PATH_SECTIONS[path];
  const inference = inferenceOf(workload, path);
  const operations = operationsOf(workload, path);
  const hosting: Hosting | undefined = workload[section]?.hosting;
  const tunes = path === 'fine-tuning' || path === 'continued-pretraining' || path === 'distillation';
  const onTokens = hosting === undefined ? !tunes : hosting.kind === 'on-demand';
  const set = (field: string, from: Change['from'], to: Change['to'], value: unknown = to): Pulled => ({
    workload: withField(workload, field, value),
    change: { field, from, to },
  });
  const scale = (field: string, from: number | undefined, by: number): Pulled | undefined =>
    from === undefined || from === 0 ? undefined : set(field, from, from * by);
  const own = (field: string) => `${section}.inference.${field}`;
  const moveVectors = (from: VectorStore['kind'], store: VectorStore): Pulled => {
    const moved = set('rag.vectorStore', from, store.kind, store);
    const { secrets } = operations;
    if (secrets === undefined) return moved;
    // where secrets are counted, those of an Aurora store come and go with it
    const change = AURORA_SECRETS * (Number(isAurora(store.kind)) - Number(isAurora(from)));
    const counted = { ...secrets, secrets: Math.max(0, secrets.secrets + change) };
    return { ...moved, workload: withField(moved.workload, 'rag.operations.secrets', counted) };
  };

  switch (lever) {
    case 'shorten-prompt': {
      const shorter = (inference.inputTokensPerRequest ?? 0) * 0.8;
      if (shorter < (inference.cachedPrefixTokensPerRequest ?? 0)) return undefined;
      return scale(own('inputTokensPerRequest'), inference.inputTokensPerRequest, 0.8);
    }
    case 'cap-output': {
      const { outputTokensPerRequest, outputTokenCap } = inference;
      if (outputTokensPerRequest === undefined || outputTokensPerRequest === 0) return undefined;
      return set(
        own('outputTokenCap'),
        outputTokenCap ?? null,
        Math.min(outputTokensPerRequest, outputTokenCap ?? Infinity) * 0.8,
      );
    }
    case 'cache-prompt': {
      const { inputTokensPerRequest = 0, cachedPrefixTokensPerRequest = 0 } = inference;
      if (!onTokens || inputTokensPerRequest === 0 || cachedPrefixTokensPerRequest > 0) return undefined;
      const prefix = inputTokensPerRequest / 2;
      const changed = withField(workload, own('cacheHitShare'), 0.9);
      const field = own('cachedPrefixTokensPerRequest');
      return { workload: withField(changed, field, prefix), change: { field, from: 0, to: prefix } };
    }
    case 'batch':
    case 'flex': {
      const field = lever === 'batch' ? 'batchShare' : 'flexShare';
      const { batchShare = 0, flexShare = 0, priorityShare = 0, latencyOptimizedShare = 0 } = inference;
      const standard = 1 - batchShare - flexShare - priorityShare - latencyOptimizedShare;
      if (tunes || !onTokens || standard < 0.02) return undefined;
      return set(own(field), inference[field] ?? 0, (inference[field] ?? 0) + standard / 2);
    }
    case 'smaller-model': {
      const { modelId = '' } = inference;
      const smaller = smallerModels[modelId];
      return tunes || smaller === undefined ? undefined : set(own('modelId'), modelId, smaller);
    }
    case 'global-profile': {
      if (tunes || !onTokens || inference.modelId === undefined || inference.profileScope === 'global')
        return undefined;
      return set(own('profileScope'), inference.profileScope ?? null, 'global');
    }
    case 'stop-retries':
      return (inference.retryShare ?? 0) > 0 ? set(own('retryShare'), inference.retryShare ?? 0, 0) : undefined;
    case 'on-demand-hosting': {
      if (hosting === undefined || hosting.kind === 'on-demand' || hosting.kind === 'none') return undefined;
      // an imported model may have no base model that Bedrock hosts
      if (hosting.kind === 'imported' && path === 'continued-pretraining') return undefined;
      const field = `${section}.hosting`;
      return {
        workload: withField(workload, field, tunes ? { kind: 'on-demand' } : undefined),
        change: { field, from: hosting.kind, to: 'on-demand' },
      };
    }
    case 'peak-hours-only': {
      if (hosting?.kind !== 'provisioned' || hosting.schedule !== undefined) return undefined;
      const scheduled: Hosting = { ...hosting, commitment: 'none', schedule: PEAK };
      const hours = PEAK.daysPerMonth * (PEAK.hoursPerDay + PEAK.leadHours);
      return set(`${section}.hosting`, workload.hoursPerMonth ?? DEFAULTS.hoursPerMonth, hours, scheduled);
    }
    case 'fewer-epochs': {
      const epochs = path === 'prompt-only' || path === 'rag' ? undefined : trainedSection(workload, path)?.epochs;
      return epochs === undefined || epochs <= 1 ? undefined : set(`${section}.epochs`, epochs, epochs - 1);
    }
    case 'sample-training-data': {
      if (path !== 'fine-tuning' && path !== 'continued-pretraining') return undefined;
      const sampled = workload[PATH_SECTIONS[path]];
      if (sampled === undefined || !('epochs' in sampled)) return undefined;
      return set(`${section}.sampledShare`, sampled.sampledShare ?? 1, (sampled.sampledShare ?? 1) / 2);
    }
    case 'retrain-less':
      return tunes
        ? scale(`${section}.retrainingRunsPerYear`, trainedSection(workload, path)?.retrainingRunsPerYear, 0.5)
        : undefined;
    case 'reuse-logged-answers': {
      if (path !== 'distillation' || workload.distillation === undefined) return undefined;
      if (workload.distillation.reuseLoggedAnswers === true) return undefined;
      return set('distillation.reuseLoggedAnswers', false, true);
    }
    case 'parameter-efficient': {
      // jobs on Bedrock are billed by the token, whatever they update
      const training = workload.continuedPretraining;
      if (path !== 'continued-pretraining' || training?.route !== 'sagemaker') return undefined;
      return scale('continuedPretraining.instanceHoursPerRun', training.instanceHoursPerRun, 0.5);
    }
    case 'fewer-chunks': {
      const chunks = workload.rag?.retrieval?.chunksPerRequest;
      if (path !== 'rag' || chunks === undefined || chunks < 2) return undefined;
      return set('rag.retrieval.chunksPerRequest', chunks, Math.ceil(chunks / 2));
    }
    case 'smaller-chunks': {
      const chunking = workload.rag?.chunking;
      if (path !== 'rag' || chunking === undefined) return undefined;
      const smaller = chunking.tokensPerChunk * 0.8;
      if ((chunking.overlapTokens ?? 0) >= smaller) return undefined;
      return set('rag.chunking.tokensPerChunk', chunking.tokensPerChunk, smaller);
    }
    case 's3-vectors': {
      const store = workload.rag?.vectorStore;
      if (path !== 'rag' || store === undefined || store.kind === 's3-vectors' || store.kind === 'managed') {
        return undefined;
      }
      const vectors = store.vectors === undefined ? {} : { vectors: store.vectors };
      return moveVectors(store.kind, { kind: 's3-vectors', ...vectors });
    }
    case 'paused-pgvector': {
      const store = workload.rag?.vectorStore;
      if (path !== 'rag' || store === undefined || store.kind === 's3-vectors' || store.kind === 'managed') {
        return undefined;
      }
      const activeHoursPerMonth = PEAK.hoursPerDay * PEAK.daysPerMonth;
      if (store.kind === 'aurora-serverless-v2') {
        return store.activeHoursPerMonth === undefined
          ? set('rag.vectorStore.activeHoursPerMonth', null, activeHoursPerMonth)
          : undefined;
      }
      const { vectors, storedGb } = store;
      const kept = { ...(vectors === undefined ? {} : { vectors }), ...(storedGb === undefined ? {} : { storedGb }) };
      return moveVectors(store.kind, {
        kind: 'aurora-serverless-v2',
        // I/O is included, so that no number of requests has to be guessed
        storage: 'io-optimized',
        minAcus: 0,
        acusWhenActive: 1,
        activeHoursPerMonth,
        ...kept,
      });
    }
    case 'managed-knowledge-base': {
      const store = workload.rag?.vectorStore;
      const indexGb = path === 'rag' && store?.kind !== 'managed' ? storedGb(workload.rag ?? {}) : undefined;
      if (store === undefined || indexGb === undefined) return undefined;
      return moveVectors(store.kind, { kind: 'managed', indexGb });
    }
    case 'no-standby': {
      const store = workload.rag?.vectorStore;
      if (path !== 'rag' || store?.kind !== 'opensearch-serverless' || store.standbyReplicas === false)
        return undefined;
      return set('rag.vectorStore.standbyReplicas', true, false);
    }
    case 'smaller-vectors':
      return path === 'rag' && (workload.rag?.embedding?.dimensions ?? 0) > 256
        ? scale('rag.embedding.dimensions', workload.rag?.embedding?.dimensions, 0.5)
        : undefined;
    case 'keep-logs-shorter': {
      const { logs } = operations;
      if (logs === undefined || logs.averageStoredGb !== undefined) return undefined;
      const days = logs.retentionDays ?? DEFAULTS.logRetentionDays;
      return operate(
        workload,
        path,
        'logs',
        { ...logs, retentionDays: days / 2 },
        'logs.retentionDays',
        days,
        days / 2,
      );
    }
    case 'fewer-metrics': {
      const { customMetrics = 0 } = operations;
      if (customMetrics === 0) return undefined;
      const fewer = Math.floor(customMetrics / 2);
      return operate(workload, path, 'customMetrics', fewer, 'customMetrics', customMetrics, fewer);
    }
    case 'evaluate-less': {
      const { evaluation } = operations;
      if (evaluation === undefined || evaluation.answersPerRun === 0) return undefined;
      const { answersPerRun } = evaluation;
      const changed = { ...evaluation, answersPerRun: answersPerRun / 2 };
      return operate(
        workload,
        path,
        'evaluation',
        changed,
        'evaluation.answersPerRun',
        answersPerRun,
        answersPerRun / 2,
      );
    }
    case 'guard-prompts-only': {
      const { guardrail } = operations;
      const policies = guardrail?.outputPolicies?.length ?? 0;
      if (policies === 0 || (guardrail?.inputPolicies?.length ?? 0) === 0) return undefined;
      const changed = { ...guardrail, outputPolicies: [] };
      return operate(workload, path, 'guardrail', changed, 'guardrail.outputPolicies', policies, 0);
    }
  }
}

const isAurora = (kind: VectorStore['kind']): boolean => kind === 'aurora-serverless-v2';

type Trained =
  { readonly epochs?: number | undefined; readonly retrainingRunsPerYear?: number | undefined } | undefined;

function trainedSection(workload: Workload, path: PathId): Trained {
  return workload[PATH_SECTIONS[path]] as Trained;
}

/** Changes the operations of one path alone: a whole section, because a path lays whole sections over the shared ones. */
function operate(
  workload: Workload,
  path: PathId,
  section: string,
  value: unknown,
  field: string,
  from: number,
  to: number,
): Pulled {
  const place = `${PATH_SECTIONS[path]}.operations`;
  return {
    workload: withField(workload, `${place}.${section}`, value),
    change: { field: `${place}.${field}`, from, to },
  };
}

/** How far the monthly figure of a path moves when one assumption is off. */
export interface Sensitivity {
  readonly field: string;
  readonly value: number;
  /** Monthly difference when the value is lower and when it is higher by `off`; `null` where unknown. */
  readonly lowerUsd: number | null;
  readonly higherUsd: number | null;
}

/**
 * The numbers of a workload by how much the monthly figure hangs on them, the most first. Numbers that change nothing
 * are left out.
 * @param off how far each is varied, as a part of its value; no further than the workload allows, whole things by whole ones
 */
export function sensitivities(
  workload: Workload,
  path: PathId,
  price: (path: PathId, workload: Workload) => PathEstimate,
  off = 0.2,
): Sensitivity[] {
  const before = price(path, workload);
  const differenceAt = (field: string, value: number): number | null =>
    difference(before, price(path, withField(workload, field, value))).monthlyUsd;
  return numberFields(workload)
    .filter(({ field, value }) => [1 - off, 1 + off].some((times) => differenceAt(field, value * times) !== 0))
    .map(({ field, value }) => {
      const whole = isWhole(workload, field, value);
      const [lower, higher] = [value * (1 - off), value * (1 + off)];
      const allowed = (wanted: number) => nearestValid(workload, field, value, wanted);
      return {
        field,
        value,
        lowerUsd: differenceAt(field, allowed(whole ? Math.floor(lower) : lower)),
        higherUsd: differenceAt(field, allowed(whole ? Math.ceil(higher) : higher)),
      };
    })
    .filter(({ lowerUsd, higherUsd }) => lowerUsd !== 0 || higherUsd !== 0)
    .sort((one, other) => swing(other) - swing(one));
}

function swing({ lowerUsd, higherUsd }: Sensitivity): number {
  return lowerUsd === null || higherUsd === null ? -1 : Math.max(Math.abs(lowerUsd), Math.abs(higherUsd));
}
