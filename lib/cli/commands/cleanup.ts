import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type * as Cleanup from '../../aws/cleanup.ts';
import type { Holding, Pricing, RegionSurvey, StackSurvey } from '../../aws/cleanup.ts';
import { REGION_PATTERN, type ModelCatalogue } from '../../catalogue/models.ts';
import { SCOPE_KEYS, type DeploymentScope, type ScopeOverrides } from '../../deployment/scope.ts';
import { UserError } from '../../errors/user-error.ts';
import type { PriceBook } from '../../prices/price-book.ts';
import { FORMATS, type Format } from '../../report/bill.ts';
import { csv, left, markdownTable, right, textTable, type Grid } from '../../report/grid.ts';
import { formatUsd } from '../../report/money.ts';
import { EXIT, type Command, type ExitStatus, type Io } from '../command.ts';
import { unknownDollars, usableCatalogue, usablePriceBook, type Usable } from '../holding-prices.ts';
import { oneOf, wholeNumber } from '../options.ts';
import { SCOPE_OPTIONS, scopeHelp, scopeOf } from '../scope-options.ts';

const HELP = `Usage: fmpaths cleanup --check | --yes [OPTIONS]

Finds what bills although CloudFormation does not know of it: jobs, deployments, throughput, custom and imported models
that a training path has created, in every Region where models can be trained or hosted, also of stacks that are gone.
Only what carries exactly the id of a stack of this project, environment, account and Region is listed or touched.

  --check           list it, with dollars a day, and change nothing
  --yes             remove what has no leave to exist, in order, and wait until it is gone. What is published or of a run
                    under way stays: end that with 'npx fmpaths unhost PATH' and 'npx fmpaths train PATH --stop RUN'
  --region R,R      these Regions as well; the first is that of the stacks where config/environment.json names none
  --wait-minutes N  longest wait for what is being deleted (default 15)
  --format F        ${FORMATS.join(' | ')} (default table)
${scopeHelp(20, ['project', 'environment', 'account'])}
Exit status: 0 nothing is left over, 1 something is, or a Region could not be looked at, 2 what you wrote cannot be
acted on.
`;

export const command: Command = {
  help: HELP,
  run,
};

/**
 * Regions where Bedrock trains models (https://docs.aws.amazon.com/bedrock/latest/userguide/custom-model-fine-tuning.html), or
 * imports them (https://docs.aws.amazon.com/bedrock/latest/userguide/model-customization-import-model.html). Searched also while
 * the catalogue cannot be read: what bills there must not drop out of sight.
 */
const BEDROCK_REGIONS = ['us-east-1', 'us-east-2', 'us-west-2', 'eu-central-1'] as const;

async function run(args: readonly string[], io: Io): Promise<ExitStatus> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      check: { type: 'boolean', default: false },
      yes: { type: 'boolean', default: false },
      'wait-minutes': { type: 'string', default: '15' },
      format: { type: 'string', default: 'table' },
      ...SCOPE_OPTIONS,
    },
  });
  if (values.check === values.yes)
    throw new UserError(`say '--check' to list what is left over, or '--yes' to remove it`);
  const format = oneOf('format', values.format, FORMATS);
  const waitMinutes = wholeNumber('wait-minutes', values['wait-minutes'], 1, 180);
  const asked = regionList(values.region);
  const scope = scopeWith(asked, values, io);
  const catalogue = await usableCatalogue(io);
  const regions = regionsOf(scope.region, asked, catalogue.value);

  const cleanup = await import('../../aws/cleanup.ts');
  const accountId = await cleanup.callerAccount(cleanup.stsClient(scope.region), scope);
  const books = new Map(
    await Promise.all(regions.map(async (region) => [region, await usablePriceBook(io, region)] as const)),
  );
  const surveys = await survey(
    cleanup,
    regions,
    scope,
    accountId,
    (region) => ({ catalogue: catalogue.value, book: books.get(region)?.value }),
    io,
  );
  const unpriced = reasonsOf(surveys, catalogue, books);
  for (const reason of unpriced) io.stderr.write(unknownDollars(reason));
  io.stdout.write(render(surveys, unpriced, format));
  const left = surveys.flatMap(({ stacks }) => stacks.flatMap(({ leftovers }) => leftovers));
  const unseen = surveys.some((region) => region.unseen.length > 0);
  if (values.check || left.length === 0) return left.length > 0 || unseen ? EXIT.failed : EXIT.done;
  const removedAll = await removeAll(cleanup, surveys, scope, accountId, waitMinutes, io);
  return removedAll && !unseen ? EXIT.done : EXIT.failed;
}

/** Takes the Region of the file, to which those asked for are added. The first of them stands in where the file has none. */
function scopeWith(asked: readonly string[], values: ScopeOverrides, io: Io): DeploymentScope {
  const [first] = asked;
  try {
    return scopeOf({ ...values, region: undefined }, io, SCOPE_KEYS);
  } catch (error) {
    if (first === undefined) throw error;
    return scopeOf({ ...values, region: first }, io, SCOPE_KEYS);
  }
}

function regionList(text: string | undefined): string[] {
  const asked = (text ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  const wrong = asked.find((name) => !REGION_PATTERN.test(name));
  if (wrong !== undefined) throw new UserError(`'--region' must be Regions such as us-east-1, got '${wrong}'`);
  return asked;
}

function regionsOf(region: string, asked: readonly string[], catalogue: ModelCatalogue | undefined): string[] {
  const customised = Object.values(catalogue?.models ?? {}).flatMap(
    ({ customization }) => customization?.regions ?? [],
  );
  return [...new Set([region, ...customised, ...BEDROCK_REGIONS, ...asked])].sort();
}

async function survey(
  cleanup: typeof Cleanup,
  regions: readonly string[],
  { project, environment }: DeploymentScope,
  accountId: string,
  pricing: (region: string) => Pricing,
  io: Io,
): Promise<RegionSurvey[]> {
  return Promise.all(
    regions.map((region) =>
      cleanup.surveyRegion(
        cleanup.cleanupClients(region),
        { region, accountId, project, environment },
        pricing(region),
        io.now,
      ),
    ),
  );
}

/** Returns why dollars are unknown. A price book counts only if something in its Region has no price: most Regions have none. */
function reasonsOf(
  surveys: readonly RegionSurvey[],
  catalogue: Usable<ModelCatalogue>,
  books: ReadonlyMap<string, Usable<PriceBook>>,
): string[] {
  const withUnknown = rowsOf(surveys).filter(({ usdPerDay }) => usdPerDay === null);
  const reasons = [
    catalogue.reason,
    ...[...books].map(([region, { reason }]) =>
      withUnknown.some((row) => row.region === region) ? reason : undefined,
    ),
  ];
  return reasons.filter((reason) => reason !== undefined);
}

async function removeAll(
  cleanup: typeof Cleanup,
  surveys: readonly RegionSurvey[],
  { project, environment }: DeploymentScope,
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
      const { lambdaClient, orderReaper } = await import('../../aws/reaper.ts');
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

function render(surveys: readonly RegionSurvey[], unpriced: readonly string[], format: Format): string {
  const rows = rowsOf(surveys);
  switch (format) {
    case 'json':
      return `${JSON.stringify({ regions: surveys.map(({ region }) => region), resources: rows.map(plain), unseen: unseenOf(surveys), unpriced }, null, 2)}\n`;
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
