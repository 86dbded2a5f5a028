import { TRAINING_PATHS } from '../../paths.ts';
import { printableLine } from '../../printable.ts';
import { render } from '../../report/format.ts';
import { hostedDocument, removalDocument } from '../../report/holdings.ts';
import type { Language } from '../../report/words/languages.ts';
import { EXIT, type Command, type ExitStatus, type Io } from '../command.ts';
import { RESULT_OPTIONS, parseArguments, pathArgument, resultHelp, shownAs } from '../options.ts';
import { show } from '../output.ts';
import { SCOPE_OPTIONS, scopeGiven, scopeHelp } from '../scope-options.ts';
import { openPath, type OpenPath } from '../training-options.ts';

const HELP = `Usage: fmpaths unhost PATH [--delete-models] [OPTIONS]

Takes what a path serves out of service and deletes its deployment and its throughput, so that they bill no more. An
imported model is its own hosting and goes too. Shows afterwards what is served still.

  PATH             ${TRAINING_PATHS.join(' | ')}
  --delete-models  also delete the trained models, which bill their storage until then. They cannot be had back
${resultHelp(19)}${scopeHelp(19)}
Exit status: 0 done, 1 something is still there (its reaper looks again every 15 minutes), 2 what you wrote cannot be
acted on.
`;

export const command: Command = {
  help: HELP,
  run,
};

async function run(args: readonly string[], io: Io): Promise<ExitStatus> {
  const { values, positionals } = parseArguments('unhost', args, {
    'delete-models': { type: 'boolean', default: false },
    ...RESULT_OPTIONS,
    ...SCOPE_OPTIONS,
  });
  const path = pathArgument('unhost', positionals, TRAINING_PATHS);
  const { format, language } = shownAs(values);
  const open = await openPath(path, values, io);
  const { orderReaper } = await import('../../aws/reaper.ts');
  const { reaperOf } = await import('../../aws/training-stack.ts');
  const answer = await orderReaper(open.clients.lambda, reaperOf(open.stack, path), {
    action: 'unhost',
    deleteModels: values['delete-models'],
  });
  await show(removalDocument({ path, ...answer, stillRunning: null }, language), format, io);
  // after the order, so that nothing that cannot be shown keeps it from being given
  io.stderr.write(
    await servedText(open, scopeGiven(values), language, io).catch((error: unknown) => notShown(path, error)),
  );
  return answer.left.length === 0 ? EXIT.done : EXIT.failed;
}

async function servedText(
  open: OpenPath,
  scope: ReturnType<typeof scopeGiven>,
  language: Language,
  io: Io,
): Promise<string> {
  const { hostedCommands, hostedReport } = await import('../hosted-models.ts');
  return [
    ...render(hostedDocument(await hostedReport(open, io), hostedCommands(open.path, scope), language), 'table'),
  ].join('');
}

const notShown = (path: string, error: unknown): string =>
  `The order above was carried out, but what ${path} serves now could not be shown: ${printableLine(String(error))}\n`;
