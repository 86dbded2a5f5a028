import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { recommend } from '../../cost/recommend.ts';
import { parseWorkload } from '../../cost/workload.ts';
import { PATHS } from '../../paths.ts';
import { recommendationDocument } from '../../report/advice.ts';
import { EXIT, type Command, type Io } from '../command.ts';
import { COST_OPTIONS, COST_OPTIONS_HELP, costInputs, requireModels } from '../cost-inputs.ts';
import { readJson } from '../input-file.ts';
import { excludeEachOther, oneOf, parseOptions } from '../options.ts';
import { show } from '../output.ts';

const HELP = `Usage: fmpaths recommend --scenario NAME | --workload F [--region R] [--prices F] [--format F] [--lang L]

Walks three steps (prompt, then retrieval; fine-tuning for a strict style; continued pre-training or distillation for
deep fields and large volumes), prices every path, and says where the rule of thumb and the numbers disagree.
A workload says what it needs under 'needs'.

  --scenario N   internal-docs-qa, customer-service, legal-finance-summaries or mobile-low-latency
${COST_OPTIONS_HELP}`;

export const command: Command = {
  help: HELP,
  run: async (args, io) => {
    const values = parseOptions('recommend', args, { ...COST_OPTIONS, scenario: { type: 'string' } });
    excludeEachOther(values, 'scenario', 'workload', 'a scenario is a workload');
    const scenario = values.scenario === undefined ? undefined : await readScenario(values.scenario, io);
    const inputs = await costInputs(values, io, scenario);
    requireModels(inputs);
    const { workload, priceAlike, alike, smallerModels, splitOf, report, format, language } = inputs;
    const name = workload.name ?? 'workload';
    const recommended = recommend(
      workload,
      (path, changed) => priceAlike(path, alike(path, changed)),
      smallerModels,
      splitOf,
      alike,
    );
    await show(recommendationDocument(name, recommended, report(PATHS, true), language), format, io);
    return EXIT.done;
  },
};

async function readScenario(name: string, io: Io) {
  const folder = join(io.root, 'config', 'scenarios');
  const names = (await readdir(folder)).filter((file) => file.endsWith('.json')).map((file) => file.slice(0, -5));
  const file = `${oneOf('scenario', name, names)}.json`;
  return parseWorkload(await readJson(join(folder, file)), `config/scenarios/${file}`);
}
