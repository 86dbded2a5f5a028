import { homedir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import type { AthenaTable } from '../billing/athena.ts';
import type { DeployedPath } from '../billing/attribution.ts';
import { BILLING_REGION, readBill, type BillQuestion } from '../billing/bill-source.ts';
import { BILL_SOURCES } from '../billing/bill.ts';
import { parseWindow } from '../billing/days.ts';
import type { SecondKind } from '../billing/export-reader.ts';
import { UserError } from '../errors.ts';
import { PATHS } from '../paths.ts';
import { LANGUAGES } from '../report/bill-messages.ts';
import { BILL_SPLITS, FORMATS, renderBill } from '../report/bill.ts';
import { OVERHEAD } from '../tags.ts';
import { EXIT, type Command, type ExitStatus, type Io } from './command.ts';
import { stackNameOf } from '../stack-name.ts';

const SECOND_KINDS = ['resource', 'principal', 'principal-tag'] as const satisfies readonly SecondKind[];

/** Options of every command that reads a bill. */
export const BILL_OPTIONS = {
  from: { type: 'string' },
  until: { type: 'string' },
  source: { type: 'string', default: 'cost-explorer' },
  file: { type: 'string' },
  deployed: { type: 'string' },
  'max-usd': { type: 'string', default: '0.50' },
  refresh: { type: 'boolean', default: false },
  format: { type: 'string', default: 'table' },
  lang: { type: 'string', default: 'en' },
} as const;

export const BILL_OPTIONS_HELP = `  --from DAY        first day, UTC, such as 2026-08-01
  --until DAY       last day, UTC, counted in
  --source SOURCE   ${BILL_SOURCES.join(' | ')} (default cost-explorer)
  --file F          export to read: a file, a folder of months, or s3://BUCKET/PREFIX (cur, focus)
  --deployed LIST   paths that were deployed, such as rag,fine-tuning: untagged charges that only one of them could
                    cause are inferred to it (default: the paths with tagged charges)
  --max-usd N       stop before paying more than this for asking (default 0.50; Cost Explorer takes $0.01 a page,
                    Athena $5 a TB read; fetching from S3 is not counted)
  --refresh         ask anew; without it, what was paid for once is read from disk
  --format FORMAT   ${FORMATS.join(' | ')} (default table); JSON and CSV hold every row, unrounded
  --lang LANGUAGE   ${LANGUAGES.join(' | ')} (default en)
`;

const HELP = `Usage: fmpaths bill --from DAY --until DAY [--source SOURCE] [OPTIONS]

What AWS billed for every path: by tag and inferred apart, with the untagged and shared remainder.

${BILL_OPTIONS_HELP}  --by SPLIT        rows of the table: ${BILL_SPLITS.join(' | ')} (default component)
  --also LIST       the same dollars seen another way: ${SECOND_KINDS.join(', ')} (cur, focus, athena)

Credits, refunds and tax are left out of every amount and shown apart. Days younger than 72 hours are marked: AWS still
adds charges to them. Reading a local file costs nothing.
`;

export interface BillOptions {
  readonly from?: string | undefined;
  readonly until?: string | undefined;
  readonly source: string;
  readonly file?: string | undefined;
  readonly deployed?: string | undefined;
  readonly 'max-usd': string;
  readonly refresh: boolean;
}

/** What the options of a command ask of a bill. @throws UserError for anything in them that cannot be acted on */
export function billQuestion(values: BillOptions, io: Io, second: readonly SecondKind[] = []): BillQuestion {
  return {
    source: oneOf('source', values.source, BILL_SOURCES),
    window: parseWindow(required('from', values.from), required('until', values.until)),
    deployed: values.deployed === undefined ? 'tagged' : parseDeployed(values.deployed),
    now: io.now(),
    env: io.env,
    path: values.file,
    athena: () => athenaTable(io),
    second,
    maxUsd: parseUsd(values['max-usd']),
    cacheFolder: cacheFolder(io.env),
    refresh: values.refresh,
  };
}

/** The table of the stack `comparison`, as the deployed stack names it. */
async function athenaTable(io: Io): Promise<AthenaTable> {
  const [{ loadConfig }, { cloudFormationClient, stackOutputs }] = await Promise.all([
    import('../config.ts'),
    import('../cloud/stack-outputs.ts'),
  ]);
  const stackName = stackNameOf(loadConfig(io.root, io.now()), OVERHEAD);
  const client = cloudFormationClient(BILLING_REGION);
  try {
    const outputs = await stackOutputs(client, stackName, OVERHEAD, [
      'AthenaWorkgroup',
      'AthenaDatabase',
      'AthenaTable',
    ]);
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

export function oneOf<T extends string>(option: string, value: string, allowed: readonly T[]): T {
  return argumentOf(`'--${option}'`, value, allowed);
}

/** @param what the argument, as an error calls it */
export function argumentOf<T extends string>(what: string, value: string, allowed: readonly T[]): T {
  const found = allowed.find((each) => each === value);
  if (found === undefined) throw new UserError(`${what} must be one of ${allowed.join(', ')}, got '${value}'`);
  return found;
}

export function listOf<T extends string>(name: string, list: string, allowed: readonly T[]): T[] {
  return [...new Set(list.split(',').map((each) => oneOf(name, each.trim(), allowed)))];
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
  const bill = await readBill(billQuestion(values, io, second));
  io.stdout.write(renderBill(bill, format, language, split));
  return EXIT.done;
}

export const command: Command = {
  help: HELP,
  run,
};
