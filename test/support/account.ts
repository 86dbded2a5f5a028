import type { LifecycleClients } from '../../lib/lifecycle/inventory.ts';
import { isJob, type ResourceKind } from '../../lib/lifecycle/resource.ts';
import { OWNER } from './training-settings.ts';

/** Something that is there, whoever sees it. */
export interface Thing {
  readonly kind: ResourceKind;
  readonly name: string;
  status?: string;
  owner?: string | undefined;
  /** What a deployment or a throughput serves. */
  modelArn?: string;
  /** Lists do not show it yet. */
  readonly unlisted?: boolean;
  committedUntil?: Date;
}

export const error = (name: string, message = name): Error => Object.assign(new Error(message), { name });

export const arnOf = ({ kind, name }: Pick<Thing, 'kind' | 'name'>): string => `arn:${kind}/${name}`;

/** Which kind an operation is about; the first that its name holds. */
const KINDS: readonly (readonly [string, ResourceKind])[] = [
  ['ModelCustomizationJob', 'customization-job'],
  ['ModelImportJob', 'import-job'],
  ['TrainingJob', 'training-job'],
  ['CustomModelDeployment', 'deployment'],
  ['ProvisionedModelThroughput', 'throughput'],
  ['ImportedModel', 'imported-model'],
  ['CustomModel', 'custom-model'],
];

export interface Account {
  readonly clients: LifecycleClients;
  /** Every call so far, such as `DeleteCustomModel arn:custom-model/name`. */
  readonly calls: string[];
  /** Calls that begin so fail. */
  readonly failing: Map<string, Error>;
  readonly things: () => string[];
  readonly thing: (name: string) => Thing | undefined;
}

/** Bedrock and SageMaker of one account and Region, as far as the reaper asks them. A model that is served cannot be deleted. */
export function account(...present: Thing[]): Account {
  let things: Thing[] = present.map((thing) => ({ owner: OWNER, ...thing }));
  const calls: string[] = [];
  const failing = new Map<string, Error>();

  const described = (thing: Thing) => {
    const { kind, name, modelArn, committedUntil } = thing;
    const arn = arnOf(thing);
    const status = thing.status ?? (isJob(kind) ? 'InProgress' : 'Active');
    return {
      jobArn: arn,
      jobName: name,
      TrainingJobArn: arn,
      TrainingJobName: name,
      TrainingJobStatus: status,
      customModelDeploymentArn: arn,
      customModelDeploymentName: name,
      modelDeploymentName: name,
      provisionedModelArn: arn,
      provisionedModelName: name,
      status,
      modelName: name,
      modelStatus: status,
      modelArn: modelArn ?? arn,
      desiredModelArn: modelArn,
      commitmentExpirationTime: committedUntil,
    };
  };

  const answer = (operation: string, input: Readonly<Record<string, unknown>>): unknown => {
    const id = String(Object.entries(input).find(([key]) => /identifier|id$|Arn$|resourceARN|JobName/i.test(key))?.[1]);
    const call = `${operation} ${id}`;
    calls.push(call);
    for (const [begin, failure] of failing) if (call.startsWith(begin)) throw failure;
    const thing = things.find(
      (one) => arnOf(one) === id || (one.name === id && operation.includes(kindName(one.kind))),
    );
    if (/^ListTags/.test(operation)) {
      if (thing === undefined) throw error('ResourceNotFoundException');
      const tags = thing.owner === undefined ? [] : [{ key: 'fmpaths-owner', value: thing.owner }];
      return { tags, Tags: tags.map(({ key: Key, value: Value }) => ({ Key, Value })) };
    }
    const kind = KINDS.find(([name]) => operation.includes(name))?.[1];
    if (operation.startsWith('List')) {
      const listed = things.filter((one) => one.kind === kind && one.unlisted !== true).map(described);
      return {
        modelCustomizationJobSummaries: listed,
        modelImportJobSummaries: listed,
        TrainingJobSummaries: listed,
        modelDeploymentSummaries: listed,
        provisionedModelSummaries: listed,
        modelSummaries: listed,
      };
    }
    if (thing === undefined) throw error('ResourceNotFoundException');
    if (operation.startsWith('Update')) thing.modelArn = String(input['modelArn'] ?? input['desiredModelId']);
    else if (operation.startsWith('Stop')) thing.status = 'Stopped';
    else if (operation.startsWith('Delete')) {
      if (things.some(({ modelArn }) => modelArn === arnOf(thing))) throw error('ConflictException', 'it is served');
      things = things.filter((one) => one !== thing);
    }
    return described(thing);
  };
  const kindName = (kind: ResourceKind): string => KINDS.find(([, own]) => own === kind)?.[0] ?? '';
  const client = {
    send: (command: { readonly input: object }) => {
      const operation = command.constructor.name.replace(/Command$/, '');
      return Promise.resolve().then(() => answer(operation, { ...command.input }));
    },
  } as never;
  return {
    clients: { bedrock: client, sagemaker: client },
    calls,
    failing,
    things: () => things.map(arnOf),
    thing: (name) => things.find((one) => one.name === name),
  };
}
