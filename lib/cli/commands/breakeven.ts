import { parseArgs } from 'node:util';
import { breakEven } from '../../cost/break-even.ts';
import { UserError } from '../../errors/user-error.ts';
import { PATHS, type PathId } from '../../paths.ts';
import { renderBreakEven } from '../../report/advice.ts';
import { EXIT, type Command } from '../command.ts';
import { COST_OPTIONS, COST_OPTIONS_HELP, costInputs } from '../cost-inputs.ts';
import { numberOption } from '../options.ts';

const HELP = `Usage: fmpaths breakeven --between A,B --over FIELD [--from N] [--to N] [--months N] [--workload F] [--region R] [--prices F]

Where two paths cost the same a month, and which is cheaper on either side: every crossing in the range, exact also
where costs go in steps. FIELD is a number of the workload by its path in the file.

  --between A,B  two of ${PATHS.join(', ')}
  --over FIELD   for example requestsPerMonth or rag.retrieval.chunksPerRequest
  --from N       start of the range (default: 0, or as low as the workload allows)
  --to N         end of the range (default: a thousand times the workload's own value, or as high as it allows)
  --months N     spread one-time costs over so many months (default: left out)
${COST_OPTIONS_HELP}`;

export const command: Command = {
  help: HELP,
  run: async (args, io) => {
    const { values } = parseArgs({
      args: [...args],
      options: {
        ...COST_OPTIONS,
        between: { type: 'string' },
        over: { type: 'string' },
        from: { type: 'string' },
        to: { type: 'string' },
        months: { type: 'string' },
      },
    });
    const between = pathPair(values.between);
    if (values.over === undefined || values.over === '')
      throw new UserError("--over is missing: name a number of the workload, such as 'requestsPerMonth'");
    const question = {
      between,
      over: values.over,
      from: numberOption('--from', values.from),
      to: numberOption('--to', values.to),
      months: numberOption('--months', values.months, 1),
    };
    const { workload, price, report, format, language } = await costInputs(values, io);
    io.stdout.write(renderBreakEven(breakEven(workload, question, price), report(between), format, language));
    return EXIT.done;
  },
};

function pathPair(text: string | undefined): [PathId, PathId] {
  const names = (text ?? '').split(',').map((name) => name.trim());
  const [first, second] = names.map((name) => PATHS.find((path) => path === name));
  if (names.length !== 2 || first === undefined || second === undefined || first === second) {
    throw new UserError(`--between must be two different paths of ${PATHS.join(', ')}, got '${text ?? ''}'`);
  }
  return [first, second];
}
