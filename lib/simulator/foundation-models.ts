import { phaseOn } from '../catalogue/lifecycle.ts';
import type { ModelEntry } from '../catalogue/models.ts';
import type { SimulatorContext } from './context.ts';

export interface FoundationModel {
  readonly modelId: string;
  readonly entry: ModelEntry;
}

export function foundationModelArn(region: string, modelId: string): string {
  return `arn:aws:bedrock:${region}::foundation-model/${modelId}`;
}

/** A model that the catalogue has and that has not reached its end of life on the virtual clock. */
export function foundationModel({ models, clock }: SimulatorContext, modelId: string): FoundationModel | undefined {
  const entry = Object.hasOwn(models.models, modelId) ? models.models[modelId] : undefined;
  if (entry === undefined) return undefined;
  const { status, endOfLife } = entry.lifecycle;
  const ended = endOfLife === null ? status === 'end-of-life' : clock.now().toISOString().slice(0, 10) >= endOfLife;
  return ended ? undefined : { modelId, entry };
}

/** True if the model is Legacy on the virtual clock: by its status, or by AWS's rules and its end of life. */
export const isLegacy = ({ models, clock }: SimulatorContext, entry: ModelEntry): boolean =>
  phaseOn(entry, models, clock.now().toISOString().slice(0, 10)).phase === 'legacy';
