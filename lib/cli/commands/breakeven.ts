import { breakEven } from '../../cost/break-even.ts';
import type { PathEstimate } from '../../cost/estimate.ts';
import { UserError } from '../../errors/user-error.ts';
import { PATHS, type PathId } from '../../paths.ts';
import { breakEvenDocument } from '../../report/advice.ts';
import { EXIT, type Command } from '../command.ts';
import { COST_OPTIONS, COST_OPTIONS_HELP, costInputs, requireModels } from '../cost-inputs.ts';
import { listOf, numberOf, parseOptions, required } from '../options.ts';
import { show } from '../output.ts';

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
    const values = parseOptions('breakeven', args, {
      ...COST_OPTIONS,
      between: { type: 'string' },
      over: { type: 'string' },
      from: { type: 'string' },
      to: { type: 'string' },
      months: { type: 'string' },
    });
    const between = pathPair(required('between', values.between, `two paths, such as '--between prompt-only,rag'`));
    const question = {
      between,
      over: required('over', values.over, `a number of the workload, such as '--over requestsPerMonth'`),
      from: numberOf('from', values.from),
      to: numberOf('to', values.to),
      months: numberOf('months', values.months, 1),
    };
    const inputs = await costInputs(values, io);
    requireModels(inputs);
    const { workload, priceAlike, alike, splitOver, report, format, language } = inputs;
    const result = breakEven(workload, question, priceAlike, alike);
    const asItIs = (path: PathId): PathEstimate => priceAlike(path, alike(path, workload));
    const [first, second] = between;
    const now = splitOver(question.months)(asItIs(first), asItIs(second));
    await show(breakEvenDocument({ ...result, split: now }, report(between, true), language), format, io);
    return EXIT.done;
  },
};

function pathPair(text: string): [PathId, PathId] {
  const [first, second, ...more] = listOf('between', text, PATHS);
  if (first === undefined || second === undefined || more.length > 0) {
    throw new UserError(`'--between' must be two different paths, got '${text}'`);
  }
  return [first, second];
}
