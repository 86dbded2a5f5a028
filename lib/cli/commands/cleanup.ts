import { setTimeout as sleep } from 'node:timers/promises';
import type * as Cleanup from '../../aws/cleanup.ts';
import type { Holding, Pricing, RegionSurvey, StackSurvey } from '../../aws/cleanup.ts';
import type { ModelCatalogue } from '../../catalogue/models.ts';
import { SCOPE_KEYS, type DeploymentScope, type ScopeOverrides } from '../../deployment/scope.ts';
import { UserError } from '../../errors/user-error.ts';
import type { PriceBook } from '../../prices/price-book.ts';
import { printableLines } from '../../printable.ts';
import { announcement, cleanupDocument, type HeldResource, type RemovalStep } from '../../report/holdings.ts';
import type { ReaperAnswer } from '../../training/reaper-order.ts';
import { EXIT, type Command, type ExitStatus, type Io } from '../command.ts';
import { unknownDollars, usableCatalogue, usablePriceBook, type Usable } from '../holding-prices.ts';
import {
  RESULT_OPTIONS,
  excludeEachOther,
  parseOptions,
  regionsOf,
  resultHelp,
  shownAs,
  wholeNumber,
} from '../options.ts';
import { show } from '../output.ts';
import { pasted } from '../pasted.ts';
import { SCOPE_OPTIONS, scopeGiven, scopeHelp, scopeOf } from '../scope-options.ts';

const HELP = `Usage: fmpaths cleanup --check | --yes [OPTIONS]

Finds what bills although CloudFormation does not know of it: jobs, deployments, throughput, custom and imported models
that a training path has created, in every Region where models can be trained or hosted, also of stacks that are gone.
Only what carries exactly the id of a stack of this project, environment, account and Region is listed or touched.

  --check           list it, with dollars a day, and change nothing
  --yes             remove leftovers in the right order and wait until they are gone. Published models and runs under way
                    stay: end those with 'npx fmpaths unhost PATH' and 'npx fmpaths train PATH --stop RUN'
  --region R,R      these Regions as well; the first is that of the stacks where config/environment.json names none
  --wait-minutes N  longest wait for what is being deleted (default 15)
${resultHelp(20)}${scopeHelp(20, ['project', 'environment', 'account'])}
Exit status: 0 nothing is left over, 1 something is, or a Region could not be looked at, 2 what you wrote cannot be
acted on.
`;

export const command: Command = {
  help: HELP,
  run,
};

/**
 * Searched also while the catalogue, which has the Regions, cannot be read: what bills there must not drop out of sight. A test
 * holds that no Region of the shipped catalogue is missing.
 */
export const REGIONS_WITHOUT_CATALOGUE: readonly string[] = ['us-east-1', 'us-east-2', 'us-west-2', 'eu-central-1'];

async function run(args: readonly string[], io: Io): Promise<ExitStatus> {
  const values = parseOptions('cleanup', args, {
    check: { type: 'boolean', default: false },
    yes: { type: 'boolean', default: false },
    'wait-minutes': { type: 'string', default: '15' },
    ...RESULT_OPTIONS,
    ...SCOPE_OPTIONS,
  });
  const { format, language } = shownAs(values);
  excludeEachOther(values, 'check', 'yes', 'one lists what is left over, the other removes it');
  if (!values.check && !values.yes) {
    throw new UserError(`say '--check' to list what is left over, or '--yes' to remove it`);
  }
  const waitMinutes = wholeNumber('wait-minutes', values['wait-minutes'], 1, 180);
  const asked = regionsOf(values.region);
  const scope = scopeWith(asked, values, io);
  const catalogue = await usableCatalogue(io);
  const regions = searchedRegions(scope.region, asked, catalogue.value);

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
  const found = {
    regions,
    resources: heldResources(surveys),
    unseen: surveys.flatMap(({ region, unseen }) => unseen.map((one) => ({ region, ...one }))),
    unpriced,
  };
  const anyLeftOver = found.resources.some(({ leftOver }) => leftOver);
  if (values.yes && anyLeftOver) io.stderr.write(printableLines(`${announcement(found.resources, language)}\n`));
  // all of it stands in one result: a program could not read a second one behind the first
  const removal =
    values.yes && anyLeftOver ? await removeAll(cleanup, surveys, scope, accountId, waitMinutes, io) : null;
  const commands = {
    check: pasted(['cleanup', '--check'], scopeGiven(values)),
    remove: pasted(['cleanup', '--yes'], scopeGiven(values)),
  };
  await show(cleanupDocument({ ...found, removal }, commands, language), format, io);
  const allGone = removal === null ? !anyLeftOver : removal.every(({ gone }) => gone);
  return allGone && found.unseen.length === 0 ? EXIT.done : EXIT.failed;
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

function searchedRegions(region: string, asked: readonly string[], catalogue: ModelCatalogue | undefined): string[] {
  const hosting = catalogue === undefined ? [] : modelRegions(catalogue);
  return [...new Set([region, ...hosting, ...REGIONS_WITHOUT_CATALOGUE, ...asked])].sort();
}

/** Regions where models can be customised or imported. */
export function modelRegions({ models, customModelImport }: ModelCatalogue): string[] {
  const customised = Object.values(models).flatMap(({ customization }) => customization?.regions ?? []);
  return [...customised, ...(customModelImport?.regions ?? [])];
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
  const withUnknown = heldResources(surveys).filter(({ usdPerDay }) => usdPerDay === null);
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
): Promise<RemovalStep[]> {
  const steps: RemovalStep[] = [];
  for (const { region, stacks } of surveys) {
    for (const stack of stacks.filter(({ leftovers }) => leftovers.length > 0)) {
      const scope = { project, environment, accountId, region };
      // what one stack or Region refuses must not keep the others
      const done = await removeOf(cleanup, stack, scope, waitMinutes, io).catch((error: unknown): RemovalSteps => [
        {
          name: stack.owner,
          gone: false,
          why: { code: 'perhaps', values: { owner: stack.owner, reason: String(error) } },
        },
      ]);
      steps.push(...done.map((step) => ({ region, ...step })));
    }
  }
  return steps;
}

type RemovalSteps = readonly Omit<RemovalStep, 'region'>[];

const stepsOf = ({ removed, left }: ReaperAnswer): RemovalSteps => [
  ...removed.map((name) => ({ name, gone: true })),
  ...left.map((name) => ({ name, gone: false })),
];

const nameOf = ({ kind, name }: Holding['resource']): string => `${kind} ${name}`;

async function removeOf(
  cleanup: typeof Cleanup,
  stack: StackSurvey,
  scope: Parameters<typeof Cleanup.removeLeftovers>[2],
  waitMinutes: number,
  io: Io,
): Promise<RemovalSteps> {
  const untried = (code: 'stackDeleting' | 'noReaper'): RemovalSteps =>
    stack.leftovers.map(({ resource }) => {
      const name = nameOf(resource);
      return { name, gone: false, why: { code, values: { name } } };
    });
  switch (stack.state) {
    case 'deleting':
      return untried('stackDeleting');
    case 'deployed': {
      if (stack.reaper === undefined) return untried('noReaper');
      // its own reaper also knows what a run is about to publish
      const { lambdaClient, orderReaper } = await import('../../aws/reaper.ts');
      return stepsOf(await orderReaper(lambdaClient(scope.region), stack.reaper, { action: 'sweep' }));
    }
    case 'gone': {
      const { removed, left } = await cleanup.removeLeftovers(cleanup.cleanupClients(scope.region), stack, scope, {
        now: io.now,
        sleep,
        budgetMs: waitMinutes * 60_000,
      });
      return stepsOf({
        removed: removed.map(nameOf),
        left: left.map(({ resource, reason }) => `${nameOf(resource)} (${reason})`),
      });
    }
  }
}

function heldResources(surveys: readonly RegionSurvey[]): HeldResource[] {
  return surveys.flatMap(({ region, stacks }) =>
    stacks.flatMap(({ owner, state, leftovers, inService }) => {
      const held =
        (leftOver: boolean) =>
        ({ resource, path, usdPerDay, bills }: Holding): HeldResource => ({
          region,
          path,
          kind: resource.kind,
          name: resource.name,
          arn: resource.arn,
          status: resource.status,
          leftOver,
          usdPerDay,
          bills,
          stack: owner,
          stackState: state,
        });
      return [...leftovers.map(held(true)), ...inService.map(held(false))];
    }),
  );
}
