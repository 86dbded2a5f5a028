import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { billCells } from '../../../lib/billing/bill.ts';
import { sumUsd } from '../../../lib/sums.ts';
import { withDuckDb } from '../../../lib/duckdb.ts';
import { readFocus } from '../../../lib/billing/sources/focus.ts';

const SAMPLE = join(import.meta.dirname, '../../fixtures/billing/focus-1.0-sample.csv');
const SEPTEMBER = { from: '2024-09-01', until: '2024-09-30' };
const NOW = new Date('2024-11-01T00:00:00Z');

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'fmpaths-focus-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

test('the public FOCUS 1.0 sample is read whole, with its credit apart', async () => {
  const bill = await readFocus({ path: SAMPLE, window: SEPTEMBER, deployed: 'tagged', now: NOW });
  // summed from the file by hand: AWS 20.62033861840 + Microsoft 1.97651418586 + Oracle 0.26507392473 + 0.27200000000
  expect(sumUsd(bill.rows.map(({ usd }) => usd)).toFixed(11)).toBe('23.13392672899');
  expect(bill.excluded).toEqual([
    { kind: 'credit', usd: -2.6137 },
    { kind: 'refund', usd: 0 },
    { kind: 'tax', usd: 0 },
  ]);
  expect(bill.rows.every(({ attribution }) => attribution === 'none')).toBe(true);
  expect(bill.notes).toEqual([
    { code: 'no-usage-type', values: {} },
    { code: 'no-tag', values: {} },
  ]);
});

test('one day of the sample is that day in UTC', async () => {
  const bill = await readFocus({
    path: SAMPLE,
    window: { from: '2024-09-18', until: '2024-09-18' },
    deployed: 'tagged',
    now: NOW,
  });
  expect(new Set(bill.rows.map(({ day }) => day))).toEqual(new Set(['2024-09-18']));
});

/** The sample's own rows, with one of its tags renamed to the path's tag in the given spelling. */
async function tagged(name: string, key: string, asMap: boolean): Promise<string> {
  const path = join(folder, name);
  const format = name.endsWith('.parquet') ? '(FORMAT parquet)' : '(HEADER)';
  await withDuckDb((duck) =>
    duck.run(`COPY (
      SELECT * EXCLUDE (Tags), ${asMap ? `CAST(json AS MAP(varchar, varchar))` : 'CAST(json AS varchar)'} AS Tags FROM (
        SELECT *, replace(replace(Tags, '"business_unit": "PeoriaData"', '"${key}": "rag"'), '"business_unit"', '"bu"')::JSON AS json
        FROM read_csv('${SAMPLE}', nullstr = 'NULL', all_varchar = true))
    ) TO '${path}' ${format}`),
  );
  return path;
}

test.each([
  ['bare-map.parquet', 'customization-path', true],
  ['normalised-map.parquet', 'user_customization_path', true],
  ['resource-tags-text.parquet', 'resourceTags/user:customization-path', false],
  ['bare-text.csv', 'customization-path', false],
] as const)('%s: the tag is found as it is spelt there', async (name, key, asMap) => {
  const path = await tagged(name, key, asMap);
  const bill = await readFocus({ path, window: SEPTEMBER, deployed: 'tagged', now: NOW });
  // 176 rows of the sample carry "business_unit": "PeoriaData"; their BilledCost adds up to this
  const rag = billCells(bill.rows).filter((cell) => cell.path === 'rag');
  expect(sumUsd(rag.map(({ taggedUsd }) => taggedUsd)).toFixed(11)).toBe('15.95809931820');
  expect(bill.tagSpellings).toEqual([{ role: 'path', column: 'Tags', key }]);
});

test('FOCUS 1.2 with the columns of AWS gives usage types, components and services', async () => {
  const path = join(folder, 'focus-1.2.parquet');
  await withDuckDb((duck) =>
    duck.run(`COPY (SELECT * FROM (VALUES
      (TIMESTAMP '2024-09-03 04:00:00', 0.33::DOUBLE, 'USD', 'Usage', NULL, 'Amazon Bedrock', 'AmazonBedrock', 'USE1-Nova2.0Lite-input-tokens', 1.0::DOUBLE, '1M tokens', MAP {'customization-path': 'rag', 'cost-component': 'inference'}),
      (TIMESTAMP '2024-09-03 05:00:00', 0.24, 'USD', 'Usage', NULL, 'Amazon OpenSearch Service', 'AmazonES', 'USE1-SearchOCU', 1.0, 'OCU-hours', MAP {}::MAP(VARCHAR, VARCHAR)),
      (TIMESTAMP '2024-09-03 05:00:00', -0.50, 'USD', 'Usage', 'Correction', 'Amazon Bedrock', 'AmazonBedrock', 'x', 1.0, NULL, MAP {}::MAP(VARCHAR, VARCHAR)),
      (TIMESTAMP '2024-09-03 05:00:00', 0.10, 'USD', 'Tax', NULL, 'Amazon Bedrock', 'AmazonBedrock', 'x', 1.0, NULL, MAP {}::MAP(VARCHAR, VARCHAR)),
      (TIMESTAMP '2024-09-03 05:00:00', 7.00, 'CNY', 'Usage', NULL, 'Amazon Bedrock', 'AmazonBedrock', 'x', 1.0, NULL, MAP {}::MAP(VARCHAR, VARCHAR))
    ) AS t(ChargePeriodStart, BilledCost, BillingCurrency, ChargeCategory, ChargeClass, ServiceName, x_ServiceCode, x_UsageType, PricingQuantity, PricingUnit, Tags)) TO '${path}' (FORMAT parquet)`),
  );
  const bill = await readFocus({ path, window: SEPTEMBER, deployed: 'tagged', now: NOW });
  expect(billCells(bill.rows)).toEqual([
    { path: 'rag', component: 'inference', taggedUsd: 0.33, inferredUsd: 0, remainderUsd: 0 },
    { path: 'rag', component: 'data', taggedUsd: 0, inferredUsd: 0.24, remainderUsd: 0 },
  ]);
  expect(bill.excluded.map(({ usd }) => usd)).toEqual([0, -0.5, 0.1]);
  expect(bill.otherCurrencies).toEqual([{ currency: 'CNY', amount: 7 }]);
});

test('a CUR file under --source focus is refused with the source that reads it', async () => {
  const path = join(folder, 'cur.csv');
  writeFileSync(path, 'line_item_usage_type,line_item_unblended_cost\nx,1\n');
  await expect(readFocus({ path, window: SEPTEMBER, deployed: [], now: NOW })).rejects.toThrow(
    "not a FOCUS export: no column BilledCost, ChargePeriodStart. It begins with line_item_usage_type, line_item_unblended_cost. Is it CUR 2.0? Then say '--source cur'",
  );
});
