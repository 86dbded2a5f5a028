import { expect, test } from '@jest/globals';
import { assembleBill, type BillHead } from '../../lib/billing/assemble-bill.ts';
import { attributor } from '../../lib/billing/attribution.ts';
import type { OutsideLine } from '../../lib/billing/sources/export-query.ts';

const line = (why: OutsideLine['why'], currency: string): OutsideLine => ({ why, currency, cost: 1n, rows: 1 });

const OUTSIDE = [
  line('undated', 'USD'),
  line('before-window', 'USD'),
  line('before-window', 'EUR'),
  line('after-window', 'USD'),
];

const head = (outside: readonly OutsideLine[]): BillHead => ({
  source: 'cur',
  simulated: false,
  window: { from: '2026-08-01', until: '2026-08-31' },
  metric: 'UnblendedCost',
  deployed: [],
  now: new Date('2026-09-30T00:00:00Z'),
  tagSpellings: [],
  dated: true,
  secondAttributions: [],
  estimatedDays: new Set(),
  queryUsd: null,
  notes: [],
  read: { files: 1, pages: null, gross: null, outside, leftOut: [], notRead: [] },
});

test('one bill is shown in one way, in whatever order the engine gives its groups', () => {
  const shown = (outside: readonly OutsideLine[]) =>
    assembleBill([], head(outside), attributor).read.outside.map(({ reason, currency }) => `${reason} ${currency}`);
  expect(shown(OUTSIDE)).toEqual(['after-window USD', 'before-window EUR', 'before-window USD', 'undated USD']);
  expect(shown(OUTSIDE.toReversed())).toEqual(shown(OUTSIDE));
});
