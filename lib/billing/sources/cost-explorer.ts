import {
  ListCostAllocationTagsCommand,
  type CostAllocationTag,
  type CostExplorerClient,
  type Expression,
  type GroupDefinition,
} from '@aws-sdk/client-cost-explorer';

import { servicesOfUsageType } from '../../meters/meters.ts';
import { UserError } from '../../errors/user-error.ts';
import { TAG_KEYS } from '../../deployment/tags.ts';
import { parseAmount, sumAmounts, toNumber, type Amount } from '../amount.ts';
import { assembleBill, type OutsideAmount } from '../assemble-bill.ts';
import { UNKNOWN_SERVICE, attributor, type DeployedPath } from '../attribution.ts';
import type { Bill } from '../bill.ts';
import { groupBy } from '../../sums.ts';
import { pageReader, type Page, type PageReader } from './cost-explorer-pages.ts';
import { addDays, dayOf, isSettled, type Window } from '../days.ts';
import type { AggregatedLine } from './export-query.ts';
import { note, type Note } from '../notes.ts';
import type { ResponseCache } from './response-cache.ts';
import { DAY_MS, HOUR_MS } from '../../units.ts';

export interface CostExplorerRequest {
  readonly client: Pick<CostExplorerClient, 'send'>;
  /** Whose bill it is: account and endpoint. */
  readonly owner: string;
  readonly window: Window;
  readonly deployed: readonly DeployedPath[] | 'tagged';
  readonly now: Date;
  readonly cache: ResponseCache | null;
  /** Stop before paying more than this, in US dollars. */
  readonly maxUsd: number;
  /** @default false: the endpoint is AWS's */
  readonly simulated?: boolean;
}

const EXCLUDED_RECORD_TYPES: Readonly<Record<string, 'credit' | 'refund' | 'tax'>> = {
  Credit: 'credit',
  Refund: 'refund',
  Tax: 'tax',
};

const CHARGES_ONLY: Expression = {
  Not: { Dimensions: { Key: 'RECORD_TYPE', Values: Object.keys(EXCLUDED_RECORD_TYPES) } },
};

const PATH_TAG: GroupDefinition = { Type: 'TAG', Key: TAG_KEYS.path };
const dimension = (Key: string): GroupDefinition => ({ Type: 'DIMENSION', Key });

/**
 * Reads the bill from Cost Explorer. It allows two groupings a question, so: one question finds which values of the path's tag
 * were billed at all, one a value splits it by component tag and usage type, one splits the untagged rest by service and usage
 * type. Another follows only for usage types that do not say which service billed them.
 *
 * @throws UserError where credentials, permission or the limit stand in the way
 */
export async function readCostExplorer(request: CostExplorerRequest): Promise<Bill> {
  const today = dayOf(request.now);
  if (request.window.from > today) {
    throw new UserError(`'--from' ${request.window.from} is in the future: today is ${today} (UTC)`);
  }
  const reader = pageReader({
    client: request.client,
    cache: request.cache,
    owner: request.owner,
    maxUsd: request.maxUsd,
    now: request.now,
    // Cost Explorer refreshes at least once a day; a day that is settled and closed does not change
    maxAgeMs: (hasOpenDays) =>
      hasOpenDays || !isSettled(request.window.until, request.now) ? 8 * HOUR_MS : 30 * DAY_MS,
  });
  const end = addDays(request.window.until, 1);
  const question = {
    // End is exclusive, and Cost Explorer refuses one after tomorrow
    TimePeriod: { Start: request.window.from, End: end > addDays(today, 1) ? addDays(today, 1) : end },
    Granularity: 'DAILY' as const,
    Metrics: ['UnblendedCost', 'UsageQuantity'],
  };
  const ask = async (GroupBy: GroupDefinition[], ...filters: Expression[]): Promise<Group[]> =>
    groupsOf(
      await reader.read({
        ...question,
        GroupBy,
        ...(filters.length === 0 ? {} : { Filter: filters.length === 1 ? filters[0] : { And: filters } }),
      }),
    );

  const overview = await reader.read({ ...question, GroupBy: [PATH_TAG, dimension('RECORD_TYPE')] });
  const totals = groupsOf(overview);
  const values = [...new Set(totals.map(({ keys }) => tagValue(keys[0])))].filter((value) => value !== '').sort();
  const batches = [totals.flatMap(excludedLine)];
  for (const value of values) batches.push(await taggedLines(ask, value));
  batches.push(await untaggedLines(ask));
  const lines = batches.flat();

  const notes: Note[] = [];
  const differing = disagreement(totals, lines);
  notes.push(...differing.notes);
  if (values.length === 0) notes.push(await whyUntagged(request.client, reader));
  const cachedAt = reader.oldestCached();
  if (cachedAt !== null) notes.push(note('from-cache', { time: cachedAt.toISOString() }));

  const bill = assembleBill(
    lines,
    {
      source: 'cost-explorer',
      simulated: request.simulated ?? false,
      window: request.window,
      metric: 'UnblendedCost',
      deployed: request.deployed,
      now: request.now,
      tagSpellings: [
        { role: 'path', column: 'TAG', key: TAG_KEYS.path },
        { role: 'component', column: 'TAG', key: TAG_KEYS.component },
      ],
      dated: true,
      secondAttributions: [],
      estimatedDays: new Set(
        overview.flatMap(({ ResultsByTime = [] }) =>
          ResultsByTime.flatMap(({ Estimated, TimePeriod }) =>
            Estimated === true && TimePeriod?.Start !== undefined ? [TimePeriod.Start] : [],
          ),
        ),
      ),
      queryUsd: reader.paidUsd(),
      notes,
      read: {
        files: null,
        pages: reader.pages(),
        gross: null,
        outside: [],
        leftOut: differing.leftOut,
        notRead: [],
      },
    },
    attributor,
  );
  // the reason why nothing is tagged stands there already, and says more
  return { ...bill, notes: bill.notes.filter(({ code }) => code !== 'no-tag') };
}

interface Group {
  readonly day: string;
  readonly keys: readonly string[];
  readonly currency: string;
  readonly cost: Amount;
  readonly quantity: number | null;
  readonly unit: string | null;
}

function groupsOf(pages: readonly Page[]): Group[] {
  return pages.flatMap(({ ResultsByTime = [] }) =>
    ResultsByTime.flatMap(({ TimePeriod, Groups = [] }) =>
      Groups.map(({ Keys = [], Metrics = {} }): Group => {
        const cost = Metrics['UnblendedCost'];
        const quantity = Metrics['UsageQuantity'];
        if (TimePeriod?.Start === undefined || cost?.Amount === undefined || !Number.isFinite(Number(cost.Amount))) {
          throw new Error(`Cost Explorer answered with a group without day or amount: ${JSON.stringify(Keys)}`);
        }
        const unit = quantity?.Unit;
        return {
          day: TimePeriod.Start,
          keys: Keys,
          currency: cost.Unit ?? 'USD',
          cost: parseAmount(cost.Amount),
          quantity: quantity?.Amount === undefined ? null : Number(quantity.Amount),
          unit: unit === undefined || unit === '' || unit === 'N/A' ? null : unit,
        };
      }),
    ),
  );
}

/** `customization-path$rag` -> `rag`; the key may hold no `$`, the value may. */
function tagValue(key: string | undefined): string {
  const text = key ?? '';
  return text.slice(text.indexOf('$') + 1);
}

function excludedLine({ keys, day, currency, cost }: Group): AggregatedLine[] {
  const kind = EXCLUDED_RECORD_TYPES[keys[1] ?? ''];
  return kind === undefined ? [] : [{ ...EMPTY_LINE, day, kind, currency, cost }];
}

const EMPTY_LINE: AggregatedLine = {
  day: null,
  kind: 'charge',
  service: UNKNOWN_SERVICE,
  usageType: '',
  currency: 'USD',
  pathTag: null,
  componentTag: null,
  resourceId: null,
  unit: null,
  cost: 0n,
  quantity: null,
  rows: 1,
  rowsWithoutCost: 0,
};

type Ask = (groupBy: GroupDefinition[], ...filters: Expression[]) => Promise<Group[]>;

async function taggedLines(ask: Ask, pathTag: string): Promise<AggregatedLine[]> {
  const ofPath: Expression = { Tags: { Key: TAG_KEYS.path, Values: [pathTag], MatchOptions: ['EQUALS'] } };
  const groups = await ask([{ Type: 'TAG', Key: TAG_KEYS.component }, dimension('USAGE_TYPE')], ofPath, CHARGES_ONLY);
  const lines = groups.map(({ keys, ...sums }): AggregatedLine => {
    const usageType = keys[1] ?? '';
    const services = servicesOfUsageType(usageType);
    const service =
      services.length === 1 && !isMarketplace(usageType) ? (services[0] ?? UNKNOWN_SERVICE) : UNKNOWN_SERVICE;
    return { ...EMPTY_LINE, ...sums, pathTag, service, usageType, componentTag: tagValue(keys[0]) || null };
  });
  const unclear = [
    ...new Set(lines.filter((line) => line.service === UNKNOWN_SERVICE).map(({ usageType }) => usageType)),
  ];
  if (unclear.length === 0) return lines;
  const byService = await ask([dimension('SERVICE'), dimension('USAGE_TYPE')], ofPath, CHARGES_ONLY, {
    Dimensions: { Key: 'USAGE_TYPE', Values: unclear.sort() },
  });
  return withServices(lines, byService);
}

/** Third-party models are Marketplace products: one usage type, a service a model. */
function isMarketplace(usageType: string): boolean {
  return usageType.includes('MP:');
}

/**
 * Gives lines without a service the one that billed their usage type that day. Where several did, the split by service is taken
 * instead of the split by component tag, unless there was only one tag.
 */
function withServices(lines: readonly AggregatedLine[], byService: readonly Group[]): AggregatedLine[] {
  const idOf = (day: string | null, usageType: string | undefined) => `${day ?? ''} ${usageType ?? ''}`;
  const known = lines.filter(({ service }) => service !== UNKNOWN_SERVICE);
  const unknown = groupBy(
    lines.filter(({ service }) => service === UNKNOWN_SERVICE),
    ({ day, usageType }) => idOf(day, usageType),
  );
  const named = groupBy(byService, ({ day, keys }) => idOf(day, keys[1]));
  const split = [...unknown].flatMap(([id, alike]) => {
    const services = named.get(id) ?? [];
    const [only] = services;
    if (only === undefined) return alike;
    if (services.length === 1) return alike.map((line) => ({ ...line, service: only.keys[0] ?? UNKNOWN_SERVICE }));
    const tags = new Set(alike.map(({ componentTag }) => componentTag));
    const componentTag = tags.size === 1 ? (alike[0]?.componentTag ?? null) : null;
    return services.map(({ keys, ...sums }) => ({
      ...EMPTY_LINE,
      ...sums,
      pathTag: alike[0]?.pathTag ?? null,
      componentTag,
      service: keys[0] ?? UNKNOWN_SERVICE,
      usageType: keys[1] ?? '',
    }));
  });
  return [...known, ...split];
}

async function untaggedLines(ask: Ask): Promise<AggregatedLine[]> {
  const absent: Expression = { Tags: { Key: TAG_KEYS.path, MatchOptions: ['ABSENT'] } };
  const groups = await ask([dimension('SERVICE'), dimension('USAGE_TYPE')], absent, CHARGES_ONLY);
  return groups.map(({ keys, ...sums }) => ({
    ...EMPTY_LINE,
    ...sums,
    service: keys[0] ?? UNKNOWN_SERVICE,
    usageType: keys[1] ?? '',
  }));
}

/** Half a cent: below it the answers differ only by AWS's own rounding. */
const TOLERANCE = parseAmount('0.005');

/** The questions are asked one after the other, and the filters may not mean what they should: their sums must agree. */
function disagreement(
  totals: readonly Group[],
  lines: readonly AggregatedLine[],
): { readonly notes: readonly Note[]; readonly leftOut: readonly OutsideAmount[] } {
  const isUsd = ({ currency }: { readonly currency: string }) => currency === 'USD';
  const isCharge = ({ keys }: Group) => EXCLUDED_RECORD_TYPES[keys[1] ?? ''] === undefined;
  const charged = sumAmounts(totals.filter((group) => isUsd(group) && isCharge(group)).map(({ cost }) => cost));
  const listed = sumAmounts(lines.filter((line) => isUsd(line) && line.kind === 'charge').map(({ cost }) => cost));
  const left = charged - listed;
  const isRounding = left <= TOLERANCE && left >= -TOLERANCE;
  return {
    notes: isRounding
      ? []
      : [note('totals-disagree', { total: toNumber(charged).toFixed(2), listed: toNumber(listed).toFixed(2) })],
    leftOut:
      left === 0n
        ? []
        : [{ reason: 'answers-differ', currency: 'USD', cost: left, rows: null, files: null, keptInstead: null }],
  };
}

/** Nothing tagged may mean three things; only the payer account can tell them apart. */
async function whyUntagged(client: CostExplorerRequest['client'], reader: PageReader): Promise<Note> {
  try {
    const tag = await reader.once<Partial<CostAllocationTag>>(`status of the tag ${TAG_KEYS.path}`, async () => {
      const { CostAllocationTags = [] } = await client.send(
        new ListCostAllocationTagsCommand({ TagKeys: [TAG_KEYS.path] }),
      );
      return CostAllocationTags.find(({ TagKey }) => TagKey === TAG_KEYS.path) ?? {};
    });
    if (tag.Status === undefined) return note('tag-unknown');
    if (tag.Status === 'Inactive') return note('tag-inactive');
    return note('tag-active-unused', { since: tag.LastUpdatedDate?.slice(0, 10) ?? '?' });
  } catch (error) {
    if (error instanceof Error && error.name.includes('AccessDenied')) return note('tag-status-denied');
    throw error;
  }
}
