import { stat } from 'node:fs/promises';
import { LEAST_BYTES_PER_TOKEN } from '../../cost/run-bound.ts';
import { checkDataset } from '../../dataset/check.ts';
import type { DatasetFacts, DatasetReport } from '../../dataset/findings.ts';
import { CORPUS_RULES } from '../../dataset/records.ts';
import { UserError } from '../../errors/user-error.ts';
import { TRAINING_PATHS } from '../../paths.ts';
import { removalDocument } from '../../report/holdings.ts';
import { formatQuantity, formatUsd } from '../../report/money.ts';
import { plannedBound, type PlannedRun } from '../../training/planned-run.ts';
import type { TrainingData } from '../../training/run-request.ts';
import type { TrainingSettings } from '../../training/settings.ts';
import { EXIT, type Command, type ExitStatus, type Io } from '../command.ts';
import { fileBytes } from '../dataset-file.ts';
import {
  RESULT_OPTIONS,
  excludeEachOther,
  parseArguments,
  pathArgument,
  required,
  requiredRunLimitUsd,
  resultHelp,
  runLimitUsd,
  shownAs,
  wholeNumber,
} from '../options.ts';
import { show } from '../output.ts';
import { pasted } from '../pasted.ts';
import { SCOPE_OPTIONS, scopeGiven, scopeHelp } from '../scope-options.ts';
import {
  HOSTING_HELP,
  HOSTING_OPTIONS,
  hostingChoice,
  openPath,
  openStack,
  withinLimit,
  type OpenPath,
  type OpenStack,
} from '../training-options.ts';
import type { Watched } from '../watch-run.ts';

const HELP = `Usage: fmpaths train PATH --dataset FILE [--max-usd N] [OPTIONS]
       fmpaths train PATH --watch [RUN]
       fmpaths train PATH --stop RUN

Trains a model in the deployed stack of a path and hosts it: checks the file here, holds what the run can cost against
--max-usd, uploads the file to the bucket of the stack, starts its workflow and shows it. The workflow needs this command
no more: leave it with Ctrl-C, come back with --watch.

  PATH               ${TRAINING_PATHS.join(' | ')}
  --dataset FILE     training file as 'npx fmpaths dataset check' takes it, or s3://BUCKET/KEY in the bucket of the stack
  --validation FILE  validation file
${HOSTING_HELP}  --epochs N         times that the data are gone through; each is billed (default: that of the configuration)
  --invocation-logs S3-URI
                     distillation: prompts from the model invocation logs of this account, instead of --dataset
  --reuse-answers    ... and the answers that were logged: the teacher is not asked, and bills nothing
  --detach           start the run and show no more
  --watch            show a run that was started: RUN, or the newest
  --stop             stop a run, and remove what it has made and not published
${resultHelp(21)}${scopeHelp(21)}
Exit status: 0 the run succeeded (with --detach: began), 1 it failed, or it goes on and you left it, 2 what you wrote
cannot be acted on.
`;

export const command: Command = {
  help: HELP,
  run,
};

const OPTIONS = {
  dataset: { type: 'string' },
  validation: { type: 'string' },
  epochs: { type: 'string' },
  'invocation-logs': { type: 'string' },
  'reuse-answers': { type: 'boolean', default: false },
  detach: { type: 'boolean', default: false },
  watch: { type: 'boolean', default: false },
  stop: { type: 'boolean', default: false },
  ...HOSTING_OPTIONS,
  ...RESULT_OPTIONS,
  ...SCOPE_OPTIONS,
} as const;

async function run(args: readonly string[], io: Io): Promise<ExitStatus> {
  const { values, positionals } = parseArguments('train', args, OPTIONS);
  excludeEachOther(values, 'watch', 'stop', 'a run is watched, or stopped');
  const joins = values.watch || values.stop;
  const [runId] = joins ? positionals.splice(1, 1) : [];
  const path = pathArgument('train', positionals, TRAINING_PATHS);
  const shown = shownAs(values);
  const watched = { ...shown, scope: scopeGiven(values) };
  if (values.stop) return stop(runId, await openPath(path, values, io), watched, io);
  if (values.watch) return watch(runId, await openStack(path, values, io), watched, io);
  const limitUsd = runLimitUsd(values['max-usd']);
  const fromLogs = values['invocation-logs'];
  excludeEachOther(values, 'dataset', 'invocation-logs', 'prompts come from one of them');
  const train = fromLogs === undefined ? required('dataset', values.dataset, 'the file to train on') : '';
  if (values['reuse-answers'] && fromLogs === undefined) {
    throw new UserError(`'--reuse-answers' is for '--invocation-logs': a dataset of prompts has none to reuse`);
  }
  const open = await openStack(path, values, io);
  const { stack, clients } = open;
  const hosting = hostingChoice(values, stack.settings.customization);
  const hyperParameters =
    values.epochs === undefined ? undefined : { epochCount: String(wholeNumber('epochs', values.epochs, 1, 100)) };
  const request = { hosting, hyperParameters };
  const { tellLifeOfBase } = await import('../base-model.ts');
  await tellLifeOfBase(open, 'train', hosting, io);
  const { maxUsd, ...dataset } =
    fromLogs === undefined
      ? await checkedDataset(
          train,
          values.validation,
          { ...request, limitUsd, commandLine: ['train', ...args] },
          open,
          io,
        )
      : {
          maxUsd: requiredRunLimitUsd(limitUsd),
          invocationLogsUri: fromLogs,
          reuseLoggedAnswers: values['reuse-answers'],
        };
  const { newRunId, startRun } = await import('../../lifecycle/runs.ts');
  const id = newRunId(io.now(), Math.random);
  await startRun(clients.stepFunctions, stack.stateMachineArn, {
    action: 'train',
    runId: id,
    dataset,
    maxUsd,
    ...request,
  });
  const { started } = await import('../watch-run.ts');
  return started(id, values.detach, open, watched, io);
}

type Limits = Pick<PlannedRun, 'hosting'> & {
  readonly hyperParameters: Readonly<Record<string, string>> | undefined;
  readonly limitUsd: number | undefined;
  readonly commandLine: readonly string[];
};

/** Checks and prices the files here, before anything is sent; what is in S3 already, the workflow checks itself. */
async function checkedDataset(
  train: string,
  validation: string | undefined,
  { hosting, hyperParameters, limitUsd, commandLine }: Limits,
  { stack: { settings }, clients }: OpenStack,
  io: Io,
): Promise<TrainingData & { readonly maxUsd: number }> {
  const inBucket = [train, ...(validation === undefined ? [] : [validation])].map((name) => name.startsWith('s3://'));
  if (inBucket.every(Boolean)) {
    return {
      maxUsd: requiredRunLimitUsd(limitUsd),
      trainUri: train,
      ...(validation === undefined ? {} : { validationUri: validation }),
    };
  }
  if (inBucket.some(Boolean)) {
    throw new UserError(
      `'--dataset' and '--validation' must both be files or both be in S3: leakage is looked for in both`,
    );
  }
  const { hashing, uploadDataset } = await import('../../lifecycle/runs.ts');
  const hashedTrain = hashing(await fileBytes(train));
  const hashedValidation = validation === undefined ? undefined : hashing(await fileBytes(validation));
  const report = await checkDataset(factsOf(settings), hashedTrain.bytes, hashedValidation?.bytes);
  refuseFaulty(report, settings, train, validation);
  const bound = plannedBound(
    {
      hosting,
      training: {
        records: report.records,
        tokens: Math.ceil(report.bytes / LEAST_BYTES_PER_TOKEN),
        maxHours: settings.maxTrainingHours,
        hyperParameters,
      },
    },
    settings.customization,
    settings.prices,
  );
  const maxUsd = withinLimit(bound, limitUsd, commandLine);
  io.stderr.write(
    `${formatQuantity(report.records)} records, about ${formatQuantity(report.estimatedTokens)} tokens; the run can cost up to ${formatUsd(bound.usd)} (estimated bound), and may ${formatUsd(maxUsd)}\n`,
  );
  for (const { file, line, message } of report.warnings.slice(0, TOLD)) {
    io.stderr.write(`warning: ${file}${line === 0 ? '' : ` line ${line}`}: ${message}\n`);
  }
  const send = async (path: string, name: 'train' | 'validation', sha256: string): Promise<string> =>
    uploadDataset(clients.s3, settings.bucket, { path, name, sha256, bytes: (await stat(path)).size });
  return {
    maxUsd,
    trainUri: await send(train, 'train', hashedTrain.digest()),
    ...(validation === undefined || hashedValidation === undefined
      ? {}
      : { validationUri: await send(validation, 'validation', hashedValidation.digest()) }),
  };
}

function factsOf({ path, customization }: TrainingSettings): DatasetFacts {
  if (customization.route === 'sagemaker') return { customization: path, family: 'corpus', rules: CORPUS_RULES };
  if (customization.records === undefined) {
    throw new UserError(
      `the deployed stack does not say what its training files must be like: deploy it again with 'npx cdk deploy ${path}'`,
    );
  }
  return { customization: path, family: customization.family, rules: customization.records };
}

/** Findings that are told one by one. */
const TOLD = 5;

function refuseFaulty(
  { errors, errorCount }: DatasetReport,
  { path, customization }: TrainingSettings,
  train: string,
  validation: string | undefined,
): void {
  if (errorCount === 0) return;
  const told = errors
    .slice(0, TOLD)
    .map(
      ({ file, line, message }) =>
        `  ${file === 'train' ? train : (validation ?? file)}${line === 0 ? '' : ` line ${line}`}: ${message}`,
    );
  throw new UserError(
    `the dataset cannot be trained on, ${formatQuantity(errorCount)} errors:\n${told.join('\n')}\nSee them all: ${pasted(['dataset', 'check', train], { for: path, model: customization.route === 'bedrock' ? customization.baseModelId : 'sagemaker', validation })}`,
  );
}

async function watch(asked: string | undefined, open: OpenStack, watched: Watched, io: Io): Promise<ExitStatus> {
  const { recentRuns } = await import('../../lifecycle/runs.ts');
  const { watchRun } = await import('../watch-run.ts');
  const { stack, clients } = open;
  const { path } = stack.settings;
  const runId = asked ?? (await recentRuns(clients.stepFunctions, stack.stateMachineArn))[0]?.runId;
  if (runId === undefined)
    throw new UserError(
      `${stack.stackName} has no run yet: start one with '${pasted(['train', path], { dataset: `config/datasets/${path}/train.jsonl`, ...watched.scope })}'`,
    );
  return watchRun(runId, open, watched, io);
}

/** Stops first: the execution, so that it creates nothing more, then what it has created. Nothing is read before that. */
async function stop(
  runId: string | undefined,
  { path, stack, clients }: OpenPath,
  { format, language, scope }: Watched,
  io: Io,
): Promise<ExitStatus> {
  const { reaperOf, stateMachineOf } = await import('../../aws/training-stack.ts');
  const { recentRuns, reapedRunId, stopRun } = await import('../../lifecycle/runs.ts');
  const stateMachineArn = stateMachineOf(stack);
  if (runId === undefined) {
    const runs = (await recentRuns(clients.stepFunctions, stateMachineArn)).filter(
      ({ status }) => status === 'RUNNING',
    );
    throw new UserError(
      `say which run to stop${runs.length === 0 ? ': none is under way' : `:\n${runs.map((run) => `  ${pasted(['train', path, '--stop', run.runId], scope)}`).join('\n')}`}`,
    );
  }
  const stopped = await stopRun(clients.stepFunctions, stateMachineArn, runId);
  const { orderReaper } = await import('../../aws/reaper.ts');
  io.stderr.write(`stopping ${runId} and removing what it has made and not published: up to ten minutes\n`);
  const order = { action: 'stop', runId: await reapedRunId(clients.stepFunctions, stateMachineArn, runId) } as const;
  const answer = await orderReaper(clients.lambda, reaperOf(stack, path), order);
  const stillRunning = stopped.done ? null : { run: runId, reason: stopped.reason, arn: stopped.executionArn };
  await show(removalDocument({ path, ...answer, stillRunning }, language), format, io);
  return answer.left.length === 0 && stopped.done ? EXIT.done : EXIT.failed;
}
