import { HOURS_PER_DAY } from '../../units.ts';
import type { ApiReply, ApiRequest, CallContext, Route } from '../api.ts';
import { constraints, type Constraints } from '../constraints.ts';
import type { FaultKind } from '../faults.ts';
import { pathOf, type RecordedUsage } from '../meter.ts';
import { ServiceError, invalid } from '../service-error.ts';
import { readTags, requireContractTags } from '../tagging.ts';
import type { SimulatedResource } from '../usage.ts';
import { hoursBetween } from './billing.ts';
import { usdOf, type TrainingEnvironment } from './environment.ts';
import { commonFilters, pagedStore, type StoredItem, type PagedStore } from './paged-store.ts';
import {
  CHANGE_FAULTS,
  CREATE_FAULTS,
  LIST_FAULTS,
  MINUTE_MS,
  READ_FAULTS,
  ROLE,
  S3_URI,
  after,
  visibleFrom,
} from './requests.ts';

export const TRAINING_JOB = 'AWS::SageMaker::TrainingJob';

interface TrainingJob extends StoredItem {
  readonly asked: Readonly<Record<string, unknown>>;
  readonly instanceType: string;
  readonly instances: number;
  readonly outputUri: string;
  /** Where its data and the model to train on are. */
  readonly channels: readonly string[];
  /** Files are left as they are, as a model import needs them, rather than packed into one archive. */
  readonly unpacked: boolean;
  readonly spot: boolean;
  readonly startsAt: Date;
  readonly trainedAt: Date;
  readonly endsAt: Date;
  readonly cut: { readonly at: Date; readonly status: 'Failed' | 'Stopped'; readonly why: string } | undefined;
  stopAskedAt: Date | undefined;
  wroteModel: boolean;
}

export interface TrainingJobs {
  readonly routes: readonly Route[];
  readonly kept: PagedStore<TrainingJob>;
  readonly running: () => TrainingJob[];
  readonly usage: () => RecordedUsage[];
  readonly usdPerDay: (resource: SimulatedResource) => number | null;
}

/** Invented: a small corpus on a small instance. */
const DURATION_MS = {
  starting: 3 * MINUTE_MS,
  downloading: 2 * MINUTE_MS,
  training: 40 * MINUTE_MS,
  uploading: 5 * MINUTE_MS,
  stopping: 2 * MINUTE_MS,
} as const;

const JOB_NAME = /[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}/;

type Members = Readonly<Record<string, unknown>>;

export function trainingJobs(environment: TrainingEnvironment): TrainingJobs {
  const { simulator, objects, quotas } = environment;
  const { clock, region, accountId } = simulator;
  const kept = pagedStore<TrainingJob>(clock);

  const create = async ({ body }: ApiRequest, context: CallContext): Promise<TrainingJob> => {
    const check = constraints();
    const members = check.object('body', body) ?? {};
    for (const member of [
      'TrainingJobName',
      'AlgorithmSpecification',
      'RoleArn',
      'OutputDataConfig',
      'StoppingCondition',
    ]) {
      check.required(member, members[member]);
    }
    const name =
      check.text('TrainingJobName', members['TrainingJobName'], { min: 1, max: 63, pattern: JOB_NAME }) ?? '';
    check.text('RoleArn', members['RoleArn'], { min: 20, max: 2048, pattern: ROLE });
    const algorithm = check.object('AlgorithmSpecification', members['AlgorithmSpecification']) ?? {};
    check.required('AlgorithmSpecification.TrainingInputMode', algorithm['TrainingInputMode']);
    check.required('AlgorithmSpecification.TrainingImage', algorithm['TrainingImage']);
    const resources = check.object('ResourceConfig', members['ResourceConfig']) ?? {};
    check.required('ResourceConfig.VolumeSizeInGB', resources['VolumeSizeInGB']);
    const instanceType =
      check.text('ResourceConfig.InstanceType', resources['InstanceType'], { pattern: /ml\.[a-z0-9-]+\.[a-z0-9]+/ }) ??
      '';
    check.required('ResourceConfig.InstanceType', resources['InstanceType']);
    const instances =
      check.number('ResourceConfig.InstanceCount', resources['InstanceCount'], { min: 1, whole: true }) ?? 1;
    const output = check.object('OutputDataConfig', members['OutputDataConfig']) ?? {};
    const outputUri =
      check.text('OutputDataConfig.S3OutputPath', output['S3OutputPath'], { max: 1024, pattern: S3_URI }) ?? '';
    const compression = check.text('OutputDataConfig.CompressionType', output['CompressionType'], {
      oneOf: ['GZIP', 'NONE'],
    });
    const stopping = check.object('StoppingCondition', members['StoppingCondition']) ?? {};
    const mostSeconds =
      check.number('StoppingCondition.MaxRuntimeInSeconds', stopping['MaxRuntimeInSeconds'], { min: 1, whole: true }) ??
      86_400;
    const waitSeconds = check.number('StoppingCondition.MaxWaitTimeInSeconds', stopping['MaxWaitTimeInSeconds'], {
      min: 1,
      whole: true,
    });
    const spot = members['EnableManagedSpotTraining'] === true;
    const channels = channelUris(check, members['InputDataConfig']);
    for (const [key, value] of Object.entries(check.object('HyperParameters', members['HyperParameters']) ?? {})) {
      check.text(`HyperParameters.${key}`, value, { max: 2500 });
    }
    const tags = readTags(check, 'Tags', lowerCased(members['Tags']));
    check.finish();
    if (spot && (waitSeconds === undefined || waitSeconds < mostSeconds)) {
      throw invalid(
        'Invalid MaxWaitTimeInSeconds. It must be present and greater than or equal to MaxRuntimeInSeconds for a spot job.',
      );
    }
    requireContractTags('sagemaker:CreateTrainingJob', tags);
    if (kept.all().some((job) => job.name === name)) {
      throw new ServiceError(
        'ResourceInUse',
        'Training job names must be unique within an AWS account and region, and a training job with this name already exists.',
      );
    }
    const busy = running()
      .filter((job) => job.instanceType === instanceType)
      .reduce((sum, job) => sum + job.instances, 0);
    if (busy + instances > quotas.trainingInstances) {
      throw new ServiceError(
        'ResourceLimitExceeded',
        `The account-level service limit '${instanceType} for training job usage' is ${quotas.trainingInstances} Instances, with current utilization of ${busy} Instances and a request delta of ${instances} Instances.`,
      );
    }
    const found = await Promise.all(channels.map(async (uri) => (await objects.list(uri)).length));
    const empty = channels.find((_, index) => found[index] === 0);
    const now = clock.now();
    const startsAt = after(now, DURATION_MS.starting);
    const trainedAt = after(startsAt, DURATION_MS.downloading + DURATION_MS.training);
    const job: TrainingJob = {
      arn: `arn:aws:sagemaker:${region}:${accountId}:training-job/${name}`,
      name,
      tags,
      createdAt: now,
      visibleAt: visibleFrom(simulator, context),
      asked: members,
      instanceType,
      instances,
      outputUri,
      channels,
      unpacked: compression === 'NONE',
      spot,
      startsAt,
      trainedAt,
      endsAt: after(trainedAt, DURATION_MS.uploading),
      cut: cutOf(context, empty, startsAt, trainedAt, mostSeconds),
      stopAskedAt: undefined,
      wroteModel: false,
    };
    kept.add(job);
    return job;
  };

  const running = (): TrainingJob[] =>
    kept.all().filter((job) => ['InProgress', 'Stopping'].includes(statusOf(job, clock.now())));

  const named = (body: unknown): TrainingJob => {
    const check = constraints();
    const members = check.object('body', body) ?? {};
    check.required('TrainingJobName', members['TrainingJobName']);
    const name = check.text('TrainingJobName', members['TrainingJobName'], { min: 1, max: 63 }) ?? '';
    check.finish();
    const job = kept.find(name);
    // this service calls what does not exist a validation error
    if (job === undefined) throw invalid('Requested resource not found.');
    return job;
  };

  const stop = (job: TrainingJob): void => {
    const status = statusOf(job, clock.now());
    if (status === 'Stopping') return;
    if (status !== 'InProgress')
      throw invalid(`The request was rejected because the training job is in status ${status}.`);
    job.stopAskedAt = clock.now();
  };

  const artifactsUri = ({ outputUri, name, unpacked }: TrainingJob): string =>
    `${outputUri.replace(/\/$/, '')}/${name}/output/${unpacked ? 'model/' : 'model.tar.gz'}`;

  /** Training keeps the architecture of what it trains on. */
  const baseConfig = async ({ channels }: TrainingJob): Promise<string> => {
    const files = (await Promise.all(channels.map((uri) => objects.list(uri)))).flat();
    const config = files.find((file) => file.endsWith('/config.json'));
    return (config === undefined ? undefined : await objects.read(config)) ?? '{}';
  };

  /** Weights in name only: nothing here can train. */
  const writeModel = async (job: TrainingJob): Promise<void> => {
    if (job.wroteModel || statusOf(job, clock.now()) !== 'Completed') return;
    job.wroteModel = true;
    const uri = artifactsUri(job);
    if (!job.unpacked) return objects.write(uri, 'simulated');
    const files = {
      'config.json': await baseConfig(job),
      'model.safetensors': 'simulated',
      'tokenizer.json': '{}',
      'tokenizer_config.json': '{}',
    };
    await Promise.all(Object.entries(files).map(([file, text]) => objects.write(`${uri}${file}`, text)));
  };

  const described = (job: TrainingJob) => {
    const now = clock.now();
    const status = statusOf(job, now);
    const end = endOf(job);
    const ended = status !== 'InProgress' && status !== 'Stopping';
    const trainingSeconds = Math.round(hoursBetween(job.startsAt, end < now ? end : now) * 3600);
    return {
      ...job.asked,
      TrainingJobName: job.name,
      TrainingJobArn: job.arn,
      TrainingJobStatus: status,
      SecondaryStatus: secondaryStatus(job, now),
      ...(status === 'Failed' ? { FailureReason: job.cut?.why } : {}),
      ...(status === 'Completed' ? { ModelArtifacts: { S3ModelArtifacts: artifactsUri(job) } } : {}),
      CreationTime: seconds(job.createdAt),
      ...(now < job.startsAt ? {} : { TrainingStartTime: seconds(job.startsAt) }),
      ...(ended ? { TrainingEndTime: seconds(end) } : {}),
      LastModifiedTime: seconds(now),
      TrainingTimeInSeconds: trainingSeconds,
      ...(ended ? { BillableTimeInSeconds: trainingSeconds } : {}),
    };
  };

  const summary = (job: TrainingJob) => ({
    TrainingJobName: job.name,
    TrainingJobArn: job.arn,
    CreationTime: seconds(job.createdAt),
    LastModifiedTime: seconds(clock.now()),
    TrainingJobStatus: statusOf(job, clock.now()),
  });

  const list = ({ body }: ApiRequest) => {
    const check = constraints();
    const members = check.object('body', body) ?? {};
    check.finish();
    const filters = {
      NameContains: commonFilters.nameContains,
      StatusEquals: (job: TrainingJob, value: string) => statusOf(job, clock.now()) === value,
    };
    const query = new URLSearchParams();
    for (const [member, value] of Object.entries(members)) {
      const paging: Readonly<Record<string, string>> = {
        MaxResults: 'maxResults',
        NextToken: 'nextToken',
        SortBy: 'sortBy',
        SortOrder: 'sortOrder',
      };
      query.set(paging[member] ?? member, String(value));
    }
    const { page, nextToken } = kept.page(query, summary, filters);
    return { TrainingJobSummaries: page, ...(nextToken === undefined ? {} : { NextToken: nextToken }) };
  };

  const tagged = (body: unknown): { job: TrainingJob; members: Members; check: Constraints } => {
    const check = constraints();
    const members = check.object('body', body) ?? {};
    check.required('ResourceArn', members['ResourceArn']);
    const arn = check.text('ResourceArn', members['ResourceArn'], { min: 20, max: 256 }) ?? '';
    check.finish();
    const job = kept.find(arn);
    if (job === undefined) throw invalid('Requested resource not found.');
    return { job, members, check };
  };

  const usageOf = (job: TrainingJob, now: Date): RecordedUsage[] => {
    const end = endOf(job);
    const until = end < now ? end : now;
    const hours = hoursBetween(job.startsAt, until) * job.instances;
    if (hours === 0) return [];
    return [
      {
        priceId: `sagemaker/${job.instanceType}/training`,
        // a spot job costs less, and nobody says how much: as if it did not
        quantity: hours,
        resourceId: job.arn,
        tags: job.tags,
        path: pathOf(job.tags),
        component: 'training',
        operation: 'RunInstance',
        at: until,
      },
    ];
  };

  return {
    kept,
    running,
    usage: () => kept.all().flatMap((job) => usageOf(job, clock.now())),
    usdPerDay: ({ arn }) => {
      const job = running().find((candidate) => candidate.arn === arn);
      return job === undefined
        ? 0
        : usdOf(environment, `sagemaker/${job.instanceType}/training`, job.instances * HOURS_PER_DAY);
    },
    routes: [
      sageMakerRoute('CreateTrainingJob', CREATE_FAULTS, async (request, context) => ({
        json: { TrainingJobArn: (await create(request, context)).arn },
      })),
      sageMakerRoute('DescribeTrainingJob', READ_FAULTS, async ({ body }) => {
        const job = named(body);
        await writeModel(job);
        return { json: described(job) };
      }),
      sageMakerRoute('StopTrainingJob', CHANGE_FAULTS, ({ body }) => {
        stop(named(body));
        return { json: {} };
      }),
      sageMakerRoute('ListTrainingJobs', LIST_FAULTS, (request) => ({ json: list(request) })),
      sageMakerRoute('ListTags', LIST_FAULTS, ({ body }) => ({
        json: { Tags: Object.entries(tagged(body).job.tags).map(([Key, Value]) => ({ Key, Value })) },
      })),
      sageMakerRoute('AddTags', CHANGE_FAULTS, ({ body }) => {
        const { job, members, check } = tagged(body);
        const added = readTags(check, 'Tags', lowerCased(members['Tags']));
        check.finish();
        const tags = { ...job.tags, ...added };
        requireContractTags('sagemaker:AddTags', tags);
        job.tags = tags;
        return { json: { Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) } };
      }),
    ],
  };
}

function sageMakerRoute(operation: string, faults: readonly FaultKind[], handle: Route['handle']): Route {
  return {
    operation,
    service: 'sagemaker',
    method: 'POST',
    path: '/',
    target: `SageMaker.${operation}`,
    faults,
    ...(faults === CREATE_FAULTS ? { plays: ['slow-consistency', 'job-failure'] as const } : {}),
    handle: (request, context): ApiReply | Promise<ApiReply> => handle(request, context),
  };
}

function channelUris(check: Constraints, value: unknown): string[] {
  return (check.list('InputDataConfig', value, { max: 20 }) ?? []).map((member, index) => {
    const at = `InputDataConfig.${index + 1}.member`;
    const channel = check.object(at, member) ?? {};
    check.required(`${at}.ChannelName`, channel['ChannelName']);
    const source = check.object(`${at}.DataSource`, channel['DataSource']);
    const s3 = check.object(`${at}.DataSource.S3DataSource`, source?.['S3DataSource']) ?? {};
    return check.text(`${at}.DataSource.S3DataSource.S3Uri`, s3['S3Uri'], { max: 1024, pattern: S3_URI }) ?? '';
  });
}

/** This service writes `Key` and `Value` where Bedrock writes `key` and `value`. */
function lowerCased(tags: unknown): unknown {
  if (!Array.isArray(tags)) return tags;
  return (tags as Readonly<Record<string, unknown>>[]).map(({ Key, Value }) => ({ key: Key, value: Value }));
}

function cutOf(
  { fault }: CallContext,
  emptyChannel: string | undefined,
  startsAt: Date,
  trainedAt: Date,
  mostSeconds: number,
): TrainingJob['cut'] {
  if (emptyChannel !== undefined) {
    return {
      at: startsAt,
      status: 'Failed',
      why: `ClientError: Data download failed: no object was found under ${emptyChannel}`,
    };
  }
  if (fault === 'job-failure') {
    return {
      at: after(startsAt, (trainedAt.getTime() - startsAt.getTime()) / 2),
      status: 'Failed',
      why: 'AlgorithmError: ExecuteUserScriptError: ExitCode 1',
    };
  }
  const latest = after(startsAt, mostSeconds * 1000);
  return latest < trainedAt ? { at: latest, status: 'Stopped', why: 'MaxRuntimeExceeded' } : undefined;
}

/** When its instances end. */
function endOf({ stopAskedAt, cut, endsAt }: TrainingJob): Date {
  const stopped = stopAskedAt === undefined ? undefined : after(stopAskedAt, DURATION_MS.stopping);
  return [stopped, cut?.at].reduce<Date>((end, other) => (other !== undefined && other < end ? other : end), endsAt);
}

function statusOf(job: TrainingJob, now: Date): 'InProgress' | 'Completed' | 'Failed' | 'Stopping' | 'Stopped' {
  const end = endOf(job);
  if (job.stopAskedAt !== undefined && (job.cut === undefined || job.stopAskedAt < job.cut.at)) {
    return now < end ? 'Stopping' : 'Stopped';
  }
  if (now < end) return 'InProgress';
  return job.cut?.status ?? 'Completed';
}

function secondaryStatus(job: TrainingJob, now: Date): string {
  const status = statusOf(job, now);
  if (status === 'Stopped' && job.stopAskedAt === undefined) return 'MaxRuntimeExceeded';
  if (status !== 'InProgress') return status;
  if (now < job.startsAt) return 'Starting';
  if (now < after(job.startsAt, DURATION_MS.downloading)) return 'Downloading';
  return now < job.trainedAt ? 'Training' : 'Uploading';
}

/** JSON of this service counts instants in seconds. */
const seconds = (instant: Date): number => instant.getTime() / 1000;
