import type { RehearsalObserver } from '../rehearsal/path-rehearsal.ts';
import type { Io } from './command.ts';
import { progressOn } from './progress.ts';

/** Prints each step with what came of it and how long it took. */
export function stepsOn(out: Io['stdout'], now: () => number = () => performance.now()): RehearsalObserver {
  return {
    step: async (title, work) => {
      const startedMs = now();
      const progress = progressOn(out, title);
      if (out.isTTY === true) progress.say('…');
      else out.write(`${title}\n`);
      const { value, said } = await work(progress).finally(progress.clear);
      const seconds = `${((now() - startedMs) / 1000).toFixed(1)} s`;
      if (out.isTTY === true) out.write(`${title} (${seconds})\n`);
      out.write(said.map((line) => `  ${line}\n`).join(''));
      if (out.isTTY !== true) out.write(`  ${seconds}\n`);
      return value;
    },
  };
}
