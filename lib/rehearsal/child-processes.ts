import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { errorCode } from '../errors/file-errors.ts';
import { withoutRunSecrets } from './run-secret.ts';

interface ChildSpec {
  /** Names the log file and the process in messages. */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** @default the folder of this process */
  readonly cwd?: string;
}

export interface Child {
  /** Resolves with the exit status once the command has ended; everything it started is then ended too. */
  readonly exited: Promise<number>;
  readonly hasExited: () => boolean;
  /** Standard output and error so far, without secrets of a run. */
  readonly output: () => string;
  /** Ends the command and everything it started, at once. */
  readonly kill: () => void;
}

export interface ChildProcesses {
  readonly start: (spec: ChildSpec) => Child;
  /** Runs to the end. @throws Error with the end of the output where the status is not 0 or the time is up */
  readonly run: (spec: ChildSpec & { readonly timeoutSeconds: number }) => Promise<string>;
  /** Ends every child, at once and without waiting: also for signal handlers and `exit`. */
  readonly killAll: () => void;
}

/**
 * Children that cannot outlive this process: each leads its own process group under a watchdog (`watchdogScript`).
 * Their output goes to files in `logFolder`, so that no pipe can fill up.
 */
export function childProcesses(watchdogScript: string, logFolder: string): ChildProcesses {
  const running = new Set<Child>();
  let started = 0;

  const start = ({ name, command, args, env, cwd }: ChildSpec): Child => {
    started += 1;
    const logFile = join(logFolder, `${String(started).padStart(2, '0')}-${name}.log`);
    const log = openSync(logFile, 'w', 0o600);
    const watchdog = spawn(process.execPath, [watchdogScript, command, ...args], {
      detached: true,
      stdio: ['pipe', log, log],
      env,
      ...(cwd === undefined ? {} : { cwd }),
    });
    closeSync(log);
    let status: number | undefined;
    const kill = (): void => {
      if (watchdog.pid !== undefined) killGroup(watchdog.pid);
    };
    const exited = new Promise<number>((resolve, reject) => {
      watchdog.once('error', reject);
      watchdog.once('exit', (code) => {
        status = code ?? 1;
        // the command has ended, what it started may not have
        kill();
        running.delete(child);
        resolve(status);
      });
    });
    const child: Child = {
      exited,
      hasExited: () => status !== undefined,
      output: () => withoutRunSecrets(readFileSync(logFile, 'utf8')),
      kill,
    };
    running.add(child);
    return child;
  };

  const run = async (spec: ChildSpec & { readonly timeoutSeconds: number }): Promise<string> => {
    const child = start(spec);
    const limit = { passed: false };
    const timer = setTimeout(() => {
      limit.passed = true;
      child.kill();
    }, spec.timeoutSeconds * 1000);
    const status = await child.exited.finally(() => clearTimeout(timer));
    const output = child.output();
    if (status === 0 && !limit.passed) return output;
    const reason = limit.passed ? `was ended after ${spec.timeoutSeconds} s` : `ended with status ${status}`;
    throw new ChildError(`${spec.name} ${reason}. The end of its output:\n${lastLines(output)}`, output);
  };

  return { start, run, killAll: () => running.forEach((child) => child.kill()) };
}

/** A command that did not do what it was started for. */
export class ChildError extends Error {
  override readonly name = 'ChildError';
  readonly output: string;

  constructor(message: string, output: string) {
    super(message);
    this.output = output;
  }
}

export function lastLines(output: string, count = 20): string {
  return output.trimEnd().split('\n').slice(-count).join('\n');
}

function killGroup(leader: number): void {
  try {
    process.kill(-leader, 'SIGKILL');
  } catch (error) {
    // ESRCH: all of it has ended already. EPERM: macOS says so of a group that holds only zombies
    if (!['ESRCH', 'EPERM'].includes(errorCode(error) ?? '')) throw error;
  }
}
