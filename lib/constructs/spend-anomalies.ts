import { CfnAnomalyMonitor, CfnAnomalySubscription } from 'aws-cdk-lib/aws-ce';
import { Construct } from 'constructs';
import { TAG_KEYS } from '../deployment/tags.ts';
import { PATHS } from '../paths.ts';

export interface SpendAnomaliesProps {
  /** Begins the names of the monitors, which the mails carry. */
  readonly prefix: string;
  readonly alertEmail: string;
  /** Impact in USD from which a mail is sent. */
  readonly thresholdUsd: number;
}

/**
 * Watches each path for spending that is unlike its past, once it has about ten days of one. A monitor for each path, because the
 * values of one monitor are watched as their sum; not a monitor of services, because an account can have one only and AWS
 * makes it by itself.
 * https://docs.aws.amazon.com/cost-management/latest/userguide/manage-ad.html
 */
export class SpendAnomalies extends Construct {
  constructor(scope: Construct, id: string, { prefix, alertEmail, thresholdUsd }: SpendAnomaliesProps) {
    super(scope, id);
    const monitors = PATHS.map(
      (path) =>
        new CfnAnomalyMonitor(this, path, {
          monitorName: `${prefix}-${path}`,
          monitorType: 'CUSTOM',
          monitorSpecification: JSON.stringify({
            Tags: { Key: TAG_KEYS.path, Values: [path], MatchOptions: ['EQUALS'] },
          }),
        }),
    );
    new CfnAnomalySubscription(this, 'Mail', {
      subscriptionName: `${prefix}-anomalies`,
      // mail goes out daily or weekly; at once only through SNS
      frequency: 'DAILY',
      monitorArnList: monitors.map((monitor) => monitor.attrMonitorArn),
      subscribers: [{ type: 'EMAIL', address: alertEmail }],
      thresholdExpression: JSON.stringify({
        Dimensions: {
          Key: 'ANOMALY_TOTAL_IMPACT_ABSOLUTE',
          MatchOptions: ['GREATER_THAN_OR_EQUAL'],
          Values: [String(thresholdUsd)],
        },
      }),
    });
  }
}
