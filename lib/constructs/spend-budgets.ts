import { CfnBudget } from 'aws-cdk-lib/aws-budgets';
import { Construct } from 'constructs';
import { TAG_KEYS } from '../deployment/tags.ts';
import { PATHS, type PathId } from '../paths.ts';

export interface SpendBudgetsProps {
  /** Begins the names of the budgets, which stand in the subject of the mails. */
  readonly prefix: string;
  readonly alertEmail: string;
  /** USD a month. */
  readonly monthlyBudgetUsd: Readonly<Record<PathId, number>>;
  /** USD a month, of all charges of the account. */
  readonly guardBudgetUsd: number;
}

/** Per cent of the limit at which a mail goes out. AWS forecasts after about five weeks of use. */
const ALERTS = [
  { notificationType: 'ACTUAL', threshold: 80 },
  { notificationType: 'ACTUAL', threshold: 100 },
  { notificationType: 'FORECASTED', threshold: 100 },
];

/**
 * A budget for each path, and a guard over the whole account. A path's budget filters by tag and reads $0 for as long as the tag is
 * not active; the guard filters by nothing, so it is the one that cannot be blind. Budgets warn, and stop nothing: without actions
 * they are free.
 */
export class SpendBudgets extends Construct {
  constructor(scope: Construct, id: string, props: SpendBudgetsProps) {
    super(scope, id);
    const { prefix, alertEmail, monthlyBudgetUsd, guardBudgetUsd } = props;
    const budget = (
      name: string,
      limitUsd: number,
      costFilters?: CfnBudget.BudgetDataProperty['costFilters'],
    ): void => {
      new CfnBudget(this, name, {
        budget: {
          budgetName: `${prefix}-${name}`,
          budgetType: 'COST',
          timeUnit: 'MONTHLY',
          budgetLimit: { amount: limitUsd, unit: 'USD' },
          // what was used, not what credits left of it to pay
          costTypes: { includeCredit: false, includeRefund: false },
          ...(costFilters === undefined ? {} : { costFilters: costFilters as unknown }),
        },
        notificationsWithSubscribers: ALERTS.map(({ notificationType, threshold }) => ({
          notification: {
            notificationType,
            threshold,
            thresholdType: 'PERCENTAGE',
            comparisonOperator: 'GREATER_THAN',
          },
          subscribers: [{ subscriptionType: 'EMAIL', address: alertEmail }],
        })),
      });
    };
    for (const path of PATHS) {
      // Budgets wants the prefix of user-defined tags, which Cost Explorer does without
      budget(path, monthlyBudgetUsd[path], { TagKeyValue: [`user:${TAG_KEYS.path}$${path}`] });
    }
    budget('account-guard', guardBudgetUsd);
  }
}
