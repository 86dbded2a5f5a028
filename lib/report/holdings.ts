import type { PathId } from '../paths.ts';
import type { Document } from './document.ts';
import { left, right, type CsvValue, type Grid } from './grid.ts';
import { formatUsd } from './money.ts';
import { HOLDING_MESSAGES, type HoldingMessages, type HowItBills, type StackState } from './words/holdings.ts';
import { fill, say, type Language, type Message } from './words/languages.ts';

/** Something that bills although CloudFormation does not know of it. */
export interface HeldResource {
  readonly region: string;
  readonly path: PathId;
  readonly kind: string;
  readonly name: string;
  readonly arn: string;
  readonly status: string;
  readonly leftOver: boolean;
  /** Null where it is unknown, or has no price a day. */
  readonly usdPerDay: number | null;
  readonly bills: Message<HowItBills>;
  /** Id of the stack that it belongs to. */
  readonly stack: string;
  readonly stackState: StackState;
}

/** One thing that was to be removed. */
export interface RemovalStep {
  readonly region: string;
  readonly name: string;
  readonly gone: boolean;
  /** The name with the reason for which nothing was tried; absent where it was. */
  readonly why?: Message<'stackDeleting' | 'noReaper' | 'perhaps'>;
}

export interface CleanupReport {
  readonly regions: readonly string[];
  readonly resources: readonly HeldResource[];
  /** What could not be looked at: there may be more. */
  readonly unseen: readonly { readonly region: string; readonly what: string; readonly reason: string }[];
  /** Why dollars are unknown. */
  readonly unpriced: readonly string[];
  /** Null where nothing was to be removed. */
  readonly removal: readonly RemovalStep[] | null;
}

const removalName = ({ name, why }: RemovalStep, { cleanup }: HoldingMessages): string =>
  why === undefined ? name : say(cleanup, why);

/** Commands that the reader may run next, each as it can be pasted. */
export interface CleanupCommands {
  readonly check: string;
  readonly remove: string;
}

export function cleanupDocument(report: CleanupReport, commands: CleanupCommands, language: Language): Document {
  const words = HOLDING_MESSAGES[language];
  const { regions, resources, unseen, unpriced, removal } = report;
  const english = resources.map((resource) => ({ ...resource, bills: say(HOLDING_MESSAGES.en.bills, resource.bills) }));
  const named = (gone: boolean) =>
    removal
      ?.filter((step) => step.gone === gone)
      .map((step) => ({ region: step.region, name: removalName(step, HOLDING_MESSAGES.en) })) ?? null;
  return {
    schema: 'cleanup',
    json: { regions, resources: english, unseen, unpriced, removed: named(true), stillThere: named(false) },
    csv: {
      header: HELD_COLUMNS,
      rows: [...english, ...unseen.map(unseenRow), ...(removal ?? []).map(stepRow)].map((row) =>
        HELD_COLUMNS.map((column) => row[column] ?? null),
      ),
    },
    blocks: [
      ...heldGrid(words.cleanup.leftOver, resources, true, words),
      ...heldGrid(words.cleanup.inService, resources, false, words),
      { items: cleanupFacts(report, commands, words) },
    ],
  };
}

/** What is about to be removed, with dollars a day: said before, because afterwards nobody could look at it. */
export function announcement(resources: readonly HeldResource[], language: Language): string {
  const words = HOLDING_MESSAGES[language];
  const leftOver = resources.filter((resource) => resource.leftOver);
  return [
    fill(words.cleanup.leftOver, { total: totalOf(leftOver, words) }),
    ...leftOver.map(({ region, kind, name, usdPerDay, bills }) =>
      fill(words.cleanup.removing, {
        region,
        name: `${kind} ${name}`,
        usd: formatUsd(usdPerDay, words.unknown),
        bills: say(words.bills, bills),
      }),
    ),
  ].join('\n');
}

type HeldRow = Readonly<Partial<Record<(typeof HELD_COLUMNS)[number], CsvValue>>>;

/** CSV has one table: what could not be looked at stands in it as well, or nothing would seem to be there. */
const unseenRow = ({ region, what, reason }: CleanupReport['unseen'][number]): HeldRow => ({
  region,
  kind: what,
  status: `not looked at: ${reason}`,
});

const stepRow = (step: RemovalStep): HeldRow => ({
  region: step.region,
  kind: 'removal',
  name: removalName(step, HOLDING_MESSAGES.en),
  status: step.gone ? 'removed' : 'still there',
});

const HELD_COLUMNS = [
  'region',
  'path',
  'kind',
  'name',
  'arn',
  'status',
  'leftOver',
  'usdPerDay',
  'bills',
  'stack',
  'stackState',
] as const satisfies readonly (keyof HeldResource)[];

function heldGrid(
  title: string,
  resources: readonly HeldResource[],
  leftOver: boolean,
  words: HoldingMessages,
): Grid[] {
  const rows = resources.filter((resource) => resource.leftOver === leftOver);
  if (rows.length === 0) return [];
  const { region, kind, name, state, usdPerDay, bills, stack } = words.columns;
  return [
    {
      title: fill(title, { total: totalOf(rows, words) }),
      columns: [left(region), left(kind), left(name), left(state), right(usdPerDay), left(bills), left(stack)],
      rows: rows.map((row) => [
        row.region,
        row.kind,
        row.name,
        row.status,
        formatUsd(row.usdPerDay, words.unknown),
        say(words.bills, row.bills),
        `${row.path} (${words.states[row.stackState]})`,
      ]),
    },
  ];
}

/** What is unknown is in no sum: the sum is then said to be at least so much. */
function totalOf(rows: readonly HeldResource[], { cleanup }: HoldingMessages): string {
  const known = rows.reduce((sum, { usdPerDay }) => sum + (usdPerDay ?? 0), 0);
  const unknown = rows.filter(({ usdPerDay }) => usdPerDay === null).length;
  const template = unknown === 0 ? cleanup.total : cleanup.totalAtLeast;
  return fill(template, { count: rows.length, usd: formatUsd(known), unknown });
}

function cleanupFacts(
  { regions, resources, unseen, removal }: CleanupReport,
  { check, remove }: CleanupCommands,
  words: HoldingMessages,
): string[] {
  const { cleanup } = words;
  const anyLeftOver = resources.some(({ leftOver }) => leftOver);
  return [
    ...(anyLeftOver ? [] : [fill(cleanup.nothing, { regions: regions.join(', ') })]),
    ...(anyLeftOver && removal === null ? [fill(cleanup.remove, { command: remove })] : []),
    ...unseen.map((one) => fill(cleanup.notSeen, one)),
    ...(removal ?? []).map((step) =>
      fill(step.gone ? cleanup.removed : cleanup.stillThere, {
        region: step.region,
        name: removalName(step, words),
      }),
    ),
    ...(removal?.some(({ gone }) => !gone) === true ? [fill(cleanup.checkAgain, { command: check })] : []),
  ];
}

/** A model that a path serves. */
export interface HostedModel {
  readonly kind: 'on-demand' | 'provisioned' | 'imported';
  readonly modelArn: string;
  readonly customModelArn: string;
  readonly publishedAt: string;
  /** When it will be deleted; null where it stays. */
  readonly until: string | null;
  /** Null where it is published and no longer there. */
  readonly found: {
    readonly status: string;
    readonly usdPerHour: number | null;
    readonly bills: Message<HowItBills>;
  } | null;
}

export interface HostedReport {
  readonly path: PathId;
  readonly region: string;
  readonly models: readonly HostedModel[];
}

export interface HostedCommands {
  readonly check: string;
  readonly end: string;
}

export function hostedDocument(
  { path, region, models }: HostedReport,
  commands: HostedCommands,
  language: Language,
): Document {
  const words = HOLDING_MESSAGES[language];
  const { hosted } = words;
  const english = models.map(({ found, ...model }) => ({
    ...model,
    status: found?.status ?? null,
    usdPerHour: found?.usdPerHour ?? null,
    bills: found === null ? null : say(HOLDING_MESSAGES.en.bills, found.bills),
  }));
  return {
    schema: 'host-status',
    json: { path, region, models: english },
    csv: {
      header: ['path', 'region', ...HOSTED_COLUMNS],
      rows: english.map((row) => [path, region, ...HOSTED_COLUMNS.map((column) => row[column])]),
    },
    blocks:
      models.length === 0
        ? [{ items: [fill(hosted.none, { path, command: commands.check })] }]
        : [
            { items: [fill(hosted.title, { path, region })] },
            ...models.map((model) => ({ fields: hostedFields(model, commands, words) })),
            { items: [fill(hosted.end, { command: commands.end })] },
          ],
  };
}

function hostedFields(
  { kind, modelArn, publishedAt, until, found }: HostedModel,
  { end }: HostedCommands,
  { columns, hosted, bills, unknown }: HoldingMessages,
): (readonly [string, string])[] {
  return [
    [columns.model, modelArn],
    [columns.kind, kind],
    [columns.state, found?.status ?? fill(hosted.gone, { command: end })],
    [columns.since, publishedAt],
    ...(until === null ? [] : [[columns.until, until] as const]),
    ...(found === null
      ? []
      : [
          [columns.usdPerHour, formatUsd(found.usdPerHour, unknown)] as const,
          [columns.bills, say(bills, found.bills)] as const,
        ]),
  ];
}

const HOSTED_COLUMNS = [
  'kind',
  'modelArn',
  'customModelArn',
  'status',
  'publishedAt',
  'until',
  'usdPerHour',
  'bills',
] as const;

/** What a reaper removed when it was told to. */
export interface RemovalReport {
  readonly path: PathId;
  readonly removed: readonly string[];
  readonly left: readonly string[];
  /** A workflow that AWS did not stop; null where there is none. */
  readonly stillRunning: { readonly run: string; readonly reason: string; readonly arn: string } | null;
}

export function removalDocument(
  { path, removed, left: there, stillRunning }: RemovalReport,
  language: Language,
): Document {
  const { removal } = HOLDING_MESSAGES[language];
  return {
    schema: 'removal',
    json: { path, removed, left: there, stillRunning },
    csv: {
      header: ['path', 'name', 'removed'],
      rows: [
        ...removed.map((name) => [path, name, true]),
        ...there.map((name) => [path, name, false]),
        ...(stillRunning === null ? [] : [[path, `execution ${stillRunning.arn}`, false]]),
      ],
    },
    blocks: [
      {
        items: [
          ...(removed.length === 0 ? [removal.nothing] : removed.map((name) => fill(removal.removed, { name }))),
          ...there.map((name) => fill(removal.stillThere, { name })),
          ...(stillRunning === null ? [] : [fill(removal.executionRuns, stillRunning)]),
        ],
      },
    ],
  };
}
