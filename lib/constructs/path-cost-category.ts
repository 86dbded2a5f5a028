import { CfnCostCategory } from 'aws-cdk-lib/aws-ce';
import { Construct } from 'constructs';
import { OVERHEAD, TAG_KEYS } from '../deployment/tags.ts';
import { PATHS } from '../paths.ts';

export interface PathCostCategoryProps {
  /** What Cost Explorer offers to group by; at most 50 characters. */
  readonly name: string;
}

/** Sorts every charge of the organization under its path, this project's overhead, or neither, for Cost Explorer and budgets. Free. */
export class PathCostCategory extends Construct {
  constructor(scope: Construct, id: string, { name }: PathCostCategoryProps) {
    super(scope, id);
    new CfnCostCategory(this, 'Category', {
      name,
      ruleVersion: 'CostCategoryExpression.v1',
      defaultValue: 'no path',
      rules: JSON.stringify(
        [...PATHS, OVERHEAD].map((value) => ({
          Type: 'REGULAR',
          Value: value,
          Rule: { Tags: { Key: TAG_KEYS.path, Values: [value], MatchOptions: ['EQUALS'] } },
        })),
      ),
    });
  }
}
