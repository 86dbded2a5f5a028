import { setTimeout as sleep } from 'node:timers/promises';
import { runProgress, type RunProgress } from '../lifecycle/runs.ts';
import { printableLine } from '../printable.ts';
import { formatQuantity, formatUsd } from '../report/money.ts';
import { trainingRunDocument, type TrainingRunCommands, type TrainingRunReport } from '../report/training-run.ts';
import { costSoFar } from '../training/cost-so-far.ts';
import type { TrainingSettings } from '../training/settings.ts';
import { EXIT, type ExitStatus, type Io } from './command.ts';
import type { Shown } from './options.ts';
import { progressStream, show } from './output.ts';
import { pasted } from './pasted.ts';
import type { OpenStack } from './training-options.ts';

const POLL_MS = 10_000;

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Shows a run until it ends, or until this command is left: the run goes on then, and is told how it can be stopped. */
export async function watchRun(
  runId: string,
  { stack, clients }: OpenStack,
  watched: Watched,
  io: Io,
): Promise<ExitStatus> {
  const { format, language, scope } = watched;
  const { stateMachineArn, settings } = stack;
  const out = progressStream(format, io);
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
      for (const warning of warnings.slice(warned)) io.stderr.write(`warning: ${printableLine(warning)}\n`);
      warned = Math.max(warned, warnings.length);
      if (progress.status !== 'running') {
        if (out.isTTY === true) out.write('\r\u001b[K');
        await show(
          trainingRunDocument(endOf(runId, progress, settings, io), nextCommands(settings.path, scope), language),
          format,
          io,
        );
        return progress.status === 'failed' ? EXIT.failed : EXIT.done;
      }
      const { what, how } = progressText(progress, settings, io.now());
      // elsewhere than on a terminal only what changes is worth a line
      if (out.isTTY === true) out.write(`\r\u001b[K${what}; ${how}`.slice(0, (out.columns ?? 80) + 3));
      else if (what !== said) out.write(`${what}; ${how}\n`);
      said = what;
      await sleep(POLL_MS, undefined, { signal: left.signal });
    }
  } catch (error) {
    if (!left.signal.aborted) throw error;
    out.write(`\n${goesOn(runId, settings.path, watched)}`);
    return EXIT.failed;
  } finally {
    io.stdout.off('error', leave);
    for (const signal of SIGNALS) process.off(signal, leave);
  }
}

/** What a person must know who leaves a run alone. */
function goesOn(runId: string, path: string, { scope }: Watched): string {
  return `The run ${runId} goes on in your account and bills, without this command.
  Watch it:  ${pasted(['train', path, '--watch', runId], scope)}
  Stop it:   ${pasted(['train', path, '--stop', runId], scope)}
`;
}

/** How a run is shown, and the options that say of which deployment it is. */
export interface Watched extends Shown {
  readonly scope: Readonly<Record<string, string | undefined>>;
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
    what: printableLine(what),
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

function endOf(
  runId: string,
  { status, run, reason, startedAt }: RunProgress,
  settings: TrainingSettings,
  io: Io,
): TrainingRunReport {
  return {
    path: settings.path,
    runId,
    status: status === 'failed' ? 'failed' : 'succeeded',
    startedAt: startedAt.toISOString(),
    reason: reason ?? null,
    modelArn: run?.customModelArn ?? null,
    host: run?.host === undefined ? null : { kind: run.host.kind, arn: run.host.arn, until: run.host.until ?? null },
    trainingLoss: run?.watch?.losses?.training ?? null,
    atMostUsd: costSoFar(run, settings, io.now()),
  };
}

const nextCommands = (path: string, scope: Watched['scope']): TrainingRunCommands => ({
  ask: pasted(['run', path], { dataset: 'config/datasets/cdk-questions.jsonl', limit: '1', ...scope }),
  perHour: pasted(['host', path, '--status'], scope),
  end: pasted(['unhost', path, '--delete-models'], scope),
  check: pasted(['cleanup', '--check'], scope),
});

/** Says what goes on, and shows it unless that is not wanted. */
export async function started(
  runId: string,
  detach: boolean,
  open: OpenStack,
  watched: Watched,
  io: Io,
): Promise<ExitStatus> {
  io.stderr.write(goesOn(runId, open.stack.settings.path, watched));
  return detach ? EXIT.done : watchRun(runId, open, watched, io);
}
