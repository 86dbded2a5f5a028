import { spawnSync } from 'node:child_process';

export interface ProcessRun {
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
}

export interface Ratio {
  readonly name: string;
  readonly ours: number;
  readonly floor: number;
  readonly ratio: number;
  readonly unit: string;
  readonly aim: number;
}

/** Wall milliseconds of one whole process; it has to succeed, or the figure would be worth nothing. */
export function milliseconds({ command, args, env }: ProcessRun): number {
  const started = process.hrtime.bigint();
  const { status, error, stderr } = spawnSync(command, args, { encoding: 'utf8', env: env ?? process.env });
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} ended with status ${String(status)}: ${stderr}`);
  return Number(process.hrtime.bigint() - started) / 1e6;
}

const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
};

/** Ours and the floor in turn, so that a machine that slows down slows both; the ratio is the median of the pairs. */
export function processRatio(name: string, aim: number, runs: number, ours: ProcessRun, floor: ProcessRun): Ratio {
  milliseconds(ours);
  milliseconds(floor);
  const pairs = Array.from({ length: runs }, () => [milliseconds(ours), milliseconds(floor)] as const);
  return {
    name,
    ours: median(pairs.map(([one]) => one)),
    floor: median(pairs.map(([, other]) => other)),
    ratio: median(pairs.map(([one, other]) => one / other)),
    unit: 'ms',
    aim,
  };
}

export function sizeRatio(name: string, aim: number, oursBytes: number, floorBytes: number): Ratio {
  return { name, ours: oursBytes / 1024, floor: floorBytes / 1024, ratio: oursBytes / floorBytes, unit: 'KiB', aim };
}

export function printRatios(ratios: readonly Ratio[]): void {
  console.table(
    ratios.map(({ name, ours, floor, ratio, unit, aim }) => ({
      benchmark: name,
      ours: `${ours.toFixed(0)} ${unit}`,
      floor: `${floor.toFixed(0)} ${unit}`,
      ratio: ratio.toFixed(2),
      aim: `at most ${aim}`,
      met: ratio <= aim ? 'yes' : 'NO',
    })),
  );
}

/** Above 1.25, doubling the work costs a quarter more than twice as much: more than noise, and the first sign of a square. */
const MAX_GROWTH = 1.25;

/** Prints how the time of a whole process grows with its work, each size held against the one before: 1 is in proportion. */
export function printGrowth(name: string, cases: readonly { readonly size: number; readonly run: ProcessRun }[]): void {
  const measured = cases.map(({ size, run }) => ({ size, ms: median([1, 2, 3].map(() => milliseconds(run))) }));
  console.log(name);
  console.table(
    measured.map(({ size, ms }, index) => {
      const before = measured[index - 1];
      const growth = before === undefined ? undefined : ms / before.ms / (size / before.size);
      return {
        size,
        time: `${ms.toFixed(0)} ms`,
        'a thousand': `${((1000 * ms) / size).toFixed(0)} ms`,
        growth: growth?.toFixed(2) ?? '',
        aim: before === undefined ? '' : `at most ${MAX_GROWTH}`,
        met: growth === undefined ? '' : growth <= MAX_GROWTH ? 'yes' : 'NO',
      };
    }),
  );
}
