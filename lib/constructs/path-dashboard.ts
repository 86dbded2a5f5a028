import { Duration } from 'aws-cdk-lib';
import {
  Dashboard,
  GraphWidget,
  GraphWidgetView,
  MathExpression,
  Metric,
  SingleValueWidget,
  TextWidget,
  type IMetric,
} from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import type { MetricName } from '../../lambda/shared/metrics.ts';
import { METRIC_NAMESPACE } from '../deployment/tags.ts';
import type { CostComponent } from '../meters/cost-component.ts';
import { PATHS, type PathId } from '../paths.ts';

/** Answering functions meter what they pay for as inference. */
const COMPONENT = 'inference' satisfies CostComponent;

const FULL_WIDTH = 24;
const HALF_WIDTH = FULL_WIDTH / 2;

export interface PathDashboardProps {
  /** Where the paths run: widgets show their metrics whatever the Region of the dashboard. */
  readonly region: string;
}

/**
 * All paths side by side: metered spend, cost per 1,000 requests, tokens, latency. Custom metrics only, 35 of them: a dashboard is free
 * up to 50, if it is among the first three of the account.
 */
export class PathDashboard extends Construct {
  readonly dashboard: Dashboard;

  constructor(scope: Construct, id: string, { region }: PathDashboardProps) {
    super(scope, id);
    const day = Duration.days(1);
    const hour = Duration.hours(1);
    const metric =
      (name: MetricName, statistic: string, period: Duration) =>
      (path: PathId): Metric =>
        new Metric({
          namespace: METRIC_NAMESPACE,
          metricName: name,
          dimensionsMap: { path, component: COMPONENT },
          statistic,
          period,
          label: path,
        });
    const usdPer1kRequests = (path: PathId): MathExpression =>
      new MathExpression({
        // the mean of the requests whose price is known: an unknown one is not a cheap one
        expression: `1000 * usd${PATHS.indexOf(path)}`,
        usingMetrics: { [`usd${PATHS.indexOf(path)}`]: metric('MeteredUsd', 'Average', day)(path) },
        label: path,
        period: day,
      });
    const graph = (title: string, of: (path: PathId) => IMetric, rest: { stacked?: boolean; unit?: string } = {}) =>
      new GraphWidget({
        title,
        region,
        width: HALF_WIDTH,
        left: PATHS.map(of),
        leftYAxis: { min: 0, ...(rest.unit === undefined ? {} : { label: rest.unit, showUnits: false }) },
        ...(rest.stacked === true ? { stacked: true, view: GraphWidgetView.BAR } : {}),
      });
    const total = (title: string, of: (path: PathId) => IMetric) =>
      new SingleValueWidget({
        title,
        region,
        width: HALF_WIDTH,
        height: 4,
        metrics: PATHS.map(of),
        setPeriodToTimeRange: true,
        fullPrecision: true,
      });
    this.dashboard = new Dashboard(this, 'Dashboard', {
      defaultInterval: Duration.days(28),
      widgets: [
        [new TextWidget({ width: FULL_WIDTH, height: 3, markdown: explanation(region) })],
        [
          total('Metered USD, whole range', metric('MeteredUsd', 'Sum', day)),
          total('Metered USD per 1,000 requests, whole range', usdPer1kRequests),
        ],
        [
          graph('Metered USD per day', metric('MeteredUsd', 'Sum', day), { stacked: true, unit: 'USD' }),
          graph('Metered USD per 1,000 requests', usdPer1kRequests, { unit: 'USD' }),
        ],
        [
          graph('Input tokens per day', metric('InputTokens', 'Sum', day), { stacked: true, unit: 'tokens' }),
          graph('Output tokens per day', metric('OutputTokens', 'Sum', day), { stacked: true, unit: 'tokens' }),
        ],
        [
          graph('Tokens read from cache per day', metric('CacheReadInputTokens', 'Sum', day), { unit: 'tokens' }),
          graph('Tokens written to cache per day', metric('CacheWriteInputTokens', 'Sum', day), { unit: 'tokens' }),
        ],
        [
          graph('Latency, median', metric('LatencyMs', 'p50', hour), { unit: 'ms' }),
          graph('Latency, 95th percentile', metric('LatencyMs', 'p95', hour), { unit: 'ms' }),
        ],
        [
          graph('Answers per day', metric('InputTokens', 'SampleCount', day), { stacked: true, unit: 'requests' }),
          graph('Retries per day', metric('Retries', 'Sum', day), { stacked: true, unit: 'retries' }),
        ],
      ],
    });
  }
}

function explanation(region: string): string {
  return [
    `**Metered** money of the paths in ${region}: tokens of real calls times the price book, there in seconds. It is not the bill: vector stores, training, hosting by the hour, storage and requests whose price is unknown are not in it.`,
    'The bill: `npx fmpaths bill`, or the saved queries in Athena; both beside the estimate: `npx fmpaths compare`.',
    "Budgets of the paths read $0 until the tag `customization-path` is active in the payer's account: `npx fmpaths tags status`. The guard budget needs no tag.",
  ].join('\n\n');
}
