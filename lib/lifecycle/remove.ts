import {
  DeleteCustomModelCommand,
  DeleteCustomModelDeploymentCommand,
  DeleteImportedModelCommand,
  DeleteProvisionedModelThroughputCommand,
  StopModelCustomizationJobCommand,
} from '@aws-sdk/client-bedrock';
import { StopTrainingJobCommand } from '@aws-sdk/client-sagemaker';
import { isNotFound } from '../errors/not-found.ts';
import { HOUR_MS } from '../units.ts';
import { type LifecycleClients } from './inventory.ts';
import { isEnding, type CreatedResource, type ResourceKind } from './resource.ts';

/** Why a resource is still there after it was asked to go. */
export interface Obstacle {
  readonly resource: CreatedResource;
  readonly reason: string;
}

/** So long before the end of a commitment AWS is asked to delete it: it renews by itself, and nobody says how exactly at its end. */
export const COMMITMENT_ENDS_MS = HOUR_MS;

/**
 * Asks AWS to end one resource. That it was asked says nothing about its being gone: look again.
 * @param now a commitment that lasts well beyond it cannot be deleted, and AWS is not asked
 * @returns undefined where the request was taken or nothing is left to ask; else why not
 */
export async function requestRemoval(
  clients: LifecycleClients,
  resource: CreatedResource,
  now: Date,
): Promise<Obstacle | undefined> {
  const { committedUntil } = resource;
  if (committedUntil !== undefined && committedUntil.getTime() - now.getTime() > COMMITMENT_ENDS_MS) {
    return { resource, reason: `its commitment cannot be ended before ${committedUntil.toISOString()}` };
  }
  if (isEnding(resource)) return undefined;
  try {
    await REMOVALS[resource.kind](clients, resource.arn, resource.name);
    return undefined;
  } catch (error) {
    if (isNotFound(error)) return undefined;
    // still used, still being made, busy, throttled, not allowed: the next look finds it, and the reason is told if it stays
    return { resource, reason: error instanceof Error ? `${error.name}: ${error.message}` : String(error) };
  }
}

const REMOVALS: Record<ResourceKind, (clients: LifecycleClients, arn: string, name: string) => Promise<unknown>> = {
  'customization-job': ({ bedrock }, arn) => bedrock.send(new StopModelCustomizationJobCommand({ jobIdentifier: arn })),
  'training-job': ({ sagemaker }, _, name) => sagemaker.send(new StopTrainingJobCommand({ TrainingJobName: name })),
  'import-job': () => Promise.resolve(),
  deployment: ({ bedrock }, arn) =>
    bedrock.send(new DeleteCustomModelDeploymentCommand({ customModelDeploymentIdentifier: arn })),
  throughput: ({ bedrock }, arn) =>
    bedrock.send(new DeleteProvisionedModelThroughputCommand({ provisionedModelId: arn })),
  'custom-model': ({ bedrock }, arn) => bedrock.send(new DeleteCustomModelCommand({ modelIdentifier: arn })),
  'imported-model': ({ bedrock }, arn) => bedrock.send(new DeleteImportedModelCommand({ modelIdentifier: arn })),
};
