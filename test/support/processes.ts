import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync } from 'node:fs';

/** Longer than anything takes that does not hang, on a busy machine too. */
export const HANGS_MS = 1_800_000;

/** Command lines of the living processes whose environment or arguments name `path`. */
export function processesNaming(path: string): string[] {
  return all()
    .filter(({ text, pid }) => text.includes(path) && pid !== process.pid)
    .map(({ pid, text }) => `${pid} ${text.slice(0, 200)}`);
}

interface Listed {
  readonly pid: number;
  /** Arguments, then environment. */
  readonly text: string;
}

function all(): Listed[] {
  if (!existsSync('/proc/self/environ')) {
    // macOS
    return execFileSync('ps', ['-Aeww', '-o', 'pid=,command='], { encoding: 'utf8', maxBuffer: 1e8 })
      .split('\n')
      .map((text) => ({ pid: Number.parseInt(text, 10), text }));
  }
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => ({ pid: Number(name), text: `${read(`/proc/${name}/cmdline`)} ${read(`/proc/${name}/environ`)}` }));
}

/** Empty where the process has ended meanwhile, is a zombie, or belongs to somebody else. */
function read(file: string): string {
  try {
    return readFileSync(file, 'utf8').replaceAll('\0', ' ');
  } catch {
    return '';
  }
}
