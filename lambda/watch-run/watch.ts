import {
  GetCustomModelDeploymentCommand,
  GetImportedModelCommand,
  GetModelCustomizationJobCommand,
  GetModelImportJobCommand,
  GetProvisionedModelThroughputCommand,
  type BedrockClient,
  type GetImportedModelCommandOutput,
} from '@aws-sdk/client-bedrock';
import { DescribeTrainingJobCommand, type SageMakerClient } from '@aws-sdk/client-sagemaker';
import type { Losses, RunState } from '../shared/run-state.ts';
import { COMMITMENT_ENDS_MS } from '../../lib/lifecycle/remove.ts';
import { RunError } from '../shared/training-run.ts';

export interface WatchClients {
  readonly bedrock: Pick<BedrockClient, 'send'>;
  readonly sagemaker: Pick<SageMakerClient, 'send'>;
}

export type WatchStep = 'job' | 'import' | 'host';

/**
 * Looks once at what a step has begun.
 * @throws RunError where it has failed, or is not done by its deadline
 */
export async function watchRun(step: WatchStep, run: RunState, clients: WatchClients, now: Date): Promise<RunState> {
  switch (step) {
    case 'job':
      return watchJob(run, clients, now);
    case 'import':
      return watchImport(run, clients, now);
    case 'host':
      return watchHost(run, clients, now);
  }
}

const waiting = (run: RunState, detail: string, losses?: Losses): RunState => ({
  ...run,
  watch: { status: 'waiting', detail, ...(losses === undefined ? {} : { losses }) },
});

const done = (run: RunState, detail: string, losses?: Losses): RunState => ({
  ...run,
  watch: { status: 'done', detail, ...(losses === undefined ? {} : { losses }) },
});

function inTime(deadline: string, now: Date, what: string, doing: string): void {
  if (now > new Date(deadline)) {
    throw new RunError(
      `${what} is not done by ${deadline} (${doing}): it is stopped so that it cannot bill without end`,
    );
  }
}

async function watchJob(run: RunState, { bedrock, sagemaker }: WatchClients, now: Date): Promise<RunState> {
  const { job } = run;
  if (job === undefined) throw new Error('a job is watched after it is begun');
  if (job.kind === 'training-job') {
    const { TrainingJobStatus, SecondaryStatus, FailureReason, FinalMetricDataList } = await sagemaker.send(
      new DescribeTrainingJobCommand({ TrainingJobName: job.name }),
    );
    const metric = (name: string): number | undefined =>
      FinalMetricDataList?.find(({ MetricName }) => MetricName === name)?.Value;
    const validation = metric('validation:loss');
    const losses: Losses = {
      training: metric('train:loss'),
      ...(validation === undefined ? {} : { validation: [validation] }),
    };
    if (TrainingJobStatus === 'Completed') return done(run, 'trained', losses);
    if (TrainingJobStatus === 'Failed' || TrainingJobStatus === 'Stopped') {
      throw new RunError(
        `the SageMaker training job ${job.name} ${TrainingJobStatus === 'Failed' ? 'failed' : 'was stopped'}: ${FailureReason ?? 'no reason given'}`,
      );
    }
    inTime(job.deadline, now, `the training job ${job.name}`, SecondaryStatus ?? TrainingJobStatus ?? 'no status');
    return waiting(run, SecondaryStatus ?? TrainingJobStatus ?? 'no status', losses);
  }
  const found = await bedrock.send(new GetModelCustomizationJobCommand({ jobIdentifier: job.arn }));
  const { status, statusDetails, failureMessage, outputModelArn, trainingMetrics, validationMetrics } = found;
  const losses: Losses = {
    training: trainingMetrics?.trainingLoss,
    validation: (validationMetrics ?? []).flatMap(({ validationLoss }) =>
      validationLoss === undefined ? [] : [validationLoss],
    ),
  };
  const phases = (
    [
      ['data', statusDetails?.dataProcessingDetails?.status],
      ['training', statusDetails?.trainingDetails?.status],
      ['validation', statusDetails?.validationDetails?.status],
    ] as const
  ).flatMap(([phase, state]) => (state === undefined ? [] : [`${phase} ${state}`]));
  const detail = phases.length === 0 ? (status ?? 'no status') : phases.join(', ');
  if (status === 'Completed') {
    if (outputModelArn === undefined) throw new Error(`the job ${job.name} is completed and names no model`);
    return { ...done(run, 'trained', losses), customModelArn: outputModelArn };
  }
  if (status === 'Failed' || status === 'Stopped' || status === 'Stopping') {
    throw new RunError(
      `the customization job ${job.name} ${status === 'Failed' ? 'failed' : 'was stopped'}: ${failureMessage ?? 'no reason given'}`,
    );
  }
  inTime(job.deadline, now, `the customization job ${job.name}`, detail);
  return waiting(run, detail, losses);
}

/** AWS renews a commitment by itself: the reaper asks for its deletion from then on, several times before and after its end. */
const beforeRenewal = (end: Date): Date => new Date(end.getTime() - COMMITMENT_ENDS_MS);

async function watchImport(run: RunState, { bedrock }: WatchClients, now: Date): Promise<RunState> {
  const { importJob } = run;
  if (importJob === undefined) throw new Error('an import is watched after it is begun');
  const { status, failureMessage, importedModelArn } = await bedrock.send(
    new GetModelImportJobCommand({ jobIdentifier: importJob.arn }),
  );
  if (status === 'Failed') {
    throw new RunError(`the import ${importJob.name} failed: ${failureMessage ?? 'no reason given'}`);
  }
  if (status !== 'Completed') {
    inTime(importJob.deadline, now, `the import ${importJob.name}`, status ?? 'no status');
    return waiting(run, `import ${status ?? 'no status'}`);
  }
  if (importedModelArn === undefined) throw new Error(`the import ${importJob.name} is completed and names no model`);
  const model = await bedrock.send(new GetImportedModelCommand({ modelIdentifier: importedModelArn }));
  refuseDearUnits(run, importJob.name, model);
  if (model.instructSupported === false) {
    throw new RunError(
      `the imported model ${importJob.name} has no chat template, so Converse cannot ask it: train from an instruct model, or put its template into the tokenizer`,
    );
  }
  return { ...done(run, 'imported'), customModelArn: importedModelArn };
}

/** How many units a copy takes AWS says only now; the run was priced for those of the configuration. */
function refuseDearUnits(
  { bound, maxUsd }: RunState,
  name: string,
  { customModelUnits, modelDataSource }: GetImportedModelCommandOutput,
): void {
  const units = customModelUnits?.customModelUnitsPerModelCopy;
  const lines = (bound?.lines ?? []).filter(({ unit }) => unit.startsWith('CMU-'));
  const priced = lines.find(({ unit }) => unit === 'CMU-month')?.quantity;
  if (bound === undefined || units === undefined || priced === undefined || units <= priced) return;
  const usd = bound.usd + lines.reduce((sum, line) => sum + (line.usd ?? 0), 0) * (units / priced - 1);
  if (usd <= maxUsd) return;
  const weights = modelDataSource?.s3DataSource?.s3Uri ?? 'FOLDER';
  throw new RunError(
    `the imported model ${name} has ${units} custom model units and was priced for ${priced}: the run can cost up to $${usd.toFixed(2)}, more than the $${maxUsd.toFixed(2)} that it may, so the model is removed. Its weights stay: set continuedPretraining.customModelUnits to ${units}, deploy, then 'npx fmpaths host continued-pretraining --weights ${weights} --max-usd N'`,
  );
}

async function watchHost(run: RunState, { bedrock }: WatchClients, now: Date): Promise<RunState> {
  const { host, customModelArn } = run;
  if (host === undefined) return done(run, 'not hosted');
  switch (host.kind) {
    case 'imported-model':
      return done(run, 'hosted');
    case 'deployment': {
      const found = await bedrock.send(
        new GetCustomModelDeploymentCommand({ customModelDeploymentIdentifier: host.arn }),
      );
      const { status, failureMessage, updateDetails, modelArn } = found;
      if (status === 'Failed' || updateDetails?.updateStatus === 'UpdateFailed') {
        throw new RunError(`the deployment ${host.name} failed: ${failureMessage ?? 'no reason given'}`);
      }
      if (status === 'Active' && modelArn === customModelArn && updateDetails?.updateStatus !== 'Updating') {
        return done(run, 'hosted');
      }
      inTime(host.deadline, now, `the deployment ${host.name}`, status ?? 'no status');
      return waiting(run, `deployment ${updateDetails?.updateStatus ?? status ?? 'no status'}`);
    }
    case 'throughput': {
      const { status, failureMessage, modelArn, commitmentExpirationTime } = await bedrock.send(
        new GetProvisionedModelThroughputCommand({ provisionedModelId: host.arn }),
      );
      if (status === 'Failed') {
        throw new RunError(`the throughput ${host.name} failed: ${failureMessage ?? 'no reason given'}`);
      }
      if (status === 'InService' && modelArn === customModelArn) {
        return done(
          commitmentExpirationTime === undefined
            ? run
            : { ...run, host: { ...host, until: beforeRenewal(commitmentExpirationTime).toISOString() } },
          'hosted',
        );
      }
      inTime(host.deadline, now, `the throughput ${host.name}`, status ?? 'no status');
      return waiting(run, `throughput ${status ?? 'no status'}`);
    }
  }
}
