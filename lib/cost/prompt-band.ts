import { modelEntry } from '../catalogue/model-entry.ts';
import type { ModelCatalogue } from '../catalogue/models.ts';
import type { PromptBand } from '../prices/token-pricing.ts';

/** The prices of a request by its length: one above the model's limit is billed at those of a long prompt as a whole. */
export function promptBand(
  catalogue: ModelCatalogue | undefined,
  modelId: string,
  inputTokensPerRequest: number,
): PromptBand {
  const models = catalogue?.models;
  const limit = models === undefined ? undefined : modelEntry(models, modelId)?.longPromptAboveTokens;
  return limit !== undefined && inputTokensPerRequest > limit ? 'long-context' : 'usual';
}
