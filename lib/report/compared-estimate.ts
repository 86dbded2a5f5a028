import type { ModelCatalogue } from '../catalogue/models.ts';
import { DEFAULTS } from '../cost/defaults.ts';
import type { PathEstimate } from '../cost/estimate.ts';
import { inferenceOf } from '../cost/estimators.ts';
import { modelOfPath } from '../cost/like-for-like.ts';
import { tokensPerRequest } from '../cost/token-flow.ts';
import type { Workload } from '../cost/workload.ts';
import { isTrainingPath, type PathId } from '../paths.ts';
import { COMPARISON_MESSAGES } from './words/comparison.ts';
import type { Language } from './words/languages.ts';

/** An estimate that stands beside metered or billed money: the model that it is for and what it rests on. */
export interface ComparedEstimate {
  readonly path: PathId;
  /** `workload`: tokens and needs as a file says them. `measured`: as the answers of a rehearsal used them. */
  readonly from: 'workload' | 'measured';
  /** `null`: weights of the user's own, or a model that the workload does not name. */
  readonly modelId: string | null;
  readonly modelName: string | null;
  /** `null`: a tuned model is called without one. */
  readonly profileScope: string | null;
  readonly region: string;
  readonly hoursPerMonth: number;
  /** Without what is paid once. */
  readonly monthlyUsd: number | null;
  readonly inputTokensPerRequest: number | null;
  readonly outputTokensPerRequest: number | null;
}

/** The model that answers in a figure, with its profile. */
export function answeringText(
  { path, modelId, modelName, profileScope }: Pick<ComparedEstimate, 'path' | 'modelId' | 'modelName' | 'profileScope'>,
  language: Language,
): string {
  const { obstacles, tuned, unknown } = COMPARISON_MESSAGES[language];
  const own = isTrainingPath(path) ? obstacles['own-weights'].short : unknown;
  return `${modelName ?? modelId ?? own}, ${isTrainingPath(path) ? tuned : (profileScope ?? unknown)}`;
}

/** @param workload as the path was priced */
export function comparedEstimate(
  from: ComparedEstimate['from'],
  estimate: PathEstimate,
  workload: Workload,
  { models }: Pick<ModelCatalogue, 'models'>,
): ComparedEstimate {
  const { path, region, monthly, flows } = estimate;
  const modelId = modelOfPath(path, workload) ?? null;
  const tokens = tokensPerRequest(flows, workload.requestsPerMonth);
  return {
    path,
    from,
    modelId,
    modelName: modelId !== null && Object.hasOwn(models, modelId) ? (models[modelId]?.name ?? null) : null,
    profileScope: isTrainingPath(path) ? null : (inferenceOf(workload, path).profileScope ?? null),
    region,
    hoursPerMonth: workload.hoursPerMonth ?? DEFAULTS.hoursPerMonth,
    monthlyUsd: monthly.usd,
    inputTokensPerRequest: tokens.prompt,
    outputTokensPerRequest: tokens.answer,
  };
}
