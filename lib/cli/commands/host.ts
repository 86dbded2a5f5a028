import { parseArgs } from 'node:util';
import { UserError } from '../../errors/user-error.ts';
import { isWeightsFolder } from '../../lifecycle/names.ts';
import { TRAINING_PATHS } from '../../paths.ts';
import { formatUsd } from '../../report/money.ts';
import { plannedBound } from '../../training/planned-run.ts';
import { EXIT, type Command, type ExitStatus, type Io } from '../command.ts';
import { maxUsdOption } from '../options.ts';
import { SCOPE_OPTIONS, scopeHelp } from '../scope-options.ts';
import {
  HOSTING_HELP,
  HOSTING_OPTIONS,
  hostingChoice,
  openPath,
  openStack,
  refuseDear,
  type OpenPath,
  type OpenStack,
} from '../training-options.ts';
import { started } from './train.ts';

const HELP = `Usage: fmpaths host PATH --max-usd N [OPTIONS]
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
${scopeHelp(21)}`;

export const command: Command = {
  help: HELP,
  run,
};

async function run(args: readonly string[], io: Io): Promise<ExitStatus> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      model: { type: 'string' },
      weights: { type: 'string' },
      detach: { type: 'boolean', default: false },
      status: { type: 'boolean', default: false },
      ...HOSTING_OPTIONS,
      ...SCOPE_OPTIONS,
    },
  });
  const [path, ...rest] = positionals;
  if (rest.length > 0) throw new UserError(`name one path, got '${positionals.join(' ')}'`);
  if (values.status) {
    io.stdout.write(await statusText(await openPath(path, 'host', values, io), io));
    return EXIT.done;
  }
  const maxUsd = maxUsdOption(values['max-usd']);
  if (values.model !== undefined && values.weights !== undefined) {
    throw new UserError(`'--model' and '--weights' exclude each other: a model has its weights`);
  }
  const open = await openStack(path, 'host', values, io);
  const { stack, clients } = open;
  const { customization, prices } = stack.settings;
  const hosting = hostingChoice(values, customization);
  if (hosting.kind === 'none')
    throw new UserError(
      `'--hosting none' hosts nothing: take a model out of service with 'npx fmpaths unhost ${stack.settings.path}'`,
    );
  const served =
    values.weights === undefined
      ? ({ action: 'host', customModelArn: values.model } as const)
      : ({ action: 'import', weightsUri: weightsFolder(values.weights, stack.settings) } as const);
  refuseDear(plannedBound({ hosting }, customization, prices), maxUsd);
  const { newRunId, startRun } = await import('../../lifecycle/runs.ts');
  const runId = newRunId(io.now(), Math.random);
  await startRun(clients.stepFunctions, stack.stateMachineArn, { ...served, runId, maxUsd, hosting });
  return started(runId, values.detach, open, io);
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

/** What is served and what it costs an hour; what is stored costs as well, served or not. */
export async function statusText({ path, stack, clients, region }: OpenPath, io: Io): Promise<string> {
  const { hostedModels } = await import('../../lifecycle/runs.ts');
  const { outputOf } = await import('../../deployment/stack-outputs.ts');
  const registry = outputOf(stack, 'ModelParameter', `deploy it again with 'npx cdk deploy ${path}'`);
  const hosted = await hostedModels(clients.ssm, registry);
  if (hosted.length === 0) return `${path}: nothing is hosted. What its models cost: npx fmpaths cleanup --check\n`;
  const { billingOf } = await import('../../aws/cleanup.ts');
  const { findByName } = await import('../../lifecycle/inventory.ts');
  const { HOST_KINDS } = await import('../../lifecycle/leases.ts');
  const { unknownDollars, usableCatalogue, usablePriceBook } = await import('../holding-prices.ts');
  const files = { catalogue: await usableCatalogue(io), book: await usablePriceBook(io, region) };
  for (const { reason } of Object.values(files)) if (reason !== undefined) io.stderr.write(unknownDollars(reason));
  const pricing = { catalogue: files.catalogue.value, book: files.book.value };
  const lines: string[] = [];
  for (const { kind, modelArn, publishedAt, until } of hosted) {
    const resource = await findByName(clients, HOST_KINDS[kind], modelArn);
    if (resource === null) {
      lines.push(`${kind}: ${modelArn} is published and no longer there: npx fmpaths unhost ${path}`);
      continue;
    }
    const { usdPerDay, bills } = await billingOf(clients, resource, pricing).catch((error: unknown) => ({
      usdPerDay: null,
      bills: `unknown: ${String(error)}`,
    }));
    const hour = usdPerDay === null ? 'unknown' : formatUsd(usdPerDay / 24);
    lines.push(
      `${kind}: ${modelArn}`,
      `  ${resource.status}, since ${publishedAt}${until === undefined ? '' : `, deleted at ${until}`}`,
      `  ${hour} an hour while idle (estimated): ${bills}`,
    );
  }
  return `${path}:\n${lines.map((line) => `  ${line}\n`).join('')}To end it: npx fmpaths unhost ${path}\n`;
}
