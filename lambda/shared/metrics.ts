import { METRIC_NAMESPACE } from '../../lib/deployment/tags.ts';
import type { CostComponent } from '../../lib/meters/cost-component.ts';
import type { PathId } from '../../lib/paths.ts';

const UNITS = {
  InputTokens: 'Count',
  OutputTokens: 'Count',
  CacheReadInputTokens: 'Count',
  CacheWriteInputTokens: 'Count',
  LatencyMs: 'Milliseconds',
  Retries: 'Count',
  MeteredUsd: 'None',
  FailedDocuments: 'Count',
} as const;

export type MetricName = keyof typeof UNITS;

export interface MetricLine {
  readonly path: PathId;
  readonly component: CostComponent;
  readonly timestampMs: number;
  /** A metric that is not known is left out: CloudWatch would count a zero. */
  readonly metrics: Readonly<Partial<Record<MetricName, number>>>;
  /** Properties for Logs Insights: searchable, never a dimension, because each set of dimensions is billed as a metric. */
  readonly properties: Readonly<Record<string, unknown>>;
}

/**
 * One log line in CloudWatch's embedded metric format, which is also the request's only log line: ingestion is paid by the byte.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export function metricLine({ path, component, timestampMs, metrics, properties }: MetricLine): string {
  const names = (Object.keys(UNITS) as MetricName[]).filter((name) => metrics[name] !== undefined);
  return JSON.stringify({
    _aws: {
      Timestamp: timestampMs,
      CloudWatchMetrics: [
        {
          Namespace: METRIC_NAMESPACE,
          Dimensions: [['path', 'component']],
          Metrics: names.map((name) => ({ Name: name, Unit: UNITS[name] })),
        },
      ],
    },
    ...properties,
    path,
    component,
    ...metrics,
  });
}
