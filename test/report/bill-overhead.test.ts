import { expect, test } from '@jest/globals';
import type { Bill, BilledRow } from '../../lib/billing/bill.ts';
import { OVERHEAD } from '../../lib/deployment/tags.ts';
import { billDocument } from '../../lib/report/bill.ts';
import { BILL_MESSAGES } from '../../lib/report/words/bill.ts';
import { LANGUAGES } from '../../lib/report/words/languages.ts';
import { readingOf } from '../support/read-bill.ts';
import { rendered } from '../support/rendered.ts';

const row = (foreignTagValue: string | null, usd: number): BilledRow => ({
  path: null,
  component: 'operations',
  componentFrom: 'tag',
  day: '2026-08-01',
  service: 'AmazonCloudWatch',
  usageType: 'DashboardsUsageHour',
  usd,
  quantity: null,
  unit: null,
  attribution: 'none',
  inferredFrom: null,
  foreignTagValue,
});

const ROWS = [row(OVERHEAD, 3), row('somebody-else', 5), row(null, 7)];

const bill: Bill = {
  source: 'cur',
  simulated: false,
  from: '2026-08-01',
  until: '2026-08-31',
  currency: 'USD',
  metric: 'UnblendedCost',
  rows: ROWS,
  read: readingOf(ROWS),
  excluded: [],
  otherCurrencies: [],
  completeness: { completeUntil: null, settlingDays: [], estimatedDays: [], emptyDays: [] },
  tagSpellings: [],
  secondAttributions: [],
  deployed: { paths: [], saidBy: 'tags' },
  queryUsd: 0,
  notes: [],
};

test('what the stack comparison costs stands in a row of its own, apart from strangers and the untagged', () => {
  const lines = rendered(billDocument(bill, 'en'), 'table').split('\n');
  expect(lines.find((line) => line.includes('overhead (comparison)'))).toContain('$3.00');
  expect(lines.find((line) => line.includes("'somebody-else'"))).toContain('$5.00');
});

test.each(LANGUAGES)('the overhead is named in %s', (language) => {
  expect(rendered(billDocument(bill, language), 'table')).toContain(BILL_MESSAGES[language].overhead);
});
