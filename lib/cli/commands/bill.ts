import { homedir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { listOf, oneOf } from '../options.ts';

import type { AthenaTable } from '../../billing/sources/athena.ts';
import type { DeployedPath } from '../../billing/attribution.ts';
import { readBill, type BillQuestion } from '../../billing/bill-source.ts';
import { BILL_SOURCES } from '../../billing/bill.ts';
import { parseWindow } from '../../billing/days.ts';
import { OVERLAP_OPTIONS } from '../../billing/overlap.ts';
import type { SecondKind } from '../../billing/sources/export-reader.ts';
import { SCOPE_KEYS, type ScopeKey, type ScopeOverrides } from '../../deployment/scope.ts';
import { UserError } from '../../errors/user-error.ts';
import { PATHS } from '../../paths.ts';
import { LANGUAGES } from '../../report/words/bill.ts';
import { BILL_SPLITS, FORMATS, billText } from '../../report/bill.ts';
import { OVERHEAD } from '../../deployment/tags.ts';
import { EXIT, type Command, type ExitStatus, type Io } from '../command.ts';
import { SCOPE_OPTIONS, scopeHelp, scopeOf } from '../scope-options.ts';
import { stackNameOf } from '../../deployment/stack-name.ts';
import { BILLING_REGION } from '../../deployment/billing-region.ts';

const SECOND_KINDS = ['resource', 'principal', 'principal-tag'] as const satisfies readonly SecondKind[];

/** What finds the stack `comparison`, which is in one Region alone. */
const ATHENA_KEYS = ['project', 'environment', 'account'] as const satisfies readonly ScopeKey[];

/** Options of every command that reads a bill. */
export const BILL_OPTIONS = {
  from: { type: 'string' },
  until: { type: 'string' },
  source: { type: 'string', default: 'cost-explorer' },
  file: { type: 'string' },
  overlap: { type: 'string' },
  deployed: { type: 'string' },
  'max-usd': { type: 'string', default: '0.50' },
  refresh: { type: 'boolean', default: false },
  format: { type: 'string', default: 'table' },
  lang: { type: 'string', default: 'en' },
  ...SCOPE_OPTIONS,
} as const;

export const BILL_OPTIONS_HELP = `  --from DAY        first day, UTC, such as 2026-08-01
  --until DAY       last day, UTC, counted in
  --source SOURCE   ${BILL_SOURCES.join(' | ')} (default cost-explorer)
  --file F          export to read: a file, a folder of months, or s3://BUCKET/PREFIX (cur, focus)
  --overlap HOW     ${OVERLAP_OPTIONS.join(' | ')}: what files are that share lines where neither AWS's delivery nor the lines
                    tell: count all of them, or of two only the newer (default: refuse, and name them)
  --deployed LIST   paths that were deployed, such as rag,fine-tuning: untagged charges that only one of them could
                    cause are inferred to it (default: the paths with tagged charges)
  --max-usd N       stop before paying more than this for asking (default 0.50; Cost Explorer takes $0.01 a page,
                    Athena $5 a TB read; fetching from S3 is not counted)
  --refresh         ask anew; without it, what was paid for once is read from disk
  --format FORMAT   ${FORMATS.join(' | ')} (default table); JSON and CSV hold every row, unrounded
  --lang LANGUAGE   ${LANGUAGES.join(' | ')} (default en)
${scopeHelp(20, ATHENA_KEYS)}                    Athena only. The stack comparison is in us-east-1 whatever the Region of the paths is
`;

const HELP = `Usage: fmpaths bill --from DAY --until DAY [--source SOURCE] [OPTIONS]

What AWS billed for every path: by tag and inferred apart, with the untagged and shared remainder.

${BILL_OPTIONS_HELP}  --by SPLIT        rows of the table: ${BILL_SPLITS.join(' | ')} (default component)
  --also LIST       the same dollars seen another way: ${SECOND_KINDS.join(', ')} (cur, focus, athena)

Credits, refunds and tax are left out of every amount and shown apart. Days younger than 72 hours are marked: AWS still
adds charges to them. Reading a local file costs nothing.

Below the table: what was read, and what of it is not in the table, with its dollars. JSON has it under 'read'. CSV has it
in lines of its own, whose 'record' is not 'row' and whose amounts are in the column 'amount', so that the column 'usd'
adds up to the table.
`;

export interface BillOptions {
  readonly from?: string | undefined;
  readonly until?: string | undefined;
  readonly source: string;
  readonly file?: string | undefined;
  readonly overlap?: string | undefined;
  readonly deployed?: string | undefined;
  readonly 'max-usd': string;
  readonly refresh: boolean;
  readonly project?: string | undefined;
  readonly environment?: string | undefined;
  readonly account?: string | undefined;
}

/** What the options of a command ask of a bill. @throws UserError for anything in them that cannot be acted on */
export function billQuestion(values: BillOptions, io: Io, second: readonly SecondKind[] = []): BillQuestion {
  const source = oneOf('source', values.source, BILL_SOURCES);
  const overlap = values.overlap === undefined ? undefined : oneOf('overlap', values.overlap, OVERLAP_OPTIONS);
  if (overlap !== undefined && source !== 'cur' && source !== 'focus') {
    throw new UserError(`'--overlap' decides between files, and '--source ${source}' reads none: leave it out`);
  }
  return {
    source,
    window: parseWindow(required('from', values.from), required('until', values.until)),
    deployed: values.deployed === undefined ? 'tagged' : parseDeployed(values.deployed),
    now: io.now(),
    env: io.env,
    path: values.file,
    overlap,
    athena: () => athenaTable(values, io),
    second,
    maxUsd: parseUsd(values['max-usd']),
    cacheFolder: cacheFolder(io.env),
    refresh: values.refresh,
  };
}

/** The table of the stack `comparison`, as the deployed stack names it. */
async function athenaTable(values: ScopeOverrides, io: Io): Promise<AthenaTable> {
  const { cloudFormationClient, stackOutputs } = await import('../../deployment/stack-outputs.ts');
  const scope = scopeOf(values, io, ATHENA_KEYS);
  const client = cloudFormationClient(BILLING_REGION);
  try {
    const outputs = await stackOutputs(
      client,
      stackNameOf(scope, OVERHEAD),
      OVERHEAD,
      ['AthenaWorkgroup', 'AthenaDatabase', 'AthenaTable'],
      scope.account,
    );
    return { workgroup: outputs.AthenaWorkgroup, database: outputs.AthenaDatabase, table: outputs.AthenaTable };
  } finally {
    client.destroy();
  }
}

function parseDeployed(list: string): DeployedPath[] {
  return listOf('deployed', list, PATHS).map((path) => ({ path, resourceIds: [] }));
}

function parseUsd(text: string): number {
  const usd = Number(text);
  if (!/^\d+(?:\.\d+)?$/.test(text)) throw new UserError(`'--max-usd' must be an amount such as 0.50, got '${text}'`);
  return usd;
}

/** Outside the project, because what an account spends must not be committed with it. */
function cacheFolder(env: Io['env']): string {
  return join(env['XDG_CACHE_HOME'] ?? join(env['HOME'] ?? homedir(), '.cache'), 'fmpaths');
}

function required(name: string, value: string | undefined): string {
  if (value === undefined) throw new UserError(`'--${name}' is missing, give a day such as '--${name} 2026-08-01'`);
  return value;
}

async function run(args: readonly string[], io: Io): Promise<ExitStatus> {
  const { values } = parseArgs({
    args: [...args],
    options: { ...BILL_OPTIONS, by: { type: 'string', default: 'component' }, also: { type: 'string' } },
  });
  const format = oneOf('format', values.format, FORMATS);
  const language = oneOf('lang', values.lang, LANGUAGES);
  const split = oneOf('by', values.by, BILL_SPLITS);
  const second = values.also === undefined ? [] : listOf('also', values.also, SECOND_KINDS);
  const scoping = SCOPE_KEYS.find((key) => values[key] !== undefined);
  if (scoping !== undefined && values.source !== 'athena') {
    // not a filter of the bill, for which it could be taken
    throw new UserError(`'--${scoping}' finds the stack of '--source athena', got '--source ${values.source}'`);
  }
  const bill = await readBill(billQuestion(values, io, second));
  for (const text of billText(bill, format, language, split)) await write(io.stdout, text);
  return EXIT.done;
}

/** Waits where the reader is slower, so that a large answer is never whole in memory. A reader that has left is not waited for. */
async function write(stream: Io['stdout'], text: string): Promise<void> {
  if (stream.destroyed || stream.write(text)) return;
  await new Promise<void>((resolve) => {
    const events = ['drain', 'close', 'error'];
    const goOn = (): void => {
      for (const event of events) stream.off(event, goOn);
      resolve();
    };
    for (const event of events) stream.once(event, goOn);
  });
}

export const command: Command = {
  help: HELP,
  run,
};
