import { parseArgs } from 'node:util';

import type { DeployedPath } from '../billing/attribution.ts';
import { BILL_SOURCES, type Bill, type BillSource } from '../billing/bill.ts';
import { parseWindow } from '../billing/days.ts';
import { UserError } from '../errors.ts';
import { PATHS } from '../paths.ts';
import { LANGUAGES } from '../report/bill-messages.ts';
import { BILL_SPLITS, FORMATS, renderBill } from '../report/bill.ts';
import { EXIT, type Command, type ExitStatus, type Io } from './command.ts';

const HELP = `Usage: fmpaths bill --from DAY --until DAY [--source SOURCE] [OPTIONS]

What AWS billed for every path: by tag and inferred apart, with the untagged and shared remainder.

  --from DAY        first day, UTC, such as 2026-08-01
  --until DAY       last day, UTC, counted in
  --source SOURCE   ${BILL_SOURCES.join(' | ')} (default cost-explorer)
  --file F          export to read: a file, or a folder of months (cur, focus)
  --deployed LIST   paths that were deployed, such as rag,fine-tuning: untagged charges that only one of them could
                    cause are inferred to it (default: the paths with tagged charges)
  --by SPLIT        rows of the table: ${BILL_SPLITS.join(' | ')} (default component)
  --format FORMAT   ${FORMATS.join(' | ')} (default table); JSON and CSV hold every row, unrounded
  --lang LANGUAGE   ${LANGUAGES.join(' | ')} (default en)

Credits, refunds and tax are left out of every amount and shown apart. Days younger than 72 hours are marked: AWS still
adds charges to them. Reading a local file costs nothing.
`;

async function run(args: readonly string[], io: Io): Promise<ExitStatus> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      from: { type: 'string' },
      until: { type: 'string' },
      source: { type: 'string', default: 'cost-explorer' },
      file: { type: 'string' },
      deployed: { type: 'string' },
      by: { type: 'string', default: 'component' },
      format: { type: 'string', default: 'table' },
      lang: { type: 'string', default: 'en' },
    },
  });
  const source = oneOf('source', values.source, BILL_SOURCES);
  const format = oneOf('format', values.format, FORMATS);
  const language = oneOf('lang', values.lang, LANGUAGES);
  const split = oneOf('by', values.by, BILL_SPLITS);
  const window = parseWindow(required('from', values.from), required('until', values.until));
  const deployed = values.deployed === undefined ? 'tagged' : parseDeployed(values.deployed);
  const bill = await readBill(source, { path: values.file, window, deployed, now: io.now() });
  io.stdout.write(renderBill(bill, format, language, split));
  return EXIT.done;
}

interface BillRequest {
  readonly path: string | undefined;
  readonly window: { readonly from: string; readonly until: string };
  readonly deployed: readonly DeployedPath[] | 'tagged';
  readonly now: Date;
}

async function readBill(source: BillSource, request: BillRequest): Promise<Bill> {
  switch (source) {
    case 'cur': {
      const { readCur } = await import('../billing/cur.ts');
      return readCur({ ...request, path: required('file', request.path) });
    }
    case 'focus':
    case 'cost-explorer':
    case 'athena':
      throw new UserError(`source '${source}' cannot be read yet. Sources: cur`);
  }
}

export function parseDeployed(list: string): DeployedPath[] {
  return list.split(',').map((path) => ({ path: oneOf('deployed', path, PATHS), resourceIds: [] }));
}

function required(name: string, value: string | undefined): string {
  if (value === undefined) throw new UserError(`'--${name}' is missing. 'fmpaths bill --help' explains it`);
  return value;
}

export function oneOf<T extends string>(name: string, value: string, allowed: readonly T[]): T {
  const found = allowed.find((each) => each === value);
  if (found === undefined) throw new UserError(`'--${name}' must be one of ${allowed.join(', ')}, got '${value}'`);
  return found;
}

export const command: Command = {
  name: 'bill',
  summary: 'what AWS billed for every path, by tag and inferred, with the remainder',
  help: HELP,
  run,
};
