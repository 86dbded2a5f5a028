import { DAY_MS } from '../units.ts';
import { CONTROL_FAULTS, type ApiRequest, type Route } from './api.ts';
import type { VirtualClock } from './clock.ts';
import type { CurRow } from './cur-rows.ts';
import { invalid } from './service-error.ts';
import type { SimulatedService } from './simulated-service.ts';

export interface CostExplorerOptions {
  readonly clock: VirtualClock;
  /** The lines of the bill as it stands, with the tags that it shows. */
  readonly lines: () => readonly CurRow[];
  /** Keys that are activated for cost allocation. */
  readonly activeTagKeys: () => readonly string[];
}

interface Question {
  readonly start: string;
  readonly end: string;
  readonly groupBy: readonly Grouping[];
  readonly filter: Filter;
}

interface Grouping {
  readonly type: 'TAG' | 'DIMENSION';
  readonly key: string;
}

type Filter = (line: CurRow) => boolean;

/** Groups on a page: fewer than AWS puts there, so that a rehearsed month has pages to follow. */
const PAGE_SIZE = 500;

/** Names that Cost Explorer shows for what an export calls by code (public Cost Explorer samples, AWS Price List `servicename`). */
const SERVICE_NAMES: Readonly<Record<string, string>> = {
  AmazonBedrock: 'Amazon Bedrock',
  AmazonBedrockService: 'Amazon Bedrock Service',
  AmazonES: 'Amazon OpenSearch Service',
  AmazonRDS: 'Amazon Relational Database Service',
  AmazonS3: 'Amazon Simple Storage Service',
  AmazonSageMaker: 'Amazon SageMaker',
  AmazonStates: 'AWS Step Functions',
  AWSLambda: 'AWS Lambda',
  AWSSecretsManager: 'AWS Secrets Manager',
};

/** What a line is under each dimension that a question may name. */
const DIMENSIONS: Readonly<Record<string, (line: CurRow) => string>> = {
  SERVICE: ({ line_item_product_code: code, product: { product_name: name } }) =>
    SERVICE_NAMES[code ?? ''] ?? name ?? code ?? '',
  USAGE_TYPE: ({ line_item_usage_type }) => line_item_usage_type ?? '',
  RECORD_TYPE: ({ line_item_line_item_type }) => line_item_line_item_type ?? '',
};

/**
 * Cost Explorer over the lines of the simulated bill: two groupings a question, filters, an exclusive end, pages,
 * `key$value` with nothing behind the `$` for what is untagged. A tag that is not activated is on no line.
 */
export function costExplorer(options: CostExplorerOptions): SimulatedService {
  const route = (operation: string, handle: Route['handle']): Route => ({
    operation,
    service: 'cost-explorer',
    method: 'POST',
    path: '/',
    target: `AWSInsightsIndexService.${operation}`,
    faults: CONTROL_FAULTS,
    handle,
  });
  // what is left of an answer, under the token that leads to it
  const rest = new Map<string, Answer>();
  const page = (body: unknown): unknown => {
    const token = objectOf(body)['NextPageToken'];
    const question = questionOf(body, options.clock.now());
    const answer = typeof token === 'string' ? rest.get(token) : answerTo(question, options);
    if (answer === undefined) throw invalid('NextPageToken leads to no page');
    const groups = answer.groups.slice(0, PAGE_SIZE);
    const left = answer.groups.slice(PAGE_SIZE);
    if (left.length === 0) return pageOf(answer, groups, {});
    const NextPageToken = `page-${rest.size + 1}`;
    rest.set(NextPageToken, { ...answer, groups: left });
    return pageOf(answer, groups, { NextPageToken });
  };
  return {
    routes: [
      route('GetCostAndUsage', ({ body }) => ({ json: page(body) })),
      route('ListCostAllocationTags', (request) => ({ json: costAllocationTags(options, request) })),
    ],
  };
}

function costAllocationTags({ activeTagKeys, clock }: CostExplorerOptions, { body }: ApiRequest): unknown {
  const wanted = objectOf(body)['TagKeys'];
  return {
    CostAllocationTags: activeTagKeys()
      .filter((key) => !Array.isArray(wanted) || wanted.includes(key))
      .map((key) => ({
        TagKey: key,
        Type: 'UserDefined',
        Status: 'Active',
        LastUpdatedDate: clock.now().toISOString(),
      })),
  };
}

interface Group {
  readonly day: string;
  readonly keys: readonly string[];
  usd: number;
  quantity: number;
  readonly units: Set<string>;
}

interface Answer {
  readonly question: Question;
  /** By day. */
  readonly groups: readonly Group[];
  /** The month that is not closed. */
  readonly openMonth: string;
}

function answerTo(question: Question, { lines, clock }: CostExplorerOptions): Answer {
  const { start, end, groupBy, filter } = question;
  const groups = new Map<string, Group>();
  for (const line of lines()) {
    const day = dayOf(line.line_item_usage_start_date);
    if (day < start || day >= end || !filter(line)) continue;
    const keys = groupBy.map((grouping) => keyOf(line, grouping));
    const id = JSON.stringify([day, keys]);
    const group = groups.get(id) ?? { day, keys, usd: 0, quantity: 0, units: new Set<string>() };
    group.usd += line.line_item_unblended_cost ?? 0;
    group.quantity += line.line_item_usage_amount ?? 0;
    group.units.add(line.pricing_unit ?? 'N/A');
    groups.set(id, group);
  }
  const sorted = [...groups.values()].sort((one, other) => (one.day < other.day ? -1 : one.day > other.day ? 1 : 0));
  return { question, groups: sorted, openMonth: dayOf(clock.now()).slice(0, 7) };
}

function pageOf(
  { question, openMonth }: Answer,
  groups: readonly Group[],
  next: { readonly NextPageToken?: string },
): unknown {
  const { start, end, groupBy } = question;
  return {
    GroupDefinitions: groupBy.map(({ type, key }) => ({ Type: type, Key: key })),
    ResultsByTime: daysBetween(start, end).map((day) => ({
      TimePeriod: { Start: day, End: dayAfter(day) },
      Total: {},
      Groups: groups
        .filter((group) => group.day === day)
        .map(({ keys, usd, quantity, units }) => ({
          Keys: keys,
          Metrics: {
            UnblendedCost: { Amount: String(usd), Unit: 'USD' },
            UsageQuantity: { Amount: String(quantity), Unit: units.size === 1 ? [...units][0] : 'N/A' },
          },
        })),
      // a month is closed some days after its end
      Estimated: day.slice(0, 7) === openMonth,
    })),
    DimensionValueAttributes: [],
    ...next,
  };
}

function questionOf(body: unknown, now: Date): Question {
  const { TimePeriod, Granularity, Metrics, GroupBy = [], Filter } = objectOf(body);
  const { Start: start, End: end } = objectOf(TimePeriod);
  if (typeof start !== 'string' || typeof end !== 'string' || !(start < end)) {
    throw invalid('Start date (and hour) should be before end date (and hour)');
  }
  if (end > dayAfter(dayOf(now))) throw invalid('end date past the beginning of next month');
  if (Granularity !== 'DAILY') throw invalid(`the simulator answers by DAILY only, got ${String(Granularity)}`);
  if (!Array.isArray(Metrics) || Metrics.length === 0) throw invalid('Metrics is empty: it needs at least one');
  if (!Array.isArray(GroupBy) || GroupBy.length > 2) throw invalid('GroupBy can have a maximum of 2 entries');
  return {
    start,
    end,
    groupBy: GroupBy.map(groupingOf),
    filter: Filter === undefined ? () => true : filterOf(Filter),
  };
}

function groupingOf(given: unknown): Grouping {
  const { Type: type, Key: key } = objectOf(given);
  if (typeof key !== 'string' || (type !== 'TAG' && type !== 'DIMENSION')) {
    throw invalid('GroupBy takes entries of Type TAG or DIMENSION, each with a Key');
  }
  if (type === 'DIMENSION') dimensionOf(key);
  return { type, key };
}

/** An expression has exactly one root: an operator, dimensions or tags. */
function filterOf(given: unknown): Filter {
  const expression = objectOf(given);
  const roots = Object.keys(expression);
  if (roots.length !== 1) throw invalid(`Expression must have exactly one root, got ${roots.join(', ') || 'none'}`);
  const { And, Or, Not, Dimensions, Tags } = expression;
  if (Not !== undefined) {
    const inner = filterOf(Not);
    return (line) => !inner(line);
  }
  const several = And ?? Or;
  if (several !== undefined) {
    if (!Array.isArray(several) || several.length < 2) throw invalid('And and Or take at least two expressions');
    const inner = several.map(filterOf);
    return And === undefined ? (line) => inner.some((of) => of(line)) : (line) => inner.every((of) => of(line));
  }
  const { Key, Values = [], MatchOptions = [] } = objectOf(Dimensions ?? Tags);
  if (typeof Key !== 'string' || !Array.isArray(Values) || !Array.isArray(MatchOptions)) {
    throw invalid('Dimensions and Tags take a Key and Values');
  }
  if (Dimensions !== undefined) {
    const dimension = dimensionOf(Key);
    return (line) => Values.includes(dimension(line));
  }
  if (MatchOptions.includes('ABSENT')) return (line) => tagOf(line, Key) === undefined;
  return (line) => Values.includes(tagOf(line, Key));
}

function dimensionOf(key: string): (line: CurRow) => string {
  const dimension = DIMENSIONS[key];
  if (dimension === undefined) throw invalid(`the simulator knows no dimension ${key}`);
  return dimension;
}

const keyOf = (line: CurRow, { type, key }: Grouping): string =>
  type === 'TAG' ? `${key}$${tagOf(line, key) ?? ''}` : dimensionOf(key)(line);

function tagOf({ resource_tags: tags }: CurRow, key: string): string | undefined {
  return tags[`user_${key.replace(/[^A-Za-z0-9]/g, '_')}`];
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}

function daysBetween(start: string, end: string): string[] {
  const days: string[] = [];
  for (let day = start; day < end; day = dayAfter(day)) days.push(day);
  return days;
}

const dayOf = (date: Date): string => date.toISOString().slice(0, 10);

const dayAfter = (day: string): string => dayOf(new Date(Date.parse(day) + DAY_MS));
