import {
  CreateCustomModelDeploymentCommand,
  CreateModelCustomizationJobCommand,
  CreateModelImportJobCommand,
  CreateProvisionedModelThroughputCommand,
  DeleteCustomModelCommand,
  DeleteCustomModelDeploymentCommand,
  DeleteImportedModelCommand,
  DeleteProvisionedModelThroughputCommand,
  GetCustomModelDeploymentCommand,
  GetFoundationModelCommand,
  GetImportedModelCommand,
  GetModelCustomizationJobCommand,
  GetModelImportJobCommand,
  GetModelInvocationLoggingConfigurationCommand,
  GetProvisionedModelThroughputCommand,
  ListCustomModelDeploymentsCommand,
  ListFoundationModelsCommand,
  ListProvisionedModelThroughputsCommand,
  UpdateCustomModelDeploymentCommand,
  UpdateProvisionedModelThroughputCommand,
} from '@aws-sdk/client-bedrock';
import { ConverseCommand } from '@aws-sdk/client-bedrock-runtime';
import {
  CreateTrainingJobCommand,
  DescribeTrainingJobCommand,
  ListTagsCommand,
  ListTrainingJobsCommand,
  StopTrainingJobCommand,
} from '@aws-sdk/client-sagemaker';
import { ListServiceQuotasCommand, ServiceQuotasClient } from '@aws-sdk/client-service-quotas';
import { expect, test } from '@jest/globals';
import {
  LITE,
  LITE_TUNING,
  MINUTE_MS,
  ROLE,
  TRAINING_TAG_LIST,
  jobRequest,
  objectStore,
  trainingBed,
  type TrainingBed,
} from '../../support/simulated-training.ts';
import { errorOf } from '../../support/simulator-bed.ts';

const tags = TRAINING_TAG_LIST;
const HOUR_MS = 60 * MINUTE_MS;
const messages = [{ role: 'user' as const, content: [{ text: 'How do I add a queue?' }] }];

/** A finished model. */
async function trained(bed: TrainingBed, name = 'run-1'): Promise<string> {
  const { jobArn } = await bed.bedrock.send(new CreateModelCustomizationJobCommand(jobRequest(name)));
  bed.clock.advanceBy(HOUR_MS);
  const job = await bed.bedrock.send(new GetModelCustomizationJobCommand({ jobIdentifier: jobArn }));
  return job.outputModelArn ?? '';
}

const deploy = (bed: TrainingBed, modelArn: string, more: object = {}) =>
  bed.bedrock.send(new CreateCustomModelDeploymentCommand({ modelDeploymentName: 'answers', modelArn, tags, ...more }));
const buy = (bed: TrainingBed, modelId: string, more: object = {}) =>
  bed.bedrock.send(
    new CreateProvisionedModelThroughputCommand({
      provisionedModelName: 'answers',
      modelId,
      modelUnits: 1,
      tags,
      ...more,
    }),
  );
const ask = (bed: TrainingBed, modelId: string | undefined) =>
  bed.runtime.send(new ConverseCommand({ modelId, messages }));
const usage = (bed: TrainingBed, priceId: string) =>
  bed.simulator.control.ledger.usage().filter((used) => used.priceId === priceId);

test('a deployment answers once it is active, and its tokens bill at the prices of customised models', async () => {
  const bed = await trainingBed();
  const modelArn = await trained(bed);
  const { customModelDeploymentArn: arn } = await deploy(bed, modelArn);
  expect((await errorOf(ask(bed, arn))).name).toBe('ResourceNotFoundException');
  bed.clock.advanceBy(8 * MINUTE_MS);
  const { status } = await bed.bedrock.send(
    new GetCustomModelDeploymentCommand({ customModelDeploymentIdentifier: arn }),
  );
  expect(status).toBe('Active');
  const answer = await ask(bed, arn);
  expect(usage(bed, `${LITE}/custom-input`)).toMatchObject([
    { quantity: answer.usage?.inputTokens, resourceId: arn, path: 'fine-tuning', component: 'inference' },
  ]);
  expect(usage(bed, `${LITE}/custom-output`)).toMatchObject([{ quantity: answer.usage?.outputTokens }]);
  // the model itself answers nowhere
  expect((await errorOf(ask(bed, modelArn))).name).toBe('ValidationException');
});

test('a model cannot be deleted while a deployment or throughput of it lives, whole or half', async () => {
  const bed = await trainingBed();
  const modelIdentifier = await trained(bed);
  const remove = () => bed.bedrock.send(new DeleteCustomModelCommand({ modelIdentifier }));
  const { customModelDeploymentArn: deployment } = await deploy(bed, modelIdentifier);
  const { provisionedModelArn: throughput } = await buy(bed, modelIdentifier);
  expect((await errorOf(remove())).name).toBe('ConflictException');
  const undeploy = () =>
    bed.bedrock.send(new DeleteCustomModelDeploymentCommand({ customModelDeploymentIdentifier: deployment }));
  const sell = () => bed.bedrock.send(new DeleteProvisionedModelThroughputCommand({ provisionedModelId: 'answers' }));
  // neither can be deleted while it is being created
  expect([(await errorOf(undeploy())).name, (await errorOf(sell())).name]).toEqual([
    'ConflictException',
    'ConflictException',
  ]);
  bed.clock.advanceBy(10 * MINUTE_MS);
  await undeploy();
  expect((await errorOf(remove())).message).toContain(deployment ?? 'nothing');
  bed.clock.advanceBy(MINUTE_MS);
  expect((await errorOf(remove())).message).toContain(throughput ?? 'nothing');
  await sell();
  await remove();
  expect(bed.simulator.control.leftovers()).toEqual([]);
});

test('model units bill every hour that they have begun, from the request to the deletion', async () => {
  const bed = await trainingBed();
  const modelArn = await trained(bed);
  const { provisionedModelArn } = await buy(bed, modelArn, { modelUnits: 2 });
  expect((await errorOf(ask(bed, provisionedModelArn))).name).toBe('ResourceNotFoundException');
  bed.clock.advanceBy(HOUR_MS + 30 * MINUTE_MS);
  const { status } = await bed.bedrock.send(
    new GetProvisionedModelThroughputCommand({ provisionedModelId: provisionedModelArn }),
  );
  expect(status).toBe('InService');
  await ask(bed, provisionedModelArn);
  expect(usage(bed, `${LITE}/custom-input`)).toEqual([]);
  expect(bed.simulator.control.leftovers()).toContainEqual(
    expect.objectContaining({ type: 'AWS::Bedrock::ProvisionedModelThroughput', usdPerDay: 2 * 24 * 60 }),
  );
  await bed.bedrock.send(new DeleteProvisionedModelThroughputCommand({ provisionedModelId: provisionedModelArn }));
  bed.clock.advanceBy(24 * HOUR_MS);
  // an hour and a half of two units
  expect(usage(bed, `${LITE}/provisioned/no-commit`).map(({ quantity }) => quantity)).toEqual([2, 2]);
});

test('a commitment cannot be deleted before its end, and bills until then', async () => {
  const bed = await trainingBed({ quotas: { committedModelUnits: 1 } });
  const modelArn = await trained(bed);
  await buy(bed, modelArn, { commitmentDuration: 'OneMonth' });
  const sell = () => bed.bedrock.send(new DeleteProvisionedModelThroughputCommand({ provisionedModelId: 'answers' }));
  bed.clock.advanceBy(29 * 24 * HOUR_MS);
  expect((await errorOf(sell())).message).toMatch(/cannot be deleted before its commitment ends at 2026-12-30T13:00/);
  bed.clock.advanceBy(24 * HOUR_MS);
  await sell();
  // 30 days
  expect(usage(bed, `${LITE}/provisioned/1-month`)).toHaveLength(30 * 24);
});

test('no more model units than AWS has granted', async () => {
  const bed = await trainingBed({ quotas: { modelUnits: 1 } });
  const modelArn = await trained(bed);
  expect((await errorOf(buy(bed, modelArn, { modelUnits: 2 }))).name).toBe('ServiceQuotaExceededException');
});

test('a deployment moves to the next model behind the same ARN; its old model can then be deleted', async () => {
  const bed = await trainingBed();
  const first = await trained(bed);
  const second = await trained(bed, 'run-2');
  const { customModelDeploymentArn: arn } = await deploy(bed, first);
  bed.clock.advanceBy(8 * MINUTE_MS);
  const get = () => bed.bedrock.send(new GetCustomModelDeploymentCommand({ customModelDeploymentIdentifier: arn }));
  await bed.bedrock.send(
    new UpdateCustomModelDeploymentCommand({ customModelDeploymentIdentifier: arn, modelArn: second }),
  );
  expect(await get()).toMatchObject({ modelArn: first, updateDetails: { modelArn: second, updateStatus: 'Updating' } });
  await ask(bed, arn);
  bed.clock.advanceBy(8 * MINUTE_MS);
  expect(await get()).toMatchObject({ modelArn: second, updateDetails: { updateStatus: 'UpdateCompleted' } });
  await bed.bedrock.send(new DeleteCustomModelCommand({ modelIdentifier: first }));
});

test('throughput moves to another model of the same base', async () => {
  const bed = await trainingBed();
  const first = await trained(bed);
  const second = await trained(bed, 'run-2');
  await buy(bed, first);
  bed.clock.advanceBy(10 * MINUTE_MS);
  const move = (desiredModelId: string) =>
    bed.bedrock.send(new UpdateProvisionedModelThroughputCommand({ provisionedModelId: 'answers', desiredModelId }));
  await move(second);
  expect((await errorOf(move(first))).name).toBe('ConflictException');
  bed.clock.advanceBy(5 * MINUTE_MS);
  const { provisionedModelSummaries } = await bed.bedrock.send(new ListProvisionedModelThroughputsCommand({}));
  expect(provisionedModelSummaries).toMatchObject([{ modelArn: second, status: 'InService' }]);
});

test.each<[string, (bed: TrainingBed, modelArn: string) => Promise<unknown>, string]>([
  ['deployment', (bed, modelArn) => deploy(bed, modelArn, { tags: [] }), 'bedrock:CreateCustomModelDeployment'],
  ['throughput', (bed, modelArn) => buy(bed, modelArn, { tags: [] }), 'bedrock:CreateProvisionedModelThroughput'],
  ['imported model', (bed) => importModel(bed, { importedModelTags: [] }), 'bedrock:CreateModelImportJob'],
  ['training job', (bed) => train(bed, { Tags: [] }), 'sagemaker:CreateTrainingJob'],
])('a %s without the tags of the contract is refused', async (_, create, action) => {
  const bed = await trainingBed();
  const error = await errorOf(create(bed, await trained(bed)));
  expect([error.name, error.message]).toEqual(['AccessDeniedException', expect.stringContaining(`denies ${action}: `)]);
});

test('a deployment that fails says so, bills nothing and can be deleted', async () => {
  const bed = await trainingBed();
  const modelArn = await trained(bed);
  bed.simulator.control.inject({ operation: 'CreateCustomModelDeployment', kind: 'job-failure' });
  await deploy(bed, modelArn);
  bed.clock.advanceBy(8 * MINUTE_MS);
  const { modelDeploymentSummaries: [failed] = [] } = await bed.bedrock.send(new ListCustomModelDeploymentsCommand({}));
  expect(failed).toMatchObject({ status: 'Failed', failureMessage: expect.any(String) });
  await bed.bedrock.send(
    new DeleteCustomModelDeploymentCommand({ customModelDeploymentIdentifier: failed?.customModelDeploymentArn }),
  );
  bed.clock.advanceBy(MINUTE_MS);
  expect((await bed.bedrock.send(new ListCustomModelDeploymentsCommand({}))).modelDeploymentSummaries).toEqual([]);
});

const WEIGHTS = {
  's3://training/weights/config.json': '{"model_type": "qwen2"}',
  's3://training/weights/model.safetensors': 'x',
  's3://training/weights/tokenizer.json': '{}',
};

const importModel = (bed: TrainingBed, more: object = {}) =>
  bed.bedrock.send(
    new CreateModelImportJobCommand({
      jobName: 'import-1',
      importedModelName: 'imported-1',
      roleArn: ROLE,
      modelDataSource: { s3DataSource: { s3Uri: 's3://training/weights/' } },
      jobTags: tags,
      importedModelTags: tags,
      ...more,
    }),
  );

test('an imported model is cold at first, then bills windows of five minutes, and its storage until it is deleted', async () => {
  const bed = await trainingBed({ objects: objectStore(WEIGHTS) });
  const { jobArn } = await importModel(bed);
  bed.clock.advanceBy(12 * MINUTE_MS);
  const { status, importedModelArn } = await bed.bedrock.send(new GetModelImportJobCommand({ jobIdentifier: jobArn }));
  expect(status).toBe('Completed');
  const model = await bed.bedrock.send(new GetImportedModelCommand({ modelIdentifier: importedModelArn }));
  expect(model).toMatchObject({ modelArchitecture: 'qwen2', customModelUnits: { customModelUnitsPerModelCopy: 2 } });
  expect((await errorOf(ask(bed, importedModelArn))).name).toBe('ModelNotReadyException');
  // two calls in one window, a third in another
  await ask(bed, importedModelArn);
  bed.clock.advanceBy(4 * MINUTE_MS);
  await ask(bed, importedModelArn);
  bed.clock.advanceBy(MINUTE_MS);
  await errorOf(ask(bed, importedModelArn));
  await ask(bed, importedModelArn);
  expect(usage(bed, 'cmi/cmu-v1').map(({ quantity }) => quantity)).toEqual([2 * 5, 2 * 5]);
  await bed.bedrock.send(new DeleteImportedModelCommand({ modelIdentifier: importedModelArn }));
  bed.clock.advanceBy(24 * HOUR_MS);
  // two units kept for five minutes of a month of 30 days
  const stored = usage(bed, 'cmi/storage').reduce((sum, { quantity }) => sum + quantity, 0);
  expect(stored).toBeCloseTo((2 * 5) / (30 * 24 * 60), 12);
  expect(bed.simulator.control.leftovers()).toEqual([]);
});

test('an import cannot be stopped, ends in a model when it ends, and fails where files are missing', async () => {
  const bed = await trainingBed({ objects: objectStore(WEIGHTS) });
  await importModel(bed);
  expect(bed.simulator.control.leftovers()).toMatchObject([{ type: 'AWS::Bedrock::ModelImportJob', usdPerDay: 0 }]);
  expect((await errorOf(importModel(bed, { jobName: 'import-2', importedModelName: 'b' }))).name).toBe(
    'ServiceQuotaExceededException',
  );
  bed.clock.advanceBy(12 * MINUTE_MS);
  expect(bed.simulator.control.leftovers()).toMatchObject([
    { type: 'AWS::Bedrock::ImportedModel', usdPerDay: expect.closeTo((2 * 2) / 30, 9) },
  ]);
  const { jobArn } = await importModel(bed, {
    jobName: 'import-3',
    importedModelName: 'c',
    modelDataSource: { s3DataSource: { s3Uri: 's3://training/nothing/' } },
  });
  bed.clock.advanceBy(2 * MINUTE_MS);
  expect(await bed.bedrock.send(new GetModelImportJobCommand({ jobIdentifier: jobArn }))).toMatchObject({
    status: 'Failed',
    failureMessage: 'The folder s3://training/nothing/ has no config.json, .safetensors, tokenizer.',
  });
});

const TRAINING_JOB = {
  TrainingJobName: 'cpt-1',
  RoleArn: ROLE,
  AlgorithmSpecification: { TrainingInputMode: 'File' as const, TrainingImage: '763104351884.dkr.ecr/image:1' },
  InputDataConfig: [
    {
      ChannelName: 'train',
      DataSource: { S3DataSource: { S3DataType: 'S3Prefix' as const, S3Uri: 's3://training/datasets/' } },
    },
  ],
  OutputDataConfig: { S3OutputPath: 's3://training/output/run', CompressionType: 'NONE' as const },
  ResourceConfig: { InstanceType: 'ml.g6.2xlarge' as const, InstanceCount: 1, VolumeSizeInGB: 50 },
  StoppingCondition: { MaxRuntimeInSeconds: 7200 },
  Tags: tags.map(({ key, value }) => ({ Key: key, Value: value })),
};

const train = (bed: TrainingBed, more: object = {}) =>
  bed.sagemaker.send(new CreateTrainingJobCommand({ ...TRAINING_JOB, ...more }));
const describe = (bed: TrainingBed) => bed.sagemaker.send(new DescribeTrainingJobCommand({ TrainingJobName: 'cpt-1' }));

test('a SageMaker job goes through its statuses, bills its instances from their start, and leaves weights that can be imported', async () => {
  const bed = await trainingBed();
  await train(bed);
  expect(await describe(bed)).toMatchObject({ TrainingJobStatus: 'InProgress', SecondaryStatus: 'Starting' });
  expect(bed.simulator.control.leftovers()).toMatchObject([
    { type: 'AWS::SageMaker::TrainingJob', usdPerDay: expect.closeTo(1.2 * 24, 9) },
  ]);
  bed.clock.advanceBy(10 * MINUTE_MS);
  expect((await describe(bed)).SecondaryStatus).toBe('Training');
  bed.clock.advanceBy(HOUR_MS);
  const done = await describe(bed);
  expect(done).toMatchObject({
    TrainingJobStatus: 'Completed',
    // 2 minutes of download, 40 of training, 5 of upload
    BillableTimeInSeconds: 47 * 60,
    ModelArtifacts: { S3ModelArtifacts: 's3://training/output/run/cpt-1/output/model/' },
  });
  expect(done.TrainingEndTime).toBeInstanceOf(Date);
  expect(usage(bed, 'sagemaker/ml.g6.2xlarge/training')).toMatchObject([
    { quantity: expect.closeTo(47 / 60, 9), path: 'fine-tuning', component: 'training' },
  ]);
  const { Tags } = await bed.sagemaker.send(new ListTagsCommand({ ResourceArn: done.TrainingJobArn }));
  expect(Tags).toHaveLength(tags.length);
  await importModel(bed, { modelDataSource: { s3DataSource: { s3Uri: done.ModelArtifacts?.S3ModelArtifacts } } });
  bed.clock.advanceBy(12 * MINUTE_MS);
  expect(bed.simulator.control.leftovers()).toMatchObject([{ type: 'AWS::Bedrock::ImportedModel' }]);
});

test('a SageMaker job that is stopped bills until its instances have ended', async () => {
  const bed = await trainingBed();
  await train(bed);
  bed.clock.advanceBy(13 * MINUTE_MS);
  await bed.sagemaker.send(new StopTrainingJobCommand({ TrainingJobName: 'cpt-1' }));
  expect((await describe(bed)).TrainingJobStatus).toBe('Stopping');
  bed.clock.advanceBy(HOUR_MS);
  expect((await describe(bed)).TrainingJobStatus).toBe('Stopped');
  // 10 minutes of work, 2 of stopping
  expect(usage(bed, 'sagemaker/ml.g6.2xlarge/training')).toMatchObject([{ quantity: expect.closeTo(12 / 60, 9) }]);
  expect(bed.simulator.control.leftovers()).toEqual([]);
  expect((await errorOf(train(bed))).name).toBe('ResourceInUse');
});

test('a SageMaker job ends at its maximum runtime, fails without data, and is refused beyond the quota', async () => {
  const bed = await trainingBed();
  await train(bed, { StoppingCondition: { MaxRuntimeInSeconds: 600 } });
  expect((await errorOf(train(bed, { TrainingJobName: 'cpt-2' }))).name).toBe('ResourceLimitExceeded');
  bed.clock.advanceBy(13 * MINUTE_MS);
  expect(await describe(bed)).toMatchObject({ TrainingJobStatus: 'Stopped', SecondaryStatus: 'MaxRuntimeExceeded' });
  const nowhere = { DataSource: { S3DataSource: { S3DataType: 'S3Prefix', S3Uri: 's3://training/nothing/' } } };
  await train(bed, { TrainingJobName: 'cpt-3', InputDataConfig: [{ ChannelName: 'train', ...nowhere }] });
  bed.clock.advanceBy(3 * MINUTE_MS);
  const { TrainingJobSummaries } = await bed.sagemaker.send(new ListTrainingJobsCommand({ NameContains: 'cpt-3' }));
  expect(TrainingJobSummaries).toMatchObject([{ TrainingJobName: 'cpt-3', TrainingJobStatus: 'Failed' }]);
});

test('Service Quotas tells the quotas that refuse', async () => {
  const bed = await trainingBed({ quotas: { modelUnits: 4, trainingInstances: 3 } });
  const credentials = { accessKeyId: 'rehearsal', secretAccessKey: 'rehearsal' };
  const client = new ServiceQuotasClient({ region: 'us-east-1', endpoint: bed.simulator.url, credentials });
  const valueOf = async (ServiceCode: string, name: string): Promise<number | undefined> => {
    const { Quotas = [] } = await client.send(new ListServiceQuotasCommand({ ServiceCode }));
    return Quotas.find(({ QuotaName }) => QuotaName === name)?.Value;
  };
  try {
    expect(await valueOf('sagemaker', 'ml.g6.2xlarge for training job usage')).toBe(3);
    expect(await valueOf('sagemaker', 'ml.g6.2xlarge for spot training job usage')).toBe(3);
    const units = 'Model units no-commitment Provisioned Throughputs across custom models';
    expect(await valueOf('bedrock', units)).toBe(4);
  } finally {
    client.destroy();
  }
});

test('the catalogue names models twice: as inference calls them, and as jobs take them', async () => {
  const bed = await trainingBed();
  const forJobs = await bed.bedrock.send(new GetFoundationModelCommand({ modelIdentifier: LITE_TUNING }));
  expect(forJobs.modelDetails).toMatchObject({
    customizationsSupported: ['FINE_TUNING', 'DISTILLATION'],
    inferenceTypesSupported: ['PROVISIONED'],
    modelLifecycle: { status: 'ACTIVE' },
  });
  const forCalls = await bed.bedrock.send(new GetFoundationModelCommand({ modelIdentifier: LITE }));
  expect(forCalls.modelDetails?.customizationsSupported).toEqual([]);
  const { modelSummaries } = await bed.bedrock.send(
    new ListFoundationModelsCommand({ byCustomizationType: 'CONTINUED_PRE_TRAINING' }),
  );
  expect(modelSummaries).toEqual([]);
  const error = await errorOf(bed.bedrock.send(new GetFoundationModelCommand({ modelIdentifier: 'acme.none-v1' })));
  expect(error.name).toBe('ValidationException');
});

test('invocations are logged nowhere until somebody says so', async () => {
  const bed = await trainingBed();
  const { loggingConfig } = await bed.bedrock.send(new GetModelInvocationLoggingConfigurationCommand({}));
  expect(loggingConfig).toBeUndefined();
});
