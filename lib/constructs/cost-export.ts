import { ArnFormat, Aws, Stack } from 'aws-cdk-lib';
import { CfnExport } from 'aws-cdk-lib/aws-bcmdataexports';
import { Effect, PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { BILLING_REGION } from '../deployment/billing-region.ts';
import { CUR_COLUMNS } from './cur-columns.ts';
import { expiringBucket } from './expiring-bucket.ts';

const TABLE = 'COST_AND_USAGE_REPORT';
const PREFIX = 'cur2';

export interface CostExportProps {
  /** Name of the export, and of its folder. */
  readonly name: string;
  readonly retentionDays: number;
}

/**
 * The bill, line by line, as Parquet: a CUR 2.0 export of daily lines with resource ids, tags and the IAM principals of Bedrock
 * calls. AWS refreshes the month at least daily in place; the first files come within a day.
 */
export class CostExport extends Construct {
  readonly bucket: Bucket;
  /** Key prefix of the data, one folder `BILLING_PERIOD=YYYY-MM` a month. */
  readonly dataPrefix: string;

  constructor(scope: Construct, id: string, { name, retentionDays }: CostExportProps) {
    super(scope, id);
    this.bucket = expiringBucket(this, 'Bucket', retentionDays);
    this.dataPrefix = `${PREFIX}/${name}/data/`;
    this.grantDelivery();
    const definition = new CfnExport(this, 'Export', {
      export: {
        name,
        description: 'Daily lines of the bill with resources, tags and callers, read by Athena and fmpaths bill',
        dataQuery: {
          queryStatement: `SELECT ${CUR_COLUMNS.map((column) => column.name).join(', ')} FROM ${TABLE}`,
          tableConfigurations: {
            [TABLE]: {
              TIME_GRANULARITY: 'DAILY',
              INCLUDE_RESOURCES: 'TRUE',
              INCLUDE_IAM_PRINCIPAL_DATA: 'TRUE',
              INCLUDE_SPLIT_COST_ALLOCATION_DATA: 'FALSE',
              INCLUDE_CAPACITY_RESERVATION_DATA: 'FALSE',
              INCLUDE_MANUAL_DISCOUNT_COMPATIBILITY: 'FALSE',
            },
          },
        },
        destinationConfigurations: {
          s3Destination: {
            s3Bucket: this.bucket.bucketName,
            s3Prefix: PREFIX,
            s3Region: BILLING_REGION,
            s3OutputConfigurations: {
              outputType: 'CUSTOM',
              format: 'PARQUET',
              compression: 'PARQUET',
              // another version of a month beside the first would be counted twice
              overwrite: 'OVERWRITE_REPORT',
            },
          },
        },
        refreshCadence: { frequency: 'SYNCHRONOUS' },
      },
    });
    // the service tries the bucket when the export is created
    if (this.bucket.policy !== undefined) definition.node.addDependency(this.bucket.policy);
  }

  /**
   * Lets both billing services deliver on behalf of exports of this account, and of nobody else's. The right must cover the whole
   * bucket: a test object is written to its root.
   * https://docs.aws.amazon.com/cur/latest/userguide/dataexports-s3-bucket.html
   */
  private grantDelivery(): void {
    const billing = ['billingreports.amazonaws.com', 'bcm-data-exports.amazonaws.com'];
    const arn = (service: string, resource: string): string =>
      Stack.of(this).formatArn({
        service,
        region: BILLING_REGION,
        resource,
        resourceName: '*',
        arnFormat: ArnFormat.SLASH_RESOURCE_NAME,
      });
    const allow = (actions: string[], resources: string[]): void => {
      this.bucket.addToResourcePolicy(
        new PolicyStatement({
          effect: Effect.ALLOW,
          principals: billing.map((service) => new ServicePrincipal(service)),
          actions,
          resources,
          conditions: {
            StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID },
            ArnLike: { 'aws:SourceArn': [arn('cur', 'definition'), arn('bcm-data-exports', 'export')] },
          },
        }),
      );
    };
    allow(['s3:PutObject'], [this.bucket.arnForObjects('*')]);
    allow(['s3:GetBucketPolicy'], [this.bucket.bucketArn]);
  }
}
