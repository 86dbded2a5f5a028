import { DescribeTrainingJobCommand, ListTrainingJobsCommand, SageMakerClient } from '@aws-sdk/client-sagemaker';
import { DescribeExecutionCommand, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { estimatePath } from '../cost/estimate.ts';
import { measuredWorkload } from '../cost/measured-workload.ts';
import type { Workload } from '../cost/workload.ts';
import { TAG_KEYS } from '../deployment/tags.ts';
import { modelRegistry } from '../lifecycle/model-registry.ts';
import { newRunId } from '../lifecycle/runs.ts';
import type { TrainingPath } from '../paths.ts';
import { formatUsd } from '../report/money.ts';
import type { TrainedJob } from '../simulator/simulator.ts';
import type { PublishedModel } from '../training/published-model.ts';
import type { HostingChoice, RunRequest } from '../training/run-request.ts';
import { said, type PathRehearsal, type PathStage, type Progress } from './path-rehearsal.ts';

/** More than a run on a sample can cost: the workflow reckons its own bound and holds it against this. */
const MAX_USD = 1_000;

const HOSTING: Record<TrainingPath, HostingChoice> = {
  'fine-tuning': { kind: 'on-demand' },
  'continued-pretraining': { kind: 'imported' },
  distillation: { kind: 'on-demand' },
};

/** How far the virtual clock goes each time the execution is looked at, and how long that takes here. */
const LOOK = { virtualMs: 5 * 60_000, realMs: 300 } as const;

/** A workflow that hangs must not hang the rehearsal. */
const MOST_LOOKS = 3_000;

/** Estimate and meter are made apart from each other. */
const ALLOWED_DIFFERENCE = 0.005;

/** What one run was measured at, for the estimate. */
interface Trained {
  readonly hosted: readonly PublishedModel[];
  readonly job: TrainedJob | undefined;
  readonly instances: { readonly type: string; readonly count: number; readonly hours: number } | undefined;
}

/** Trains on the sample data set through the deployed workflow and hosts the model, before anything is asked. */
export function trainingRehearsal(stage: PathStage): PathRehearsal {
  const path = stage.path as TrainingPath;
  const { control } = stage.simulator;
  let trained: Trained = { hosted: [], job: undefined, instances: undefined };
  return {
    prepare: async () => {
      await stage.observer.step(`Training and hosting of ${path}`, async (progress) => {
        const jobsBefore = control.trainingJobs().length;
        const request: RunRequest = {
          action: 'train',
          runId: newRunId(stage.now, Math.random),
          dataset: await upload(stage),
          maxUsd: MAX_USD,
          hosting: HOSTING[path],
        };
        await execute(stage, request, progress);
        const { hosted } = await modelRegistry(stage.clients.parameters, output(stage, 'ModelParameter')).read();
        if (hosted.length === 0) throw new Error(`the workflow of ${path} ended well and published no model`);
        trained = {
          hosted,
          job: control.trainingJobs().slice(jobsBefore)[0],
          instances: path === 'continued-pretraining' ? await instancesOf(stage) : undefined,
        };
        stage.problems.push(
          ...trainingDisagreement(stage, trained).map((what) => ({
            spoils: [path],
            what,
            advice:
              'The run costs other than its estimate: a fault of fmpaths, or a price that config/prices lacks. Running again changes nothing.',
          })),
        );
        return said(
          undefined,
          ...trainedLines(trained),
          ...hosted.map(({ kind, modelArn }) => `in service ${kind}: ${modelArn}`),
          `training billed ${formatUsd(trainedUsd(stage))}; idle, the model bills ${formatUsd(idleUsdPerDay(stage))} a day`,
        );
      });
    },
    standingUsage: () => ({ usagePerWindow: control.windowUsage().filter((usage) => usage.path === path) }),
    resourceIds: () => [
      ...trained.hosted.flatMap(({ modelArn, customModelArn }) => [modelArn, customModelArn]),
      ...control.ledger.usage().flatMap((usage) => (usage.path === path ? (usage.resourceId ?? []) : [])),
    ],
    workload: (measured) => ({
      ...measuredWorkload({ ...measured, modelId: trained.job?.modelId ?? 'imported', profileScope: 'in-region' }),
      paths: [path],
      ...trainingOf(path, trained, stage),
    }),
  };
}

function output({ path, outputs }: PathStage, name: string): string {
  const value = outputs[name];
  if (value === undefined) throw new Error(`the stack of ${path} has no output ${name}`);
  return value;
}

async function upload(stage: PathStage): Promise<NonNullable<RunRequest['dataset']>> {
  const { root, path, objects, catalogue } = stage;
  const bucket = output(stage, 'TrainingBucket');
  const put = async (name: string): Promise<string> => {
    const uri = `s3://${bucket}/datasets/sample/${name}`;
    await objects.write(uri, await readFile(join(root, 'config', 'datasets', path, name), 'utf8'));
    return uri;
  };
  // the weights that a user brings: nothing here reads them
  if (path === ('continued-pretraining' satisfies TrainingPath as string)) {
    await objects.write(
      `s3://${bucket}/base-model/config.json`,
      JSON.stringify({ model_type: catalogue.customModelImport?.example }),
    );
    await objects.write(`s3://${bucket}/base-model/tokenizer.json`, '{}');
    await objects.write(`s3://${bucket}/base-model/tokenizer_config.json`, '{"chat_template": "{{ messages }}"}');
  }
  const trainUri = await put('train.jsonl');
  // a distillation job takes no more than prompts
  if (path === ('distillation' satisfies TrainingPath as string)) return { trainUri };
  return { trainUri, validationUri: await put('validation.jsonl') };
}

/** Runs the workflow to its end; the virtual clock goes on meanwhile. */
async function execute(stage: PathStage, request: RunRequest, { say }: Progress): Promise<void> {
  const { clients, clock, path } = stage;
  const { executionArn } = await clients.stepFunctions.send(
    new StartExecutionCommand({
      stateMachineArn: output(stage, 'StateMachineArn'),
      name: request.runId,
      input: JSON.stringify(request),
    }),
  );
  for (let looks = 0; looks < MOST_LOOKS; looks++) {
    const { status, cause, error } = await clients.stepFunctions.send(new DescribeExecutionCommand({ executionArn }));
    if (status === 'SUCCEEDED') return;
    if (status !== 'RUNNING') throw new Error(`the workflow of ${path} ended ${status ?? ''}: ${cause ?? error ?? ''}`);
    if (looks % 10 === 9) say(`${clock.now().toISOString()} on the virtual clock`);
    await sleep(LOOK.realMs);
    clock.advanceBy(LOOK.virtualMs);
  }
  throw new Error(`the workflow of ${path} has not ended after ${(MOST_LOOKS * LOOK.realMs) / 60_000} minutes`);
}

/** What SageMaker itself says of the job. */
async function instancesOf({ simulator, config, path }: PathStage): Promise<NonNullable<Trained['instances']>> {
  const client = new SageMakerClient({
    region: config.region,
    endpoint: simulator.url,
    credentials: { accessKeyId: 'rehearsal', secretAccessKey: 'rehearsal' },
  });
  try {
    const { TrainingJobSummaries: [job] = [] } = await client.send(new ListTrainingJobsCommand({ MaxResults: 1 }));
    const { ResourceConfig, BillableTimeInSeconds } = await client.send(
      new DescribeTrainingJobCommand({ TrainingJobName: job?.TrainingJobName }),
    );
    if (ResourceConfig?.InstanceType === undefined) throw new Error(`${path} trained on no instance`);
    return {
      type: ResourceConfig.InstanceType,
      count: ResourceConfig.InstanceCount ?? 1,
      hours: (BillableTimeInSeconds ?? 0) / 3600,
    };
  } finally {
    client.destroy();
  }
}

function trainedLines({ job, instances }: Trained): string[] {
  if (instances !== undefined) {
    return [
      `${instances.count} x ${instances.type} for ${instances.hours.toFixed(2)} hours, then Custom Model Import: durations are invented`,
    ];
  }
  if (job === undefined) return [];
  const { tokensPerEpoch, epochs, modelId, teacher } = job;
  return [
    `${modelId}: ${tokensPerEpoch} tokens in each of ${epochs} epochs`,
    ...(teacher === undefined
      ? []
      : [
          `the teacher answered ${teacher.prompts} prompts, given and synthesised: ${teacher.inputTokens} tokens in, ${teacher.outputTokens} out, which carry no tag`,
        ]),
  ];
}

const isRun = ({ priceId }: { readonly priceId: string }): boolean => !priceId.endsWith('/storage');

/** Of the one run: what training billed, without what is stored since. */
function trainedUsd({ simulator, path }: PathStage): number | null {
  return simulator.control.ledger
    .usage()
    .filter((usage) => usage.path === path && usage.component === 'training' && isRun(usage))
    .reduce<number | null>((sum, { priceId, quantity }) => {
      const usd = simulator.control.ledger.usdOf(priceId, quantity);
      return sum === null || usd === null ? null : sum + usd;
    }, 0);
}

function idleUsdPerDay({ simulator, path }: PathStage): number | null {
  return simulator.control
    .leftovers()
    .filter(({ tags }) => tags?.[TAG_KEYS.path] === path)
    .reduce<number | null>((sum, { usdPerDay }) => (sum === null || usdPerDay === null ? null : sum + usdPerDay), 0);
}

/** The run is paid once, before the month that is played: it is held against the estimate by itself. */
function trainingDisagreement(stage: PathStage, trained: Trained): string[] {
  const path = stage.path as TrainingPath;
  const billed = trainedUsd(stage);
  const { components } = estimatePath(
    path,
    { name: 'trained', paths: [path], requestsPerMonth: 0, parts: ['training'], ...trainingOf(path, trained, stage) },
    stage.book,
    stage.catalogue,
  );
  const estimated = components.training.oneTime.usd;
  if (billed === null || estimated === null) return [`${path}: a price of training is missing`];
  if (Math.abs(billed - estimated) <= ALLOWED_DIFFERENCE * billed) return [];
  return [`${path}, training once: estimated $${estimated}, metered by the simulator $${billed}`];
}

/** The section of the workload that describes the path, from what the run was measured at. */
function trainingOf(path: TrainingPath, { job, instances }: Trained, { simulator }: PathStage): Partial<Workload> {
  switch (path) {
    case 'fine-tuning':
      return {
        fineTuning: {
          baseModelId: job?.modelId,
          trainingTokensPerEpoch: job?.tokensPerEpoch,
          epochs: job?.epochs,
          hosting: { kind: 'on-demand' },
        },
      };
    case 'distillation': {
      const { prompts = 0, inputTokens = 0, outputTokens = 0 } = job?.teacher ?? {};
      return {
        distillation: {
          teacherModelId: job?.teacherModelId,
          studentModelId: job?.modelId,
          prompts,
          synthesizedPrompts: prompts,
          tokensPerPrompt: inputTokens / prompts,
          tokensPerTeacherAnswer: outputTokens / prompts,
          epochs: job?.epochs,
          hosting: { kind: 'on-demand' },
        },
      };
    }
    case 'continued-pretraining': {
      const [window] = simulator.control.windowUsage();
      return {
        continuedPretraining: {
          route: 'sagemaker',
          instanceType: instances?.type,
          instances: instances?.count,
          instanceHoursPerRun: instances?.hours,
          // five minutes of every unit
          hosting: { kind: 'imported', customModelUnits: (window?.quantity ?? 0) / 5 },
        },
      };
    }
  }
}
