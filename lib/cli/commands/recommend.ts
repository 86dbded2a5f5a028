import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { recommend } from '../../cost/recommend.ts';
import { parseWorkload } from '../../cost/workload.ts';
import { UserError } from '../../errors/user-error.ts';
import { PATHS } from '../../paths.ts';
import { renderRecommendation } from '../../report/advice.ts';
import { EXIT, type Command, type Io } from '../command.ts';
import { COST_OPTIONS, COST_OPTIONS_HELP, costInputs } from '../cost-inputs.ts';
import { readJson } from '../input-file.ts';

const HELP = `Usage: fmpaths recommend --scenario NAME | --workload F [--region R] [--prices F] [--format F] [--lang L]

Walks three steps (prompt, then retrieval; fine-tuning for a strict style; continued pre-training or distillation for
deep fields and large volumes), prices every path, and says where the rule of thumb and the numbers disagree.
A workload says what it needs under 'needs'.

  --scenario N   internal-docs-qa, customer-service, legal-finance-summaries or mobile-low-latency
${COST_OPTIONS_HELP}`;

export const command: Command = {
  help: HELP,
  run: async (args, io) => {
    const { values } = parseArgs({ args: [...args], options: { ...COST_OPTIONS, scenario: { type: 'string' } } });
    if (values.scenario !== undefined && values.workload !== undefined) {
      throw new UserError('--scenario and --workload exclude each other: a scenario is a workload');
    }
    const scenario = values.scenario === undefined ? undefined : await readScenario(values.scenario, io);
    const { workload, price, smallerModels, report, format, language } = await costInputs(values, io, scenario);
    const name = workload.name ?? 'workload';
    io.stdout.write(
      renderRecommendation(name, recommend(workload, price, smallerModels), report(PATHS), format, language),
    );
    return EXIT.done;
  },
};

async function readScenario(name: string, io: Io) {
  const folder = join(io.root, 'config', 'scenarios');
  const names = (await readdir(folder)).filter((file) => file.endsWith('.json')).map((file) => file.slice(0, -5));
  if (!names.includes(name)) throw new UserError(`--scenario must be one of ${names.join(', ')}, got '${name}'`);
  return parseWorkload(await readJson(join(folder, `${name}.json`)), `config/scenarios/${name}.json`);
}
