import type { SmallerModels } from '../catalogue/models.ts';
import { PATH_SECTIONS, PATHS, TRAINING_PATHS, type PathId, type TrainingPath } from '../paths.ts';
import type { Total } from './cost-line.ts';
import { DEFAULTS } from './defaults.ts';
import { difference } from './difference.ts';
import type { PathEstimate } from './estimate.ts';
import { inferenceOf } from './estimators.ts';
import { withField } from './field.ts';
import { PEAK } from './levers/lever.ts';
import { modelOfPath } from './like-for-like.ts';
import type { Note } from './line-sheet.ts';
import type { MonthlySplit, Split } from './split.ts';
import type { Hosting, Needs, Workload } from './workload.ts';

/** A need that a path may or may not meet; what only tells how to meet it counts for no path and against none. */
export type NeedId =
  | 'privateDocuments'
  | 'citations'
  | 'documentUpdates'
  | 'strictFormat'
  | 'labelledExamples'
  | 'deepDomain'
  | 'unlabelledCorpus'
  | 'lowLatency'
  | 'dailyPeaks'
  | 'asynchronous'
  | 'highVolume';

/** What one of the three steps comes to. */
export type StepOutcome =
  | 'prompt-first'
  | 'retrieve'
  | 'no-tuning'
  | 'tune'
  | 'tune-beside-retrieval'
  | 'too-few-examples'
  | 'no-special-training'
  | 'pretrain'
  | 'no-corpus'
  | 'distil';

interface Step {
  readonly step: 1 | 2 | 3;
  readonly outcome: StepOutcome;
  /** The needs that decided it. */
  readonly because: readonly NeedId[];
}

/** What the rule of thumb adds to a path, each held against the numbers. */
export type Advice = 'smaller-model' | 'batch' | 'throughput-at-peak' | 'small-fine-tuning' | 'smaller-than-distilled';

export interface AdviceCheck {
  readonly advice: Advice;
  readonly path: PathId;
  /** What following it does to the monthly figure; `null` is unknown. */
  readonly monthlyUsd: number | null;
  readonly split: Split;
  readonly verdict: 'saves' | 'costs-more' | 'no-difference' | 'unknown';
  /** Prices for want of which it is unknown. */
  readonly unknownPriceIds: readonly string[];
  /** Those of them that AWS does not sell. */
  readonly notOffered: readonly string[];
  /** Fields of the workload for want of which it is unknown. */
  readonly missing: readonly string[];
  /** What must be known of following it, and is not said of the path as it is. */
  readonly notes: readonly Note[];
}

interface PathFit {
  readonly path: PathId;
  readonly monthly: Total;
  readonly oneTime: Total;
  readonly usdPer1kRequests: number | null;
  /** Months over which what is paid once is spread. */
  readonly lifeMonths: number;
  /** The month and the share of one-time costs; `null` is unknown. */
  readonly overLifeUsd: number | null;
  /** What the path costs more than the rule's a month; `null`: it is the rule's. */
  readonly split: Split | null;
  /** Whether anything answers at all: a tuned model may be hosted nowhere, and a model may have ended. */
  readonly answers: boolean;
  /** Needs that the path does not meet by itself. */
  readonly lacking: readonly NeedId[];
}

/** The model of a tuned path as it is, without training, where it costs no more than tuned. */
interface UntunedFit {
  readonly beside: PathId;
  readonly modelId: string;
  readonly profileScope: string | null;
  readonly region: string;
  readonly monthly: Total;
  readonly oneTime: Total;
  readonly usdPer1kRequests: number | null;
  /** What it costs a month more than tuned, mostly less. */
  readonly split: Split;
}

export interface Recommendation {
  readonly steps: readonly Step[];
  /** The path that the three steps lead to. */
  readonly rule: PathId;
  readonly checks: readonly AdviceCheck[];
  readonly fits: readonly PathFit[];
  /** The cheapest of the paths that meet the needs best; `null` where an unknown total could be cheaper. */
  readonly cheapest: PathId | null;
  /** The same with one-time costs spread over the life of what they pay for. */
  readonly cheapestOverLife: PathId | null;
  readonly untuned: readonly UntunedFit[];
  /**
   * Whether the rule of thumb and the numbers name the same path. `disagree`: another one meets the same needs for less.
   * `meets-more`: another one meets needs that the rule's path does not, so that no price decides between them.
   * `rule-answers-nothing`: the rule's path is hosted nowhere, or its model has ended, so that its cost is not one of answering.
   */
  readonly agreement: 'agree' | 'disagree' | 'meets-more' | 'rule-answers-nothing' | 'unknown';
  /** Needs that the cheapest of the best meets and the rule's path does not. */
  readonly meetsMore: readonly NeedId[];
}

/** From here on a request's own price outweighs a training run: the order of magnitude of the seed's "large traffic". */
const HIGH_VOLUME_REQUESTS_PER_MONTH = 1_000_000;

/** Fewer examples are below what the Bedrock user guide advises for tuning. */
const FEWEST_EXAMPLES = 100;

/** Rounding is no difference. */
const NOTHING_USD = 1e-9;

type Price = (path: PathId, workload: Workload) => PathEstimate;

/** The model to try in place of the one that a path calls; undefined where none is known to be smaller. */
type SmallerModel = (path: PathId) => string | undefined;

/** What is priced, each path once. */
interface Priced {
  readonly workload: Workload;
  readonly price: Price;
  readonly estimates: Readonly<Record<PathId, PathEstimate>>;
  readonly smallerModel: SmallerModel;
  readonly splitOf: MonthlySplit;
  /** Makes of a workload the one that a path is priced by. */
  readonly resolve: (path: PathId, workload: Workload) => Workload;
}

/**
 * Walks the three steps, prices every path and every piece of advice, and says whether rule and numbers agree.
 * @param resolve makes of a workload the one that a path is priced by. Default: it is the same
 */
export function recommend(
  workload: Workload,
  price: Price,
  smallerModels: SmallerModels,
  splitOf: MonthlySplit,
  resolve: Priced['resolve'] = (_, same) => same,
): Recommendation {
  const smallerModel: SmallerModel = (path) => smallerModels.get(inferenceOf(workload, path).modelId ?? '');
  const needs = workload.needs ?? {};
  const steps = [firstStep(needs), secondStep(needs), thirdStep(needs, workload.requestsPerMonth)];
  const rule = ruleOf(steps);
  const estimates = Object.fromEntries(PATHS.map((path) => [path, price(path, workload)])) as Priced['estimates'];
  const priced: Priced = { workload, price, estimates, smallerModel, splitOf, resolve };
  const lifeMonths = (path: PathId): number => resolve(path, workload).lifeMonths ?? DEFAULTS.lifeMonths;
  const fits = PATHS.map((path) => {
    const { monthly, oneTime, usdPer1kRequests, notes } = estimates[path];
    const life = lifeMonths(path);
    return {
      path,
      monthly,
      oneTime,
      usdPer1kRequests,
      lifeMonths: life,
      overLifeUsd: usdOver(estimates[path], life),
      split: path === rule ? null : splitOf(estimates[rule], estimates[path]),
      answers: answersAtAll(notes),
      lacking: lackingOf(path, needs),
    };
  });
  // of several that cost the same, the rule's is named
  const best = bestFits(fits)
    .toSorted((one, other) => Number(other.path === rule) - Number(one.path === rule))
    .map(({ path }) => estimates[path]);
  const cheapest = cheapestOf(best);
  const lackedBy = (path: PathId) => fits.find((fit) => fit.path === path)?.lacking ?? [];
  const meetsMore = cheapest === null ? [] : lackedBy(rule).filter((need) => !lackedBy(cheapest).includes(need));
  return {
    steps,
    rule,
    checks: adviceOf(needs, steps, rule, smallerModel).map((advice) => check(advice, rule, priced)),
    fits,
    cheapest,
    cheapestOverLife: cheapestOf(best, lifeMonths),
    untuned: TRAINING_PATHS.flatMap((path) => untunedBeside(path, lifeMonths(path), priced)),
    agreement: agreementOf(rule, cheapest, meetsMore, fits),
    meetsMore,
  };
}

const answersAtAll = (notes: readonly Note[]): boolean =>
  !notes.includes('no-hosting') && !notes.includes('model-ended');

/** A month with its share of one-time costs; without them where nothing limits the life. */
function usdOver({ monthly, oneTime }: PathEstimate, lifeMonths: number): number | null {
  if (monthly.usd === null || lifeMonths === Infinity) return monthly.usd;
  return oneTime.usd === null ? null : monthly.usd + oneTime.usd / lifeMonths;
}

/** The model of a tuned path as it is: the simplest thing that could work. That of prompt-only is a path itself. */
function untunedBeside(
  path: TrainingPath,
  lifeMonths: number,
  { workload, price, estimates, splitOf, resolve }: Priced,
): UntunedFit[] {
  const modelId = modelOfPath(path, resolve(path, workload));
  if (path === 'continued-pretraining' || modelId === undefined) return [];
  if (modelId === modelOfPath('prompt-only', resolve('prompt-only', workload))) return [];
  const changed = withField(workload, 'promptOnly.inference.modelId', modelId);
  const resolved = resolve('prompt-only', changed);
  // it may be offered tuned only
  if (modelOfPath('prompt-only', resolved) !== modelId) return [];
  const tuned = estimates[path];
  const asItIs = price('prompt-only', changed);
  const months = (): number => lifeMonths;
  if (!answersAtAll(asItIs.notes)) return [];
  if (!isNoDearer(asItIs, tuned) && !isNoDearer(asItIs, tuned, months)) return [];
  const { monthly, oneTime, usdPer1kRequests, region } = asItIs;
  const profileScope = inferenceOf(resolved, 'prompt-only').profileScope ?? null;
  const split = splitOf(tuned, asItIs);
  return [{ beside: path, modelId, profileScope, region, monthly, oneTime, usdPer1kRequests, split }];
}

function agreementOf(
  rule: PathId,
  cheapest: PathId | null,
  meetsMore: readonly NeedId[],
  fits: readonly PathFit[],
): Recommendation['agreement'] {
  if (cheapest === null) return 'unknown';
  if (cheapest === rule) return 'agree';
  if (fits.some(({ path, answers }) => path === rule && !answers)) return 'rule-answers-nothing';
  return meetsMore.length > 0 ? 'meets-more' : 'disagree';
}

function firstStep(needs: Needs): Step {
  const because: NeedId[] = [];
  if (needs.privateDocuments === true) because.push('privateDocuments');
  if (needs.citations === true) because.push('citations');
  if ((needs.documentUpdatesPerMonth ?? 0) > 0) because.push('documentUpdates');
  return { step: 1, outcome: because.length > 0 ? 'retrieve' : 'prompt-first', because };
}

function secondStep(needs: Needs): Step {
  if (needs.strictFormat !== true) return { step: 2, outcome: 'no-tuning', because: [] };
  if ((needs.labelledExamples ?? 0) < FEWEST_EXAMPLES) {
    return { step: 2, outcome: 'too-few-examples', because: ['strictFormat', 'labelledExamples'] };
  }
  const retrieves = firstStep(needs).outcome === 'retrieve';
  return { step: 2, outcome: retrieves ? 'tune-beside-retrieval' : 'tune', because: ['strictFormat'] };
}

function thirdStep(needs: Needs, requestsPerMonth = 0): Step {
  if (needs.deepDomain === true) {
    const corpus = (needs.unlabelledCorpusTokens ?? 0) > 0;
    return { step: 3, outcome: corpus ? 'pretrain' : 'no-corpus', because: ['deepDomain', 'unlabelledCorpus'] };
  }
  if (needs.lowLatency === true && requestsPerMonth >= HIGH_VOLUME_REQUESTS_PER_MONTH) {
    return { step: 3, outcome: 'distil', because: ['lowLatency', 'highVolume'] };
  }
  return { step: 3, outcome: 'no-special-training', because: [] };
}

/** The last step that asks for a path of its own decides. */
function ruleOf(steps: readonly Step[]): PathId {
  const outcomes = steps.map(({ outcome }) => outcome);
  if (outcomes.includes('pretrain')) return 'continued-pretraining';
  if (outcomes.includes('distil')) return 'distillation';
  if (outcomes.includes('tune')) return 'fine-tuning';
  return outcomes.includes('retrieve') ? 'rag' : 'prompt-only';
}

/** The needs that only some paths meet. A new path does not compile until it is here. */
const MET: Record<PathId, readonly NeedId[]> = {
  'prompt-only': [],
  rag: ['privateDocuments', 'citations', 'documentUpdates'],
  'fine-tuning': ['strictFormat'],
  'continued-pretraining': ['deepDomain'],
  distillation: ['strictFormat'],
};

function lackingOf(path: PathId, needs: Needs): NeedId[] {
  const asked: NeedId[] = [];
  if (needs.privateDocuments === true) asked.push('privateDocuments');
  if (needs.citations === true) asked.push('citations');
  if ((needs.documentUpdatesPerMonth ?? 0) > 0) asked.push('documentUpdates');
  if (needs.strictFormat === true) asked.push('strictFormat');
  if (needs.deepDomain === true) asked.push('deepDomain');
  return asked.filter((need) => !MET[path].includes(need));
}

/** The needs of each of the three steps, in their order: what the prompt cannot know comes first. */
const NEEDS_BY_STEP: readonly (readonly NeedId[])[] = [
  ['privateDocuments', 'citations', 'documentUpdates'],
  ['strictFormat'],
  ['deepDomain'],
];

/** The paths that answer and lack least: first of the needs of step 1, then of step 2, then of step 3. */
function bestFits(fits: readonly PathFit[]): readonly PathFit[] {
  let best = fits.filter(({ answers }) => answers);
  for (const needs of NEEDS_BY_STEP) {
    const lacked = ({ lacking }: PathFit) => lacking.filter((need) => needs.includes(need)).length;
    const least = Math.min(...best.map(lacked));
    best = best.filter((fit) => lacked(fit) === least);
  }
  return best;
}

type LifeMonths = (path: PathId) => number;

const MONTH_ALONE: LifeMonths = () => Infinity;

/** True if one is known to cost no more a month than another, with one-time costs spread over their lives. */
function isNoDearer(one: PathEstimate, other: PathEstimate, lifeMonths: LifeMonths = MONTH_ALONE): boolean {
  const [life, otherLife] = [lifeMonths(one.path), lifeMonths(other.path)];
  const usd = usdOver(one, life);
  const known = other.monthly.knownUsd + other.oneTime.knownUsd / otherLife;
  if (usd !== null && known >= usd - NOTHING_USD) return true;
  // the same unknown once a month is not the same over different lives
  if (life !== otherLife) return false;
  const { monthlyUsd, oneTimeUsd } = difference(one, other);
  return monthlyUsd !== null && oneTimeUsd !== null && monthlyUsd + oneTimeUsd / life >= -NOTHING_USD;
}

/** The estimate that is known to be no dearer than any other. */
const cheapestOf = (estimates: readonly PathEstimate[], lifeMonths?: LifeMonths): PathId | null =>
  estimates.find((one) => estimates.every((other) => one === other || isNoDearer(one, other, lifeMonths)))?.path ??
  null;

function adviceOf(needs: Needs, steps: readonly Step[], rule: PathId, smallerModel: SmallerModel): Advice[] {
  const advice: Advice[] = [];
  if ((rule === 'rag' || rule === 'prompt-only') && smallerModel(rule) !== undefined) {
    advice.push('smaller-model');
  }
  if (needs.asynchronous === true && needs.lowLatency !== true) advice.push('batch');
  if (needs.dailyPeaks === true) advice.push('throughput-at-peak');
  if (
    rule !== 'fine-tuning' &&
    (needs.dailyPeaks === true || steps.some(({ outcome }) => outcome === 'tune-beside-retrieval'))
  ) {
    advice.push('small-fine-tuning');
  }
  if (rule === 'distillation' && smallerModel('prompt-only') !== undefined) {
    advice.push('smaller-than-distilled');
  }
  return advice;
}

function check(advice: Advice, rule: PathId, priced: Priced): AdviceCheck {
  const { estimates, splitOf } = priced;
  const before = estimates[rule];
  const after = followed(advice, rule, priced);
  const { monthlyUsd, unknownPriceIds, missing } = difference(before, after);
  const said = estimates[after.path].notes;
  const notes = after.notes.filter((one) => !said.includes(one));
  const verdict =
    monthlyUsd === null
      ? 'unknown'
      : Math.abs(monthlyUsd) < NOTHING_USD
        ? 'no-difference'
        : monthlyUsd < 0
          ? 'saves'
          : 'costs-more';
  const notOffered = after.notOffered.filter((id) => unknownPriceIds.includes(id));
  const split = splitOf(before, after);
  return { advice, path: after.path, monthlyUsd, split, verdict, unknownPriceIds, notOffered, missing, notes };
}

/** The path as it would be if the advice were followed. */
function followed(advice: Advice, rule: PathId, { workload, price, estimates, smallerModel }: Priced): PathEstimate {
  const section = PATH_SECTIONS[rule];
  const onRule = (field: string, value: unknown) => price(rule, withField(workload, `${section}.${field}`, value));
  switch (advice) {
    case 'smaller-model': {
      // paths are compared by the model of prompt-only
      const smaller = smallerModel(rule);
      const reference = withField(workload, 'promptOnly.inference.modelId', smaller);
      return price(rule, withField(reference, `${section}.inference.modelId`, smaller));
    }
    case 'batch': {
      const own = workload[section]?.inference;
      return onRule('inference', {
        ...own,
        batchShare: 1,
        flexShare: 0,
        priorityShare: 0,
        latencyOptimizedShare: 0,
        ultrafastShare: 0,
      });
    }
    case 'throughput-at-peak': {
      // one model unit is the least that can be bought: if that costs more, any capacity does
      const hosting: Hosting = { kind: 'provisioned', commitment: 'none', modelUnits: 1, schedule: PEAK };
      return onRule('hosting', hosting);
    }
    case 'small-fine-tuning':
      return estimates['fine-tuning'];
    case 'smaller-than-distilled': {
      const smaller = smallerModel('prompt-only');
      return price('prompt-only', withField(workload, 'promptOnly.inference.modelId', smaller));
    }
  }
}
