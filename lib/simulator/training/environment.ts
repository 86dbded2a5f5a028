import type { ModelEntry } from '../../catalogue/models.ts';
import type { PriceBook } from '../../prices/price-book.ts';
import type { SimulatorContext } from '../context.ts';
import { piecesOf } from '../cur-rows.ts';
import { foundationModel, foundationModelArn } from '../foundation-models.ts';
import type { ObjectStore, TrainingQuotas } from '../simulator.ts';

/** What the training services know of their surroundings. */
export interface TrainingEnvironment {
  readonly simulator: SimulatorContext;
  readonly prices: PriceBook;
  readonly objects: ObjectStore;
  readonly quotas: TrainingQuotas;
}

export const DEFAULT_QUOTAS: TrainingQuotas = {
  customizationJobsInProgress: 2,
  customModels: 100,
  deployments: 10,
  deploymentsInProgress: 2,
  modelUnits: 2,
  committedModelUnits: 0,
  importJobsInProgress: 1,
  importedModels: 3,
  trainingInstances: 1,
};

export const NO_OBJECTS: ObjectStore = {
  read: () => Promise.resolve(undefined),
  list: () => Promise.resolve([]),
  write: () => Promise.resolve(),
};

/** A model that jobs can customise: they take it by another id than inference does. */
export interface BaseModel {
  readonly modelId: string;
  readonly tuningId: string;
  readonly arn: string;
  readonly entry: ModelEntry;
}

/** The model that a job names by its id or ARN, where the Region customises it. */
export function baseModel(simulator: SimulatorContext, identifier: string): BaseModel | undefined {
  const named = identifier.replace(foundationModelArn(simulator.region, ''), '');
  for (const modelId of Object.keys(simulator.models.models)) {
    const model = foundationModel(simulator, modelId);
    const customization = model?.entry.customization;
    if (model === undefined || customization?.tuningId !== named || !customization.regions.includes(simulator.region))
      continue;
    return { modelId, tuningId: named, arn: foundationModelArn(simulator.region, named), entry: model.entry };
  }
  return undefined;
}

/** What so many pieces cost; `null` where the price is missing. */
export function usdOf({ prices }: Pick<TrainingEnvironment, 'prices'>, priceId: string, pieces: number): number | null {
  const price = prices.prices.get(priceId);
  return price === undefined ? null : (pieces / piecesOf(price.per)) * price.usd;
}
