import { homedir } from 'node:os';
import { join } from 'node:path';
import type { DeployedPath } from '../billing/attribution.ts';
import type { BillQuestion } from '../billing/bill-source.ts';
import { BILL_SOURCES } from '../billing/bill.ts';
import { dayOf, parseWindow, type Window } from '../billing/days.ts';
import { OVERLAP_OPTIONS } from '../billing/overlap.ts';
import type { AthenaTable } from '../billing/sources/athena.ts';
import type { SecondKind } from '../billing/sources/export-reader.ts';
import { BILLING_REGION } from '../deployment/billing-region.ts';
import type { ScopeKey, ScopeOverrides } from '../deployment/scope.ts';
import { stackNameOf } from '../deployment/stack-name.ts';
import { OVERHEAD } from '../deployment/tags.ts';
import { UserError } from '../errors/user-error.ts';
import { PATHS } from '../paths.ts';
import type { Io } from './command.ts';
import { RESULT_OPTIONS, billLimitUsd, listOf, oneOf, resultHelp } from './options.ts';
import { SCOPE_OPTIONS, scopeHelp, scopeOf } from './scope-options.ts';

/** Scope keys that locate the stack `comparison`; its Region is fixed. */
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
  ...RESULT_OPTIONS,
  ...SCOPE_OPTIONS,
} as const;

export const BILL_OPTIONS_HELP = `  --from DAY        first day, UTC, such as 2026-08-01 (default: the first of the month of --until)
  --until DAY       last day, UTC, counted in (default: today)
  --source SOURCE   ${BILL_SOURCES.join(' | ')} (default cost-explorer)
  --file F          export to read: a file, a folder of months, or s3://BUCKET/PREFIX (cur, focus)
  --overlap HOW     ${OVERLAP_OPTIONS.join(' | ')}: what files are that share lines where neither AWS's delivery nor the lines
                    tell: count all of them, or of two only the newer (default: refuse, and name them)
  --deployed LIST   paths that were deployed, such as rag,fine-tuning: untagged charges that only one of them could
                    cause are inferred to it (default: the paths with tagged charges)
  --max-usd N       stop before paying more than this for asking (default 0.50; Cost Explorer takes $0.01 a page,
                    Athena $5 a TB read; fetching from S3 is not counted)
  --refresh         ask and pay again; without it, what was paid for once is read from disk
${resultHelp(20)}${scopeHelp(20, ATHENA_KEYS)}                    Athena only. The stack comparison is in us-east-1 whatever the Region of the paths is
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

/** Turns the options of a command into a question to a bill. @throws UserError if an option is not valid */
export function billQuestion(values: BillOptions, io: Io, second: readonly SecondKind[] = []): BillQuestion {
  const source = oneOf('source', values.source, BILL_SOURCES);
  const overlap = values.overlap === undefined ? undefined : oneOf('overlap', values.overlap, OVERLAP_OPTIONS);
  if (overlap !== undefined && source !== 'cur' && source !== 'focus') {
    throw new UserError(`'--overlap' decides between files, and '--source ${source}' reads none: leave it out`);
  }
  return {
    source,
    window: windowOf(values, io),
    deployed: values.deployed === undefined ? 'tagged' : parseDeployed(values.deployed),
    now: io.now(),
    env: io.env,
    path: values.file,
    overlap,
    athena: () => athenaTable(values, io),
    second,
    maxUsd: billLimitUsd(values['max-usd']),
    cacheFolder: cacheFolder(io.env),
    refresh: values.refresh,
  };
}

/** The month so far where no days are given. */
function windowOf({ from, until }: Pick<BillOptions, 'from' | 'until'>, io: Io): Window {
  const last = until ?? dayOf(io.now());
  return parseWindow(from ?? `${last.slice(0, 7)}-01`, last);
}

/** The table of the stack `comparison`, as the deployed stack names it. */
async function athenaTable(values: ScopeOverrides, io: Io): Promise<AthenaTable> {
  const { cloudFormationClient, stackOutputs } = await import('../deployment/stack-outputs.ts');
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

/** Outside the project, because what an account spends must not be committed with it. */
function cacheFolder(env: Io['env']): string {
  return join(env['XDG_CACHE_HOME'] ?? join(env['HOME'] ?? homedir(), '.cache'), 'fmpaths');
}
