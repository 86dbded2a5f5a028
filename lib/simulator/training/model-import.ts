import type { ModelEntry } from '../../catalogue/models.ts';
import type { ApiRequest, CallContext, Route } from '../api.ts';
import { pathOf, type RecordedUsage } from '../meter.ts';
import { ServiceError, invalid } from '../service-error.ts';
import { readTags } from '../tagging.ts';
import type { SimulatedResource, Tags, MeteredUsage } from '../usage.ts';
import { daysOfMonth, monthShares } from './billing.ts';
import { usdOf, type TrainingEnvironment } from './environment.ts';
import { commonFilters, pagedStore, type StoredItem, type PagedStore } from './paged-store.ts';
import {
  CREATE_FAULTS,
  DELETE_FAULTS,
  LIST_FAULTS,
  MINUTE_MS,
  READ_FAULTS,
  ROLE,
  after,
  bedrockRoute,
  bodyOf,
  contractTags,
  creations,
  notFound,
  overQuota,
  readS3Uri,
  resourceId,
  visibleFrom,
} from './requests.ts';

export const IMPORT_JOB = 'AWS::Bedrock::ModelImportJob';
export const IMPORTED_MODEL = 'AWS::Bedrock::ImportedModel';

interface ImportJob extends StoredItem {
  readonly importedModelName: string;
  readonly importedModelTags: Tags;
  readonly asked: Readonly<Record<string, unknown>>;
  readonly architecture: string;
  readonly endsAt: Date;
  readonly failure: string | undefined;
  importedModelArn: string | undefined;
}

interface ImportedModel extends StoredItem {
  readonly jobArn: string;
  readonly jobName: string;
  readonly dataSource: unknown;
  readonly architecture: string;
  /** Each began with a call, and lasts five minutes. */
  readonly windows: Date[];
  /** A call found no copy and was told to come back. */
  warming: boolean;
}

export interface ModelImports {
  readonly routes: readonly Route[];
  readonly jobs: PagedStore<ImportJob>;
  readonly models: PagedStore<ImportedModel>;
  readonly settle: () => void;
  readonly running: () => ImportJob[];
  readonly usage: () => RecordedUsage[];
  readonly usdPerDay: (resource: SimulatedResource) => number | null;
  /** The model that answers a call now, which opens a window. @throws ServiceError where its copy has to be started first */
  readonly serving: (arn: string) => { readonly entry: ModelEntry; readonly model: ImportedModel } | undefined;
  /** What one window of five minutes bills. */
  readonly windowUsage: (model: ImportedModel) => MeteredUsage;
}

const IMPORT_MS = 12 * MINUTE_MS;

/** A window of billing, and how long a copy stays without a call. */
const WINDOW_MS = 5 * MINUTE_MS;
const WINDOW_MINUTES = 5;

/** Of one copy. AWS tells how many when it has imported the model: 2 of one of 8 billion parameters (pricing page of 2025-02). */
const MODEL_UNITS = 2;

const JOB_NAME = /[a-zA-Z0-9](-*[a-zA-Z0-9+\-.])*/;
const MODEL_NAME = /([0-9a-zA-Z][_-]?){1,63}/;

/** What such folders hold (Bedrock user guide, import a customized model). */
const NEEDED_FILES = ['config.json', '.safetensors', 'tokenizer'];

export function modelImports(environment: TrainingEnvironment): ModelImports {
  const { simulator, objects, quotas } = environment;
  const { clock, region, accountId } = simulator;
  const jobs = pagedStore<ImportJob>(clock);
  const models = pagedStore<ImportedModel>(clock);
  const made = creations<ImportJob>();
  const deleted: { readonly model: ImportedModel; readonly at: Date }[] = [];

  const statusOf = ({ endsAt, failure }: ImportJob): 'InProgress' | 'Completed' | 'Failed' =>
    clock.now() < endsAt ? 'InProgress' : failure === undefined ? 'Completed' : 'Failed';
  const running = (): ImportJob[] => jobs.all().filter((job) => statusOf(job) === 'InProgress');

  const create = async (request: ApiRequest, context: CallContext): Promise<ImportJob> => {
    const { check, members } = bodyOf(request, ['jobName', 'importedModelName', 'roleArn', 'modelDataSource']);
    const name = check.text('jobName', members['jobName'], { min: 1, max: 63, pattern: JOB_NAME }) ?? '';
    const importedModelName =
      check.text('importedModelName', members['importedModelName'], { min: 1, max: 63, pattern: MODEL_NAME }) ?? '';
    check.text('roleArn', members['roleArn'], { max: 2048, pattern: ROLE });
    const source = check.object('modelDataSource', members['modelDataSource']);
    const s3 = check.object('modelDataSource.s3DataSource', source?.['s3DataSource']);
    check.required('modelDataSource.s3DataSource', s3);
    const uri = readS3Uri(check, 'modelDataSource.s3DataSource.s3Uri', s3?.['s3Uri']);
    const jobTags = readTags(check, 'jobTags', members['jobTags']);
    const importedModelTags = readTags(check, 'importedModelTags', members['importedModelTags']);
    const { token, item } = made.before(check, members);
    check.finish();
    if (item !== undefined) return item;
    contractTags('bedrock:CreateModelImportJob', jobTags);
    contractTags('bedrock:CreateModelImportJob', importedModelTags);
    if (jobs.all().some((job) => job.name === name)) throw invalid('The provided job name is currently in use.');
    const taken =
      models.all().some((model) => model.name === importedModelName) ||
      running().some((job) => job.importedModelName === importedModelName);
    if (taken) throw invalid('The provided imported model name is currently in use.');
    if (running().length >= quotas.importJobsInProgress) {
      throw overQuota('model import jobs in progress', quotas.importJobsInProgress);
    }
    if (models.all().length >= quotas.importedModels) throw overQuota('imported models', quotas.importedModels);
    const files = await objects.list(uri);
    const missing = NEEDED_FILES.filter((needed) => !files.some((file) => file.includes(needed)));
    const problem =
      missing.length > 0
        ? `The folder ${uri} has no ${missing.join(', ')}.`
        : context.fault === 'job-failure'
          ? 'The model could not be imported.'
          : undefined;
    const now = clock.now();
    const job: ImportJob = {
      arn: `arn:aws:bedrock:${region}:${accountId}:model-import-job/${resourceId(`import ${name}`)}`,
      name,
      tags: jobTags,
      createdAt: now,
      visibleAt: visibleFrom(simulator, context),
      importedModelName,
      importedModelTags,
      asked: members,
      architecture: await architectureOf(files),
      endsAt: after(now, problem === undefined ? IMPORT_MS : 2 * MINUTE_MS),
      failure: problem,
      importedModelArn: undefined,
    };
    jobs.add(job);
    made.made(token, members, job);
    return job;
  };

  const architectureOf = async (files: readonly string[]): Promise<string> => {
    const config = files.find((file) => file.endsWith('/config.json'));
    const text = config === undefined ? undefined : await objects.read(config);
    return /"model_type":\s*"([^"]+)"/.exec(text ?? '')?.[1] ?? 'unknown';
  };

  const settle = (): void => {
    for (const job of jobs.all()) {
      if (job.importedModelArn !== undefined || statusOf(job) !== 'Completed') continue;
      job.importedModelArn = `arn:aws:bedrock:${region}:${accountId}:imported-model/${resourceId(`imported ${job.name}`)}`;
      models.add({
        arn: job.importedModelArn,
        name: job.importedModelName,
        tags: job.importedModelTags,
        createdAt: job.endsAt,
        visibleAt: job.endsAt,
        jobArn: job.arn,
        jobName: job.name,
        dataSource: job.asked['modelDataSource'],
        architecture: job.architecture,
        windows: [],
        warming: false,
      });
    }
  };

  const jobNamed = (identifier: string): ImportJob => {
    const job = jobs.find(identifier);
    if (job === undefined) throw notFound('model import job', identifier);
    return job;
  };
  const modelNamed = (identifier: string): ImportedModel => {
    const model = models.find(identifier);
    if (model === undefined) throw notFound('imported model', identifier);
    return model;
  };

  const remove = (model: ImportedModel): void => {
    models.remove(model);
    deleted.push({ model, at: clock.now() });
  };

  const jobSummary = (job: ImportJob) => ({
    jobArn: job.arn,
    jobName: job.name,
    status: statusOf(job),
    creationTime: job.createdAt.toISOString(),
    lastModifiedTime: clock.now().toISOString(),
    ...(statusOf(job) === 'InProgress' ? {} : { endTime: job.endsAt.toISOString() }),
    ...(job.importedModelArn === undefined ? {} : { importedModelArn: job.importedModelArn }),
    importedModelName: job.importedModelName,
  });

  const modelSummary = (model: ImportedModel) => ({
    modelArn: model.arn,
    modelName: model.name,
    creationTime: model.createdAt.toISOString(),
    instructSupported: true,
    modelArchitecture: model.architecture,
  });

  const billed = (model: ImportedModel) =>
    ({ resourceId: model.arn, tags: model.tags, path: pathOf(model.tags) }) as const;

  const windowUsage = (model: ImportedModel): MeteredUsage => ({
    ...billed(model),
    priceId: 'cmi/cmu-v1',
    component: 'inference',
    operation: 'CustomModelImportInference',
    quantity: MODEL_UNITS * WINDOW_MINUTES,
  });

  const usageOf = (model: ImportedModel, until: Date): RecordedUsage[] => [
    ...monthShares(
      { ...billed(model), priceId: 'cmi/storage', component: 'training', operation: 'CustomModelImportStorage' },
      MODEL_UNITS,
      model.createdAt,
      until,
    ),
    ...model.windows.map((at) => ({ ...windowUsage(model), at })),
  ];

  return {
    jobs,
    models,
    settle,
    running,
    windowUsage,
    usage: () => [
      ...models.all().flatMap((model) => usageOf(model, clock.now())),
      ...deleted.flatMap(({ model, at }) => usageOf(model, at)),
    ],
    usdPerDay: ({ type }) =>
      type === IMPORTED_MODEL ? usdOf(environment, 'cmi/storage', MODEL_UNITS / daysOfMonth(clock.now())) : 0,
    serving: (arn) => {
      const model = models.all().find((candidate) => candidate.arn === arn);
      if (model === undefined) return undefined;
      const last = model.windows.at(-1);
      const isWarm = last !== undefined && clock.now() < after(last, WINDOW_MS);
      if (!isWarm && !model.warming) {
        model.warming = true;
        throw new ServiceError(
          'ModelNotReadyException',
          'Model is not ready for inference. Please wait and try your request again.',
        );
      }
      if (!isWarm) model.windows.push(clock.now());
      model.warming = false;
      return { entry: importedEntry(model), model };
    },
    routes: [
      bedrockRoute('CreateModelImportJob', 'POST', '/model-import-jobs', CREATE_FAULTS, async (request, context) => ({
        status: 201,
        json: { jobArn: (await create(request, context)).arn },
      })),
      bedrockRoute('GetModelImportJob', 'GET', '/model-import-jobs/{jobIdentifier}', READ_FAULTS, ({ params }) => {
        const job = jobNamed(params['jobIdentifier'] ?? '');
        return {
          json: {
            ...jobSummary(job),
            roleArn: job.asked['roleArn'],
            modelDataSource: job.asked['modelDataSource'],
            ...(statusOf(job) === 'Failed' ? { failureMessage: job.failure } : {}),
          },
        };
      }),
      bedrockRoute('ListModelImportJobs', 'GET', '/model-import-jobs', LIST_FAULTS, ({ query }) => {
        const { page, nextToken } = jobs.page(query, jobSummary, {
          ...commonFilters,
          statusEquals: (job, value) => statusOf(job) === value,
        });
        return { json: { modelImportJobSummaries: page, nextToken } };
      }),
      bedrockRoute('GetImportedModel', 'GET', '/imported-models/{modelIdentifier}', READ_FAULTS, ({ params }) => {
        const model = modelNamed(params['modelIdentifier'] ?? '');
        return {
          json: {
            ...modelSummary(model),
            jobArn: model.jobArn,
            jobName: model.jobName,
            modelDataSource: model.dataSource,
            customModelUnits: { customModelUnitsPerModelCopy: MODEL_UNITS, customModelUnitsVersion: 'v1.0' },
          },
        };
      }),
      bedrockRoute('ListImportedModels', 'GET', '/imported-models', LIST_FAULTS, ({ query }) => {
        const { page, nextToken } = models.page(query, modelSummary, commonFilters);
        return { json: { modelSummaries: page, nextToken } };
      }),
      bedrockRoute(
        'DeleteImportedModel',
        'DELETE',
        '/imported-models/{modelIdentifier}',
        DELETE_FAULTS,
        ({ params }) => {
          remove(modelNamed(params['modelIdentifier'] ?? ''));
          return { json: {} };
        },
      ),
    ],
  };
}

/** No catalogue knows an imported model: it can what its architecture can, and no more than a plain conversation is sure. */
function importedEntry({ name }: ImportedModel): ModelEntry {
  return {
    name,
    provider: 'imported',
    kind: 'text',
    lifecycle: { status: 'active', endOfLife: null },
    released: null,
    endpoint: 'runtime',
    inRegion: [],
    profiles: {},
    contextWindowTokens: null,
    maxOutputTokens: null,
    promptCaching: null,
    serviceTiers: ['standard'],
    batch: false,
    structuredOutput: null,
    sampling: null,
    thinking: null,
    customization: null,
    hosting: [],
    sources: [],
  };
}
