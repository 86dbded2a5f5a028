import { join } from 'node:path';
import { credentialsAdvice, refusalAdvice } from '../errors/aws-advice.ts';
import { UserError } from '../errors/user-error.ts';
import { didYouMean } from '../json/nearest-name.ts';
import { printableLines } from '../printable.ts';
import { EXIT, type Command, type ExitStatus, type Io } from './command.ts';
import { readJson } from './input-file.ts';

interface Listed {
  /** Another name of the same command. */
  readonly alias?: string;
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
  workload: {
    summary: 'write the workload of a data set, its tokens counted from the files',
    load: () => import('./commands/workload.ts'),
  },
  dataset: {
    summary: 'check a training file before a job costs anything, and what one run on it costs',
    load: () => import('./commands/dataset.ts'),
  },
  run: {
    alias: 'ask',
    summary: 'send a dataset to a deployed path; keep token counts and latency',
    load: () => import('./commands/ask.ts'),
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
  prices: { summary: 'show, refresh, compare and check the price books', load: () => import('./commands/prices.ts') },
};

const NAMES = Object.entries(COMMANDS).flatMap(([name, { alias }]) => (alias === undefined ? [name] : [name, alias]));

/** @throws UserError for a name that is no command */
function commandOf(name: string): Listed {
  const found = Object.entries(COMMANDS).find(([each, { alias }]) => each === name || alias === name);
  if (found !== undefined) return found[1];
  const meant = didYouMean(name, NAMES);
  throw new UserError(`unknown command '${name}'${meant === '' ? `. Commands: ${NAMES.join(', ')}` : meant}`);
}

function overview(): string {
  const rows = Object.entries(COMMANDS).map(
    ([name, { alias, summary }]) => [alias === undefined ? name : `${name}, ${alias}`, summary] as const,
  );
  const width = rows.reduce((widest, [names]) => Math.max(widest, names.length), 0);
  return `Usage: fmpaths COMMAND [OPTIONS]

What each way to customise a foundation model on Amazon Bedrock costs: estimated, metered, billed.

Commands:
${rows.map(([names, summary]) => `  ${names.padEnd(width)}  ${summary}`).join('\n')}

fmpaths help COMMAND explains one, fmpaths --version says which version this is. JSON begins with the name and the version
of its schema, such as fmpaths/bill/v1: config/schema/output has them. Exit status: 0 done, 1 failed, 2 what you wrote
cannot be acted on, 3 a limit is exceeded or what was written down no longer holds.
`;
}

async function versionOf({ root }: Io): Promise<string> {
  const { version } = (await readJson(join(root, 'package.json'))) as { readonly version: string };
  return version;
}

/** Runs one command line. Errors become a message on stderr and an exit status; nothing is thrown. */
export async function main(argv: readonly string[], io: Io): Promise<ExitStatus> {
  try {
    return await run(argv, io);
  } catch (error) {
    const message = error instanceof UserError ? error.message : (credentialsAdvice(error) ?? refusalAdvice(error));
    const text = message ?? (io.env['FMPATHS_DEBUG'] === undefined ? String(error) : stackOf(error));
    // it may repeat what a file or another machine said
    io.stderr.write(`fmpaths: ${printableLines(text)}\n`);
    return message === undefined ? EXIT.failed : EXIT.userError;
  }
}

const HELP = ['--help', '-h'];

async function run([name, ...args]: readonly string[], io: Io): Promise<ExitStatus> {
  if (name === undefined || name === 'help' || HELP.includes(name)) {
    const [about] = args;
    io.stdout.write(about === undefined ? overview() : await helpOf(commandOf(about)));
    return name === undefined ? EXIT.userError : EXIT.done;
  }
  if (name === '--version' || name === '-V') {
    io.stdout.write(`${await versionOf(io)}\n`);
    return EXIT.done;
  }
  const listed = commandOf(name);
  if (args.some((arg) => HELP.includes(arg))) {
    io.stdout.write(await helpOf(listed));
    return EXIT.done;
  }
  const { command } = await listed.load();
  return command.run(args, io);
}

const helpOf = async ({ load }: Listed): Promise<string> => (await load()).command.help;

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
