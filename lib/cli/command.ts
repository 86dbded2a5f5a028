import type { Writable } from 'node:stream';

/** Where a command reads from and writes to: passed in, so that a test sees what a user sees. */
export interface Io {
  readonly stdout: Writable & { readonly isTTY?: boolean; readonly columns?: number };
  readonly stderr: Writable & { readonly isTTY?: boolean };
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Project root: where `config/` is. */
  readonly root: string;
  readonly now: () => Date;
}

/** `exceeded`: a limit is exceeded, or what was decided or written down no longer holds. */
export const EXIT = { done: 0, failed: 1, userError: 2, exceeded: 3 } as const;

export type ExitStatus = (typeof EXIT)[keyof typeof EXIT];

export interface Command {
  /** The whole text of `fmpaths NAME --help`. */
  readonly help: string;
  readonly run: (args: readonly string[], io: Io) => Promise<ExitStatus>;
}
