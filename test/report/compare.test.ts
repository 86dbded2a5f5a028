import { expect, test } from '@jest/globals';

import type { ComparisonCell } from '../../lib/billing/compare.ts';
import type { ComparedEstimate } from '../../lib/report/compared-estimate.ts';
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

const ESTIMATE: ComparedEstimate = {
  path: 'continued-pretraining',
  from: 'workload',
  modelId: null,
  modelName: null,
  profileScope: null,
  region: 'us-east-1',
  hoursPerMonth: 730,
  monthlyUsd: 51_234.56,
  inputTokensPerRequest: 400,
  outputTokensPerRequest: 250,
};

const PARTS = {
  unitPrice: 0,
  terms: 0,
  promptTokens: -0.004,
  answerTokens: -1,
  requests: 0,
  capacity: -38_887.886,
  training: 0,
  data: 0,
};

/** What a rehearsal has found. */
function rehearsed(over: Partial<ComparedReport> = {}): ComparedReport {
  const columns = { estimatedBefore: 512.35, estimated: 123.46, metered: null, tagged: 123.46, inferred: 0 };
  const figures = { ...CELL, estimatedBeforeUsd: 51_234.56, usdPer1kRequests: columns };
  return {
    ...comparison({}),
    cells: [
      { ...figures, component: 'inference', meteredUsd: 12_340 },
      { ...figures, component: 'total' },
    ],
    estimates: [
      ESTIMATE,
      { ...ESTIMATE, from: 'measured', hoursPerMonth: 744, outputTokensPerRequest: 84.53, monthlyUsd: 12_345.67 },
    ],
    differences: [{ path: 'continued-pretraining', usd: -38_888.89, parts: PARTS }],
    assumed: [{ field: 'operations.customMetrics', value: 7, paths: ['continued-pretraining'] }],
    ...over,
  };
}

test('a rehearsal shows both estimates beside what was metered and billed, first a row a path with its model', () => {
  const text = rendered(comparisonDocument(rehearsed(), 'en'), 'table');
  expect(text.split('\n').slice(2, 13).join('\n')).toMatchInlineSnapshot(`
    "Estimated before and with measured tokens, metered and billed, us-east-1, US dollars a month

    path                   model, profile      est. before  est. measured     metered      by tag  inferred
    ---------------------  ------------------  -----------  -------------  ----------  ----------  --------
    continued-pretraining  own weights, tuned   $51,234.56     $12,345.67  $12,340.00  $12,345.67     $0.00

    The same by component, US dollars a month

    path                   component  est. before  est. measured     metered      by tag  inferred
    ---------------------  ---------  -----------  -------------  ----------  ----------  --------
    continued-pretraining  inference   $51,234.56     $12,345.67  $12,340.00  $12,345.67     $0.00"
  `);
  // 51,234.56 - 12,345.67 = 38,888.89, in cents that add up
  expect(text).toContain(
    'continued-pretraining: 400 tokens in and 250 out a request before, 400 in and 84.5 out measured; est. measured - est. before = -$38,888.89 (answer tokens -$1.00, capacity -$38,887.89).',
  );
  expect(text).toContain('730 against the 744 of this one');
  expect(text).toContain('operations.customMetrics = 7');
  const rows = tableLines(text).filter((line) => !line.startsWith('continued-pretraining:'));
  expect(rows).toHaveLength(15);
  // eleven digits in every column at once are two more than a terminal of 100 has room for
  expect(Math.max(...rows.map(({ length }) => length))).toBeLessThanOrEqual(104);
});

test.each(['ja', 'zh'] as const)('the words of both estimates are there in %s', (language) => {
  const text = rendered(comparisonDocument(rehearsed(), language), 'table');
  expect(text).not.toContain('est. ');
  expect(text).not.toMatch(/\{\w+\}/);
  expect(text).toContain('730');
  expect(text).toContain('-$38,888.89');
});

test('an estimate for another model than the one that answered is said to be that', () => {
  const model = { modelId: 'm.large', modelName: 'Large', profileScope: 'us', path: 'prompt-only' as const };
  const text = rendered(
    comparisonDocument(
      rehearsed({
        cells: [{ ...CELL, path: 'prompt-only', component: 'total', estimatedBeforeUsd: null }],
        estimates: [
          { ...ESTIMATE, ...model },
          { ...ESTIMATE, ...model, from: 'measured', modelId: 'm.small', modelName: 'Small' },
        ],
        differences: [{ path: 'prompt-only', usd: null, parts: { ...PARTS, unitPrice: null } }],
      }),
      'en',
    ),
    'table',
  );
  expect(text).toMatch(/^prompt-only +Small, us +unknown +\$12,345\.67/m);
  expect(text).toContain('est. before = unknown (model price unknown, ');
  expect(text).toContain(
    'est. before is for Large, us, as the workload file says; Small, us is deployed and answered.',
  );
});

test('JSON and CSV hold both estimates, their models and what is assumed', () => {
  const report = rehearsed();
  const json = JSON.parse(rendered(comparisonDocument(report, 'en'), 'json')) as ComparedReport;
  expect(json.estimates).toEqual(report.estimates);
  expect(json.differences).toEqual(report.differences);
  expect(json.assumed).toEqual(report.assumed);
  expect(json.cells[0]).toMatchObject({ estimatedBeforeUsd: 51_234.56, estimatedUsd: 12_345.67 });
  const [head = '', ...lines] = rendered(comparisonDocument(report, 'en'), 'csv').trim().split('\n');
  const names = head.split(',');
  const records = lines.map((line) => Object.fromEntries(line.split(',').map((value, at) => [names[at] ?? '', value])));
  expect(records.map(({ record }) => record)).toEqual(['cell', 'cell', 'estimate', 'estimate', 'assumed']);
  expect(records[0]).toMatchObject({ estimatedUsd: '12345.67', estimatedBeforeUsd: '51234.56', region: 'us-east-1' });
  expect(records[3]).toMatchObject({
    estimatedFrom: 'measured',
    hoursPerMonth: '744',
    outputTokensPerRequest: '84.53',
  });
  expect(records[4]).toMatchObject({ path: 'continued-pretraining', field: 'operations.customMetrics', value: '7' });
  // money of cells alone adds up
  expect(records.slice(2).map(({ estimatedUsd }) => estimatedUsd)).toEqual(['', '', '']);
});
