import { DAY_MS } from '../../units.ts';
import type { ApiRequest, CallContext, Route } from '../api.ts';
import type { Constraints } from '../constraints.ts';
import { foundationModel, isLegacy } from '../foundation-models.ts';
import { pathOf, type RecordedUsage } from '../meter.ts';
import { seededRandom } from '../random.ts';
import { invalid } from '../service-error.ts';
import type { TrainedJob } from '../simulator.ts';
import { readTags } from '../tagging.ts';
import type { SimulatedResource, Tags } from '../usage.ts';
import type { CustomModel } from './custom-models.ts';
import facts from './customization-jobs.json' with { type: 'json' };
import { readInvocationLogs, readTrainingData, teacherWork, type TeacherWork, type TrainingData } from './data-sets.ts';
import { baseModel, usdOf, type BaseModel, type TrainingEnvironment } from './environment.ts';
import { commonFilters, pagedStore, type StoredItem, type PagedStore } from './paged-store.ts';
import {
  CHANGE_FAULTS,
  CREATE_FAULTS,
  LIST_FAULTS,
  MINUTE_MS,
  READ_FAULTS,
  ROLE,
  after,
  bedrockRoute,
  bodyOf,
  conflict,
  contractTags,
  creations,
  notFound,
  overQuota,
  readS3Uri,
  resourceId,
  visibleFrom,
} from './requests.ts';

export const CUSTOMIZATION_JOB = 'AWS::Bedrock::ModelCustomizationJob';

type Type = 'FINE_TUNING' | 'DISTILLATION';

interface Teacher {
  readonly modelId: string;
  readonly global: boolean;
  readonly work: TeacherWork;
  /** Logged answers are reused: the teacher says nothing. */
  readonly reused: boolean;
}

interface CustomizationJob extends StoredItem {
  readonly customModelName: string;
  readonly customModelTags: Tags;
  readonly base: BaseModel;
  readonly type: Type;
  /** As asked, to be echoed. */
  readonly asked: Readonly<Record<string, unknown>>;
  readonly outputUri: string;
  readonly tokensPerEpoch: number;
  readonly epochs: number;
  /** Of all epochs: what is billed. */
  readonly trainedTokens: number;
  readonly teacher: Teacher | undefined;
  readonly dataReadyAt: Date;
  readonly trainedAt: Date;
  readonly endsAt: Date;
  /** Fails at that instant. */
  readonly failure: { readonly at: Date; readonly message: string } | undefined;
  stopAskedAt: Date | undefined;
  outputModelArn: string | undefined;
  wroteOutput: boolean;
}

export interface CustomizationJobs {
  readonly routes: readonly Route[];
  readonly kept: PagedStore<CustomizationJob>;
  /** Makes the models of the jobs that have ended by now. */
  readonly settle: () => void;
  /** Those that still train: a job that has ended can only be kept. */
  readonly running: () => CustomizationJob[];
  readonly usage: () => RecordedUsage[];
  readonly usdPerDay: (resource: SimulatedResource) => number | null;
  /** Tokens that a job trained on, in all epochs; teacher prompts. */
  readonly counts: () => readonly TrainedJob[];
}

/** Invented, of the size that people report: AWS promises none. */
const DURATION_MS = {
  data: 5 * MINUTE_MS,
  teacher: 40 * MINUTE_MS,
  training: 30 * MINUTE_MS,
  perTrainedToken: 1,
  validation: 5 * MINUTE_MS,
  stopping: 3 * MINUTE_MS,
} as const;

/**
 * Records, epochs and who teaches whom, read in AWS's pages a second time: not taken from the catalogue, so that jobs contradict it
 * where it is wrong. Nobody writes that file from the catalogue, for the same reason.
 */
const { recordLimits: RECORD_LIMITS, epochs: EPOCHS } = facts;

/** What a teacher of later teaches, the catalogue says. */
const STUDENTS: Readonly<Record<string, readonly string[]>> = facts.students;

const JOB_NAME = /[a-zA-Z0-9](-*[a-zA-Z0-9+\-.])*/;
const MODEL_NAME = /([0-9a-zA-Z][_-]?){1,63}/;

const INTERNAL_FAILURE = 'Encountered an internal error. Please try again.';

export function customizationJobs(
  environment: TrainingEnvironment,
  models: { readonly add: (model: CustomModel) => void; readonly all: () => readonly CustomModel[] },
): CustomizationJobs {
  const { simulator, objects, quotas } = environment;
  const { clock, region, accountId } = simulator;
  const kept = pagedStore<CustomizationJob>(clock);
  const made = creations<CustomizationJob>();

  const running = (): CustomizationJob[] =>
    kept.all().filter((job) => ['InProgress', 'Stopping'].includes(statusOf(job, clock.now())));

  const create = async (request: ApiRequest, context: CallContext): Promise<CustomizationJob> => {
    const { check, members } = bodyOf(request, [
      'jobName',
      'customModelName',
      'roleArn',
      'baseModelIdentifier',
      'trainingDataConfig',
      'outputDataConfig',
    ]);
    const name = check.text('jobName', members['jobName'], { min: 1, max: 63, pattern: JOB_NAME }) ?? '';
    const customModelName =
      check.text('customModelName', members['customModelName'], { min: 1, max: 63, pattern: MODEL_NAME }) ?? '';
    check.text('roleArn', members['roleArn'], { max: 2048, pattern: ROLE });
    const identifier = check.text('baseModelIdentifier', members['baseModelIdentifier'], { min: 1, max: 2048 }) ?? '';
    const type =
      check.text('customizationType', members['customizationType'], {
        oneOf: ['FINE_TUNING', 'CONTINUED_PRE_TRAINING', 'DISTILLATION', 'REINFORCEMENT_FINE_TUNING', 'IMPORTED'],
      }) ?? 'FINE_TUNING';
    const output = check.object('outputDataConfig', members['outputDataConfig']);
    const outputUri = readS3Uri(check, 'outputDataConfig.s3Uri', output?.['s3Uri']);
    const hyperParameters = readHyperParameters(check, members['hyperParameters']);
    const jobTags = readTags(check, 'jobTags', members['jobTags']);
    const customModelTags = readTags(check, 'customModelTags', members['customModelTags']);
    const { token, item } = made.before(check, members);
    check.finish();
    if (item !== undefined) return item;
    contractTags('bedrock:CreateModelCustomizationJob', jobTags);
    contractTags('bedrock:CreateModelCustomizationJob', customModelTags);
    const base = baseModel(simulator, identifier);
    if (base === undefined)
      throw invalid(`The provided model identifier is invalid: no model ${identifier} can be customized in ${region}.`);
    if (type === 'CONTINUED_PRE_TRAINING' || !base.entry.customization?.types.some((known) => known === type)) {
      throw invalid(`The model ${identifier} does not support the customization type ${type}.`);
    }
    if (isLegacy(simulator, base.entry)) {
      throw invalid(`The model ${identifier} is in the Legacy state: no new customization job can be created for it.`);
    }
    const kind: Type = type === 'DISTILLATION' ? 'DISTILLATION' : 'FINE_TUNING';
    // names of jobs are reserved for ever
    if (kept.all().some((job) => job.name === name)) throw invalid('The provided job name is currently in use.');
    if (
      models.all().some((model) => model.name === customModelName) ||
      running().some((job) => job.customModelName === customModelName)
    ) {
      throw invalid('The provided custom model name is currently in use.');
    }
    if (running().length >= quotas.customizationJobsInProgress) {
      throw overQuota('customization jobs in progress', quotas.customizationJobsInProgress);
    }
    if (models.all().length >= quotas.customModels) throw overQuota('custom models', quotas.customModels);
    const epochs = epochsOf(base, kind, hyperParameters);
    const { data, teacher } = await readData(kind, base, members);
    const now = clock.now();
    const tokensPerEpoch =
      teacher === undefined || teacher.reused ? data.tokens : teacher.work.inputTokens + teacher.work.outputTokens;
    const trainedTokens = tokensPerEpoch * epochs;
    const dataReadyAt = after(
      now,
      DURATION_MS.data + (teacher === undefined || teacher.reused ? 0 : DURATION_MS.teacher),
    );
    const trainedAt = after(dataReadyAt, DURATION_MS.training + trainedTokens * DURATION_MS.perTrainedToken);
    const job: CustomizationJob = {
      arn: `arn:aws:bedrock:${region}:${accountId}:model-customization-job/${base.tuningId}/${resourceId(name)}`,
      name,
      tags: jobTags,
      createdAt: now,
      visibleAt: visibleFrom(simulator, context),
      customModelName,
      customModelTags,
      base,
      type: kind,
      asked: members,
      outputUri,
      tokensPerEpoch,
      epochs,
      trainedTokens,
      teacher,
      dataReadyAt,
      trainedAt,
      endsAt: after(trainedAt, DURATION_MS.validation),
      failure: failureOf(data, context, now, dataReadyAt, trainedAt),
      stopAskedAt: undefined,
      outputModelArn: undefined,
      wroteOutput: false,
    };
    kept.add(job);
    made.made(token, members, job);
    return job;
  };

  const readData = async (
    type: Type,
    base: BaseModel,
    members: Readonly<Record<string, unknown>>,
  ): Promise<{ data: TrainingData; teacher: Teacher | undefined }> => {
    const { check } = bodyOf({ body: members } as ApiRequest, []);
    const source = check.object('trainingDataConfig', members['trainingDataConfig']) ?? {};
    const logs = check.object('trainingDataConfig.invocationLogsConfig', source['invocationLogsConfig']);
    const limits = RECORD_LIMITS[type];
    if (logs !== undefined && type !== 'DISTILLATION') throw invalid('Only distillation learns from invocation logs.');
    const logSource = check.object('invocationLogSource', logs?.['invocationLogSource']);
    const uri = readS3Uri(
      check,
      'trainingDataConfig.s3Uri',
      logs === undefined ? source['s3Uri'] : logSource?.['s3Uri'],
    );
    check.required('trainingDataConfig.s3Uri', uri === '' ? undefined : uri);
    check.finish();
    const data =
      logs === undefined
        ? await readTrainingData(objects, uri, limits)
        : await readInvocationLogs(objects, uri, limits);
    if (type !== 'DISTILLATION') return { data, teacher: undefined };
    const customization = check.object('customizationConfig', members['customizationConfig']);
    const distillation = check.object('customizationConfig.distillationConfig', customization?.['distillationConfig']);
    const config = check.object('teacherModelConfig', distillation?.['teacherModelConfig']);
    check.required('customizationConfig.distillationConfig.teacherModelConfig', config);
    const identifier = check.text('teacherModelIdentifier', config?.['teacherModelIdentifier'], { min: 1 }) ?? '';
    const longest = check.number('maxResponseLengthForInference', config?.['maxResponseLengthForInference'], {
      min: 1,
      whole: true,
    });
    check.finish();
    const { modelId, global } = teacherOf(identifier);
    const students = STUDENTS[modelId] ?? foundationModel(simulator, modelId)?.entry.teaches;
    if (students?.includes(base.modelId) !== true) {
      throw invalid(`The teacher model ${identifier} cannot teach the student model ${base.tuningId}.`);
    }
    const reused = logs?.['usePromptResponse'] === true;
    return { data, teacher: { modelId, global, work: teacherWork(data, longest ?? Infinity), reused } };
  };

  const teacherOf = (identifier: string): { modelId: string; global: boolean } => {
    if (identifier.includes(':application-inference-profile/')) {
      throw invalid('Only system-defined inference profiles are supported for model distillation.');
    }
    const id = identifier.split('/').at(-1) ?? '';
    const [scope = '', ...rest] = id.split('.');
    const modelId = foundationModel(simulator, id) === undefined ? rest.join('.') : id;
    if (foundationModel(simulator, modelId) === undefined)
      throw invalid(`The teacher model ${identifier} could not be found.`);
    return { modelId, global: scope === 'global' };
  };

  const settle = (): void => {
    for (const job of kept.all()) {
      if (job.outputModelArn !== undefined || statusOf(job, clock.now()) !== 'Completed') continue;
      job.outputModelArn = `arn:aws:bedrock:${region}:${accountId}:custom-model/${job.base.tuningId}/${resourceId(`model ${job.name}`)}`;
      models.add({
        arn: job.outputModelArn,
        name: job.customModelName,
        tags: job.customModelTags,
        createdAt: job.endsAt,
        visibleAt: job.endsAt,
        base: job.base,
        jobArn: job.arn,
        jobName: job.name,
        customizationType: job.type,
        details: { ...echoed(job), ...metrics(job) },
      });
    }
  };

  const named = (identifier: string): CustomizationJob => {
    const job = kept.find(identifier);
    if (job === undefined) throw notFound('model customization job', identifier);
    return job;
  };

  const stop = (job: CustomizationJob): void => {
    const status = statusOf(job, clock.now());
    if (status === 'Stopping') return;
    if (status !== 'InProgress') throw conflict(`The job ${job.arn} cannot be stopped: it is ${status}.`);
    job.stopAskedAt = clock.now();
  };

  /** As far as jobs write anything: the losses, step by step. */
  const writeOutput = async (job: CustomizationJob): Promise<void> => {
    if (job.wroteOutput || job.outputModelArn === undefined) return;
    job.wroteOutput = true;
    const folder = `${job.outputUri.replace(/\/$/, '')}/model-customization-job-${resourceId(job.name)}/training_artifacts`;
    await objects.write(
      `${folder}/step_wise_training_metrics.csv`,
      `step_number,epoch_number,training_loss\n1,1,${trainingLoss(job)}\n`,
    );
  };

  const described = (job: CustomizationJob) => {
    const now = clock.now();
    const status = statusOf(job, now);
    return {
      ...echoed(job),
      jobArn: job.arn,
      jobName: job.name,
      outputModelName: job.customModelName,
      ...(job.outputModelArn === undefined ? {} : { outputModelArn: job.outputModelArn }),
      status,
      statusDetails: statusDetails(job, now),
      ...(status === 'Failed' ? { failureMessage: job.failure?.message } : {}),
      creationTime: job.createdAt.toISOString(),
      lastModifiedTime: now.toISOString(),
      ...(endedAt(job, now) === undefined ? {} : { endTime: endedAt(job, now)?.toISOString() }),
      baseModelArn: job.base.arn,
      customizationType: job.type,
      ...(status === 'Completed' ? metrics(job) : {}),
    };
  };

  const summary = (job: CustomizationJob) => {
    const now = clock.now();
    return {
      jobArn: job.arn,
      baseModelArn: job.base.arn,
      jobName: job.name,
      status: statusOf(job, now),
      statusDetails: statusDetails(job, now),
      creationTime: job.createdAt.toISOString(),
      lastModifiedTime: now.toISOString(),
      ...(endedAt(job, now) === undefined ? {} : { endTime: endedAt(job, now)?.toISOString() }),
      ...(job.outputModelArn === undefined
        ? {}
        : { customModelArn: job.outputModelArn, customModelName: job.customModelName }),
      customizationType: job.type,
    };
  };

  const jobPath = '/model-customization-jobs/{jobIdentifier}';
  return {
    kept,
    settle,
    running,
    counts: () =>
      kept.all().map(({ name, base, tokensPerEpoch, epochs, teacher }) => ({
        jobName: name,
        modelId: base.modelId,
        tokensPerEpoch,
        epochs,
        teacherModelId: teacher?.modelId,
        teacher: teacher === undefined || teacher.reused ? undefined : teacher.work,
      })),
    usage: () => kept.all().flatMap((job) => usageOf(job, clock.now())),
    usdPerDay: ({ arn }) => {
      const job = kept.all().find((candidate) => candidate.arn === arn);
      if (job === undefined) return 0;
      const usd = usdOf(environment, `${job.base.modelId}/training`, job.trainedTokens);
      const days = (job.endsAt.getTime() - job.createdAt.getTime()) / DAY_MS;
      return usd === null ? null : usd / days;
    },
    routes: [
      bedrockRoute(
        'CreateModelCustomizationJob',
        'POST',
        '/model-customization-jobs',
        CREATE_FAULTS,
        async (request, context) => ({ status: 201, json: { jobArn: (await create(request, context)).arn } }),
      ),
      bedrockRoute('GetModelCustomizationJob', 'GET', jobPath, READ_FAULTS, async ({ params }) => {
        const job = named(params['jobIdentifier'] ?? '');
        await writeOutput(job);
        return { json: described(job) };
      }),
      bedrockRoute('ListModelCustomizationJobs', 'GET', '/model-customization-jobs', LIST_FAULTS, ({ query }) => {
        const { page, nextToken } = kept.page(query, summary, {
          ...commonFilters,
          statusEquals: (job, value) => statusOf(job, clock.now()) === value,
        });
        return { json: { modelCustomizationJobSummaries: page, nextToken } };
      }),
      bedrockRoute('StopModelCustomizationJob', 'POST', `${jobPath}/stop`, CHANGE_FAULTS, ({ params }) => {
        stop(named(params['jobIdentifier'] ?? ''));
        return { json: {} };
      }),
    ],
  };
}

function readHyperParameters(check: Constraints, value: unknown): Readonly<Record<string, string>> {
  const given = check.object('hyperParameters', value) ?? {};
  return Object.fromEntries(
    Object.entries(given).map(([name, text]) => [name, check.text(`hyperParameters.${name}`, text) ?? '']),
  );
}

function epochsOf(base: BaseModel, type: Type, hyperParameters: Readonly<Record<string, string>>): number {
  const unknown = Object.keys(hyperParameters).filter(
    (name) => !['epochCount', 'batchSize', 'learningRate', 'learningRateWarmupSteps'].includes(name),
  );
  if (unknown.length > 0)
    throw invalid(`The hyperparameters ${unknown.join(', ')} are not supported for ${base.tuningId}.`);
  // nobody says how often a student sees its data
  if (type === 'DISTILLATION') return 1;
  const { most = 10, usual = 5 } = EPOCHS.find(({ prefix }) => base.modelId.startsWith(prefix)) ?? {};
  const given = hyperParameters['epochCount'];
  const epochs = given === undefined ? usual : Number(given);
  if (!Number.isInteger(epochs) || epochs < 1 || epochs > most) {
    throw invalid(`The hyperparameter epochCount must be a whole number from 1 to ${most}, got ${given ?? ''}.`);
  }
  return epochs;
}

function failureOf(
  data: TrainingData,
  { fault }: CallContext,
  now: Date,
  dataReadyAt: Date,
  trainedAt: Date,
): CustomizationJob['failure'] {
  if (data.problem !== undefined) return { at: after(now, 2 * MINUTE_MS), message: data.problem };
  if (fault !== 'job-failure') return undefined;
  return { at: after(dataReadyAt, (trainedAt.getTime() - dataReadyAt.getTime()) / 2), message: INTERNAL_FAILURE };
}

function statusOf(job: CustomizationJob, now: Date): 'InProgress' | 'Completed' | 'Failed' | 'Stopping' | 'Stopped' {
  if (job.stopAskedAt !== undefined) return now < after(job.stopAskedAt, DURATION_MS.stopping) ? 'Stopping' : 'Stopped';
  if (job.failure !== undefined && now >= job.failure.at) return 'Failed';
  return now < job.endsAt ? 'InProgress' : 'Completed';
}

/** When its work ended or was cut off; undefined while it goes on. */
function endedAt(job: CustomizationJob, now: Date): Date | undefined {
  switch (statusOf(job, now)) {
    case 'InProgress':
    case 'Stopping':
      return undefined;
    case 'Stopped':
      return after(job.stopAskedAt ?? now, DURATION_MS.stopping);
    case 'Failed':
      return job.failure?.at;
    case 'Completed':
      return job.endsAt;
  }
}

function statusDetails(job: CustomizationJob, now: Date) {
  const cut = job.stopAskedAt ?? (job.failure !== undefined && now >= job.failure.at ? job.failure.at : undefined);
  const stopped = job.stopAskedAt === undefined ? 'Failed' : statusOf(job, now);
  const phase = (from: Date, until: Date) => {
    const status =
      now < from || (cut !== undefined && cut < from)
        ? 'NotStarted'
        : cut !== undefined && cut < until
          ? stopped
          : now < until
            ? 'InProgress'
            : 'Completed';
    return { status, creationTime: job.createdAt.toISOString(), lastModifiedTime: now.toISOString() };
  };
  return {
    dataProcessingDetails: phase(job.createdAt, job.dataReadyAt),
    trainingDetails: phase(job.dataReadyAt, job.trainedAt),
    validationDetails: phase(job.trainedAt, job.endsAt),
  };
}

/** Tokens are billed as they are trained on: a job that was stopped or failed is billed as far as it came. */
function usageOf(job: CustomizationJob, now: Date): RecordedUsage[] {
  const cut = job.stopAskedAt ?? job.failure?.at ?? job.endsAt;
  const reached = cut < now ? cut : now;
  const billed = { resourceId: job.arn, tags: job.tags, path: pathOf(job.tags), component: 'training' } as const;
  const usage: RecordedUsage[] = [];
  if (job.teacher !== undefined && !job.teacher.reused && reached >= job.dataReadyAt) {
    const { modelId, global, work } = job.teacher;
    const scope = global ? '/global' : '';
    // no profile stands before a teacher, so that its tokens name no resource and carry no tags
    const untagged = { ...billed, resourceId: null, tags: {}, operation: 'InvokeModelInference', at: job.dataReadyAt };
    usage.push(
      { ...untagged, priceId: `${modelId}/input${scope}`, quantity: work.inputTokens },
      { ...untagged, priceId: `${modelId}/output${scope}`, quantity: work.outputTokens },
    );
  }
  const trainingMs = job.trainedAt.getTime() - job.dataReadyAt.getTime();
  const share = Math.min(1, Math.max(0, reached.getTime() - job.dataReadyAt.getTime()) / trainingMs);
  if (share > 0 && job.trainedTokens > 0) {
    usage.push({
      ...billed,
      priceId: `${job.base.modelId}/training`,
      quantity: job.trainedTokens * share,
      operation: 'ModelCustomization',
      at: reached < job.trainedAt ? reached : job.trainedAt,
    });
  }
  return usage;
}

function echoed({ asked }: CustomizationJob): Readonly<Record<string, unknown>> {
  const members = [
    'roleArn',
    'trainingDataConfig',
    'validationDataConfig',
    'outputDataConfig',
    'hyperParameters',
    'vpcConfig',
    'customizationConfig',
    'clientRequestToken',
  ];
  return {
    // the answer must have it whether the request did or not
    validationDataConfig: { validators: [] },
    ...Object.fromEntries(Object.entries(asked).filter(([member]) => members.includes(member))),
  };
}

const trainingLoss = ({ name }: CustomizationJob): number => round(0.6 + 0.6 * seededRandom(`loss ${name}`)());

function metrics(job: CustomizationJob) {
  const loss = trainingLoss(job);
  return {
    trainingMetrics: { trainingLoss: loss },
    validationMetrics: job.asked['validationDataConfig'] === undefined ? [] : [{ validationLoss: round(loss * 1.1) }],
  };
}

const round = (value: number): number => Math.round(value * 1e4) / 1e4;
