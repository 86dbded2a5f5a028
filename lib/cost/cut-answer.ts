import type { ModelCatalogue } from '../catalogue/models.ts';
import type { PathId } from '../paths.ts';
import type { Configured } from './configured.ts';
import { mostWritten, OWN_WEIGHTS } from './like-for-like.ts';
import type { Workload } from './workload.ts';

/** An answer that is priced whole and that the stack of its path would cut. */
export interface CutAnswer {
  /** As the model that answers counts them, its thought included. */
  readonly answerTokens: number;
  /** As configured. */
  readonly maxTokens: number;
}

/**
 * The longest answer of a path, where it is longer than what its stack asks for; undefined where it fits, or another model than
 * the configured one answers.
 * @param modelId `null`: weights of the user's own
 */
export function cutAnswer(
  path: PathId,
  modelId: string | null,
  workload: Workload,
  configured: Configured,
  catalogue: ModelCatalogue,
): CutAnswer | undefined {
  const maxTokens = configured.maxTokens?.[path];
  if (maxTokens === undefined || modelId !== configuredModel(path, configured)) return undefined;
  const answerTokens = mostWritten(path, modelId ?? OWN_WEIGHTS, workload, catalogue);
  return answerTokens > maxTokens ? { answerTokens, maxTokens } : undefined;
}

/** The model that a stack answers with; `null`: weights of the user's own. */
function configuredModel(
  path: PathId,
  { promptOnly, ragModel, fineTuning, distillation }: Configured,
): string | null | undefined {
  switch (path) {
    case 'prompt-only':
      return promptOnly?.modelId;
    case 'rag':
      return (ragModel ?? promptOnly)?.modelId;
    case 'fine-tuning':
      return fineTuning?.baseModelId;
    case 'continued-pretraining':
      return null;
    case 'distillation':
      return distillation?.studentModelId;
  }
}
