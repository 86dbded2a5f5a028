import { modelEntry } from './model-entry.ts';
import type { ModelCatalogue } from './models.ts';

/** What is taken where nobody has measured a model. */
const ASSUMED_FACTOR = 1;

/** Tokens that a model makes of a text, over those of the project's own count (`text-tokens.ts`). */
export function tokenFactor({ models }: ModelCatalogue, modelId: string): number {
  return modelEntry(models, modelId)?.tokensPerCounted?.factor ?? ASSUMED_FACTOR;
}
