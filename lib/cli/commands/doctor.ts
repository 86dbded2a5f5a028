import type { Check } from '../../aws/doctor.ts';
import { dayOf } from '../../billing/days.ts';
import { doctorDocument, doctorPlanDocument } from '../../report/doctor.ts';
import { render } from '../../report/format.ts';
import { shippedCatalogue } from '../catalogue-file.ts';
import { EXIT, type Command } from '../command.ts';
import { RESULT_OPTIONS, listOf, parseOptions, resultHelp, shownAs } from '../options.ts';
import { show } from '../output.ts';
import { scopeOf } from '../scope-options.ts';

const HELP = `Usage: fmpaths doctor [--region R] [--billing] [--only ID,ID] [--list] [OPTIONS]

Asks your AWS account what could not be confirmed from documents. Every check only reads; what asking costs is
printed before anything is asked.

  --region R     Region to ask (default: the Region of config/environment.json)
  --billing      also the checks that cost money: Cost Explorer at $0.01 a request, a search of the deployed rag
  --only ID,ID   only these checks
  --list         print the checks and what they cost, and ask nothing
${resultHelp(17)}
Exit status: 0 every check could be asked, 1 one could not, 2 what you wrote cannot be acted on, or AWS
takes no credentials.
`;

export const command: Command = {
  help: HELP,
  run: async (args, io) => {
    const values = parseOptions('doctor', args, {
      region: { type: 'string' },
      billing: { type: 'boolean', default: false },
      only: { type: 'string' },
      list: { type: 'boolean', default: false },
      ...RESULT_OPTIONS,
    });
    const { format, language } = shownAs(values);
    const { CHECKS, doctorClients, runChecks } = await import('../../aws/doctor.ts');
    const checks = chosen(CHECKS, values.only, values.billing);
    const plan = doctorPlanDocument(checks, language);
    if (values.list) {
      await show(plan, format, io);
      return EXIT.done;
    }
    // before anything is asked: some of it costs money
    for (const text of render(plan, 'table')) io.stderr.write(`${text}\n`);

    const catalogue = await shippedCatalogue(io);
    const { region } = scopeOf(values, io, ['region']);
    const results = await runChecks(checks, doctorClients(region), {
      catalogue,
      region,
      today: dayOf(io.now()),
    });
    await show(doctorDocument(region, results, language), format, io);
    if (!results.some(({ status }) => status === 'failed')) return EXIT.done;
    // who asks is what the user can mend; whatever else AWS does not answer is no fault of the command line
    return results[0]?.id === 'identity' && results[0].status === 'failed' ? EXIT.userError : EXIT.failed;
  },
};

function chosen(checks: readonly Check[], only: string | undefined, billing: boolean): Check[] {
  if (only === undefined) return checks.filter(({ costUsd }) => billing || costUsd === 0);
  const ids = listOf(
    'only',
    only,
    checks.map(({ id }) => id),
  );
  return checks.filter(({ id }) => ids.includes(id) || id === 'identity');
}
