import {
  CreateCustomModelDeploymentCommand,
  CreateModelCustomizationJobCommand,
  CreateModelImportJobCommand,
  CreateProvisionedModelThroughputCommand,
  GetModelCustomizationJobCommand,
  GetModelImportJobCommand,
} from '@aws-sdk/client-bedrock';
import { ConverseCommand } from '@aws-sdk/client-bedrock-runtime';
import { CreateTrainingJobCommand, DescribeTrainingJobCommand } from '@aws-sdk/client-sagemaker';
import { expect, test } from '@jest/globals';
import { estimatePath } from '../../../lib/cost/estimate.ts';
import type { Workload } from '../../../lib/cost/workload.ts';
import { costTags } from '../../../lib/deployment/tags.ts';
import type { CostComponent } from '../../../lib/meters/cost-component.ts';
import type { PathId } from '../../../lib/paths.ts';
import { virtualClock } from '../../../lib/simulator/index.ts';
import { CATALOGUE } from '../../support/catalogue.ts';
import {
  LITE,
  MINUTE_MS,
  OWNER,
  PRO,
  ROLE,
  TRAINING_PRICES,
  TRAIN_URI,
  jobRequest,
  objectStore,
  records,
  trainingBed,
  type TrainingBed,
} from '../../support/simulated-training.ts';

const HOUR_MS = 60 * MINUTE_MS;
const REQUESTS = 100_000;
const QUESTIONS = ['What is a stack?', 'How do I add a queue?', 'Which property keeps a bucket?'];

const tagsOf = (path: PathId, component: CostComponent) =>
  Object.entries(costTags({ path, component, project: 'fmpaths', environment: 'test', owner: OWNER })).map(
    ([key, value]) => ({ key, value }),
  );

// everything is trained in November and hosted from the start of December on
const bedWith = (objects: Record<string, string>) =>
  trainingBed({ clock: virtualClock(new Date('2026-11-30T12:00:00Z')), objects: objectStore(objects) });

async function ask(bed: TrainingBed, modelId: string | undefined): Promise<void> {
  for (const text of QUESTIONS) {
    const call = () =>
      bed.runtime.send(new ConverseCommand({ modelId, messages: [{ role: 'user', content: [{ text }] }] }));
    // the copy of an imported model is cold at first
    await call().catch(call);
  }
}

async function trained(bed: TrainingBed, path: PathId, more: object = {}): Promise<string | undefined> {
  const tags = tagsOf(path, 'training');
  const { jobArn } = await bed.bedrock.send(
    new CreateModelCustomizationJobCommand({ ...jobRequest('run-1'), jobTags: tags, customModelTags: tags, ...more }),
  );
  bed.clock.advanceBy(4 * HOUR_MS);
  return (await bed.bedrock.send(new GetModelCustomizationJobCommand({ jobIdentifier: jobArn }))).outputModelArn;
}

async function deployed(bed: TrainingBed, path: PathId, modelArn: string | undefined): Promise<void> {
  const { customModelDeploymentArn } = await bed.bedrock.send(
    new CreateCustomModelDeploymentCommand({ modelDeploymentName: 'a', modelArn, tags: tagsOf(path, 'inference') }),
  );
  bed.clock.advanceBy(8 * MINUTE_MS);
  await ask(bed, customModelDeploymentArn);
}

/** Plays December and holds the bill against the estimate of the same measurements. */
function expectAgreement(bed: TrainingBed, path: PathId, own: Partial<Workload>): void {
  const { control } = bed.simulator;
  const { tokensPerRequest, usagePerRequest } = control.measured({ path, requests: QUESTIONS.length });
  control.playMonth({
    month: '2026-12',
    requestsPerMonth: REQUESTS,
    usagePerRequest,
    usagePerWindow: control.windowUsage(),
  });
  const estimate = estimatePath(
    path,
    {
      name: 'measured',
      paths: [path],
      hoursPerMonth: 744,
      requestsPerMonth: REQUESTS,
      parts: ['inference', 'training', 'model-storage'],
      inference: {
        modelId: LITE,
        inputTokensPerRequest: tokensPerRequest.inputTokens,
        outputTokensPerRequest: tokensPerRequest.outputTokens,
      },
      ...own,
    },
    TRAINING_PRICES,
    CATALOGUE,
  );
  const billed = (month: string, component: CostComponent) =>
    control.ledger.totals(month).find((total) => total.path === path && total.component === component)?.usd ?? NaN;
  const { inference, training } = estimate.components;
  expect(billed('2026-12', 'inference') / (inference.monthly.usd ?? NaN)).toBeCloseTo(1, 4);
  expect(billed('2026-12', 'training') / (training.monthly.usd ?? NaN)).toBeCloseTo(1, 9);
  // what was stored in the last hours of November is no part of the run
  const stored = control.ledger
    .usage()
    .filter(({ priceId, at }) => priceId.endsWith('/storage') && at < new Date('2026-12-01T00:00:00Z'))
    .reduce((usd, { priceId, quantity }) => usd + quantity * (TRAINING_PRICES.prices.get(priceId)?.usd ?? NaN), 0);
  expect((billed('2026-11', 'training') - stored) / (training.oneTime.usd ?? NaN)).toBeCloseTo(1, 9);
}

test('fine-tuning with a deployment: estimate and simulated bill agree', async () => {
  const bed = await bedWith({ [TRAIN_URI]: records(500) });
  await deployed(bed, 'fine-tuning', await trained(bed, 'fine-tuning'));
  const [job] = bed.simulator.control.trainingJobs();
  expectAgreement(bed, 'fine-tuning', {
    fineTuning: {
      baseModelId: LITE,
      epochs: job?.epochs,
      trainingTokensPerEpoch: job?.tokensPerEpoch,
      hosting: { kind: 'on-demand' },
    },
  });
});

test('fine-tuning with throughput: estimate and simulated bill agree', async () => {
  const bed = await bedWith({ [TRAIN_URI]: records(500) });
  const modelId = await trained(bed, 'fine-tuning');
  // on the hour, so that December has 744 hours and no part of another
  bed.clock.advanceTo(new Date('2026-11-30T20:00:00Z'));
  const { provisionedModelArn } = await bed.bedrock.send(
    new CreateProvisionedModelThroughputCommand({
      provisionedModelName: 'a',
      modelId,
      modelUnits: 2,
      tags: tagsOf('fine-tuning', 'inference'),
    }),
  );
  bed.clock.advanceBy(10 * MINUTE_MS);
  await ask(bed, provisionedModelArn);
  const [job] = bed.simulator.control.trainingJobs();
  expectAgreement(bed, 'fine-tuning', {
    fineTuning: {
      baseModelId: LITE,
      epochs: job?.epochs,
      trainingTokensPerEpoch: job?.tokensPerEpoch,
      hosting: { kind: 'provisioned', modelUnits: 2 },
    },
  });
});

test('continued pre-training on SageMaker, imported: estimate and simulated bill agree', async () => {
  const path = 'continued-pretraining';
  const bed = await bedWith({ 's3://training/corpus/1.txt': 'text' });
  const tags = tagsOf(path, 'training');
  await bed.sagemaker.send(
    new CreateTrainingJobCommand({
      TrainingJobName: 'cpt-1',
      RoleArn: ROLE,
      AlgorithmSpecification: { TrainingInputMode: 'File', TrainingImage: 'image' },
      InputDataConfig: [
        {
          ChannelName: 'train',
          DataSource: { S3DataSource: { S3DataType: 'S3Prefix', S3Uri: 's3://training/corpus/' } },
        },
      ],
      OutputDataConfig: { S3OutputPath: 's3://training/output', CompressionType: 'NONE' },
      ResourceConfig: { InstanceType: 'ml.g6.2xlarge', InstanceCount: 1, VolumeSizeInGB: 50 },
      StoppingCondition: { MaxRuntimeInSeconds: 7200 },
      Tags: tags.map(({ key, value }) => ({ Key: key, Value: value })),
    }),
  );
  bed.clock.advanceBy(HOUR_MS);
  const job = await bed.sagemaker.send(new DescribeTrainingJobCommand({ TrainingJobName: 'cpt-1' }));
  const { jobArn } = await bed.bedrock.send(
    new CreateModelImportJobCommand({
      jobName: 'import-1',
      importedModelName: 'imported-1',
      roleArn: ROLE,
      modelDataSource: { s3DataSource: { s3Uri: job.ModelArtifacts?.S3ModelArtifacts } },
      jobTags: tags,
      importedModelTags: tagsOf(path, 'inference'),
    }),
  );
  bed.clock.advanceBy(12 * MINUTE_MS);
  await ask(bed, (await bed.bedrock.send(new GetModelImportJobCommand({ jobIdentifier: jobArn }))).importedModelArn);
  expectAgreement(bed, path, {
    continuedPretraining: {
      route: 'sagemaker',
      instanceType: 'ml.g6.2xlarge',
      instanceHoursPerRun: (job.BillableTimeInSeconds ?? 0) / 3600,
      hosting: { kind: 'imported', customModelUnits: 2 },
    },
  });
});

test('distillation with a deployment: estimate and simulated bill agree, teacher and student', async () => {
  const bed = await bedWith({ [TRAIN_URI]: records(120, false) });
  const model = await trained(bed, 'distillation', {
    customizationType: 'DISTILLATION',
    hyperParameters: undefined,
    customizationConfig: {
      distillationConfig: { teacherModelConfig: { teacherModelIdentifier: PRO } },
    },
  });
  await deployed(bed, 'distillation', model);
  const { prompts = 0, inputTokens = 0, outputTokens = 0 } = bed.simulator.control.trainingJobs()[0]?.teacher ?? {};
  expectAgreement(bed, 'distillation', {
    distillation: {
      teacherModelId: PRO,
      studentModelId: LITE,
      prompts: 120,
      synthesizedPrompts: prompts,
      tokensPerPrompt: inputTokens / prompts,
      tokensPerTeacherAnswer: outputTokens / prompts,
      epochs: 1,
      hosting: { kind: 'on-demand' },
    },
  });
});
