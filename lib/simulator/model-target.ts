import type { ModelEntry } from '../catalogue/models.ts';
import type { SimulatorContext } from './context.ts';
import { foundationModel, foundationModelArn } from './foundation-models.ts';
import type { InferenceProfiles } from './inference-profiles.ts';
import { ServiceError, invalid } from './service-error.ts';
import type { Tags } from './usage.ts';

/** What an inference call is sent to. */
export interface ModelTarget {
  /** ARN of the profile, or of the model where none was named. */
  readonly arn: string;
  readonly modelId: string;
  readonly entry: ModelEntry;
  readonly global: boolean;
  /** Tags of the application profile, or of what hosts a customised model: what is billed to. */
  readonly tags: Tags;
  /** How a customised model is hosted. @default a base model answers */
  readonly hosting?: 'on-demand' | 'provisioned' | 'imported' | undefined;
}

/** Finds customised models that are hosted. */
export interface HostedModels {
  /** The model that answers at the ARN; undefined where the ARN is of no such kind. @throws ServiceError where it cannot answer */
  readonly target: (identifier: string) => ModelTarget | undefined;
}

const INVALID_IDENTIFIER = 'The provided model identifier is invalid.';

/**
 * Finds what the `modelId` of a request names, as the runtime does: application profiles by ARN only, system-defined ones by id
 * or ARN, models by id or ARN where they answer on demand in the Region.
 * @throws ServiceError
 */
export function modelTarget(
  simulator: SimulatorContext,
  profiles: InferenceProfiles,
  hosted: HostedModels,
  identifier: string,
): ModelTarget {
  const { region, accountId } = simulator;
  const profile = profiles.find(identifier);
  if (profile !== undefined) {
    const { arn, model, global, tags } = profile;
    const offered = offeredModel(simulator, model.modelId);
    return { arn, ...offered, global, tags };
  }
  const [, arnRegion, arnAccount, kind] = /^arn:aws:bedrock:([a-z0-9-]*):(\d*):([a-z-]+)\//.exec(identifier) ?? [];
  if (kind !== undefined && arnRegion !== region) throw invalid(INVALID_IDENTIFIER);
  if (kind !== undefined && kind !== 'foundation-model') {
    if (arnAccount !== accountId) {
      throw new ServiceError('AccessDeniedException', `The account ${accountId} is not allowed to use ${identifier}.`);
    }
    const target = hosted.target(identifier);
    if (target !== undefined) return target;
    // the model itself answers nowhere: only what hosts it does
    if (kind === 'custom-model') throw invalid(INVALID_IDENTIFIER);
    throw new ServiceError(
      'ResourceNotFoundException',
      `The model or inference profile ${identifier} could not be found.`,
    );
  }
  const modelId = kind === undefined ? identifier : identifier.slice(foundationModelArn(region, '').length);
  const offered = offeredModel(simulator, modelId);
  const { inRegion } = offered.entry;
  if (inRegion !== null && !inRegion.includes(region)) {
    throw invalid(
      `Invocation of model ID ${modelId} with on-demand throughput isn’t supported. Retry your request with the ID or ARN of an inference profile that contains this model.`,
    );
  }
  return { arn: foundationModelArn(region, modelId), ...offered, global: false, tags: {} };
}

function offeredModel(simulator: SimulatorContext, modelId: string): Pick<ModelTarget, 'modelId' | 'entry'> {
  const model = foundationModel(simulator, modelId);
  if (model === undefined) {
    if (!Object.hasOwn(simulator.models.models, modelId)) throw invalid(INVALID_IDENTIFIER);
    throw new ServiceError(
      'ResourceNotFoundException',
      'This model version has reached the end of its life. Please refer to the AWS documentation for more details.',
    );
  }
  if (model.entry.kind !== 'text') {
    throw invalid("The model that you are using doesn't support the Converse operation. Use a model that does.");
  }
  return model;
}
