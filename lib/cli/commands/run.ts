import { closeSync, openSync, writeSync } from 'node:fs';
import { mkdir, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { isNativeError } from 'node:util/types';
import type { Run, RunSummary } from '../../aws/ask-dataset.ts';
import { SCOPE_KEYS } from '../../deployment/scope.ts';
import { stackNameOf } from '../../deployment/stack-name.ts';
import { UserError } from '../../errors/user-error.ts';
import { PATHS } from '../../paths.ts';
import { formatQuantity, formatUsd } from '../../report/money.ts';
import { EXIT, type Command, type ExitStatus, type Io } from '../command.ts';
import { argumentOf, wholeNumber } from '../options.ts';
import { questionsOf } from '../questions-file.ts';
import { SCOPE_OPTIONS, scopeHelp, scopeOf } from '../scope-options.ts';

const HELP = `Usage: fmpaths run PATH --dataset FILE [OPTIONS]

Sends every question of a dataset to the deployed path of your AWS account, and keeps answers, token counts and
latency. Every answer is billed: --max-usd bounds what they may cost together, and Ctrl-C stops at once.

  PATH             ${PATHS.join(' | ')}
  --dataset FILE   one JSON object a line: {"id": "q1", "question": "..."}, such as config/datasets/cdk-questions.jsonl
  --concurrency N  questions under way at the same time (default 4)
  --max-usd N      ask no further once the answers so far cost so much in tokens (default 1); the ones under way still
                   end. An answer of unknown cost stops the run as well; 'none' asks all whatever it costs
  --limit N        only the first N questions
  --out FILE       new file for the outcomes, one JSON object a line (default .runs/PATH-TIME.jsonl)
${scopeHelp(19)}
Exit status: 0 every question was answered, 1 not all were, 2 what you wrote cannot be acted on.
`;

export const command: Command = {
  help: HELP,
  run,
};

async function run(args: readonly string[], io: Io): Promise<ExitStatus> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      dataset: { type: 'string' },
      concurrency: { type: 'string', default: '4' },
      'max-usd': { type: 'string', default: '1' },
      limit: { type: 'string' },
      out: { type: 'string' },
      ...SCOPE_OPTIONS,
    },
  });
  const [pathText, ...rest] = positionals;
  if (pathText === undefined || rest.length > 0) {
    throw new UserError(`name one path: ${PATHS.join(', ')}. 'npx fmpaths run --help' explains it`);
  }
  const path = argumentOf('the path', pathText, PATHS);
  if (values.dataset === undefined) throw new UserError(`'--dataset' is missing. 'npx fmpaths run --help' explains it`);
  const concurrency = wholeNumber('concurrency', values.concurrency, 1, 1000);
  const maxUsd = maxUsdOf(values['max-usd']);

  const limit = values.limit === undefined ? undefined : wholeNumber('limit', values.limit, 1, 1e9);

  const {
    RunTally,
    askLambda,
    deployedFunction,
    runClients,
    askDataset: runDataset,
  } = await import('../../aws/ask-dataset.ts');
  const { count, questions } = await questionsOf(values.dataset, limit);

  const scope = scopeOf(values, io, SCOPE_KEYS);
  const { region } = scope;
  const clients = runClients(region, concurrency);
  const functionName = await deployedFunction(clients.cloudFormation, stackNameOf(scope, path), path, scope.account);
  io.stderr.write(
    `${count} questions to ${functionName} in ${region}; every answer is billed${maxUsd === undefined ? '' : `, no further question after ${formatUsd(maxUsd)} of tokens`}\n`,
  );

  const file = resolve(values.out ?? join(io.root, '.runs', `${path}-${stamp(io.now())}.jsonl`));
  const out = await createFile(file);
  const { progressOn } = await import('../progress.ts');
  const progress = progressOn(io.stderr, path);
  const tally = new RunTally();
  let done = 0;
  const pace = paceFrom(concurrency);
  try {
    const result = await runDataset(questions, askLambda(clients.lambda, functionName), {
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
    io.stdout.write(`${summaryText(summary, result, count, pace(done))}Outcomes: ${file}\n`);
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
    // never over the outcomes of another run, which were paid for, or over the dataset; /dev/null has nothing to lose
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
function paceFrom(concurrency: number): (asked: number) => string {
  const startedMs = performance.now();
  const loop = performance.eventLoopUtilization();
  return (asked) => {
    const seconds = (performance.now() - startedMs) / 1000;
    const rate = `${formatQuantity(Number((asked / seconds).toPrecision(3)))} questions a second`;
    const { utilization } = performance.eventLoopUtilization(loop);
    return utilization < SATURATED || seconds < SETTLED_SECONDS
      ? rate
      : `${rate}; this process was busy ${Math.round(utilization * 100)} % of the time and could not keep ${concurrency} under way: split the dataset over several processes to ask faster`;
  };
}

function maxUsdOf(text: string): number | undefined {
  if (text === 'none') return undefined;
  const usd = Number(text);
  if (text.trim() === '' || !(usd > 0 && usd < Infinity)) {
    throw new UserError(`'--max-usd' must be US dollars above 0, or none, got '${text}'`);
  }
  return usd;
}

/** A message that came over the network: a terminal obeys control characters. */
const oneLine = (text: string): string => text.replaceAll(/[\u0000-\u0020\u007F-\u009F]+/g, ' ').slice(0, 500);

const stamp = (now: Date): string => now.toISOString().replace(/[:.]/g, '-');

const STOPPED: Record<NonNullable<Run['stoppedBy']>, string> = {
  'max-usd': 'the answers reached --max-usd',
  'daily-quota': 'a quota of the day is used up',
  'unknown-cost': 'an answer had an unknown cost, so --max-usd could not be kept',
};

function summaryText(summary: RunSummary, { stoppedBy }: Run, count: number, pace: string): string {
  const { latencyMs, failures, messages } = summary;
  const rows: readonly (readonly [string, string])[] = [
    ['Answered', `${summary.answered} of ${count}`],
    ...Object.entries(failures).map(
      ([code, times]) => ['Failed', `${times} with ${code}: ${oneLine(messages[code] ?? '')}`] as const,
    ),
    ...(stoppedBy === null
      ? []
      : [['Not asked', `${count - summary.answered - summary.failed}: ${STOPPED[stoppedBy]}`] as const]),
    ['Input tokens', formatQuantity(summary.inputTokens)],
    ['Output tokens', formatQuantity(summary.outputTokens)],
    ['Cache read tokens', formatQuantity(summary.cacheReadInputTokens)],
    ['Cache write tokens', formatQuantity(summary.cacheWriteInputTokens)],
    ['Repeated calls', formatQuantity(summary.retries)],
    ['Pace', pace],
    ...(latencyMs === null
      ? []
      : [
          [
            'Latency',
            `${latencyMs.median} ms median, ${latencyMs.p95} ms at the 95th percentile, ${latencyMs.max} ms longest`,
          ] as const,
        ]),
    ['Metered', `${formatUsd(summary.meteredUsd)} of tokens; Lambda, logs and metrics come on top, failed calls may`],
  ];
  return rows.map(([name, text]) => `${name.padEnd(18)}  ${text}\n`).join('');
}
