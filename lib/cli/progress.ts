import type { Io } from './command.ts';

const BAR_WIDTH = 24;

/** A bar such as `[######......] 27/108`. */
function bar(done: number, total: number): string {
  const filled = total === 0 ? BAR_WIDTH : Math.floor((done / total) * BAR_WIDTH);
  return `[${'#'.repeat(filled)}${'.'.repeat(BAR_WIDTH - filled)}] ${done}/${total}`;
}

interface Progress {
  /** Shows what a long step is at. */
  readonly say: (text: string) => void;
  readonly count: (done: number, total: number) => void;
  /** Takes the line away again. */
  readonly clear: () => void;
}

/** Shows how far something is: on one line that is written over on a terminal, at every quarter elsewhere. */
export function progressOn(out: Io['stdout'], label: string): Progress {
  // a terminal that does not know its width says 0
  const columns = out.columns === undefined || out.columns === 0 ? 80 : out.columns;
  let quarter = 0;
  const overwrite = (text: string): void => void out.write(`\r\u001b[K${text.slice(0, columns - 1)}`);
  return {
    say: (text) => {
      if (out.isTTY === true) overwrite(`  ${label}: ${text}`);
      else out.write(`  ${text}\n`);
    },
    count: (done, total) => {
      if (out.isTTY === true) {
        overwrite(`  ${label} ${bar(done, total)}`);
        return;
      }
      const reached = Math.floor((done / total) * 4);
      if (reached > quarter) out.write(`  ${done} of ${total}\n`);
      quarter = Math.max(quarter, reached);
    },
    clear: () => {
      if (out.isTTY === true) overwrite('');
    },
  };
}
