import { FilterLogEventsCommand, type CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { z } from 'zod';
import { COST_COMPONENTS, type CostComponent } from '../meters/cost-component.ts';
import { PATHS, type PathId } from '../paths.ts';

/** What one log line in CloudWatch's embedded metric format says. */
export interface MetricRecord {
  readonly path: PathId;
  readonly component: CostComponent;
  readonly values: ReadonlyMap<string, number>;
  /** One name for each metric that CloudWatch would make of it, and bill. */
  readonly metrics: readonly string[];
}

export interface LogUsage {
  readonly records: readonly MetricRecord[];
  /** As CloudWatch Logs bills ingestion: the messages and 26 bytes for each. */
  readonly billedBytes: number;
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html: "plus 26 bytes for each log event" */
const OVERHEAD_BYTES = 26;

/** Reads a log group whole. The emulator makes no metrics of these lines, so they are read as CloudWatch would. */
export async function readLogGroup(client: Pick<CloudWatchLogsClient, 'send'>, logGroup: string): Promise<LogUsage> {
  const messages: string[] = [];
  let nextToken: string | undefined;
  do {
    const page = await client.send(
      new FilterLogEventsCommand({ logGroupName: logGroup, ...(nextToken === undefined ? {} : { nextToken }) }),
    );
    messages.push(...(page.events ?? []).map(({ message }) => message ?? ''));
    nextToken = page.nextToken;
  } while (nextToken !== undefined);
  return {
    records: messages.flatMap((message) => metricRecord(message) ?? []),
    billedBytes: messages.reduce((sum, message) => sum + Buffer.byteLength(message) + OVERHEAD_BYTES, 0),
  };
}

const lineSchema = z.looseObject({
  _aws: z.object({
    CloudWatchMetrics: z.array(
      z.object({
        Namespace: z.string(),
        Dimensions: z.array(z.array(z.string())),
        Metrics: z.array(z.object({ Name: z.string() })),
      }),
    ),
  }),
  path: z.enum(PATHS),
  component: z.enum(COST_COMPONENTS),
});

/** The metrics of one line; undefined where it is no metric line of this project. */
export function metricRecord(message: string): MetricRecord | undefined {
  if (!message.includes('"_aws"')) return undefined;
  const line = lineSchema.safeParse(parsed(message)).data;
  if (line === undefined) return undefined;
  const values = new Map<string, number>();
  const metrics: string[] = [];
  for (const { Namespace, Dimensions, Metrics } of line._aws.CloudWatchMetrics) {
    for (const { Name } of Metrics) {
      const value = line[Name];
      if (typeof value !== 'number') continue;
      values.set(Name, value);
      for (const names of Dimensions) {
        const dimensions = names.map((name) => `${name}=${String(line[name])}`);
        metrics.push([Namespace, Name, ...dimensions].join(' '));
      }
    }
  }
  return { path: line.path, component: line.component, values, metrics };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** What the answers of one path added up to. */
export interface MeteredSums {
  readonly requests: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly cacheReadInputTokens: number;
  readonly cacheWriteInputTokens: number;
  /** `null` as soon as one answer has no price. */
  readonly usd: number | null;
  /** Custom metrics that CloudWatch would bill. */
  readonly customMetrics: number;
  /** What finding passages took, as far as the function reckons it; `null` where nothing is retrieved. */
  readonly retrieval: { readonly embeddingTokens: number; readonly usd: number | null } | null;
}

/**
 * Adds up the lines of answered requests; the lines of refused and failed ones count only as custom metrics. A path that
 * retrieves writes a second line for each answer, of the component that retrieval is paid in.
 */
export function meteredSums(records: readonly MetricRecord[]): MeteredSums {
  const counted = records.filter(({ values }) => values.has('InputTokens'));
  const answers = counted.filter(({ component }) => component === 'inference');
  const retrievals = counted.filter(({ component }) => component === 'data');
  return {
    requests: answers.length,
    inputTokens: sumOf(answers, 'InputTokens'),
    outputTokens: sumOf(answers, 'OutputTokens'),
    cacheReadInputTokens: sumOf(answers, 'CacheReadInputTokens'),
    cacheWriteInputTokens: sumOf(answers, 'CacheWriteInputTokens'),
    usd: usdOf(answers),
    customMetrics: new Set(records.flatMap(({ metrics }) => metrics)).size,
    retrieval:
      retrievals.length === 0 ? null : { embeddingTokens: sumOf(retrievals, 'InputTokens'), usd: usdOf(retrievals) },
  };
}

function sumOf(records: readonly MetricRecord[], name: string): number {
  return records.reduce((total, { values }) => total + (values.get(name) ?? 0), 0);
}

function usdOf(records: readonly MetricRecord[]): number | null {
  return records.every(({ values }) => values.has('MeteredUsd')) ? sumOf(records, 'MeteredUsd') : null;
}
