import { readBill } from '../../billing/bill-source.ts';
import type { SecondKind } from '../../billing/sources/export-reader.ts';
import { SCOPE_KEYS } from '../../deployment/scope.ts';
import { UserError } from '../../errors/user-error.ts';
import { BILL_SPLITS, billDocument } from '../../report/bill.ts';
import { BILL_OPTIONS, BILL_OPTIONS_HELP, billQuestion } from '../bill-options.ts';
import { EXIT, type Command, type ExitStatus, type Io } from '../command.ts';
import { listOf, oneOf, parseOptions, shownAs } from '../options.ts';
import { show } from '../output.ts';

const SECOND_KINDS = ['resource', 'principal', 'principal-tag'] as const satisfies readonly SecondKind[];

const HELP = `Usage: fmpaths bill [--from DAY] [--until DAY] [--source SOURCE] [OPTIONS]

Shows what AWS billed for each path: charges by tag and inferred charges in separate columns, and the rest untagged or
shared.

${BILL_OPTIONS_HELP}  --by SPLIT        rows of the table: ${BILL_SPLITS.join(' | ')} (default component)
  --also LIST       the same dollars seen another way: ${SECOND_KINDS.join(', ')} (cur, focus, athena)

Credits, refunds and tax are left out of every amount and shown apart. Days younger than 72 hours are marked: AWS still
adds charges to them. Reading a local file costs nothing.

Below the table: what was read, and what of it is not in the table, with its dollars. JSON has it under 'read'. CSV has it
in lines of its own, whose 'record' is not 'row' and whose amounts are in the column 'amount', so that the column 'usd'
adds up to the table.
`;

async function run(args: readonly string[], io: Io): Promise<ExitStatus> {
  const values = parseOptions('bill', args, {
    ...BILL_OPTIONS,
    by: { type: 'string', default: 'component' },
    also: { type: 'string' },
  });
  const { format, language } = shownAs(values);
  const split = oneOf('by', values.by, BILL_SPLITS);
  const second = values.also === undefined ? [] : listOf('also', values.also, SECOND_KINDS);
  const scoping = SCOPE_KEYS.find((key) => values[key] !== undefined);
  if (scoping !== undefined && values.source !== 'athena') {
    // not a filter of the bill, for which it could be taken
    throw new UserError(`'--${scoping}' finds the stack of '--source athena', got '--source ${values.source}'`);
  }
  const bill = await readBill(billQuestion(values, io, second));
  await show(billDocument(bill, language, split), format, io);
  return EXIT.done;
}

export const command: Command = {
  help: HELP,
  run,
};
