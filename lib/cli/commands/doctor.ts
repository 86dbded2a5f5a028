import type { Check } from '../../aws/doctor.ts';
import { dayOf } from '../../billing/days.ts';
import { UserError } from '../../errors/user-error.ts';
import { doctorDocument, doctorPlanDocument } from '../../report/doctor.ts';
import { FORMATS, render } from '../../report/format.ts';
import { LANGUAGES } from '../../report/words/languages.ts';
import { shippedCatalogue } from '../catalogue-file.ts';
import { EXIT, type Command } from '../command.ts';
import { RESULT_OPTIONS, excludeEachOther, listOf, parseOptions, resultHelp, shownAs } from '../options.ts';
import { show } from '../output.ts';
import { saveQuotas } from '../save-quotas.ts';
import { scopeOf } from '../scope-options.ts';

const HELP = `Usage: fmpaths doctor [--region R] [--billing] [--only ID,ID] [--list] [OPTIONS]
       fmpaths doctor --save-quotas FILE [--region R]

Asks your AWS account what could not be confirmed from documents. Every check only reads; what asking costs is
printed before anything is asked.

  --region R     Region to ask (default: the Region of config/environment.json)
  --billing      also the checks that cost money: Cost Explorer at $0.01 a request, a search of the deployed rag
  --only ID,ID   only these checks
  --list         print the checks and what they cost, and ask nothing
${resultHelp(17)}
  --save-quotas FILE
                 instead of the checks: write to FILE how many tokens a minute the models of config/models.json may
                 take of this account in the Region, with account, Region and day. Reads only, and is free; needs
                 servicequotas:ListServiceQuotas and servicequotas:ListAWSDefaultServiceQuotas. FILE is replaced only
                 if it holds quotas of the same account and Region. Quotas of no such model are named. In FILE,
                 "from": "default" is what AWS gives where it applies nothing of the account's own.

Exit status: 0 every check could be asked or FILE is written, 1 a check could not be asked or there is nothing to write,
2 what you wrote cannot be acted on, AWS takes no credentials or it does not allow to read quotas.
`;

export const command: Command = {
  help: HELP,
  run: async (args, io) => {
    const values = parseOptions('doctor', args, {
      region: { type: 'string' },
      billing: { type: 'boolean', default: false },
      only: { type: 'string' },
      list: { type: 'boolean', default: false },
      'save-quotas': { type: 'string' },
      ...RESULT_OPTIONS,
    });
    const { format, language } = shownAs(values);
    if (values['save-quotas'] !== undefined) {
      for (const other of ['list', 'billing', 'only'] as const) {
        excludeEachOther(values, 'save-quotas', other, 'one writes a file, the other is about checks');
      }
      if (format !== FORMATS[0] || language !== LANGUAGES[0]) {
        throw new UserError("'--save-quotas' takes neither '--format' nor '--lang': the file is the result");
      }
      return saveQuotas(values['save-quotas'], scopeOf(values, io, ['region']).region, io);
    }
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
