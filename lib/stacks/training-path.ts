import type { Stack } from 'aws-cdk-lib';
import { Aws, Validations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import type { Config } from '../config/config.ts';
import type { TrainingConfig } from '../config/training.ts';
import { AnswerFunction } from '../constructs/answer-function.ts';
import { applyCostTags } from '../constructs/cost-tags.ts';
import { HostedModels } from '../constructs/hosted-models.ts';
import { PeakHours } from '../constructs/peak-hours.ts';
import { Reaper } from '../constructs/reaper.ts';
import { StartOnDeploy } from '../constructs/start-on-deploy.ts';
import { trainingBucket } from '../constructs/training-bucket.ts';
import { customizationRole, importRole, trainingJobRole } from '../constructs/training-job-roles.ts';
import { trainingScript } from '../constructs/training-script.ts';
import { TrainingSteps } from '../constructs/training-steps.ts';
import { TrainingWorkflow } from '../constructs/training-workflow.ts';
import type { TrainingPath } from '../paths.ts';
import type { Customization, TrainingSettings } from '../training/settings.ts';
import { answering } from './answering.ts';
import { addOutputs, estimateCommand, tagsText } from './outputs.ts';

/**
 * What the three training paths have in common: bucket, roles, workflow, reaper, registry and the function that answers. A fresh one
 * costs nothing; what a run creates has a lease, and goes with the stack.
 */
export function addTrainingPath(stack: Stack, path: TrainingPath, config: Config, training: TrainingConfig): void {
  const { project, environment } = config;
  const { stackName } = stack;
  const { kmsKeyArn, vpc, maxTrainingHours, peakHours, startOnDeploy, invocationLogsBucket } = training;
  const { logRetentionDays } = training.answering;
  const bucket = trainingBucket(stack, 'Data');
  const models = new HostedModels(stack, 'Models', {
    parameterName: `/fmpaths/${project}/${environment}/${path}/model`,
    kmsKeyArn,
  });
  const jobs = { bucket, kmsKeyArn, vpc };
  const planned = training.customization;
  const script = planned.route === 'sagemaker' ? trainingScript(stack, 'Script') : undefined;
  const jobRole =
    script === undefined
      ? customizationRole(stack, 'JobRole', { ...jobs, teacher: training.teacherModel, invocationLogsBucket })
      : trainingJobRole(stack, 'JobRole', {
          ...jobs,
          script,
          modelUri: planned.route === 'sagemaker' ? planned.baseModelUri : undefined,
        });
  const weightsRole = script === undefined ? undefined : importRole(stack, 'ImportRole', jobs);
  const names = { reaperRule: `${stackName}-reaper`, peakRule: `${stackName}-peak`, stateMachine: stackName };
  const customization: Customization =
    planned.route === 'sagemaker' && script !== undefined
      ? {
          ...planned,
          baseModelUri: planned.baseModelUri ?? bucket.s3UrlForObject('base-model/'),
          codeUri: script.s3ObjectUrl,
        }
      : (planned as Customization);
  const settings: TrainingSettings = {
    path,
    stackName,
    owner: Aws.STACK_ID,
    project,
    environment,
    bucket: bucket.bucketName,
    registry: models.registry.parameterName,
    reaperRule: names.reaperRule,
    jobRoleArn: jobRole.roleArn,
    ...(weightsRole === undefined ? {} : { importRoleArn: weightsRole.roleArn }),
    kmsKeyArn,
    vpc,
    customization,
    maxTrainingHours,
    prices: training.prices,
  };
  const steps = new TrainingSteps(stack, 'Steps', {
    settings,
    bucket,
    registry: models.registry,
    jobRole,
    importRole: weightsRole,
    reaperRuleName: names.reaperRule,
    stateMachineName: names.stateMachine,
    startingRules: peakHours === undefined ? [] : [names.peakRule],
    invocationLogsBucket,
    logRetentionDays,
  });
  const { stateMachine } = new TrainingWorkflow(stack, 'Workflow', {
    stateMachineName: names.stateMachine,
    steps,
    imports: script !== undefined,
    maxTrainingHours,
  });
  const outlivedBy: IConstruct[] = [bucket, models, jobRole, steps, stateMachine];
  if (weightsRole !== undefined) outlivedBy.push(weightsRole);
  if (peakHours !== undefined) {
    outlivedBy.push(new PeakHours(stack, 'Peak', { ...peakHours, ruleName: names.peakRule, stateMachine }));
  }
  const reaper = new Reaper(stack, 'Reaper', {
    reap: steps.reap,
    stateMachine,
    ruleName: names.reaperRule,
    outlivedBy,
  });
  if (startOnDeploy !== undefined) {
    const { dataset, maxUsd, hosting } = startOnDeploy;
    new StartOnDeploy(stack, 'StartOnDeploy', {
      dataset,
      request: { maxUsd, hosting },
      bucket,
      stateMachine,
      logRetentionDays,
      after: [reaper],
    });
  }
  const answers = new AnswerFunction(stack, 'Answer', { path, model: models, ...answering(training.answering) });
  applyCostTags(stack, { path, project, environment });
  training.warnings.forEach((warning, index) => Validations.of(stack).addWarning(`Configuration${index}`, warning));

  const data = `config/datasets/${path}/train.jsonl`;
  addOutputs(stack, {
    FunctionName: answers.function.functionName,
    FunctionUrl: answers.url.url,
    StateMachineArn: stateMachine.stateMachineArn,
    TrainingBucket: bucket.bucketName,
    ModelParameter: models.registry.parameterName,
    ReaperFunctionName: steps.reap.function.functionName,
    Tags: tagsText(stack, path, config),
    TryNextCheck: `npx fmpaths dataset check ${data} --for ${path} ${checkedModel(training)}`,
    TryNextTrain: `npx fmpaths train ${path} --dataset ${data}`,
    TryNextEstimate: estimateCommand(stack, path),
  });
}

/** What the price of a run depends on, as `fmpaths dataset check` takes it. */
function checkedModel({ customization, maxTrainingHours }: TrainingConfig): string {
  if (customization.route === 'sagemaker') {
    return `--model sagemaker --instance ${customization.instanceType} --hours ${maxTrainingHours}`;
  }
  const { baseModelId, teacher } = customization;
  return teacher === undefined ? `--model ${baseModelId}` : `--model ${baseModelId} --teacher ${teacher.modelId}`;
}
