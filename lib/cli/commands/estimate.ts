import { parseQuotas, requireQuotasOf } from '../../cost/quotas.ts';
import { UserError } from '../../errors/user-error.ts';
import { didYouMean } from '../../json/nearest-name.ts';
import { PATHS } from '../../paths.ts';
import { estimateDocument } from '../../report/estimate.ts';
import { EXIT, type Command } from '../command.ts';
import { COST_OPTIONS, COST_OPTIONS_HELP, costInputs, estimateOfRows, requireModels } from '../cost-inputs.ts';
import { readJson } from '../input-file.ts';
import { listOf, parseOptions } from '../options.ts';
import { show } from '../output.ts';

const HELP = `Usage: fmpaths estimate [--workload F] [--paths P,P] [--models M,M] [--region R] [--prices F] [--quotas F]
                        [--explain]

What each way to customise a foundation model would cost for one workload, side by side: first with the same model and
the same text in every path, then as each is configured, then with other models across. Every difference is split into
what brings it about. Nothing is deployed, asked of AWS or charged.

  --paths P,P    which of ${PATHS.join(', ')}
                 (default: the workload's, else all of them)
  --models M,M   the models across, as ids of config/models.json (default: those configured, the smaller and the larger
                 one of the family, and the cheapest)
  --quotas F     quotas of your account, from 'npx fmpaths doctor --save-quotas F'
${COST_OPTIONS_HELP}  --explain      every line: quantity, unit price, where the price is from, how the quantity comes about
`;

export const command: Command = {
  help: HELP,
  run: async (args, io) => {
    const values = parseOptions('estimate', args, {
      ...COST_OPTIONS,
      paths: { type: 'string' },
      models: { type: 'string' },
      quotas: { type: 'string' },
      explain: { type: 'boolean', default: false },
    });
    const paths = values.paths === undefined ? undefined : listOf('paths', values.paths, PATHS);
    const inputs = await costInputs(values, io, undefined, paths);
    requireModels(inputs);
    const { catalogue, comparisonReport, format, language, region } = inputs;
    const models = values.models?.split(',').map((id) => id.trim());
    for (const id of models ?? []) {
      if (Object.hasOwn(catalogue.models, id) || Object.hasOwn(catalogue.named ?? {}, id)) continue;
      throw new UserError(
        `'--models' names '${id}', which is not in config/models.json${didYouMean(id, Object.keys(catalogue.models))}`,
      );
    }
    const quotas = values.quotas === undefined ? undefined : parseQuotas(await readJson(values.quotas), values.quotas);
    // also where no demand looks one up
    requireQuotasOf(region, quotas);
    await show(
      estimateDocument(estimateOfRows(inputs, comparisonReport(models, quotas)), language, values.explain),
      format,
      io,
    );
    return EXIT.done;
  },
};
