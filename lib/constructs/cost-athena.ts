import { Aws } from 'aws-cdk-lib';
import { CfnNamedQuery, CfnWorkGroup } from 'aws-cdk-lib/aws-athena';
import { CfnDatabase, CfnTable } from 'aws-cdk-lib/aws-glue';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { BYTES_PER_GB } from '../units.ts';
import type { CostExport } from './cost-export.ts';
import { CUR_COLUMNS } from './cur-columns.ts';
import { expiringBucket } from './expiring-bucket.ts';
import { savedQueries } from './saved-queries.ts';

const TABLE = 'cur2';
const PARQUET = 'org.apache.hadoop.hive.ql.io.parquet';

/** Days that the result of a query stays. */
const RESULT_DAYS = 7;

export interface CostAthenaProps {
  readonly export: CostExport;
  /** Begins the names of database and workgroup. */
  readonly prefix: string;
  readonly scanLimitGb: number;
}

/**
 * The export as a table of Athena, in a workgroup that limits what a query may cost. Nothing runs and nothing is paid until somebody
 * asks: months are found by projection, so there is no crawler.
 */
export class CostAthena extends Construct {
  readonly database: string;
  readonly table = TABLE;
  readonly workgroup: string;

  constructor(scope: Construct, id: string, { export: costExport, prefix, scanLimitGb }: CostAthenaProps) {
    super(scope, id);
    this.database = `${prefix.replaceAll('-', '_')}_billing`;
    this.workgroup = `${prefix}-billing`;
    const catalog = this.addTable(costExport);
    const workgroup = this.addWorkgroup(expiringBucket(this, 'Results', RESULT_DAYS), scanLimitGb);
    for (const { name, description, sql } of savedQueries(`"${this.database}"."${TABLE}"`)) {
      const query = new CfnNamedQuery(this, name.replaceAll(/\W/g, ''), {
        name,
        description,
        database: this.database,
        workGroup: this.workgroup,
        queryString: sql,
      });
      query.node.addDependency(catalog, workgroup);
    }
  }

  private addTable(costExport: CostExport): CfnTable {
    const database = new CfnDatabase(this, 'Database', {
      catalogId: Aws.ACCOUNT_ID,
      databaseInput: { name: this.database, description: 'The bill of this account, as CUR 2.0 delivers it' },
    });
    const location = costExport.bucket.s3UrlForObject(costExport.dataPrefix);
    const table = new CfnTable(this, 'Table', {
      catalogId: Aws.ACCOUNT_ID,
      databaseName: this.database,
      tableInput: {
        name: TABLE,
        description:
          'CUR 2.0: one row a line item, day and resource. Name billing_period in every query: it is what is read',
        tableType: 'EXTERNAL_TABLE',
        partitionKeys: [{ name: 'billing_period', type: 'string', comment: 'YYYY-MM' }],
        parameters: {
          classification: 'parquet',
          'projection.enabled': 'true',
          'projection.billing_period.type': 'date',
          'projection.billing_period.format': 'yyyy-MM',
          // Data Exports begins with the month of its creation; AWS Support fills in up to three years
          'projection.billing_period.range': 'NOW-3YEARS,NOW',
          'projection.billing_period.interval': '1',
          'projection.billing_period.interval.unit': 'MONTHS',
          'storage.location.template': `${location}BILLING_PERIOD=\${billing_period}`,
        },
        storageDescriptor: {
          location,
          columns: CUR_COLUMNS.map(({ name, type }) => ({ name, type })),
          inputFormat: `${PARQUET}.MapredParquetInputFormat`,
          outputFormat: `${PARQUET}.MapredParquetOutputFormat`,
          serdeInfo: { serializationLibrary: `${PARQUET}.serde.ParquetHiveSerDe` },
        },
      },
    });
    table.node.addDependency(database);
    return table;
  }

  private addWorkgroup(results: Bucket, scanLimitGb: number): CfnWorkGroup {
    return new CfnWorkGroup(this, 'Workgroup', {
      name: this.workgroup,
      description: `Questions to the bill: at most ${scanLimitGb} GB read by a query, results deleted after ${RESULT_DAYS} days`,
      // saved queries and history would keep the workgroup from being deleted
      recursiveDeleteOption: true,
      workGroupConfiguration: {
        // a client cannot raise the limit or send results elsewhere
        enforceWorkGroupConfiguration: true,
        bytesScannedCutoffPerQuery: scanLimitGb * BYTES_PER_GB,
        publishCloudWatchMetricsEnabled: false,
        engineVersion: { selectedEngineVersion: 'AUTO' },
        resultConfiguration: {
          outputLocation: `${results.s3UrlForObject()}/`,
          expectedBucketOwner: Aws.ACCOUNT_ID,
          encryptionConfiguration: { encryptionOption: 'SSE_S3' },
        },
      },
    });
  }
}
