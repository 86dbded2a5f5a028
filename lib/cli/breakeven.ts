import { parseArgs } from 'node:util';
import { breakEven, type BreakEvenQuestion } from '../cost/break-even.ts';
import { estimatePath } from '../cost/estimate.ts';
import { numberAt, withField } from '../cost/field.ts';
import { parseWorkload, type Workload } from '../cost/workload.ts';
import { UserError } from '../errors.ts';
import { PATHS, type PathId } from '../paths.ts';
import { renderBreakEven } from '../report/advice.ts';
import { EXIT, type Command } from './command.ts';
import { COST_OPTIONS, COST_OPTIONS_HELP, costInputs, numberOption } from './cost-inputs.ts';

const HELP = `Usage: fmpaths breakeven --between A,B --over FIELD [--from N] [--to N] [--months N] [--workload F] [--region R] [--prices F]

Where two paths cost the same a month, and which is cheaper on either side: every crossing in the range, exact also
where costs go in steps. FIELD is a number of the workload by its path in the file.

  --between A,B  two of ${PATHS.join(', ')}
  --over FIELD   for example requestsPerMonth or rag.retrieval.chunksPerRequest
  --from N       start of the range (default: 0)
  --to N         end of the range (default: a thousand times the workload's own value; 1 for a share)
  --months N     spread one-time costs over so many months (default: left out)
${COST_OPTIONS_HELP}`;

export const command: Command = {
  name: 'breakeven',
  summary: 'where two paths cost the same',
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
    if (values.over === undefined)
      throw new UserError("--over is missing: name a number of the workload, such as 'requestsPerMonth'");
    const question = {
      between,
      over: values.over,
      from: numberOption('--from', values.from),
      to: numberOption('--to', values.to),
      months: numberOption('--months', values.months, 1),
    };
    const { workload, format, language, priced } = await costInputs(values, io);
    const result = breakEven(workload, checked(question, workload), (path, changed) =>
      estimatePath(path, changed, priced(path).book),
    );
    io.stdout.write(renderBreakEven(result, format, language));
    return EXIT.done;
  },
};

/** The question with a range that the workload's schema allows at both ends. */
function checked(question: BreakEvenQuestion, workload: Workload): BreakEvenQuestion {
  const { over, from, to } = question;
  const own = numberAt(workload, over);
  const valid = (value: number) => parseWorkload(withField(workload, over, value), `--over ${over}`);
  valid(own ?? 1);
  if (to !== undefined) valid(to);
  if (from !== undefined) {
    valid(from);
    return question;
  }
  try {
    valid(0);
    return question;
  } catch {
    // some numbers cannot be nothing: epochs, or the tokens of a chunk
    return { ...question, from: own === undefined ? 1 : own / 1000 };
  }
}

function pathPair(text: string | undefined): [PathId, PathId] {
  const names = (text ?? '').split(',').map((name) => name.trim());
  const [first, second] = names.map((name) => PATHS.find((path) => path === name));
  if (names.length !== 2 || first === undefined || second === undefined || first === second) {
    throw new UserError(`--between must be two different paths of ${PATHS.join(', ')}, got '${text ?? ''}'`);
  }
  return [first, second];
}
