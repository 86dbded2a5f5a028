import type { Config, EnvironmentInput } from '../../lib/config/config.ts';
import { exampleConfig, exampleSources } from './example-config.ts';

type ComparisonInput = NonNullable<EnvironmentInput['comparison']>;

export function comparisonConfig(
  changes: Partial<ComparisonInput> = {},
  environment: Partial<EnvironmentInput> = {},
): Config {
  const comparison = { alertEmail: 'a@example.com', accountRole: 'payer', guardBudgetUsd: 500, ...changes } as const;
  return exampleConfig({}, exampleSources(), { ...environment, comparison });
}
