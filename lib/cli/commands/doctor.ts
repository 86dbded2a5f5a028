import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import type { Check, CheckResult } from '../../aws/doctor.ts';
import { UserError } from '../../errors/user-error.ts';
import { EXIT, type Command } from '../command.ts';
import { scopeOf } from '../scope-options.ts';

const HELP = `Usage: fmpaths doctor [--region R] [--billing] [--only ID,ID] [--list] [--format table|json]

Asks your AWS account what could not be confirmed from documents. Every check only reads; what asking costs is
printed before anything is asked.

  --region R     Region to ask (default: the Region of config/environment.json)
  --billing      also the checks that cost money: Cost Explorer at $0.01 a request, a search of the deployed rag
  --only ID,ID   only these checks
  --list         print the checks and what they cost, and ask nothing
  --format F     table (default) or json

Exit status: 0 every check could be asked, 1 one could not, 2 what you wrote cannot be acted on, or AWS
takes no credentials.
`;

export const command: Command = {
  help: HELP,
  run: async (args, io) => {
    const { values } = parseArgs({
      args: [...args],
      options: {
        region: { type: 'string' },
        billing: { type: 'boolean', default: false },
        only: { type: 'string' },
        list: { type: 'boolean', default: false },
        format: { type: 'string', default: 'table' },
      },
    });
    if (values.format !== 'table' && values.format !== 'json') {
      throw new UserError(`--format must be table or json, got '${values.format}'`);
    }
    const { CHECKS, doctorClients, runChecks } = await import('../../aws/doctor.ts');
    const checks = chosen(CHECKS, values.only, values.billing);
    const plan = checks.map(({ id, question, costUsd }) => ({ id, question, costUsd }));
    if (values.list) {
      io.stdout.write(values.format === 'json' ? `${JSON.stringify({ checks: plan }, null, 2)}\n` : planText(plan));
      return EXIT.done;
    }
    io.stderr.write(planText(plan));

    const { parseCatalogue } = await import('../../config/config.ts');
    const catalogue = parseCatalogue(JSON.parse(await readFile(`${io.root}/config/models.json`, 'utf8')));
    const { region } = scopeOf(values, io, ['region']);
    const results = await runChecks(checks, doctorClients(region), {
      catalogue,
      region,
      today: io.now().toISOString().slice(0, 10),
    });
    io.stdout.write(
      values.format === 'json' ? `${JSON.stringify({ region, checks: results }, null, 2)}\n` : resultText(results),
    );
    if (!results.some(({ status }) => status === 'failed')) return EXIT.done;
    // who asks is what the user can mend; whatever else AWS does not answer is no fault of the command line
    return results[0]?.id === 'identity' && results[0].status === 'failed' ? EXIT.userError : EXIT.failed;
  },
};

function chosen(checks: readonly Check[], only: string | undefined, billing: boolean): Check[] {
  const ids = only?.split(',').map((id) => id.trim());
  const unknown = ids?.filter((id) => !checks.some((check) => check.id === id)) ?? [];
  if (unknown.length > 0) {
    throw new UserError(`--only: no check '${unknown.join("', '")}'. Checks: ${checks.map(({ id }) => id).join(', ')}`);
  }
  return checks.filter(({ id, costUsd }) =>
    ids === undefined ? billing || costUsd === 0 : ids.includes(id) || id === 'identity',
  );
}

function planText(plan: readonly Pick<Check, 'id' | 'question' | 'costUsd'>[]): string {
  const width = Math.max(...plan.map(({ id }) => id.length));
  const total = plan.reduce((sum, { costUsd }) => sum + costUsd, 0);
  const rows = plan.map(
    ({ id, question, costUsd }) =>
      `  ${costUsd === 0 ? ' free' : `$${costUsd.toFixed(2)}`}  ${id.padEnd(width)}  ${question}`,
  );
  return `${plan.length} checks, all read-only, ${total === 0 ? 'free' : `at most $${total.toFixed(2)} in all`}:\n${rows.join('\n')}\n\n`;
}

const MARKS = { ok: 'ok', attention: 'ATTENTION', failed: 'FAILED', 'not-run': 'not run' } as const;

function resultText(results: readonly CheckResult[]): string {
  return results
    .map(
      ({ id, status, finding, next }) =>
        `${MARKS[status].padEnd(9)}  ${id}: ${finding}${next === undefined ? '' : `\n           -> ${next}`}\n`,
    )
    .join('');
}
