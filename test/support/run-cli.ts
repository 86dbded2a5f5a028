import { join } from 'node:path';
import { Writable } from 'node:stream';
import { z } from 'zod';

import type { Io } from '../../lib/cli/command.ts';
import { main } from '../../lib/cli/main.ts';
import { SCHEMA_NAMES, schemaOf } from '../../lib/report/schema-names.ts';
import { outputSchema } from '../../lib/report/schemas.ts';

export interface CliResult {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs one command line in this process and returns what a user would see. */
export async function runCli(
  args: readonly string[],
  {
    now = '2026-10-01T00:00:00Z',
    env = {},
    root = join(import.meta.dirname, '../..'),
    onStdout,
  }: {
    readonly now?: string;
    readonly env?: Io['env'];
    readonly root?: string;
    /** Told everything so far whenever there is more. */
    readonly onStdout?: (text: string) => void;
  } = {},
): Promise<CliResult> {
  const texts = { stdout: '', stderr: '' };
  const sink = (name: keyof typeof texts) =>
    new Writable({
      write: (chunk: Buffer, _, done) => {
        texts[name] += chunk.toString();
        if (name === 'stdout') onStdout?.(texts.stdout);
        done();
      },
    });
  const status = await main(args, {
    stdout: sink('stdout'),
    stderr: sink('stderr'),
    env,
    root,
    now: () => new Date(now),
  });
  requireSchema(texts.stdout);
  return { status, ...texts };
}

/** Holds every JSON that any test sees against the schema that its command publishes. */
function requireSchema(stdout: string): void {
  if (!stdout.startsWith('{')) return;
  const json = JSON.parse(stdout) as { readonly schema?: unknown };
  const name = SCHEMA_NAMES.find((each) => schemaOf(each) === json.schema);
  if (name === undefined) throw new Error(`JSON of a schema that nobody publishes: ${String(json.schema)}`);
  const { error } = outputSchema(name).safeParse(json);
  if (error !== undefined) throw new Error(`JSON that its schema ${name} does not allow:\n${z.prettifyError(error)}`);
}
