import { parseArgs } from 'node:util';
import { TRAINING_PATHS } from '../paths.ts';
import { UserError } from '../errors.ts';
import { EXIT, type Command, type ExitStatus, type Io } from './command.ts';
import { statusText } from './host.ts';
import { answerText } from './train.ts';
import { openStack } from './training-options.ts';

const HELP = `Usage: fmpaths unhost PATH [--delete-models]

Takes what a path serves out of service and deletes its deployment and its throughput, so that they bill no more. An
imported model is its own hosting and goes too.

  PATH             ${TRAINING_PATHS.join(' | ')}
  --delete-models  also delete the trained models, which bill their storage until then. They cannot be had back

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
    options: { 'delete-models': { type: 'boolean', default: false } },
  });
  const [path, ...rest] = positionals;
  if (rest.length > 0) throw new UserError(`name one path, got '${positionals.join(' ')}'`);
  const open = await openStack(path, 'unhost', io);
  io.stderr.write(await statusText(open, io));
  const { orderReaper } = await import('../cloud/reaper.ts');
  const answer = await orderReaper(open.clients.lambda, open.stack.reaper, {
    action: 'unhost',
    deleteModels: values['delete-models'],
  });
  io.stdout.write(answerText(answer));
  return answer.left.length === 0 ? EXIT.done : EXIT.failed;
}
