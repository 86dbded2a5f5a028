import { GetParameterCommand, PutParameterCommand, type SSMClient } from '@aws-sdk/client-ssm';
import type { PublishedModel, ModelRegistry } from '../training/published-model.ts';

export interface Registry {
  readonly read: () => Promise<ModelRegistry>;
  readonly write: (registry: ModelRegistry) => Promise<void>;
}

/** The models of a stack that answer, in a parameter of Systems Manager: free of charge, and read by the function that answers. */
export function modelRegistry(ssm: Pick<SSMClient, 'send'>, name: string): Registry {
  return {
    read: async () => {
      const { Parameter } = await ssm.send(new GetParameterCommand({ Name: name }));
      // no value is no proof that nothing is hosted
      if (Parameter?.Value === undefined) throw new Error(`the parameter ${name} has no value`);
      return JSON.parse(Parameter.Value) as ModelRegistry;
    },
    write: async (registry) => {
      await ssm.send(new PutParameterCommand({ Name: name, Value: JSON.stringify(registry), Overwrite: true }));
    },
  };
}

/** The registry with `model` in place of the one of its kind. */
export function withModel({ hosted }: ModelRegistry, model: PublishedModel): ModelRegistry {
  return { hosted: [...hosted.filter(({ kind }) => kind !== model.kind), model] };
}

/** What should answer now, best first: throughput that was bought for these hours, then what costs nothing while idle. */
export function inService({ hosted }: ModelRegistry, now: Date): PublishedModel[] {
  const order = ['provisioned', 'on-demand', 'imported'] as const;
  return hosted
    .filter(({ until }) => until === undefined || new Date(until) > now)
    .sort((one, other) => order.indexOf(one.kind) - order.indexOf(other.kind));
}
