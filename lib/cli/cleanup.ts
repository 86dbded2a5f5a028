import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type * as Cleanup from '../cloud/cleanup.ts';
import type { Holding, Pricing, RegionSurvey, StackSurvey } from '../cloud/cleanup.ts';
import { priceBookOfRegion } from '../cloud/prices/book-file.ts';
import type { Config } from '../config.ts';
import { UserError } from '../errors.ts';
import { REGION_PATTERN, type ModelCatalogue } from '../models.ts';
import { csv, left, markdownTable, right, textTable, type Grid } from '../report/grid.ts';
import { FORMATS, type Format } from '../report/bill.ts';
import { formatUsd } from '../report/money.ts';
import { oneOf } from './bill.ts';
import { EXIT, type Command, type ExitStatus, type Io } from './command.ts';
import { readJson } from './input-file.ts';
import { wholeNumber } from './rehearse.ts';

const HELP = `Usage: fmpaths cleanup --check | --yes [--region R,R] [--wait-minutes N] [--format F]

Finds what bills although CloudFormation does not know of it: jobs, deployments, throughput, custom and imported models
that a training path has created, in every Region where models can be trained or hosted, also of stacks that are gone.
Only what carries exactly the id of a stack of this project, environment, account and Region is listed or touched.

  --check           list it, with dollars a day, and change nothing
  --yes             remove what has no leave to exist, in order, and wait until it is gone. What is published or of a run
                    under way stays: end that with 'npx fmpaths unhost PATH' and 'npx fmpaths train PATH --stop RUN'
  --region R,R      these Regions as well
  --wait-minutes N  longest wait for what is being deleted (default 15)
  --format F        ${FORMATS.join(' | ')} (default table)

Exit status: 0 nothing is left over, 1 something is, or a Region could not be looked at, 2 what you wrote cannot be
acted on.
`;

export const command: Command = {
  help: HELP,
  run,
};

/** Where imported models can be: https://docs.aws.amazon.com/bedrock/latest/userguide/model-customization-import-model.html */
const IMPORT_REGIONS = ['us-east-1', 'us-east-2', 'us-west-2', 'eu-central-1'] as const;

async function run(args: readonly string[], io: Io): Promise<ExitStatus> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      check: { type: 'boolean', default: false },
      yes: { type: 'boolean', default: false },
      region: { type: 'string' },
      'wait-minutes': { type: 'string', default: '15' },
      format: { type: 'string', default: 'table' },
    },
  });
  if (values.check === values.yes)
    throw new UserError(`say '--check' to list what is left over, or '--yes' to remove it`);
  const format = oneOf('format', values.format, FORMATS);
  const waitMinutes = wholeNumber('wait-minutes', values['wait-minutes'], 1, 180);
  const { loadConfig, parseCatalogue } = await import('../config.ts');
  const config = loadConfig(io.root, io.now());
  const catalogue = parseCatalogue(await readJson(join(io.root, 'config', 'models.json')));
  const regions = regionsOf(config, catalogue, values.region);

  const cleanup = await import('../cloud/cleanup.ts');
  const accountId = await cleanup.callerAccount(cleanup.stsClient(config.region), config.account);
  const surveys = await survey(cleanup, regions, config, accountId, catalogue, io);
  io.stdout.write(render(surveys, format));
  const left = surveys.flatMap(({ stacks }) => stacks.flatMap(({ leftovers }) => leftovers));
  const unseen = surveys.some((region) => region.unseen.length > 0);
  if (values.check || left.length === 0) return left.length > 0 || unseen ? EXIT.failed : EXIT.done;
  const removedAll = await removeAll(cleanup, surveys, config, accountId, waitMinutes, io);
  return removedAll && !unseen ? EXIT.done : EXIT.failed;
}

function regionsOf({ region }: Config, { models }: ModelCatalogue, more: string | undefined): string[] {
  const asked = (more ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  const wrong = asked.find((name) => !REGION_PATTERN.test(name));
  if (wrong !== undefined) throw new UserError(`'--region' must be Regions such as us-east-1, got '${wrong}'`);
  const customised = Object.values(models).flatMap(({ customization }) => customization?.regions ?? []);
  return [...new Set([region, ...customised, ...IMPORT_REGIONS, ...asked])].sort();
}

async function survey(
  cleanup: typeof Cleanup,
  regions: readonly string[],
  config: Config,
  accountId: string,
  catalogue: ModelCatalogue,
  io: Io,
): Promise<RegionSurvey[]> {
  const { project, environment } = config;
  return Promise.all(
    regions.map(async (region) => {
      const pricing: Pricing = { catalogue, book: await priceBookOfRegion(io.root, region) };
      return cleanup.surveyRegion(
        cleanup.cleanupClients(region),
        { region, accountId, project, environment },
        pricing,
        io.now,
      );
    }),
  );
}

async function removeAll(
  cleanup: typeof Cleanup,
  surveys: readonly RegionSurvey[],
  { project, environment }: Config,
  accountId: string,
  waitMinutes: number,
  io: Io,
): Promise<boolean> {
  let whole = true;
  for (const { region, stacks } of surveys) {
    for (const stack of stacks.filter(({ leftovers }) => leftovers.length > 0)) {
      const names = stack.leftovers.map(({ resource: { kind, name } }) => `${kind} ${name}`);
      io.stderr.write(`${region}: removing ${names.join(', ')}\n`);
      const scope = { project, environment, accountId, region };
      // what one stack or Region refuses must not keep the others
      const { removed, left } = await removeOf(cleanup, stack, names, scope, waitMinutes, io).catch(
        (error: unknown) => ({ removed: [], left: [`of ${stack.owner}, perhaps (${String(error)})`] }),
      );
      for (const name of removed) io.stdout.write(`removed in ${region}: ${name}\n`);
      for (const name of left) io.stdout.write(`STILL THERE in ${region}: ${name}\n`);
      whole &&= left.length === 0;
    }
  }
  if (!whole) io.stdout.write(`What is still there bills on: run 'npx fmpaths cleanup --check' again in a while.\n`);
  return whole;
}

async function removeOf(
  cleanup: typeof Cleanup,
  stack: StackSurvey,
  names: readonly string[],
  scope: Parameters<typeof Cleanup.removeLeftovers>[2],
  waitMinutes: number,
  io: Io,
): Promise<{ readonly removed: readonly string[]; readonly left: readonly string[] }> {
  switch (stack.state) {
    case 'deleting':
      return { removed: [], left: names.map((name) => `${name} (its stack is being deleted, which removes it first)`) };
    case 'deployed': {
      if (stack.reaper === undefined) {
        return {
          removed: [],
          left: names.map((name) => `${name} (its stack has no reaper yet: it is being deployed)`),
        };
      }
      // its own reaper also knows what a run is about to publish
      const { lambdaClient, orderReaper } = await import('../cloud/reaper.ts');
      return orderReaper(lambdaClient(scope.region), stack.reaper, { action: 'sweep' });
    }
    case 'gone': {
      const { removed, left } = await cleanup.removeLeftovers(cleanup.cleanupClients(scope.region), stack, scope, {
        now: io.now,
        sleep,
        budgetMs: waitMinutes * 60_000,
      });
      return {
        removed: removed.map(({ kind, name }) => `${kind} ${name}`),
        left: left.map(({ resource: { kind, name }, reason }) => `${kind} ${name} (${reason})`),
      };
    }
  }
}

interface Row extends Holding {
  readonly region: string;
  readonly stack: StackSurvey;
  readonly leftOver: boolean;
}

function rowsOf(surveys: readonly RegionSurvey[]): Row[] {
  return surveys.flatMap(({ region, stacks }) =>
    stacks.flatMap((stack) => [
      ...stack.leftovers.map((holding) => ({ ...holding, region, stack, leftOver: true })),
      ...stack.inService.map((holding) => ({ ...holding, region, stack, leftOver: false })),
    ]),
  );
}

function render(surveys: readonly RegionSurvey[], format: Format): string {
  const rows = rowsOf(surveys);
  switch (format) {
    case 'json':
      return `${JSON.stringify({ regions: surveys.map(({ region }) => region), resources: rows.map(plain), unseen: unseenOf(surveys) }, null, 2)}\n`;
    case 'csv':
      return csv(
        ['region', 'path', 'kind', 'name', 'arn', 'status', 'leftOver', 'usdPerDay', 'bills', 'stack', 'stackState'],
        rows.map((row) => Object.values(plain(row))),
      );
    case 'table':
    case 'markdown': {
      const grids = [
        grid(`Left over: ${totalOf(rows, true)}`, rows, true),
        grid(`In service or under way: ${totalOf(rows, false)}`, rows, false),
      ].filter(({ rows: cells }) => cells.length > 0);
      const regions = surveys.map(({ region }) => region).join(', ');
      const facts = [
        ...(rows.some(({ leftOver }) => leftOver)
          ? [`Remove what is left over: npx fmpaths cleanup --yes`]
          : [`Nothing is left over in ${regions}.`]),
        ...unseenOf(surveys).map(({ region, what, reason }) => `NOT LOOKED AT in ${region}: ${what}: ${reason}`),
      ];
      const table = format === 'table' ? textTable : markdownTable;
      return `${[...grids.map(table), facts.join('\n')].join('\n\n')}\n`;
    }
  }
}

const plain = ({ region, path, resource, usdPerDay, bills, stack, leftOver }: Row) => ({
  region,
  path,
  kind: resource.kind,
  name: resource.name,
  arn: resource.arn,
  status: resource.status,
  leftOver,
  usdPerDay,
  bills,
  stack: stack.owner,
  stackState: stack.state,
});

const unseenOf = (surveys: readonly RegionSurvey[]) =>
  surveys.flatMap(({ region, unseen }) => unseen.map((one) => ({ region, ...one })));

/** What is unknown is in no sum: the sum is then said to be at least so much. */
function totalOf(rows: readonly Row[], leftOver: boolean): string {
  const chosen = rows.filter((row) => row.leftOver === leftOver);
  const known = chosen.reduce((sum, { usdPerDay }) => sum + (usdPerDay ?? 0), 0);
  const unknown = chosen.filter(({ usdPerDay }) => usdPerDay === null).length;
  return `${chosen.length}, ${unknown > 0 ? 'at least ' : ''}${formatUsd(known)} a day${unknown > 0 ? ` and ${unknown} without a known price a day` : ''}`;
}

function grid(title: string, rows: readonly Row[], leftOver: boolean): Grid {
  return {
    title,
    columns: [
      left('Region'),
      left('what'),
      left('name'),
      left('state'),
      right('USD a day'),
      left('bills'),
      left('stack'),
    ],
    rows: rows
      .filter((row) => row.leftOver === leftOver)
      .map(({ region, resource, usdPerDay, bills, path, stack }) => [
        region,
        resource.kind,
        resource.name,
        resource.status,
        formatUsd(usdPerDay),
        bills,
        `${path} (${stack.state})`,
      ]),
  };
}
