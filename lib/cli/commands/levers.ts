import { leverEffects, sensitivities } from '../../cost/levers.ts';
import { PATHS } from '../../paths.ts';
import { leversDocument } from '../../report/advice.ts';
import { EXIT, type Command } from '../command.ts';
import { COST_OPTIONS, COST_OPTIONS_HELP, costInputs, requireModels } from '../cost-inputs.ts';
import { oneOf, parseOptions } from '../options.ts';
import { show } from '../output.ts';

const HELP = `Usage: fmpaths levers [--path P] [--workload F] [--region R] [--prices F] [--format F] [--lang L]

What can be done about the cost of each path, by its effect on the monthly figure, the largest saving first; and which
assumptions the figure hangs on.

  --path P       one path only
${COST_OPTIONS_HELP}`;

export const command: Command = {
  help: HELP,
  run: async (args, io) => {
    const values = parseOptions('levers', args, { ...COST_OPTIONS, path: { type: 'string' } });
    const only = values.path === undefined ? undefined : oneOf('path', values.path, PATHS);
    const inputs = await costInputs(values, io, undefined, only === undefined ? undefined : [only]);
    requireModels(inputs);
    const { workload, price, smallerModels, splitOf, report, format, language } = inputs;
    const chosen = only === undefined ? (workload.paths ?? PATHS) : [only];
    const paths = chosen.map((path) => {
      const { monthly } = price(path, workload);
      return {
        path,
        monthlyUsd: monthly.usd,
        knownMonthlyUsd: monthly.knownUsd,
        levers: leverEffects(workload, path, price, smallerModels, splitOf),
        sensitivities: sensitivities(workload, path, price),
      };
    });
    await show(leversDocument({ paths }, report(chosen), language), format, io);
    return EXIT.done;
  },
};
