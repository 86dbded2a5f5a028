import { closeSync, openSync, writeSync } from 'node:fs';
import { mkdir, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { performance } from 'node:perf_hooks';
import { isNativeError } from 'node:util/types';
import { SCOPE_KEYS } from '../../deployment/scope.ts';
import { stackNameOf } from '../../deployment/stack-name.ts';
import { UserError } from '../../errors/user-error.ts';
import { PATHS } from '../../paths.ts';
import { askedDocument, type AskedReport } from '../../report/asked.ts';
import { formatUsd } from '../../report/money.ts';
import { EXIT, type Command, type ExitStatus, type Io } from '../command.ts';
import {
  RESULT_OPTIONS,
  askLimitUsd,
  parseArguments,
  pathArgument,
  required,
  resultHelp,
  shownAs,
  wholeNumber,
} from '../options.ts';
import { show } from '../output.ts';
import { questionsOf } from '../questions-file.ts';
import { SCOPE_OPTIONS, scopeHelp, scopeOf } from '../scope-options.ts';

const HELP = `Usage: fmpaths run PATH --dataset FILE [OPTIONS]        (fmpaths ask is the same command)

Sends every question of a dataset to the deployed path of your AWS account, and keeps answers, token counts and
latency. Every answer is billed: --max-usd bounds what they may cost together, and Ctrl-C stops at once.

  PATH             ${PATHS.join(' | ')}
  --dataset FILE   one JSON object a line: {"id": "q1", "question": "..."}, such as config/datasets/cdk-questions.jsonl
  --concurrency N  questions under way at the same time (default 4)
  --max-usd N      stop sending once the answers have cost this much in tokens (default 1); questions under way still
                   end. An answer of unknown cost stops it as well; 'none' means no limit
  --limit N        only the first N questions
  --out FILE       new file for the outcomes, one JSON object a line (default .asked/PATH-TIME.jsonl)
${resultHelp(19)}${scopeHelp(19)}
Exit status: 0 every question was answered, 1 not all were, 2 what you wrote cannot be acted on.
`;

export const command: Command = {
  help: HELP,
  run: ask,
};

async function ask(args: readonly string[], io: Io): Promise<ExitStatus> {
  const { values, positionals } = parseArguments('run', args, {
    dataset: { type: 'string' },
    concurrency: { type: 'string', default: '4' },
    'max-usd': { type: 'string', default: '1' },
    limit: { type: 'string' },
    out: { type: 'string' },
    ...RESULT_OPTIONS,
    ...SCOPE_OPTIONS,
  });
  const path = pathArgument('run', positionals, PATHS);
  const { format, language } = shownAs(values);
  const dataset = required('dataset', values.dataset, `a file such as '--dataset config/datasets/cdk-questions.jsonl'`);
  const concurrency = wholeNumber('concurrency', values.concurrency, 1, 1000);
  const maxUsd = askLimitUsd(values['max-usd']);
  const limit = values.limit === undefined ? undefined : wholeNumber('limit', values.limit, 1, 1e9);

  const { AskTally, askClients, askDataset, askLambda, deployedFunction } = await import('../../aws/ask-dataset.ts');
  const { count, questions } = await questionsOf(dataset, limit);

  const scope = scopeOf(values, io, SCOPE_KEYS);
  const { region } = scope;
  const clients = askClients(region, concurrency);
  const functionName = await deployedFunction(clients.cloudFormation, stackNameOf(scope, path), path, scope.account);
  io.stderr.write(
    `${count} questions to ${functionName} in ${region}; every answer is billed${maxUsd === undefined ? '' : `, no further question after ${formatUsd(maxUsd)} of tokens`}\n`,
  );

  const file = resolve(values.out ?? join(io.root, '.asked', `${path}-${stamp(io.now())}.jsonl`));
  const out = await createFile(file);
  const { progressOn } = await import('../progress.ts');
  const progress = progressOn(io.stderr, path);
  const tally = new AskTally();
  let done = 0;
  const pace = paceFrom(concurrency);
  try {
    const { stoppedBy } = await askDataset(questions, askLambda(clients.lambda, functionName), {
      concurrency,
      ...(maxUsd === undefined ? {} : { maxUsd }),
      onOutcome: (outcome) => {
        // at once: an answer that was paid for survives Ctrl-C
        writeSync(out, `${JSON.stringify(outcome)}\n`);
        tally.add(outcome);
        progress.count(++done, count);
      },
    });
    progress.clear();
    const summary = tally.summary();
    const { failures, messages, ...counts } = summary;
    const report: AskedReport = {
      path,
      questions: count,
      ...counts,
      failures: Object.entries(failures).map(([code, times]) => ({ code, times, message: messages[code] ?? '' })),
      stoppedBy,
      pace: pace(done),
      outcomes: file,
    };
    await show(askedDocument(report, language), format, io);
    return summary.answered === count ? EXIT.done : EXIT.failed;
  } catch (error) {
    progress.clear();
    io.stderr.write(`stopped after ${done} of ${count} questions; their outcomes: ${file}\n`);
    throw error;
  } finally {
    closeSync(out);
  }
}

/** @throws UserError where the file cannot be written, before anything is asked */
async function createFile(file: string): Promise<number> {
  try {
    await mkdir(dirname(file), { recursive: true });
    // never over earlier outcomes, which were paid for, or over the dataset; /dev/null has nothing to lose
    const found = await stat(file).catch(() => null);
    return openSync(file, found?.isFile() === false ? 'w' : 'wx');
  } catch (error) {
    const reason = isNativeError(error) && 'code' in error && error.code === 'EEXIST' ? 'it exists' : String(error);
    throw new UserError(`cannot write the outcomes to '${file}': ${reason}. Name another file with '--out'`, {
      cause: error,
    });
  }
}

/** Above this share of busy time this process, and not the path, decides how fast questions go out. */
const SATURATED = 0.9;

/** Before that a process is busy with loading what it needs. */
const SETTLED_SECONDS = 2;

/** Begins to measure; the function that it returns tells how fast questions were asked since then. */
function paceFrom(concurrency: number): (asked: number) => AskedReport['pace'] {
  const startedMs = performance.now();
  const loop = performance.eventLoopUtilization();
  return (asked) => {
    const seconds = (performance.now() - startedMs) / 1000;
    const { utilization } = performance.eventLoopUtilization(loop);
    return {
      questionsPerSecond: asked / seconds,
      concurrency,
      saturation: utilization < SATURATED || seconds < SETTLED_SECONDS ? null : utilization,
    };
  };
}

const stamp = (now: Date): string => now.toISOString().replace(/[:.]/g, '-');
