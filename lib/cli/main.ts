import { isNativeError } from 'node:util/types';
import { credentialsAdvice, refusalAdvice } from '../errors/aws-advice.ts';
import { UserError } from '../errors/user-error.ts';
import { EXIT, type Command, type ExitStatus, type Io } from './command.ts';

interface Listed {
  /** One line for the list of commands. */
  readonly summary: string;
  /** Loaded only when called: a command's heavy parts must not slow the others. */
  readonly load: () => Promise<{ readonly command: Command }>;
}

const COMMANDS: Record<string, Listed> = {
  estimate: { summary: 'what each path would cost for a workload', load: () => import('./commands/estimate.ts') },
  breakeven: { summary: 'where two paths cost the same', load: () => import('./commands/breakeven.ts') },
  levers: { summary: 'what would lower the cost of each path, ranked', load: () => import('./commands/levers.ts') },
  recommend: {
    summary: 'which path the rule of thumb names, and whether the numbers agree',
    load: () => import('./commands/recommend.ts'),
  },
  bill: {
    summary: 'what AWS billed for every path, by tag and inferred, with the remainder',
    load: () => import('./commands/bill.ts'),
  },
  compare: {
    summary: 'estimated, metered and billed money side by side, with what explains the difference',
    load: () => import('./commands/compare.ts'),
  },
  tags: {
    summary: 'activate the cost allocation tags, and see from when on the bill carries them',
    load: () => import('./commands/tags.ts'),
  },
  doctor: {
    summary: 'ask your account what could not be confirmed from documents',
    load: () => import('./commands/doctor.ts'),
  },
  rehearse: {
    summary: 'deploy, ask, bill, compare and destroy paths on this machine: no AWS account needed',
    load: () => import('./commands/rehearse.ts'),
  },
  dataset: {
    summary: 'check a training file before a job costs anything, and what one run on it costs',
    load: () => import('./commands/dataset.ts'),
  },
  run: {
    summary: 'send a dataset to a deployed path; keep token counts and latency',
    load: () => import('./commands/run.ts'),
  },
  train: {
    summary: 'train and host a model within an upper bound of dollars; watch, rejoin and stop a run',
    load: () => import('./commands/train.ts'),
  },
  host: {
    summary: 'serve a trained model or your own weights, or show what is served and what it costs an hour',
    load: () => import('./commands/host.ts'),
  },
  unhost: {
    summary: 'take a trained model out of service, so that it bills no more',
    load: () => import('./commands/unhost.ts'),
  },
  cleanup: {
    summary: 'list and remove what training paths have left behind, in every Region, with dollars a day',
    load: () => import('./commands/cleanup.ts'),
  },
  prices: { summary: 'show, refresh and compare the price books', load: () => import('./commands/prices.ts') },
};

function overview(): string {
  const width = Math.max(0, ...Object.keys(COMMANDS).map((name) => name.length));
  const rows = Object.entries(COMMANDS).map(([name, { summary }]) => `  ${name.padEnd(width)}  ${summary}`);
  return `Usage: fmpaths COMMAND [OPTIONS]

What each way to customise a foundation model on Amazon Bedrock costs: estimated, metered, billed.

Commands:
${rows.join('\n')}

fmpaths COMMAND --help explains one. Exit status: 0 done, 1 failed, 2 what you wrote cannot be acted on.
`;
}

/** Runs one command line. Errors become a message on stderr and an exit status; nothing is thrown. */
export async function main(argv: readonly string[], io: Io): Promise<ExitStatus> {
  const [name, ...args] = argv;
  if (name === undefined || name === 'help' || name === '--help' || name === '-h') {
    io.stdout.write(overview());
    return name === undefined ? EXIT.userError : EXIT.done;
  }
  try {
    const listed = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
    if (listed === undefined) {
      throw new UserError(`unknown command '${name}'. Commands: ${Object.keys(COMMANDS).join(', ')}`);
    }
    const { command } = await listed.load();
    if (args.includes('--help') || args.includes('-h')) {
      io.stdout.write(command.help);
      return EXIT.done;
    }
    return await command.run(args, io);
  } catch (error) {
    const message = isUserError(error) ? error.message : (credentialsAdvice(error) ?? refusalAdvice(error));
    if (message !== undefined) {
      io.stderr.write(`fmpaths: ${message}\n`);
      return EXIT.userError;
    }
    io.stderr.write(`fmpaths: ${io.env['FMPATHS_DEBUG'] === undefined ? String(error) : stackOf(error)}\n`);
    return EXIT.failed;
  }
}

/** `parseArgs` reports an unknown option or a missing value with such a code. */
function isUserError(error: unknown): error is Error {
  if (error instanceof UserError) return true;
  return isNativeError(error) && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS');
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
