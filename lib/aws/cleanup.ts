import { BedrockClient, GetImportedModelCommand } from '@aws-sdk/client-bedrock';
import { CloudFormationClient, DescribeStacksCommand, type Stack } from '@aws-sdk/client-cloudformation';
import { S3Client } from '@aws-sdk/client-s3';
import { DescribeTrainingJobCommand, SageMakerClient } from '@aws-sdk/client-sagemaker';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { dayOf } from '../billing/days.ts';
import { hasOwnDisks } from '../catalogue/instances.ts';
import type { ModelCatalogue } from '../catalogue/models.ts';
import { requireAccount, type DeploymentScope } from '../deployment/scope.ts';
import { namePrefixOf } from '../deployment/stack-name.ts';
import { credentialsAdvice } from '../errors/aws-advice.ts';
import { errorText } from '../errors/aws-error.ts';
import { listCreated, type LifecycleClients, type Unseen } from '../lifecycle/inventory.ts';
import { leaseStore, type LeaseStore } from '../lifecycle/leases.ts';
import { pathOfOwner, type OwnerScope } from '../lifecycle/owner.ts';
import type { Obstacle } from '../lifecycle/remove.ts';
import { RESOURCE_KINDS, type CreatedResource, type ResourceKind } from '../lifecycle/resource.ts';
import { survey, sweep } from '../lifecycle/sweep.ts';
import type { PathId } from '../paths.ts';
import { throughputMeter } from '../prices/commitment.ts';
import type { PriceBook } from '../prices/price-book.ts';
import { priceIdOf } from '../prices/price-id.ts';
import { TRAINING_VOLUME_PRICE_ID, instancePriceId, volumeGbMonths } from '../prices/training-volume.ts';
import { usdPer } from '../prices/usd-per.ts';
import type { HowItBills, StackState } from '../report/words/holdings.ts';
import type { Message } from '../report/words/languages.ts';
import { HOURS_PER_MONTH, HOURS_PER_DAY } from '../units.ts';

export interface CleanupClients extends LifecycleClients {
  readonly cloudFormation: Pick<CloudFormationClient, 'send'>;
  readonly s3: Pick<S3Client, 'send'>;
}

/** A list is asked often, and a busy account answers late. */
const MAX_ATTEMPTS = 8;

export function cleanupClients(region: string): CleanupClients {
  const config = { region, maxAttempts: MAX_ATTEMPTS };
  return {
    bedrock: new BedrockClient(config),
    sagemaker: new SageMakerClient(config),
    cloudFormation: new CloudFormationClient(config),
    s3: new S3Client(config),
  };
}

export const stsClient = (region: string): STSClient => new STSClient({ region });

/** What a resource costs by being there. */
export interface Holding {
  readonly resource: CreatedResource;
  readonly path: PathId;
  /** `null` where it is unknown, or has no price a day. */
  readonly usdPerDay: number | null;
  readonly bills: Message<HowItBills>;
}

export interface StackSurvey {
  /** Id of the stack: the exact value of the owner tag. */
  readonly owner: string;
  readonly path: PathId;
  /** `deployed`: the stack is there and its leases say what may stay. `gone`: deleted, or its creation or deletion failed. */
  readonly state: StackState;
  /** The function that removes what has no leave to exist; undefined where the stack does not say. */
  readonly reaper?: string | undefined;
  /** Has no leave to exist. */
  readonly leftovers: readonly Holding[];
  /** Published, or of a run under way. */
  readonly inService: readonly Holding[];
}

export interface RegionSurvey {
  readonly region: string;
  readonly stacks: readonly StackSurvey[];
  /** What could not be looked at: there may be more. */
  readonly unseen: readonly { readonly what: string; readonly reason: string }[];
}

/** @throws UserError where the credentials are those of another account than the deployment's */
export async function callerAccount(
  sts: Pick<STSClient, 'send'>,
  scope: Pick<DeploymentScope, 'account'>,
): Promise<string> {
  const { Account } = await sts.send(new GetCallerIdentityCommand({}));
  if (Account === undefined) throw new Error('AWS did not say whose credentials these are');
  requireAccount(Account, scope);
  return Account;
}

/** Prices of a Region and the models that they are of. What is undefined cannot be used: what things cost is unknown then. */
export interface Pricing {
  readonly catalogue?: ModelCatalogue | undefined;
  readonly book?: PriceBook | undefined;
}

/** Everything of this project in one Region that bills without CloudFormation knowing of it. Only reads. */
export async function surveyRegion(
  clients: CleanupClients,
  scope: OwnerScope,
  pricing: Pricing,
  now: () => Date,
): Promise<RegionSurvey> {
  const { region } = scope;
  const namePrefix = namePrefixOf(scope);
  const unseen: { what: string; reason: string }[] = [];
  const missed = ({ what, error }: Unseen): void => {
    throwWithoutIdentity(error);
    unseen.push({ what, reason: errorText(error) });
  };
  const inventory = await listCreated(clients, namePrefix, RESOURCE_KINDS);
  inventory.unseen.forEach(missed);
  const found = inventory.created;
  const owners = new Map<string, PathId>();
  for (const { owner } of found) {
    const path = pathOfOwner(owner, scope);
    if (owner !== undefined && path !== undefined) owners.set(owner, path);
  }
  const stacks: StackSurvey[] = [];
  for (const [owner, path] of owners) {
    try {
      stacks.push(await surveyStack(clients, owner, path, namePrefix, found, pricing, now, missed));
    } catch (error) {
      missed({ what: `stack ${owner}`, error });
    }
  }
  return { region, stacks, unseen };
}

async function surveyStack(
  clients: CleanupClients,
  owner: string,
  path: PathId,
  namePrefix: string,
  found: readonly CreatedResource[],
  pricing: Pricing,
  now: () => Date,
  missed: (unseen: Unseen) => void,
): Promise<StackSurvey> {
  const { state, bucket, reaper } = await stackOf(clients.cloudFormation, owner);
  const own = found.filter((resource) => resource.owner === owner);
  let doomed: readonly CreatedResource[] = own;
  if (state === 'deployed') {
    // a stack that has no bucket yet is being created: nothing of it is anybody's to remove
    doomed = [];
    if (bucket !== undefined) {
      const leases = leaseStore(clients.s3, bucket);
      const seen = await survey({ clients, leases, owner, namePrefix, kinds: RESOURCE_KINDS, now });
      seen.unseen.forEach(missed);
      doomed = seen.doomed;
    }
  }
  const arns = new Set(doomed.map(({ arn }) => arn));
  const hold = (resources: readonly CreatedResource[]): Promise<Holding[]> =>
    Promise.all(
      resources.map(async (resource) => {
        const billing = await billingOf(clients, resource, pricing).catch((error: unknown): Billing => {
          throwWithoutIdentity(error);
          return { usdPerDay: null, bills: { code: 'unknown', values: { reason: errorText(error) } } };
        });
        return { resource, path, ...billing };
      }),
    );
  return {
    owner,
    path,
    state,
    reaper,
    leftovers: await hold(doomed),
    inService: await hold(own.filter(({ arn }) => !arns.has(arn))),
  };
}

async function stackOf(
  cloudFormation: CleanupClients['cloudFormation'],
  owner: string,
): Promise<Pick<StackSurvey, 'state' | 'reaper'> & { readonly bucket?: string | undefined }> {
  let stack: Stack | undefined;
  try {
    stack = (await cloudFormation.send(new DescribeStacksCommand({ StackName: owner }))).Stacks?.[0];
  } catch (error) {
    const deletedLongAgo =
      error instanceof Error && error.name === 'ValidationError' && /does not exist/.test(error.message);
    if (!deletedLongAgo) throw error;
  }
  const status = stack?.StackStatus ?? 'DELETE_COMPLETE';
  if (status === 'DELETE_IN_PROGRESS') return { state: 'deleting' };
  if (/^(?:DELETE_|ROLLBACK_(?:COMPLETE|FAILED)|CREATE_FAILED)/.test(status)) return { state: 'gone' };
  const output = (key: string): string | undefined =>
    stack?.Outputs?.find(({ OutputKey }) => OutputKey === key)?.OutputValue;
  return { state: 'deployed', bucket: output('TrainingBucket'), reaper: output('ReaperFunctionName') };
}

/** Nothing has leave to exist once the stack is gone, and its leases with it. */
const NO_LEASES: LeaseStore = {
  openRun: () => Promise.resolve(false),
  run: () => Promise.resolve(null),
  changeRun: () => Promise.resolve(null),
  put: () => Promise.reject(new Error('the stack is gone: nothing may be leased any more')),
  get: () => Promise.resolve(null),
  remove: () => Promise.resolve(),
  all: () => Promise.resolve({ runs: [], leases: [] }),
  isFenced: () => Promise.resolve(false),
  fence: () => Promise.resolve(),
};

export interface Removal {
  readonly removed: readonly CreatedResource[];
  readonly left: readonly Obstacle[];
}

/** Removes what a stack that is gone has left: everything that carries exactly its id, and waits until it is gone too. */
export async function removeLeftovers(
  clients: CleanupClients,
  { owner }: StackSurvey,
  scope: OwnerScope,
  time: {
    readonly now: () => Date;
    readonly sleep: (milliseconds: number) => Promise<void>;
    readonly budgetMs: number;
  },
): Promise<Removal> {
  return sweep({
    clients,
    leases: NO_LEASES,
    owner,
    namePrefix: namePrefixOf(scope),
    kinds: RESOURCE_KINDS,
    mode: 'all',
    ...time,
  });
}

/** 365 days in 12 months */
const DAYS_PER_MONTH = HOURS_PER_MONTH / HOURS_PER_DAY;

type Billing = Pick<Holding, 'usdPerDay' | 'bills'>;

/** What a resource costs by being there, from the price book. */
export async function billingOf(
  clients: LifecycleClients,
  resource: CreatedResource,
  pricing: Pricing,
): Promise<Billing> {
  return BILLING[resource.kind](clients, resource, pricing);
}

const BILLING: Record<
  ResourceKind,
  (clients: LifecycleClients, resource: CreatedResource, pricing: Pricing) => Promise<Billing>
> = {
  'customization-job': () => Promise.resolve({ usdPerDay: null, bills: { code: 'trained-tokens' } }),
  'import-job': () => Promise.resolve({ usdPerDay: 0, bills: { code: 'nothing-yet' } }),
  deployment: () => Promise.resolve({ usdPerDay: 0, bills: { code: 'tokens' } }),
  'training-job': async ({ sagemaker }, { name }, { book, catalogue }) => {
    const { ResourceConfig } = await sagemaker.send(new DescribeTrainingJobCommand({ TrainingJobName: name }));
    const {
      InstanceType = 'unknown',
      InstanceCount: instances = 1,
      VolumeSizeInGB: volumeGb = 0,
    } = ResourceConfig ?? {};
    const usd = usdPer(book?.prices, instancePriceId(InstanceType), 'instance-hour');
    const ownDisks = hasOwnDisks(catalogue, InstanceType);
    const gbMonths = volumeGbMonths({ instances, volumeGb, ownDisks }, HOURS_PER_DAY, HOURS_PER_MONTH);
    const volumeUsd = gbMonths === 0 ? 0 : usdPer(book?.prices, TRAINING_VOLUME_PRICE_ID, 'GB-month');
    return {
      usdPerDay: usd === null || volumeUsd === null ? null : usd * instances * HOURS_PER_DAY + volumeUsd * gbMonths,
      bills: { code: 'instance-hours', values: { count: instances, instance: InstanceType } },
    };
  },
  throughput: (_, { baseModelArn, modelUnits, commitment, committedUntil }, { book, catalogue }) => {
    const model = modelIdOf(baseModelArn, catalogue);
    const usd =
      model === undefined
        ? null
        : usdPer(book?.prices, priceIdOf(model, throughputMeter(commitment)), 'model-unit-hour');
    return Promise.resolve({
      usdPerDay: usd === null || modelUnits === undefined ? null : usd * modelUnits * HOURS_PER_DAY,
      bills:
        committedUntil === undefined
          ? { code: 'hours' }
          : { code: 'committed-hours', values: { day: dayOf(committedUntil) } },
    });
  },
  'custom-model': (_, { baseModelArn }, { book, catalogue }) => {
    const model = modelIdOf(baseModelArn, catalogue);
    const usd = model === undefined ? null : usdPer(book?.prices, priceIdOf(model, 'storage'), 'model-month');
    return Promise.resolve({ usdPerDay: usd === null ? null : usd / DAYS_PER_MONTH, bills: { code: 'storage' } });
  },
  'imported-model': async ({ bedrock }, { arn }, { book }) => {
    const { customModelUnits } = await bedrock.send(new GetImportedModelCommand({ modelIdentifier: arn }));
    const units = customModelUnits?.customModelUnitsPerModelCopy;
    const usd = usdPer(book?.prices, 'cmi/storage', 'CMU-month');
    return {
      usdPerDay: usd === null || units === undefined ? null : (usd * units) / DAYS_PER_MONTH,
      bills: { code: 'storage-and-minutes' },
    };
  },
};

/** The id that the catalogue knows a base model by: a job's own id has the context length behind it. */
function modelIdOf(arn: string | undefined, catalogue: ModelCatalogue | undefined): string | undefined {
  const models = catalogue?.models ?? {};
  const named = arn?.split('foundation-model/')[1];
  return Object.keys(models).find((id) => id === named || models[id]?.customization?.tuningId === named);
}

/** Without an identity nothing can be looked at anywhere: the command says how to sign in. */
function throwWithoutIdentity(error: unknown): void {
  if (credentialsAdvice(error) !== undefined) throw error;
}
