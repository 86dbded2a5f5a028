import { expect, test } from '@jest/globals';
import { parseConfig } from '../../lib/config/config.ts';
import { ConfigError } from '../../lib/config/sources.ts';
import { PATHS } from '../../lib/paths.ts';
import { ENVIRONMENT, exampleConfig, exampleSources } from '../support/example-config.ts';

const NEEDED = { alertEmail: 'a@example.com', accountRole: 'payer', guardBudgetUsd: 500 } as const;

const refusal = (comparison: object): string => {
  try {
    parseConfig({ ...ENVIRONMENT, comparison }, exampleSources());
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  throw new Error('nothing was refused');
};

test('nothing compares the paths unless the configuration asks for it', () => {
  expect(exampleConfig().comparison).toBeUndefined();
});

test('what is left out takes its default, and every path has a budget', () => {
  const { comparison } = exampleConfig({}, undefined, {
    comparison: { ...NEEDED, monthlyBudgetUsd: { rag: 400 } },
  });
  expect(comparison).toEqual({
    ...NEEDED,
    monthlyBudgetUsd: Object.fromEntries(PATHS.map((path) => [path, path === 'rag' ? 400 : 50])),
    anomalyThresholdUsd: 10,
    scanLimitGb: 10,
    exportRetentionDays: 400,
  });
});

test.each<[string, object, string]>([
  ['no alert address', { ...NEEDED, alertEmail: undefined }, 'comparison.alertEmail'],
  ['an address that is none', { ...NEEDED, alertEmail: 'me' }, 'comparison.alertEmail'],
  ['no account role', { ...NEEDED, accountRole: undefined }, 'comparison.accountRole'],
  ['a role that is none', { ...NEEDED, accountRole: 'linked' }, 'payer'],
  ['no guard budget', { ...NEEDED, guardBudgetUsd: undefined }, 'comparison.guardBudgetUsd'],
  ['a budget of nothing', { ...NEEDED, guardBudgetUsd: 0 }, 'comparison.guardBudgetUsd'],
  ['a budget of no path', { ...NEEDED, monthlyBudgetUsd: { hybrid: 5 } }, 'comparison.monthlyBudgetUsd.hybrid'],
  ['a limit below a gigabyte', { ...NEEDED, scanLimitGb: 0.5 }, 'comparison.scanLimitGb'],
  ['an unknown key', { ...NEEDED, trail: true }, 'comparison.trail'],
])('a comparison with %s is refused', (_, comparison, named) => {
  expect(refusal(comparison)).toContain(named);
});
