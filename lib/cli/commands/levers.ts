import { parseArgs } from 'node:util';
import { leverEffects, sensitivities } from '../../cost/levers.ts';
import type { Workload } from '../../cost/workload.ts';
import { UserError } from '../../errors/user-error.ts';
import { PATHS, type PathId } from '../../paths.ts';
import { renderLevers } from '../../report/advice.ts';
import { EXIT, type Command } from '../command.ts';
import { COST_OPTIONS, COST_OPTIONS_HELP, costInputs } from '../cost-inputs.ts';

const HELP = `Usage: fmpaths levers [--path P] [--workload F] [--region R] [--prices F] [--format F] [--lang L]

What can be done about the cost of each path, by its effect on the monthly figure, the largest saving first; and which
assumptions the figure hangs on.

  --path P       one path only
${COST_OPTIONS_HELP}`;

export const command: Command = {
  help: HELP,
  run: async (args, io) => {
    const { values } = parseArgs({ args: [...args], options: { ...COST_OPTIONS, path: { type: 'string' } } });
    const { workload, price, smallerModels, report, format, language } = await costInputs(values, io);
    const chosen = chosenPaths(values.path, workload);
    const paths = chosen.map((path) => {
      const { monthly } = price(path, workload);
      return {
        path,
        monthlyUsd: monthly.usd,
        knownMonthlyUsd: monthly.knownUsd,
        levers: leverEffects(workload, path, price, smallerModels),
        sensitivities: sensitivities(workload, path, price),
      };
    });
    io.stdout.write(renderLevers({ paths }, report(chosen), format, language));
    return EXIT.done;
  },
};

function chosenPaths(only: string | undefined, workload: Workload): readonly PathId[] {
  if (only === undefined) return workload.paths ?? PATHS;
  const path = PATHS.find((id) => id === only);
  if (path === undefined) throw new UserError(`--path must be one of ${PATHS.join(', ')}, got '${only}'`);
  return [path];
}
