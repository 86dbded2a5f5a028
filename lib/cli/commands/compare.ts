import { z } from 'zod';

import { endpointOf, readBill } from '../../billing/bill-source.ts';
import { compare, type Metered } from '../../billing/compare.ts';
import type { Window } from '../../billing/days.ts';
import type { Estimated } from '../../billing/estimated.ts';
import { COST_COMPONENTS } from '../../meters/cost-component.ts';
import { DEFAULTS } from '../../cost/defaults.ts';
import type { PathEstimate } from '../../cost/estimate.ts';
import { UserError } from '../../errors/user-error.ts';
import { describeIssues } from '../../json/schema-issues.ts';
import { PATHS } from '../../paths.ts';
import { comparisonDocument } from '../../report/compare.ts';
import { comparedEstimate } from '../../report/compared-estimate.ts';
import { formatUsd } from '../../report/money.ts';
import { BILL_OPTIONS, BILL_OPTIONS_HELP, billQuestion } from '../bill-options.ts';
import { EXIT, type Command, type ExitStatus, type Io } from '../command.ts';
import { COST_OPTIONS, costInputs, type CostInputs } from '../cost-inputs.ts';
import { readJson } from '../input-file.ts';
import { listOf, parseOptions } from '../options.ts';
import { show } from '../output.ts';

const HELP = `Usage: fmpaths compare [--from DAY] [--until DAY] [OPTIONS]

Estimated, metered and billed money of every path side by side, absolute and for 1,000 requests, and what explains the
difference: volume, price, or nothing that is known. Only days that every column covers are compared; which, is said.

  --paths LIST      paths to lay side by side (default: every path that any column knows)
  --workload F      the workload that was estimated (default: config/workloads/default.json)
  --region R        Region of prices and metrics (default: the workload's, else that of config/environment.json)
  --prices F        a price book of your own
  --metered M       cloudwatch (default), none, or a JSON file of metered rows
  --no-bill         leave the bill out: estimated and metered only, which costs next to nothing
${BILL_OPTIONS_HELP}`;

export const command: Command = {
  help: HELP,
  run,
};

async function run(args: readonly string[], io: Io): Promise<ExitStatus> {
  const values = parseOptions('compare', args, {
    ...BILL_OPTIONS,
    ...COST_OPTIONS,
    paths: { type: 'string' },
    metered: { type: 'string', default: 'cloudwatch' },
    'no-bill': { type: 'boolean', default: false },
  });
  if (values['no-bill'] && values.metered === 'none') {
    throw new UserError(
      `'--no-bill' and '--metered none' leave nothing to compare the estimate with: leave one of them out. The estimate alone: npx fmpaths estimate`,
    );
  }
  const inputs = await costInputs(values, io);
  const question = billQuestion(values, io);
  const paths = values.paths === undefined ? undefined : listOf('paths', values.paths, PATHS);
  for (const { field, value } of inputs.origin.assumed) {
    io.stderr.write(`warning: the workload does not say ${field}: ${value} is taken\n`);
  }
  const metered = await readMetered(values.metered, inputs.region, question.window, io);
  const bill = values['no-bill'] ? null : await readBill(question);
  const priced = inputs.report(inputs.workload.paths ?? PATHS).paths;
  const comparison = compare({
    estimated: estimated(inputs, priced),
    metered,
    bill,
    ...(paths === undefined ? {} : { paths }),
  });
  const report = {
    ...comparison,
    assumed: inputs.origin.assumed,
    estimates: priced.map(({ estimate, workload }) =>
      comparedEstimate('workload', estimate, workload, inputs.catalogue),
    ),
  };
  await show(comparisonDocument(report, inputs.language), inputs.format, io);
  return EXIT.done;
}

/** Fields that a workload needs before a month can be scaled to the days of a window. */
function estimated({ workload }: CostInputs, priced: readonly { readonly estimate: PathEstimate }[]): Estimated | null {
  const { requestsPerMonth } = workload;
  if (requestsPerMonth === undefined) return null;
  return {
    requestsPerMonth,
    hoursPerMonth: workload.hoursPerMonth ?? DEFAULTS.hoursPerMonth,
    paths: priced.map(({ estimate: { path, lines, missing } }) => ({ path, lines, missing })),
  };
}

const day = z.iso.date();
const count = z.number().min(0);

const meteredSchema = z.strictObject({
  source: z.enum(['cloudwatch', 'rehearsal']),
  from: day,
  until: day,
  rows: z.array(
    z.strictObject({
      path: z.enum(PATHS),
      component: z.enum(COST_COMPONENTS),
      day,
      requests: count,
      inputTokens: count,
      outputTokens: count,
      cacheReadInputTokens: count,
      cacheWriteInputTokens: count,
      usd: count.nullable(),
    }),
  ),
});

async function readMetered(from: string, region: string, window: Window, io: Io): Promise<Metered | null> {
  if (from === 'none') return null;
  if (from !== 'cloudwatch') {
    const json = await readJson(from);
    const parsed = meteredSchema.safeParse(json);
    if (parsed.success) return parsed.data;
    throw new UserError(
      `'${from}' is not a file of metered rows:\n${describeIssues(parsed.error.issues, json, meteredSchema)}`,
    );
  }
  const [cloud, { explainAwsError }] = await Promise.all([
    import('../../aws/metrics.ts'),
    import('../../errors/aws-advice.ts'),
  ]);
  const endpoint = endpointOf(io.env, 'CLOUDWATCH');
  const client = cloud.cloudWatch(region, endpoint);
  try {
    const { metered, queryUsd } = await cloud.readMetered(client, window, io.now());
    // nothing is asked where no day of the window is over
    if (queryUsd > 0) io.stderr.write(`asking CloudWatch for metrics of ${region} cost ${formatUsd(queryUsd)}\n`);
    // what another endpoint has counted is no metering of an account
    return endpoint === undefined ? metered : { ...metered, source: 'rehearsal' };
  } catch (error) {
    throw explainAwsError(error, {
      action: 'cloudwatch:GetMetricData',
      policyArn: 'arn:aws:iam::aws:policy/CloudWatchReadOnlyAccess',
    });
  } finally {
    client.destroy();
  }
}
