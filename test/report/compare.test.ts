import { expect, test } from '@jest/globals';

import type { ComparisonCell } from '../../lib/billing/compare.ts';
import { comparisonDocument, type ComparedReport } from '../../lib/report/compare.ts';
import { rendered } from '../support/rendered.ts';

const CELL: ComparisonCell = {
  path: 'continued-pretraining',
  component: 'operations',
  estimatedUsd: 12_345.67,
  meteredUsd: null,
  taggedUsd: 12_345.67,
  inferredUsd: 0,
  usdPer1kRequests: { estimated: 123.46, metered: null, tagged: 123.46, inferred: 0 },
  notMeasured: ['metered'],
  variance: { against: 'billed', usd: 0.0001, volumeUsd: 0.0001, priceUsd: 0, unexplainedUsd: 0, reasons: [] },
};

function comparison(cell: Partial<ComparisonCell>): ComparedReport {
  return {
    simulated: true,
    window: { from: '2026-12-01', until: '2026-12-31' },
    windowReasons: [],
    sources: { estimated: true, metered: 'rehearsal', billed: 'cur' },
    requests: [],
    cells: [{ ...CELL, ...cell }],
    billRead: null,
    billedElsewhere: { otherDaysUsd: 0, otherPathsUsd: 0 },
    remainder: [],
    notes: [],
    assumed: [],
    estimates: [],
  };
}

const tableLines = (text: string): string[] => text.split('\n').filter((line) => /^(?:continued|path|-)/.test(line));

test('every table of a comparison fits a terminal of 100 columns, and of 80 where the path has a short name', () => {
  const wide = tableLines(rendered(comparisonDocument(comparison({}), 'en'), 'table'));
  expect(wide).toHaveLength(9);
  expect(Math.max(...wide.map(({ length }) => length))).toBeLessThanOrEqual(100);
  const narrow = rendered(comparisonDocument(comparison({ path: 'prompt-only' }), 'en'), 'table').split('\n');
  const rows = narrow.filter((line) => /^(?:prompt-only |path|-)/.test(line));
  expect(rows).toHaveLength(9);
  expect(Math.max(...rows.map(({ length }) => length))).toBeLessThanOrEqual(80);
});

test('a difference of a millionth of a percent is shown as none, and is whole in JSON', () => {
  const rows = tableLines(rendered(comparisonDocument(comparison({}), 'en'), 'table'));
  expect(rows[5]).toMatch(/^continued-pretraining +operations +\$0\.00 +\$0\.00 +\$0\.00 +\$0\.00$/);
  expect(rendered(comparisonDocument(comparison({}), 'en'), 'json')).toContain('"volumeUsd": 0.0001');
});

test('a difference that is small but a large part of what is compared is shown', () => {
  const small = comparison({ estimatedUsd: 0.0004, taggedUsd: 0.0005 });
  expect(tableLines(rendered(comparisonDocument(small, 'en'), 'table'))[5]).toContain('$0.0001');
});

test.each([
  ['en', 'prompt-only (FAILED)'],
  ['ja', 'prompt-only（失敗）'],
  ['zh', 'prompt-only（失败）'],
] as const)('a path whose rehearsal failed is marked in every row: %s', (language, marked) => {
  const failed: ComparedReport = { ...comparison({ path: 'prompt-only' }), failedPaths: ['prompt-only'] };
  for (const format of ['table', 'markdown'] as const) {
    const rows = rendered(comparisonDocument(failed, language), format)
      .split('\n')
      .filter((line) => /^(?:\| )?prompt-only/.test(line));
    expect(rows).toHaveLength(3);
    for (const row of rows) expect(row).toContain(marked);
  }
});

test('JSON and CSV of a rehearsal say which path failed', () => {
  const cells = [CELL, { ...CELL, path: 'rag' as const }];
  const failed: ComparedReport = { ...comparison({}), cells, failedPaths: ['rag'] };
  expect(rendered(comparisonDocument(failed, 'en'), 'json')).toContain('"failedPaths": [\n    "rag"\n  ]');
  const [head = '', ...rows] = rendered(comparisonDocument(failed, 'en'), 'csv').trim().split('\n');
  const column = head.split(',').indexOf('failed');
  const cellRows = rows.map((row) => row.split(',')).filter((row) => row.includes('cell'));
  expect(cellRows.map((row) => [row[0], row[column]])).toEqual([
    ['continued-pretraining', 'false'],
    ['rag', 'true'],
  ]);
});
