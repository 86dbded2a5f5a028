import type { RunState } from '../../lib/training/run-state.ts';

/** What a run waits for: the last that it has begun. */
export interface Pending {
  /** Such as `the customization job NAME`. */
  readonly what: string;
  readonly startedAt: string | undefined;
  readonly deadline: string;
  /** What of the run is paid for, as far as is known. */
  readonly paid: string;
}

/** Returns what the run waits for; undefined before it has begun anything. */
export function pendingOf({ job, importJob, host, watch, unseen }: RunState): Pending | undefined {
  if (host !== undefined) {
    const what = host.kind === 'imported-model' ? `the imported model ${host.name}` : `the ${host.kind} ${host.name}`;
    return {
      what,
      startedAt: host.startedAt,
      deadline: host.deadline,
      paid: job === undefined ? '' : 'The training was done, and is billed.',
    };
  }
  if (importJob !== undefined) {
    const { name, startedAt, deadline, weightsUri } = importJob;
    return {
      what: `the import ${name}`,
      startedAt,
      deadline,
      paid:
        weightsUri === undefined
          ? ''
          : `The weights stay in ${weightsUri}: 'npx fmpaths host continued-pretraining --weights ${weightsUri}' imports them without training again.`,
    };
  }
  if (job === undefined) return undefined;
  return {
    what: `the ${job.kind === 'training-job' ? 'training job' : 'customization job'} ${job.name}`,
    startedAt: job.startedAt,
    deadline: job.deadline,
    paid: trainedText(watch, unseen !== undefined || watch?.unseen !== undefined),
  };
}

function trainedText(watch: RunState['watch'], isUnseen: boolean): string {
  if (watch?.seenAt === undefined) return 'It is not known whether anything was trained.';
  if (watch.trains === true) return 'It had begun to train: what it has trained is billed.';
  return isUnseen ? 'Nothing was trained when AWS last answered; it may have been since.' : 'Nothing was trained.';
}

/** Returns why a run ends that waited to its deadline. */
export function lateText({ what, deadline, paid }: Pending, because: string): string {
  return `${what} is not done by ${deadline} (${because}): it is stopped so that it cannot bill without end. ${paid}`.trimEnd();
}

/** Returns that AWS could not be asked, since when and why. */
export function unseenText({ startedAt }: Pending, watch: RunState['watch'], error: string): string {
  const { seenAt, detail = '', unseen } = watch ?? {};
  const since = unseen?.since ?? seenAt ?? startedAt;
  const answered = seenAt === undefined ? 'it never answered' : `it last answered at ${seenAt}: ${detail}`;
  return `AWS could not be asked${since === undefined ? '' : ` since ${since}`}, ${answered}; last error: ${error}`;
}
