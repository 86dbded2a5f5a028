import { PATHS } from '../../paths.ts';
import { estimateDocument } from '../../report/estimate.ts';
import { EXIT, type Command } from '../command.ts';
import { COST_OPTIONS, COST_OPTIONS_HELP, costInputs } from '../cost-inputs.ts';
import { parseOptions } from '../options.ts';
import { show } from '../output.ts';

const HELP = `Usage: fmpaths estimate [--workload F] [--region R] [--prices F] [--explain] [--format F] [--lang L]

What each way to customise a foundation model would cost for one workload, side by side: a month, once, in the first
month and for 1,000 requests. Nothing is deployed, asked of AWS or charged.

${COST_OPTIONS_HELP}  --explain      every line: quantity, unit price, where the price is from, how the quantity comes about
`;

export const command: Command = {
  help: HELP,
  run: async (args, io) => {
    const values = parseOptions('estimate', args, { ...COST_OPTIONS, explain: { type: 'boolean', default: false } });
    const { workload, report, format, language } = await costInputs(values, io);
    await show(estimateDocument(report(workload.paths ?? PATHS), language, values.explain), format, io);
    return EXIT.done;
  },
};
