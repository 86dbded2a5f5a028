import {
  CreateCustomModelDeploymentCommand,
  CreateModelCustomizationJobCommand,
  CreateModelImportJobCommand,
  CreateProvisionedModelThroughputCommand,
  GetCustomModelDeploymentCommand,
  GetProvisionedModelThroughputCommand,
  UpdateCustomModelDeploymentCommand,
  UpdateProvisionedModelThroughputCommand,
  type BedrockClient,
  type CreateModelCustomizationJobCommandInput,
} from '@aws-sdk/client-bedrock';
import { EnableRuleCommand, type EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { CreateTrainingJobCommand, type SageMakerClient } from '@aws-sdk/client-sagemaker';
import { costTags } from '../../lib/deployment/tags.ts';
import { errorText } from '../../lib/errors/aws-error.ts';
import { PassingError } from '../../lib/errors/passing.ts';
import { RunError } from '../../lib/errors/run-error.ts';
import { findByName } from '../../lib/lifecycle/inventory.ts';
import { isRunLive, type Lease, type LeaseStore } from '../../lib/lifecycle/leases.ts';
import { hostName, runName } from '../../lib/lifecycle/names.ts';
import type { CreatedResource } from '../../lib/lifecycle/resource.ts';
import type { CostComponent } from '../../lib/meters/cost-component.ts';
import { committedHours } from '../../lib/prices/commitment.ts';
import type { HostingChoice } from '../../lib/training/run-request.ts';
import type { RunState } from '../../lib/training/run-state.ts';
import type { Customization, TrainingSettings } from '../../lib/training/settings.ts';
import { HOUR_MS } from '../../lib/units.ts';

export interface CreateClients {
  readonly bedrock: Pick<BedrockClient, 'send'>;
  readonly sagemaker: Pick<SageMakerClient, 'send'>;
  readonly events: Pick<EventBridgeClient, 'send'>;
  readonly leases: LeaseStore;
}

export type CreateStep = 'job' | 'import' | 'host';

/** Deployments were seen to take 8 minutes, throughput up to an hour. */
const LONGEST_HOSTING_MS = 3 * HOUR_MS;
const LONGEST_IMPORT_MS = 6 * HOUR_MS;

/** The reaper looks every 15 minutes and may need a few: so much before the hour is over that it is not billed into the next one. */
const LAST_LOOK_MS = 20 * 60_000;

/**
 * The most that the steps take where AWS is away: the state machine repeats each of five for two hours, and a smoke test of ten
 * minutes is repeated 28 times.
 */
const REPETITION_HOURS = 15;

/** Beyond training: hosting, import, the smoke test. A job was seen to wait 74 hours before it began. */
const RUN_RESERVE_HOURS = LONGEST_HOSTING_MS / HOUR_MS + LONGEST_IMPORT_MS / HOUR_MS + REPETITION_HOURS;

/**
 * Creates what a step needs, with its lease written before and all tags of the contract on it. Called again for the same run it
 * makes nothing twice: names and client tokens follow from the run.
 * @throws RunError where the stack is being deleted or the run has ended: then nothing is created
 */
export async function createForRun(
  step: CreateStep,
  run: RunState,
  settings: TrainingSettings,
  clients: CreateClients,
  now: Date,
  execution?: string,
): Promise<RunState> {
  const { leases, events } = clients;
  const hours = (run.action === 'train' ? settings.maxTrainingHours : 0) + RUN_RESERVE_HOURS;
  const expiresAt = new Date(now.getTime() + hours * HOUR_MS).toISOString();
  await leases.openRun({ runId: run.runId, execution, expiresAt });
  // from its first moment somebody looks after the run: whoever disables the rule looks for runs once more afterwards
  await events.send(new EnableRuleCommand({ Name: settings.reaperRule }));
  // what was seen of the step before says nothing of this one
  return { ...(await STARTS[step](run, settings, clients, now)), watch: undefined };
}

const STARTS: Record<
  CreateStep,
  (run: RunState, settings: TrainingSettings, clients: CreateClients, now: Date) => Promise<RunState>
> = { job: startJob, import: startImport, host: startHosting };

/** Everything that must be true before anything that bills is made; its lease is there first. */
async function withLease<T>(
  wanted: readonly Omit<Lease, 'writtenAt' | 'runId'>[],
  run: RunState,
  { leases }: CreateClients,
  now: Date,
  create: () => Promise<T>,
): Promise<T> {
  await refuseEnded(run.runId, leases, now);
  for (const lease of wanted) await leases.put({ ...lease, runId: run.runId, writtenAt: now.toISOString() });
  // again: whoever fences or revokes after this finds the lease, and looks for its name until nothing can come any more
  await refuseEnded(run.runId, leases, now);
  return create();
}

async function refuseEnded(runId: string, leases: LeaseStore, now: Date): Promise<void> {
  if (await leases.isFenced()) {
    throw new RunError('this stack is being deleted: nothing is created any more');
  }
  if (!isRunLive(await leases.run(runId), now)) {
    throw new RunError(`the run ${runId} has ended or was stopped: nothing is created for it any more`);
  }
}

const tagsOf = (settings: TrainingSettings, component: CostComponent): { key: string; value: string }[] => {
  const { path, project, environment, owner } = settings;
  return Object.entries(costTags({ path, component, project, environment, owner })).map(([key, value]) => ({
    key,
    value,
  }));
};

async function startJob(
  run: RunState,
  settings: TrainingSettings,
  clients: CreateClients,
  now: Date,
): Promise<RunState> {
  const { customization, maxTrainingHours, stackName } = settings;
  const name = runName(stackName, run.runId);
  const kind = customization.route === 'bedrock' ? 'customization-job' : 'training-job';
  const deadline = new Date(now.getTime() + maxTrainingHours * HOUR_MS).toISOString();
  const started = (arn: string): RunState => ({
    ...run,
    job: { kind, name, arn, startedAt: now.toISOString(), deadline },
  });
  const made: Omit<Lease, 'writtenAt' | 'runId'>[] =
    customization.route === 'bedrock'
      ? [
          { kind, name },
          { kind: 'custom-model', name },
        ]
      : [{ kind, name }];
  return withLease(made, run, clients, now, async () => {
    if (customization.route === 'bedrock') {
      const { jobArn } = await clients.bedrock.send(
        new CreateModelCustomizationJobCommand(customizationJob(name, run, settings, customization)),
      );
      return started(requireArn(jobArn, 'job'));
    }
    // SageMaker has no client token, but refuses a second job of the same name: the first one is the run's own
    const own = async (): Promise<string | undefined> => {
      const before = await findByName(clients, 'training-job', name);
      return before?.owner === settings.owner ? before.arn : undefined;
    };
    const before = await own();
    if (before !== undefined) return started(before);
    try {
      const { TrainingJobArn } = await clients.sagemaker.send(trainingJob(name, run, settings, customization));
      return started(requireArn(TrainingJobArn, 'training job'));
    } catch (error) {
      // the SDK repeats a creation whose answer got lost
      const after = error instanceof Error && error.name === 'ResourceInUse' ? await own() : undefined;
      if (after === undefined) throw error;
      return started(after);
    }
  });
}

function customizationJob(
  name: string,
  run: RunState,
  settings: TrainingSettings,
  customization: Extract<Customization, { route: 'bedrock' }>,
): CreateModelCustomizationJobCommandInput {
  const { bucket, jobRoleArn, kmsKeyArn, vpc } = settings;
  const { type, tuningId, teacher, hyperParameters } = customization;
  const { dataset } = run;
  if (dataset === undefined) throw new RunError('a run that trains needs a dataset, got none');
  const fromLogs = 'invocationLogsUri' in dataset;
  return {
    jobName: name,
    customModelName: name,
    clientRequestToken: run.runId,
    roleArn: jobRoleArn,
    baseModelIdentifier: tuningId,
    customizationType: type,
    trainingDataConfig: fromLogs
      ? {
          invocationLogsConfig: {
            usePromptResponse: dataset.reuseLoggedAnswers,
            invocationLogSource: { s3Uri: dataset.invocationLogsUri },
          },
        }
      : { s3Uri: dataset.trainUri },
    ...(fromLogs || dataset.validationUri === undefined
      ? {}
      : { validationDataConfig: { validators: [{ s3Uri: dataset.validationUri }] } }),
    outputDataConfig: { s3Uri: `s3://${bucket}/output/${run.runId}/` },
    // distillation takes none
    ...(type === 'DISTILLATION' ? {} : { hyperParameters: { ...hyperParameters, ...run.hyperParameters } }),
    ...(teacher === undefined
      ? {}
      : {
          customizationConfig: {
            distillationConfig: {
              teacherModelConfig: {
                teacherModelIdentifier: teacher.identifier,
                maxResponseLengthForInference: teacher.maxResponseTokens,
              },
            },
          },
        }),
    ...(kmsKeyArn === undefined ? {} : { customModelKmsKeyId: kmsKeyArn }),
    ...(vpc === undefined
      ? {}
      : { vpcConfig: { subnetIds: [...vpc.subnetIds], securityGroupIds: [...vpc.securityGroupIds] } }),
    jobTags: tagsOf(settings, 'training'),
    customModelTags: tagsOf(settings, 'training'),
  };
}

/** The channels and hyperparameters that the training script reads: `lib/sagemaker/train.py`. */
function trainingJob(
  name: string,
  run: RunState,
  settings: TrainingSettings,
  customization: Extract<Customization, { route: 'sagemaker' }>,
): CreateTrainingJobCommand {
  const { bucket, jobRoleArn, kmsKeyArn, vpc, maxTrainingHours } = settings;
  const { imageUri, codeUri, baseModelUri, instanceType, instances, volumeGb, spot, hyperParameters } = customization;
  const { dataset } = run;
  if (dataset === undefined || 'invocationLogsUri' in dataset) {
    throw new RunError('continued pre-training needs a corpus in the bucket of the stack');
  }
  const seconds = Math.round(maxTrainingHours * 3600);
  const channel = (ChannelName: string, S3Uri: string) => ({
    ChannelName,
    DataSource: {
      S3DataSource: { S3DataType: 'S3Prefix' as const, S3Uri, S3DataDistributionType: 'FullyReplicated' as const },
    },
  });
  return new CreateTrainingJobCommand({
    TrainingJobName: name,
    RoleArn: jobRoleArn,
    AlgorithmSpecification: {
      TrainingImage: imageUri,
      TrainingInputMode: 'File',
      // the script lies there under the name that its deployment gave it
      ContainerEntrypoint: ['sh', '-c', 'exec python3 /opt/ml/input/data/code/*.py'],
      // lines of the script: without a definition no loss is ever known
      MetricDefinitions: ['train:loss', 'validation:loss'].map((Name) => ({ Name, Regex: `${Name}=([0-9.]+)` })),
    },
    InputDataConfig: [
      channel('corpus', dataset.trainUri),
      ...(dataset.validationUri === undefined ? [] : [channel('validation', dataset.validationUri)]),
      channel('model', baseModelUri),
      channel('code', codeUri),
    ],
    OutputDataConfig: {
      S3OutputPath: `s3://${bucket}/output/${run.runId}/`,
      // Custom Model Import reads a folder of weights, no archive
      CompressionType: 'NONE',
      ...(kmsKeyArn === undefined ? {} : { KmsKeyId: kmsKeyArn }),
    },
    ResourceConfig: {
      InstanceType: instanceType as never,
      InstanceCount: instances,
      VolumeSizeInGB: volumeGb,
    },
    StoppingCondition: {
      MaxRuntimeInSeconds: seconds,
      ...(spot ? { MaxWaitTimeInSeconds: seconds } : {}),
    },
    EnableManagedSpotTraining: spot,
    ...(spot ? { CheckpointConfig: { S3Uri: `s3://${bucket}/output/${run.runId}/checkpoints/` } } : {}),
    HyperParameters: { ...hyperParameters, ...run.hyperParameters },
    EnableNetworkIsolation: true,
    ...(vpc === undefined
      ? {}
      : { VpcConfig: { Subnets: [...vpc.subnetIds], SecurityGroupIds: [...vpc.securityGroupIds] } }),
    Tags: tagsOf(settings, 'training').map(({ key, value }) => ({ Key: key, Value: value })),
  });
}

async function startImport(
  run: RunState,
  settings: TrainingSettings,
  clients: CreateClients,
  now: Date,
): Promise<RunState> {
  const { importRoleArn, stackName, bucket, kmsKeyArn, vpc } = settings;
  if (importRoleArn === undefined) throw new Error('only weights from SageMaker are imported');
  const name = runName(stackName, run.runId);
  const weightsUri = run.weightsUri ?? `s3://${bucket}/output/${run.runId}/${name}/output/model/`;
  return withLease(
    [
      { kind: 'import-job', name },
      { kind: 'imported-model', name },
    ],
    run,
    clients,
    now,
    async () => {
      const { jobArn } = await clients.bedrock.send(
        new CreateModelImportJobCommand({
          jobName: name,
          importedModelName: name,
          roleArn: importRoleArn,
          clientRequestToken: run.runId,
          modelDataSource: { s3DataSource: { s3Uri: weightsUri } },
          jobTags: tagsOf(settings, 'inference'),
          importedModelTags: tagsOf(settings, 'inference'),
          ...(kmsKeyArn === undefined ? {} : { importedModelKmsKeyId: kmsKeyArn }),
          ...(vpc === undefined
            ? {}
            : { vpcConfig: { subnetIds: [...vpc.subnetIds], securityGroupIds: [...vpc.securityGroupIds] } }),
        }),
      );
      const deadline = new Date(now.getTime() + LONGEST_IMPORT_MS).toISOString();
      return {
        ...run,
        importJob: { name, arn: requireArn(jobArn, 'import job'), startedAt: now.toISOString(), deadline, weightsUri },
      };
    },
  );
}

async function startHosting(
  run: RunState,
  settings: TrainingSettings,
  clients: CreateClients,
  now: Date,
): Promise<RunState> {
  const { hosting, customModelArn } = run;
  if (customModelArn === undefined) throw new Error('a model is hosted after it is trained');
  const deadline = new Date(now.getTime() + LONGEST_HOSTING_MS).toISOString();
  const startedAt = now.toISOString();
  const name = hostName(settings.stackName);
  switch (hosting.kind) {
    case 'none':
      return run;
    case 'imported':
      // an imported model answers as it is
      return { ...run, host: { kind: 'imported-model', name, arn: customModelArn, startedAt, deadline } };
    case 'on-demand': {
      const arn = await deploy(name, customModelArn, run, settings, clients, now);
      return { ...run, host: { kind: 'deployment', name, arn, startedAt, deadline } };
    }
    case 'provisioned': {
      const until = await untilOf(endOfThroughput(hosting, now).toISOString(), name, run, clients, now);
      const arn = await buyThroughput(name, customModelArn, until, run, settings, clients, now);
      return { ...run, host: { kind: 'throughput', name, arn, startedAt, deadline, until } };
    }
  }
}

/**
 * When throughput must go. A begun hour is billed whole, so it goes before the last one is over; a commitment renews itself at its end
 * unless it is deleted, so it has an end as well.
 */
export function endOfThroughput(
  { maxHours, commitment }: Extract<HostingChoice, { kind: 'provisioned' }>,
  now: Date,
): Date {
  const ms =
    commitment === undefined
      ? Math.min(maxHours * HOUR_MS, Math.ceil(maxHours) * HOUR_MS - LAST_LOOK_MS)
      : // the watch of the throughput reads the end that AWS gives it
        committedHours(commitment) * HOUR_MS;
  return new Date(now.getTime() + ms);
}

/**
 * Returns the end that an earlier attempt of this run has put into the lease: it may have bought the throughput and not have been
 * told, and hours that are bought begin with the first attempt.
 * @throws RunError where that end has come
 */
async function untilOf(
  until: string,
  name: string,
  { runId }: RunState,
  { leases }: CreateClients,
  now: Date,
): Promise<string> {
  const lease = await leases.get('throughput', name);
  const first = lease?.runId === runId && lease.published !== true ? lease.until : undefined;
  if (first !== undefined && new Date(first) <= now) {
    throw new RunError(
      `the throughput '${name}' could not be bought before ${first}, when it was to end: host again when AWS answers`,
    );
  }
  return first ?? until;
}

/** One deployment a stack: where it exists, the new model is swapped in behind the same ARN. */
async function deploy(
  name: string,
  modelArn: string,
  run: RunState,
  settings: TrainingSettings,
  clients: CreateClients,
  now: Date,
): Promise<string> {
  const { bedrock, leases } = clients;
  const existing = await ownHost('deployment', name, run, settings, clients, now);
  if (existing !== null) {
    // its lease stays the old run's until the new model is published: were this run to fail, it is set back
    await refuseEnded(run.runId, leases, now);
    const { arn } = existing;
    const serving = await bedrock.send(new GetCustomModelDeploymentCommand({ customModelDeploymentIdentifier: arn }));
    if (serving.modelArn !== modelArn) {
      await swap(() =>
        bedrock.send(new UpdateCustomModelDeploymentCommand({ customModelDeploymentIdentifier: arn, modelArn })),
      );
    }
    return arn;
  }
  return withLease([{ kind: 'deployment', name }], run, clients, now, async () => {
    const { customModelDeploymentArn } = await bedrock.send(
      new CreateCustomModelDeploymentCommand({
        modelDeploymentName: name,
        modelArn,
        clientRequestToken: `${run.runId}-host`,
        tags: tagsOf(settings, 'inference'),
      }),
    );
    return requireArn(customModelDeploymentArn, 'deployment');
  });
}

/** Puts another model behind a host; one that is still busy with a swap, perhaps this very one, is asked again later. */
async function swap(update: () => Promise<unknown>): Promise<void> {
  try {
    await update();
  } catch (error) {
    if (error instanceof Error && error.name === 'ConflictException') {
      throw new PassingError(errorText(error), { cause: error });
    }
    throw error;
  }
}

async function buyThroughput(
  name: string,
  modelId: string,
  until: string,
  run: RunState,
  settings: TrainingSettings,
  clients: CreateClients,
  now: Date,
): Promise<string> {
  const { bedrock, leases } = clients;
  const { hosting } = run;
  if (hosting.kind !== 'provisioned') throw new Error('throughput is bought for provisioned hosting alone');
  const existing = await ownHost('throughput', name, run, settings, clients, now);
  if (existing !== null) {
    // what was checked before hours of training may have changed since: what bills differently is never taken for what was asked
    if (existing.modelUnits !== hosting.modelUnits || (existing.committedUntil ?? hosting.commitment) !== undefined) {
      throw new RunError(
        `the throughput '${name}' exists with other model units or another commitment: unhost it first`,
      );
    }
    await refuseEnded(run.runId, leases, now);
    const { arn } = existing;
    const serving = await bedrock.send(new GetProvisionedModelThroughputCommand({ provisionedModelId: arn }));
    if (serving.desiredModelArn !== modelId) {
      await swap(() =>
        bedrock.send(new UpdateProvisionedModelThroughputCommand({ provisionedModelId: arn, desiredModelId: modelId })),
      );
    }
    return arn;
  }
  // the end is in the lease before the throughput is bought: it is removed then, whatever becomes of the run
  const lease = { kind: 'throughput' as const, name, until };
  return withLease([lease], run, clients, now, async () => {
    const { provisionedModelArn } = await bedrock.send(
      new CreateProvisionedModelThroughputCommand({
        provisionedModelName: name,
        modelId,
        modelUnits: hosting.modelUnits,
        clientRequestToken: `${run.runId}-host`,
        ...(hosting.commitment === undefined ? {} : { commitmentDuration: hosting.commitment }),
        tags: tagsOf(settings, 'inference'),
      }),
    );
    return requireArn(provisionedModelArn, 'throughput');
  });
}

/**
 * The stack's deployment or throughput of an earlier run: published, still there, and not about to go.
 * @throws RunError where another run is about to make it or it is about to go: its lease must not be taken over, for it says what is
 * removed when
 */
async function ownHost(
  kind: 'deployment' | 'throughput',
  name: string,
  run: RunState,
  { owner }: TrainingSettings,
  clients: CreateClients,
  now: Date,
): Promise<CreatedResource | null> {
  const { leases } = clients;
  const lease = await leases.get(kind, name);
  // nobody's yet, or its own from an attempt before
  if (lease === null || (lease.published !== true && lease.runId === run.runId)) return null;
  const found = await findByName(clients, kind, name);
  const own = found?.owner === owner ? found : null;
  if (lease.published !== true && (own !== null || isRunLive(await leases.run(lease.runId), now))) {
    throw new RunError(
      `the ${kind} '${name}' is being made or removed for the run ${lease.runId}: wait for its end, then host again`,
    );
  }
  if (own === null || lease.published !== true) return null;
  if (lease.until !== undefined && new Date(lease.until) <= now) {
    throw new RunError(`the ${kind} '${name}' has come to its end and is being deleted: try again in 15 minutes`);
  }
  return own;
}

function requireArn(arn: string | undefined, what: string): string {
  if (arn === undefined) throw new Error(`AWS created a ${what} and did not say which`);
  return arn;
}
