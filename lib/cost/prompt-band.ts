import { modelEntry } from '../catalogue/model-entry.ts';
import type { ModelCatalogue } from '../catalogue/models.ts';
import type { PromptBand } from '../prices/token-pricing.ts';
import { note, type LineSheet, type LineSpec } from './line-sheet.ts';

/** The prices of a request by its length: one above the model's limit is billed at those of a long prompt as a whole. */
export function promptBand(
  catalogue: ModelCatalogue | undefined,
  modelId: string,
  inputTokensPerRequest: number,
): PromptBand {
  const limit = limitOf(catalogue, modelId);
  return limit !== undefined && inputTokensPerRequest > limit ? 'long-context' : 'usual';
}

/** An average from this share of the limit on is near it: a prompt of twice the average is nothing unusual. */
const NEAR_LIMIT_SHARE = 0.5;

/** True if the average prompt is of usual length, and some of those behind it may well be long. */
export function isNearLimit(
  catalogue: ModelCatalogue | undefined,
  modelId: string,
  averageInputTokens: number,
): boolean {
  const limit = limitOf(catalogue, modelId);
  return limit !== undefined && averageInputTokens >= limit * NEAR_LIMIT_SHARE && averageInputTokens <= limit;
}

function limitOf(catalogue: ModelCatalogue | undefined, modelId: string): number | undefined {
  const models = catalogue?.models;
  return models === undefined ? undefined : modelEntry(models, modelId)?.longPromptAboveTokens;
}

/** The prices of prompts of a length on average, with what must be said of it. */
export function notedBand(sheet: LineSheet, modelId: string, averageInputTokens: number): PromptBand {
  const band = promptBand(sheet.catalogue, modelId, averageInputTokens);
  if (band === 'long-context') note(sheet, 'long-prompt');
  if (isNearLimit(sheet.catalogue, modelId, averageInputTokens)) note(sheet, 'prompt-near-limit');
  return band;
}

/** The line of tokens at the prices of a band. */
export const bandSpec = (spec: LineSpec, band: PromptBand): LineSpec =>
  band === 'usual' ? spec : { ...spec, name: `${spec.name} (long prompt)` };
