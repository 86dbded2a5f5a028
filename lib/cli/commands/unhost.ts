import { parseArgs } from 'node:util';
import { UserError } from '../../errors/user-error.ts';
import { TRAINING_PATHS } from '../../paths.ts';
import { EXIT, type Command, type ExitStatus, type Io } from '../command.ts';
import { SCOPE_OPTIONS, scopeHelp } from '../scope-options.ts';
import { openPath } from '../training-options.ts';
import { statusText } from './host.ts';
import { answerText } from './train.ts';

const HELP = `Usage: fmpaths unhost PATH [--delete-models] [OPTIONS]

Takes what a path serves out of service and deletes its deployment and its throughput, so that they bill no more. An
imported model is its own hosting and goes too. Shows afterwards what is served still.

  PATH             ${TRAINING_PATHS.join(' | ')}
  --delete-models  also delete the trained models, which bill their storage until then. They cannot be had back
${scopeHelp(19)}
Exit status: 0 done, 1 something is still there (its reaper looks again every 15 minutes), 2 what you wrote cannot be
acted on.
`;

export const command: Command = {
  help: HELP,
  run,
};

async function run(args: readonly string[], io: Io): Promise<ExitStatus> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { 'delete-models': { type: 'boolean', default: false }, ...SCOPE_OPTIONS },
  });
  const [path, ...rest] = positionals;
  if (rest.length > 0) throw new UserError(`name one path, got '${positionals.join(' ')}'`);
  const open = await openPath(path, 'unhost', values, io);
  const { orderReaper } = await import('../../aws/reaper.ts');
  const { reaperOf } = await import('../../aws/training-stack.ts');
  const answer = await orderReaper(open.clients.lambda, reaperOf(open.stack, open.path), {
    action: 'unhost',
    deleteModels: values['delete-models'],
  });
  io.stdout.write(answerText(answer));
  // after the order, so that nothing that cannot be shown keeps it from being given
  io.stderr.write(await statusText(open, io).catch((error: unknown) => notShown(open.path, error)));
  return answer.left.length === 0 ? EXIT.done : EXIT.failed;
}

const notShown = (path: string, error: unknown): string =>
  `The order above was carried out, but what ${path} serves now could not be shown: ${String(error)}\n`;
