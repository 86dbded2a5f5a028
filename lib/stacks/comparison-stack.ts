import { Stack, Validations } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { ComparisonConfig } from '../config/comparison.ts';
import type { Config } from '../config/config.ts';
import { CostAthena } from '../constructs/cost-athena.ts';
import { CostExport } from '../constructs/cost-export.ts';
import { applyCostTags } from '../constructs/cost-tags.ts';
import { PathCostCategory } from '../constructs/path-cost-category.ts';
import { PathDashboard } from '../constructs/path-dashboard.ts';
import { SpendAnomalies } from '../constructs/spend-anomalies.ts';
import { SpendBudgets } from '../constructs/spend-budgets.ts';
import { OVERHEAD } from '../deployment/tags.ts';
import { addOutputs, tagsText } from './outputs.ts';
import { stackProps } from './stack-props.ts';

/**
 * What watches all paths and answers nobody: it belongs to no path, so its own cost is tagged as overhead. Idle it costs the dashboard
 * ($3 a month beyond the three free ones of the account) and the storage of the export.
 *
 * No trail: CloudTrail records InvokeModel and Converse, with or without a stream, as management events, so that every call through
 * an inference profile is audited already, with 90 days of history for nothing. Data events (Retrieve, RenderPrompt,
 * ApplyGuardrail) belong to an account's own trail: one made here would record them for all projects of the account.
 * https://docs.aws.amazon.com/bedrock/latest/userguide/logging-using-cloudtrail.html
 */
export class ComparisonStack extends Stack {
  constructor(scope: Construct, id: string, config: Config, comparison: ComparisonConfig) {
    const { project, environment } = config;
    const { alertEmail, accountRole, monthlyBudgetUsd, guardBudgetUsd, anomalyThresholdUsd } = comparison;
    const prefix = `${project}-${environment}`;
    super(
      scope,
      id,
      stackProps(
        config,
        OVERHEAD,
        'dashboard, budgets, anomaly monitors and the bill in Athena. Idle: $3 a month for the dashboard beyond the three free ones, and S3 storage of the export. Two buckets that empty themselves are kept.',
      ),
    );
    const { dashboard } = new PathDashboard(this, 'Paths', { region: config.region });
    new SpendBudgets(this, 'Budgets', { prefix, alertEmail, monthlyBudgetUsd, guardBudgetUsd });
    if (accountRole === 'payer') {
      new SpendAnomalies(this, 'Anomalies', { prefix, alertEmail, thresholdUsd: anomalyThresholdUsd });
      new PathCostCategory(this, 'Category', { name: `${prefix}-path` });
    } else {
      Validations.of(this).addWarning('MemberAccount', MEMBER_WARNING);
    }
    const costExport = new CostExport(this, 'Export', {
      name: `${prefix}-cur2`,
      retentionDays: comparison.exportRetentionDays,
    });
    const athena = new CostAthena(this, 'Athena', { export: costExport, prefix, scanLimitGb: comparison.scanLimitGb });
    applyCostTags(this, { path: OVERHEAD, project, environment });

    addOutputs(this, {
      Dashboard: dashboard.dashboardName,
      ExportLocation: costExport.bucket.s3UrlForObject(costExport.dataPrefix),
      AthenaDatabase: athena.database,
      AthenaTable: athena.table,
      AthenaWorkgroup: athena.workgroup,
      Tags: tagsText(this, OVERHEAD, config),
      TryNextTags: 'npx fmpaths tags status',
      TryNextBill: 'npx fmpaths bill --source cost-explorer',
    });
  }
}

const MEMBER_WARNING =
  "comparison.accountRole is 'member': this stack has no cost category and no anomaly monitor of the paths, because AWS gives a member account no access to cost allocation tags. Budgets of paths read $0 until the payer account activates the tag customization-path. Deploy with 'payer' in the payer account for the rest";
