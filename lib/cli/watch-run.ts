import { setTimeout as sleep } from 'node:timers/promises';
import { costSoFar, runProgress, type RunProgress } from '../lifecycle/runs.ts';
import { formatQuantity, formatUsd } from '../report/money.ts';
import type { TrainingSettings } from '../training/settings.ts';
import { EXIT, type ExitStatus, type Io } from './command.ts';
import type { OpenStack } from './training-options.ts';

const POLL_MS = 10_000;

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Shows a run until it ends, or until this command is left: the run goes on then, and is told how it can be stopped. */
export async function watchRun(runId: string, { stack, clients }: OpenStack, io: Io): Promise<ExitStatus> {
  const { stateMachineArn, settings } = stack;
  const left = new AbortController();
  const leave = (): void => left.abort();
  for (const signal of SIGNALS) process.once(signal, leave);
  // the reader has left
  io.stdout.once('error', leave);
  let said = '';
  let warned = 0;
  try {
    for (;;) {
      const progress = await runProgress(clients.stepFunctions, stateMachineArn, runId);
      const warnings = progress.run?.warnings ?? [];
      for (const warning of warnings.slice(warned)) io.stderr.write(`warning: ${warning}\n`);
      warned = Math.max(warned, warnings.length);
      if (progress.status !== 'running') return ended(runId, progress, settings, io);
      const { what, how } = progressText(progress, settings, io.now());
      // elsewhere than on a terminal only what changes is worth a line
      if (io.stdout.isTTY === true)
        io.stdout.write(`\r\u001b[K${what}; ${how}`.slice(0, (io.stdout.columns ?? 80) + 3));
      else if (what !== said) io.stdout.write(`${what}; ${how}\n`);
      said = what;
      await sleep(POLL_MS, undefined, { signal: left.signal });
    }
  } catch (error) {
    if (!left.signal.aborted) throw error;
    io.stdout.write(`\n${goesOn(runId, settings.path)}`);
    return EXIT.failed;
  } finally {
    io.stdout.off('error', leave);
    for (const signal of SIGNALS) process.off(signal, leave);
  }
}

/** What a person must know who leaves a run alone. */
export function goesOn(runId: string, path: string): string {
  return `The run ${runId} goes on in your account and bills, without this command.
  Watch it:  npx fmpaths train ${path} --watch ${runId}
  Stop it:   npx fmpaths train ${path} --stop ${runId}
`;
}

/** States of the workflow, by what their names hold, as a person says them; one that is not here is shown as it is. */
const PHASES: readonly (readonly [RegExp, string])[] = [
  [/^Check$/, 'checking'],
  [/^(?:Price|TrainingWanted)$/, 'pricing'],
  [/Job/, 'training'],
  [/Import/, 'importing the weights'],
  [/Hosting/, 'hosting'],
  [/^SmokeTest$/, 'asking it a first question'],
  [/^Publish/, 'publishing'],
  [/^ReportFailure$/, 'failed: removing what it has made'],
];

const phaseText = (state: string): string => PHASES.find(([name]) => name.test(state))?.[1] ?? state;

function progressText(
  { phase, startedAt, run }: RunProgress,
  settings: TrainingSettings,
  now: Date,
): { readonly what: string; readonly how: string } {
  const { training, validation = [] } = run?.watch?.losses ?? {};
  const losses = [
    ...(training === undefined ? [] : [`training loss ${formatQuantity(training)}`]),
    ...(validation.length === 0
      ? []
      : [`validation loss ${validation.map((loss) => formatQuantity(loss)).join(', ')}`]),
  ];
  const what = [
    phase === undefined ? 'beginning' : phaseText(phase),
    ...(run?.watch === undefined || run.watch.detail === '' ? [] : [run.watch.detail]),
    ...losses,
    ...unseenTexts(run),
  ].join('; ');
  const cost = costSoFar(run, settings, now);
  return {
    what,
    how: `${elapsedText(now.getTime() - startedAt.getTime())} elapsed; cost so far ${cost === null ? 'unknown' : `at most ${formatUsd(cost)}`} (estimated)`,
  };
}

/** Not being able to look ends no run: it goes on, and bills, to its end or its deadline. */
function unseenTexts(run: RunProgress['run']): string[] {
  const { watch, unseen } = run ?? {};
  if (unseen !== undefined) return [`the last look failed (${unseen.Error ?? 'unknown error'})`];
  return watch?.unseen === undefined
    ? []
    : [`AWS could not be asked since ${watch.unseen.since} (${watch.unseen.error})`];
}

function elapsedText(milliseconds: number): string {
  const minutes = Math.floor(milliseconds / 60_000);
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

function ended(runId: string, progress: RunProgress, settings: TrainingSettings, io: Io): ExitStatus {
  const { run, reason, startedAt } = progress;
  const { path } = settings;
  if (io.stdout.isTTY === true) io.stdout.write('\r\u001b[K');
  if (progress.status === 'failed') {
    io.stdout.write(
      `The run ${runId} failed: ${reason ?? 'no reason given'}\nWhether anything of it is left: npx fmpaths cleanup --check\n`,
    );
    return EXIT.failed;
  }
  const cost = costSoFar(run, settings, io.now());
  const losses = run?.watch?.losses?.training;
  const rows: readonly (readonly [string, string])[] = [
    ['Run', `${runId}, begun ${startedAt.toISOString()}`],
    ...(run?.customModelArn === undefined ? [] : [['Model', run.customModelArn] as const]),
    ...(run?.host === undefined
      ? [['Hosted', 'no: it bills its storage only'] as const]
      : [['Hosted', run.host.arn] as const]),
    ...(run?.host?.until === undefined ? [] : [['Until', `${run.host.until}, then it is deleted`] as const]),
    ...(losses === undefined ? [] : [['Training loss', formatQuantity(losses)] as const]),
    [
      'Cost so far',
      `${cost === null ? 'unknown' : `at most ${formatUsd(cost)}`} (estimated; the bill follows in a day)`,
    ],
    ['Ask it', `npx fmpaths run ${path} --dataset config/datasets/cdk-questions.jsonl --limit 1`],
    ['Cost an hour', `npx fmpaths host ${path} --status`],
    ['End it', `npx fmpaths unhost ${path} --delete-models`],
  ];
  io.stdout.write(rows.map(([name, text]) => `${name.padEnd(14)}  ${text}\n`).join(''));
  return EXIT.done;
}
