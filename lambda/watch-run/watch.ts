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
import { errorText } from '../../lib/errors/aws-error.ts';
import { RunError } from '../../lib/errors/run-error.ts';
import { COMMITMENT_ENDS_MS } from '../../lib/lifecycle/remove.ts';
import type { Losses, RunState, Watch } from '../../lib/training/run-state.ts';
import { lateText, pendingOf, unseenText, type Pending } from '../shared/late-look.ts';

export interface WatchClients {
  readonly bedrock: Pick<BedrockClient, 'send'>;
  readonly sagemaker: Pick<SageMakerClient, 'send'>;
}

export type WatchStep = 'job' | 'import' | 'host';

/**
 * Looks once at what a step has begun. Not being able to look is no end: only a state that AWS reports fails the run, or the deadline.
 * @throws RunError where it has failed, or is not done by its deadline
 */
export async function watchRun(step: WatchStep, before: RunState, clients: WatchClients, now: Date): Promise<RunState> {
  // where the look before failed itself, this one does not
  const run = { ...before };
  delete run.unseen;
  try {
    return await LOOKS[step](run, clients, now);
  } catch (error) {
    if (error instanceof RunError) throw error;
    return couldNotLook(run, errorText(error), now);
  }
}

const LOOKS: Record<WatchStep, (run: RunState, clients: WatchClients, now: Date) => Promise<RunState>> = {
  job: watchJob,
  import: watchImport,
  host: watchHost,
};

/** Keeps what AWS said last, so that a person sees it, and the time since which it says nothing. */
function couldNotLook(run: RunState, error: string, now: Date): RunState {
  const { watch } = run;
  const unseen: Watch = {
    detail: '',
    ...watch,
    status: 'waiting',
    unseen: { since: watch?.unseen?.since ?? now.toISOString(), error },
  };
  return inTime({ ...run, watch: unseen }, now, (pending) => unseenText(pending, unseen, error));
}

type Seen = Pick<Watch, 'losses' | 'trains'>;

/** The job, import or hosting is under way: `detail` is what AWS says of it. @throws RunError at the deadline */
const waiting = (run: RunState, now: Date, detail: string, seen: Seen = {}): RunState =>
  inTime({ ...run, watch: { status: 'waiting', detail, ...seen, seenAt: now.toISOString() } }, now, () => detail);

const done = (run: RunState, now: Date, detail: string, seen: Seen = {}): RunState => ({
  ...run,
  watch: { status: 'done', detail, ...seen, seenAt: now.toISOString() },
});

/** Returns the run. @throws RunError past the deadline of what it waits for, or where that is no date */
function inTime(run: RunState, now: Date, because: (pending: Pending) => string): RunState {
  const pending = pendingOf(run);
  if (pending === undefined) throw new RunError('the run waits for something that it has not begun');
  const { what, deadline, paid } = pending;
  // no moment is later than an invalid date: the run would wait, and bill, without end
  if (Number.isNaN(Date.parse(deadline))) {
    throw new RunError(
      `${what} has a deadline that is no date ('${deadline}'): it is stopped so that it cannot bill without end. ${paid}`.trimEnd(),
    );
  }
  if (now > new Date(deadline)) throw new RunError(lateText(pending, because(pending)));
  return run;
}

async function watchJob(run: RunState, { bedrock, sagemaker }: WatchClients, now: Date): Promise<RunState> {
  const { job } = run;
  if (job === undefined) throw new Error('a job is watched after it is begun');
  if (job.kind === 'training-job') {
    const { TrainingJobStatus, TrainingStartTime, SecondaryStatus, FailureReason, FinalMetricDataList } =
      await sagemaker.send(new DescribeTrainingJobCommand({ TrainingJobName: job.name }));
    const metric = (name: string): number | undefined =>
      FinalMetricDataList?.find(({ MetricName }) => MetricName === name)?.Value;
    const validation = metric('validation:loss');
    const losses: Losses = {
      training: metric('train:loss'),
      ...(validation === undefined ? {} : { validation: [validation] }),
    };
    // the instances bill from then on
    const seen: Seen = { losses, trains: TrainingStartTime !== undefined };
    if (TrainingJobStatus === 'Completed') return done(run, now, 'trained', seen);
    if (TrainingJobStatus === 'Failed' || TrainingJobStatus === 'Stopped') {
      throw new RunError(
        `the SageMaker training job ${job.name} ${TrainingJobStatus === 'Failed' ? 'failed' : 'was stopped'}: ${FailureReason ?? 'no reason given'}`,
      );
    }
    return waiting(run, now, SecondaryStatus ?? TrainingJobStatus ?? 'no status', seen);
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
  // data that are only read cost nothing
  const training = statusDetails?.trainingDetails?.status;
  const seen: Seen = { losses, trains: training !== undefined && training !== 'NotStarted' };
  if (status === 'Completed') {
    if (outputModelArn === undefined) throw new Error(`the job ${job.name} is completed and names no model`);
    return { ...done(run, now, 'trained', seen), customModelArn: outputModelArn };
  }
  if (status === 'Failed' || status === 'Stopped' || status === 'Stopping') {
    throw new RunError(
      `the customization job ${job.name} ${status === 'Failed' ? 'failed' : 'was stopped'}: ${failureMessage ?? 'no reason given'}`,
    );
  }
  return waiting(run, now, detail, seen);
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
  if (status !== 'Completed') return waiting(run, now, `import ${status ?? 'no status'}`);
  if (importedModelArn === undefined) throw new Error(`the import ${importJob.name} is completed and names no model`);
  const model = await bedrock.send(new GetImportedModelCommand({ modelIdentifier: importedModelArn }));
  refuseDearUnits(run, importJob.name, model);
  if (model.instructSupported === false) {
    throw new RunError(
      `the imported model ${importJob.name} has no chat template, so Converse cannot ask it: train from an instruct model, or put its template into the tokenizer`,
    );
  }
  return { ...done(run, now, 'imported'), customModelArn: importedModelArn };
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
    `the imported model ${name} has ${units} custom model units and was priced for ${priced}: the run can cost up to $${usd.toFixed(2)}, more than the $${maxUsd.toFixed(2)} that it may, so the model is removed. Its weights stay: set continuedPretraining.customModelUnits to ${units}, deploy, then 'npx fmpaths host continued-pretraining --weights ${weights}'`,
  );
}

async function watchHost(run: RunState, { bedrock }: WatchClients, now: Date): Promise<RunState> {
  const { host, customModelArn } = run;
  if (host === undefined) return done(run, now, 'not hosted');
  switch (host.kind) {
    case 'imported-model':
      return done(run, now, 'hosted');
    case 'deployment': {
      const found = await bedrock.send(
        new GetCustomModelDeploymentCommand({ customModelDeploymentIdentifier: host.arn }),
      );
      const { status, failureMessage, updateDetails, modelArn } = found;
      // AWS keeps showing the last update: one to another model says nothing of this run
      const isOwnUpdate = updateDetails?.modelArn === undefined || updateDetails.modelArn === customModelArn;
      if (status === 'Failed' || (updateDetails?.updateStatus === 'UpdateFailed' && isOwnUpdate)) {
        throw new RunError(`the deployment ${host.name} failed: ${failureMessage ?? 'no reason given'}`);
      }
      if (status === 'Active' && modelArn === customModelArn && updateDetails?.updateStatus !== 'Updating') {
        return done(run, now, 'hosted');
      }
      return waiting(run, now, `deployment ${updateDetails?.updateStatus ?? status ?? 'no status'}`);
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
          now,
          'hosted',
        );
      }
      return waiting(run, now, `throughput ${status ?? 'no status'}`);
    }
  }
}
