import { UserError } from '../../errors/user-error.ts';
import { isWeightsFolder } from '../../lifecycle/names.ts';
import { TRAINING_PATHS } from '../../paths.ts';
import { hostedDocument } from '../../report/holdings.ts';
import { plannedBound } from '../../training/planned-run.ts';
import { EXIT, type Command, type ExitStatus, type Io } from '../command.ts';
import {
  RESULT_OPTIONS,
  excludeEachOther,
  parseArguments,
  pathArgument,
  resultHelp,
  runLimitUsd,
  shownAs,
} from '../options.ts';
import { show } from '../output.ts';
import { SCOPE_OPTIONS, scopeGiven, scopeHelp } from '../scope-options.ts';
import {
  HOSTING_HELP,
  HOSTING_OPTIONS,
  hostingChoice,
  openPath,
  openStack,
  withinLimit,
  type OpenStack,
} from '../training-options.ts';

const HELP = `Usage: fmpaths host PATH [--max-usd N] [OPTIONS]
       fmpaths host PATH --status

Serves a model that a path has trained, without training: the one that is published, or --model; or imports weights that
you have, and serves what comes of them in place of the model before.

  PATH               ${TRAINING_PATHS.join(' | ')}
  --model ARN        custom or imported model to serve (default: the published one)
  --weights S3-FOLDER
                     continued-pretraining: weights to import, as save_pretrained writes them, in weights/ of the bucket
                     of the stack, or in output/ from a run before; put yours there with
                     'aws s3 cp --recursive FOLDER s3://BUCKET/weights/NAME/' (BUCKET: output TrainingBucket of the stack)
${HOSTING_HELP}  --detach           start and show no more
  --status           what is served now, what it costs an hour and until when; changes nothing
${resultHelp(21)}${scopeHelp(21)}`;

export const command: Command = {
  help: HELP,
  run,
};

async function run(args: readonly string[], io: Io): Promise<ExitStatus> {
  const { values, positionals } = parseArguments('host', args, {
    model: { type: 'string' },
    weights: { type: 'string' },
    detach: { type: 'boolean', default: false },
    status: { type: 'boolean', default: false },
    ...HOSTING_OPTIONS,
    ...RESULT_OPTIONS,
    ...SCOPE_OPTIONS,
  });
  const path = pathArgument('host', positionals, TRAINING_PATHS);
  const shown = shownAs(values);
  if (values.status) {
    const { hostedCommands, hostedReport } = await import('../hosted-models.ts');
    const report = await hostedReport(await openPath(path, values, io), io);
    await show(hostedDocument(report, hostedCommands(path, scopeGiven(values)), shown.language), shown.format, io);
    return EXIT.done;
  }
  const limitUsd = runLimitUsd(values['max-usd']);
  excludeEachOther(values, 'model', 'weights', 'a model has its weights');
  const open = await openStack(path, values, io);
  const { stack, clients } = open;
  const { customization, prices } = stack.settings;
  const hosting = hostingChoice(values, customization);
  if (hosting.kind === 'none')
    throw new UserError(
      `'--hosting none' hosts nothing: take a model out of service with 'npx fmpaths unhost ${stack.settings.path}'`,
    );
  const { tellLifeOfBase } = await import('../base-model.ts');
  await tellLifeOfBase(open, 'host', hosting, io);
  const served =
    values.weights === undefined
      ? ({ action: 'host', customModelArn: values.model } as const)
      : ({ action: 'import', weightsUri: weightsFolder(values.weights, stack.settings) } as const);
  const maxUsd = withinLimit(plannedBound({ hosting }, customization, prices), limitUsd, ['host', ...args]);
  const { newRunId, startRun } = await import('../../lifecycle/runs.ts');
  const runId = newRunId(io.now(), Math.random);
  await startRun(clients.stepFunctions, stack.stateMachineArn, { ...served, runId, maxUsd, hosting });
  const { started } = await import('../watch-run.ts');
  return started(runId, values.detach, open, { ...shown, scope: scopeGiven(values) }, io);
}

/** Ends in a slash: S3 knows no folders, and another one may begin with the same letters. */
function weightsFolder(text: string, { path, bucket, customization }: OpenStack['stack']['settings']): string {
  if (customization.route !== 'sagemaker') {
    throw new UserError(
      `'--weights' is for continued-pretraining with continuedPretraining.route 'sagemaker', got '${path}'`,
    );
  }
  const uri = text.replace(/\/*$/, '/');
  if (!isWeightsFolder(uri, bucket)) {
    throw new UserError(
      `'--weights' must be a folder below s3://${bucket}/weights/, or below s3://${bucket}/output/ from a run before, got '${text}': put it there with 'aws s3 cp --recursive FOLDER s3://${bucket}/weights/NAME/'`,
    );
  }
  return uri;
}
