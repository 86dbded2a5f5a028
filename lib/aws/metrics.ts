import { GetMetricDataCommand, CloudWatchClient, type MetricDataQuery } from '@aws-sdk/client-cloudwatch';

import type { Metered, MeteredRow } from '../billing/compare.ts';
import { addDays, dayOf, type Window } from '../billing/days.ts';
import { COST_COMPONENTS } from '../meters/cost-component.ts';
import { PATHS } from '../paths.ts';
import { METRIC_NAMESPACE } from '../deployment/tags.ts';

const DAY_SECONDS = 86_400;

/** https://aws.amazon.com/cloudwatch/pricing/: GetMetricData, US dollars for each metric asked for. */
const METRIC_USD = 0.01 / 1_000;

/** Most queries of one call: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html */
const QUERIES_PER_CALL = 500;

/** What one number of a day is made of. Only an answered request counts tokens; a failed one has a latency too. */
const SERIES = {
  requests: ['InputTokens', 'SampleCount'],
  pricedRequests: ['MeteredUsd', 'SampleCount'],
  usd: ['MeteredUsd', 'Sum'],
  inputTokens: ['InputTokens', 'Sum'],
  outputTokens: ['OutputTokens', 'Sum'],
  cacheReadInputTokens: ['CacheReadInputTokens', 'Sum'],
  cacheWriteInputTokens: ['CacheWriteInputTokens', 'Sum'],
} as const;

type SeriesName = keyof typeof SERIES;

const PAIRS = PATHS.flatMap((path) => COST_COMPONENTS.map((component) => ({ path, component })));

export interface MeteredReading {
  readonly metered: Metered;
  /** What asking cost, in US dollars. */
  readonly queryUsd: number;
}

/**
 * What the paths metered themselves, day by day in UTC, from the metrics that every answer writes.
 *
 * @param window days, the last counted in; today is left out, because it is not over. Nothing is asked where no day is left
 */
export async function readMetered(
  client: Pick<CloudWatchClient, 'send'>,
  window: Window,
  now: Date,
): Promise<MeteredReading> {
  const today = dayOf(now);
  const end = window.until < today ? addDays(window.until, 1) : today;
  const metered = { source: 'cloudwatch', from: window.from, until: addDays(end, -1) } as const;
  // CloudWatch refuses an empty range: on the first of a month, the month so far has no day that is over
  if (end <= window.from) return { metered: { ...metered, rows: [] }, queryUsd: 0 };
  const queries = PAIRS.flatMap(({ path, component }, index) =>
    (Object.keys(SERIES) as SeriesName[]).map((name): MetricDataQuery => {
      const [MetricName, Stat] = SERIES[name];
      const Dimensions = [
        { Name: 'path', Value: path },
        { Name: 'component', Value: component },
      ];
      return {
        Id: `${name}${index}`,
        MetricStat: { Metric: { Namespace: METRIC_NAMESPACE, MetricName, Dimensions }, Period: DAY_SECONDS, Stat },
      };
    }),
  );
  const values = new Map<string, number>();
  for (let first = 0; first < queries.length; first += QUERIES_PER_CALL) {
    await readPages(client, queries.slice(first, first + QUERIES_PER_CALL), { from: window.from, end }, values);
  }
  return { metered: { ...metered, rows: rowsOf(values) }, queryUsd: queries.length * METRIC_USD };
}

/** Adds `<query id> <day>` -> value. */
async function readPages(
  client: Pick<CloudWatchClient, 'send'>,
  queries: MetricDataQuery[],
  { from, end }: { readonly from: string; readonly end: string },
  values: Map<string, number>,
): Promise<void> {
  let token: string | undefined;
  do {
    const page = await client.send(
      new GetMetricDataCommand({
        MetricDataQueries: queries,
        StartTime: new Date(from),
        EndTime: new Date(end),
        ScanBy: 'TimestampAscending',
        ...(token === undefined ? {} : { NextToken: token }),
      }),
    );
    for (const { Id = '', StatusCode, Timestamps = [], Values = [], Messages = [] } of page.MetricDataResults ?? []) {
      if (StatusCode === 'InternalError' || StatusCode === 'Forbidden') {
        throw new Error(
          `CloudWatch could not read ${Id}: ${Messages.map(({ Value }) => Value).join(' ') || StatusCode}`,
        );
      }
      Timestamps.forEach((timestamp, index) => {
        values.set(`${Id} ${dayOf(timestamp)}`, Values[index] ?? 0);
      });
    }
    token = page.NextToken;
  } while (token !== undefined && token !== '');
}

function rowsOf(values: ReadonlyMap<string, number>): MeteredRow[] {
  const days = [...new Set([...values.keys()].map((key) => key.split(' ')[1] ?? ''))].sort();
  return days.flatMap((day) =>
    PAIRS.flatMap(({ path, component }, index): MeteredRow[] => {
      const value = (name: SeriesName) => values.get(`${name}${index} ${day}`) ?? 0;
      const requests = value('requests');
      if (requests === 0) return [];
      return [
        {
          path,
          component,
          day,
          requests,
          inputTokens: value('inputTokens'),
          outputTokens: value('outputTokens'),
          cacheReadInputTokens: value('cacheReadInputTokens'),
          cacheWriteInputTokens: value('cacheWriteInputTokens'),
          // a request whose price is unknown writes no amount: the sum would leave it out
          usd: value('pricedRequests') < requests ? null : value('usd'),
        },
      ];
    }),
  );
}

/** @param endpoint another address than that of AWS, for what stands in for it */
export function cloudWatch(region: string, endpoint: string | undefined): CloudWatchClient {
  return new CloudWatchClient({ region, ...(endpoint === undefined ? {} : { endpoint }) });
}
