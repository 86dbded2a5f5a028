import {
  GetCustomModelCommand,
  GetCustomModelDeploymentCommand,
  GetImportedModelCommand,
  GetModelCustomizationJobCommand,
  GetModelImportJobCommand,
  GetProvisionedModelThroughputCommand,
  ListCustomModelDeploymentsCommand,
  ListCustomModelsCommand,
  ListImportedModelsCommand,
  ListModelCustomizationJobsCommand,
  ListModelImportJobsCommand,
  ListProvisionedModelThroughputsCommand,
  ListTagsForResourceCommand,
  type BedrockClient,
} from '@aws-sdk/client-bedrock';
import {
  DescribeTrainingJobCommand,
  ListTagsCommand,
  ListTrainingJobsCommand,
  type SageMakerClient,
} from '@aws-sdk/client-sagemaker';
import { TAG_KEYS } from '../deployment/tags.ts';
import { isNotFound } from '../errors/not-found.ts';
import { isOver, type CreatedResource, type ResourceKind } from './resource.ts';

export interface LifecycleClients {
  readonly bedrock: Pick<BedrockClient, 'send'>;
  readonly sagemaker: Pick<SageMakerClient, 'send'>;
}

type Found = Omit<CreatedResource, 'owner'>;

/** What could not be looked at: there may be more than what was found. */
export interface Unseen {
  readonly what: string;
  readonly error: unknown;
}

export interface Inventory {
  readonly created: readonly CreatedResource[];
  readonly unseen: readonly Unseen[];
}

/**
 * Everything in the Region whose name begins with `namePrefix` and that has not ended by itself, with the owner that its tag names.
 * The prefix only spares look-ups: whose a resource is, its tag alone decides. What cannot be looked at hides nothing else.
 */
export async function listCreated(
  clients: LifecycleClients,
  namePrefix: string,
  kinds: readonly ResourceKind[],
): Promise<Inventory> {
  const created: CreatedResource[] = [];
  const unseen: Unseen[] = [];
  const attempt = async (what: string, look: () => Promise<void>): Promise<void> => {
    try {
      await look();
    } catch (error) {
      // what a Region does not offer, nobody has there
      if (!(error instanceof Error && /UnknownOperation/.test(error.name))) unseen.push({ what, error });
    }
  };
  for (const kind of kinds) {
    await attempt(kind, async () => {
      for (const found of await LISTS[kind](clients, namePrefix)) {
        // jobs that are over cannot be deleted: there are more of them with every run, and nobody needs their tags
        if (!found.name.startsWith(namePrefix) || isOver(found)) continue;
        await attempt(`${kind} ${found.name}`, async () => {
          const owner = await ownerOf(clients, found);
          if (owner !== 'gone') created.push({ ...found, owner: owner.tag });
        });
      }
    });
  }
  return { created, unseen };
}

/** What could not be looked at, as one error that is called as the first of them. */
export function unseenError(unseen: readonly Unseen[]): Error {
  const text = unseen.map(({ what, error }) => `${what}: ${error instanceof Error ? error.message : String(error)}`);
  const error = new Error(`not all could be looked at: ${text.join('; ')}`, { cause: unseen[0]?.error });
  const first = unseen[0]?.error;
  if (first instanceof Error) error.name = first.name;
  return error;
}

/** The resource of this name or ARN, whoever owns it; null where there is none: found also where lists do not show it yet. */
export async function findByName(
  clients: LifecycleClients,
  kind: ResourceKind,
  identifier: string,
): Promise<CreatedResource | null> {
  const found = await orNull(LOOK_UPS[kind](clients, identifier));
  if (found === null) return null;
  const owner = await ownerOf(clients, found);
  return owner === 'gone' ? null : { ...found, owner: owner.tag };
}

async function orNull<T>(look: Promise<T>): Promise<T | null> {
  try {
    return await look;
  } catch (error) {
    if (isNotFound(error)) return null;
    throw error;
  }
}

async function ownerOf(
  { bedrock, sagemaker }: LifecycleClients,
  { kind, arn }: Found,
): Promise<{ readonly tag: string | undefined } | 'gone'> {
  const tags =
    kind === 'training-job'
      ? await orNull(
          sagemaker
            .send(new ListTagsCommand({ ResourceArn: arn }))
            .then(({ Tags = [] }) => Tags.map(({ Key, Value }) => ({ key: Key, value: Value }))),
        )
      : await orNull(
          bedrock.send(new ListTagsForResourceCommand({ resourceARN: arn })).then((response) => response.tags ?? []),
        );
  if (tags === null) return 'gone';
  return { tag: tags.find(({ key }) => key === TAG_KEYS.owner)?.value };
}

/** All pages of a list. @throws Error where a page repeats, for then the list is not whole */
async function pages<Page extends { readonly nextToken?: string | undefined }>(
  read: (nextToken: string | undefined) => Promise<Page>,
): Promise<Page[]> {
  const all: Page[] = [];
  let token: string | undefined;
  do {
    const page = await read(token);
    all.push(page);
    if (page.nextToken !== undefined && page.nextToken === token) {
      throw new Error('a list repeats its page: what it shows is not whole');
    }
    token = page.nextToken === '' ? undefined : page.nextToken;
  } while (token !== undefined);
  return all;
}

/** The most that the lists of Bedrock and of SageMaker give at once: a page of 10 takes an old stack minutes. */
const PAGE = 1_000;
const SAGEMAKER_PAGE = 100;

const next = (nextToken: string | undefined): { maxResults: number; nextToken?: string } => ({
  maxResults: PAGE,
  ...(nextToken === undefined ? {} : { nextToken }),
});

const LISTS: Record<ResourceKind, (clients: LifecycleClients, namePrefix: string) => Promise<Found[]>> = {
  'customization-job': async ({ bedrock }, nameContains) => {
    const found = await pages((token) =>
      bedrock.send(new ListModelCustomizationJobsCommand({ nameContains, ...next(token) })),
    );
    return found
      .flatMap(({ modelCustomizationJobSummaries = [] }) => modelCustomizationJobSummaries)
      .map(({ jobArn = '', jobName = '', status = '', baseModelArn }) => ({
        kind: 'customization-job',
        arn: jobArn,
        name: jobName,
        status,
        baseModelArn,
      }));
  },
  'training-job': async ({ sagemaker }, NameContains) => {
    const found = await pages(async (token) => {
      const { NextToken, TrainingJobSummaries = [] } = await sagemaker.send(
        new ListTrainingJobsCommand({
          NameContains,
          MaxResults: SAGEMAKER_PAGE,
          ...(token === undefined ? {} : { NextToken: token }),
        }),
      );
      return { nextToken: NextToken, jobs: TrainingJobSummaries };
    });
    return found
      .flatMap(({ jobs }) => jobs)
      .map(({ TrainingJobArn = '', TrainingJobName = '', TrainingJobStatus = '' }) => ({
        kind: 'training-job',
        arn: TrainingJobArn,
        name: TrainingJobName,
        status: TrainingJobStatus,
      }));
  },
  'import-job': async ({ bedrock }, nameContains) => {
    const found = await pages((token) =>
      bedrock.send(new ListModelImportJobsCommand({ nameContains, ...next(token) })),
    );
    return found
      .flatMap(({ modelImportJobSummaries = [] }) => modelImportJobSummaries)
      .map(({ jobArn = '', jobName = '', status = '' }) => ({
        kind: 'import-job',
        arn: jobArn,
        name: jobName,
        status,
      }));
  },
  deployment: async ({ bedrock }, nameContains) => {
    const found = await pages((token) =>
      bedrock.send(new ListCustomModelDeploymentsCommand({ nameContains, ...next(token) })),
    );
    return found
      .flatMap(({ modelDeploymentSummaries = [] }) => modelDeploymentSummaries)
      .map(({ customModelDeploymentArn = '', customModelDeploymentName = '', status = '' }) => ({
        kind: 'deployment',
        arn: customModelDeploymentArn,
        name: customModelDeploymentName,
        status,
      }));
  },
  throughput: async ({ bedrock }, nameContains) => {
    const found = await pages((token) =>
      bedrock.send(new ListProvisionedModelThroughputsCommand({ nameContains, ...next(token) })),
    );
    return found
      .flatMap(({ provisionedModelSummaries = [] }) => provisionedModelSummaries)
      .map((summary) => ({
        kind: 'throughput',
        arn: summary.provisionedModelArn ?? '',
        name: summary.provisionedModelName ?? '',
        status: summary.status ?? '',
        baseModelArn: summary.foundationModelArn,
        modelUnits: summary.modelUnits,
        commitment: summary.commitmentDuration,
        committedUntil: summary.commitmentExpirationTime,
      }));
  },
  'custom-model': async ({ bedrock }, nameContains) => {
    const found = await pages((token) =>
      bedrock.send(new ListCustomModelsCommand({ nameContains, isOwned: true, ...next(token) })),
    );
    return found
      .flatMap(({ modelSummaries = [] }) => modelSummaries)
      .map(({ modelArn = '', modelName = '', modelStatus = 'Active', baseModelArn }) => ({
        kind: 'custom-model',
        arn: modelArn,
        name: modelName,
        status: modelStatus,
        baseModelArn,
      }));
  },
  'imported-model': async ({ bedrock }, nameContains) => {
    const found = await pages((token) => bedrock.send(new ListImportedModelsCommand({ nameContains, ...next(token) })));
    return found
      .flatMap(({ modelSummaries = [] }) => modelSummaries)
      .map(({ modelArn = '', modelName = '' }) => ({
        kind: 'imported-model',
        arn: modelArn,
        name: modelName,
        status: 'Active',
      }));
  },
};

const LOOK_UPS: Record<ResourceKind, (clients: LifecycleClients, identifier: string) => Promise<Found>> = {
  'customization-job': async ({ bedrock }, identifier) => {
    const job = await bedrock.send(new GetModelCustomizationJobCommand({ jobIdentifier: identifier }));
    return {
      kind: 'customization-job',
      arn: job.jobArn ?? '',
      name: job.jobName ?? '',
      status: job.status ?? '',
      baseModelArn: job.baseModelArn,
    };
  },
  'training-job': async ({ sagemaker }, identifier) => {
    const job = await sagemaker.send(new DescribeTrainingJobCommand({ TrainingJobName: identifier }));
    return {
      kind: 'training-job',
      arn: job.TrainingJobArn ?? '',
      name: job.TrainingJobName ?? '',
      status: job.TrainingJobStatus ?? '',
    };
  },
  'import-job': async ({ bedrock }, identifier) => {
    const job = await bedrock.send(new GetModelImportJobCommand({ jobIdentifier: identifier }));
    return { kind: 'import-job', arn: job.jobArn ?? '', name: job.jobName ?? '', status: job.status ?? '' };
  },
  deployment: async ({ bedrock }, identifier) => {
    const found = await bedrock.send(
      new GetCustomModelDeploymentCommand({ customModelDeploymentIdentifier: identifier }),
    );
    return {
      kind: 'deployment',
      arn: found.customModelDeploymentArn ?? '',
      name: found.modelDeploymentName ?? '',
      status: found.status ?? '',
    };
  },
  throughput: async ({ bedrock }, identifier) => {
    const found = await bedrock.send(new GetProvisionedModelThroughputCommand({ provisionedModelId: identifier }));
    return {
      kind: 'throughput',
      arn: found.provisionedModelArn ?? '',
      name: found.provisionedModelName ?? '',
      status: found.status ?? '',
      baseModelArn: found.foundationModelArn,
      modelUnits: found.modelUnits,
      commitment: found.commitmentDuration,
      committedUntil: found.commitmentExpirationTime,
    };
  },
  'custom-model': async ({ bedrock }, identifier) => {
    const model = await bedrock.send(new GetCustomModelCommand({ modelIdentifier: identifier }));
    return {
      kind: 'custom-model',
      arn: model.modelArn ?? '',
      name: model.modelName ?? '',
      status: model.modelStatus ?? 'Active',
      baseModelArn: model.baseModelArn,
    };
  },
  'imported-model': async ({ bedrock }, identifier) => {
    const model = await bedrock.send(new GetImportedModelCommand({ modelIdentifier: identifier }));
    return { kind: 'imported-model', arn: model.modelArn ?? '', name: model.modelName ?? '', status: 'Active' };
  },
};
