import type { ModelCatalogue } from '../catalogue/models.ts';
import { PATH_SECTIONS, type PathId } from '../paths.ts';
import { inferenceOf } from './estimators.ts';
import { withField } from './field.ts';
import type { Workload } from './workload.ts';

/** The model that answers on a path: called as it is, or tuned. */
function modelOf(path: PathId, workload: Workload): string | undefined {
  switch (path) {
    case 'prompt-only':
    case 'rag':
      return inferenceOf(workload, path).modelId;
    case 'fine-tuning':
      return workload.fineTuning?.baseModelId;
    case 'continued-pretraining':
      return workload.continuedPretraining?.baseModelId;
    case 'distillation':
      return workload.distillation?.studentModelId;
  }
}

/**
 * The workload as its model would serve it: a prefix shorter than the model's minimum is silently not cached, so the path
 * pays for it as plain input. The same workload where nothing is changed.
 */
export function withCacheMinimum(path: PathId, workload: Workload, { models }: ModelCatalogue): Workload {
  const prefix = inferenceOf(workload, path).cachedPrefixTokensPerRequest ?? 0;
  const minimum = models[modelOf(path, workload) ?? '']?.promptCaching?.minimumTokens ?? 0;
  if (prefix === 0 || prefix >= minimum) return workload;
  return withField(workload, `${PATH_SECTIONS[path]}.inference.cachedPrefixTokensPerRequest`, 0);
}
